"""A table that speaks of fractions comes in; how many were given a day, and how far apart, goes out."""

from __future__ import annotations

from graybook.files._tables import Entry
from graybook.record.delivery import DAY_H

__all__ = ["DAY_KEYS", "fractions_a_day"]

DAY_KEYS = ("fractions_per_day", "interval_h")


def fractions_a_day(entry: Entry) -> tuple[int | None, float | None]:
    """Fractions a day and the hours between them; both None when nothing is stated, and no interval for one a day. [h]"""
    per_day, interval_h = entry.whole("fractions_per_day", least=1), entry.positive("interval_h")
    if per_day == 1 and interval_h is not None:
        raise entry.refuse(
            "interval_h",
            "is the time between the fractions of one day",
            value=interval_h,
            remedy="Leave it out for one fraction a day, or state fractions_per_day = 2, say.",
        )
    if (per_day is not None and per_day > 1) != (interval_h is not None):
        raise entry.refuse(
            "fractions_per_day and interval_h",
            "must both be given",
            value=(per_day, interval_h),
            remedy="Write fractions_per_day = 2 and interval_h = 6.0, say.",
        )
    if per_day is not None and interval_h is not None and (per_day - 1) * interval_h >= DAY_H:
        raise entry.refuse(
            "interval_h",
            f"leaves no room for {per_day} fractions in one day",
            value=interval_h,
            remedy="Write the hours between two fractions of one day: interval_h = 6.0, say.",
        )
    return per_day, interval_h
