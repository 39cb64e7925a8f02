"""Limits with conditions and cases come in; each condition held, broken or not known goes out (rule 12)."""

from __future__ import annotations

from typing import Any

import pytest

from graybook.constraints.conditions import NAMES, checks
from graybook.constraints.judgement import Status
from graybook.tables.limit import Conditions, DoseOf, Limit, Namespace, Scale
from unit.constraints.cases import a_case, a_limit, a_recovery, judged

FULL = Conditions(
    interval_months=(6.0, 12.0),
    courses=(2, 2),
    fractions=(1, 5),
    fraction_gy=(3.0, 10.0),
    modalities=("photon",),
    each_course_max_gy=49.0,
    recovery_in_source="yes",
)

PHYSICAL: dict[str, Any] = {
    "scale": Scale.PHYSICAL,
    "dose_of": DoseOf.REFERENCE,
    "conditions": Conditions(),
}

BROKEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("namespace", {"namespace": Namespace.OBSERVED, "op": ""}, {}),
    ("namespace", {"namespace": Namespace.FIRST_COURSE}, {}),
    ("namespace", {"conditions": Conditions()}, {"courses": 1, "intervals_months": ()}),
    ("scale", {"scale": Scale.REPORTED}, {}),
    ("scale", {"scale": Scale.PHYSICAL}, {}),
    ("recovery_in_source", {}, {"recovery": a_recovery()}),
    ("recovery_in_source", {}, {"recovery": a_recovery("tolerance")}),
    ("modality", {}, {"modalities": frozenset({"photon", "proton"})}),
    ("modality", {}, {"modalities": frozenset({"photon", "unknown", "carbon"})}),
    ("structure", {}, {"structure": "ThecalSac_PRV03", "course_values": (9.0, 9.0)}),
    ("structure", {"organ": "ThecalSac"}, {}),
    ("structure", {"organ": "Heart"}, {}),
    ("alpha_beta", {}, {"alpha_beta_gy": 3.0}),
    ("courses", {}, {"courses": 3, "intervals_months": (9.0, 9.0), "course_values": (9.0, 9.0, 9.0)}),
    ("interval", {}, {"intervals_months": (5.9,)}),
    ("interval", {}, {"intervals_months": (12.1,)}),
    ("interval", {"conditions": Conditions(interval_months=(6.0, None))}, {"intervals_months": (9.0, 5.9)}),
    ("fractions", {}, {"fractions": (6, 6)}),
    ("fraction_gy", {}, {"fraction_gy": 2.9}),
    ("fraction_gy", {}, {"fraction_gy": 10.1}),
    ("each_course_max", {}, {"course_values": (20.0, 49.1)}),
    ("each_course_max", {}, {"course_values": (None, 49.1)}),
]

UNKNOWN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("modality", {}, {"modalities": frozenset()}),
    ("modality", {}, {"modalities": frozenset({"photon", "unknown"})}),
    ("structure", {}, {"structure": None}),
    ("alpha_beta", {}, {"alpha_beta_gy": None, "course_values": (9.0, 9.0)}),
    ("alpha_beta", {"alpha_beta_gy": None, "conditions": Conditions()}, {}),
    ("courses", {"conditions": Conditions(courses=(3, None))}, {"complete": False}),
    ("interval", {}, {"intervals_months": (None,)}),
    ("interval", {}, {"intervals_months": ()}),
    ("fractions", {}, {"fractions": None}),
    ("fractions", {}, {"fractions": (4, 8)}),
    ("fractions", PHYSICAL, {}),
    ("fraction_gy", {}, {"fraction_gy": None}),
    ("each_course_max", {}, {"course_values": (20.0, None)}),
    ("each_course_max", {}, {"course_values": (20.0,)}),
]


def limit_of(changed: dict[str, Any]) -> Limit:
    """The limit with every condition, changed."""
    return a_limit(**({"conditions": FULL} | changed))


def found(limit: Limit, **case: Any) -> dict[str, bool | None]:
    """Each condition, and whether it holds."""
    return {one.name: one.holds for one in checks(limit, a_case(**case))}


@pytest.mark.rule(12)
def test_every_condition_holds_in_a_case_like_the_source() -> None:
    """All eleven are checked, in the stated order, and the limit is met."""
    limit = limit_of({})
    assert tuple(one.name for one in checks(limit, a_case())) == NAMES
    assert set(found(limit).values()) == {True}
    assert judged(60.0, limit, a_case()).status is Status.MET


