"""Rule 9 on paper: courses of which there is only a letter enter point sums at what it says, and never a 3D sum."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graybook.report.sheet import sheet
from graybook.workflow.cumulative import assess
from phantoms import write_phantom
from rules.patients import codes, course, eqd2, finding, metrics, organ, plan, result_of, run, scanned, state

PERSON = '[person]\npatient_id = "IPP-1"\nname = "DURAND^Marie"\nbirth_date = 1950-02-03\nsex = "F"\n'
HIGH = '[[course]]\nlabel = "high"\nstart_date = 2009-03-02\nlevels = "T9-L1"\ntotal_gy = 30\nfractions = 10'
LOW = '[[course]]\nlabel = "low"\nstart_date = 2014-05-05\nlevels = "L2-sacrum"\ntotal_gy = 20\nfractions = 5'
NEW = date(2025, 5, 5)


def on_paper(folder: Path, *entries: str, person: str = PERSON) -> Path:
    """A folder that holds nothing but graybook.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    state(folder, *entries)
    path = folder / "graybook.toml"
    path.write_text(person + path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.rule(9)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_letters_and_no_file(tmp_path: Path, language: str) -> None:
    """Cord: 30 Gy in 10 and 20 Gy in 5 are 37.5 + 30 = 67.5 at α/β 2; grade C, no 3D sum, said in words; exit 0."""
    folder = on_paper(tmp_path / "in", HIGH, LOW)
    ran = run("assess", folder, "--out", tmp_path / "out", "--lang", language)
    assert ran.exit_code == 0, ran.output
    made = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    cord = next(one for one in made["structures"] if one["tg263"] == "SpinalCord")
    for value in ("customary_d0.03cc_gy", "bound_d0.03cc_gy", "max_sum_gy"):
        assert cord["point_sum"][value] == 67.5
    assert cord["point_sum"]["complete"]
    assert set(cord["cumulative"].values()) == {None}
    assert [one["evidence_grade"] for one in made["courses"]] == ["C", "C"]
    words = {"en": "No 3D sum possible", "fr": "Aucune somme 3D possible"}[language]
    assert any(words in one["text"] for one in made["refusals"])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert words in page
    assert {"en": "hot spots above it are in no", "fr": "les points chauds au-delà"}[language] in page
    assert {one.name for one in (tmp_path / "out").iterdir()} >= {"report.html", "report.pdf", "result.json"}


@pytest.mark.rule(9)
def test_scan_lists_what_a_letter_states(tmp_path: Path) -> None:
    """scan of graybook.toml alone exits 0 with the person and both courses; the file is used as settings."""
    document = scanned(on_paper(tmp_path, HIGH, LOW))
    (person,) = document["persons"]
    assert person["ids"] == [{"value": "IPP-1", "issuer": ""}]
    assert [one["label"] for one in person["courses"]] == ["high", "low"]
    assert document["files"] == [
        {"path": "graybook.toml", "used_as": "settings", "reason": None, "reason_code": None}
    ]


@pytest.mark.rule(8)
def test_letters_of_nobody_are_refused(tmp_path: Path) -> None:
    """Courses without a person: exit 3 with the [person] table to paste."""
    ran = run("assess", on_paper(tmp_path / "in", HIGH, person=""), "--out", tmp_path / "out")
    assert ran.exit_code == 3
    assert "[person]" in ran.stderr


@pytest.mark.rule(9)
def test_what_the_report_states_comes_before_the_prescription(tmp_path: Path) -> None:
    """A stated cord maximum of 24 Gy in 10 stands instead of 30: 26.4, not 37.5; a mean alone is printed and never summed."""
    stated = (
        f'{HIGH}\norgan_dose = [{{ organ = "Moelle", dose_gy = 24, metric = "max" }}, '
        '{ organ = "Kidney_L", dose_gy = 12, metric = "mean" }]'
    )
    result = result_of(on_paper(tmp_path, stated))
    cord, kidney = organ(result), organ(result, "Kidney_L")
    assert cord.point_sum.customary_d0_03cc_gy == pytest.approx(eqd2(24, 10), abs=1e-6) == 26.4
    assert cord.courses[0].basis == "stated"
    assert kidney.point_sum.customary_d0_03cc_gy is None
    assert not kidney.point_sum.complete
    assert (kidney.courses[0].physical_mean_gy, kidney.courses[0].basis) == (12.0, "stated")


@pytest.mark.rule(9)
@pytest.mark.parametrize(
    ("where", "name", "inside"),
    [
        ('organs = ["Oesophage"]', "Esophagus", True),
        ('site = "lung"\nside = "left"', "Lung_L", True),
        ('site = "poumon"\nside = "left"', "Lung_L", True),
        ('levels = "L3"', "SpinalCord", True),
        ('levels = "L4-sacrum"', "SpinalCord", False),
        ('levels = "L4-sacrum"', "CaudaEquina", True),
    ],
)
def test_a_region_includes_an_organ(tmp_path: Path, where: str, name: str, inside: bool) -> None:
    """By the user's word, by the site, or by the vertebrae inside which the organ lies, and not otherwise."""
    entry = f'[[course]]\nlabel = "letter"\nstart_date = 2009-03-02\ntotal_gy = 30\nfractions = 10\n{where}'
    result = result_of(on_paper(tmp_path, entry))
    assert (name in {one.tg263 for one in result.structures}) is inside


@pytest.mark.rule(5)
def test_fractions_of_a_letter_unknown(tmp_path: Path) -> None:
    """50 Gy in 5 to 25 fractions: 50 and, where limits look, 150; without a range it is not converted and said so."""
    bare = '[[course]]\nlabel = "letter"\nstart_date = 2009-03-02\nlevels = "T9-L1"\ntotal_gy = 50'
    ranged = organ(result_of(on_paper(tmp_path / "a", f"{bare}\nfractions_min = 5\nfractions_max = 25")))
    assert ranged.point_sum.customary_d0_03cc_gy == 50.0
    assert ranged.point_sum.bound_d0_03cc_gy == 150.0
    result = result_of(on_paper(tmp_path / "b", bare))
    cord = organ(result)
    assert cord.point_sum.customary_d0_03cc_gy is None
    assert cord.courses[0].physical_d0_03cc_gy == 50.0
    assert not cord.point_sum.complete
    assert {"paper_fractions_unknown", "paper_not_converted"} <= codes(result)


@pytest.mark.rule(9)
def test_a_letter_beside_files(tmp_path: Path) -> None:
    """A letter of 30 Gy in 10 on the cord beside 50 Gy in 25: 3D stays 50 and is a lower bound; the point sum is 87.5."""
    folder = write_phantom(tmp_path, [course("new", NEW, plan(50, 25))])
    plain = organ(result_of(folder))
    cord = organ(result_of(state(folder, HIGH)))
    assert cord.cumulative.mean_gy == 50.0
    assert not plain.lower_bound
    assert cord.lower_bound
    for value in ("customary_d0.03cc_gy", "bound_d0.03cc_gy", "max_sum_gy", "customary_d0.1cc_gy"):
        assert metrics(cord.point_sum)[value] == metrics(plain.point_sum)[value] + 37.5 == 87.5
    assert cord.point_sum.complete


@pytest.mark.rule(8)
def test_a_letter_of_another_id_is_another_person(tmp_path: Path) -> None:
    """[person] under another ID than the files: exit 3 with the block to paste; with it, one person and one sum."""
    folder = write_phantom(tmp_path / "in", [course("new", NEW, plan(50, 25))])
    person = '[person]\npatient_id = "OLD-7"\nname = "X"\nbirth_date = 1970-02-03\n'
    ran = run("assess", on_paper(folder, HIGH, person=person), "--out", tmp_path / "out")
    assert ran.exit_code == 3
    pasted = ran.stderr[ran.stderr.index("[[identity]]") :]
    path = folder / "graybook.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{pasted}", encoding="utf-8")
    result = result_of(folder)
    assert organ(result).point_sum.customary_d0_03cc_gy == 87.5
    assert {one.value for one in result.patient.identities} == {"OLD-7", "PHANTOM-1"}


