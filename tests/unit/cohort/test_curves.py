"""Curves of a pool: every step rests on eleven events, and the curve ends before few are followed."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.cohort.bands import FLOOR
from graybook.cohort.curves import HALF_YEARS_DAYS, coarse_incidence, coarse_survival, coarse_times


@pytest.mark.parametrize("seed", range(12))
def test_every_step_rests_on_eleven_events(seed: int) -> None:
    """Between printed times eleven events or more; after the last one eleven, or none; at each of them eleven are followed."""
    draw = np.random.default_rng(seed)
    persons = int(draw.integers(30, 600))
    death, left = draw.exponential(1500, persons), draw.uniform(100, 4000, persons)
    time, event = np.minimum(death, left), death <= left
    days = coarse_times(time, event, total=persons)
    edges = np.searchsorted(np.sort(time[event]), days, side="right")
    assert (np.diff(edges) >= FLOOR).all()
    assert int(event.sum()) - edges[-1] not in range(1, FLOOR)
    assert len(days) == 1 or (time > days[-1]).sum() >= FLOOR
    assert set(days[1:]) <= set(HALF_YEARS_DAYS)


def test_survival_in_whole_percent() -> None:
    """100 persons followed 20 years, of whom 30 died on day 100: 70 % alive at the first half year, and the curve ends there."""
    curve = coarse_survival([100] * 30 + [7305] * 70, [1] * 30 + [0] * 70, total=120)
    assert curve is not None
    assert (curve.days, curve.percent) == ((0.0, HALF_YEARS_DAYS[0]), (100, 70))
    assert curve.low[1] < 70 < curve.high[1]
    assert [(one.low, one.high) for one in curve.at_risk] == [(99, 109), (66, 76)]


def test_no_curve_of_ten_events() -> None:
    """Ten deaths among 100 persons give no curve; ten after a step of eleven leave the step out."""
    assert coarse_survival([100] * 10 + [3000] * 90, [1] * 10 + [0] * 90, total=100) is None
    assert coarse_times([100] * 11 + [300] * 10 + [3000] * 79, [1] * 21 + [0] * 79, total=100) == (
        0.0,
        HALF_YEARS_DAYS[1],
    )


def test_incidence_counts_the_competing_event() -> None:
    """Of 100 persons 20 die first and then 20 have a recurrence: 20 %, where 1 − Kaplan-Meier would say 25 %."""
    time = [50] * 20 + [100] * 20 + [7305] * 60
    cause = [2] * 20 + [1] * 20 + [0] * 60
    curve = coarse_incidence(time, cause, total=100)
    assert curve is not None
    assert curve.percent == (0, 20)
    assert coarse_incidence(time, [2 if one == 1 else 0 for one in cause], total=100) is None
