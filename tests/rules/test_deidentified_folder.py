"""A folder de-identified names nobody, leads where it led, and gives the same doses; proved by a search of the test's own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pydicom
import pytest

from graybook.dicom.deidentify import leaks, originals
from graybook.workflow.cumulative import assess
from graybook.workflow.deidentify import deidentify
from phantoms.originals import element_values, references, short_survivors, survivors

SECRETS = {"P": bytes(range(32)).hex(), "Q": bytes(range(7, 39)).hex()}


def key_of(folder: Path, project: str = "P") -> Path:
    """A key that is always the same, so that the test is."""
    file = folder / f"{project}.key"
    file.write_text(f'project = "{project}"\nsecret = "{SECRETS[project]}"\n')
    file.chmod(0o600)
    return file


def dicom_files(folder: Path) -> list[Path]:
    return [one for one in sorted(folder.rglob("*")) if one.is_file() and one.suffix in (".dcm", "")]


# ---- pydicom's files of radiotherapy


@pytest.fixture(scope="module")
def rt_files(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """pydicom's plan, structures and dose, one of each; de-identified."""
    source = test_data / "pydicom_rt" / "src" / "pydicom" / "data" / "test_files"
    folder, out = tmp_path_factory.mktemp("rt"), tmp_path_factory.mktemp("out") / "OUT"
    for name in ("rtplan.dcm", "rtstruct.dcm", "rtdose.dcm"):
        shutil.copyfile(source / name, folder / name)
    result = deidentify(folder, "P", out, key_path=key_of(out.parent))
    assert result.done
    assert result.left_out == ()
    return folder, out


RT_ALLOWED = {"patient", "Isocenter 1", "Isocenter 2", "PTV", "iso"}
"""Names of structures that the published lists let stay: the outline, and plain words with a number."""


def test_no_value_of_pydicoms_files_survives(rt_files):
    """No identifier, nested UID, name, date or institution in any byte of OUT; at its own place no short one either."""
    folder, out = rt_files
    files = dicom_files(folder)
    assert survivors(files, out, allowed=RT_ALLOWED) == []
    written = {str(one.Modality): one for one in map(pydicom.dcmread, out.rglob("*.dcm"))}
    for file in files:
        before = pydicom.dcmread(file, force=True)
        assert short_survivors(before, written[before.Modality], RT_ALLOWED) == []


def test_links_between_pydicoms_files_are_as_they_were(rt_files):
    """What led to another file, frame, series or study leads there; what dangled dangles; each class stays."""
    folder, out = rt_files
    assert references(dicom_files(folder)) == references(list(out.rglob("*.dcm")))


def test_the_scan_finds_what_the_first_anonymiser_leaves(rt_files, tmp_path):
    """dicom-anonymizer 2.1.0 works on the top level only. Frozen: these values of a plan's beams and references it keeps."""
    folder, out = rt_files
    plan = pydicom.dcmread(folder / "rtplan.dcm", force=True)
    known = originals(plan)
    for keyword in (
        "PatientName",
        "PatientID",
        "InstitutionName",
        "StationName",
        "RTPlanLabel",
        "OperatorsName",
    ):
        setattr(plan, keyword, "")
    plan.ReferringPhysicianName = plan.RTPlanName = plan.RTPlanDate = plan.StudyDate = ""
    beam = plan.BeamSequence[0]
    assert (beam.InstitutionName, beam.TreatmentMachineName, beam.DeviceSerialNumber) == (
        "Here",
        "unit001",
        "9999",
    )
    assert beam.InstitutionalDepartmentName == "Radiation Therap"
    leaking = tmp_path / "anonymised.dcm"
    _write(plan, leaking)
    found = {leak.attribute for leak in leaks(known, [leaking])}
    assert {
        "InstitutionName",
        "InstitutionalDepartmentName",
        "TreatmentMachineName",
        "DeviceSerialNumber",
        "BeamName",
        "ReferencedSOPInstanceUID",
    } <= found
    own = [one for one in out.rglob("*.dcm") if pydicom.dcmread(one).Modality == "RTPLAN"]
    assert len(own) == 1
    assert leaks(known, own) == ()


def _write(dataset: pydicom.Dataset, file: Path) -> None:
    """Write what another program made, with a file meta of its own."""
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = pydicom.uid.RTPlanStorage, "2.25.1"
    dataset.file_meta, dataset.preamble = meta, b"\0" * 128
    pydicom.dcmwrite(file, dataset, enforce_file_format=False, implicit_vr=True, little_endian=True)


def test_the_scan_finds_what_the_second_anonymiser_leaves(rt_files, tmp_path):
    """deid 0.4.13 removes every UID, so that no link resolves, and keeps these names; ours keeps links and no name."""
    folder, out = rt_files
    found: set[str] = set()
    for name in ("rtplan.dcm", "rtstruct.dcm"):
        dataset = pydicom.dcmread(folder / name, force=True)
        known = originals(dataset)
        for keyword in ("PatientName", "PatientID", "StudyDate", "ReferringPhysicianName", "OperatorsName"):
            if keyword in dataset:
                delattr(dataset, keyword)
        dataset.walk(_without_uids)
        leaking = tmp_path / name
        _write(dataset, leaking)
        found |= {word for leak in leaks(known, [leaking]) for word in (leak.attribute, leak.place)}
    assert {"InstitutionName", "StationName", "RTPlanName", "StructureSetLabel"} <= found
    assert all("SOPInstanceUID" in pydicom.dcmread(one) for one in out.rglob("*.dcm"))


