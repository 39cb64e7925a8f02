"""Keys of a therapy given come in with their table; moments, shares and numbers from 0 on go out, or an error with its remedy."""

from __future__ import annotations

import math
from datetime import date, datetime

from graybook.files._tables import Entry

__all__ = ["activity_gbq", "at_least_0", "day", "moment", "number", "share"]

MOST_GBQ = 100.0
"""More activity than any therapy gives at once: who writes more has written MBq. [GBq]"""


def moment(entry: Entry, key: str) -> datetime | None:
    """Date and time, with the offset from UTC where it is written; None when absent or a date alone."""
    value = entry.values.get(key)
    if isinstance(value, str) and len(value.strip()) > len("2026-01-31"):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise entry.refuse(
                key,
                "is no date and time",
                value=value,
                remedy=f"Write {key} = 2026-01-31T09:30:00+01:00, the offset from UTC at the end.",
            ) from None
    return value if isinstance(value, datetime) else None


def day(entry: Entry, key: str) -> date | None:
    """The day of a date, or of a date and time; None when absent."""
    started = moment(entry, key)
    return entry.day(key) if started is None else started.date()


def number(entry: Entry, key: str) -> float | None:
    """Any number; None when absent."""
    value = entry.values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise entry.refuse(key, "must be a number", value=value, remedy=f"Write {key} = 1.0, say.")
    return float(value)


def at_least_0(entry: Entry, key: str) -> float | None:
    """A number of at least 0; None when absent."""
    value = number(entry, key)
    if value is not None and value < 0.0:
        raise entry.refuse(key, "must be at least 0", value=value, remedy=f"Write {key} = 0.5, say.")
    return value


def share(entry: Entry, key: str) -> float | None:
    """A part of 1, from 0 on and less than 1; None when absent."""
    value = at_least_0(entry, key)
    if value is not None and value >= 1.0:
        raise entry.refuse(
            key,
            "must be a share below 1",
            value=value,
            remedy=f"Write the share, not the percentage: {key} = 0.05.",
        )
    return value


def activity_gbq(entry: Entry, key: str = "activity_gbq") -> float | None:
    """An activity in GBq; None when absent. One that no therapy gives is refused: it is MBq."""
    value = entry.positive(key)
    if value is not None and value > MOST_GBQ:
        raise entry.refuse(
            key,
            f"is more than the {MOST_GBQ:g} GBq that any therapy gives at once",
            value=value,
            remedy=f"If it is in MBq, write {key} = {value / 1000.0:g}.",
        )
    return value
