"""Published limits come in; schedules around their edges are judged as the publications say.

The rows are those of the tables (each with its citation); the doses are computed here from schedules, total dose over fractions, in
closed form: EQD2 = D (d + α/β) / (2 + α/β), BED = D (1 + d / (α/β)).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Literal

import pytest

from graybook.constraints.judgement import Case, Judgement, Measured
from graybook.constraints.judging import judge
from graybook.constraints.recovery import discounted_gy
from graybook.record import Override, Recovery, RecoveryStep
from graybook.tables.limit import Conditions, Limit
from graybook.tables.limits import limits

Schedule = tuple[float, int]


def eqd2(schedule: Schedule, ratio: float = 2.0) -> float:
    """Closed form. [Gy]"""
    total, fractions = schedule
    return total * (total / fractions + ratio) / (2 + ratio)


def bed(schedule: Schedule, ratio: float = 2.0) -> float:
    """Closed form. [Gy]"""
    total, fractions = schedule
    return total * (1 + total / fractions / ratio)


def row(key: str) -> Limit:
    """One row of the tables."""
    return next(one for one in limits() if one.id == key)


def case(structure: str, schedules: tuple[Schedule, ...], **changed: Any) -> Case:
    """Photon courses nine months apart, the last the reference course."""
    last = schedules[-1]
    plain: dict[str, Any] = {
        "structure": structure,
        "alpha_beta_gy": 2.0,
        "courses": len(schedules),
        "intervals_months": (9.0,) * (len(schedules) - 1),
        "fractions": (last[1], last[1]),
        "fraction_gy": last[0] / last[1],
        "modalities": frozenset({"photon"}),
        "course_values": tuple(bed(one) for one in schedules),
    }
    return Case(**(plain | changed))


def said(key: str, value: float, structure: str, *schedules: Schedule, **changed: Any) -> Judgement:
    """What a row says of a value."""
    return judge(row(key), Measured(low=value, high=value), case(structure, schedules, **changed))


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("key", "structure", "value", "ratio", "status"),
    [
        ("rulach2021-spinalcord-max", "SpinalCord", 60.0, 2.0, "met"),
        ("rulach2021-spinalcord-max", "SpinalCord", 61.0, 2.0, "exceeded"),
        ("rulach2021-paradis-spinalcord-d0.1cc", "SpinalCord", 56.24, 2.0, "met"),
        ("rulach2021-paradis-spinalcord-d0.1cc", "SpinalCord", 56.3, 2.0, "exceeded"),
        ("rulach2021-troost-spinalcord-max", "SpinalCord", 64.9, 2.0, "met"),
        ("rulach2021-troost-spinalcord-max", "SpinalCord", 66.0, 2.0, "exceeded"),
        ("rulach2021-ars-spinalcord-max", "SpinalCord", 56.9, 2.0, "met"),
        ("rulach2021-ars-spinalcord-max", "SpinalCord", 58.0, 2.0, "exceeded"),
        ("rulach2021-esophagus-max-low", "Esophagus", 75.0, 3.0, "met"),
        ("rulach2021-esophagus-max-high", "Esophagus", 101.0, 3.0, "exceeded"),
        ("rulach2021-brachialplex-max-low", "BrachialPlex_L", 80.0, 2.0, "met"),
        ("rulach2021-brachialplex-max-high", "BrachialPlex_R", 96.0, 2.0, "exceeded"),
        ("rulach2021-greatves-max-low", "GreatVes", 110.0, 3.0, "met"),
        ("rulach2021-greatves-max-high", "GreatVes", 116.0, 3.0, "exceeded"),
        ("rulach2021-troost-lungs-mean", "Lungs", 21.9, 3.0, "met"),
        ("rulach2021-troost-lungs-mean", "Lungs", 23.0, 3.0, "exceeded"),
        ("rulach2021-ars-lungs-v20gy", "Lungs", 39.9, 3.0, "met"),
        ("rulach2021-ars-lungs-v20gy", "Lungs", 41.0, 3.0, "exceeded"),
    ],
)
def test_rulach_2021_table_4(key: str, structure: str, value: float, ratio: float, status: str) -> None:
    """Consensus "at most" holds at the figure; the other columns are "below" (Rulach 2021, PMC8022147, table 4)."""
    judgement = said(key, value, structure, (30.0, 15), (20.0, 10), alpha_beta_gy=ratio)
    assert judgement.status == status
    assert judgement.limit.source_text
    assert judgement.limit.primary_checked


@pytest.mark.parametrize(
    ("key", "figure"),
    [
        ("rulach2021-paradis-spinalcord-d0.1cc", 56.25),
        ("rulach2021-troost-spinalcord-max", 65.0),
        ("rulach2021-ars-spinalcord-max", 57.0),
    ],
)
def test_below_is_not_met_at_the_figure(key: str, figure: float) -> None:
    """The columns "below" are near at their figure, never met."""
    assert said(key, figure, "SpinalCord", (30.0, 15), (20.0, 10)).status == "near"


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("prior", "new", "total", "status"),
    [
        ((50.0, 25), (14.0, 3), 73.3333, "exceeded"),
        ((50.0, 25), (11.0, 2), 70.625, "near"),
        ((50.0, 25), (10.0, 2), 67.5, "met"),
        ((40.0, 20), (18.0, 3), 76.0, "exceeded"),
        ((30.0, 10), (14.0, 2), 69.0, "met"),
    ],
)
def test_hytec_cumulative_thecal_sac(prior: Schedule, new: Schedule, total: float, status: str) -> None:
    """At most 70 Gy EQD2(2) in the thecal sac, its own edge example near (HyTEC, Sahgal 2021, doi 10.1016/j.ijrobp.2019.09.038)."""
    value = eqd2(prior) + eqd2(new)
    assert value == pytest.approx(total, abs=1e-4)
    judgement = said("hytec2021-thecalsac-max", value, "ThecalSac", prior, new)
    assert judgement.status == status
    assert judgement.margin == pytest.approx(70 - total, abs=1e-4)
    assert all(one.holds for one in judgement.conditions)


@pytest.mark.parametrize(
    ("new", "value", "status"),
    [((18.0, 5), 25.2, "near"), ((14.0, 3), 23.3333, "met"), ((20.0, 5), 30.0, "exceeded")],
)
def test_hytec_second_course_alone(new: Schedule, value: float, status: str) -> None:
    """At most 25 Gy EQD2(2) of the re-irradiation alone; 18 Gy in 5, which HyTEC allows, is 25.2 and near."""
    assert eqd2(new) == pytest.approx(value, abs=1e-4)
    assert said("hytec2021-thecalsac-max-reference", eqd2(new), "ThecalSac", (40.0, 20), new).status == status


@pytest.mark.parametrize(
    ("prior", "new", "share", "status"),
    [((50.0, 25), (14.0, 3), 0.3182, "met"), ((20.0, 10), (16.0, 2), 0.6667, "exceeded")],
)
def test_hytec_share_of_the_second_course(prior: Schedule, new: Schedule, share: float, status: str) -> None:
    """At most half of the cumulative dose is the re-irradiation's."""
    value = eqd2(new) / (eqd2(prior) + eqd2(new))
    assert value == pytest.approx(share, abs=1e-4)
    assert said("hytec2021-thecalsac-max-share", value, "ThecalSac", prior, new).status == status


