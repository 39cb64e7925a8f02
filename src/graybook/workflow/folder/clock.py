"""Clock: moments of files, with or without an offset from UTC, come in; hours between them, or why they cannot be told, go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from graybook.files.nuclear_settings import Clock
from graybook.record import Finding

__all__ = ["Elapsed", "day_in", "hours_between", "placed", "zone_of"]

S_PER_H = 3600.0
SUNDAY = 6

CHANGES = (((3, 8), (4, 7)), ((9, 24), (11, 7)))
"""Months and days between which clocks are put forward or back somewhere, on a Sunday."""


@dataclass(frozen=True, kw_only=True)
class Elapsed:
    """Time from one moment to another; None with the question that must be answered first. [h]"""

    hours: float | None
    question: Finding | None = None


def zone_of(clock: Clock) -> timezone | ZoneInfo | None:
    """Where clocks without an offset stand, as a person states it."""
    if clock.zone:
        return ZoneInfo(clock.zone)
    return None if clock.offset_minutes is None else timezone(timedelta(minutes=clock.offset_minutes))


def placed(moment: datetime, clock: Clock) -> datetime:
    """A moment with its offset where it states one, or a person does; else as it stands."""
    zone = zone_of(clock)
    return moment if moment.tzinfo is not None or zone is None else moment.replace(tzinfo=zone)


def day_in(moment: datetime, clock: Clock) -> date:
    """The day of a moment in the clock of the place, where that is stated; else in its own clock."""
    zone = zone_of(clock)
    return moment.date() if zone is None or moment.tzinfo is None else moment.astimezone(zone).date()


def hours_between(start: datetime, end: datetime, clock: Clock, *, subject: str) -> Elapsed:
    """
    Time from one moment to another by full dates and offsets. [h]

    Two clocks without an offset are taken for the same clock, unless clocks may have changed between them: then the zone is
    asked. One with and one without an offset cannot be compared, and an hour that a zone has twice, or not at all, is no moment.

    Examples
    --------
    Over the night in which clocks in Paris are put back:

    >>> start, end = datetime(2025, 10, 25, 12), datetime(2025, 10, 26, 12)
    >>> hours_between(start, end, Clock(zone="Europe/Paris"), subject="image").hours
    25.0
    >>> hours_between(start, end, Clock(), subject="image").question.code
    'nuclear_clock_may_have_changed'
    """
    known = [placed(one, clock) for one in (start, end)]
    for given, one in zip((start, end), known, strict=True):
        if given.tzinfo is None and one.tzinfo is not None and not _is_once(one):
            return _asked("nuclear_hour_ambiguous", subject, moment=given.isoformat(sep=" "), zone=clock.zone)
    if (known[0].tzinfo is None) != (known[1].tzinfo is None):
        return _asked("nuclear_clock_unlike", subject, start=_shown(start), end=_shown(end))
    if known[0].tzinfo is None and _may_have_changed(*known):
        return _asked("nuclear_clock_may_have_changed", subject, start=_shown(start), end=_shown(end))
    if known[0].tzinfo is not None:
        known = [one.astimezone(UTC) for one in known]
    return Elapsed(hours=(known[1] - known[0]).total_seconds() / S_PER_H)


def _shown(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")


def _asked(code: str, subject: str, **params: str) -> Elapsed:
    return Elapsed(hours=None, question=Finding(code=code, subject=subject, params=params))


def _is_once(moment: datetime) -> bool:
    """Whether the clock of a place shows this time exactly once."""
    other = moment.replace(fold=1 - moment.fold)
    return moment.utcoffset() == other.utcoffset()


def _may_have_changed(start: datetime, end: datetime) -> bool:
    """Whether a Sunday of a season in which clocks change lies between two moments of one clock."""
    first, last = sorted((start, end))
    day = first.date()
    while day <= last.date():
        if day.weekday() == SUNDAY and _in_season(day) and first < datetime.combine(day, time(3)) < last:
            return True
        day += timedelta(days=1)
    return False


def _in_season(day: date) -> bool:
    return any(low <= (day.month, day.day) <= high for low, high in CHANGES)
