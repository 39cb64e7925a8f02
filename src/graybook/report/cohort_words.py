"""Bands of persons and percentiles come in; their texts go out."""

from __future__ import annotations

from collections.abc import Mapping

from graybook.report.cohort_result import Persons
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["PAGES", "percentiles_text", "persons_text", "share_ends", "share_text"]

PAGES = "cohort_page"
"""What the keys of the page's words begin with."""
PERCENTILES = (10, 25, 50, 75, 90)


def persons_text(persons: Persons) -> str:
    """A band: ``22–32``, or the number where it is one.

    Examples
    --------
    >>> persons_text(Persons(low=22, high=32)), persons_text(Persons(low=0, high=0))
    ('22–32', '0')
    """
    if persons.low == persons.high:
        return str(persons.low)
    return f"{persons.low}\u2013{persons.high}"


def share_ends(persons: Persons, of: Persons) -> tuple[float, float]:
    """The least and the greatest share of those whom something concerns. [%]"""
    least = 100.0 * persons.low / of.high if of.high else 0.0
    return least, min(100.0 * persons.high / of.low, 100.0) if of.low else 100.0


def share_text(persons: Persons, of: Persons, words: Wording) -> str:
    """A share of those whom something concerns, between its ends in whole percent."""
    ends = ["<1" if 0.0 < one < 1.0 else str(round(one)) for one in share_ends(persons, of)]
    return "\u2013".join(dict.fromkeys(ends)) + ("\u00a0%" if words.language == "fr" else "\u202f%")


def percentiles_text(doses_gy: Mapping[int, int]) -> str:
    """The doses in the order of the percentiles, a dash for one that may not be told. [Gy]

    Examples
    --------
    >>> percentiles_text({25: 12, 50: 23, 75: 34})
    '– | 12 | 23 | 34 | –'
    """
    return " | ".join(str(doses_gy.get(one, DASH)) for one in PERCENTILES)
