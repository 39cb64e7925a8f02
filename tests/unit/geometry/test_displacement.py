"""Displacements: analytic maps are carried exactly, holes stay holes, inverses lead back and say by how much they miss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graybook.errors import FrameMismatch, InputError, UsageError
from graybook.geometry import Affine, Chained, Displacement, Grid
from graybook.geometry.arrays import FloatArray

TILT, TURN = 0.2, 0.3
TURNED = np.array([[np.cos(TURN), -np.sin(TURN), 0], [np.sin(TURN), np.cos(TURN), 0], [0, 0, 1]])
BEFORE = np.array([[0.98, -0.15, 0.0, 7.0], [0.15, 0.99, 0.02, -3.0], [0.0, -0.02, 1.0, 11.0], [0, 0, 0, 1]])
AFTER = np.array([[1.0, 0.0, 0.1, -20.0], [0.0, 1.05, 0.0, 4.0], [-0.1, 0.0, 1.0, 2.0], [0, 0, 0, 1]])
SLOPES = np.array([[0.02, -0.01, 0.03], [0.015, 0.04, -0.02], [-0.03, 0.01, 0.02]])
"""A linear displacement, which trilinear interpolation carries exactly."""
SHIFT = np.array([3.0, -5.0, 1.5])
RNG_POINTS = np.random.default_rng(3).uniform(size=(500, 3))


def grid(**changed: Any) -> Grid:
    values: dict[str, Any] = {
        "frame": "today",
        "shape": (9, 11, 13),
        "origin_mm": [-30.0, -25.0, -20.0],
        "spacing_mm": [5.0, 4.0, 6.0],
        "axes": np.eye(3),
    }
    return Grid(**{**values, **changed})


def linear(on: Grid, **changed: Any) -> Displacement:
    vectors = on.centres() @ SLOPES.T + SHIFT
    return Displacement.from_vectors(vectors.reshape(*on.shape, 3), on, to_frame="then", **changed)


def inside(on: Grid) -> FloatArray:
    nz, ny, nx = on.shape
    return on.points_at(RNG_POINTS * [nx - 1, ny - 1, nz - 1])


def bumpy(size_mm: float, on: Grid | None = None) -> Displacement:
    """A smooth asymmetric bump of the given height."""
    on = on or grid(shape=(31, 33, 35), spacing_mm=[2.0, 2.0, 2.0])
    centre = on.points_at(np.array([[17.0, 15.0, 13.0]]))
    apart = on.centres() - centre
    bump = np.exp(-0.5 * (apart**2).sum(axis=1) / 12.0**2)
    vectors = bump[:, None] * np.array([size_mm, -0.6 * size_mm, 0.3 * size_mm])
    return Displacement.from_vectors(vectors.reshape(*on.shape, 3), on, to_frame="then")


LEANING = np.column_stack([TURNED[:, 0], TURNED[:, 1], [0.0, -np.sin(TILT), np.cos(TILT)]])
GRIDS = {
    "upright": grid(),
    "turned": grid(axes=TURNED),
    "leaning": grid(axes=LEANING),
    "left-handed": grid(axes=TURNED * [1, 1, -1]),
    "uneven": grid(planes_mm=np.cumsum([0.0, 2.0, 2.0, 5.0, 1.0, 2.0, 2.0, 7.0, 1.0])),
}


@pytest.mark.parametrize("name", GRIDS)
def test_linear_maps_are_exact(name: str) -> None:
    """A linear displacement between two matrices lands where the formula says, on any grid."""
    on = GRIDS[name]
    points = inside(on)
    expected = (points @ BEFORE[:3, :3].T + BEFORE[:3, 3] + points @ SLOPES.T + SHIFT) @ AFTER[
        :3, :3
    ].T + AFTER[:3, 3]
    found = linear(on, before=BEFORE, after=AFTER).apply(points, frame="today")
    np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize("name", GRIDS)
def test_determinants_of_linear_maps(name: str) -> None:
    """The determinant is that of the whole linear map, matrices included."""
    on = GRIDS[name]
    expected = np.linalg.det(AFTER[:3, :3]) * np.linalg.det(BEFORE[:3, :3] + SLOPES)
    found = linear(on, before=BEFORE, after=AFTER).volume_ratios(inside(on))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_determinants_are_those_of_the_interpolated_map() -> None:
    """Within a cell, the determinant equals that of finite differences of the map itself."""
    field = bumpy(9.0)
    cells = np.floor(RNG_POINTS * [33, 31, 29]) + 0.25 + 0.5 * RNG_POINTS[:, ::-1]
    points, step = field.grid.points_at(cells), 1e-3
    columns = [
        (field.apply(points + step * unit, frame="today") - field.apply(points - step * unit, frame="today"))
        / (2 * step)
        for unit in np.eye(3)
    ]
    expected = np.linalg.det(np.stack(columns, axis=2))
    np.testing.assert_allclose(field.volume_ratios(points), expected, atol=1e-6)


def test_outside_the_grid_is_not_defined() -> None:
    """A point beyond the outermost nodes is NaN, one on them is not."""
    field = linear(grid())
    corner, beyond = [[-30.0, -25.0, -20.0]], [[-30.01, -25.0, -20.0]]
    assert np.isfinite(field.apply(np.array(corner), frame="today")).all()
    assert np.isnan(field.apply(np.array(beyond), frame="today")).all()
    assert np.isnan(field.volume_ratios(np.array(beyond))).all()


def test_undefined_vectors_reach_as_far_as_they_count() -> None:
    """Next to an undefined vector there is no value; on a defined neighbour and beyond it there is."""
    vectors = np.ones((3, 3, 5, 3), dtype=np.float32)
    vectors[1, 1, 2] = [np.nan, 1.0, 1.0]
    field = Displacement.from_vectors(vectors, grid(shape=(3, 3, 5)), to_frame="then")
    at = field.grid.points_at(
        np.array([[2.0, 1.0, 1.0], [1.5, 1.0, 1.0], [1.0, 1.0, 1.0], [3.0, 1.0, 1.0], [0.5, 1.0, 1.0]])
    )
    defined = np.isfinite(field.apply(at, frame="today"))
    assert defined.all(axis=1).tolist() == [False, False, True, True, True]
    assert defined.any(axis=1).tolist() == defined.all(axis=1).tolist()


def test_points_that_are_not_numbers_stay_so() -> None:
    """What a link before did not define is not defined after."""
    nowhere = np.full((2, 3), np.nan)
    assert np.isnan(linear(grid()).apply(nowhere, frame="today")).all()
    assert np.isnan(linear(grid()).volume_ratios(nowhere)).all()


def test_many_points_are_shared_without_another_digit() -> None:
    """The kernel that shares its points among cores gives the bytes of the one that does not."""
    field = bumpy(9.0)
    points = np.tile(inside(field.grid), (300, 1))
    assert np.array_equal(
        field.apply(points, frame="today")[:500], field.apply(points[:500], frame="today"), equal_nan=True
    )


def test_extrapolation_takes_the_nearest_defined_vector() -> None:
    """Beyond the grid the nearest vector of its hull carries, in a hole the nearest defined one."""
    vectors = np.zeros((1, 1, 4, 3), dtype=np.float32)
    vectors[0, 0, :, 2] = [1.0, 2.0, np.nan, np.nan]
    field = Displacement.from_vectors(
        vectors, grid(shape=(1, 1, 4), origin_mm=[0, 0, 0], spacing_mm=[1, 1, 1]), to_frame="then"
    )
    points = np.array([[-9.0, 0, 0], [0.5, 0, 0], [3.0, 0, 0], [50.0, 7.0, -2.0]])
    found = field.extrapolated(points, frame="today")
    np.testing.assert_allclose(found - points, [[0, 0, 1], [0, 0, 1.5], [0, 0, 2], [0, 0, 2]])


@pytest.mark.parametrize("name", GRIDS)
def test_inverse_of_a_linear_map(name: str) -> None:
    """The inverse of a linear map leads back to the start from everywhere well inside, within its stated error."""
    field = linear(GRIDS[name], before=BEFORE, after=AFTER)
    back = field.inverse()
    nz, ny, nx = field.grid.shape
    start = field.grid.points_at(1.5 + RNG_POINTS * [nx - 4, ny - 4, nz - 4])
    there = field.apply(start, frame="today")
    np.testing.assert_allclose(back.apply(there, frame="then"), start, atol=1e-3)
    assert back.inversion_error_mm < 1e-3
    assert (back.from_frame, back.to_frame) == ("then", "today")


def test_inverse_of_a_bump() -> None:
    """The inverse of a strong bump states an error, and no round trip inside misses by more."""
    field = bumpy(12.0)
    assert field.volume_ratios(field.grid.centres()).min() > 0.2
    back = field.inverse()
    assert 0.0 < back.inversion_error_mm < 0.3
    start = inside(back.grid)
    there = back.apply(start, frame="then")
    missed = np.linalg.norm(field.apply(there, frame="today") - start, axis=1)
    assert np.isfinite(missed).mean() > 0.8
    assert np.nanmax(missed) <= back.inversion_error_mm * 1.2


@pytest.mark.parametrize("name", GRIDS)
def test_preimages(name: str) -> None:
    """Point by point, what is carried somewhere is found again to a hundredth of a millimetre; elsewhere nothing is."""
    field = linear(GRIDS[name], before=BEFORE, after=AFTER)
    start = inside(field.grid)
    there = field.apply(start, frame="today")
    np.testing.assert_allclose(field.preimages(there, frame="then"), start, atol=0.01)
    assert np.isnan(field.preimages(there + 900.0, frame="then")).all()
    with pytest.raises(FrameMismatch):
        field.preimages(there, frame="today")


def test_preimages_of_a_bump_and_of_chains() -> None:
    """A strong bump, and a chain around it, are led back; a hole has no point that leads there."""
    field = bumpy(12.0)
    first = Affine(from_frame="plan", to_frame="today", matrix=np.linalg.inv(BEFORE))
    chain = first.then(field)
    start = inside(field.grid)
    there = field.apply(start, frame="today")
    np.testing.assert_allclose(field.preimages(there, frame="then"), start, atol=0.01)
    planned = first.inverse().apply(start, frame="today")
    np.testing.assert_allclose(chain.preimages(there, frame="then"), planned, atol=0.01)
    vectors = np.zeros((7, 7, 7, 3), dtype=np.float32)
    vectors[3, 3, 3] = np.nan
    holed = Displacement.from_vectors(vectors, grid(shape=(7, 7, 7)), to_frame="then")
    places = holed.grid.points_at(np.array([[3.0, 3.0, 3.0], [3.0, 3.0, 2.5], [1.5, 1.0, 1.0]]))
    assert np.isnan(holed.preimages(places, frame="then")).all(axis=1).tolist() == [True, True, False]


def test_direction_is_not_reversed() -> None:
    """A bump and its inverse move the bump's summit opposite ways: neither is the other."""
    field = bumpy(14.0)
    summit = field.grid.points_at(np.array([[17.0, 15.0, 13.0]]))
    moved = field.apply(summit, frame="today") - summit
    back = field.inverse().apply(summit, frame="then") - summit
    assert moved[0, 0] == pytest.approx(14.0, abs=1e-4)
    assert back[0, 0] < -8.0


