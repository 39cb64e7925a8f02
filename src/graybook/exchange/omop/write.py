"""A person's courses as facts come in; rows of the OMOP Common Data Model 5.4 go out, and findings that say what does not fit.

OHDSI has not decided how radiotherapy is held. What is chosen here, and why, is on the page "OMOP mapping" of the documentation: a
course is an episode, a phase a child episode with one procedure, and everything in numbers a measurement linked to them.
"""

from __future__ import annotations

from datetime import date

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts
from graybook.exchange.exported import Exported
from graybook.exchange.omop.measured import Measured
from graybook.exchange.omop.tables import Tables
from graybook.record.assessment import Severity
from graybook.record.course import Modality, Status
from graybook.record.person import Person
from graybook.tables import osiris

__all__ = ["omop_tables"]

_GIVEN = (Status.DELIVERED, Status.PARTLY_DELIVERED, Status.ASSUMED_DELIVERED)


def omop_tables(facts: PersonFacts, *, created: date) -> Exported:
    """Rows by table, in the order of the model; cells are texts, numbers or None.

    Person and keys start at 1: they are to be numbered anew where the rows join others. Doses are in cGy, with at most three
    decimals (a ``numeric`` of DuckDB holds no more). Only what was given is written; OMOP holds what happened.

    Parameters
    ----------
    created
        Not written: OMOP's rows carry no such day. Taken so that all formats are called alike.
    """
    del created
    tables = Tables()
    _write_person(tables, facts.person)
    measured = Measured(tables, {one.key: one for one in facts.volumes})
    episodes: list[int] = []
    for course in facts.courses:
        if course.status not in _GIVEN:
            tables.say("exchange_omop_not_given", Severity.WARNING, course.label or course.key)
        elif (start := _start(course)) is None:
            tables.say("exchange_omop_no_date", Severity.WARNING, course.label or course.key)
        else:
            episodes.append(_write_course(tables, course, start, len(episodes) + 1, measured))
    ends = [day for one in facts.courses if one.status in _GIVEN and (day := one.end_date or _start(one))]
    if facts.cumulative and episodes:
        measured.cumulative(facts.cumulative, max(ends), tuple(episodes))
    elif facts.cumulative:
        tables.say("exchange_omop_no_course", Severity.WARNING)
    _report_lost(tables, facts)
    return Exported(document=tables.rows(), findings=tables.findings())


def _start(course: CourseFacts) -> date | None:
    """First day of the course: its own, or that of its first phase."""
    return course.start_date or min((one.start_date for one in course.phases if one.start_date), default=None)


def _write_person(tables: Tables, person: Person) -> None:
    if len(person.identities) != 1:
        tables.say("exchange_omop_identifiers", Severity.INFO, identifiers=len(person.identities))
    born = person.birth_date
    if born is None:
        tables.say("exchange_omop_no_birth_year", Severity.WARNING)
        return
    tables.add(
        "person",
        gender_concept_id=tables.concept("sex", person.sex) if person.sex else 0,
        year_of_birth=born.year,
        month_of_birth=born.month,
        day_of_birth=born.day,
        race_concept_id=0,
        ethnicity_concept_id=0,
        person_source_value=person.identities[0].value if person.identities else None,
        gender_source_value=person.sex or None,
    )


def _write_course(tables: Tables, course: CourseFacts, start: date, number: int, measured: Measured) -> int:
    phases = [one for one in course.phases if one.status in _GIVEN]
    for phase in course.phases:
        if phase.status not in _GIVEN:
            tables.say("exchange_omop_not_given", Severity.WARNING, phase.label or phase.key)
    episode = tables.add(
        "episode",
        episode_concept_id=tables.concept("episode", "course"),
        episode_start_date=start,
        episode_end_date=course.end_date,
        episode_number=number,
        episode_object_concept_id=_object(tables, course, phases),
        episode_type_concept_id=tables.concept("type", "record"),
        episode_source_value=course.label or course.key,
    )
    for order, phase in enumerate(phases, start=1):
        _write_phase(tables, phase, course, start, episode, order, measured)
    measured.of_course(course, course.end_date or start, episode)
    _observe(tables, course, start, episode)
    return episode