@pytest.mark.rule(12)
@pytest.mark.parametrize("key", ["hytec2021-thecalsac-max-share", "sahgal2012-thecalsac-max-share"])
def test_a_share_at_which_myelopathy_was_seen_is_not_near(key: str) -> None:
    """The shares of the five with myelopathy began at 0.54 (Sahgal 2012): no rounding of "0.5" reaches there."""
    assert said(key, 0.54, "ThecalSac", (40.0, 20), (14.0, 2)).status == "exceeded"


@pytest.mark.rule(12)
@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"intervals_months": (4.9,)}, "interval"),
        ({"fractions": (10, 10)}, "fractions"),
        ({"courses": 3, "intervals_months": (9.0, 9.0)}, "courses"),
        ({"modalities": frozenset({"photon", "carbon"})}, "modality"),
        ({"alpha_beta_gy": 3.0}, "alpha_beta"),
        ({"structure": "CaudaEquina"}, "structure"),
    ],
)
def test_hytec_outside_its_conditions(changed: dict[str, Any], name: str) -> None:
    """One earlier course, at least 5 months, 1 to 5 fractions, photons, α/β 2, the thecal sac: each alone takes the verdict."""
    given = case("ThecalSac", ((40.0, 20), (12.0, 3)))
    judgement = judge(
        row("hytec2021-thecalsac-max"), Measured(low=60.0, high=60.0), replace(given, **changed)
    )
    assert judgement.status == "not assessable"
    assert judgement.reason.code == f"constraint_condition_{name}"


