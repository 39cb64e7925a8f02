"""What limits leave: on DICOM of uniform courses, recomputed by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graybook.errors import UsageError
from graybook.report.budget_result import BudgetResult
from graybook.report.remaining_result import RemainingResult
from graybook.workflow.budget import budget
from phantoms import write_phantom
from rules.limit_cases import NEW, assumptions, given
from rules.patients import course, eqd2, plan, state

CORD = ("SpinalCord",)


def row(found: BudgetResult, limit: str) -> RemainingResult:
    """The one row of a limit on the sum."""
    (one,) = [each for each in found.limits if each.id == limit]
    return one


def proposed(folder: Path) -> Path:
    """The folder with its last course proposed."""
    return state(folder, '[[phase]]\nplan = "PLAN1"\nstatus = "proposed"')


def test_without_a_proposed_course_all_courses_are_used(tmp_path: Path) -> None:
    """30/15 and 20/10 use 50 Gy of 60: 10 Gy are left, 10 Gy in five fractions of 2 Gy."""
    found = budget(given(tmp_path / "in", (30.0, 15), (20.0, 10), drawn=CORD), fractions=5)
    one = row(found, "rulach2021-spinalcord-max")
    assert one.used_eqd2_gy == pytest.approx(50.0, abs=1e-5)
    assert one.left_eqd2_gy == pytest.approx(10.0, abs=1e-5)
    assert one.dose_left_gy == pytest.approx(10.0, abs=1e-5)
    assert found.scaling == []


def test_a_proposed_course_is_never_used(tmp_path: Path) -> None:
    """Of 30/15 and a proposed 20/10 only 30 Gy are used; the plan fits 1.x times: n f d (f d + 2) / 4 = 27 at most."""
    folder = proposed(given(tmp_path / "in", (30.0, 15), (20.0, 10), drawn=CORD))
    found = budget(folder, fractions=10)
    for one in found.limits:
        assert one.used_eqd2_gy == pytest.approx(30.0, abs=1e-5)
    (scaling,) = found.scaling
    assert scaling.factor is not None
    least = min(one.limit_gy for one in found.limits if one.limit_gy is not None)
    given_gy = 30.0 + eqd2(20.0 * scaling.factor, 10)
    alone = [one.limit_gy for one in found.new_course_limits if one.limit_gy is not None]
    assert min(least - given_gy, *(each - (given_gy - 30.0) for each in alone)) == pytest.approx(
        0.0, abs=1e-5
    )
    assert [
        f"{one.id} @ {one.structure}" for one in (*found.limits, *found.new_course_limits) if one.stops
    ] == (scaling.stopped_by)


def test_nothing_left_is_zero(tmp_path: Path) -> None:
    """70/35 uses up every limit of 60 Gy: nothing is left, in any number of fractions."""
    one = row(
        budget(given(tmp_path / "in", (70.0, 35), (2.0, 1), drawn=CORD), fractions=3),
        "rulach2021-spinalcord-max",
    )
    assert one.left_eqd2_gy == 0.0
    assert one.dose_left_gy == 0.0
    assert {each.dose_left_gy for each in one.schedules} == {0.0}


def test_a_bed_limit_is_stated_as_eqd2(tmp_path: Path) -> None:
    """Nieder's 120 Gy BED at α/β 2 are 60 Gy EQD2, and its condition of two courses fails at three."""
    found = budget(given(tmp_path / "in", (30.0, 15), (20.0, 10), drawn=CORD), fractions=10)
    one = row(found, "nieder2006-spinalcord-max-no-events")
    assert (one.limit, one.scale, one.limit_gy) == (120.0, "BED", 60.0)
    assert one.used_eqd2_gy == pytest.approx(50.0, abs=1e-5)
    assert not one.conditions_hold


def test_the_first_day_of_the_new_course_decides_intervals(tmp_path: Path) -> None:
    """A limit for intervals of 9 months and more holds 12 months later, not 3, and is not known to without a date."""
    folder = given(tmp_path / "in", (30.0, 15), (10.0, 5), drawn=CORD)
    holds = {
        day: row(
            budget(folder, fractions=10, starts_on=day), "rulach2021-troost-spinalcord-max"
        ).conditions_hold
        for day in (date(NEW.year + 1, NEW.month, 20), date(NEW.year, NEW.month + 3, 20), None)
    }
    assert list(holds.values()) == [True, False, False]


