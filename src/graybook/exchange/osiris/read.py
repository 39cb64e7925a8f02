"""OSIRIS' tables or pivot files come in; a person's courses as facts go out, and findings that say what was not taken and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts
from graybook.exchange.osiris.layout import Row, Rows, children, read_rows
from graybook.exchange.osiris.notes import Notes
from graybook.exchange.osiris.people import whose_courses
from graybook.exchange.osiris.phases import DELIVERED, PLANNED, Phases, kind_of, period
from graybook.exchange.osiris.volumes import Volumes
from graybook.record.assessment import Finding
from graybook.record.course import Status
from graybook.tables import osiris

__all__ = ["facts_from_osiris"]


def facts_from_osiris(
    tables: Mapping[str, Any], *, patient: str | None = None
) -> tuple[PersonFacts, tuple[Finding, ...]]:
    """A person's courses as OSIRIS states them.

    A planned course or phase is not one that was given: its status is unknown, and it is left out where a delivered course of the
    same treatment stands beside it. A planned course with a delivered phase was given, and is said to contradict itself. Totals
    over phases are not made up: OSIRIS states doses by plan only.

    Parameters
    ----------
    tables
        Rows by table, as the SQL schema names them, or by pivot file.
    patient
        Whose courses, where the tables hold several patients.

    Raises
    ------
    InputError
        Nothing is a table of OSIRIS' radiotherapy, or it is not said whose courses are meant.
    """
    notes = Notes()
    rows = read_rows(tables, notes)
    person, theirs = whose_courses(rows, patient, notes)
    kinds = {course.key(): kind_of(course) for course in theirs}
    counted = _without_plans_of_given(rows, theirs, kinds, notes)
    volumes = Volumes(rows)
    phases = Phases(rows, volumes)
    of_course = children(rows.get("phase", []), "course", rows.get("course", []), "Course")
    courses = []
    for course in counted:
        key, kind = course.key(), kinds[course.key()]
        parts = [one for row in of_course.get(key, []) for one in phases.of_phase(row, kind, key)]
        if kind == PLANNED:
            begun = any(one.status is Status.DELIVERED for one in parts)
            notes.warn("exchange_osiris_planned_given" if begun else "exchange_osiris_planned", course.place)
            kind = DELIVERED if begun else kind
        courses.append(_course(course, kind, parts))
    volumes.report_unnamed()
    courses.sort(key=lambda one: (one.start_date or date.max, one.key))
    return PersonFacts(person=person, courses=tuple(courses), volumes=volumes.facts()), notes.findings()


def _without_plans_of_given(
    rows: Rows, courses: Sequence[Row], kinds: Mapping[str, str], notes: Notes
) -> list[Row]:
    """The courses, without those planned for a treatment of which a delivered course stands beside them."""
    treatments = {link.key("course"): link.key("treatment") for link in rows.get("link", [])}
    treatments |= {one.key(): one.key("treatment") for one in courses if "treatment" in one.columns}
    given = {treatments.get(one.key(), "") for one in courses if kinds[one.key()] == DELIVERED} - {""}
    kept = []
    for course in courses:
        if kinds[course.key()] == PLANNED and treatments.get(course.key(), "") in given:
            notes.warn("exchange_osiris_plan_of_given", course.place)
            continue
        kept.append(course)
    return kept


def _course(row: Row, kind: str, phases: Sequence[PhaseFacts]) -> CourseFacts:
    start, end = period(row)
    sessions, termination = row.whole("sessions"), row.text("termination") or ""
    given = [one.fractions_delivered for one in phases if one.status is Status.DELIVERED]
    if not phases:
        row.notes.warn("exchange_osiris_no_phase", row.place)
    elif kind == DELIVERED and sessions is not None and None not in given:
        total = sum(one or 0 for one in given)
        if total != sessions:
            row.notes.info("exchange_osiris_sessions_differ", row.place, sessions=sessions, fractions=total)
    if termination and not (termination.isascii() and termination.isdigit()):
        row.refuse("termination")
        termination = ""
    intent = row.text("intent") or ""
    return CourseFacts(
        key=f"course-{row.key()}",
        status=Status.DELIVERED if kind == DELIVERED else Status.UNKNOWN,
        start_date=start,
        end_date=end,
        intent=osiris.codes("intent").get(intent, intent),
        termination=termination,
        sessions=sessions,
        phases=tuple(sorted(phases, key=lambda one: one.start_date or date.max)),
    )
