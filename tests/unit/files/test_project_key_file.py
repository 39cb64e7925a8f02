"""The file of a project's key: made once, for its owner alone, never under OUT."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import platformdirs
import pytest

from graybook.errors import InputError, UsageError
from graybook.files.project_key_file import key_file, project_key


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name: tmp_path / "data" / name)
    return tmp_path / "data" / "graybook"


def test_the_key_is_made_once_in_the_users_data_folder_for_its_owner_alone(data_folder):
    """The first call makes keys/P.key with mode 0600; the second reads the same secret; another project has another."""
    first = project_key("spine-2026")
    file = data_folder / "keys" / "spine-2026.key"
    assert file == key_file("spine-2026")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0
    assert project_key("spine-2026").secret == first.secret
    assert project_key("lung").secret != first.secret


def test_a_secret_is_random_and_shown_nowhere(data_folder):
    """32 bytes, not repeated, and absent from what is printed of the key."""
    key = project_key("P")
    assert len(key.secret) == 32
    assert len(set(key.secret)) > 8
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_a_key_file_of_ones_own_is_made_and_read_again(tmp_path):
    """``--key FILE``: made there at first use, with its folder."""
    file = tmp_path / "safe" / "my.key"
    assert project_key("P", file).secret == project_key("P", file).secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("place", ["p.key", "deep/er/p.key", "../out/p.key"])
def test_a_key_under_out_is_refused_and_not_made(tmp_path, place):
    """Also by a path that leaves OUT and comes back."""
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(UsageError, match="under OUT"):
        project_key("P", out / place, out=out)
    assert not list(out.rglob("*"))


def test_a_key_under_out_by_a_link_is_refused(tmp_path):
    """A symbolic link does not hide that the key would lie under OUT."""
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "elsewhere").symlink_to(out)
    with pytest.raises(UsageError, match="under OUT"):
        project_key("P", tmp_path / "elsewhere" / "p.key", out=out)


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o660])
def test_a_key_that_others_may_open_is_refused(tmp_path, mode):
    """Any bit for group or others."""
    file = tmp_path / "p.key"
    project_key("P", file)
    file.chmod(mode)
    with pytest.raises(InputError, match="Others than its owner"):
        project_key("P", file)


def test_the_key_of_another_project_is_refused(tmp_path):
    """One key for two projects would let them be linked."""
    file = tmp_path / "p.key"
    project_key("one", file)
    with pytest.raises(InputError, match="could be linked"):
        project_key("two", file)


@pytest.mark.parametrize("text", ["", "secret", 'project = "P"', 'project = "P"\nsecret = "zz"', "\xff"])
def test_what_is_no_key_is_refused_without_quoting_it(tmp_path, text):
    """The message names the file, not what it holds; the cause is not shown either."""
    file = tmp_path / "p.key"
    file.write_text(text, encoding="latin-1")
    file.chmod(0o600)
    with pytest.raises(InputError, match="no key of a project") as caught:
        project_key("P", file)
    assert caught.value.__suppress_context__


def test_a_short_secret_is_refused_without_quoting_it(tmp_path):
    """A key that was cut is none; its rest stays unsaid."""
    file = tmp_path / "p.key"
    file.write_text('project = "P"\nsecret = "c0ffee"')
    file.chmod(0o600)
    with pytest.raises(InputError) as caught:
        project_key("P", file)
    assert "c0ffee" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "é", "a b", "x" * 65, "a\nb"])
def test_a_name_that_is_no_files_name_is_refused(name):
    """A project's name cannot lead elsewhere."""
    with pytest.raises(UsageError, match="project's name"):
        key_file(name)


def test_a_folder_that_cannot_hold_the_key_is_a_wrong_call(tmp_path):
    """A file in the place of its folder: UsageError, with the file named."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be made"):
        project_key("P", tmp_path / "file" / "p.key")
