"""``graybook cohort build``: what it prints, in both languages and as JSON, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graybook.cli.main import app
from graybook.text import Language, remedy
from validation.synthetic_pool import write_records


def ran(folder: Path, *words: str) -> Result:
    """The command's end, with a key of its own."""
    fixed = ["--project", "spine", "--out", str(folder / "pool"), "--key", str(folder / "spine.key")]
    return CliRunner().invoke(app, ["cohort", "build", str(folder / "records"), *fixed, *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Records of two persons and one that was cut off."""
    write_records(tmp_path / "records", 3, voxels=30, points=40)
    (tmp_path / "records" / "000002" / "result.json").write_text("{", encoding="ascii")
    return tmp_path


@pytest.mark.parametrize(("language", "word"), [("en", "could not enter"), ("fr", "refusés")])
def test_it_prints_in_both_languages(folder: Path, language: Language, word: str) -> None:
    """What was built on stdout; on stderr the file that could not enter, why, and what to do."""
    result = ran(folder, "--lang", language)
    assert result.exit_code == 0, result.output
    assert word in result.stdout
    assert "{" not in result.stdout
    assert "000002" in result.stderr
    assert remedy("pool_no_json", language) in result.stderr
    assert "000002" not in result.stdout


def test_it_prints_one_document(folder: Path) -> None:
    """With --json one document, the same when built again; the key is made once and for its owner alone."""
    first, second = ran(folder, "--json"), ran(folder, "--json")
    assert first.stdout == second.stdout
    told = json.loads(first.stdout)
    assert (told["persons"], told["failed"], len(told["list"])) == (2, {"pool_no_json": 1}, 1)
    assert (folder / "spine.key").stat().st_mode & 0o077 == 0


def test_an_empty_pool_is_an_answer_the_input_does_not_allow(folder: Path) -> None:
    """When no result can enter, the exit status is 3, and the list says why."""
    for name in ("000001", "000003"):
        (folder / "records" / name / "result.json").write_text("[]", encoding="ascii")
    result = ran(folder)
    assert result.exit_code == 3
    assert "000003" in result.stderr


def test_a_name_that_is_no_project(folder: Path) -> None:
    """A project's name is that of a file: a path is a wrong call."""
    result = ran(folder, "--project", "../spine")
    assert result.exit_code == 2
    assert not (folder / "pool").exists()
