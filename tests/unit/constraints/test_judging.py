"""Limits, values and cases come in; what is judged, under which figure, and why, goes out."""

from __future__ import annotations

from typing import Any

import pytest

from graybook.constraints.judgement import Judgement, Measured, Status
from graybook.constraints.judging import judge, rederived
from graybook.record import Finding
from graybook.tables.limit import Conditions, DoseOf, Namespace, Scale
from unit.constraints.cases import a_case, a_limit, a_recovery, judged

NO_RECOVERY = Conditions(recovery_in_source="no")


def code(judgement: Judgement) -> tuple[str, str]:
    """Status and code."""
    return str(judgement.status), judgement.reason.code


def test_a_value_under_all_conditions_is_judged() -> None:
    """A cord at 60 of 70 Gy is met with 10 Gy to spare, and every condition is shown to hold."""
    found = judged(60.0, a_limit(), a_case())
    assert code(found) == ("met", "constraint_met")
    assert found.margin == pytest.approx(10.0)
    assert found.conditions
    assert all(one.holds for one in found.conditions)


@pytest.mark.rule(9)
def test_met_at_the_low_end_alone_is_no_verdict() -> None:
    """From 60 to 75 Gy against 70 Gy nobody knows; the margin is that of the upper end."""
    found = judged((60.0, 75.0), a_limit(), a_case())
    assert code(found) == ("not assessable", "constraint_both_ways")
    assert found.margin == pytest.approx(-5.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((60.0, None), ("not assessable", "constraint_one_end")),
        ((75.0, None), ("exceeded", "constraint_exceeded_range")),
        ((None, 60.0), ("not assessable", "constraint_one_end")),
        ((None, None), ("not assessable", "constraint_no_value")),
        ((float("nan"), 60.0), ("not assessable", "constraint_one_end")),
        ((75.0, float("inf")), ("exceeded", "constraint_exceeded_range")),
    ],
)
def test_an_unknown_end_is_never_met(value: Any, expected: tuple[str, str]) -> None:
    """With one end missing a limit can be exceeded, by the better end alone, but not met."""
    assert code(judged(value, a_limit(), a_case())) == expected


def test_the_callers_reason_is_kept() -> None:
    """Where there is no value, the reason is the one that came with it."""
    why = Finding(code="limit_no_dose")
    found = judge(a_limit(), Measured(low=None, high=None, why=why), a_case())
    assert found.reason is why
    assert found.margin is None


def test_a_lower_bound_exceeds_or_says_nothing() -> None:
    """With a course missing from the sum, 60 Gy is no pass of 70 Gy and 75 Gy is an excess."""
    case = a_case(complete=False)
    assert code(judged(60.0, a_limit(), case)) == ("not assessable", "constraint_lower_bound")
    assert code(judged(75.0, a_limit(), case)) == ("exceeded", "constraint_exceeded_lower_bound")


def test_a_lower_bound_of_coverage_says_nothing() -> None:
    """A dose that must be reached is not failed by a sum that lacks a course."""
    limit = a_limit(metric="D95%", op=">=")
    assert judged(60.0, limit, a_case(complete=False)).status is Status.NOT_ASSESSABLE
    assert judged(60.0, limit, a_case()).status is Status.EXCEEDED


def test_a_share_of_a_sum_that_lacks_a_course_says_nothing() -> None:
    """The missing course makes the sum larger and the reference course's share smaller: an excess proves nothing."""
    limit = a_limit(value=0.5, unit="", dose_of=DoseOf.SHARE)
    for ends in (0.6, (0.6, None)):
        assert judged(ends, limit, a_case(complete=False)).status is Status.NOT_ASSESSABLE


def test_a_margin_compares_like_with_like() -> None:
    """Outside the source's interval the distance still means something; at another α/β or on another scale it does not."""
    interval = a_limit(conditions=Conditions(interval_months=(12.0, None)))
    assert judged(60.0, interval, a_case()).margin == pytest.approx(10.0)
    assert judged(60.0, a_limit(), a_case(alpha_beta_gy=None)).margin is None
    assert judged(60.0, a_limit(scale=Scale.REPORTED), a_case()).margin is None
    assert judged(60.0, a_limit(namespace=Namespace.FIRST_COURSE), a_case()).margin is None


