"""Real files that lie feet first, oblique or on pixels that are not square: used as docs/science/geometry.md says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pydicom
import pytest

from graybook.dicom.facts import DoseFacts, FileFacts, ImageSliceFacts, StructureSetFacts
from graybook.dicom.images import image_of
from graybook.dicom.reading import read_folder
from graybook.dvh.sampling import StructureSamples, structure_samples
from graybook.geometry import ContourStack, Grid, GridField
from graybook.progress import silent
from graybook.workflow.folder.scan import scan


@cache
def facts_of(folder: Path) -> tuple[FileFacts, ...]:
    return read_folder(folder, silent)


def image_grid(folder: Path) -> Grid:
    return image_of([fact for fact in facts_of(folder) if isinstance(fact, ImageSliceFacts)]).image.grid


@cache
def mass_of(folder: Path) -> tuple[ContourStack, StructureSamples]:
    (facts,) = (fact for fact in facts_of(folder) if isinstance(fact, StructureSetFacts))
    contours = next(roi for roi in facts.rois if roi.name.startswith("GTV_Mass")).contours()
    return contours, structure_samples(contours)


def test_an_oblique_mr_is_one_image(test_data: Path) -> None:
    """40 oblique MR slices are one upright, even volume along Image Orientation's normal, 5.2 mm apart."""
    grid = image_grid(test_data / "sts_001_mr" / "native_MR_T1")
    assert grid.shape == (40, 512, 512)
    assert grid.is_orthonormal
    assert grid.planes_mm is None
    assert grid.spacing_mm.tolist() == pytest.approx([0.390625, 0.390625, 5.2], abs=1e-4)


def test_oblique_contours_lie_in_the_planes_of_their_image(test_data: Path) -> None:
    """The contours' planes, found from points written with three digits, are the image's to 1e-5, and stand on its slices."""
    grid = image_grid(test_data / "sts_001_mr" / "native_MR_T1")
    contours, _ = mass_of(test_data / "sts_001_mr" / "native_MR_T1")
    np.testing.assert_allclose(contours.normal, grid.axes[:, 2], atol=1e-5)
    slices = grid.indices_of(np.concatenate(contours.polygons))[:, 2]
    np.testing.assert_allclose(slices, np.rint(slices), atol=0.01)


def test_one_mass_in_two_orientations(test_data: Path) -> None:
    """A mass drawn on the oblique MR, and carried by another system onto axial CT planes, has one volume within 1 %."""
    _, native = mass_of(test_data / "sts_001_mr" / "native_MR_T1")
    _, registered = mass_of(test_data / "sts_001_mr" / "registered_MR_T1")
    assert native.volume_cm3 == pytest.approx(registered.volume_cm3, rel=0.01)
    spreads = [
        np.sort(np.linalg.eigvalsh(np.cov(one.points_mm.T, aweights=one.volumes_cm3)))
        for one in (native, registered)
    ]
    np.testing.assert_allclose(spreads[0], spreads[1], rtol=0.05)


def test_images_without_a_course_are_listed(test_data: Path) -> None:
    """No dose, no plan: nothing of the set is a course, and every file has its reason."""
    result = scan(test_data / "sts_001_mr", silent)
    assert [person.record.courses for person in result.persons] == [()]
    codes = {one.reason.code for one in result.files if one.reason is not None}
    assert codes == {"image_of_no_course", "structures_of_no_plan", "not_dicom"}
    assert all(one.used_as is None for one in result.files)


@pytest.mark.parametrize("name", ["RD.TBB_feet_in_supine.dcm", "RD.TBC_feet_in_supine.dcm"])
def test_feet_first_doses(test_data: Path, name: str) -> None:
    """Rows to the patient's right, planes towards the feet: the grid is centred on the phantom, and each voxel at its place."""
    folder = test_data / "pymedphys_data"
    (fact,) = (fact for fact in facts_of(folder) if isinstance(fact, DoseFacts) and fact.header.path == name)
    assert fact.grid is not None
    np.testing.assert_allclose(fact.grid.axes, np.diag([-1.0, 1.0, -1.0]))
    nz, ny, nx = fact.grid.shape
    middle = fact.grid.points_at(np.array([[(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]]))[0]
    assert np.abs(middle[[0, 2]]).max() < 0.2
    dataset = pydicom.dcmread(folder / name)
    stored = dataset.pixel_array * float(dataset.DoseGridScaling)
    column, row, frame = 70, 20, 55
    x, y, z = dataset.ImagePositionPatient
    point = np.array([[x - 2.0 * column, y + 2.0 * row, z - dataset.GridFrameOffsetVector[frame]]])
    sampled = GridField(grid=fact.grid, values=fact.voxels()).sample(point).low[0]
    assert sampled == pytest.approx(stored[frame, row, column], rel=1e-9)


def test_pixels_that_are_not_square(test_data: Path) -> None:
    """Pixel Spacing is rows then columns, offsets fall: 1.008 x 1.031 x 1.020 mm, planes downwards from 18.5 mm."""
    (fact,) = (
        fact
        for fact in facts_of(test_data / "pymedphys_data")
        if isinstance(fact, DoseFacts) and fact.header.path == "rtdose_non_square_pixels.dcm"
    )
    assert fact.grid is not None
    assert fact.grid.shape == (77, 65, 77)
    assert fact.grid.spacing_mm.tolist() == pytest.approx([1.0078947, 1.03125, 1.0197368], abs=1e-6)
    assert fact.grid.points_at(np.array([[0.0, 0.0, 76.0]]))[0, 2] == pytest.approx(-59.0, abs=1e-6)


def test_what_is_made_of_them(test_data: Path) -> None:
    """The two feet-first doses are courses of physical dose; the third does not say what dose it is and waits for the answer."""
    result = scan(test_data / "pymedphys_data", silent)
    phases = [
        phase for person in result.persons for course in person.record.courses for phase in course.phases
    ]
    assert sorted(phase.dose.quantity.value for phase in phases if phase.dose is not None) == [
        "physical",
        "physical",
        "unknown",
    ]
    used = {one.path for one in result.files if one.used_as == "dose"}
    assert used == {
        "RD.TBB_feet_in_supine.dcm",
        "RD.TBC_feet_in_supine.dcm",
        "rtdose_non_square_pixels.dcm",
    }
