"""Documents of others become folders that can be assessed at once: EQD2 as by hand, faults named, the same bytes each time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graybook.text import phrase
from rules.patients import SIGNED, eqd2, folder_bytes, organ, result_of, run

DATA = Path(__file__).resolve().parents[2] / "data" / "fhir"


def imported(source: Path, out: Path, *words: object, status: int = 0) -> dict[str, Any]:
    """The document that ``graybook import --json`` prints."""
    ran = run("import", source, "--from", "fhir", "--out", out, "--json", *words)
    assert ran.exit_code == status, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def at(folder: Path, alpha_beta_gy: float, *names: str) -> Path:
    """The folder with this α/β stated for the organs."""
    path = folder / "graybook.toml"
    entries = [f'[[alpha_beta]]\ntg263 = "{one}"\nvalue_gy = {alpha_beta_gy}\n{SIGNED}' for one in names]
    path.write_text(path.read_text(encoding="utf-8") + "\n" + "\n".join(entries), encoding="utf-8")
    return folder


@pytest.mark.rule(3)
def test_two_courses_on_the_brain_through_the_command_line(tmp_path: Path) -> None:
    """25 Gy in 5 and 20 Gy in 5, at α/β 3: 40 + 28 = 68.00; not 67.50, which 45 Gy in 10 would be."""
    document = imported(DATA / "xrts-05.json", tmp_path / "in")
    assert (document["courses"], document["counts"]["error"]) == (2, 0)
    ran = run("assess", tmp_path / "in", "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    made = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    (brain,) = made["structures"]
    assert (brain["tg263"], brain["alpha_beta_gy"]) == ("Brain", 3.0)
    assert brain["point_sum"]["customary_d0.03cc_gy"] == pytest.approx(
        eqd2(25, 5, 3.0) + eqd2(20, 5, 3.0), abs=1e-6
    )
    assert brain["point_sum"]["customary_d0.03cc_gy"] == 68.0
    assert [(one["label"], one["evidence_grade"]) for one in made["courses"]] == [
        ("C1BrainMets", "C"),
        ("C2BrainMets", "C"),
    ]
    assert [one["interval_days"] for one in made["courses"]] == [371, None]


@pytest.mark.parametrize(("alpha_beta_gy", "cumulative_gy"), [(2.0, 73.75), (10.0, 54.583333)])
def test_the_brain_at_other_ratios(tmp_path: Path, alpha_beta_gy: float, cumulative_gy: float) -> None:
    """43.75 + 30.00 at α/β 2, 31.25 + 23.33 at 10."""
    imported(DATA / "xrts-05.json", tmp_path)
    result = result_of(at(tmp_path, alpha_beta_gy, "Brain"))
    assert organ(result, "Brain").point_sum.customary_d0_03cc_gy == pytest.approx(cumulative_gy, abs=1e-6)


@pytest.mark.rule(3)
def test_three_phases_on_two_breasts(tmp_path: Path) -> None:
    """Left 9 Gy in 3 and a boost of 8 Gy in 4, right 9 Gy in 3: 18.80 and 10.80 at α/β 3; 17 Gy in 7 would be 18.46."""
    imported(DATA / "xrts-04.json", tmp_path)
    result = result_of(at(tmp_path, 3.0, "Breast_L", "Breast_R"))
    doses = {one.tg263: one.point_sum.customary_d0_03cc_gy for one in result.structures}
    assert doses == {"Breast_L": 18.8, "Breast_R": 10.8}
    assert [len(one.phases) for one in result.courses] == [3]


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two imports of one document differ in nothing; a second one into the same folder changes nothing."""
    for name in ("a", "b", "b"):
        imported(DATA / "xrts-04.json", tmp_path / name)
    assert folder_bytes(tmp_path / "a") == folder_bytes(tmp_path / "b")
    assert set(folder_bytes(tmp_path / "a")) == {"findings.json", "findings.md", "graybook.toml"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_findings_name_place_value_and_remedy(tmp_path: Path, language: str) -> None:
    """A metric that is wrong stands in the list with its place, its value and what to do, in both languages."""
    document = imported(DATA / "xrts-03.json", tmp_path, "--lang", language)
    written = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert written["findings"] == document["findings"]
    wrong = [one for one in document["findings"] if "52" in one["value"]]
    assert wrong
    assert all(one["path"] and one["text"] for one in wrong)
    page = (tmp_path / "findings.md").read_text(encoding="utf-8")
    assert phrase("exchanging_title_import", language, format="HL7 FHIR") in page  # type: ignore[arg-type]
    assert wrong[0]["path"].replace("|", "\\|") in page


def test_another_graybook_toml_is_kept(tmp_path: Path) -> None:
    """A folder with other settings is left as it is, with status 2."""
    (tmp_path / "graybook.toml").write_text("# mine\n", encoding="utf-8")
    ran = run("import", DATA / "xrts-05.json", "--from", "fhir", "--out", tmp_path)
    assert ran.exit_code == 2
    assert (tmp_path / "graybook.toml").read_text(encoding="utf-8") == "# mine\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [("{", 3), ("[]", 3), ('{"resourceType": "Bundle", "entry": []}', 3), ('{"value": NaN}', 3), (None, 2)],
)
def test_what_is_no_document_is_refused(tmp_path: Path, text: str | None, status: int) -> None:
    """No JSON, no course, no number, no file: an error with a remedy and no folder that looks imported."""
    source = tmp_path / "document.json"
    if text is not None:
        source.write_text(text, encoding="utf-8")
    ran = run("import", source, "--from", "fhir", "--out", tmp_path / "out")
    assert ran.exit_code == status
    assert "Remedy:" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_the_author_stands_in_every_entry(tmp_path: Path) -> None:
    """``--author`` answers for the courses, and the report's provenance says so with the document as source."""
    imported(DATA / "xrts-05.json", tmp_path, "--author", "A. Physicist")
    result = result_of(tmp_path)
    assert {one["author"] for one in result.provenance.overrides} == {"A. Physicist"}
    assert all(one["source"].startswith("xrts-05.json, SHA-256 ") for one in result.provenance.overrides)
