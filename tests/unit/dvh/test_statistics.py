"""Quantiles, means and extremes of weighted samples."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.histogram import Dvh, cumulative, thinned
from graybook.dvh.statistics import (
    dose_at_percent_gy,
    max_gy,
    mean_gy,
    median_gy,
    min_gy,
    near_maxima_gy,
    near_maximum_gy,
    volume_above_cm3,
)
from graybook.errors import UsageError


def test_near_maximum_of_many_samples_is_that_of_a_plain_sort() -> None:
    """Bucket by bucket or by sorting everything: the same value."""
    rng = np.random.default_rng(3)
    for spread in (1.0, 1e-9, 1e9):
        dose = 20.0 + spread * rng.gamma(2.0, 3.0, 5000).round(3)
        volumes = rng.uniform(0.0, 0.01, 5000)
        order = np.argsort(-dose)
        reached = np.cumsum(volumes[order])
        for v in (1e-6, 0.03, 0.1, 2.0, volumes.sum() * 0.999):
            expected = dose[order][np.searchsorted(reached, v * (1 - 1e-9))]
            assert near_maximum_gy(dose, volumes, v) == expected


@pytest.mark.rule(10)
def test_two_small_spots() -> None:
    """Two spots of 0.02 cm³ at 45 + 5 Gy: D0.03cc of the sum is 50 though each course has only 5."""
    volumes = np.array([9.96, 0.02, 0.02])
    first, second = np.array([5.0, 45.0, 5.0]), np.array([5.0, 5.0, 45.0])
    assert near_maximum_gy(first, volumes, 0.03) == 5.0
    assert near_maximum_gy(second, volumes, 0.03) == 5.0
    assert near_maximum_gy(first + second, volumes, 0.03) == 50.0


def test_sums_of_decimal_volumes_reach_their_total() -> None:
    """Three samples of 0.01 cm³ are 0.03 cm³ in spite of round-off; a hundred of 0.001 are 0.1."""
    assert near_maximum_gy(np.array([3.0, 2.0, 1.0, 0.0]), np.full(4, 0.01), 0.03) == 1.0
    assert near_maximum_gy(np.arange(100.0), np.full(100, 0.001), 0.1) == 0.0


def test_equal_doses() -> None:
    """A flat dose has that dose for every metric."""
    dose, volumes = np.full(1000, 7.25), np.full(1000, 0.001)
    assert near_maximum_gy(dose, volumes, 0.03) == 7.25
    assert dose_at_percent_gy(dose, volumes, 99.0) == 7.25
    assert median_gy(dose, volumes) == 7.25
    assert mean_gy(dose, volumes) == pytest.approx(7.25, rel=1e-12)


def test_extremes_include_the_surface() -> None:
    """Minimum and maximum take the surface points in; without any points there is none."""
    assert min_gy(np.array([2.0]), np.array([1.0, 3.0])) == 1.0
    assert max_gy(np.array([2.0]), np.array([1.0, 3.0])) == 3.0
    assert min_gy(np.array([]), np.array([])) is None
    assert max_gy(np.array([2.0])) == 2.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: near_maximum_gy(np.ones(2), np.ones(3), 1.0),
        lambda: near_maximum_gy(np.ones(2), np.ones(2), 0.0),
        lambda: near_maximum_gy(np.array([1.0, np.nan]), np.ones(2), 1.0),
        lambda: mean_gy(np.array([1.0, np.inf]), np.ones(2)),
        lambda: dose_at_percent_gy(np.ones(2), np.ones(2), 100.5),
        lambda: volume_above_cm3(np.ones((2, 2)), np.ones((2, 2)), 1.0),
        lambda: Dvh(dose_gy=np.array([0.0, 1.0]), volume_cm3=np.array([1.0, 2.0])),
        lambda: Dvh(dose_gy=np.array([0.0, 1.0]), volume_cm3=np.array([1.0])),
    ],
)
def test_wrong_calls_are_refused(call: object) -> None:
    """Unlike lengths, empty volumes, doses that are no numbers and falling curves are refused."""
    with pytest.raises(UsageError):
        call()  # type: ignore[operator]


def test_curve_at_edges() -> None:
    """At given edges the curve is the volume at or above each; beyond the maximum it is zero."""
    curve = cumulative(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]), np.array([2.0, 0.0, 2.5, 9.0]))
    assert curve.dose_gy.tolist() == [0.0, 2.0, 2.5, 9.0]
    assert curve.volume_cm3.tolist() == [7.0, 6.0, 4.0, 0.0]


def test_thinned_curve_is_short_and_ends_at_zero() -> None:
    """A thinned curve has even steps, few points, starts with the whole volume and ends with none."""
    rng = np.random.default_rng(1)
    dose, volumes = rng.uniform(0.0, 71.3, 10000), np.full(10000, 0.001)
    curve = thinned(dose, volumes)
    assert len(curve.dose_gy) <= 400
    assert curve.volume_cm3[0] == pytest.approx(10.0)
    assert curve.volume_cm3[-1] == 0.0
    assert np.diff(curve.dose_gy) == pytest.approx(0.2)


def test_empty_curve() -> None:
    """No samples give a curve of no volume."""
    assert cumulative(np.array([]), np.array([])).volume_cm3.tolist() == [0.0]
    assert thinned(np.array([]), np.array([])).volume_cm3.max() == 0.0


def test_several_near_maxima_are_those_of_each() -> None:
    """All at once or one by one, of few samples and many, equal doses and skew ones: the same values, None where too small."""
    rng = np.random.default_rng(11)
    for count in (1, 50, 65, 5000, 20_000):
        for dose in (
            rng.gamma(2.0, 3.0, count),
            rng.integers(0, 4, count) * 1.0,
            np.full(count, 7.0),
            np.exp(rng.uniform(-40, 40, count)),
        ):
            volumes = rng.uniform(0.0, 0.01, count)
            total = float(volumes.sum())
            of_cm3 = (0.03, 1e-9, 0.1, 0.03, total * 0.5, total, total * 1.1)
            found = near_maxima_gy(dose, volumes, of_cm3)
            assert found == tuple(near_maximum_gy(dose, volumes, one) for one in of_cm3)
            small = (0.03, 0.1)  # where the hottest samples are looked for first
            assert near_maxima_gy(dose, volumes, small) == found[0:3:2]


def test_a_hot_spot_that_every_guess_misses() -> None:
    """All heat in three neighbours of 20,000 samples, none of them among those looked at first: found."""
    dose, volumes = np.ones(20_000), np.full(20_000, 0.005)
    dose[[1001, 1002, 1003]] = [50.0, 60.0, 70.0]
    assert near_maxima_gy(dose, volumes, (0.01, 0.015, 0.03)) == (60.0, 50.0, 1.0)


def test_near_maxima_of_no_volume_are_refused() -> None:
    """Every volume is above zero."""
    with pytest.raises(UsageError, match="above zero"):
        near_maxima_gy(np.ones(2), np.ones(2), (0.1, 0.0))


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_near_maxima_of_no_number_are_refused(wrong: float) -> None:
    """One sample without a dose spoils all."""
    with pytest.raises(UsageError, match="not a number"):
        near_maxima_gy(np.array([1.0, wrong, 2.0]), np.ones(3), (0.1,))


def test_near_maxima_of_nothing() -> None:
    """Without samples none is defined."""
    assert near_maxima_gy(np.zeros(0), np.zeros(0), (0.03, 0.1)) == (None, None)
