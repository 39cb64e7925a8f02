"""The table of repopulation comes in; the dose that each tissue takes back per day, and from when, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, Row, number, optional_number, table_rows
from graybook.tables.sources import source_text

__all__ = ["Repopulation", "repopulations"]

_FILE = "repopulation.csv"
_COLUMNS = (
    "tissue", "gy_per_day", "ci95_low_gy_per_day", "ci95_high_gy_per_day", "onset_days", "primary", "note",
)  # fmt: skip
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"


@dataclass(frozen=True, kw_only=True)
class Repopulation:
    """
    Repopulation of one tissue.

    Parameters
    ----------
    tissue
        In the words of the source.
    gy_per_day
        Dose that a day of repopulation takes back, as the source states it. [Gy/day]
    ci95_gy_per_day
        95 % confidence interval [Gy/day], or None.
    onset_days
        Day of the treatment from which it acts, or None where the source states none. [days]
    primary
        The study that the source names.
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, remarks.
    """

    tissue: str
    gy_per_day: float
    ci95_gy_per_day: tuple[float, float] | None
    onset_days: float | None
    primary: str
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a rate that is none, or outside its own interval."""
        low, high = self.ci95_gy_per_day or (self.gy_per_day, self.gy_per_day)
        if not (self.gy_per_day > 0 and low <= self.gy_per_day <= high):
            raise InputError(
                f"Repopulation of {self.tissue}: the rate is not above 0 and within its interval",
                value=(low, self.gy_per_day, high),
                remedy=_REMEDY,
            )


@cache
def repopulations() -> tuple[Repopulation, ...]:
    """All rates of the edition, in the order of the table."""
    return tuple(_repopulation(row) for row in table_rows(_FILE, _COLUMNS))


def _repopulation(row: Row) -> Repopulation:
    ends = ("ci95_low_gy_per_day", "ci95_high_gy_per_day")
    low, high = (optional_number(row, column, _FILE) for column in ends)
    return Repopulation(
        tissue=row["tissue"],
        gy_per_day=number(row, "gy_per_day", _FILE),
        ci95_gy_per_day=None if low is None or high is None else (low, high),
        onset_days=optional_number(row, "onset_days", _FILE),
        primary=row["primary"],
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )
