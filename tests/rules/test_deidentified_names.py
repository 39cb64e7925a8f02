"""A name that hides in a text of the lists, or stands in another file of the person only, goes; proved by a search of the bytes."""

from __future__ import annotations

import importlib
import json
import re
from datetime import date
from pathlib import Path

import pydicom
import pytest

from graybook.dicom.deidentify import leaks, originals
from graybook.errors import InputError, UsageError
from graybook.record import Person
from graybook.record.person import Identity
from graybook.workflow.cumulative import assess
from graybook.workflow.deidentify import deidentify
from phantoms import uniform, write_phantom
from phantoms.course import PhantomCourse, PhantomPlan
from rules.patients import structure

NAMES = (
    "PTV_Bas",
    "PTV bas",
    "PTV_4711",
    "PTV1961",
    "GTV 0817",
    "Couch 4712",
    "PTV_5040",
    "Heart",
    "Lt Lung",
)
STAY = {"PTV_5040", "Heart", "Lt Lung"}
HIDDEN = re.compile(
    rb"(?i)(ptv|gtv|couch)[ _]?(bas\b|haut\b|4711|4712|1961|0817)|kovalchuk|lef[e\xe8]vre|xanadu|zorn"
)
"""Names of the patients and of a physician, an identifier, a birth year and day, a hospital's own word."""


def key_of(folder: Path, project: str = "P") -> Path:
    """A key that is always the same."""
    file = folder / f"{project}.key"
    file.write_text(f'project = "{project}"\nsecret = "{bytes(range(32)).hex()}"\n')
    file.chmod(0o600)
    return file


def person(name: str, identifier: str, born: date) -> Person:
    return Person(identities=(Identity(value=identifier),), name=name, birth_date=born, sex="F")


def write(folder: Path, whose: Person, name: str, names: tuple[str, ...]) -> None:
    """A plan, its dose, a structure set and slices."""
    course = PhantomCourse(
        name=name,
        day=date(2015, 5, 4),
        plans=(PhantomPlan(dose_gy=uniform(20.0), fractions=10, prescription_gy=20.0, label="Plan"),),
        structures=tuple(structure(one) for one in names),
        extent_mm=(20, 20, 20),
        spacing_mm=(5, 5, 5),
    )
    write_phantom(folder / name, (course,), person=whose)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two persons; each name is stated in one kind of file, and hides in another."""
    base = tmp_path_factory.mktemp("names") / "in"
    write(base, person("Bas^Marie", "4711", date(1961, 8, 17)), "one", NAMES)
    write(base, person("Haut^Kovalchuk", "880099", date(1950, 3, 2)), "two", ("PTV_Haut", "PTV bas", "Heart"))
    for file in (base / "two").rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        if dataset.Modality == "RTPLAN":
            dataset.InstitutionName, dataset.PhysiciansOfRecord = "Hopital Xanadu Clinic", "Zorn^Karl"
        if dataset.Modality == "CT":
            dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "KOVALCHUK ZORN"]
            dataset.BodyPartExamined, dataset.ScanOptions = "KOVALCHUK", ["ZORN", "HELICAL MODE"]
            dataset.Manufacturer = "Xanadu Clinic physics"
            dataset.SoftwareVersions = ["Planner 15 Xanadu", "2.1"]
            dataset.FilterType = "Zorn B30"
        dataset.save_as(file)
    return base


@pytest.fixture(scope="module")
def out(folder: Path) -> Path:
    """Both de-identified, with nothing found by the product's own search."""
    written = folder.parent / "OUT"
    result = deidentify(folder, "P", written, key_path=key_of(folder.parent))
    assert result.leaks == ()
    return written


def test_no_name_hides_in_a_text_that_stays(folder, out):
    """The search finds the names in FOLDER, whatever the case, and in no byte of OUT."""
    before = [one for one in folder.rglob("*.dcm") if HIDDEN.search(one.read_bytes())]
    assert len(before) > 6
    found = {
        match[0] for one in out.rglob("*") if one.is_file() for match in HIDDEN.finditer(one.read_bytes())
    }
    assert found == {b"PTV bas"}  # the level of a target of the other one, who is not called so
    files = [one for one in out.rglob("*.dcm") if b"PTV bas" in one.read_bytes()]
    assert not any(b"PTV_5040" in one.read_bytes() for one in files)