def test_an_observed_dose_gives_no_margin() -> None:
    """What was seen in patients is not a limit: no verdict and no margin."""
    found = judged(60.0, a_limit(namespace=Namespace.OBSERVED, op=""), a_case())
    assert code(found) == ("not assessable", "constraint_condition_namespace_observed")
    assert found.margin is None


def test_another_alpha_beta_uses_the_schedule() -> None:
    """14 Gy at once are 14 x (14 + 3) / 5 = 47.6 Gy EQD2 at α/β 3 Gy and 14 x (1 + 14/3) = 79.33 Gy BED."""
    limit = a_limit(value=56.0, schedule="14/1")
    found = judged(50.0, limit, a_case(alpha_beta_gy=3.0))
    assert code(found) == ("exceeded", "constraint_exceeded_rederived")
    assert found.limit.value == pytest.approx(47.6)
    assert found.limit.alpha_beta_gy == 3.0
    in_bed = a_limit(value=112.0, schedule="14/1", scale=Scale.BED)
    assert rederived(in_bed, 3.0).value == pytest.approx(79.3333, abs=1e-4)
    assert code(judged(79.0, in_bed, a_case(alpha_beta_gy=3.0))) == ("met", "constraint_met_rederived")


def test_without_a_schedule_another_alpha_beta_gives_no_verdict() -> None:
    """The same case against a limit that names no schedule is a dose without a verdict, and the limit stays as printed."""
    found = judged(50.0, a_limit(), a_case(alpha_beta_gy=3.0))
    assert code(found) == ("not assessable", "constraint_condition_alpha_beta")
    assert found.limit.value == 70.0
    assert found.margin is None
    assert rederived(a_limit(), 3.0) == a_limit()


@pytest.mark.parametrize(
    ("organ", "structure", "value", "expected"),
    [
        ("ThecalSac", "SpinalCord", 75.0, ("exceeded", "constraint_exceeded_inner")),
        ("ThecalSac", "SpinalCord", 60.0, ("not assessable", "constraint_condition_structure")),
        ("SpinalCord", "SpinalCanal", 60.0, ("met", "constraint_met_outer")),
        ("SpinalCord", "SpinalCanal", 75.0, ("not assessable", "constraint_condition_structure")),
        ("SpinalCord", "SpinalCord_PRV05", 60.0, ("met", "constraint_met_outer")),
        ("SpinalCord_PRV05", "SpinalCord", 75.0, ("exceeded", "constraint_exceeded_inner")),
        ("Heart", "SpinalCord", 75.0, ("not assessable", "constraint_condition_structure")),
    ],
)
@pytest.mark.rule(12)
def test_another_structure_gives_what_follows_from_anatomy(
    organ: str, structure: str, value: float, expected: tuple[str, str]
) -> None:
    """What the inner structure exceeds the outer exceeds, what the outer meets the inner meets; the rest is open."""
    assert code(judged(value, a_limit(organ=organ), a_case(structure=structure))) == expected


def test_near_on_another_structure_is_no_verdict() -> None:
    """A value within the source's rounding of the wrong structure says nothing of the right one."""
    near = a_limit(rounding=1.0)
    assert judged(70.5, near, a_case(structure="SpinalCanal")).status is Status.NOT_ASSESSABLE


@pytest.mark.parametrize("metric", ["mean", "D50%"])
def test_a_mean_does_not_follow_from_anatomy(metric: str) -> None:
    """The mean of the cord says nothing of the mean of the sac."""
    limit = a_limit(organ="ThecalSac", metric=metric)
    assert judged(75.0, limit, a_case()).status is Status.NOT_ASSESSABLE


def test_anatomy_overrides_no_other_condition() -> None:
    """A canal that meets the cord's limit does so only under the source's interval."""
    limit = a_limit(conditions=Conditions(interval_months=(12.0, None)))
    found = judged(60.0, limit, a_case(structure="SpinalCanal"))
    assert code(found) == ("not assessable", "constraint_condition_structure")


def test_nothing_overrides_another_condition() -> None:
    """A discounted dose beyond the limit, or a cord beyond the sac's, gives no verdict outside the source's interval."""
    limit = a_limit(conditions=Conditions(interval_months=(12.0, None)))
    assert judged(75.0, limit, a_case(recovery=a_recovery())).status is Status.NOT_ASSESSABLE
    sac = a_limit(organ="ThecalSac", conditions=Conditions(interval_months=(12.0, None)))
    assert judged(75.0, sac, a_case()).status is Status.NOT_ASSESSABLE


