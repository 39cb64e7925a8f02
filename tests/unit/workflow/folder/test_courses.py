"""Courses: plans of one frame within 90 days, their phases, order, fractions and evidence (rules 1, 2, 5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from graybook.dicom.facts import FileFacts
from graybook.files import Settings, parse
from graybook.record import EvidenceGrade
from graybook.workflow.folder.scan import PersonScan, scan_facts
from phantoms.facts import DAY, a_dose, a_plan, a_slice, a_target, structures

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'


def scanned(*facts: FileFacts, settings: str = "") -> PersonScan:
    (person,) = scan_facts(facts, parse(settings) if settings else Settings()).persons
    return person


def labels(person: PersonScan) -> list[str]:
    return [course.label for course in person.record.courses]


def codes(person: PersonScan) -> list[str]:
    return [one.code for one in person.findings]


def later(days: int) -> date:
    return DAY + timedelta(days=days)


def test_plans_within_90_days_are_one_course() -> None:
    """Each plan within 90 days of the one before: one course, though the last is 180 days from the first."""
    person = scanned(a_plan("A"), a_plan("B", date=later(90)), a_plan("C", date=later(180)))
    assert labels(person) == ["A + B + C"]


def test_a_later_plan_starts_a_new_course() -> None:
    """91 days after the one before: a new course, and both stand in the order of time."""
    assert labels(scanned(a_plan("B", date=later(91)), a_plan("A"))) == ["A", "B"]


def test_two_frames_are_two_courses_with_a_question() -> None:
    """Two frames within 90 days: two courses, and the question whether they are one; later than that, no question."""
    near = scanned(a_plan("A"), a_plan("B", frame="1.2.3.200", date=later(30)))
    assert labels(near) == ["A", "B"]
    assert "two_frames_within_90_days" in codes(near)
    far = scanned(a_plan("A"), a_plan("B", frame="1.2.3.200", date=later(300)))
    assert "two_frames_within_90_days" not in codes(far)


@pytest.mark.rule(2)
def test_order_of_phases_is_only_assumed() -> None:
    """Two phases are sequential by default, which is said; a single one has no order to doubt."""
    person = scanned(a_plan("B", fractions=(8,)), a_plan("A", fractions=(25,)))
    (course,) = person.record.courses
    assert [phase.label for phase in course.phases] == ["A", "B"]
    assert not any(phase.order_known for phase in course.phases)
    assert "order_unknown" in codes(person)
    assert scanned(a_plan("A")).record.courses[0].phases[0].order_known


@pytest.mark.rule(2)
def test_person_states_the_order() -> None:
    """concurrent names the phases given together; sequential makes the order known."""
    plans = (a_plan("A", fractions=(25,)), a_plan("B", fractions=(8,)))
    together = scanned(*plans, settings=f'[[course]]\ncourse = "A + B"\nconcurrent = [["A", "B"]]\n{STAMP}')
    first, second = together.record.courses[0].phases
    assert (first.concurrent_with, second.concurrent_with) == ((second.id,), (first.id,))
    apart = scanned(*plans, settings=f'[[course]]\ncourse = "A + B"\nsequential = true\n{STAMP}')
    assert all(phase.order_known and not phase.concurrent_with for phase in apart.record.courses[0].phases)


def test_person_makes_a_course() -> None:
    """plans = [...] joins plans however far apart, and its headings are the course's."""
    settings = f'[[course]]\nplans = ["A", "B"]\nlabel = "Breast"\nsite = "breast"\n{STAMP}'
    person = scanned(a_plan("A"), a_plan("B", date=later(200)), settings=settings)
    assert labels(person) == ["Breast"]
    assert person.record.courses[0].site == "breast"


def test_person_cannot_join_two_frames_yet() -> None:
    """A course of plans in two frames is said to be not possible, and the plans stay apart."""
    settings = f'[[course]]\nplans = ["A", "B"]\n{STAMP}'
    person = scanned(a_plan("A"), a_plan("B", frame="1.2.3.200"), settings=settings)
    assert sorted(labels(person)) == ["A", "B"]
    assert "course_frames_differ" in codes(person)


@pytest.mark.parametrize("selector", ["A", "2020-01-06", "id"])
def test_course_is_named_by_id_label_or_date(selector: str) -> None:
    """COURSE is an id, a label or a start date."""
    name = scanned(a_plan("A")).record.courses[0].id if selector == "id" else selector
    person = scanned(a_plan("A"), settings=f'[[course]]\ncourse = "{name}"\nsite = "lung"\n{STAMP}')
    assert person.record.courses[0].site == "lung"


@pytest.mark.rule(16)
def test_ids_follow_content_alone() -> None:
    """The same content in another order of files has the same ids; another plan has others."""
    one = scanned(a_plan("A"), a_dose("A", plans=["A"])).record.courses[0]
    same = scanned(a_dose("A", plans=["A"]), a_plan("A")).record.courses[0]
    other = scanned(a_plan("B"), a_dose("A", plans=["B"])).record.courses[0]
    assert (one.id, one.phases[0].id) == (same.id, same.phases[0].id)
    assert one.id != other.id
    assert one.id.startswith("2020-01-06-")