def _without_uids(dataset: pydicom.Dataset, element: pydicom.DataElement) -> None:
    if element.VR == "UI" and element.tag.group > 2:
        del dataset[element.tag]


def test_two_projects_cannot_be_linked(rt_files, tmp_path):
    """No UID, pseudonym, label or date of one project stands in the other: with another key everything is another."""
    folder, out = rt_files
    other = tmp_path / "OUT"
    assert deidentify(folder, "Q", other, key_path=key_of(tmp_path, "Q")).done

    def made(place: Path) -> set[str]:
        values = {
            text
            for file in place.rglob("*.dcm")
            for _, keyword, text in element_values(pydicom.dcmread(file))
            if not text.startswith("1.2.840.10008.")
            and not keyword.startswith(("Implementation", "Deident", "Code", "Manu"))
        }
        return {text for text in values | {one.name for one in place.iterdir()} if len(text) > 7}

    before = {
        text for one in dicom_files(folder) for _, _, text in element_values(pydicom.dcmread(one, force=True))
    }
    shared = made(out) & made(other)
    assert {one for one in shared if not one.startswith("deidentified")} <= before | {"Graybook"}
    assert not {one for one in shared if one.startswith(("2.25.", "P-"))}


# ---- a whole clinical set


@pytest.fixture(scope="module")
def breast(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """98 CT slices in JPEG 2000, plan, structures and dose of one person; de-identified."""
    folder, out = test_data / "breast_complete", tmp_path_factory.mktemp("breast") / "OUT"
    result = deidentify(folder, "P", out, key_path=key_of(out.parent))
    assert result.done
    assert sorted(one.path for one in result.left_out) == [
        "LICENSE_dicompyler-core_BSD",
        "LICENSE_weasis_CC-BY-4.0",
    ]
    return folder, out


BREAST_ALLOWED = {"BODY", "Breast", "breast", "Heart", "Lt Lung", "Tumor Bed", "000000"}
"""TG-263 names and spellings mapped to them, names of targets in plain words; a number that is midnight too."""


def objects(folder: Path) -> list[Path]:
    files = (one for one in sorted(folder.rglob("*")) if one.is_file())
    return [one for one in files if not one.name.startswith(("LICENSE", "deidentified"))]


def test_no_value_of_a_clinical_set_survives(breast):
    """Nor do the names of its files, which hold its UIDs."""
    folder, out = breast
    files = objects(folder)
    stems = {one.stem for one in files if len(one.stem) > 12}
    assert len(files) == 101
    assert survivors(files, out, allowed=BREAST_ALLOWED, words=stems) == []


def test_links_of_a_clinical_set_are_as_they_were(breast):
    """539 nested UIDs of images lead where they led; references to images that are not in the set still lead nowhere."""
    folder, out = breast
    files = objects(folder)
    before, after = references(files), references(list(out.rglob("*.dcm")))
    assert before == after
    (plan,) = (led for kind, led in after.items() if kind.startswith("RTPLAN"))
    assert "dangling" in plan[0]


def test_pixels_of_a_clinical_set_are_as_they_were(breast):
    """Compressed slices decode to the same values, those among them whose fragments broke the rule of even length."""
    folder, out = breast

    def slices(place: Path) -> dict[float, pydicom.Dataset]:
        found = [pydicom.dcmread(one) for one in objects(place)]
        return {float(one.SliceLocation): one for one in found if one.Modality == "CT"}

    before, after = slices(folder), slices(out)
    assert before.keys() == after.keys()
    odd = [place for place, one in before.items() if len(one.PixelData) % 2]
    even = [place for place, one in before.items() if len(one.PixelData) % 2 == 0]
    assert odd
    for place in (*odd[:2], *even[:2]):
        assert (before[place].pixel_array == after[place].pixel_array).all()
    assert all(before[place].PixelData == after[place].PixelData for place in even)


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planes of the report are not drawn: they are not compared, and take most of the time."""
    for name in ("planes_through", "_aligned"):
        monkeypatch.setattr(f"graybook.workflow.person.illustrations.{name}", lambda *_, **__: ())


def test_a_clinical_set_gives_the_same_doses(breast, without_pictures):
    """Every figure of every structure, to the last digit, and every point of its histograms."""
    folder, out = breast
    before, after = assess(folder), assess(next(out.glob("P-*")))
    assert _figures(before.result) == _figures(after.result)
    assert _curves(before) == _curves(after)
    assert [one.evidence_grade for one in after.result.courses] == ["A"]


def _figures(result) -> list[str]:
    """All numbers of the structures, by TG-263 name and volume: ids, names and sources are not compared."""
    rows = []
    for one in result.structures:
        document = json.loads(one.model_dump_json(by_alias=True))
        rows.append(json.dumps(_numbers(document), sort_keys=True))
    return sorted(rows)


def _numbers(value):
    if isinstance(value, dict):
        return {
            key: _numbers(one)
            for key, one in value.items()
            if not isinstance(one, str) or key in ("tg263", "kind")
        }
    return [_numbers(one) for one in value if not isinstance(one, str)] if isinstance(value, list) else value


def _curves(assessed) -> list[str]:
    curves = (curve for one in assessed.material.curves for curve in one.curves)
    return sorted(repr([one.dose_gy.tolist(), one.volume_percent.tolist()]) for one in curves)