@pytest.mark.rule(11)
def test_the_two_conventions_of_recovery() -> None:
    """Tolerance 50, earlier 30, new 30, a quarter: 52.5 exceeds 50, and 60 is within 62.5."""
    limit = a_limit(value=50.0, conditions=NO_RECOVERY)
    dose = judged(30.0 * 0.75 + 30.0, limit, a_case(recovery=a_recovery("dose")))
    tolerance = judged(30.0 + 30.0, limit, a_case(recovery=a_recovery("tolerance")))
    assert code(dose) == ("exceeded", "constraint_exceeded_recovery_dose")
    assert (dose.limit.value, dose.margin) == (50.0, pytest.approx(-2.5))
    assert code(tolerance) == ("met", "constraint_met_recovery_tolerance")
    assert (tolerance.limit.value, tolerance.margin) == (62.5, pytest.approx(2.5))
    for one in (dose, tolerance):
        assert one.reason.params["share"] == 25.0
        assert one.reason.params["author"] == "Dr A. Author"


@pytest.mark.rule(11)
@pytest.mark.parametrize("convention", ["dose", "tolerance"])
def test_recovery_that_the_source_holds_is_counted_once(convention: str) -> None:
    """Against a limit that holds recovery, no assumed recovery is a pass; what exceeds even so exceeds."""
    case = a_case(recovery=a_recovery(convention))
    under, over = judged(60.0, a_limit(), case), judged(75.0, a_limit(), case)
    assert code(under) == ("not assessable", f"constraint_counted_twice_{convention}")
    assert code(over) == ("exceeded", f"constraint_counted_twice_{convention}_exceeded")
    assert under.limit.value == over.limit.value == 70.0


def test_recovery_twice_on_an_inner_structure() -> None:
    """A discounted cord beyond the sac's limit exceeds it all the same; within it, recovery is what is said."""
    case, limit = a_case(recovery=a_recovery()), a_limit(organ="ThecalSac")
    assert code(judged(75.0, limit, case)) == ("exceeded", "constraint_exceeded_inner_recovery")
    assert code(judged(60.0, limit, case)) == ("not assessable", "constraint_counted_twice_dose")


def test_a_share_of_discounted_doses_follows_nowhere() -> None:
    """The reference course's share grows when the earlier dose is discounted, so that an excess proves nothing."""
    limit = a_limit(value=0.5, unit="", dose_of=DoseOf.SHARE)
    assert judged(0.6, limit, a_case()).status is Status.EXCEEDED
    assert judged(0.6, limit, a_case(recovery=a_recovery())).status is Status.NOT_ASSESSABLE


@pytest.mark.rule(11)
def test_a_source_that_discounted_asks_for_a_discount() -> None:
    """A limit on discounted doses judges a discounted dose, and no other."""
    limit = a_limit(conditions=Conditions(recovery_in_source="discounted"))
    expected = ("not assessable", "constraint_condition_recovery_in_source")
    assert code(judged(60.0, limit, a_case())) == expected
    assert code(judged(60.0, limit, a_case(recovery=a_recovery("tolerance")))) == expected
    assert judged(60.0, limit, a_case(recovery=a_recovery("dose"))).status is Status.MET


def test_a_critical_volume_is_mirrored() -> None:
    """At least 700 cm³ below 21 Gy: 800 meets, 600 fails, 600 to 800 is open, and the margin is that of the lower end."""
    limit = a_limit(organ="Liver", metric="CV700cc<21Gy", op=">=", value=700.0, unit="cm³")
    case = a_case(structure="Liver")
    assert judged(800.0, limit, case).status is Status.MET
    assert judged(600.0, limit, case).status is Status.EXCEEDED
    both = judged((600.0, 800.0), limit, case)
    assert (both.status, both.margin) == (Status.NOT_ASSESSABLE, -100.0)
    assert judged(600.0, limit, a_case(structure="Liver", complete=False)).status is Status.EXCEEDED
    assert judged(800.0, limit, a_case(structure="Liver", complete=False)).status is Status.NOT_ASSESSABLE
