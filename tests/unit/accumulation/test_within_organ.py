"""A search within an organ: points and doses come in; the highest within a distance, found by trying all, goes out."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.within_organ import (
    MovedDose,
    highest_within_organ_gy,
    near_maxima_within_organ_gy,
)
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray


def found(organ: FloatArray, dose: FloatArray, points: FloatArray, distance: float) -> FloatArray:
    """By the search; NaN where the organ has no point so near."""
    nowhere = np.full(len(points), np.nan)
    return highest_within_organ_gy(
        MovedDose(organ_mm=organ, organ_gy=dose, distance_mm=distance, here_gy=nowhere), points
    )


def tried(organ: FloatArray, dose: FloatArray, points: FloatArray, distance: float) -> FloatArray:
    """Every point against every other."""
    apart = np.linalg.norm(points[:, None, :] - organ[None, :, :], axis=2)
    highest = np.where(apart <= distance, dose[None, :], -np.inf).max(axis=1)
    known: FloatArray = np.where(np.isneginf(highest), np.nan, highest)
    return known


@pytest.mark.parametrize("distance", [0.4, 1.5, 3.0, 40.0])
def test_all_points_tried(distance: float) -> None:
    """700 random points and 300 places in and around them: what trying every pair finds, to the last digit."""
    random = np.random.default_rng(3)
    organ = random.uniform((-10.0, -4.0, 0.0), (10.0, 4.0, 9.0), (700, 3))
    points = random.uniform((-16.0, -9.0, -5.0), (16.0, 9.0, 14.0), (300, 3))
    dose = random.uniform(0.0, 60.0, 700).round(6)
    expected = tried(organ, dose, points, distance)
    assert np.array_equal(found(organ, dose, points, distance), expected, equal_nan=True)


def test_on_a_lattice() -> None:
    """Points exactly as far away as the distance count, in every direction."""
    organ = np.array([[3.0, 0.0, 0.0], [0.0, -3.0, 0.0], [0.0, 0.0, 3.0 + 1e-3]])
    dose = np.array([1.0, 2.0, 9.0])
    assert found(organ, dose, np.zeros((1, 3)), 3.0).tolist() == [2.0]


def test_without_a_distance() -> None:
    """A distance of nothing: a point's own dose, and none beside it."""
    organ = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    here = found(organ, np.array([4.0, 7.0]), np.array([[0.0, 0, 0], [0.5, 0, 0]]), 0.0)
    assert np.array_equal(here, [4.0, np.nan], equal_nan=True)


def test_what_is_not_carried() -> None:
    """Points that nothing is carried to are no source, and are told nothing; an organ of none has no dose."""
    organ = np.array([[np.nan, 0.0, 0.0], [1.0, 0.0, 0.0]])
    dose = np.array([50.0, 5.0])
    here = found(organ, dose, organ, 2.0)
    assert np.array_equal(here, [np.nan, 5.0], equal_nan=True)
    assert np.isnan(found(organ[:1], dose[:1], organ, 2.0)).all()


def test_a_negative_distance() -> None:
    """Refused, with the value."""
    with pytest.raises(UsageError, match="-1"):
        found(np.zeros((1, 3)), np.zeros(1), np.zeros((1, 3)), -1.0)


@pytest.mark.parametrize("distance", [0.7, 3.0, 9.0])
def test_near_maxima_of_the_sum(distance: float) -> None:
    """Two courses in gradients, each on its own drawing, one of them partly out of reach: D_v and maximum of all points tried."""
    random = np.random.default_rng(5)
    points = random.uniform((-12.0, -5.0, -5.0), (12.0, 5.0, 5.0), (900, 3))
    volumes = np.where(np.arange(900) < 800, 1e-3, 0.0)
    fixed = 20.0 + points[:, 0] + random.uniform(0.0, 2.0, 900)
    moved, total = [], fixed.copy()
    for slope, shift in (((-0.5, 2.0, 0.0), 0.5), ((0.3, 0.0, 1.0), 14.0)):
        organ = random.uniform((-12.0, -5.0, -5.0), (12.0, 5.0, 5.0), (850, 3)) + np.array([shift, 0.0, 0.0])
        dose = (30.0 + organ @ np.array(slope)).round(6)
        here = 25.0 + 0.1 * points[:, 1]
        moved.append(MovedDose(organ_mm=organ, organ_gy=dose, distance_mm=distance, here_gy=here))
        highest = tried(organ, dose, points, distance)
        total += np.where(np.isnan(highest), here, highest)
    near, most = near_maxima_within_organ_gy(fixed, moved, points, volumes, (0.03, 0.1, 2.0))
    inner = np.sort(total[:800])[::-1]
    assert near[0] == pytest.approx(inner[29], abs=1e-9)
    assert near[1] == pytest.approx(inner[99], abs=1e-9)
    assert near[2] is None
    assert most == pytest.approx(total.max(), abs=1e-9)
