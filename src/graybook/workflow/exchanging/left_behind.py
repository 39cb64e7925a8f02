"""A record comes in, and its assessment where there is one; what of them no format of others holds goes out as findings."""

from __future__ import annotations

from collections.abc import Iterator

from graybook.record import Course, Finding, Phase, Record, Severity, Status
from graybook.record.assessment import Param
from graybook.report.result import Result

__all__ = ["left_behind"]

GIVEN = (Status.DELIVERED, Status.PARTLY_DELIVERED, Status.ASSUMED_DELIVERED)


def left_behind(record: Record, assessed: Result | None) -> tuple[Finding, ...]:
    """What stays in Graybook, whatever the format: doses at points and of organs, bounds, alignments; and what is not known."""
    grades = {} if assessed is None else {one.id: one.evidence_grade for one in assessed.courses}
    found = [
        one
        for course in record.courses
        for one in _of_course(course, grades.get(course.id, course.evidence_grade.value))
    ]
    if assessed is None:
        found.append(Finding(code="export_reirradiation_unknown", severity=Severity.INFO))
    else:
        found += _of_result(assessed)
    return tuple(found)


def _of_course(course: Course, grade: str) -> Iterator[Finding]:
    if course.undecided:
        yield Finding(code="export_undecided", subject=course.label, params={"path": course.id})
    if any(one.dose is not None or one.organ_doses is not None for one in course.phases):
        yield Finding(
            code="export_dose_left",
            severity=Severity.INFO,
            subject=course.label,
            params={"path": course.id, "grade": grade},
        )
    if activities := _activities(course):
        params: dict[str, Param] = {"path": course.id, "value": "; ".join(activities)}
        yield Finding(code="export_activity_left", subject=course.label, params=params)
    for phase in course.phases:
        yield from _of_phase(phase, course)


def _activities(course: Course) -> list[str]:
    """Each activity that is known to have been given, with its nuclide and day."""
    if course.paper is None:
        return []
    given = [(one.activity_gbq, one.nuclide, one.date) for one in course.paper.administrations]
    given += [(one.activity_gbq, one.device, one.date) for one in course.paper.radioembolisations]
    return [
        f"{nuclide} {activity_gbq:g} GBq{'' if day is None else f' {day.isoformat()}'}"
        for activity_gbq, nuclide, day in given
        if activity_gbq is not None
    ]


def _of_phase(phase: Phase, course: Course) -> Iterator[Finding]:
    params = {"path": phase.id, "course": course.label, "status": phase.status.value}
    name = phase.label or phase.id
    if phase.status is Status.ASSUMED_DELIVERED:
        yield Finding(code="export_assumed", subject=name, params=params)
    if phase.status is Status.UNKNOWN and not course.undecided:
        yield Finding(code="export_phase_unsure", subject=name, params=params)
    if phase.status not in GIVEN or course.modality.stands_apart:
        return
    if not phase.prescriptions:
        yield Finding(code="export_no_target_dose", subject=name, params=params)
    elif phase.fractions_range is not None and phase.fractions_delivered is None:
        least, most = phase.fractions_range
        value = f"{least}-{most}"
        yield Finding(code="export_fractions_range", subject=name, params={**params, "value": value})
    elif not phase.fractions_delivered or (course.paper is None and not phase.fractions_planned):
        yield Finding(code="export_fractions_unknown", subject=name, params=params)
    if phase.sessions_partial:
        yield Finding(
            code="export_partial_sessions", subject=name, params={**params, "value": phase.sessions_partial}
        )


def _of_result(assessed: Result) -> Iterator[Finding]:
    organs = [one for one in assessed.structures if one.courses or one.apart]
    if organs:
        below = sum(one.lower_bound for one in organs)
        yield Finding(
            code="export_organs_left", severity=Severity.INFO, params={"count": len(organs), "below": below}
        )
    kind = assessed.clinical.reirradiation.type
    if kind in ("type II", "repeat irradiation", "not determined"):
        yield Finding(code="export_reirradiation_not_said", severity=Severity.INFO, params={"value": kind})
