"""Parts of a registration: voxels inside contours, even grids over any image, hashes, planes and errors at points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graybook.geometry import Affine, ContourStack, Grid, GridField
from graybook.record.alignment import Alignment, Quality
from graybook.registration.volume import Volume
from graybook.workflow.alignment.images import hashed, images_pair
from graybook.workflow.alignment.pair import Pair
from graybook.workflow.alignment.planes import planes_of
from graybook.workflow.alignment.points import carried
from graybook.workflow.registering.around import voxels_inside
from graybook.workflow.registering.transforms import even_grid

FRAME = "1.2.3"
SQUARE = np.array([[-10.0, -10.0], [10.0, -10.0], [10.0, 10.0], [-10.0, 10.0]])


def turned(degrees: float) -> np.ndarray:
    """A turn around x."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def cube(step_mm: float = 2.5) -> ContourStack:
    """A cube of 20 mm around the origin, in axial planes."""
    heights = np.arange(-10.0 + step_mm / 2.0, 10.0, step_mm)
    planes = tuple(np.column_stack([SQUARE, np.full(4, z)]) for z in heights)
    return ContourStack(frame=FRAME, polygons=planes)


def grid(axes: np.ndarray, **other: object) -> Grid:
    """A grid of 3 mm around the origin, its centres off the cube's faces."""
    start = axes @ np.array([-20.9, -20.3, -19.6])
    made = {"shape": (14, 15, 14), "spacing_mm": [3.0, 3.0, 3.0], "origin_mm": start, **other}
    return Grid(frame=FRAME, axes=axes, **made)  # type: ignore[arg-type]


@pytest.mark.parametrize("degrees", [0.0, 25.0])
def test_voxels_inside_a_cube(degrees: float) -> None:
    """Exactly the voxels whose centres lie in the cube, in straight and tilted grids."""
    where = grid(turned(degrees))
    expected = (np.abs(where.centres()) < 10.0).all(axis=1).reshape(where.shape)
    assert np.array_equal(voxels_inside(cube(), where), expected)
    assert expected.sum() > 200


def test_gap_holds_nothing() -> None:
    """Between contours that are far apart lies nothing, and a structure outside the grid has no voxel."""
    planes = tuple(np.column_stack([SQUARE, np.full(4, z)]) for z in (-15.0, -12.5, 12.5, 15.0))
    where = grid(np.eye(3))
    held = voxels_inside(ContourStack(frame=FRAME, polygons=planes), where)
    z = where.centres().reshape(*where.shape, 3)[..., 2][held]
    assert np.all((np.abs(z) > 11.2) & (np.abs(z) < 16.3))
    away = tuple(plane + np.array([500.0, 0.0, 0.0]) for plane in planes)
    assert not voxels_inside(ContourStack(frame=FRAME, polygons=away), where).any()


@pytest.mark.parametrize(
    "given",
    [
        grid(np.eye(3)),
        grid(turned(30.0)),
        grid(turned(10.0) * [1.0, 1.0, -1.0], origin_mm=[0.0, 0.0, 0.0]),
        grid(np.eye(3), planes_mm=np.cumsum([0.0, *np.linspace(2.0, 4.0, 13)])),
        grid(np.column_stack([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.28, 0.96]])),
        grid(np.eye(3), shape=(1, 15, 14)),
    ],
    ids=["straight", "tilted", "left-handed", "uneven", "leaning", "one plane"],
)
def test_even_grid_covers_the_image(given: Grid) -> None:
    """Axes at right angles, even planes, steps of about what was asked, and every voxel centre within."""
    made = even_grid(given, 5.0)
    assert made.planes_mm is None
    assert made.is_orthonormal
    inside = made.indices_of(given.centres())
    assert inside.min() > -1e-6
    assert np.all(inside <= np.array(made.shape[::-1]) - 1 + 1e-6)
    assert 2.0 <= made.spacing_mm.min() <= made.spacing_mm.max() <= 5.0 + 1e-9


def pair(values: np.ndarray | None = None, modality: str = "CT") -> Pair:
    """One image twice, in two frames."""
    where = grid(np.eye(3))
    shown = np.full(where.shape, -1000.0) if values is None else values
    fixed = Volume(grid=where, values=shown.astype(np.float32), modality=modality)
    there = Grid(
        frame="4.5.6",
        shape=where.shape,
        origin_mm=where.origin_mm,
        spacing_mm=where.spacing_mm,
        axes=where.axes,
    )
    return Pair(fixed=fixed, moving=Volume(grid=there, values=shown.astype(np.float32), modality=modality))