def test_phases_of_unknown_order_leave_less(tmp_path: Path) -> None:
    """25/25 twice, order unknown: the limit sees 50 Gy of 2 Gy sessions, and 37.5 Gy stand beside it (rule 2)."""
    plans = plan(25.0, 25, "A"), plan(25.0, 25, "B")
    folder = write_phantom(tmp_path / "in", [course("course", NEW, *plans)])
    one = row(budget(folder, fractions=10), "rulach2021-ars-spinalcord-max")
    assert one.used_eqd2_gy == pytest.approx(50.0, abs=1e-5)
    (order,) = [each for each in one.alternatives if each.kind == "order"]
    assert order.used_eqd2_gy == pytest.approx(37.5, abs=1e-5)
    assert {each.fractions for each in order.schedules} == {5, 10, 20, 30}


RECOVERY = """
[[recovery]]
tg263 = "SpinalCord"
steps = [{from_months = 6, share = 0.25}]
convention = "dose"
"""


def test_recovery_is_never_counted_twice(tmp_path: Path) -> None:
    """A quarter of 30/15 recovered: a limit that has recovery in it has 30 Gy used all the same, and says why (rule 11)."""
    folder = proposed(given(tmp_path / "in", (30.0, 15), (10.0, 5), drawn=CORD))
    options = assumptions(tmp_path / "options.toml", RECOVERY)
    one = row(budget(folder, fractions=5, options=options), "rulach2021-spinalcord-max")
    assert one.used_eqd2_gy == pytest.approx(30.0, abs=1e-5)
    assert "recovery" in one.reason
    assert one.alternatives == []


def test_without_earlier_courses_nothing_is_used(tmp_path: Path) -> None:
    """One proposed course and first-course constraints: all of each is left, and some limit stops the plan."""
    folder = given(tmp_path / "in", (20.0, 10), days=[NEW], drawn=CORD)
    state(folder, '[[phase]]\nplan = "PLAN0"\nstatus = "proposed"')
    found = budget(folder, fractions=10, rulebook="first-course")
    figures = [one for one in found.limits if one.limit_gy is not None]
    assert figures
    assert {one.used_eqd2_gy for one in figures} == {0.0}
    assert {one.left_eqd2_gy == one.limit_gy for one in figures} == {True}


def test_no_fractions_are_refused(tmp_path: Path) -> None:
    """A course in no fraction is a wrong call, told before anything is read."""
    with pytest.raises(UsageError, match="at least one fraction"):
        budget(tmp_path, fractions=0)


def test_a_plan_that_no_limit_could_be_asked_of_is_not_free(tmp_path: Path) -> None:
    """Without structures there is no factor, and none of the limits counts as asked."""
    folder = write_phantom(
        tmp_path / "in",
        [
            course("course0", date(2018, 1, 10), plan(45.0, 15, "PLAN0"), structures=()),
            course("course1", NEW, plan(30.0, 15, "PLAN1"), structures=()),
        ],
    )
    (scaling,) = budget(proposed(folder), fractions=10).scaling
    assert (scaling.factor, scaling.asked) == (None, 0)


def test_a_factor_without_an_earlier_course_says_so(tmp_path: Path) -> None:
    """50 Gy in an unknown number of fractions are in no sum: the plan has less room than its factor says."""
    folder = given(tmp_path / "in", (50.0, 25), (30.0, 15), drawn=CORD)
    whole = budget(proposed(folder), fractions=15).scaling[0]
    folder = write_phantom(
        tmp_path / "unknown",
        [
            course("course0", date(2018, 1, 10), plan(50.0, None, "PLAN0")),
            course("course1", NEW, plan(30.0, 15, "PLAN1")),
        ],
    )
    less = budget(proposed(folder), fractions=15).scaling[0]
    assert not whole.lower_bound
    assert less.lower_bound
    assert less.asked < whole.asked
    assert less.not_asked


def test_a_new_course_does_not_come_first(tmp_path: Path) -> None:
    """A first day before that of an earlier course is a wrong call: no interval is negative."""
    with pytest.raises(UsageError, match="before an earlier one"):
        budget(
            given(tmp_path / "in", (30.0, 15), days=(NEW,), drawn=CORD),
            fractions=5,
            starts_on=date(2001, 1, 1),
        )


def test_limits_on_several_courses_say_that_there_is_one(tmp_path: Path) -> None:
    """A proposed course alone: no limit on a sum is asked, and none says that there were earlier courses."""
    only = given(tmp_path / "in", (30.0, 15), days=(NEW,), drawn=CORD)
    found = budget(state(only, '[[phase]]\nplan = "PLAN0"\nstatus = "proposed"'), fractions=15)
    assert found.limits == []
    assert {one.why for one in found.not_asked} == {"it is for several courses, and there is no earlier one"}
