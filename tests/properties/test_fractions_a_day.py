"""Several fractions a day on random schedules: slower repair is never less effect, and both limits are exact."""

from __future__ import annotations

from math import isclose

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.accumulation.equieffective import CourseDose, course_eqd2
from graybook.accumulation.fractions_a_day import AT_ONCE, NEVER, FractionsADay
from graybook.accumulation.phase_dose import PhaseDose
from graybook.geometry import Grid, GridField
from graybook.radiobiology.incomplete_repair import IncompleteRepair

MIDDLE = np.zeros((1, 3))

schedules = st.tuples(
    st.integers(2, 4),  # a day
    st.floats(0.5, 7.9),  # hours apart: four fit into a day
    st.integers(1, 80),  # fractions
    st.floats(0.1, 5.0),  # Gy a fraction
    st.floats(0.5, 20.0),  # α/β
)


def course(per_day: int, interval_h: float, fractions: int, fraction_gy: float) -> CourseDose:
    """A course of one phase of uniform dose."""
    grid = Grid(frame="1", shape=(2, 2, 2), origin_mm=[-1] * 3, spacing_mm=[2] * 3, axes=np.eye(3))
    field = GridField(grid=grid, values=np.full((2, 2, 2), fraction_gy * fractions))
    day = FractionsADay(per_day=per_day, interval_h=interval_h) if per_day > 1 else None
    return CourseDose(
        id="c", phases=(PhaseDose(id="p", field=field, planned=fractions, delivered=fractions, day=day),)
    )


def ends(one: CourseDose, alpha_beta_gy: float) -> tuple[float, float]:
    """EQD2 of the course at both ends. [Gy]"""
    found = course_eqd2([one.phases[0].sample(MIDDLE)], [(0,)], alpha_beta_gy=alpha_beta_gy)
    return float(found.low[0]), float(found.high[0])


@settings(max_examples=150, deadline=None)
@given(schedule=schedules, half_times=st.tuples(st.floats(0.0, 100.0), st.floats(0.0, 100.0)))
def test_slower_repair_is_more_effect(
    schedule: tuple[int, float, int, float, float], half_times: tuple[float, float]
) -> None:
    """EQD2 rises with the half-time, between complete repair and none, which are the ends where no half-time is known."""
    *given_, alpha_beta_gy = schedule
    one = course(*given_)
    fast, slow = (ends(one.repairing(hours), alpha_beta_gy)[0] for hours in sorted(half_times))
    complete, none = ends(one.repairing(None), alpha_beta_gy)
    slack = 1e-12 * none
    assert complete - slack <= fast <= slow + slack
    assert slow <= none + slack
    assert (complete, none) == (
        ends(one.repairing(AT_ONCE), alpha_beta_gy)[0],
        ends(one.repairing(NEVER), alpha_beta_gy)[0],
    )


@settings(max_examples=150, deadline=None)
@given(schedule=schedules, half_time_h=st.floats(0.0, 100.0))
def test_the_engine_is_the_model(schedule: tuple[int, float, int, float, float], half_time_h: float) -> None:
    """What the sum makes of a course is what the model of Thames 1985 gives for it, a shorter last day included."""
    per_day, interval_h, fractions, fraction_gy, alpha_beta_gy = schedule
    model = IncompleteRepair(
        fractions=fractions, per_day=per_day, interval_h=interval_h, repair_half_time_h=half_time_h
    )
    bed = float(model.bed_gy(np.array(fractions * fraction_gy), alpha_beta_gy=alpha_beta_gy))
    one = course(per_day, interval_h, fractions, fraction_gy).repairing(half_time_h)
    low, high = ends(one, alpha_beta_gy)
    assert low == high
    assert isclose(low, bed / (1 + 2 / alpha_beta_gy), rel_tol=1e-12)


@settings(max_examples=100, deadline=None)
@given(schedule=schedules)
def test_the_limits_are_other_schedules(schedule: tuple[int, float, int, float, float]) -> None:
    """Complete repair is once a day to the last bit; none, on whole days, is one fraction a day of the day's dose."""
    per_day, interval_h, days, fraction_gy, alpha_beta_gy = schedule
    fractions = per_day * days
    one = course(per_day, interval_h, fractions, fraction_gy)
    plain = course(1, interval_h, fractions, fraction_gy)
    assert ends(one.repairing(AT_ONCE), alpha_beta_gy) == ends(plain, alpha_beta_gy)
    assert plain.repairing(None) is plain
    whole = course(1, interval_h, days, fraction_gy * per_day)
    low, _ = ends(one.repairing(NEVER), alpha_beta_gy)
    assert isclose(low, ends(whole, alpha_beta_gy)[0], rel_tol=1e-12)
