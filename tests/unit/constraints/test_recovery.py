"""Recovery, limits and cases come in; the share that acts, and what it acts on, goes out (rule 11)."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.constraints.judgement import Status
from graybook.constraints.recovery import applied, discounted_gy, on_an_organ, raised
from graybook.dvh.metrics import parse
from graybook.errors import InputError, UsageError
from graybook.radiobiology import eqd2_gy
from graybook.record import RecoveryStep
from graybook.tables.limit import Conditions, DoseOf, Limit
from unit.constraints.cases import a_case, a_limit, a_recovery, judged

STEPS = (RecoveryStep(from_months=6.0, share=0.25), RecoveryStep(from_months=12.0, share=0.5))


def share(limit: Limit, **case: object) -> float:
    """The share that acts; 0 when none does, and never an act without effect."""
    acts = applied(limit, parse(limit.metric), a_case(**case))
    assert acts is None or acts.share > 0
    return 0.0 if acts is None else acts.share


@pytest.mark.rule(11)
def test_the_discount_acts_on_effect_and_not_on_gray() -> None:
    """50 Gy in 25, α/β 2, a quarter: 37.5 of EQD2; taken off the physical dose first it would be 32.8."""
    prior = eqd2_gy(np.array([50.0]), fractions=25, alpha_beta_gy=2.0)
    assert discounted_gy(prior, 0.25) == pytest.approx(37.5)
    wrong = eqd2_gy(np.array([50.0 * 0.75]), fractions=25, alpha_beta_gy=2.0)
    assert wrong == pytest.approx(32.8125)
    assert discounted_gy(50.0, 0.0) == 50.0


@pytest.mark.parametrize("bad", [-0.1, 1.0, 25.0, float("nan")])
def test_a_share_is_from_nothing_to_below_all(bad: float) -> None:
    """Twenty-five is not a share: the remedy says how to write a quarter."""
    with pytest.raises(UsageError, match="share of recovery") as caught:
        discounted_gy(50.0, bad)
    assert "0.25" in caught.value.remedy


@pytest.mark.rule(11)
@pytest.mark.parametrize("organ", ["PTV", "GTV 1", "CTV_60"])
def test_a_target_never_recovers(organ: str) -> None:
    """Recovery assumed for a target is refused, also where a limit would be judged with it."""
    recovery = a_recovery(organ=organ)
    with pytest.raises(InputError, match="for a target"):
        on_an_organ(recovery)
    with pytest.raises(InputError, match="for a target"):
        judged(60.0, a_limit(), a_case(recovery=recovery))
    assert on_an_organ(a_recovery()).organ == "SpinalCord"


@pytest.mark.rule(11)
def test_nothing_recovers_unless_somebody_says_so() -> None:
    """Without an assumption, without an earlier course, before the first step and at an unknown interval the share is 0."""
    assert share(a_limit()) == 0.0
    assert share(a_limit(), recovery=a_recovery(), intervals_months=()) == 0.0
    assert share(a_limit(), recovery=a_recovery(), intervals_months=(5.9,)) == 0.0
    assert share(a_limit(), recovery=a_recovery(), intervals_months=(None,)) == 0.0
    assert share(a_limit(), recovery=a_recovery()) == 0.25


def test_several_courses_have_several_shares() -> None:
    """At 9 and 15 months: the tolerance is raised by the shorter interval's share; doses are discounted by up to the longer's."""
    case = {"courses": 3, "intervals_months": (15.0, 9.0)}
    assert share(a_limit(), recovery=a_recovery("tolerance", steps=STEPS), **case) == 0.25
    assert share(a_limit(), recovery=a_recovery("dose", steps=STEPS), **case) == 0.5
    one_unknown = {"courses": 3, "intervals_months": (15.0, None)}
    assert share(a_limit(), recovery=a_recovery("tolerance", steps=STEPS), **one_unknown) == 0.0
    assert share(a_limit(), recovery=a_recovery("dose", steps=STEPS), **one_unknown) == 0.5


def test_recovery_leaves_alone_what_it_cannot_touch() -> None:
    """The reference course's own dose in either convention; shares, volumes and lower limits when the tolerance is raised."""
    of_reference = a_limit(dose_of=DoseOf.REFERENCE)
    for convention in ("dose", "tolerance"):
        assert share(of_reference, recovery=a_recovery(convention)) == 0.0
    raise_it = a_recovery("tolerance")
    assert share(a_limit(unit="", dose_of=DoseOf.SHARE), recovery=raise_it) == 0.0
    assert share(a_limit(metric="V20Gy[%]", unit="%"), recovery=raise_it) == 0.0
    assert share(a_limit(metric="D95%", op=">="), recovery=raise_it) == 0.0
    assert share(a_limit(metric="V20Gy[%]", unit="%"), recovery=a_recovery("dose")) == 0.25


def test_a_limit_of_the_reference_course_is_judged_as_without_recovery() -> None:
    """HyTEC's 25 Gy for the second course holds recovery and is not touched by it: nothing is counted twice."""
    limit = a_limit(value=25.0, dose_of=DoseOf.REFERENCE)
    assert judged(20.0, limit, a_case(recovery=a_recovery())).status is Status.MET


def test_a_raised_limit() -> None:
    """50 Gy and a quarter are 62.5 Gy; all else stays."""
    limit = raised(a_limit(value=50.0, rounding=0.5), 0.25)
    assert (limit.value, limit.rounding, limit.id) == (62.5, 0.5, "a-limit")


def test_a_tolerance_raised_beyond_a_derived_limit() -> None:
    """At another α/β the limit is derived first and raised after: 47.6 x 1.25 = 59.5 Gy."""
    limit = a_limit(value=56.0, schedule="14/1", conditions=Conditions(recovery_in_source="no"))
    found = judged(55.0, limit, a_case(alpha_beta_gy=3.0, recovery=a_recovery("tolerance")))
    assert found.limit.value == pytest.approx(59.5)
    assert found.status is Status.MET
