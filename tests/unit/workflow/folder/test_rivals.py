"""Rivals: plans that exclude each other are settled by a person, records or approval, or put as a question (rule 1)."""

from __future__ import annotations

import pytest

from graybook.dicom.facts import FileFacts, PlanFacts
from graybook.files import Settings, parse
from graybook.record import Course, Status
from graybook.text import remedy
from graybook.workflow.folder.scan import PersonScan, scan_facts
from phantoms.facts import a_dose, a_plan, a_record, a_target, structures

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'


def scanned(*facts: FileFacts, settings: str = "") -> PersonScan:
    (person,) = scan_facts(facts, parse(settings) if settings else Settings()).persons
    return person


def course_of(person: PersonScan) -> Course:
    (course,) = person.record.courses
    return course


def statuses(person: PersonScan) -> dict[str | None, Status]:
    return {phase.label: phase.status for phase in course_of(person).phases}


def rival(label: str, *, gy: float | None = 60.0, n: int = 30, uid: str = "T", **said: object) -> PlanFacts:
    return a_plan(label, fractions=(n,), targets=[a_target(gy, uid=uid)], **said)  # type: ignore[arg-type]


@pytest.mark.rule(1)
def test_approved_rivals_are_put_as_a_question() -> None:
    """Two approved plans, one target, one prescription: listed, the course undecided, the remedy can be pasted."""
    person = scanned(rival("A"), rival("B"))
    course = course_of(person)
    assert course.undecided
    assert statuses(person) == {"A": Status.UNKNOWN, "B": Status.UNKNOWN}
    (refusal,) = person.refusals
    assert refusal.code == "rival_plans"
    pasted = remedy(refusal.code, "en", **refusal.params).partition("\n")[2]
    answered = scanned(rival("A"), rival("B"), settings=pasted)
    assert statuses(answered) == {"A": Status.ASSUMED_DELIVERED, "B": Status.ALTERNATIVE}
    assert not course_of(answered).undecided


@pytest.mark.rule(1)
def test_same_target_roi_makes_rivals() -> None:
    """Two plans that prescribe the same dose to the same ROI of one structure set are rivals."""
    plans = [a_plan(label, targets=[a_target(60.0, roi=1)], structure_set="S") for label in ("A", "B")]
    assert course_of(scanned(*plans, structures("S", series=["gone"]))).undecided


@pytest.mark.rule(1)
def test_plans_that_differ_in_dose_and_fractions_are_phases() -> None:
    """50 Gy/25 and a boost of 16 Gy/8 to the same target, on one date, are two phases."""
    person = scanned(rival("A", gy=50.0, n=25), rival("B", gy=16.0, n=8))
    assert statuses(person) == {"A": Status.ASSUMED_DELIVERED, "B": Status.ASSUMED_DELIVERED}
    assert not person.refusals


@pytest.mark.rule(1)
def test_plans_that_name_no_target_are_phases() -> None:
    """Two plans without a named target are phases, even with equal fractions on one date."""
    assert not course_of(scanned(a_plan("A"), a_plan("B"))).undecided


def test_phases_of_one_stated_total_are_no_rivals() -> None:
    """23 x 2 and 10 x 2 Gy, both stating the course's 66 Gy to one target: together exactly the prescription, so phases."""
    person = scanned(rival("A", gy=66.0, n=23, beam_dose_gy=1.0), rival("B", gy=66.0, n=10, beam_dose_gy=1.0))
    assert not course_of(person).undecided


@pytest.mark.rule(1)
def test_fractions_that_together_exceed_the_prescription_make_rivals() -> None:
    """A plan of 30 x 2 Gy that states no prescription and one that prescribes 60 Gy to the same target exceed it together."""
    person = scanned(rival("A", gy=None, beam_dose_gy=1.0), rival("B", gy=60.0, beam_dose_gy=1.0))
    assert course_of(person).undecided


@pytest.mark.rule(1)
def test_records_decide() -> None:
    """The rival with treatment records was given; the other is an alternative."""
    person = scanned(rival("A"), rival("B"), *(a_record("B", n) for n in range(1, 31)))
    assert statuses(person) == {"A": Status.ALTERNATIVE, "B": Status.DELIVERED}
    assert not person.refusals


@pytest.mark.rule(1)
def test_unapproved_beside_an_approved_rival_is_an_alternative() -> None:
    """UNAPPROVED never counts beside an APPROVED rival."""
    person = scanned(rival("A", approval="UNAPPROVED"), rival("B"))
    assert statuses(person) == {"A": Status.ALTERNATIVE, "B": Status.ASSUMED_DELIVERED}


def test_both_with_records_were_both_given() -> None:
    """Two rivals with records (a replan half-way) were both given, as far as recorded."""
    records = [a_record("A", n) for n in range(1, 16)] + [a_record("B", n) for n in range(1, 16)]
    person = scanned(rival("A"), rival("B"), *records)
    assert [phase.fractions_delivered for phase in course_of(person).phases] == [15, 15]
    assert not course_of(person).undecided


def test_replacing_plan_after_a_stopped_one_is_a_question() -> None:
    """A plan stopped after 12 fractions does not exclude the plan that replaced it: how far that went is asked."""
    stopped = rival("A")
    replan = rival("B", replaces=["A"])
    person = scanned(stopped, replan, *(a_record("A", n) for n in range(1, 13)))
    assert statuses(person)["A"] is Status.PARTLY_DELIVERED
    assert statuses(person)["B"] is Status.UNKNOWN
    assert course_of(person).undecided


def test_undecided_course_keeps_its_doses_for_the_list() -> None:
    """Rivals keep their doses: they are listed and measured, only never summed."""
    person = scanned(rival("A"), rival("B"), a_dose("A", plans=["A"]), a_dose("B", plans=["B"]))
    assert all(phase.dose is not None for phase in course_of(person).phases)
    assert not any(phase.status.counts for phase in course_of(person).phases)


@pytest.mark.rule(1)
def test_a_word_about_the_course_settles_no_rivals() -> None:
    """Two approved rivals of a course stated as proposed are still a question: only one can be given."""
    settings = f'[[course]]\ncourse = "2020-01-06"\nstatus = "proposed"\n{STAMP}'
    person = scanned(rival("A"), rival("B"), settings=settings)
    assert course_of(person).undecided
    assert set(statuses(person).values()) == {Status.UNKNOWN}
