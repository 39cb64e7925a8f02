"""Two courses come in; the time between them, and what it rests on where no last session is known, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from graybook.record import Course, Finding, Phase, Severity

__all__ = ["ends_said", "interval_days", "last_day"]

DAYS_A_WEEK, SESSIONS_A_WEEK = 7, 5


def interval_days(earlier: Course, reference: Course) -> int | None:
    """End of a course to the start of the reference course; None without dates. [d]"""
    end = last_day(earlier)
    return None if end is None or reference.start_date is None else (reference.start_date - end).days


def last_day(course: Course) -> date | None:
    """
    The last day of a course: as recorded or stated; else from its start by the overall time stated, or by its number of sessions
    at five a week. The start alone where neither is known.

    An interval counted from the start of a course would let it pass for older than it is, and its tissue for more recovered.
    """
    if course.end_date is not None or course.start_date is None:
        return course.end_date
    return course.start_date + timedelta(days=_days(course))


def ends_said(courses: Sequence[Course], reference: Course) -> tuple[Finding, ...]:
    """The courses whose last day is reckoned and not known."""
    return tuple(
        Finding(
            code="end_reckoned",
            severity=Severity.INFO,
            subject=one.id,
            params={"course": one.label, "date": end.isoformat()},
        )
        for one in courses
        if one.counts and one.id != reference.id and one.end_date is None
        if (end := last_day(one)) is not None and end != one.start_date
    )


def _days(course: Course) -> int:
    """From the first session to the last. [d]"""
    if course.paper is not None and course.paper.overall_days:
        return course.paper.overall_days - 1
    between = sum(_most_sessions(phase) for phase in course.phases if phase.status.counts) - 1
    weeks, rest = divmod(max(between, 0), SESSIONS_A_WEEK)
    return weeks * DAYS_A_WEEK + rest


def _most_sessions(phase: Phase) -> int:
    given = phase.fractions_planned if phase.fractions_delivered is None else phase.fractions_delivered
    if given is not None:
        return given
    return 0 if phase.fractions_range is None else phase.fractions_range[1]