def test_inverse_leaves_holes_where_nothing_leads() -> None:
    """A place that no defined vector leads to has no inverse."""
    vectors = np.zeros((7, 7, 7, 3), dtype=np.float32)
    vectors[3, 3, 3] = np.nan
    back = Displacement.from_vectors(vectors, grid(shape=(7, 7, 7)), to_frame="then").inverse()
    hole = back.grid.points_at(np.array([[3.0, 3.0, 3.0], [1.0, 1.0, 1.0], [5.0, 5.0, 5.0]]))
    assert np.isnan(back.apply(hole, frame="then")).all(axis=1).tolist() == [True, False, False]


def test_folds_are_seen_and_still_inverted_somewhere() -> None:
    """A field that folds has a negative determinant; its inverse lands where the field leads, or is not defined."""
    field = bumpy(40.0)
    assert field.volume_ratios(field.grid.centres()).min() < 0
    back = field.inverse()
    there = back.apply(back.grid.centres(), frame="then")
    missed = np.linalg.norm(field.apply(there, frame="today") - back.grid.centres(), axis=1)
    assert np.nanmax(missed) <= back.inversion_error_mm


def test_chains_mix_kinds() -> None:
    """A rigid link, a bump and a rigid link: carried one after the other, determinants multiplied, inverse in reverse."""
    field = bumpy(9.0)
    first = Affine(from_frame="plan", to_frame="today", matrix=np.linalg.inv(BEFORE))
    last = Affine(from_frame="then", to_frame="old", matrix=AFTER)
    chain = first.then(field).then(last)
    assert isinstance(chain, Chained)
    points = first.inverse().apply(field.grid.points_at(5 + RNG_POINTS * 20), frame="today")
    middle = field.apply(first.apply(points, frame="plan"), frame="today")
    np.testing.assert_allclose(chain.apply(points, frame="plan"), last.apply(middle, frame="then"))
    ratio = field.volume_ratios(first.apply(points, frame="plan"))
    sizes = np.linalg.det(first.matrix[:3, :3]) * np.linalg.det(AFTER[:3, :3])
    np.testing.assert_allclose(chain.volume_ratios(points), ratio * sizes)
    back = chain.inverse()
    np.testing.assert_allclose(back.apply(chain.apply(points, frame="plan"), frame="old"), points, atol=0.3)


