"""Statuses: a plan is not a treatment; sessions come from records, a person, or are assumed and said (rule 1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from graybook.dicom.facts import FileFacts
from graybook.files import Settings, parse
from graybook.record import Phase, Status
from graybook.workflow.folder.scan import PersonScan, scan_facts
from phantoms.facts import DAY, a_dose, a_plan, a_record

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'


def scanned(*facts: FileFacts, settings: str = "") -> PersonScan:
    (person,) = scan_facts(facts, parse(settings) if settings else Settings()).persons
    return person


def only_phase(person: PersonScan) -> Phase:
    (course,) = person.record.courses
    (phase,) = course.phases
    return phase


def codes(person: PersonScan) -> list[str]:
    return [one.code for one in person.findings]


@pytest.mark.rule(1)
def test_records_count_the_sessions() -> None:
    """Twelve completed sessions of a plan of 30 fractions: partly delivered, 12 of 30."""
    records = [a_record("A", n, day=DAY + timedelta(days=n)) for n in range(1, 13)]
    person = scanned(a_plan("A", fractions=(30,)), a_dose("A", plans=["A"]), *records)
    phase = only_phase(person)
    assert (phase.status, phase.fractions_delivered, phase.fractions_planned) == (
        Status.PARTLY_DELIVERED,
        12,
        30,
    )
    assert (phase.start_date, phase.end_date) == (DAY + timedelta(days=1), DAY + timedelta(days=12))
    assert "assumed_delivered" not in codes(person)


def test_all_sessions_recorded_is_delivered() -> None:
    """As many sessions as planned: delivered, nothing assumed."""
    phase = only_phase(scanned(a_plan("A", fractions=(2,)), a_record("A", 1), a_record("A", 2)))
    assert (phase.status, phase.fractions_delivered) == (Status.DELIVERED, 2)


def test_records_of_one_session_count_once() -> None:
    """Two records of one fraction number, one for each beam, are one session; a missing beam makes it a partial one."""
    plan = a_plan("A", fractions=(5,))
    first = a_record("A", 1, beams=[1], name="r1")
    second = a_record("A", 1, beams=[2], name="r2")
    assert only_phase(scanned(plan, first, second)).fractions_delivered == 1
    person = scanned(plan, first)
    assert only_phase(person).fractions_delivered == 0
    assert "partial_sessions" in codes(person)


def test_interrupted_and_completed_session_counts() -> None:
    """A session broken off and completed later on is one; one only broken off is said and not counted."""
    plan = a_plan("A", fractions=(5,))
    broken = a_record("A", 1, complete=False, beams=[1], name="r1")
    resumed = a_record("A", 1, beams=[1, 2], name="r2")
    assert only_phase(scanned(plan, broken, resumed)).fractions_delivered == 1
    person = scanned(plan, broken, a_record("A", 2, name="r3"))
    assert only_phase(person).fractions_delivered == 1
    assert "partial_sessions" in codes(person)


def test_sessions_without_numbers_are_counted_by_date() -> None:
    """Records without fraction numbers are sessions by their dates."""
    records = [a_record("A", None, day=date(2020, 2, n), name=f"r{n}") for n in (3, 4, 5)]
    assert only_phase(scanned(a_plan("A"), *records)).fractions_delivered == 3


@pytest.mark.rule(1)
def test_without_records_delivery_is_assumed_and_said() -> None:
    """No record and no word: as planned, assumed, never silently."""
    person = scanned(a_plan("A", fractions=(25,)))
    phase = only_phase(person)
    assert (phase.status, phase.fractions_delivered) == (Status.ASSUMED_DELIVERED, 25)
    assert "assumed_delivered" in codes(person)


@pytest.mark.rule(1)
def test_unapproved_plan_is_assumed_and_said() -> None:
    """UNAPPROVED counts only as assumed, and is said."""
    person = scanned(a_plan("A", approval="UNAPPROVED"))
    assert only_phase(person).status is Status.ASSUMED_DELIVERED
    assert "plan_unapproved" in codes(person)


@pytest.mark.rule(1)
@pytest.mark.parametrize(
    "said",
    [
        {"intent": "VERIFICATION"},
        {"intent": "MACHINE_QA"},
        {"intent": "RESEARCH"},
        {"intent": "SERVICE"},
        {"approval": "REJECTED"},
    ],
)
def test_never_given_plans_never_count(said: dict[str, str]) -> None:
    """Verification, QA, research and service plans and rejected ones stand beside the course, not given."""
    person = scanned(a_plan("A"), a_plan("Q", **said), a_dose("Q", plans=["Q"]))  # type: ignore[arg-type]
    (course,) = person.record.courses
    assert {phase.label: phase.status.counts for phase in course.phases} == {"A": True, "Q": False}
    assert course.label == "A"


def test_never_given_plan_alone_is_no_course() -> None:
    """A verification plan on its own makes no course; its files are listed with the reason."""
    result = scan_facts([a_plan("Q", intent="VERIFICATION"), a_dose("Q", plans=["Q"])], Settings())
    assert result.persons[0].record.courses == ()
    assert {one.reason.code for one in result.files if one.reason} == {"plan_of_no_course"}
    assert [one.name for one in result.persons[0].planned] == ["Q"]


@pytest.mark.rule(1)
def test_person_states_the_sessions() -> None:
    """fractions_delivered = 12 of 30 in graybook.toml: partly delivered, nothing assumed."""
    settings = f'[[phase]]\nplan = "A"\nfractions_delivered = 12\n{STAMP}'
    person = scanned(a_plan("A", fractions=(30,)), settings=settings)
    phase = only_phase(person)
    assert (phase.status, phase.fractions_delivered) == (Status.PARTLY_DELIVERED, 12)
    assert "assumed_delivered" not in codes(person)


def test_person_against_records_is_said() -> None:
    """A stated number that the records contradict is used, and the contradiction is said."""
    settings = f'[[phase]]\nplan = "A"\nfractions_delivered = 20\n{STAMP}'
    person = scanned(a_plan("A"), a_record("A", 1), settings=settings)
    assert only_phase(person).fractions_delivered == 20
    assert "stated_against_records" in codes(person)


def test_proposed_course_assumes_nothing() -> None:
    """A course stated as proposed counts in full and is not called assumed."""
    settings = f'[[course]]\ncourse = "2020-01-06"\nstatus = "proposed"\n{STAMP}'
    person = scanned(a_plan("A"), settings=settings)
    assert only_phase(person).status is Status.PROPOSED
    assert only_phase(person).status.counts
    assert "assumed_delivered" not in codes(person)


def test_plan_without_record_beside_one_with_records_is_said() -> None:
    """Two phases, records for one only: the other is still assumed, with a word about it."""
    person = scanned(
        a_plan("A", fractions=(2,)), a_plan("B", fractions=(3,)), a_record("A", 1), a_record("A", 2)
    )
    assert "records_of_other_plan" in codes(person)
