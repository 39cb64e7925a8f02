"""Rule 8, persons: files of one or several persons come in; no dose of two persons is ever added."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from graybook.report.sheet import sheet
from graybook.workflow.cumulative import assess
from phantoms import PhantomCourse, write_phantom
from rules.patients import course, organ, plan, result_of, run, scanned

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)


def _set(keyword: str, value: str) -> Any:
    def alter(dataset: Dataset) -> None:
        setattr(dataset, keyword, value)

    return alter


def _with(name: str, day: date, keyword: str, value: str) -> PhantomCourse:
    """A course all of whose files say something else of the person."""
    alter = _set(keyword, value)
    return course(name, day, plan(40, 20, alter_plan=alter, alter_dose=alter), alter_structures=alter)


def _two(folder: Path, other: PhantomCourse) -> Path:
    return write_phantom(folder, [other, course("new", NEW, plan(50, 25))])


CONTRADICTIONS = {
    "birth date": ("PatientBirthDate", "19451231"),
    "sex": ("PatientSex", "M"),
    "Patient ID": ("PatientID", "SOMEBODY-ELSE"),
}


def _pasted(stderr: str) -> str:
    """The graybook.toml of a remedy, as a person would paste it."""
    return stderr[stderr.index("[[") :]


@pytest.mark.rule(8)
@pytest.mark.parametrize(("keyword", "value"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_not_one_person(tmp_path: Path, keyword: str, value: str) -> None:
    """Another ID, birth date or sex: assess ends with 3, nothing written, a remedy that can be pasted on stderr."""
    folder = _two(tmp_path / "in", _with("old", OLD, keyword, value))
    ran = run("assess", folder, "--out", tmp_path / "out", "--json")
    assert ran.exit_code == 3
    assert ran.stdout == ""
    assert not (tmp_path / "out" / "result.json").exists()
    tables = tomllib.loads(_pasted(ran.stderr))
    for entry in (*tables.get("identity", []), *tables.get("correction", [])):
        assert {"author", "date", "reason"} <= set(entry)
        assert "PHANTOM-1" in str(entry)
    assert set(tables) == {"identity" if keyword == "PatientID" else "correction"}


@pytest.mark.rule(8)
@pytest.mark.parametrize(("keyword", "value"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_the_pasted_remedy_is_followed(tmp_path: Path, keyword: str, value: str) -> None:
    """The remedy pasted as it stands into graybook.toml makes one person: 40 + 50 = 90.0, and it is said."""
    folder = _two(tmp_path / "in", _with("old", OLD, keyword, value))
    ran = run("assess", folder, "--out", tmp_path / "out")
    (folder / "graybook.toml").write_text(_pasted(ran.stderr), encoding="utf-8")
    result = result_of(folder)
    assert organ(result).cumulative.mean_gy == 90.0
    assert any("PHANTOM-1" in str(one) for one in result.provenance.overrides)


@pytest.mark.rule(8)
@pytest.mark.parametrize(("keyword", "value"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_scan_and_dvh_take_many_persons(tmp_path: Path, keyword: str, value: str) -> None:
    """The same folder: scan and dvh exit 0 and show both courses' plans."""
    folder = _two(tmp_path, _with("old", OLD, keyword, value))
    document = scanned(folder)
    assert len(document["persons"]) == 2
    ran = run("dvh", folder, "--json")
    assert ran.exit_code == 0
    means = {one["mean_gy"] for item in json.loads(ran.stdout)["plans"] for one in item["structures"]}
    assert means == {40.0, 50.0}


@pytest.mark.rule(8)
def test_patient_is_chosen_by_id(tmp_path: Path) -> None:
    """--patient ID assesses that person alone; an ID nobody has is a wrong call (2) that lists those found."""
    folder = _two(tmp_path / "in", _with("old", OLD, "PatientID", "SOMEBODY-ELSE"))
    for identifier, mean in (("SOMEBODY-ELSE", 40.0), ("PHANTOM-1", 50.0)):
        result = result_of(folder, patient=identifier)
        assert result.patient.id == identifier
        assert organ(result).cumulative.mean_gy == mean
    ran = run("assess", folder, "--out", tmp_path / "out", "--patient", "NOBODY")
    assert ran.exit_code == 2
    assert "PHANTOM-1" in ran.stderr
    assert "SOMEBODY-ELSE" in ran.stderr


@pytest.mark.rule(8)
def test_choosing_an_id_does_not_settle_a_contradiction(tmp_path: Path) -> None:
    """One ID with two birth dates: --patient does not help, status 3."""
    folder = _two(tmp_path / "in", _with("old", OLD, "PatientBirthDate", "19451231"))
    ran = run("assess", folder, "--out", tmp_path / "out", "--patient", "PHANTOM-1")
    assert ran.exit_code == 3


@pytest.mark.rule(8)
def test_one_linked_file_of_another_person(tmp_path: Path) -> None:
    """A plan that carries another Patient ID than the dose that refers to it: never added in silence, status 3."""
    mixed = course("old", OLD, plan(40, 20, alter_plan=_set("PatientID", "SOMEBODY-ELSE")))
    ran = run("assess", _two(tmp_path / "in", mixed), "--out", tmp_path / "out")
    assert ran.exit_code == 3
    assert "SOMEBODY-ELSE" in ran.stderr
    assert "[[identity]]" in ran.stderr


