"""``graybook assess``: files of assumptions and limits are checked before a folder is read; whose fault it is, is the status."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from graybook.cli.main import app
from graybook.errors import UsageError

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "tumour board"\n'
CORD = STAMP + '[[alpha_beta]]\ntg263 = "SpinalCord"\nvalue_gy = {}\n'


@pytest.fixture(autouse=True)
def no_folder_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a folder fails the test: mistakes are told before."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the folder was read")

    monkeypatch.setattr("graybook.workflow.person.study.scan", never)


def told(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and what was told of a call."""
    (tmp_path / "folder").mkdir()
    call = ["assess", str(tmp_path / "folder"), "--out", str(tmp_path / "out"), *arguments]
    result = CliRunner().invoke(app, call)
    return result.exit_code, result.output


def test_every_mistake_of_options_is_told_with_its_line(tmp_path: Path) -> None:
    """Two mistakes stand with their lines; the input is at fault."""
    path = tmp_path / "options.toml"
    path.write_text(CORD.format(-2) + "value = 3\n", encoding="utf-8")
    status, text = told(tmp_path, "--options", str(path))
    assert status == 3
    assert "options.toml, line 6, [[alpha_beta]] 1: value_gy must be a number above 0" in text
    assert 'options.toml, line 7, [[alpha_beta]] 1: "value" is not a key' in text


def test_five_scenarios_are_a_fault_of_the_call(tmp_path: Path) -> None:
    """At most four scenarios stand side by side."""
    files = [tmp_path / f"{number}.toml" for number in range(5)]
    for path in files:
        path.write_text(CORD.format(3.0), encoding="utf-8")
    status, text = told(tmp_path, *(word for path in files for word in ("--scenario", str(path))))
    assert (status, "At most 4 scenarios" in text) == (2, True)


def test_an_unknown_rulebook_is_a_fault_of_the_call(tmp_path: Path) -> None:
    """A rulebook that is neither a name nor a file is refused with the names there are."""
    status, text = told(tmp_path, "--rulebook", "cumulativ")
    assert (status, 'Did you mean "cumulative"?' in text) == (2, True)


def test_a_missing_file_of_options_is_a_fault_of_the_call(tmp_path: Path) -> None:
    """A file that is not there is told as such."""
    status, text = told(tmp_path, "--options", str(tmp_path / "none.toml"))
    assert (status, "The file of options cannot be read." in text) == (2, True)


def test_what_is_typed_reaches_the_workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options, rulebook and scenarios, in their order, are what the workflow is asked with."""
    asked: dict[str, object] = {}

    def asks(_: Path, **wanted: object) -> None:
        asked.update(wanted)
        raise UsageError("enough", remedy="none")

    monkeypatch.setattr("graybook.workflow.cumulative.assess", asks)
    words = ["--options", "o.toml", "--rulebook", "ours.csv", "--scenario", "b.toml", "--scenario", "a.toml"]
    status, _ = told(tmp_path, *words)
    assert status == 2
    assert (asked["options"], asked["rulebook"]) == (Path("o.toml"), "ours.csv")
    assert list(asked["scenarios"]) == [Path("b.toml"), Path("a.toml")]  # type: ignore[call-overload]
