"""Orientations: the same body, cut any way, has the same DVH; each twin is the axial one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from graybook.dicom.marks import uid_from
from graybook.dvh.metrics import parse
from graybook.dvh.sampling import structure_samples
from graybook.geometry import ContourStack, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.progress import silent
from graybook.record import EvidenceGrade
from graybook.workflow.folder.scan import scan
from graybook.workflow.physical_dvh import DosedStructure, physical_dvhs
from phantoms import PhantomCourse, PhantomPlan, PhantomStructure, linear, rotation, sphere, write_phantom
from phantoms.syntaxes import WAYS, rewrite

AXIAL = np.eye(3)
ORIENTATIONS = {
    "HFP": np.diag([-1.0, -1.0, 1.0]),
    "FFS": np.diag([-1.0, 1.0, -1.0]),
    "FFP": np.diag([1.0, -1.0, -1.0]),
    "HFDR": rotation((0, 0, 1), 90)[:3, :3],
    "FFDL": np.diag([-1.0, 1.0, -1.0]) @ rotation((0, 0, 1), 90)[:3, :3],
    "coronal": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "sagittal": np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]),
    "oblique": rotation((1, 2, 3), 40)[:3, :3],
}
"""Columns: the directions of columns, rows and planes of images, doses and contours, in the patient."""

CENTRE = np.array([4.0, -6.0, 8.0])
RADIUS = 18.0
SLOPE = np.array([0.2, -0.1, 0.15])
METRICS = tuple(parse(text) for text in ("D98%", "D50%", "D2%", "D0.03cc", "V30Gy[%]"))
BALL = tuple(polygon for polygon in sphere((0, 0, 0), RADIUS).contours(2.0))
WITHIN = 1e-3


def course(
    *, dose: FloatArray = AXIAL, structures: FloatArray = AXIAL, image: FloatArray = AXIAL, **changed: object
) -> PhantomCourse:
    """A ball in a dose that is linear in space; each object cut its own way."""
    ball = PhantomStructure(name="Ball", polygons=tuple(one @ structures.T + CENTRE for one in BALL))
    plan = PhantomPlan(
        dose_gy=linear(30.0, SLOPE), fractions=10, prescription_gy=30.0, bits=32, dose_names_structures=True
    )
    return PhantomCourse(
        name="one",
        day=date(2020, 1, 6),
        structures=(ball,),
        plans=(replace(plan, **changed),),  # type: ignore[arg-type]
        axes=dose,
        image_axes=image,
        extent_mm=(40, 40, 40),
        image_spacing_mm=(4, 4, 4),
        centre_mm=(4.0, -6.0, 8.0),
    )


def ball_of(folder: Path) -> DosedStructure:
    (plan,) = physical_dvhs(folder, METRICS).plans
    (found,) = plan.structures
    return found


@cache
def expected() -> dict[str, float]:
    """The ball in closed form: mean, extremes, and D_v of a linear dose, from the volume of the cap above it."""
    steep = float(np.linalg.norm(SLOPE))
    mean = 30.0 + float(SLOPE @ CENTRE)
    heights = np.linspace(-RADIUS, RADIUS, 200_001)
    above = np.pi * (RADIUS - heights) ** 2 * (2 * RADIUS + heights) / 3.0
    volume = 4.0 / 3.0 * np.pi * RADIUS**3

    def dose(share_mm3: float) -> float:
        return mean + steep * float(np.interp(-share_mm3, -above, heights))

    return {
        "mean": mean,
        "D98%": dose(0.98 * volume),
        "D50%": dose(0.5 * volume),
        "D2%": dose(0.02 * volume),
        "D0.03cc": dose(30.0),
        "V30Gy[%]": 100.0 * float(np.interp((30.0 - mean) / steep, heights, above)) / volume,
    }


def assert_same(found: DosedStructure, twin: DosedStructure) -> None:
    assert found.outside_grid_cm3 == 0.0
    assert found.volume_cm3 == pytest.approx(twin.volume_cm3, rel=WITHIN)
    assert found.mean_gy == pytest.approx(twin.mean_gy, rel=WITHIN)
    for text, value in twin.metrics.items():
        assert found.metrics[text] == pytest.approx(value, rel=WITHIN), text


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> DosedStructure:
    """The axial twin."""
    return ball_of(write_phantom(tmp_path_factory.mktemp("axial"), (course(),)))


def test_the_twin_is_right(twin: DosedStructure) -> None:
    """The axial twin itself is the ball of the closed form, within 0.1 %."""
    for text, value in expected().items():
        found = twin.mean_gy if text == "mean" else twin.metrics[text]
        assert found == pytest.approx(value, rel=WITHIN), text


@pytest.mark.parametrize("kind", ["dose", "structures", "image", "all"])
@pytest.mark.parametrize("name", ORIENTATIONS)
def test_every_object_in_every_orientation(
    tmp_path: Path, twin: DosedStructure, name: str, kind: str
) -> None:
    """Dose, structures or image alone, or all three, cut another way: the course is complete and its DVH the twin's to 0.1 %."""
    axes = ORIENTATIONS[name]
    kinds = ("dose", "structures", "image") if kind == "all" else (kind,)
    folder = write_phantom(tmp_path, (course(**dict.fromkeys(kinds, axes)),))
    assert_same(ball_of(folder), twin)
    (person,) = scan(folder, silent).persons
    (found,) = person.record.courses
    assert found.evidence_grade is EvidenceGrade.A
    np.testing.assert_allclose(
        np.abs(found.images[0].grid.axes), np.abs(axes if "image" in kinds else AXIAL), atol=1e-6
    )


