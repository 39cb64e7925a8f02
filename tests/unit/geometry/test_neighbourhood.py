"""Bounds of a field within a distance."""

from __future__ import annotations

import numpy as np

from graybook.geometry import Grid, GridField
from graybook.geometry.neighbourhood import highest_within, lies_within, lowest_within


def test_bounds_hold_at_every_shift() -> None:
    """At random points and random shifts of 3 mm the field stays between its bounds."""
    rng = np.random.default_rng(7)
    grid = Grid(frame="1", shape=(9, 8, 10), origin_mm=[0, 0, 0], spacing_mm=[2.0, 2.5, 3.0], axes=np.eye(3))
    field = GridField(grid=grid, values=rng.uniform(0, 50, grid.shape))
    low, high = lowest_within(field, 3.0), highest_within(field, 3.0)
    points = rng.uniform([4, 4, 4], [14, 13, 20], (2000, 3))
    ways = rng.normal(size=(2000, 3))
    moved = points + 3.0 * ways / np.linalg.norm(ways, axis=1)[:, None]
    values = field.sample(moved).low
    assert np.all(low.sample(points).low <= values + 1e-9)
    assert np.all(values <= high.sample(points).low + 1e-9)


def test_points_whose_neighbourhood_the_grid_covers() -> None:
    """Centres from 0 to 20 mm along x, planes at 0, 4 and 30 mm: 3 mm from the ends at least, whatever the planes between."""
    grid = Grid(
        frame="1",
        shape=(3, 11, 11),
        origin_mm=[0, 0, 0],
        spacing_mm=[2.0, 2.0, 4.0],
        axes=np.eye(3),
        planes_mm=np.array([0.0, 4.0, 30.0]),
    )
    field = GridField(grid=grid, values=np.zeros(grid.shape))
    points = np.array(
        [[3.1, 10, 10], [2.9, 10, 10], [17.1, 10, 10], [10, 10, 26.9], [10, 10, 27.1], [np.nan] * 3]
    )
    assert lies_within(field, points, 3.0).tolist() == [True, False, False, True, False, False]
