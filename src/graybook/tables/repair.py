"""The table of half-times of repair comes in; rows with their confidence intervals, and the row of an organ, go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, Row, number, optional_number, table_rows
from graybook.tables.sources import source_text
from graybook.tables.structure_names import root

__all__ = ["RepairHalfTime", "half_time_of_organ", "organs_by_tissue", "repair_half_times"]

_FILE = "repair.csv"
_ORGANS = "repair_tissues.csv"
_NEVER_DEFAULT = ("secondary-repo", "assigned")
_COLUMNS = (
    "tissue", "component", "half_time_h", "ci95_low_h", "ci95_high_h", "partition", "primary", "note",
)  # fmt: skip
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"


@dataclass(frozen=True, kw_only=True)
class RepairHalfTime:
    """
    One half-time of the repair of sublethal damage.

    Parameters
    ----------
    tissue
        In the words of the source.
    component
        Empty for the only figure; ``fast`` or ``slow`` of two; ``lower end`` or ``upper end`` of a range.
    half_time_h
        Half-time. [h]
    ci95_h
        95 % confidence interval [h], or None.
    partition
        Partition coefficient of two components, in the words of the source; None otherwise.
    primary
        The study that the source names.
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, remarks.
    """

    tissue: str
    component: str
    half_time_h: float
    ci95_h: tuple[float, float] | None
    partition: float | None
    primary: str
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a half-time that is none, or outside its own interval."""
        low, high = self.ci95_h or (self.half_time_h, self.half_time_h)
        if not (self.half_time_h > 0 and low <= self.half_time_h <= high):
            raise InputError(
                f"Repair of {self.tissue}: the half-time is not above 0 and within its interval",
                value=(low, self.half_time_h, high),
                remedy=_REMEDY,
            )


@cache
def repair_half_times() -> tuple[RepairHalfTime, ...]:
    """All half-times of the edition, in the order of the table."""
    return tuple(_half_time(row) for row in table_rows(_FILE, _COLUMNS))


@cache
def organs_by_tissue() -> dict[str, str]:
    """Organ, by TG-263 name without side or margin → tissue of the rows that speak for it."""
    return {row["organ"]: row["tissue"] for row in table_rows(_ORGANS, ("organ", "tissue", "note"))}


def half_time_of_organ(tg263: str | None) -> RepairHalfTime | None:
    """The half-time to compute with by default; None where no row speaks for the organ alone, or one that may not be a default.

    Parameters
    ----------
    tg263
        TG-263 name; side, margin (``_PRV05``), cropping (``-GTV``) and ``~`` do not change it.

    Examples
    --------
    >>> found = half_time_of_organ("SpinalCord_PRV05")
    >>> found.tissue, found.half_time_h, found.ci95_h
    ('myelopathy', 4.1, (0.0, 8.0))
    >>> half_time_of_organ("Brainstem") is None
    True
    """
    tissue = None if tg263 is None else organs_by_tissue().get(root(tg263))
    rows = [one for one in repair_half_times() if one.tissue == tissue]
    usable = [one for one in rows if not one.component and one.tier not in _NEVER_DEFAULT]
    return usable[0] if len(usable) == 1 else None


def _half_time(row: Row) -> RepairHalfTime:
    low, high = (optional_number(row, column, _FILE) for column in ("ci95_low_h", "ci95_high_h"))
    return RepairHalfTime(
        tissue=row["tissue"],
        component=row["component"],
        half_time_h=number(row, "half_time_h", _FILE),
        ci95_h=None if low is None or high is None else (low, high),
        partition=optional_number(row, "partition", _FILE),
        primary=row["primary"],
        source=row["source"],
        source_text=source_text(row["source"]),
        tier=row["tier"],
        primary_checked=PRIMARY_CHECKED[row["verified"]],
        note=row["note"],
    )
