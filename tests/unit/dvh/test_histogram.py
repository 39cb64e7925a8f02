"""Curves: closed forms of a ball in a gradient, nothing lost between bins, edges that hold every dose."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graybook.dvh.histogram import DifferentialDvh, Dvh, cumulative, differential, even_edges_gy
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray

RADIUS_MM, CENTRE_GY = 12.0, 16.0
BALL_CM3 = 4.0 / 3.0 * np.pi * RADIUS_MM**3 / 1000.0


def ball_samples(slices: int = 240_000) -> tuple[FloatArray, FloatArray]:
    """A ball of 12 mm in 1 Gy/mm, cut into discs: the dose and the exact volume of each."""
    ends = np.linspace(-RADIUS_MM, RADIUS_MM, slices + 1)
    below = np.pi * (RADIUS_MM**2 * ends - ends**3 / 3.0) / 1000.0
    return CENTRE_GY + (ends[:-1] + ends[1:]) / 2.0, np.diff(below)


def share_above(dose_gy: FloatArray) -> FloatArray:
    """Nelms 2015: (2 - 3u + u³)/4 of a ball receives at least D, u from -1 at its coldest to 1 at its hottest point."""
    u = np.clip((dose_gy - CENTRE_GY) / RADIUS_MM, -1.0, 1.0)
    return np.asarray((2.0 - 3.0 * u + u**3) / 4.0)


def test_curves_of_a_ball_in_a_gradient() -> None:
    """Cumulative and differential curve of the ball are the closed form and its differences."""
    dose, volumes = ball_samples()
    curve = cumulative(dose, volumes, even_edges_gy(dose, 0.1))
    np.testing.assert_allclose(curve.volume_cm3, BALL_CM3 * share_above(curve.dose_gy), atol=1e-9)
    bins = differential(curve)
    truth = -BALL_CM3 * np.diff(share_above(curve.dose_gy))
    np.testing.assert_allclose(bins.volume_cm3, truth, atol=1e-9)
    assert bins.volume_cm3.sum() == pytest.approx(BALL_CM3, rel=1e-12)


@given(
    st.lists(st.tuples(st.floats(-1.0, 90.0), st.floats(1e-6, 50.0)), min_size=1, max_size=40),
    st.sampled_from([0.01, 0.1, 0.25, 1.0, 7.0]),
)
@example([(-5e-324, 1.0)], 7.0)
def test_every_dose_is_in_its_bin(samples: list[tuple[float, float]], width_gy: float) -> None:
    """The bins hold the whole volume, and each the samples from its lower edge to before its upper one."""
    dose, volumes = (np.array(one) for one in zip(*samples, strict=True))
    edges = even_edges_gy(dose, width_gy)
    assert edges[0] <= min(dose.min(), 0.0)
    assert edges[-1] > dose.max()
    bins = differential(cumulative(dose, volumes, edges))
    truth = [volumes[(dose >= a) & (dose < b)].sum() for a, b in pairwise(edges)]
    np.testing.assert_allclose(bins.volume_cm3, truth, atol=1e-9 * volumes.sum())
    assert bins.volume_cm3.sum() == pytest.approx(volumes.sum(), rel=1e-12)


@pytest.mark.parametrize("width_gy", [0.0, -0.1, float("nan"), 1e-6])
def test_bins_without_width_or_number_are_refused(width_gy: float) -> None:
    """A width of nothing, or one that makes tens of millions of bins, is refused with the remedy."""
    with pytest.raises(UsageError, match="width"):
        even_edges_gy(np.array([60.0]), width_gy)


def test_curves_that_contradict_themselves_are_refused() -> None:
    """Unlike lengths, edges that fall, and volumes that rise with the dose are refused."""
    with pytest.raises(UsageError):
        DifferentialDvh(edges_gy=np.arange(3.0), volume_cm3=np.ones(3))
    with pytest.raises(UsageError):
        DifferentialDvh(edges_gy=np.array([1.0, 0.0]), volume_cm3=np.ones(1))
    with pytest.raises(UsageError):
        DifferentialDvh(edges_gy=np.array([0.0, 1.0]), volume_cm3=-np.ones(1))
    with pytest.raises(UsageError):
        Dvh(dose_gy=np.arange(2.0), volume_cm3=np.arange(2.0))
    with pytest.raises(UsageError):
        Dvh(dose_gy=np.arange(2.0), volume_cm3=np.ones(3))