def test_undated_plan_stands_last_as_its_own_course() -> None:
    """A plan without any date is a course of its own, last, and said."""
    person = scanned(a_plan("U", date=None), a_plan("A"))
    assert labels(person) == ["A", "U"]
    assert "course_undated" in codes(person)
    assert person.record.courses[1].id.startswith("undated-")


def test_date_that_is_not_the_plans_is_said() -> None:
    """A plan dated by its study is said to be."""
    assert "date_from_fallback" in codes(scanned(a_plan("A", date_source="StudyDate")))


def test_evidence_grades() -> None:
    """A with dose, structures and image; B without image; C a prescription only; D nothing of the dose."""
    plan, dose = a_plan("A", structure_set="S"), a_dose("A", plans=["A"])
    slices = [a_slice(n) for n in range(3)]

    def grade(*facts: FileFacts) -> EvidenceGrade:
        return scanned(*facts).record.courses[0].evidence_grade

    assert grade(plan, dose, structures("S", series=["ct"]), *slices) is EvidenceGrade.A
    assert grade(plan, dose, structures("S", series=["ct"])) is EvidenceGrade.B
    assert grade(a_plan("A", targets=[a_target(60.0)])) is EvidenceGrade.C
    assert grade(a_plan("A", fractions=(None,))) is EvidenceGrade.D


@pytest.mark.rule(5)
def test_unknown_fractions_are_bracketed_by_the_person() -> None:
    """A dose without a plan: the number of fractions is unknown and said; 5 to 25 by the user's word."""
    person = scanned(a_dose("A"))
    phase = person.record.courses[0].phases[0]
    assert (phase.label, phase.fractions_planned, phase.fractions_range) == (None, None, None)
    assert "fractions_unknown" in codes(person)
    settings = f'[[phase]]\nplan = "uid.A.dose"\nfractions_min = 5\nfractions_max = 25\n{STAMP}'
    assert scanned(a_dose("A"), settings=settings).record.courses[0].phases[0].fractions_range == (5, 25)


def test_fraction_groups_are_phases() -> None:
    """Two fraction groups with a FRACTION dose each are two phases of 20 and 5 fractions."""
    person = scanned(
        a_plan("A", fractions=(20, 5)),
        a_dose("F1", plans=["A"], summation="FRACTION", group=1),
        a_dose("F2", plans=["A"], summation="FRACTION", group=2),
    )
    phases = person.record.courses[0].phases
    assert sorted(phase.fractions_planned or 0 for phase in phases) == [5, 20]
    assert len({phase.id for phase in phases}) == 2


def test_structures_take_tg263_names_and_the_persons() -> None:
    """A recognised organ gets its TG-263 name from the tables; an unrecognised one from the settings."""
    facts = (a_plan("A", structure_set="S"), structures("S", ["Heart", "Zebra"], series=["gone"]))
    settings = f'[[structure]]\nnames = ["Zebra"]\ntg263 = "SpinalCord"\nkind = "organ"\n{STAMP}'
    (drawn,) = scanned(*facts, settings=settings).record.courses[0].structure_sets
    assert {one.name: (one.tg263, one.kind) for one in drawn.structures} == {
        "Heart": ("Heart", "organ"),
        "Zebra": ("SpinalCord", "organ"),
    }


def test_scale_answer_multiplies_the_dose() -> None:
    """dose_scale = "per_fraction" with 20 fractions turns 2 Gy into 40 Gy of all fractions."""
    settings = f'[[phase]]\nplan = "A"\ndose_scale = "per_fraction"\n{STAMP}'
    person = scanned(a_plan("A", fractions=(20,)), a_dose("A", plans=["A"], dose_gy=2.0), settings=settings)
    dose = person.record.courses[0].phases[0].dose
    assert dose is not None
    assert float(dose.voxels().max()) == pytest.approx(40.0)


def test_setting_that_names_nothing_is_said() -> None:
    """A setting for a plan or course that is not here is said, not swallowed."""
    settings = f'[[phase]]\nplan = "X"\nfractions_delivered = 3\n{STAMP}[[course]]\ncourse = "Y"\nsite = "lung"\n{STAMP}'
    result = scan_facts([a_plan("A")], parse(settings))
    assert [one.code for one in result.findings] == ["setting_names_nothing", "setting_names_nothing"]
    assert not scan_facts([a_plan("A")], Settings()).findings


@pytest.mark.rule(1)
def test_rejected_plan_named_in_a_course_is_still_not_given() -> None:
    """A rejected plan that the settings list among a course's plans stands there, not given, whatever the course's status."""
    settings = f'[[course]]\nplans = ["A", "R"]\nstatus = "proposed"\n{STAMP}'
    person = scanned(a_plan("A"), a_plan("R", approval="REJECTED"), settings=settings)
    (course,) = person.record.courses
    assert {phase.label: phase.status.counts for phase in course.phases} == {"A": True, "R": False}