@pytest.mark.rule(12)
def test_the_cord_against_hytecs_sac() -> None:
    """73.3 in the cord exceeds the sac's 70 a fortiori; 60 in the cord says nothing of the sac around it."""
    over = said("hytec2021-thecalsac-max", 73.3333, "SpinalCord", (50.0, 25), (14.0, 3))
    under = said("hytec2021-thecalsac-max", 60.0, "SpinalCord", (40.0, 20), (12.0, 3))
    assert (over.status, over.reason.code) == ("exceeded", "constraint_exceeded_inner")
    assert (under.status, under.reason.code) == ("not assessable", "constraint_condition_structure")


@pytest.mark.rule(12)
def test_the_aorta_against_the_great_vessels() -> None:
    """120 in the aorta exceeds Rulach's upper 115 of the great vessels a fortiori; 97 says nothing of the other vessels."""
    over = said("rulach2021-greatves-max-high", 120.0, "A_Aorta", (60.0, 30), (60.0, 30), alpha_beta_gy=3.0)
    under = said("rulach2021-greatves-max-high", 97.0, "A_Aorta", (60.0, 30), (37.0, 20), alpha_beta_gy=3.0)
    assert (over.status, over.reason.code) == ("exceeded", "constraint_exceeded_inner")
    assert (under.status, under.reason.code) == ("not assessable", "constraint_condition_structure")


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("sahgal2012-thecalsac-max", 70.0, "met"),
        ("sahgal2012-thecalsac-max", 71.0, "exceeded"),
        ("sahgal2012-thecalsac-max-reference-low", 20.0, "met"),
        ("sahgal2012-thecalsac-max-reference-low", 21.0, "exceeded"),
        ("sahgal2012-thecalsac-max-reference-high", 25.0, "met"),
        ("sahgal2012-thecalsac-max-reference-high", 26.0, "exceeded"),
        ("sahgal2012-thecalsac-max-share", 0.5, "met"),
        ("sahgal2012-thecalsac-max-share", 0.53, "exceeded"),
    ],
)
def test_sahgal_2012(key: str, value: float, status: str) -> None:
    """Total 70, re-irradiation 20 to 25, share a half, at least five months (Sahgal 2012, IJROBP 82:107)."""
    assert said(key, value, "ThecalSac", (40.0, 20), (10.0, 3)).status == status


def test_sahgal_2012_means_of_both_groups() -> None:
    """The mean total of those without myelopathy, 62.3, is met; that of those with, 105.8, is exceeded; as are 20.0 and 67.4."""
    for value, status in ((62.3, "met"), (105.8, "exceeded")):
        assert said("sahgal2012-thecalsac-max", value, "ThecalSac", (40.0, 20), (10.0, 3)).status == status
    for value, status in ((20.0, "met"), (67.4, "exceeded")):
        found = said("sahgal2012-thecalsac-max-reference-high", value, "ThecalSac", (40.0, 20), (10.0, 3))
        assert found.status == status


@pytest.mark.parametrize(
    ("prior", "new", "total", "no_events", "low_risk"),
    [
        ((45.0, 25), (10.0, 5), 105.5, "met", "met"),
        ((40.0, 20), (20.0, 10), 120.0, "met", "met"),
        ((45.0, 25), (25.0, 13), 134.5385, "exceeded", "met"),
        ((45.0, 25), (26.0, 13), 137.5, "exceeded", "exceeded"),
    ],
)
def test_nieder_2006(prior: Schedule, new: Schedule, total: float, no_events: str, low_risk: str) -> None:
    """BED(2) up to 120 without myelopathy, up to 135.5 with a small risk (Nieder 2006, PMID 17084560)."""
    value = bed(prior) + bed(new)
    assert value == pytest.approx(total, abs=1e-3)
    assert said("nieder2006-spinalcord-max-no-events", value, "SpinalCord", prior, new).status == no_events
    assert said("nieder2006-spinalcord-max-low-risk", value, "SpinalCord", prior, new).status == low_risk


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"course_values": (98.1, 10.0)}, "constraint_condition_each_course_max"),
        ({"course_values": (98.0, None)}, "constraint_condition_each_course_max_unknown"),
        ({"intervals_months": (5.9,)}, "constraint_condition_interval"),
        ({"intervals_months": (None,)}, "constraint_condition_interval_unknown"),
    ],
)
def test_nieder_2006_outside_its_conditions(changed: dict[str, Any], code: str) -> None:
    """No course above 98 Gy BED, and at least six months."""
    found = said("nieder2006-spinalcord-max-no-events", 110.0, "SpinalCord", (45.0, 25), (10.0, 5), **changed)
    assert (found.status, found.reason.code) == ("not assessable", code)


