"""Local rigid registration: what moved with a structure is found there, whatever the rest of the body did."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import Cancelled, FrameMismatch, UsageError
from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.resample import resampled
from graybook.geometry.transform import Affine
from graybook.progress import Progress
from graybook.registration.local import local
from graybook.registration.rigid_region import cut, nearness
from graybook.registration.volume import Volume
from phantoms.bodies import Scene, ct_of, pose

SPACING = (4.0, 4.0, 4.0)
TODAY = Scene(to_body=pose("today", turn_deg=(0, 0, 0), shift_mm=(0, 0, 0)), low_mm=-120, high_mm=120)
MOVED = pose("before", turn_deg=(0, 0, 6), shift_mm=(9, 5, -7))
BEFORE = Scene(to_body=MOVED, low_mm=-120, high_mm=120)
LOWER = Affine(from_frame="today", to_frame="before", matrix=np.eye(4))
UPPER = TODAY.to_body.then(MOVED.inverse())
VERTEBRA = np.array([[0.0, 60.0, 70.0]])
AROUND_IT = VERTEBRA + np.array([[0.0, 0.0, 0.0], [20.0, 0.0, 0.0], [0.0, 20.0, 0.0], [0.0, 0.0, 15.0]])


@pytest.fixture(scope="module")
def bent() -> tuple[Volume, Volume]:
    """A body, and the same one whose upper half moved against the lower."""
    fixed = ct_of(3, TODAY, spacing_mm=SPACING)
    upper = ct_of(3, BEFORE, spacing_mm=SPACING)
    still = Scene(
        to_body=Affine(from_frame="before", to_frame="body", matrix=np.eye(4)), low_mm=-120, high_mm=120
    )
    lower = ct_of(3, still, spacing_mm=SPACING)
    at = upper.grid.centres()
    values = np.where(
        at[:, 2].reshape(upper.grid.shape) > 20.0,
        upper.values,
        _on(lower, upper.grid),
    )
    return fixed, Volume(grid=upper.grid, values=values, modality="CT")


def _on(volume: Volume, grid: Grid) -> FloatArray:
    """An image on another grid of its frame."""
    field = GridField(grid=volume.grid, values=volume.values.astype(np.float64))
    return resampled(field, grid, dtype=np.float32)


def _vertebra(grid: Grid, height_mm: float) -> BoolArray:
    far = np.abs(grid.centres() - [0.0, 60.0, height_mm]).reshape(*grid.shape, 3)
    return np.asarray((far < [16.0, 16.0, 14.0]).all(axis=-1))


@pytest.mark.parametrize(("height_mm", "truth"), [(70.0, UPPER), (-60.0, LOWER)])
def test_each_half_of_a_bent_spine_is_found_by_itself(
    bent: tuple[Volume, Volume], height_mm: float, truth: Affine
) -> None:
    """The start is right for neither half; around a vertebra its own transform comes out within 1 mm."""
    start = Affine(
        from_frame="today",
        to_frame="before",
        matrix=pose("", turn_deg=(0, 0, -3), shift_mm=(-4, -3, 3)).matrix,
    )
    found = local(*bent, around=_vertebra(bent[0].grid, height_mm), start=start)
    points = AROUND_IT + np.array([[0.0, 0.0, height_mm - 70.0]])
    error = found.transform.apply(points, frame="today") - truth.apply(points, frame="today")
    assert np.linalg.norm(error, axis=1).max() < 1.0
    assert found.method == "local"
    assert found.similarity > 0.8


def test_the_same_input_gives_the_same_bits(bent: tuple[Volume, Volume]) -> None:
    """Two runs agree to the last bit."""
    around = _vertebra(bent[0].grid, 70.0)
    one, two = (local(*bent, around=around, start=UPPER).transform for _ in range(2))
    assert isinstance(one, Affine)
    assert isinstance(two, Affine)
    assert one.matrix.tobytes() == two.matrix.tobytes()


def test_a_start_that_shows_nothing_is_given_back(bent: tuple[Volume, Volume]) -> None:
    """A start that leads out of the earlier image is not replaced by a guess: it comes back with no similarity."""
    away = Affine(
        from_frame="today",
        to_frame="before",
        matrix=pose("", turn_deg=(0, 0, 0), shift_mm=(0, 0, 900)).matrix,
    )
    found = local(*bent, around=_vertebra(bent[0].grid, 70.0), start=away)
    assert isinstance(found.transform, Affine)
    np.testing.assert_allclose(found.transform.matrix, away.matrix, atol=1e-9)
    assert found.similarity == 0.0


def test_what_cannot_be_used_is_refused(bent: tuple[Volume, Volume]) -> None:
    """No voxel to fit, voxels of another grid, or a start that leads elsewhere."""
    nothing = np.zeros(bent[0].grid.shape, dtype=np.bool_)
    with pytest.raises(UsageError, match="some voxels"):
        local(*bent, around=nothing, start=UPPER)
    with pytest.raises(UsageError, match="some voxels"):
        local(*bent, around=np.ones((2, 2, 2), dtype=np.bool_), start=UPPER)
    with pytest.raises(FrameMismatch, match="must lead from"):
        local(*bent, around=_vertebra(bent[0].grid, 70.0), start=UPPER.inverse())


def test_a_stop_is_honoured(bent: tuple[Volume, Volume]) -> None:
    """Asked to stop, it stops."""
    with pytest.raises(Cancelled):
        local(
            *bent,
            around=_vertebra(bent[0].grid, 70.0),
            start=UPPER,
            progress=Progress(cancelled=lambda: True),
        )


def test_a_cut_keeps_places_and_masks() -> None:
    """The voxels around a point lie where they lay, uneven planes and mask included."""
    grid = Grid(
        frame="f",
        shape=(6, 8, 10),
        origin_mm=np.array([5.0, -3.0, 10.0]),
        spacing_mm=np.array([1.0, 2.0, 4.0]),
        axes=np.eye(3),
        planes_mm=np.array([0.0, 3.0, 6.0, 12.0, 16.0, 20.0]),
    )
    values = np.arange(480, dtype=np.float32).reshape(grid.shape)
    part = cut(
        Volume(grid=grid, values=values, mask=values > 100),
        grid.points_at(np.array([[5.0, 4.0, 3.0]])),
        margin_mm=1.0,
    )
    assert part.mask is not None
    assert part.values.size < values.size
    index = np.rint(grid.indices_of(part.grid.centres())).astype(int)
    np.testing.assert_allclose(grid.indices_of(part.grid.centres()), index, atol=1e-9)
    np.testing.assert_array_equal(part.values.ravel(), values[index[:, 2], index[:, 1], index[:, 0]])
    np.testing.assert_array_equal(part.mask, part.values > 100)


def test_nearness_falls_to_nothing_at_the_margin() -> None:
    """1 inside, half at half the margin, 0 from the margin on, in mm along each axis."""
    grid = Grid(
        frame="f",
        shape=(1, 3, 21),
        origin_mm=np.zeros(3),
        spacing_mm=np.array([1.0, 5.0, 3.0]),
        axes=np.eye(3),
    )
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside[0, 0, 0] = True
    near = nearness(grid, inside, margin_mm=10.0)
    np.testing.assert_allclose(
        near[0, 0, :12], [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0], atol=1e-12
    )
    np.testing.assert_allclose(near[0, :, 0], [1.0, 0.5, 0.0], atol=1e-12)
