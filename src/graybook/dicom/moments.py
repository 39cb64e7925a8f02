"""Moments: dates, times and offsets from UTC of a dataset come in; full points in time go out, never a time without its day."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from graybook.dicom.attributes import Attributes, tag_text
from graybook.record.assessment import Severity

__all__ = ["clock_of", "date_time_of", "moment_of", "offset_of", "parsed_date_time"]

TIME = re.compile(r"(\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.(\d{1,6})\d*)?")
DATE_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,6})\d*)?([+-]\d{4})?")
OFFSET = re.compile(r"([+-])(\d{2})(\d{2})")
FURTHEST_H = 14
"""No place is further from UTC (PS3.3 C.12.1.1.8). [h]"""


def offset_of(attributes: Attributes) -> tzinfo | None:
    """Timezone Offset From UTC of a file; None when not stated, or malformed (noted)."""
    text = attributes.text("TimezoneOffsetFromUTC")
    if not text:
        return None
    found = _offset(text)
    if found is None:
        _malformed(attributes, "TimezoneOffsetFromUTC", text)
    return found


def _offset(text: str) -> tzinfo | None:
    match = OFFSET.fullmatch(text)
    if match is None or int(match[2]) > FURTHEST_H or int(match[3]) > 59:
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-ahead if match[1] == "-" else ahead)


def moment_of(attributes: Attributes, day: str, clock: str, offset: tzinfo | None) -> datetime | None:
    """A date and a time that belong together; None unless both are stated."""
    found = attributes.date(day)
    told = clock_of(attributes, clock)
    return None if found is None or told is None else datetime.combine(found, told, tzinfo=offset)


def clock_of(attributes: Attributes, keyword: str) -> time | None:
    """A time of day, with hours and minutes at least; None when missing or malformed (noted)."""
    text = attributes.text(keyword)
    if not text:
        return None
    match = TIME.fullmatch(text)
    if match is not None:
        with suppress(ValueError):
            return time(int(match[1]), int(match[2]), _second(match[3]), _microsecond(match[4]))
    _malformed(attributes, keyword, text)
    return None


def date_time_of(attributes: Attributes, keyword: str, offset: tzinfo | None) -> datetime | None:
    """A date-time, with its own offset from UTC or the file's; None when missing, malformed (noted), or only a day."""
    text = attributes.text(keyword)
    if not text:
        return None
    found = parsed_date_time(text, offset)
    if found is None and not re.fullmatch(r"\d{4,8}", text):
        _malformed(attributes, keyword, text)
    return found


def parsed_date_time(text: str, offset: tzinfo | None) -> datetime | None:
    """A DICOM date-time with hours and minutes at least; None when it is none.

    Examples
    --------
    >>> parsed_date_time("20241231235959+0100", None).isoformat()
    '2024-12-31T23:59:59+01:00'
    >>> parsed_date_time("20241231", None) is None
    True
    """
    match = DATE_TIME.fullmatch(text)
    if match is None:
        return None
    own = _offset(match[8]) if match[8] else offset
    if match[8] and own is None:
        return None
    with suppress(ValueError):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        told = time(int(match[4]), int(match[5]), _second(match[6]), _microsecond(match[7]))
        return datetime.combine(day, told, tzinfo=own)
    return None


def _second(text: str | None) -> int:
    """Seconds; the leap second that DICOM allows is the one before."""
    return min(int(text or 0), 59) if int(text or 0) <= 60 else 60


def _microsecond(text: str | None) -> int:
    return int((text or "0").ljust(6, "0"))


def _malformed(attributes: Attributes, keyword: str, text: str) -> None:
    attributes.notes.add(
        "attribute_malformed", Severity.WARNING, attribute=tag_text(keyword), value=text[:60]
    )
