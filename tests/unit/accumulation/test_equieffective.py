"""The equieffective sum against doses anyone can check by head."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.equieffective import (
    CourseDose,
    EquieffectiveField,
    Interval,
    course_eqd2,
    summed,
)
from graybook.accumulation.phase_dose import PhaseDose, PhaseSamples
from graybook.errors import InputError, UsageError
from graybook.geometry import Grid, GridField


def phase(
    dose_gy: float, planned: int, delivered: int | None = None, high_gy: float | None = None
) -> PhaseSamples:
    """A phase at one point."""
    fractions = (planned, planned if delivered is None else delivered)
    return PhaseSamples(
        low_gy=np.array([dose_gy]),
        high_gy=np.array([dose_gy if high_gy is None else high_gy]),
        inside=np.array([high_gy is None]),
        fractions_low=fractions,
        fractions_high=fractions,
    )


def uniform(dose_gy: float, planned: int | None, fractions_range: tuple[int, int] | None = None) -> PhaseDose:
    """A uniform dose on a 2 cm cube."""
    grid = Grid(frame="1.2", shape=(3, 3, 3), origin_mm=[0, 0, 0], spacing_mm=[10, 10, 10], axes=np.eye(3))
    field = GridField(grid=grid, values=np.full((3, 3, 3), dose_gy))
    return PhaseDose(id="p", field=field, planned=planned, delivered=planned, fractions_range=fractions_range)


@pytest.mark.rule(1)
def test_stopped_course_keeps_its_dose_per_fraction() -> None:
    """60 Gy in 30 stopped at 12, α/β 3: 24 Gy, never 96."""
    assert float(course_eqd2([phase(60, 30, 12)], [(0,)], alpha_beta_gy=3.0).low[0]) == pytest.approx(24.0)


@pytest.mark.rule(2)
def test_concurrent_adds_before_conversion_and_sequential_after() -> None:
    """25/25 + 25/25 at α/β 2: 50 in the same sessions, 37.5 one after the other."""
    both = [phase(25, 25), phase(25, 25)]
    assert float(course_eqd2(both, [(0, 1)], alpha_beta_gy=2.0).low[0]) == pytest.approx(50.0)
    assert float(course_eqd2(both, [(0,), (1,)], alpha_beta_gy=2.0).low[0]) == pytest.approx(37.5)


@pytest.mark.rule(2)
def test_unequal_concurrent_phases() -> None:
    """50/25 with 5/5 in the first five sessions at α/β 2: five of 3 Gy and twenty of 2 Gy are 18.75 + 40."""
    both = [phase(50, 25), phase(5, 5)]
    assert float(course_eqd2(both, [(0, 1)], alpha_beta_gy=2.0).low[0]) == pytest.approx(18.75 + 40.0)


@pytest.mark.rule(3)
def test_physical_doses_of_courses_are_never_added() -> None:
    """25 Gy/25 then 25 Gy/5 at α/β 2 is 62.5, not the 45.8 of 50 Gy in 30."""
    first = course_eqd2([phase(25, 25)], [(0,)], alpha_beta_gy=2.0)
    second = course_eqd2([phase(25, 5)], [(0,)], alpha_beta_gy=2.0)
    assert float(summed([first, second]).low[0]) == pytest.approx(62.5)


@pytest.mark.rule(5)
def test_bracketed_fractions_give_both_ends() -> None:
    """50 Gy in 5 to 25 fractions at α/β 2: 50 at the low end, 150 at the high end."""
    samples = uniform(50.0, None, (5, 25)).sample(np.array([[10.0, 10.0, 10.0]]))
    ends = course_eqd2([samples], [(0,)], alpha_beta_gy=2.0)
    assert float(ends.low[0]) == pytest.approx(50.0)
    assert float(ends.high[0]) == pytest.approx(150.0)


@pytest.mark.rule(5)
def test_unknown_fractions_are_never_guessed() -> None:
    """Neither a number nor a range: no dose per fraction exists."""
    with pytest.raises(InputError, match="unknown"):
        uniform(50.0, None)


@pytest.mark.rule(9)
def test_uncovered_points_carry_both_ends() -> None:
    """Outside its grid a course counts 0 at the low end and the face's highest dose at the high end."""
    ends = course_eqd2([phase(0.0, 25, high_gy=50.0)], [(0,)], alpha_beta_gy=2.0)
    assert (float(ends.low[0]), float(ends.high[0])) == (0.0, pytest.approx(50.0))


def test_field_of_the_sum() -> None:
    """Two uniform courses of 50/25 and 30/10 at α/β 2: 50 + 37.5 inside, and outside said so."""
    courses = tuple(
        CourseDose(id=name, phases=(one,))
        for name, one in (("a", uniform(50.0, 25)), ("b", uniform(30.0, 10)))
    )
    field = EquieffectiveField(frame="1.2", courses=courses, alpha_beta_gy=2.0)
    samples = field.sample(np.array([[10.0, 5.0, 3.0], [30.0, 5.0, 3.0]]))
    assert samples.low.tolist() == pytest.approx([87.5, 0.0])
    assert samples.high.tolist() == pytest.approx([87.5, 87.5])
    assert samples.inside.tolist() == [True, False]


def test_sum_of_intervals_is_end_by_end() -> None:
    """[1, 2] + [3, 5] = [4, 7]."""
    total = summed(
        [
            Interval(low=np.array([1.0]), high=np.array([2.0])),
            Interval(low=np.array([3.0]), high=np.array([5.0])),
        ]
    )
    assert (float(total.low[0]), float(total.high[0])) == (4.0, 7.0)


@pytest.mark.rule(11)
def test_recovery_acts_on_the_equieffective_dose() -> None:
    """50 Gy in 10 fractions at α/β 2 is 87.5; a quarter recovered from leaves 65.625, not the EQD2 of 37.5 Gy in 10 (53.90625)."""
    ends = course_eqd2([phase(50, 10)], [(0,)], alpha_beta_gy=2.0)
    assert float(summed([ends], kept=[0.75]).high[0]) == pytest.approx(65.625)


@pytest.mark.rule(11)
def test_nothing_is_recovered_from_by_default() -> None:
    """Without a share, and with a share of 1, both courses count in full, bit for bit."""
    ends = [course_eqd2([phase(51.3, n)], [(0,)], alpha_beta_gy=2.7) for n in (25, 7)]
    assert summed(ends).low.tolist() == summed(ends, kept=[1.0, 1.0]).low.tolist()


@pytest.mark.rule(11)
@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_between_nothing_and_all(share: float) -> None:
    """A dose cannot grow, or become negative, by recovery."""
    ends = course_eqd2([phase(50, 25)], [(0,)], alpha_beta_gy=2.0)
    with pytest.raises(UsageError, match="between 0"):
        summed([ends], kept=[share])