def test_any_transform_becomes_vectors() -> None:
    """Sampled on a grid, an affine map is carried as before."""
    moved = Affine(from_frame="today", to_frame="then", matrix=BEFORE)
    sampled = Displacement.sampled(moved, grid())
    points = inside(grid())
    np.testing.assert_allclose(
        sampled.apply(points, frame="today"), moved.apply(points, frame="today"), atol=1e-5
    )


def test_wrong_frames_are_refused() -> None:
    """Points or grids of another frame are not carried."""
    field = linear(grid())
    with pytest.raises(FrameMismatch):
        field.apply(np.zeros((1, 3)), frame="then")
    with pytest.raises(FrameMismatch):
        field.extrapolated(np.zeros((1, 3)), frame="then")
    with pytest.raises(FrameMismatch):
        Displacement.sampled(field, grid(frame="then"))


def test_unusable_fields_are_refused() -> None:
    """Too few vectors, a matrix that is none, or no defined vector at all."""
    with pytest.raises(InputError):
        Displacement.from_vectors(np.zeros((2, 2, 2, 3)), grid(), to_frame="then")
    with pytest.raises(InputError):
        linear(grid(), before=np.zeros((4, 4)))
    empty = Displacement.from_vectors(np.full((9, 11, 13, 3), np.nan), grid(), to_frame="then")
    with pytest.raises(UsageError):
        empty.inverse()
    with pytest.raises(UsageError):
        empty.extrapolated(np.zeros((1, 3)), frame="today")
