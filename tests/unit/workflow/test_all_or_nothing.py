"""New files appear together once all are written, or not at all, and nothing else in the folder is touched."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from graybook.errors import Cancelled, UsageError
from graybook.workflow.all_or_nothing import all_or_nothing, asked_folder

OWNED = ("a.txt", "b.txt")


def written(out: Path, **texts: str) -> None:
    """Some files written into a folder."""
    with all_or_nothing(out, owned=OWNED) as staged:
        for name, text in texts.items():
            (staged / f"{name}.txt").write_text(text)


def broken(out: Path, error: BaseException) -> None:
    """Work that ends after its first file."""
    with all_or_nothing(out, owned=OWNED) as staged:
        (staged / "a.txt").write_text("half")
        raise error


def names(folder: Path) -> list[str]:
    """All that a folder holds, hidden files too."""
    return sorted(one.name for one in folder.iterdir())


def test_folder_is_made(tmp_path: Path) -> None:
    """OUT and its parents are made, and nothing is left beside it."""
    written(tmp_path / "new" / "out", a="1", b="2")
    assert names(tmp_path / "new") == ["out"]
    assert names(tmp_path / "new" / "out") == ["a.txt", "b.txt"]


def test_other_files_stay(tmp_path: Path) -> None:
    """Files of others stay; of ours, those of an earlier run are replaced or, not written now, taken away."""
    (tmp_path / "notes.txt").write_text("mine")
    written(tmp_path, a="1", b="2")
    written(tmp_path, a="3")
    assert names(tmp_path) == ["a.txt", "notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "a.txt").read_text() == "3"


@pytest.mark.parametrize("error", [Cancelled(), OSError("disk full"), KeyboardInterrupt()])
def test_half_written_is_not_written(tmp_path: Path, error: BaseException) -> None:
    """What fails or is stopped after the first file leaves the folder as it was."""
    out = tmp_path / "out"
    written(out, a="1", b="2")
    with pytest.raises(type(error)):
        broken(out, error)
    assert names(tmp_path) == ["out"]
    assert (out / "a.txt").read_text() == "1"
    assert (out / "b.txt").read_text() == "2"


def test_stop_while_moving_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM between two moves waits until both are done."""
    moved: list[str] = []
    replace = Path.replace

    def slowly(self: Path, target: Path) -> Path:
        moved.append(self.name)
        os.kill(os.getpid(), signal.SIGTERM)
        return replace(self, target)

    def stop(number: int, frame: object) -> None:
        raise Cancelled

    monkeypatch.setattr(Path, "replace", slowly)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(Cancelled):
            written(tmp_path / "out", a="1", b="2")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert moved == ["a.txt", "b.txt"]
    assert names(tmp_path / "out") == ["a.txt", "b.txt"]


def test_wrong_out_is_refused_before_the_work(tmp_path: Path) -> None:
    """A file in the place of OUT, or of a folder above it, is a wrong call; a missing folder is not made yet."""
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(UsageError, match="OUT"):
            asked_folder(wrong)
    assert asked_folder(tmp_path / "new" / "out") == tmp_path / "new" / "out"
    assert names(tmp_path) == ["file"]