def test_plain_names_and_terms_stay(folder, out):
    """TG-263 names, a dose in a target's name, terms of an image type, and another person's word for a level."""
    by_names = []
    for file in out.rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        if dataset.Modality == "RTSTRUCT":
            by_names.append({one.ROIName for one in dataset.StructureSetROISequence})
        if dataset.Modality == "CT" and "ScanOptions" in dataset:
            assert list(dataset.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL", ""]
            assert list(dataset.ScanOptions) == ["", "HELICAL MODE"]
            assert (dataset.Manufacturer, list(dataset.SoftwareVersions)) == ("", ["", "2.1"])
    one, two = sorted(by_names, key=len, reverse=True)
    assert one >= STAY
    assert {"PTV bas", "Heart"} <= two
    assert all(re.fullmatch(r"(PTV|GTV|Couch)-[A-Z2-7]{8}", name) for name in one - STAY if name != "BODY")


def test_a_name_is_found_though_an_equal_text_may_stay(folder, out, tmp_path, monkeypatch):
    """Were such names left in, the run would not be done: they never leave the search."""
    for module in ("texts", "originals"):
        place = importlib.import_module(f"graybook.dicom.deidentify.{module}")
        monkeypatch.setattr(place, "structure_stays", lambda *_: True)
    result = deidentify(folder, "P", tmp_path / "OUT", key_path=key_of(tmp_path))
    assert {"PatientName", "PatientID"} <= {one.attribute for one in result.leaks}


@pytest.mark.parametrize("text", ["PTV_Bas", "PTV_4711"])
def test_the_search_of_one_file(text, folder, tmp_path):
    """A short name or identifier in a structure's name, and a short name among code strings, are leaks."""
    dataset = next(
        one for one in map(pydicom.dcmread, (folder / "one").rglob("*.dcm")) if one.Modality == "RTSTRUCT"
    )
    known = originals(dataset)
    left = pydicom.Dataset()
    left.file_meta, left.preamble = dataset.file_meta, b"\0" * 128
    roi = pydicom.Dataset()
    roi.ROIName = text
    left.StructureSetROISequence = [roi]
    left.save_as(tmp_path / "a.dcm", enforce_file_format=False)
    assert {one.place for one in leaks(known, [tmp_path / "a.dcm"])} >= {"ROIName"}
    roi.ROIName = "Heart"
    left.ScanOptions = "BAS MODE"
    left.save_as(tmp_path / "b.dcm", enforce_file_format=False)
    assert "ScanOptions" in {one.place for one in leaks(known, [tmp_path / "b.dcm"])}


def test_doses_are_the_same(folder, out):
    """A target that lost its name for a stand-in is assessed as it was, to the last digit."""
    before = assess(folder / "one").result
    pseudonym = next(one.parent for one in out.rglob("*.dcm") if b"PTV_5040" in one.read_bytes())
    after = assess(pseudonym).result
    assert _figures(before) == _figures(after)
    assert len(before.structures) >= len(NAMES)


def _figures(result) -> list[str]:
    return sorted(
        json.dumps(_numbers(json.loads(one.model_dump_json(by_alias=True))), sort_keys=True)
        for one in result.structures
    )


def _numbers(value):
    if isinstance(value, dict):
        return {key: _numbers(one) for key, one in value.items() if not isinstance(one, str) or key == "kind"}
    return [_numbers(one) for one in value if not isinstance(one, str)] if isinstance(value, list) else value


def test_a_refused_run_makes_no_key(folder, out, tmp_path):
    """OUT of another project, or with files of others: refused before a key is made."""
    fresh = tmp_path / "Q.key"
    with pytest.raises(InputError, match="another project"):
        deidentify(folder, "Q", out, key_path=fresh)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("x")
    with pytest.raises(UsageError, match="did not write"):
        deidentify(folder, "Q", tmp_path / "full", key_path=fresh)
    assert not fresh.exists()