@pytest.mark.parametrize("kind", ["dose", "structures", "image", "all"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ORIENTATIONS)
def test_every_orientation_in_every_syntax(
    tmp_path: Path, twin: DosedStructure, name: str, way: str, kind: str
) -> None:
    """An object cut another way, all files in another transfer syntax: the DVH is the plain axial twin's to 0.1 %."""
    kinds = ("dose", "structures", "image") if kind == "all" else (kind,)
    cut = course(**dict.fromkeys(kinds, ORIENTATIONS[name]), bits=16)
    folder = write_phantom(tmp_path, (replace(cut, image_spacing_mm=(2.4, 2.4, 8.0)),))
    rewrite(folder, way)
    assert_same(ball_of(folder), twin)


@pytest.mark.parametrize("share", [0.25, 0.47])
@pytest.mark.parametrize("name", ["axial", "FFS", "oblique"])
def test_offset_grids(tmp_path: Path, twin: DosedStructure, name: str, share: float) -> None:
    """A grid moved by part of a voxel along all its axes samples the same dose: nothing is rounded to a voxel."""
    axes = ORIENTATIONS.get(name, AXIAL)
    whole = course(dose=axes)
    grid = whole.dose_grid()
    moved = replace(grid, origin_mm=grid.origin_mm + axes @ (share * grid.spacing_mm))
    assert_same(ball_of(write_phantom(tmp_path, (course(dose=axes, grid=moved),))), twin)


def cut(k: int, z: float) -> Callable[[Dataset], None]:
    """Leaves one plane of a dose and gives the file its own UID."""

    def alter(ds: Dataset) -> None:
        size = ds.Rows * ds.Columns * ds.BitsAllocated // 8
        ds.PixelData = ds.PixelData[k * size : (k + 1) * size]
        ds.SOPInstanceUID = uid_from("plane", str(k))
        ds.ImagePositionPatient = [*ds.ImagePositionPatient[:2], z]
        del ds.GridFrameOffsetVector, ds.FrameIncrementPointer
        ds.NumberOfFrames = 1

    return alter


def test_single_plane_files(tmp_path: Path, twin: DosedStructure) -> None:
    """A dose written one plane a file is the dose of one file, and every file is listed as used."""
    grid = course().dose_grid()
    heights = grid.points_at(np.column_stack([np.zeros((grid.shape[0], 2)), np.arange(grid.shape[0])]))[:, 2]
    folder = write_phantom(tmp_path / "in", (course(),))
    (whole,) = folder.rglob("RD_0.dcm")
    for k, z in enumerate(heights):
        write_phantom(tmp_path / str(k), (course(alter_dose=cut(k, float(z))),))
        (made,) = (tmp_path / str(k)).rglob("RD_0.dcm")
        made.rename(whole.with_name(f"plane_{k}.dcm"))
    whole.unlink()
    assert_same(ball_of(folder), twin)
    planes = [one for one in scan(folder, silent).files if "plane_" in one.path]
    assert (len(planes), {one.used_as for one in planes}) == (grid.shape[0], {"dose"})


def uneven(grid: Grid, sign: float) -> Grid:
    """Planes of the grid's extent at uneven distances, rising or falling."""
    heights = np.cumsum([0.0, 1.0, 4.0, 2.0, 3.0, *([2.5, 3.5] * 12)])
    return replace(
        grid,
        shape=(len(heights), *grid.shape[1:]),
        origin_mm=grid.origin_mm + np.array([0.0, 0.0, 0.0 if sign > 0 else heights[-1]]),
        axes=np.diag([1.0, 1.0, sign]),
        planes_mm=heights,
        spacing_mm=np.array([*grid.spacing_mm[:2], heights[-1] / (len(heights) - 1)]),
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_uneven_planes_up_and_down(tmp_path: Path, twin: DosedStructure, sign: float) -> None:
    """Uneven plane offsets, rising or falling, written and read back, give the twin's DVH."""
    grid = uneven(course().dose_grid(), sign)
    folder = write_phantom(tmp_path, (course(grid=grid),))
    assert_same(ball_of(folder), twin)


def test_pixels_that_are_not_square(tmp_path: Path, twin: DosedStructure) -> None:
    """Columns 1.5 mm apart, rows 4 mm apart, coronal planes 3 mm apart."""
    axes = ORIENTATIONS["coronal"]
    grid = Grid(
        frame=course().frame_uid,
        shape=(27, 21, 54),
        origin_mm=CENTRE - axes @ np.array([39.75, 40.0, 39.0]),
        spacing_mm=np.array([1.5, 4.0, 3.0]),
        axes=axes,
    )
    assert_same(ball_of(write_phantom(tmp_path, (course(grid=grid),))), twin)


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_extreme_points_turn_with_the_stack(name: str) -> None:
    """Minimum and maximum of a linear dose are those of the ball, whatever way its contours lie."""
    axes = ORIENTATIONS[name]
    stack = ContourStack(frame="1", polygons=tuple(one @ axes.T + CENTRE for one in BALL))
    grid = Grid(frame="1", shape=(41, 41, 41), origin_mm=[-80] * 3, spacing_mm=[4.0] * 3, axes=np.eye(3))
    field = GridField(grid=grid, values=30.0 + (grid.centres() @ SLOPE).reshape(grid.shape))
    outer = field.sample(structure_samples(stack).extreme_points_mm).low
    steep = RADIUS * float(np.linalg.norm(SLOPE))
    middle = 30.0 + float(SLOPE @ CENTRE)
    assert (outer.min(), outer.max()) == pytest.approx((middle - steep, middle + steep), rel=2e-3)