@pytest.mark.rule(12)
def test_observed_doses_are_no_limits() -> None:
    """Doses that patients were seen with, however low the case lies below them, give no verdict."""
    rows = [one for one in limits() if one.namespace.value == "observed dose"]
    assert len(rows) >= 11
    for one in rows:
        judgement = judge(one, Measured(low=1.0, high=1.0), case(one.organ, ((30.0, 15), (20.0, 10))))
        assert (judgement.status, judgement.margin) == ("not assessable", None)


@pytest.mark.rule(12)
def test_first_course_constraints_never_judge_a_sum() -> None:
    """No first-course constraint gives a verdict on two courses."""
    rows = [one for one in limits() if one.namespace.value == "first-course constraint"]
    assert rows
    for one in rows:
        value = 0.5 * one.value if one.at_most else 2.0 * one.value
        two = case(one.organs[0], ((30.0, 15), (20.0, 10)), alpha_beta_gy=one.alpha_beta_gy or 2.0)
        assert judge(one, Measured(low=value, high=value), two).status == "not assessable"


def test_a_first_course_constraint_judges_a_first_course() -> None:
    """HyTEC's 14 Gy at once: 13.9 is met and 14.2 exceeded on a first single fraction, and not assessable on three."""
    key = "hytec2021-spinalcord-max-1fx-high"
    alone = {"courses": 1, "intervals_months": ()}
    structure = row(key).organs[0]
    assert said(key, 13.9, structure, (24.0, 1), **alone).status == "met"
    assert said(key, 14.2, structure, (24.0, 1), **alone).status == "exceeded"
    assert said(key, 13.9, structure, (24.0, 3), **alone).status == "not assessable"


def quarter(convention: Literal["dose", "tolerance"]) -> Recovery:
    """A quarter of the cord's, from six months on, on somebody's word."""
    by = Override(
        key="recovery",
        value="0.25",
        author="A. Physician",
        date=date(2026, 11, 1),
        reason="test",
        source="Doi 2021",
    )
    steps = (RecoveryStep(from_months=6.0, share=0.25),)
    return Recovery(organ="SpinalCord", steps=steps, convention=convention, by=by)


@pytest.mark.rule(11)
def test_the_same_patient_under_both_conventions() -> None:
    """Tolerance 50 without recovery, 30 before and 30 now, a quarter: 52.5 exceeds 50, and 60 is within 62.5."""
    tolerance = replace(
        row("rulach2021-spinalcord-max"), value=50.0, conditions=Conditions(recovery_in_source="no")
    )
    prior, new = eqd2((30.0, 15)), eqd2((30.0, 15))
    given = case("SpinalCord", ((30.0, 15), (30.0, 15)))
    less = discounted_gy(prior, 0.25) + new
    assert less == 52.5
    dose = judge(tolerance, Measured(low=less, high=less), replace(given, recovery=quarter("dose")))
    whole = Measured(low=prior + new, high=prior + new)
    more = judge(tolerance, whole, replace(given, recovery=quarter("tolerance")))
    assert (dose.status, dose.limit.value) == ("exceeded", 50.0)
    assert (more.status, more.measured.high, more.limit.value) == ("met", 60.0, 62.5)
    assert judge(tolerance, whole, given).status == "exceeded"


@pytest.mark.rule(11)
@pytest.mark.parametrize("convention", ["dose", "tolerance"])
def test_a_quarter_against_hytec_is_counted_twice(convention: Literal["dose", "tolerance"]) -> None:
    """50/25 + 14/3 with a quarter off the first is 60.8, below HyTEC's 70, and no pass: HyTEC's 70 holds recovery already."""
    prior, new = (50.0, 25), (14.0, 3)
    recovered = discounted_gy(eqd2(prior), 0.25) + eqd2(new)
    assert recovered == pytest.approx(60.8333, abs=1e-4)
    given = replace(case("ThecalSac", (prior, new)), recovery=quarter(convention))
    value = recovered if convention == "dose" else 65.0
    found = judge(row("hytec2021-thecalsac-max"), Measured(low=value, high=value), given)
    assert (found.status, found.reason.code) == ("not assessable", f"constraint_counted_twice_{convention}")