@pytest.mark.rule(8)
@pytest.mark.parametrize("name", ["Eprouvette^Zoe", "ÉPROUVETTE^ZOÉ^^", "Éprouvette^Zoé^Marie"])
def test_a_name_spelt_otherwise_is_the_same_person(tmp_path: Path, name: str) -> None:
    """Same ID, birth date and sex: an accent, capitals or a second name do not stop the sum."""
    folder = _two(tmp_path, _with("old", OLD, "PatientName", name))
    assert organ(result_of(folder)).cumulative.mean_gy == 90.0


@pytest.mark.rule(8)
def test_same_id_of_two_hospitals(tmp_path: Path) -> None:
    """One number issued by two hospitals is two identifiers: status 3."""
    old = course("old", OLD, plan(40, 20), issuer="OTHER HOSPITAL")
    ran = run("assess", _two(tmp_path / "in", old), "--out", tmp_path / "out")
    assert ran.exit_code == 3
    assert "[[identity]]" in ran.stderr


@pytest.mark.rule(8)
def test_a_stray_image_of_another_person_is_not_in_the_way(tmp_path: Path) -> None:
    """Another person's files that hold no course leave the choice clear; they are listed."""
    stray = course("stray", OLD, patient_id="SOMEBODY-ELSE", structures=(), image=True, frame="")
    folder = write_phantom(tmp_path, [stray, course("new", NEW, plan(50, 25))])
    assert organ(result_of(folder)).cumulative.mean_gy == 50.0
    assert all(one["used_as"] or one["reason"] for one in scanned(folder)["files"])


@pytest.mark.rule(8)
def test_a_file_without_an_id(tmp_path: Path) -> None:
    """A structure set without Patient ID that the plan refers to: refused, or used; the pasted remedy works."""
    old = course("old", OLD, plan(40, 20), alter_structures=_set("PatientID", ""))
    folder = _two(tmp_path / "in", old)
    ran = run("assess", folder, "--out", tmp_path / "out")
    if ran.exit_code == 3:
        (folder / "graybook.toml").write_text(_pasted(ran.stderr), encoding="utf-8")
    assert organ(result_of(folder)).cumulative.mean_gy == 90.0


@pytest.mark.rule(8)
def test_two_persons_without_an_id(tmp_path: Path) -> None:
    """No Patient ID at all and two names: never one person."""
    no_id = _set("PatientID", "")

    def other(dataset: Dataset) -> None:
        dataset.PatientID = ""
        dataset.PatientName = "Somebody^Else"
        dataset.PatientBirthDate = ""

    first = course("old", OLD, plan(40, 20, alter_plan=other, alter_dose=other), alter_structures=other)
    second = course("new", NEW, plan(50, 25, alter_plan=no_id, alter_dose=no_id), alter_structures=no_id)
    folder = write_phantom(tmp_path / "in", [first, second])
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 3
    assert len(scanned(folder)["persons"]) == 2


BIRTH, MARRIED = "DURAND^MARIE", "MARTIN^MARIE"


def _married(folder: Path) -> Path:
    """One woman: birth name and an old Patient ID in 2015, married name and a new one in 2025."""

    def alter(name: str) -> Any:
        return _set("PatientName", name)

    old = course(
        "old", OLD, plan(40, 20, alter_plan=alter(BIRTH), alter_dose=alter(BIRTH)),
        alter_structures=alter(BIRTH), patient_id="OLD-7", issuer="OLD HOSPITAL",
    )  # fmt: skip
    new = course(
        "new", NEW, plan(50, 25, alter_plan=alter(MARRIED), alter_dose=alter(MARRIED)),
        alter_structures=alter(MARRIED),
    )  # fmt: skip
    return write_phantom(folder, [old, new])


@pytest.mark.rule(8)
def test_a_married_name_under_a_new_id(tmp_path: Path) -> None:
    """Two IDs and two names: 3 with a block to paste; with it the numbers of the one-ID twin, and who said so, on every page."""
    folder = _married(tmp_path / "in")
    out = tmp_path / "out"
    ran = run("assess", folder, "--out", out)
    assert ran.exit_code == 3
    pasted = _pasted(ran.stderr).replace("your name", "A. Physicist")
    (entry,) = tomllib.loads(pasted)["identity"]
    assert entry["ids"] == [
        {"value": "OLD-7", "issuer": "OLD HOSPITAL"},
        {"value": "PHANTOM-1", "issuer": "TEST"},
    ]
    (folder / "graybook.toml").write_text(pasted, encoding="utf-8")
    assert run("assess", folder, "--out", out).exit_code == 0
    made = json.loads((out / "result.json").read_text(encoding="utf-8"))
    twin = result_of(_two(tmp_path / "twin", course("old", OLD, plan(40, 20))))
    assert made["structures"] == [one.model_dump(mode="json", by_alias=True) for one in twin.structures]
    assert made["patient"]["identities"] == entry["ids"]
    assert made["patient"]["asserted_by"] == "A. Physicist"
    assert made["patient"]["name"] == MARRIED
    header = _header_of(folder)
    assert all(word in header for word in ("OLD-7", "PHANTOM-1", "A. Physicist", "2026-01-31"))
    assert header in (out / "report.html").read_text(encoding="utf-8")


def _header_of(folder: Path) -> str:
    """The person's details: the words that the page headers of both forms print."""
    return sheet(assess(folder).material, "en").person_details
