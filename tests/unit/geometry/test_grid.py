"""Grids: uneven planes and leaning stacks are exact; what is no grid is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graybook.errors import InputError
from graybook.geometry import Grid, GridField
from graybook.geometry.neighbourhood import highest_within

TURN = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])
LEAN = np.array([0.0, -np.sin(0.3), np.cos(0.3)])


def grid(**changed: Any) -> Grid:
    values: dict[str, Any] = {
        "frame": "1",
        "shape": (4, 5, 6),
        "origin_mm": [10.0, -20.0, 30.0],
        "spacing_mm": [1.0, 2.0, 3.0],
        "axes": TURN,
    }
    return Grid(**{**values, **changed})


UNEVEN = {"planes_mm": [0.0, 1.0, 4.0, 9.0]}
LEANING = {"axes": np.column_stack([TURN[:, 0], TURN[:, 1], LEAN])}


@pytest.mark.parametrize("changed", [{}, UNEVEN, LEANING, {**UNEVEN, **LEANING}], ids=str)
def test_points_and_indices_are_inverse(changed: dict[str, Any]) -> None:
    """Any index, whole or between, inside or out, comes back from its point."""
    indices = np.random.default_rng(1).uniform(-2, 8, (200, 3))
    one = grid(**changed)
    np.testing.assert_allclose(one.indices_of(one.points_at(indices)), indices, atol=1e-9)


def test_planes_lie_where_they_are_said_to() -> None:
    """Plane 2 of offsets 0, 1, 4, 9 lies 4 mm along the third axis; half way to plane 3 is 6.5 mm."""
    found = grid(**UNEVEN).points_at(np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 2.5]]))
    np.testing.assert_allclose(found, [[10, -20, 34], [10, -20, 36.5]])


@pytest.mark.parametrize("changed", [{}, UNEVEN, LEANING, {**UNEVEN, **LEANING}], ids=str)
def test_a_linear_field_is_exact(changed: dict[str, Any]) -> None:
    """Linear values are given back between voxels on every kind of grid; beyond it the highest of the nearest face bounds."""
    one = grid(**changed)
    slope = np.array([0.3, -0.7, 1.1])
    field = GridField(grid=one, values=(one.centres() @ slope).reshape(one.shape))
    points = one.points_at(np.random.default_rng(2).uniform(0, [5, 4, 3], (300, 3)))
    found = field.sample(points)
    assert found.inside.all()
    np.testing.assert_allclose(found.low, points @ slope, atol=1e-9)
    outside = field.sample(one.points_at(np.array([[2.0, 2.0, 3.2]])))
    assert (outside.inside[0], outside.low[0]) == (False, 0.0)
    assert outside.high[0] == field.values[-1].max()


def test_uneven_planes_are_piecewise_linear() -> None:
    """Values 0, 1, 0, 5 at 0, 1, 4, 9 mm: 0.5 at 0.5, 0.5 at 2.5, 2 at 6 mm."""
    values = np.broadcast_to(np.array([0.0, 1.0, 0.0, 5.0])[:, None, None], (4, 5, 6))
    one = grid(axes=np.eye(3), origin_mm=[0, 0, 0], **UNEVEN)
    found = GridField(grid=one, values=values).sample(np.array([[1, 1, 0.5], [1, 1, 2.5], [1, 1, 6.0]]))
    np.testing.assert_allclose(found.low, [0.5, 0.5, 2.0])


def test_bounds_on_uneven_planes() -> None:
    """The bound within 2 mm counts steps of the finest planes: it sees the peak two planes away."""
    one = grid(axes=np.eye(3), origin_mm=[0, 0, 0], planes_mm=[0.0, 1.0, 2.0, 9.0])
    values = np.zeros(one.shape)
    values[2] = 7.0
    assert (
        highest_within(GridField(grid=one, values=values), 2.0).sample(np.array([[2.0, 2, 0]])).low[0] == 7.0
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"axes": np.column_stack([TURN[:, 0], [0, 1, 0.5], TURN[:, 2]])},
        {"axes": np.column_stack([TURN[:, 0], TURN[:, 1], [0, -0.9, np.sqrt(0.19)]])},
        {"axes": np.eye(3) * 1.1},
        {"planes_mm": [0.0, 1.0, 1.0, 2.0]},
        {"planes_mm": [1.0, 2.0, 3.0, 4.0]},
        {"planes_mm": [0.0, 1.0, 2.0]},
        {"spacing_mm": [1, 1, 0]},
    ],
    ids=str,
)
def test_no_grid(changed: dict[str, Any]) -> None:
    """Skewed pixels, a lean of more than 60 degrees, planes that do not rise from zero: refused with a remedy."""
    with pytest.raises(InputError) as error:
        grid(**changed)
    assert error.value.remedy


def test_voxel_volume_of_a_leaning_stack() -> None:
    """A leaning stack has voxels of base times height: 1 x 2 x 3 cos(0.3) mm³."""
    assert grid(**LEANING).voxel_cm3 == pytest.approx(6e-3 * np.cos(0.3))
    assert grid().step_along_mm(np.array([0.0, 0.1, 0.9])) == 3.0


def test_outside_a_grid_of_negative_values_is_outside() -> None:
    """A CT of air, -1000 HU: a point beyond it is outside and its bound is -1000, as for any other value."""
    grid = Grid(frame="1", shape=(2, 2, 2), origin_mm=np.zeros(3), spacing_mm=np.ones(3), axes=np.eye(3))
    found = GridField(grid=grid, values=np.full((2, 2, 2), -1000.0)).sample(
        np.array([[0.5, 0.5, 0.5], [3.0, 0.5, 0.5]])
    )
    assert found.inside.tolist() == [True, False]
    assert found.low.tolist() == [-1000.0, 0.0]
    assert found.high.tolist() == [-1000.0, -1000.0]
