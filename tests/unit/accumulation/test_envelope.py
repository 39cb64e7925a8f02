"""The shift envelope."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.envelope import shift_directions, shift_extremes


def hottest(dose_gy: np.ndarray, volumes_cm3: np.ndarray) -> float:
    """The point maximum."""
    return float(dose_gy.max())


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
    low, high = shift_extremes(fixed, [first, second], np.ones(3), hottest) or (0.0, 0.0)
    assert high == 20.0
    assert low == 0.0


def test_without_earlier_courses_both_ends_are_the_value() -> None:
    """Nothing to displace."""
    assert shift_extremes(np.array([3.0, 5.0]), [], np.ones(2), hottest) == (5.0, 5.0)


def test_undefined_metric_has_no_envelope() -> None:
    """An organ smaller than the volume."""
    assert shift_extremes(np.array([3.0]), [], np.ones(1), lambda dose, volumes: None) is None


def test_three_courses_are_searched() -> None:
    """Three courses whose hot spots meet in the middle when the outer two move: 30."""
    spots = [np.roll(np.array([[0, 0, 10.0, 0, 0]] * 3), place, axis=1) for place in (-1, 0, 1)]
    for doses in spots:
        doses[1] = np.roll(doses[0], 1)
        doses[2] = np.roll(doses[0], -1)
    low, high = shift_extremes(np.zeros(5), spots, np.ones(5), hottest) or (0.0, 0.0)
    assert high == 30.0
    assert low == 10.0
