"""A date as a file has it and a number of days come in; the shifted date goes out, in the same form."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta

__all__ = ["shifted_date", "shifted_moment"]

DATE = re.compile(r"(\d{4})([.-]?)(\d{2})([.-]?)(\d{2})")
TIME_OF_DAY = re.compile(r"([ T]?\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?)?([+-]\d{4})?")


def shifted_date(text: str, days: int) -> str | None:
    """A date moved by some days; None when it is none, or falls out of the calendar.

    Examples
    --------
    >>> shifted_date("20240301", -1), shifted_date("2024.03.01", -1), shifted_date("202403", -1) is None
    ('20240229', '2024.02.29', True)
    """
    match = DATE.fullmatch(text)
    return None if match is None else _moved(match, days)


def shifted_moment(text: str, days: int, *, time_of_day: bool) -> str | None:
    """A date-time moved by some days, its time of day as it was or cut off; None when it has no full date.

    Examples
    --------
    >>> shifted_moment("20240301101530.5+0100", -7, time_of_day=True)
    '20240223101530.5+0100'
    >>> shifted_moment("20240301101530", -7, time_of_day=False), shifted_moment("2024", -7, time_of_day=True) is None
    ('20240223', True)
    """
    match = DATE.match(text)
    if match is None or TIME_OF_DAY.fullmatch(rest := text[match.end() :]) is None:
        return None
    moved = _moved(match, days)
    return moved if moved is None or not time_of_day else moved + rest


def _moved(match: re.Match[str], days: int) -> str | None:
    with suppress(ValueError, OverflowError):
        day = date(int(match[1]), int(match[3]), int(match[5])) + timedelta(days=days)
        return f"{day.year:04d}{match[2]}{day.month:02d}{match[4]}{day.day:02d}"
    return None
