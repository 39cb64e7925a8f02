"""The courses of ``result.json`` come in; those that count, numbered in the order of time with their intervals, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from graybook.cohort.agreement import check_same_day_or_later, contradiction, day_by
from graybook.cohort.entry import Entry, NotPooled
from graybook.record import EvidenceGrade, Modality, Status

__all__ = ["PooledCourse", "Timeline", "timeline_of"]

SURE_FIRST = (*(Status.DELIVERED, Status.PARTLY_DELIVERED, Status.ASSUMED_DELIVERED, Status.PROPOSED),)
"""Statuses that count, the surest first."""


@dataclass(frozen=True, kw_only=True)
class PooledCourse:
    """A course that was given, or is proposed. Days as in the file, not yet moved."""

    id: str
    number: int
    modality: Modality
    grade: EvidenceGrade
    status: Status
    in_sum: bool
    is_reference: bool
    start: date | None
    interval_days: int | None
    """End of the courses before, of the same kind (beams, or what stands apart), to this one's start."""
    since_first_days: int | None
    fractions: int | None

    @property
    def apart(self) -> bool:
        """Whether it enters no sum of external beam (rule 15)."""
        return self.modality.stands_apart


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """All courses of a person that count, and which of them is the reference."""

    courses: tuple[PooledCourse, ...]
    reference: PooledCourse
    ids: frozenset[str]
    """Of all courses of the file, those that do not count among them."""

    @property
    def beams(self) -> tuple[PooledCourse, ...]:
        """The courses that do not stand apart."""
        return tuple(one for one in self.courses if not one.apart)

    @property
    def summed(self) -> tuple[PooledCourse, ...]:
        """The courses of the cumulative rows; all of external beam where none is in the sum."""
        return tuple(one for one in self.beams if one.in_sum) or self.beams or self.courses


def timeline_of(result: Entry, created: date | None) -> Timeline:
    """The courses that count, in the order of the file, which is that of time; only proposed ones after the day of the result."""
    entries = result.entries("courses")
    ids = [one.text("id") for one in entries]
    if len(set(ids)) != len(ids):
        raise NotPooled("pool_wrong_key", key="courses", expected="every id once")
    reference = result.text("reference_course")
    if reference not in ids:
        raise NotPooled("pool_wrong_key", key="reference_course", expected="the id of a course")
    start = entries[ids.index(reference)].day("start_date")
    counted = [one for one in entries if one.text("id") == reference or _status(one) is not None]
    _check_days(counted, created)
    starts = [one.day("start_date") for one in counted]
    first = min((day for day in starts if day is not None), default=None)
    courses: list[PooledCourse] = []
    ends: dict[bool, date | None] = {}
    for number, (one, began) in enumerate(zip(counted, starts, strict=True), 1):
        apart = _modality(one).stands_apart
        before = _days(ends.get(apart), began)
        courses.append(_course(one, number, reference, since_end=before, since_first=_days(first, began)))
        ends[apart] = _later(ends.get(apart, date.min), _end(one, start))
    return Timeline(
        courses=tuple(courses),
        reference=next(one for one in courses if one.is_reference),
        ids=frozenset(ids),
    )


def _check_days(courses: Sequence[Entry], created: date | None) -> None:
    """Nothing, unless a course ends before it starts, starts before the one listed before it, or was given in the future."""
    before: date | None = None
    for one in courses:
        last = None if _status(one) is Status.PROPOSED else created
        start, end = (day_by(one, key, last) for key in ("start_date", "end_date"))
        check_same_day_or_later(one, "end_date", end, start, one.key("start_date"))
        check_same_day_or_later(one, "start_date", start, before, "the order of courses")
        before = start or before


def _course(
    one: Entry, number: int, reference: str, *, since_end: int | None, since_first: int | None
) -> PooledCourse:
    grade = one.one_of("evidence_grade", set(EvidenceGrade))
    if grade is None:
        raise one.wrong("evidence_grade", "a text")
    return PooledCourse(
        id=one.text("id"),
        number=number,
        modality=_modality(one),
        grade=EvidenceGrade(grade),
        status=_status(one) or Status.UNKNOWN,
        in_sum=one.flag("in_sum"),
        is_reference=one.text("id") == reference,
        start=one.day("start_date"),
        interval_days=since_end,
        since_first_days=since_first,
        fractions=_fractions(one),
    )


def _modality(course: Entry) -> Modality:
    found = course.one_of("modality", set(Modality))
    if found is None:
        raise course.wrong("modality", "a text")
    return Modality(found)


def _counting(course: Entry) -> list[tuple[Status, Entry]]:
    found = []
    for phase in course.entries("phases"):
        status = Status(phase.one_of("status", set(Status)) or Status.UNKNOWN)
        if status.counts:
            found.append((status, phase))
    return found


def _status(course: Entry) -> Status | None:
    """The least sure status of the phases that count; None where none does."""
    return max((status for status, _ in _counting(course)), key=SURE_FIRST.index, default=None)


def _fractions(course: Entry) -> int | None:
    """Fractions delivered over phases given one after the other; None where one is unknown or phases shared sessions."""
    total = 0
    phases = _counting(course)
    for _, phase in phases:
        n = phase.whole("fractions_delivered")
        if n is None or phase.value("concurrent_with"):
            return None
        if n < 0:
            raise NotPooled("pool_out_of_range", key=phase.key("fractions_delivered"), value=n)
        total += n
    return total if phases else None


def _end(course: Entry, reference_start: date | None) -> date | None:
    """The last day: as known, else as the result reckoned it for the interval to the reference."""
    end, before = course.day("end_date"), course.whole("interval_days")
    if end is not None or before is None or reference_start is None:
        return end
    try:
        end = reference_start - timedelta(days=before)
    except OverflowError:
        raise NotPooled("pool_out_of_range", key=course.key("interval_days"), value=before) from None
    start = course.day("start_date")
    if start is not None and end < start:
        raise contradiction(course, "interval_days", before, course.key("start_date"))
    return end


def _later(known: date | None, end: date | None) -> date | None:
    """The last day of all courses so far; None once one of them is not known."""
    return None if known is None or end is None else max(known, end)


def _days(earlier: date | None, later: date | None) -> int | None:
    return None if earlier is None or later is None else (later - earlier).days