def _object(tables: Tables, course: CourseFacts, phases: list[PhaseFacts]) -> int:
    """The procedure that the episode consists of; none where its phases are of several modalities."""
    found = {one.modality for one in phases} or {course.modality}
    modality = found.pop() if len(found) == 1 else Modality.UNKNOWN
    return 0 if modality is Modality.UNKNOWN else tables.concept("modality", modality.value)


def _write_phase(
    tables: Tables,
    phase: PhaseFacts,
    course: CourseFacts,
    course_start: date,
    parent: int,
    order: int,
    measured: Measured,
) -> None:
    start, end = phase.start_date, phase.end_date
    if start is None:
        tables.say("exchange_omop_date_of_course", Severity.INFO, phase.label or phase.key)
        start, end = course_start, end or course.end_date
    modality = 0
    if phase.modality is not Modality.UNKNOWN:
        modality = tables.concept("modality", phase.modality.value)
    episode = tables.add(
        "episode",
        episode_concept_id=tables.concept("episode", "phase"),
        episode_start_date=start,
        episode_end_date=end,
        episode_parent_id=parent,
        episode_number=order,
        episode_object_concept_id=modality,
        episode_type_concept_id=tables.concept("type", "record"),
        episode_source_value=phase.label or phase.key,
    )
    procedure = _write_procedure(tables, phase, start, end, modality)
    tables.add(
        "episode_event",
        episode_id=episode,
        event_id=procedure,
        episode_event_field_concept_id=tables.concept("field", "procedure"),
    )
    measured.of_phase(phase, end or start, procedure)


def _write_procedure(tables: Tables, phase: PhaseFacts, start: date, end: date | None, modality: int) -> int:
    """One row for all sessions of a phase."""
    code = phase.modality_code or _only_code(phase.modality)
    return tables.add(
        "procedure_occurrence",
        procedure_concept_id=modality,
        procedure_date=start,
        procedure_end_date=end,
        procedure_type_concept_id=tables.concept("type", "record"),
        modifier_concept_id=tables.concept("technique", phase.technique) if phase.technique else None,
        quantity=phase.fractions_delivered,
        procedure_source_value=f"SCT:{code}" if code else f"GB:{phase.modality.value}",
        modifier_source_value=f"SCT:{phase.technique}" if phase.technique else None,
    )


def _only_code(modality: Modality) -> str:
    found = [code for code, meaning in osiris.codes("modality").items() if meaning == modality.value]
    return found[0] if len(found) == 1 else ""


def _observe(tables: Tables, course: CourseFacts, day: date, episode: int) -> None:
    """What is said of a course in words: one observation each, linked to its episode."""
    again = None if course.reirradiation is None else str(course.reirradiation).lower()
    said = {
        "GB:INTENT": course.intent,
        "GB:REIRRADIATION": again,
        "GB:TERMINATION": f"SCT:{course.termination}" if course.termination else "",
        "GB:EVIDENCE_GRADE": course.grade,
        "GB:STATUS": course.status.value if course.status is not Status.DELIVERED else "",
        "GB:COURSE_UID": course.uid,
    }
    for source, value in said.items():
        if not value:
            continue
        is_intent = source == "GB:INTENT"
        observation = tables.add(
            "observation",
            observation_concept_id=0,
            observation_date=day,
            observation_type_concept_id=tables.concept("type", "record"),
            value_as_string=value,
            value_as_concept_id=(tables.concept("intent", value) or None) if is_intent else None,
            observation_source_value=source,
        )
        tables.add(
            "episode_event",
            episode_id=episode,
            event_id=observation,
            episode_event_field_concept_id=tables.concept("field", "observation"),
        )


def _report_lost(tables: Tables, facts: PersonFacts) -> None:
    """Say of which kinds of facts nothing was written."""
    for course in facts.courses:
        if course.diagnosis or course.site or course.laterality:
            tables.say("exchange_omop_lost_diagnosis", Severity.INFO)
        for phase in course.phases:
            if phase.energy:
                tables.say("exchange_omop_lost_energy", Severity.INFO)
            if phase.uids or phase.dose_uids:
                tables.say("exchange_omop_lost_uids", Severity.INFO)
            if phase.fractions_planned not in (None, phase.fractions_delivered):
                tables.say("exchange_omop_lost_planned", Severity.INFO)
    if any(one.kind or one.site or one.laterality or one.uid for one in facts.volumes):
        tables.say("exchange_omop_lost_volumes", Severity.INFO)