@pytest.mark.rule(8)
def test_a_letter_of_another_birth_date_is_refused(tmp_path: Path) -> None:
    """[person] with the files' ID and another birth date: exit 3, the correction to paste."""
    folder = write_phantom(tmp_path / "in", [course("new", NEW, plan(50, 25))])
    person = '[person]\npatient_id = "PHANTOM-1"\nname = "Eprouvette^Zoe"\nbirth_date = 1971-02-03\n'
    ran = run("assess", on_paper(folder, HIGH, person=person), "--out", tmp_path / "out")
    assert ran.exit_code == 3
    assert "[[correction]]" in ran.stderr


@pytest.mark.rule(9)
def test_vertebrae_shared_with_the_new_plan(tmp_path: Path) -> None:
    """Letters T9–L1 and L2–sacrum, new plan T12–L3: T12–L1 with the first, L2–L3 with the second; type I by levels."""
    folder = write_phantom(tmp_path, [course("new", NEW, plan(50, 25))])
    state(folder, HIGH, LOW, f'[[course]]\ncourse = "{NEW}"\nlevels = "T12-L3"')
    result = result_of(folder)
    labels = {one.id: one.label for one in result.courses}
    assert [(labels[one.with_], one.levels) for one in result.overlaps] == [
        ("high", "T12-L1"),
        ("low", "L2-L3"),
    ]
    assert {one.course for one in result.overlaps} == {result.reference_course}
    assert finding(result, "high", "T12–L1")
    assert finding(result, "low", "L2–L3")
    assert [one.levels for one in result.courses] == ["T9-L1", "L2-sacrum", "T12-L3"]
    found = result.clinical.reirradiation
    assert (found.type, found.basis) == ("type I", "levels")


@pytest.mark.rule(9)
def test_a_radionuclide_stands_in_its_own_column(tmp_path: Path) -> None:
    """Lu-177 beside two letters: no number changes, its dose is unknown in a column of its own; without activity grade D."""
    lutetium = '[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\ngiven = 2020-01-02\ncycle = 1'
    folder = on_paper(tmp_path / "in", HIGH, LOW, f"{lutetium}\nactivity_gbq = 7.4")
    cord = organ(result_of(folder))
    assert cord.point_sum.customary_d0_03cc_gy == 67.5
    assert not cord.point_sum.complete
    assert [(one.modality, one.dose_gy) for one in cord.apart] == [("radionuclide", None)]
    pages: Any = sheet(assess(folder).material, "en")
    titles = [one.title for one in pages.summary.organs.columns]
    assert pages.summary.organs.rows[0][titles.index("Radionuclides")].lines == ("unknown",)
    assert [one.evidence_grade for one in result_of(folder).radionuclides] == ["C"]
    unknown = result_of(on_paper(tmp_path / "unknown", HIGH, lutetium))
    assert [one.evidence_grade for one in unknown.radionuclides] == ["D"]
