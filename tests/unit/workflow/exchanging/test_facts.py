"""A record as facts: doses given and not planned, statuses no stronger than their weakest phase, nothing made up."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.exchange.course_facts import CourseFacts, PersonFacts
from graybook.record import (
    Course,
    EvidenceGrade,
    Identity,
    Modality,
    Person,
    Phase,
    Prescription,
    Record,
    Region,
    Status,
)
from graybook.workflow.exchanging.facts import facts_of, given_in_same_sessions
from graybook.workflow.exchanging.metrics import with_eqd2

ME = Person(identities=(Identity(value="P-1"),))
DAY = date(2020, 1, 6)


def phase(
    name: str,
    dose_gy: float | None = None,
    planned: int | None = None,
    done: int | None = None,
    *,
    status: Status = Status.DELIVERED,
    partial: int = 0,
    together: tuple[str, ...] = (),
    target: str = "PTV",
) -> Phase:
    """A phase of photons that prescribes a dose to a target."""
    return Phase(
        id=name,
        label=name,
        status=status,
        fractions_planned=planned,
        fractions_delivered=done,
        sessions_partial=partial,
        concurrent_with=together,
        prescriptions=() if dose_gy is None else (Prescription(target=target, dose_gy=dose_gy),),
    )


def course(
    *phases: Phase, name: str = "course", region: Region | None = None, undecided: bool = False
) -> Course:
    """A course of files."""
    return Course(
        id=name,
        label=name,
        start_date=DAY,
        end_date=None,
        evidence_grade=EvidenceGrade.A,
        phases=phases,
        modality=Modality.PHOTON,
        region=region or Region(),
        undecided=undecided,
    )


def facts(*courses: Course) -> PersonFacts:
    """The facts of a person with these courses."""
    return facts_of(Record(person=ME, courses=courses))


def only(one: Course) -> CourseFacts:
    """The facts of one course."""
    return facts(one).courses[0]


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("planned", "done", "partial", "dose_gy"),
    [
        (30, 30, 0, 60.0),
        (30, 12, 0, 24.0),
        (30, None, 0, None),
        (None, 12, 0, None),
        (30, 12, 1, None),
        (30, 0, 0, 0.0),
    ],
)
def test_the_dose_given(planned: int | None, done: int | None, partial: int, dose_gy: float | None) -> None:
    """60 Gy in 30: 24 Gy after 12; none stated where planned or given sessions are not known, or one was broken off."""
    (dose,) = only(course(phase("a", 60.0, planned, done, partial=partial))).phases[0].doses
    assert dose.dose_gy == (None if dose_gy is None else pytest.approx(dose_gy))


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((Status.DELIVERED, Status.DELIVERED), Status.DELIVERED),
        ((Status.DELIVERED, Status.ASSUMED_DELIVERED), Status.ASSUMED_DELIVERED),
        ((Status.DELIVERED, Status.NOT_GIVEN), Status.DELIVERED),
        ((Status.DELIVERED, Status.PARTLY_DELIVERED), Status.PARTLY_DELIVERED),
        ((Status.DELIVERED, Status.UNKNOWN), Status.PARTLY_DELIVERED),
        ((Status.PROPOSED, Status.PROPOSED), Status.PROPOSED),
        ((Status.PROPOSED, Status.ALTERNATIVE), Status.UNKNOWN),
    ],
)
def test_a_course_is_no_surer_than_its_phases(statuses: tuple[Status, ...], expected: Status) -> None:
    """The weakest word on what was given; plans alone are no treatment."""
    phases = [phase(str(n), 20.0, 10, 10, status=one) for n, one in enumerate(statuses)]
    assert only(course(*phases)).status is expected
    assert only(course(*phases, undecided=True)).status is Status.UNKNOWN


@pytest.mark.rule(3)
def test_totals_say_whether_fractions_were_alike() -> None:
    """9 Gy in 3 and 8 Gy in 4 are 17 Gy in 7 that were not alike; 18.80 at α/β 3 comes from the phases."""
    stated = with_eqd2(facts(course(phase("a", 9.0, 3, 3), phase("b", 8.0, 4, 4))), (3.0,))
    (total,) = stated.courses[0].doses
    assert (total.dose_gy, total.fractions, total.uniform) == (17.0, 7, False)
    assert [(one.alpha_beta_gy, one.value_gy) for one in total.metrics] == [(3.0, pytest.approx(18.8))]
    alike = only(course(phase("a", 40.0, 20, 20), phase("b", 10.0, 5, 5))).doses[0]
    assert (alike.dose_gy, alike.fractions, alike.uniform) == (50.0, 25, True)


@pytest.mark.rule(2)
def test_no_eqd2_of_phases_in_the_same_sessions() -> None:
    """25 Gy in 25 twice in the same sessions are 50 EQD2; one after the other they would read 37.5: so nothing is stated."""
    both = course(phase("a", 25.0, 25, 25, together=("b",)), phase("b", 25.0, 25, 25, together=("a",)))
    record = Record(person=ME, courses=(both,))
    plain = facts_of(record)
    keys = given_in_same_sessions(record, plain)
    assert keys == {plain.volumes[0].key}
    assert with_eqd2(plain, (2.0,), without=keys).courses[0].doses[0].metrics == ()
    assert with_eqd2(plain, (2.0,)).courses[0].doses[0].metrics[0].value_gy == pytest.approx(37.5)


@pytest.mark.rule(3)
def test_targets_of_one_name_are_summed_over_courses() -> None:
    """25 Gy in 5 and 20 Gy in 5 on the same name: 68 at α/β 3; another name is not added."""
    first, second = course(phase("a", 25.0, 5, 5), name="1"), course(phase("b", 20.0, 5, 5), name="2")
    other = course(phase("c", 30.0, 10, 10, target="PTV chest"), name="3")
    (found,) = with_eqd2(facts(first, second, other), (3.0,)).cumulative
    assert found.dose_gy is None
    assert found.metrics[0].value_gy == pytest.approx(68.0)


def test_places_leave_as_codes_where_they_have_one() -> None:
    """The left breast is two codes; words that name no organ are none."""
    breast = only(course(phase("a", 9.0, 3, 3), region=Region(site="sein", side="left")))
    assert (breast.site, breast.laterality) == ("76752008", "7771000")
    nowhere = only(course(phase("a", 9.0, 3, 3), region=Region(site="somewhere", side="left")))
    assert (nowhere.site, nowhere.laterality) == ("", "")


def test_what_nobody_knows_is_not_said() -> None:
    """No flag of re-irradiation unless it is known, no sessions over several phases, no identifier that was never given."""
    found = only(course(phase("a", 9.0, 3, 3), phase("b", 8.0, 4, 4)))
    assert (found.reirradiation, found.sessions, found.uid) == (None, None, "")
    again = facts_of(
        Record(person=ME, courses=(course(phase("a", 9.0, 3, 3)),)), reirradiates=frozenset({"course"})
    )
    assert again.courses[0].reirradiation is True
    assert again.courses[0].sessions == 3


def test_the_grade_of_an_assessment_is_the_one_that_leaves() -> None:
    """Where an assessment graded a course, its letter goes out; of another course that of the record."""
    record = Record(person=ME, courses=(course(name="one"), course(name="two")))
    found = facts_of(record, grades={"one": "C"})
    assert [one.grade for one in found.courses] == ["C", "A"]
    assessed = facts_of(record)
    assert [one.grade for one in assessed.courses] == ["A", "A"]