def still(quality: Quality | None) -> Alignment:
    """Points stay where they are."""
    transform = Affine(from_frame=FRAME, to_frame="4.5.6", matrix=np.eye(4))
    return Alignment(transform=transform, source=("computed",), method="rigid", quality=quality)


def test_error_reaches_to_the_edge_of_voxels() -> None:
    """Within half a voxel of the outermost centres a point is of the image, beyond it is not; not measured is infinite."""
    one = pair()
    field = GridField(grid=one.fixed.grid, values=np.full(one.fixed.grid.shape, 2.0))
    points = one.fixed.grid.origin_mm + np.array([[-1.4, 0.0, 0.0], [-1.6, 0.0, 0.0], [6.0, 6.0, 6.0]])
    moved, error = carried(one, still(Quality(error_mm=field)), points)
    assert np.array_equal(moved, points)
    assert error.tolist() == [2.0, np.inf, 2.0]
    assert np.isinf(carried(one, still(None), points)[1]).all()


def test_windows() -> None:
    """CT is shown by HU of soft tissue, with lung where there is much of it, and anything else by its own values."""
    where = grid(np.eye(3))
    inside = (np.abs(where.centres()) < 15.0).all(axis=1).reshape(where.shape)
    tissue = np.where(inside, 40.0, -1000.0)
    lung = np.where(inside & (where.centres()[:, 0] > 0).reshape(where.shape), -800.0, tissue)
    assert planes_of(pair(tissue), still(None)).fixed_window == (-160.0, 240.0)
    assert planes_of(pair(lung), still(None)).fixed_window == (-1000.0, 400.0)
    low, high = planes_of(pair(np.where(inside, 700.0, 5.0), "MR"), still(None)).fixed_window
    assert (low, high) == (5.0, 700.0)


def test_planes_show_both_images() -> None:
    """Three planes through the middle of what is dense; where nothing was moved both images are the same."""
    where = grid(np.eye(3))
    inside = (np.abs(where.centres() - [6.0, 0.0, 0.0]) < 9.0).all(axis=1).reshape(where.shape)
    shown = planes_of(pair(np.where(inside, 40.0, -1000.0)), still(None))
    assert [one.name for one in shown.planes] == ["axial", "coronal", "sagittal"]
    assert shown.planes[2].position_mm == pytest.approx(6.0, abs=4.0)
    for plane in shown.planes:
        assert np.array_equal(plane.fixed, plane.moved, equal_nan=True)
        assert np.nanmax(plane.fixed) == pytest.approx(40.0)
        assert np.all(plane.volume_ratio == 1.0)
        assert plane.error_mm is None


def test_hash_counts_the_voxels_of_a_header(tmp_path: Path) -> None:
    """The hash of a .mhd changes with the file that holds its voxels."""
    header = tmp_path / "image.mhd"
    header.write_text("ObjectType = Image\nElementDataFile = image.raw\n")
    found = []
    for data in (b"one", b"two"):
        (tmp_path / "image.raw").write_bytes(data)
        found.append(hashed(header, "fixed image").sha256)
    assert found[0] != found[1]


def test_kinds_of_plain_images(tmp_path: Path) -> None:
    """Beside an image on the scale of CT one that is not is of another kind; two of one unknown kind are of one kind."""
    import SimpleITK as sitk

    random = np.random.default_rng(1)
    ct = np.full((8, 16, 16), -1000.0)
    ct[2:6, 4:12, 4:12] = 20.0
    mr = random.uniform(0.0, 900.0, ct.shape)
    for name, values in (("ct", ct), ("mr", mr)):
        sitk.WriteImage(sitk.GetImageFromArray(values.astype(np.int16)), str(tmp_path / f"{name}.mha"))
    mixed = images_pair(tmp_path / "ct.mha", tmp_path / "mr.mha")
    assert (mixed.fixed.modality, mixed.moving.modality) == ("CT", "OT")
    alike = images_pair(tmp_path / "mr.mha", tmp_path / "mr.mha")
    assert (alike.fixed.modality, alike.moving.modality) == ("", "")
    assert alike.fixed.grid.frame != alike.moving.grid.frame