@pytest.mark.rule(12)
@pytest.mark.parametrize(("name", "limit", "case"), BROKEN)
def test_one_condition_alone_takes_the_verdict(
    name: str, limit: dict[str, Any], case: dict[str, Any]
) -> None:
    """A limit that would be met is not assessable, and the reason names the condition, when one is broken."""
    asked, given = limit_of(limit), a_case(**case)
    check = next(one for one in checks(asked, given) if one.name == name)
    assert check.holds is False
    judgement = judged(60.0, asked, given)
    if name == "structure" and case:
        assert judgement.reason.code == "constraint_met_outer"
        return
    assert judgement.status is Status.NOT_ASSESSABLE
    if name == "recovery_in_source":
        assert judgement.reason.code.startswith("constraint_counted_twice")
    else:
        assert judgement.reason.code.startswith(f"constraint_condition_{name}")
        assert not judgement.reason.code.endswith("unknown")


@pytest.mark.rule(12)
@pytest.mark.parametrize(("name", "limit", "case"), UNKNOWN)
def test_one_unknown_condition_takes_the_verdict(
    name: str, limit: dict[str, Any], case: dict[str, Any]
) -> None:
    """What nobody knows neither holds nor fails, and gives no verdict."""
    asked, given = limit_of(limit), a_case(**case)
    check = next(one for one in checks(asked, given) if one.name == name)
    assert check.holds is None
    judgement = judged(60.0, asked, given)
    assert judgement.status is Status.NOT_ASSESSABLE
    if given.complete:
        ending = "unknown" if check.required else "not_stated"
        assert judgement.reason.code == f"constraint_condition_{name}_{ending}"


def test_every_condition_has_both_cases() -> None:
    """Every condition is broken above, and every one that can be unknown is."""
    assert {name for name, *_ in BROKEN} == set(NAMES)
    assert {name for name, *_ in UNKNOWN} == set(NAMES) - {"namespace", "scale", "recovery_in_source"}


def test_what_does_not_hold_is_said_before_what_is_not_known() -> None:
    """With the dose per fraction broken and the interval unknown, the reason is the broken one."""
    case = a_case(intervals_months=(None,), fraction_gy=2.0)
    assert judged(60.0, limit_of({}), case).reason.code == "constraint_condition_fraction_gy"


def test_what_a_source_does_not_state_is_not_checked() -> None:
    """A row without conditions asks for its kind, scale, recovery, external beams, structure and α/β."""
    assert set(found(a_limit())) == set(NAMES[:6])
    assert "alpha_beta" not in found(a_limit(**PHYSICAL))
    assert "interval" not in found(a_limit(conditions=Conditions(interval_months=(None, None))))


@pytest.mark.parametrize(
    ("courses", "complete", "holds"),
    [(1, True, False), (2, True, True), (1, False, True), (2, False, True)],
)
def test_a_cumulative_limit_needs_several_courses(courses: int, complete: bool, holds: bool) -> None:
    """One course that is missing from the sum makes a second."""
    assert found(a_limit(), courses=courses, complete=complete)["namespace"] is holds


@pytest.mark.parametrize(
    ("courses", "complete", "holds"), [(1, True, True), (2, True, False), (1, False, False)]
)
def test_a_first_course_constraint_needs_one(courses: int, complete: bool, holds: bool) -> None:
    """And no other that is merely missing from the sum."""
    limit = a_limit(namespace=Namespace.FIRST_COURSE)
    assert found(limit, courses=courses, complete=complete)["namespace"] is holds


