"""Two courses come in; the time between them, and what it rests on where no last session is known, goes out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from graybook.record import Course, Finding, Phase, Severity

__all__ = ["ends_said", "interval_days", "interval_months", "last_day", "months_between"]

DAYS_A_WEEK, SESSIONS_A_WEEK = 7, 5


def interval_days(earlier: Course, reference: Course) -> int | None:
    """End of a course to the start of the reference course; None without dates. [d]"""
    end = last_day(earlier)
    return None if end is None or reference.start_date is None else (reference.start_date - end).days


def interval_months(earlier: Course, reference: Course) -> float | None:
    """The same in months of the calendar; None without dates. [months]"""
    end = last_day(earlier)
    return None if end is None or reference.start_date is None else months_between(end, reference.start_date)


def months_between(first: date, last: date) -> float:
    """
    Whole months of the calendar, and days as a share of the month they are in; negative when ``last`` comes first. [months]

    A source's "five months" are five months of the calendar, whether February is among them or not.

    Examples
    --------
    >>> months_between(date(2021, 2, 1), date(2021, 7, 1)), months_between(date(2021, 1, 31), date(2021, 2, 28))
    (5.0, 1.0)
    >>> months_between(date(2021, 4, 1), date(2021, 4, 16))
    0.5
    """
    if last < first:
        return -months_between(last, first)
    whole = 12 * (last.year - first.year) + last.month - first.month
    if _after(first, whole) > last:
        whole -= 1
    start, end = _after(first, whole), _after(first, whole + 1)
    return whole + (last - start).days / (end - start).days


def _after(day: date, months: int) -> date:
    """The same day of the month so many months on; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


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
