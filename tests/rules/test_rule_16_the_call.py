"""Rule 16, the call: words that cannot be meant come in; status 2 and three parts on stderr go out, never a traceback."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from phantoms import write_phantom
from rules.patients import course, plan, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good course."""
    return write_phantom(tmp_path / "in", [course("c", date(2025, 5, 5), plan(50, 25))])


WRONG = {
    "no OUT": ["assess", "IN"],
    "unknown language": ["assess", "IN", "--out", "OUT", "--lang", "de"],
    "unknown option": ["assess", "IN", "--out", "OUT", "--forse"],
    "no course": ["assess", "IN", "--out", "OUT", "--reference", "none"],
    "no person": ["assess", "IN", "--out", "OUT", "--patient", "none"],
    "alpha/beta zero": ["assess", "IN", "--out", "OUT", "--display-alpha-beta", "0"],
    "alpha/beta below zero": ["assess", "IN", "--out", "OUT", "--display-alpha-beta", "-3"],
    "alpha/beta not a number": ["assess", "IN", "--out", "OUT", "--display-alpha-beta", "nan"],
    "unknown metric": ["dvh", "IN", "--metrics", "Dmean95"],
    "unknown command": ["asses", "IN"],
    "no folder": ["scan", "IN/nowhere"],
    "OUT is a file": ["assess", "IN", "--out", "FILE"],
    "OUT is under a file": ["assess", "IN", "--out", "FILE/deep"],
}


@pytest.mark.rule(16)
@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_call(folder: Path, tmp_path: Path, words: list[str]) -> None:
    """Status 2, nothing on stdout, the words found on stderr, no traceback, no report."""
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    places = {"IN": str(folder), "OUT": str(tmp_path / "out"), "FILE": str(tmp_path / "file.txt")}
    typed = words
    for key, place in places.items():
        typed = [word.replace(key, place) if word.split("/")[0] == key else word for word in typed]
    ran = run(*typed)
    assert ran.exit_code == 2, ran.output
    assert ran.stdout == ""
    assert ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "out" / "report.html").exists()
    assert (tmp_path / "file.txt").read_text(encoding="utf-8") == "x"


@pytest.mark.rule(16)
def test_errors_have_three_parts(folder: Path, tmp_path: Path) -> None:
    """What and where, the bad value, the remedy."""
    ran = run("assess", folder, "--out", tmp_path / "out", "--reference", "1999-01-01")
    lines = [line for line in ran.stderr.splitlines() if line.strip()]
    assert len(lines) >= 3
    assert "1999-01-01" in ran.stderr
    assert "2025-05-05" in ran.stderr


@pytest.mark.rule(16)
def test_version_and_help() -> None:
    """--version and --help answer with status 0 on stdout."""
    assert "graybook" in run("--version").stdout
    for command in ("scan", "assess", "dvh", "demo"):
        assert command in run("--help").stdout