@pytest.mark.parametrize(
    ("asked", "courses", "complete", "holds"),
    [
        ((2, 2), 2, True, True),
        ((2, 2), 2, False, None),
        ((2, 2), 3, False, False),
        ((2, None), 2, False, True),
        ((3, None), 2, True, False),
        ((3, None), 2, False, None),
    ],
)
def test_courses_that_are_missing_may_be_one_too_many(
    asked: tuple[int, int | None], courses: int, complete: bool, holds: bool | None
) -> None:
    """With a course missing from the sum, their number is at least what was counted."""
    limit = a_limit(conditions=Conditions(courses=asked))
    assert found(limit, courses=courses, complete=complete)["courses"] is holds


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("dose_of", "courses", "complete", "holds"),
    [
        (DoseOf.REFERENCE, 2, True, True),
        (DoseOf.ALL, 2, True, False),
        (DoseOf.SHARE, 2, True, False),
        (DoseOf.ALL, 1, True, True),
        (DoseOf.ALL, 1, False, False),
    ],
)
def test_physical_doses_of_courses_are_not_added(
    dose_of: DoseOf, courses: int, complete: bool, holds: bool
) -> None:
    """A physical limit speaks of one course."""
    limit = a_limit(scale=Scale.PHYSICAL, dose_of=dose_of, unit="" if dose_of is DoseOf.SHARE else "Gy")
    assert found(limit, courses=courses, complete=complete)["scale"] is holds


@pytest.mark.rule(15)
@pytest.mark.parametrize("unlike", ["microspheres", "radionuclide"])
@pytest.mark.parametrize("stated", [(), ("photon",), ("photon", "microspheres", "radionuclide")])
def test_unlike_evidence_never_meets_an_external_limit(unlike: str, stated: tuple[str, ...]) -> None:
    """Whatever a row lists beside external beams, microspheres and radionuclides are not judged by it."""
    limit = a_limit(conditions=Conditions(modalities=stated))
    assert found(limit, modalities=frozenset({"photon", unlike}))["modality"] is False
    assert judged(1.0, limit, a_case(modalities=frozenset({unlike}))).status is Status.NOT_ASSESSABLE


def test_a_limit_of_microspheres_judges_microspheres() -> None:
    """A row that was published for microspheres alone speaks of them, and of nothing else."""
    limit = a_limit(conditions=Conditions(modalities=("microspheres",)))
    assert found(limit, modalities=frozenset({"microspheres"}))["modality"] is True
    assert found(limit)["modality"] is False


@pytest.mark.parametrize("modality", ["carbon", "brachytherapy", "x-ray"])
def test_a_limit_without_modality_is_of_external_beams(modality: str) -> None:
    """Photons, electrons and protons hold, the rest does not unless it is listed."""
    assert found(a_limit(), modalities=frozenset({"photon", "electron", "proton"}))["modality"] is True
    assert found(a_limit(), modalities=frozenset({modality}))["modality"] is False
    listed = a_limit(conditions=Conditions(modalities=(modality,)))
    assert found(listed, modalities=frozenset({modality}))["modality"] is True


def test_edges_hold() -> None:
    """An interval, a dose per fraction and a course exactly at an edge are within."""
    assert found(limit_of({}), intervals_months=(6.0,))["interval"] is True
    assert found(limit_of({}), fraction_gy=10.0 + 1e-12)["fraction_gy"] is True
    assert found(limit_of({}), course_values=(49.0, 49.0 + 1e-10))["each_course_max"] is True


def test_one_courses_highest_dose_is_compared_at_the_sources_alpha_beta() -> None:
    """Re-derived for another α/β, the limit no longer knows what a single course may have."""
    limit = limit_of({"value": 56.0, "schedule": "14/1"})
    held = found(limit, alpha_beta_gy=3.0)
    assert (held["alpha_beta"], held["each_course_max"]) == (True, None)


def test_what_is_asked_and_found_reads_in_any_language() -> None:
    """Figures and the record's own words, units left to the name of the condition."""
    rows = {one.name: (one.required, one.found) for one in checks(limit_of({}), a_case())}
    assert rows["interval"] == ("6–12", "9")
    assert rows["fractions"] == ("1–5", "5")
    assert rows["courses"] == ("2", "2")
    assert rows["each_course_max"] == ("≤ 49", "20; 20")
    assert rows["recovery_in_source"] == ("yes", "0")
    unknown = {
        one.name: one.found
        for one in checks(limit_of({}), a_case(intervals_months=(None, 7.25), fractions=None, complete=False))
    }
    assert (unknown["interval"], unknown["fractions"], unknown["courses"]) == ("?; 7.25", "", "≥ 2")
    recovered = checks(a_limit(), a_case(recovery=a_recovery()))
    assert next(one.found for one in recovered if one.name == "recovery_in_source") == "0.25 dose"
    derived = checks(a_limit(value=56.0, schedule="14/1"), a_case())
    assert next(one.required for one in derived if one.name == "alpha_beta") == "2 (14/1)"
