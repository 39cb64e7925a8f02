"""A site and a total dose come in; the fraction numbers customary there go out, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import number, table_rows
from graybook.tables._spelling import compact
from graybook.tables.sources import source_text

__all__ = ["FractionationRow", "fractions_range", "rows"]

_FILE = "fractionation.csv"
_COLUMNS = ("site", "total_low_gy", "total_high_gy", "n_min", "n_max", "note")


@dataclass(frozen=True, kw_only=True)
class FractionationRow:
    """Fraction numbers in use at one site for one span of total dose.

    Parameters
    ----------
    site
        Treated site, in words.
    total_low_gy, total_high_gy
        Span of the total physical dose the row holds for [Gy], both ends included.
    n_min, n_max
        Fewest and most fractions in use [1].
    source_text, note
        Citation and remarks.
    """

    site: str
    total_low_gy: float
    total_high_gy: float
    n_min: int
    n_max: int
    source_text: str
    note: str

    def __post_init__(self) -> None:
        """Refuse an empty or reversed span."""
        if not (0 < self.total_low_gy <= self.total_high_gy and 1 <= self.n_min <= self.n_max):
            raise InputError(
                f"Fractionation of {self.site}: bad span", value=self, remedy=f"mend the row in {_FILE}"
            )


@cache
def rows() -> tuple[FractionationRow, ...]:
    """All rows of the table; the edition ships none, because no published source was found."""
    return tuple(
        FractionationRow(
            site=row["site"],
            total_low_gy=number(row, "total_low_gy", _FILE),
            total_high_gy=number(row, "total_high_gy", _FILE),
            n_min=int(number(row, "n_min", _FILE)),
            n_max=int(number(row, "n_max", _FILE)),
            source_text=source_text(row["source"]),
            note=row["note"],
        )
        for row in table_rows(_FILE, _COLUMNS)
    )


def fractions_range(
    site: str | None, total_dose_gy: float, *, among: Iterable[FractionationRow] | None = None
) -> tuple[int, int, str] | None:
    """Fewest and most fractions in use for a total dose at a site, with the citation.

    Parameters
    ----------
    site
        Treated site in words; None when unknown.
    total_dose_gy
        Total physical dose of the course [Gy].
    among
        Rows to look in; the edition's by default.

    Returns
    -------
    tuple or None
        Fewest, most, citation; over all rows that hold. None when no row holds: then the dose is not converted.

    Examples
    --------
    >>> fractions_range("lung", 50.0) is None
    True
    """
    if site is None or not compact(site):
        return None
    held = [
        row
        for row in (rows() if among is None else among)
        if compact(row.site) == compact(site) and row.total_low_gy <= total_dose_gy <= row.total_high_gy
    ]
    if not held:
        return None
    citation = "; ".join(dict.fromkeys(row.source_text for row in held))
    return min(row.n_min for row in held), max(row.n_max for row in held), citation
