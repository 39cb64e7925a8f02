"""The table of random terms comes in; the published standard deviation of a term, with its source, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, number, table_rows
from graybook.tables.sources import source_text

__all__ = ["PublishedSpread", "published_spread", "published_spreads"]

_FILE = "uncertainty.csv"
_COLUMNS = ("term", "percent", "note")
_TERMS = ("dose", "delivery")


@dataclass(frozen=True, kw_only=True)
class PublishedSpread:
    """
    One standard deviation of a random term.

    Parameters
    ----------
    term
        ``dose`` (its calculation) or ``delivery``.
    percent
        Of the dose of a course. [%]
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, and what it is a figure of.
    """

    term: str
    percent: float
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a term that is none, or a spread that cannot be."""
        if self.term not in _TERMS or not 0.0 <= self.percent < 50.0:
            raise InputError(
                f"Table {_FILE}: no such term, or no such spread.",
                value=(self.term, self.percent),
                remedy=f"Write one of {', '.join(_TERMS)}, and per cent below 50.",
            )


@cache
def published_spreads() -> tuple[PublishedSpread, ...]:
    """All rows of the edition."""
    return tuple(
        PublishedSpread(
            term=row["term"],
            percent=number(row, "percent", _FILE),
            source=row["source"],
            source_text=source_text(row["source"]),
            tier=row["tier"],
            primary_checked=PRIMARY_CHECKED[row["verified"]],
            note=row["note"],
        )
        for row in table_rows(_FILE, _COLUMNS)
    )


def published_spread(term: str) -> PublishedSpread | None:
    """
    What a term varies by when nobody says otherwise; None where no figure could be read.

    Examples
    --------
    >>> found = published_spread("delivery")
    >>> found.percent, found.tier
    (0.9, 'primary-abstract')
    >>> published_spread("dose") is None
    True
    """
    return next((one for one in published_spreads() if one.term == term), None)
