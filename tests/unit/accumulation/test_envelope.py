"""The shift envelope."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.envelope import near_maximum_extremes, shift_directions, shift_extremes
from graybook.dvh.statistics import near_maximum_gy


def hottest(dose_gy: np.ndarray) -> list[float | None]:
    """The point maximum."""
    return [float(dose_gy.max())]


def ends(fixed_gy: np.ndarray, shifted_gy: list[np.ndarray]) -> tuple[float, float]:
    """Of the point maximum."""
    (found,) = shift_extremes(fixed_gy, shifted_gy, hottest)
    assert found is not None
    return found


def test_directions_are_unit_vectors_and_none() -> None:
    """No shift first, then 26 different unit vectors that cancel out."""
    ways = shift_directions()
    assert ways.shape == (27, 3)
    assert not ways[0].any()
    assert np.linalg.norm(ways[1:], axis=1) == pytest.approx(1.0)
    assert np.abs(ways.sum(axis=0)).max() < 1e-12
    assert len({tuple(np.round(way, 6)) for way in ways}) == 27


@pytest.mark.rule(10)
def test_independent_shifts_reach_further_than_common_ones() -> None:
    """Two courses on a line whose hot spots meet only when one moves up and the other down: 20, nominal 10, apart 10."""
    fixed = np.zeros(3)
    first = np.array([[10.0, 0, 0], [0, 10.0, 0], [0, 0, 0]])
    second = np.array([[0, 0, 10.0], [0, 0, 0], [0, 10.0, 0]])
    low, high = ends(fixed, [first, second])
    assert high == 20.0
    assert low == 0.0


def test_without_earlier_courses_both_ends_are_the_value() -> None:
    """Nothing to displace."""
    assert ends(np.array([3.0, 5.0]), []) == (5.0, 5.0)


def test_undefined_metric_has_no_envelope() -> None:
    """An organ smaller than the volume."""
    assert shift_extremes(np.array([3.0]), [], lambda dose: [None, 1.0]) == (None, (1.0, 1.0))


def test_three_courses_are_searched() -> None:
    """Three courses whose hot spots meet in the middle when the outer two move: 30."""
    spots = [np.roll(np.array([[0, 0, 10.0, 0, 0]] * 3), place, axis=1) for place in (-1, 0, 1)]
    for doses in spots:
        doses[1] = np.roll(doses[0], 1)
        doses[2] = np.roll(doses[0], -1)
    low, high = ends(np.zeros(5), spots)
    assert high == 30.0
    assert low == 10.0


@pytest.mark.rule(10)
@pytest.mark.parametrize("courses", [0, 1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_near_maxima_are_those_of_every_combination(courses: int, seed: int) -> None:
    """At random points the fast way gives what measuring every sum gives, to the last bit; surface points count for the maximum."""
    rng = np.random.default_rng(seed)
    n = 300
    fixed = np.round(rng.uniform(0, 40, n), 1)  # with ties
    shifted = [np.round(rng.uniform(0, 20, (5, n)), 1) for _ in range(courses)]
    volumes = rng.uniform(0.0, 0.02, n)
    volumes[-20:] = 0.0
    of_cm3 = [0.03, 0.0, 0.1, 1.0]

    def measured(dose: np.ndarray) -> list[float | None]:
        inside = volumes > 0.0
        return [
            float(dose.max()) if v == 0.0 else near_maximum_gy(dose[inside], volumes[inside], v)
            for v in of_cm3
        ]

    assert near_maximum_extremes(fixed, shifted, volumes, of_cm3) == shift_extremes(fixed, shifted, measured)
