"""graybook scan: one document or one page on stdout, errors in three parts on stderr, the right exit status."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import graybook
from graybook.cli.main import app
from graybook.files import parse
from phantoms import PhantomCourse, PhantomPlan, uniform, write_phantom

RUNNER = CliRunner()

DATA_SETS = [
    *("breast_complete", "elastix_lung", "elastix_lung_points", "proton_plan03", "pydicom_rt"),
    *("pymedphys_data", "pyskindose_rdsr", "slicerrt_eclipse", "sts_001_mr"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one plan, its dose and a text."""
    course = PhantomCourse(
        name="first",
        day=date(2015, 5, 4),
        plans=(PhantomPlan(dose_gy=uniform(20.0), fractions=10, prescription_gy=20.0, label="Plan [bold]A"),),
        extent_mm=(20, 20, 20),
        spacing_mm=(5, 5, 5),
        image=False,
        write_structures=False,
    )
    write_phantom(tmp_path, (course,))
    (tmp_path / "letter.txt").write_text("hello", encoding="utf-8")
    return tmp_path


def test_json_is_one_document(folder: Path) -> None:
    """--json prints one document with every file, persons with courses, and findings; nothing else on stdout."""
    result = RUNNER.invoke(app, ["scan", str(folder), "--json"])
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert sorted(one["path"] for one in document["files"]) == paths
    unused = [one for one in document["files"] if one["used_as"] is None]
    assert [one["path"] for one in unused] == ["letter.txt"]
    assert unused[0]["reason"]
    (course,) = document["persons"][0]["courses"]
    assert (course["start_date"], course["evidence_grade"]) == ("2015-05-04", "B")
    assert course["phases"][0]["label"] == "Plan [bold]A"
    assert course["phases"][0]["fractions_planned"] == 10


@pytest.mark.parametrize(("language", "word"), [("en", "assumed delivered"), ("fr", "supposé")])
def test_page_in_both_languages(folder: Path, language: str, word: str) -> None:
    """The page shows the course, its status in the language, the label as found, and the file not used."""
    result = RUNNER.invoke(app, ["scan", str(folder), "--lang", language])
    assert result.exit_code == 0
    assert word in result.stdout
    assert "letter.txt" in result.stdout
    assert "[bold]" in result.stdout


def test_template_is_written_once(folder: Path) -> None:
    """--init writes a template that names the course; a second time it is a wrong call and the file stays."""
    assert RUNNER.invoke(app, ["scan", str(folder), "--init"]).exit_code == 0
    text = (folder / "graybook.toml").read_text(encoding="utf-8")
    assert "2015-05-04" in text
    assert parse(text).overrides == ()
    again = RUNNER.invoke(app, ["scan", str(folder), "--init"])
    assert again.exit_code == 2
    assert (folder / "graybook.toml").read_text(encoding="utf-8") == text


def test_missing_folder_is_a_wrong_call(tmp_path: Path) -> None:
    """A folder that does not exist: status 2, three parts on stderr, nothing on stdout."""
    result = RUNNER.invoke(app, ["scan", str(tmp_path / "nowhere"), "--json"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["Error", "Found", "Remedy"]


def test_nothing_usable_is_status_three(tmp_path: Path) -> None:
    """A folder without a usable file: status 3, and the JSON is printed all the same."""
    (tmp_path / "letter.txt").write_text("hello", encoding="utf-8")
    result = RUNNER.invoke(app, ["scan", str(tmp_path), "--json"])
    assert result.exit_code == 3
    assert [one["path"] for one in json.loads(result.stdout)["files"]] == ["letter.txt"]


def test_wrong_settings_are_said_and_the_walk_ends(folder: Path) -> None:
    """A mistake in graybook.toml: the scan is printed, the mistake stands on stderr and in the JSON, status 0."""
    (folder / "graybook.toml").write_text('[[course]]\ncours = "x"\n', encoding="utf-8")
    result = RUNNER.invoke(app, ["scan", str(folder), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["settings_error"]["remedy"]
    assert "cours" in result.stderr


def test_our_own_fault_is_status_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected failure: status 1, a short message, no traceback."""

    def broken(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.delenv("GRAYBOOK_DEBUG", raising=False)
    monkeypatch.setattr("graybook.workflow.folder.scan.scan", broken)
    result = RUNNER.invoke(app, ["scan", str(folder)])
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert "our fault" in result.stderr


def test_help_teaches_and_carries_the_notice() -> None:
    """The help names the commands in the order of use and says what Graybook is not."""
    result = RUNNER.invoke(app, ["--help"])
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for said in (
        "graybook scan FOLDER",
        "graybook assess FOLDER --out OUT",
        "not CE-marked",
        "independent check",
    ):
        assert said in words
    assert graybook.__version__ in RUNNER.invoke(app, ["--version"]).stdout


def test_unknown_option_is_a_wrong_call(folder: Path) -> None:
    """An option that does not exist: status 2."""
    assert RUNNER.invoke(app, ["scan", str(folder), "--jason"]).exit_code == 2


@pytest.mark.parametrize("name", DATA_SETS)
def test_real_folders(test_data: Path, name: str) -> None:
    """Each public data set: status 0 or 3, one JSON document, every file in it, no traceback."""
    root = test_data / name
    result = RUNNER.invoke(app, ["scan", str(root), "--json"])
    assert result.exit_code in (0, 3)
    listed = [one["path"] for one in json.loads(result.stdout)["files"]]
    here = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert sorted(path for path in listed if "!/" not in path) == sorted(here)
    page = RUNNER.invoke(app, ["scan", str(root)])
    assert page.exit_code == result.exit_code
    assert "Traceback" not in page.stdout + page.stderr
