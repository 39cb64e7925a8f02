"""Odd geometry in a folder: what is used is used whole, and every file left out has its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pydicom
import pytest

from graybook.dicom.facts import ImageSliceFacts
from graybook.progress import silent
from graybook.workflow.folder.links import links_of
from graybook.workflow.folder.objects import objects_of
from graybook.workflow.folder.scan import ScanResult, scan
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, sphere, uniform, write_phantom
from phantoms.facts import a_slice, structures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One small course with nine slices."""
    ball = PhantomStructure(name="Ball", shape=sphere((0, 0, 0), 8))
    plan = PhantomPlan(dose_gy=uniform(20.0), fractions=10, prescription_gy=20.0, sessions=10)
    course = PhantomCourse(
        name="first",
        day=date(2015, 5, 4),
        structures=(ball,),
        plans=(plan,),
        extent_mm=(20, 20, 20),
        spacing_mm=(5, 5, 5),
    )
    return write_phantom(tmp_path, (course,))


def copy_of(path: Path, uid: str, **changes: object) -> Path:
    made = path.with_name(f"{uid}.dcm")
    dataset = pydicom.dcmread(path)
    dataset.SOPInstanceUID = uid
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(made)
    return made


def reason_of(result: ScanResult, name: str) -> str | None:
    (entry,) = (one for one in result.files if one.path.endswith(name))
    return entry.reason.code if entry.reason is not None else None


def test_a_repeated_slice_is_listed(folder: Path) -> None:
    """A second copy of a slice under another UID: the image is used, one of the two is listed as a repeat, and it is said."""
    (first,) = folder.rglob("CT_0003.dcm")
    copy_of(first, "1.2.3.4")
    result = scan(folder, silent)
    (course,) = result.persons[0].record.courses
    assert len(course.images) == 1
    listed = [one.path for one in result.files if one.reason and one.reason.code == "image_slice_repeated"]
    assert len(listed) == 1
    assert "image_slices_repeated" in {finding.code for finding in result.persons[0].findings}


def test_a_lone_dose_plane_is_refused(folder: Path) -> None:
    """A dose of one plane has no thickness: refused, with the reason beside the file."""
    (dose,) = folder.rglob("RD_0.dcm")
    dataset = pydicom.dcmread(dose)
    size = dataset.Rows * dataset.Columns * 2
    dataset.PixelData, dataset.NumberOfFrames = dataset.PixelData[:size], 1
    dataset.GridFrameOffsetVector = [0.0]
    dataset.save_as(dose)
    result = scan(folder, silent)
    assert reason_of(result, "RD_0.dcm") == "dose_single_plane"
    assert "dose_single_plane" in {refusal.code for refusal in result.persons[0].refusals}


def test_planes_that_make_no_volume_are_refused(folder: Path) -> None:
    """Two planes at one position: both files have the reason, and the plan has no dose."""
    (dose,) = folder.rglob("RD_0.dcm")
    dataset = pydicom.dcmread(dose)
    size = dataset.Rows * dataset.Columns * 2
    plane = {"PixelData": dataset.PixelData[:size], "NumberOfFrames": 1, "GridFrameOffsetVector": [0.0]}
    for uid in ("1.2.3.1", "1.2.3.2"):
        copy_of(dose, uid, **plane)
    dose.unlink()
    result = scan(folder, silent)
    assert [reason_of(result, f"1.2.3.{k}.dcm") for k in (1, 2)] == ["dose_planes_apart"] * 2


def test_a_hole_in_the_image_is_said(folder: Path) -> None:
    """Three neighbouring slices of 5 mm gone leave 20 mm: the image is refused with its reason, the dose still counts."""
    for number in (4, 5, 6):
        next(folder.rglob(f"CT_000{number}.dcm")).unlink()
    result = scan(folder, silent)
    (course,) = result.persons[0].record.courses
    assert (course.images, len(course.phases)) == ((), 1)
    assert reason_of(result, "CT_0001.dcm") == "image_not_used"


def test_an_unnamed_image_is_the_ct() -> None:
    """A structure set that names no series, in a frame with a CT and an MR, was drawn on the CT."""
    mr = tuple(as_mr(a_slice(k, series="mr")) for k in range(3))
    found = objects_of([*(a_slice(k) for k in range(3)), *mr, structures("rs")])
    assert links_of(found).series_of == {"rs": ("ct",)}


def as_mr(one: ImageSliceFacts) -> ImageSliceFacts:
    return replace(one, header=replace(one.header, modality="MR"))
