"""``graybook nuclear``: the files, the document, what stands on the terminal, and the refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from graybook.cli.main import app
from graybook.workflow.cumulative import assess
from rules.limit_cases import given

PERSON = '[person]\npatient_id = "P1"\nname = "DOE^JANE"\nbirth_date = 1950-01-31\nsex = "F"\n'
SIGNED = 'author = "A"\ndate = 2026-01-31\nreason = "report"\n'
CYCLE = '[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\ngiven = 2020-01-{day:02d}\nactivity_gbq = 7.4\ncycle = {cycle}\n'
OWN = (
    'organ_dose = [{{ organ = "Kidney_L", gy_per_gbq = 0.5, half_life_h = 50, source = "own dosimetry" }}]\n'
)


def folder(where: Path, *texts: str) -> Path:
    where.mkdir(parents=True, exist_ok=True)
    (where / "graybook.toml").write_text("\n".join([PERSON, *texts]), encoding="utf-8")
    return where


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["nuclear", *map(str, words)])


def cycles(*days: int) -> list[str]:
    return [CYCLE.format(day=day, cycle=n) + OWN.format() + SIGNED for n, day in enumerate(days, start=1)]


def test_files_and_document(tmp_path: Path) -> None:
    """Two cycles of 7.4 GBq at 0.5 Gy/GBq stated: 3.7 Gy each, 7.4 Gy together, three files, and the same document on stdout."""
    source, out = folder(tmp_path / "in", *cycles(2, 29)), tmp_path / "out"
    printed = run(source, "--out", out, "--json")
    assert printed.exit_code == 0, printed.output
    document = json.loads(printed.stdout)
    assert json.loads((out / "nuclear.json").read_text(encoding="utf-8")) == document
    assert {one.name for one in out.iterdir()} == {"nuclear.json", "nuclear.html", "nuclear.pdf"}
    organs = [organ for cycle in document["nuclear"]["cycles"] for organ in cycle["organs"]]
    assert [one["dose_gy"] for one in organs if one["organ"] == "Kidney_L"] == [3.7, 3.7]
    (line,) = [one for one in document["nuclear"]["lines"] if one["organ"] == "Kidney_L"]
    assert (line["complete"], line["steps"][-1]["dose_gy"]) == (True, 7.4)
    assert "not CE-marked" in document["notice"]


@pytest.mark.parametrize(("language", "word"), [("en", "activity × Gy/GBq"), ("fr", "activité × Gy/GBq")])
def test_terminal(tmp_path: Path, language: str, word: str) -> None:
    """Each cycle, each organ with its model in words, and where the pages are."""
    source, out = folder(tmp_path / "in", *cycles(2)), tmp_path / "out"
    shown = run(source, "--out", out, "--lang", language)
    assert shown.exit_code == 0
    assert all(one in shown.stdout for one in ("Kidney_L", word, "nuclear.html"))


def test_nothing_nuclear_is_refused(tmp_path: Path) -> None:
    """A folder that speaks of no radionuclide writes nothing, and says what to add."""
    text = "[[course]]\nstart_date = 2019-01-02\ntotal_gy = 30\nfractions = 10\n" + SIGNED
    source, out = folder(tmp_path / "in", text), tmp_path / "out"
    refused = run(source, "--out", out)
    assert refused.exit_code == 3
    assert not out.exists()


def test_unknown_dose_is_no_zero(tmp_path: Path) -> None:
    """A nuclide of which nothing is published has no dose to any organ: unknown, never 0."""
    text = (
        '[[radionuclide]]\nnuclide = "Sm-153"\nagent = "EDTMP"\ngiven = 2020-01-02\nactivity_gbq = 2.6\n'
        + SIGNED
    )
    source, out = folder(tmp_path / "in", text), tmp_path / "out"
    document = json.loads(run(source, "--out", out, "--json").stdout)
    (cycle,) = document["nuclear"]["cycles"]
    assert (cycle["organs"], cycle["origin"], cycle["evidence_grade"]) == ([], "unknown", "C")


@pytest.mark.parametrize(
    ("count", "said"), [(1, "(doses known of 1 cycle)"), (2, "(doses known of 2 cycles)")]
)
def test_cycles_are_counted_in_words(tmp_path: Path, count: int, said: str) -> None:
    """One cycle is no "1 cycles": of the kidney, whose dose one or two cycles tell and another does not."""
    unknown = (
        '[[radionuclide]]\nnuclide = "Sm-153"\nagent = "EDTMP"\ngiven = 2019-01-02\nactivity_gbq = 2.6\n'
    )
    source = folder(tmp_path / "in", *cycles(*range(2, 2 + count)), unknown + SIGNED)
    shown = run(source, "--out", tmp_path / "out").stdout
    assert said in " ".join(shown.split())


def test_plans_of_beams_are_no_matter(tmp_path: Path) -> None:
    """Beams without a treatment record beside a cycle: what is said of their plan stands in the assessment, not here."""
    where = given(tmp_path / "in", (30.0, 15), (10.0, 5))
    (where / "graybook.toml").write_text(CYCLE.format(day=6, cycle=1) + SIGNED, encoding="utf-8")
    found = run(where, "--out", tmp_path / "out", "--json")
    said = [one["code"] for one in json.loads(found.stdout)["findings"]]
    assert "assumed_delivered" in [one.code for one in assess(where).result.findings]
    assert "assumed_delivered" not in said
    assert "given_published" in said
