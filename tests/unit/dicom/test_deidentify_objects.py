"""Every kind of object says the same after de-identification: geometry, doses, activities, times between, links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest

from graybook.dicom.deidentify import Guard, deidentified, encoded, guard_of, leaks, originals
from graybook.dicom.facts import OtherFacts
from graybook.dicom.reading import read_file, read_folder
from graybook.dicom.walk import SourceFile
from graybook.geometry import Displacement, Grid
from graybook.progress import silent
from graybook.record import Identity
from graybook.record.project_key import ProjectKey
from phantoms import (
    PhantomCourse,
    PhantomPlan,
    PhantomStructure,
    box,
    linear,
    rotation_z,
    sphere,
    write_phantom,
)
from phantoms.course import PhantomDeformation, PhantomRegistration
from phantoms.nuclear import write_therapy

KEY = ProjectKey(project="trial", secret=bytes(range(32)))
PERSON = KEY.person([Identity(value="NUC1")])
DAYS = timedelta(days=KEY.days(PERSON))
NAMED = (
    "patient_id", "patient_name", "birth_name", "birth_date", "other_ids", "issuer_of_patient_id", "path", "label", "name",
    "series_description", "manufacturer", "camera", "description", "prescription_description", "comment", "subject",
    "category", "kind", "reviewed_by", "findings", "file", "agent",
)  # fmt: skip
"""Fields that hold what people wrote; tested elsewhere."""


def stated(value: object, where: str = "") -> Iterator[tuple[str, object]]:
    """Every number, date, UID and code that facts hold."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in NAMED:
                yield from stated(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from stated(one, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from stated(one, f"{where}[{place}]")
    elif isinstance(value, np.ndarray):
        yield where, value.tobytes()
    elif not callable(value):
        yield where, value


def is_same(before: object, after: object) -> bool:
    """Whether a fact is the same: equal, a date that moved, or a UID under the key."""
    if isinstance(before, date):
        return after == before + DAYS
    return after == before or (isinstance(before, str) and after == KEY.uid(before))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two courses with CT, structures, plans, doses, records and both kinds of registration; a therapy with 177Lu."""
    ball = PhantomStructure(name="GTV Dupont", shape=sphere((0, 0, 0), 12), interpreted_type="GTV")
    cord = PhantomStructure(
        name="Moelle épinière", shape=box((-5, -5, -15), (5, 5, 15)), interpreted_type="ORGAN"
    )
    plan = PhantomPlan(dose_gy=linear(50, (0.5, 0, 0)), fractions=25, prescription_gy=50, sessions=2)
    beams = PhantomPlan(fractions=5, prescription_gy=40, summation="BEAM", beams=2)
    extent = (24.0, 24.0, 24.0)
    courses = [
        PhantomCourse(
            name="first", day=date(2015, 5, 4), structures=(ball, cord), plans=(plan,), extent_mm=extent
        ),
        PhantomCourse(
            name="second", day=date(2025, 5, 4), structures=(ball,), plans=(beams,), extent_mm=extent
        ),
    ]
    base = tmp_path_factory.mktemp("objects")
    old, new = courses
    rigid = PhantomRegistration(from_course=old, to_course=new, matrix=rotation_z(5, (1.0, 2.0, 3.0)))
    grid = Grid(
        frame=new.frame_uid, shape=(3, 4, 5), origin_mm=[-10.0] * 3, spacing_mm=[5.0] * 3, axes=np.eye(3)
    )
    vectors = np.random.default_rng(3).normal(size=(*grid.shape, 3))
    field = Displacement.from_vectors(vectors, grid, to_frame=old.frame_uid, before=np.eye(4))
    deformed = PhantomDeformation(from_course=new, to_course=old, displacement=field)
    write_phantom(base / "beams", courses, [rigid, deformed])
    (base / "nuclear").mkdir()
    write_therapy(base / "nuclear")
    return base


def test_facts_are_the_same(folder: Path) -> None:
    """Whatever a reader takes from a file it takes from the de-identified one: every number to the last bit, every link renamed."""
    kinds: set[str] = set()
    for before in read_folder(folder, silent):
        if isinstance(before, OtherFacts):
            continue
        dataset = pydicom.dcmread(folder / before.header.path)
        data = encoded(deidentified(dataset, KEY, PERSON)[0])
        after = read_file(SourceFile(path="a.dcm", open=lambda data=data: BytesIO(data), size=len(data)))
        kinds.add(type(after).__name__)
        assert type(after) is type(before), before.header.path
        found = dict(stated(after))
        for where, value in stated(before):
            assert is_same(value, found.get(where)), (before.header.path, where, value, found.get(where))
    assert kinds == {
        "AdministrationFacts", "DoseFacts", "ImageSliceFacts", "PlanFacts", "RegistrationFacts",
        "SegmentationFacts",
        "StructureSetFacts", "TreatmentRecordFacts",
    }  # fmt: skip


def test_voxels_and_contours_keep_their_bytes(folder: Path) -> None:
    """Pixels and coordinates are not decoded and written again: their bytes are those of the original."""
    seen = set()
    for path in sorted(folder.rglob("*.dcm")):
        before = pydicom.dcmread(path)
        after = pydicom.dcmread(BytesIO(encoded(deidentified(before, KEY, PERSON)[0])))
        assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
        for keyword in ("PixelData", "DoseGridScaling", "GridFrameOffsetVector", "ImagePositionPatient"):
            if keyword in before:
                assert after.get_item(keyword).value == pydicom.dcmread(path).get_item(keyword).value
                seen.add(keyword)
        for number, item in enumerate(before.get("ROIContourSequence", ())):
            for place, contour in enumerate(item.get("ContourSequence", ())):
                again = after.ROIContourSequence[number].ContourSequence[place]
                assert again.get_item("ContourData").value == contour.get_item("ContourData").value
                seen.add("ContourData")
    assert len(seen) == 5


def test_no_original_is_left_in_any_of_them(folder: Path, tmp_path: Path) -> None:
    """The search over all written files finds nothing, and the same search over the originals finds every file."""
    found = None
    written = []
    datasets = [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]
    guard = Guard()
    for dataset in datasets:
        guard |= guard_of(dataset)
    for number, dataset in enumerate(datasets):
        own = originals(dataset)
        found = own if found is None else found | own
        data = encoded(deidentified(dataset, KEY, PERSON, guard)[0])
        written.append(tmp_path / f"{number}.dcm")
        written[-1].write_bytes(data)
    assert found is not None
    assert leaks(found, written) == ()
    files = sorted(folder.rglob("*.dcm"))
    assert {leak.file for leak in leaks(found, files)} == {path.name for path in files}


def test_it_is_the_same_every_time(folder: Path) -> None:
    """The same file, key and person give the same bytes; another key gives other UIDs, names and dates."""
    path = next(folder.rglob("RS*.dcm"))
    first, again = (encoded(deidentified(pydicom.dcmread(path), KEY, PERSON)[0]) for _ in range(2))
    assert first == again
    other = ProjectKey(project="other", secret=bytes(range(1, 33)))
    there = deidentified(pydicom.dcmread(path), other, other.person([Identity(value="NUC1")]))[0]
    here = pydicom.dcmread(BytesIO(first))
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "PatientID", "StudyDate", "StructureSetLabel"):
        assert here[keyword].value != there[keyword].value
    assert here.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID not in str(there)


def test_another_program_reads_what_was_written(folder: Path, tmp_path: Path) -> None:
    """highdicom takes the segmentation as a whole object, with the voxels of the original, and the tree of a dose report."""
    before = highdicom.seg.segread(folder / "nuclear" / "SEG.dcm")
    path = tmp_path / "seg.dcm"
    path.write_bytes(encoded(deidentified(pydicom.dcmread(folder / "nuclear" / "SEG.dcm"), KEY, PERSON)[0]))
    after = highdicom.seg.segread(path)
    np.testing.assert_array_equal(after.pixel_array, before.pixel_array)
    assert after.get_segment_description(1).segment_label == "Kidney_L"
    assert after.get_segment_description(1).segmented_property_type.value == "64033007"
    path.write_bytes(encoded(deidentified(pydicom.dcmread(folder / "nuclear" / "SR.dcm"), KEY, PERSON)[0]))
    content = pydicom.dcmread(path).ContentSequence
    items = highdicom.sr.ContentSequence.from_sequence(content, is_sr=True)
    assert {item.value_type.name for item in items} >= {"CONTAINER"}
