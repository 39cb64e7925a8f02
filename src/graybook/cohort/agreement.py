"""Doses and days of a result come in; nothing goes out, or which of two that cannot both be true."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from graybook.cohort.entry import Entry, NotPooled

__all__ = ["check_doses", "check_same_day_or_later", "contradiction", "day_by", "positive"]

HOT_TO_COLD = ("max_gy", "d0.03cc_gy", "d0.1cc_gy", "d2cc_gy", "min_gy")
"""Each is at most the one before."""
MEAN = ("max_gy", "mean_gy", "min_gy")
ENDS_APART = ("eqd2_high_gy", "eqd2_gy", "eqd2_low_gy")
ROUNDING_UGY = 2
"""[µGy] Two numbers rounded to a millionth may stand so far on the wrong side of each other."""


def contradiction(entry: Entry, key: str, value: object, other: str) -> NotPooled:
    """What to raise for a value that another one of the result contradicts."""
    return NotPooled("pool_contradiction", key=entry.key(key), value=str(value), other=other)


def day_by(entry: Entry, key: str, last: date | None, *, other: str = "provenance.created") -> date | None:
    """A day, which cannot be after the last one, by default that on which the result was made."""
    day = entry.day(key)
    if day is not None and last is not None and day > last:
        raise contradiction(entry, key, day, other)
    return day


def check_same_day_or_later(entry: Entry, key: str, day: date | None, first: date | None, other: str) -> None:
    """Nothing, unless a day is before the one that it follows."""
    if day is not None and first is not None and day < first:
        raise contradiction(entry, key, day, other)


def check_doses(dose: Entry, *, apart: bool = False) -> None:
    """Nothing, unless a structure's doses are not in the order that every distribution has."""
    for chain in (ENDS_APART,) if apart else (HOT_TO_COLD, MEAN):
        known = [
            (key, value)
            for key in chain
            if dose.values.get(key) is not None and (value := dose.amount(key)) is not None
        ]
        for (upper, high), (lower, low) in pairwise(known):
            if low > high + ROUNDING_UGY:
                raise contradiction(dose, lower, dose.value(lower), dose.key(upper))


def positive(entry: Entry, key: str, places: int) -> int | None:
    """A number above 0, or None."""
    amount = entry.amount(key, places)
    if amount == 0:
        raise NotPooled("pool_out_of_range", key=entry.key(key), value=str(entry.value(key)))
    return amount
