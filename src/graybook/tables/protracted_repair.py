"""The table of half-times of repair under doses that arrive over days comes in; the rows of an organ go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.errors import InputError
from graybook.tables._rows import PRIMARY_CHECKED, number, table_rows
from graybook.tables.sources import source_text
from graybook.tables.structure_names import root

__all__ = ["ProtractedRepair", "protracted_half_times", "protracted_half_times_of"]

_FILE = "protracted_repair.csv"
_COLUMNS = ("tissue", "organs", "half_time_h", "note")


@dataclass(frozen=True, kw_only=True)
class ProtractedRepair:
    """
    One half-time of the repair of sublethal damage, as used in radionuclide therapy.

    Parameters
    ----------
    tissue
        In the words of the source.
    organs
        TG-263 names that it speaks for, without side.
    half_time_h
        Half-time. [h]
    source, source_text, tier, primary_checked, note
        Key, citation, how it was read, whether in the primary, remarks.
    """

    tissue: str
    organs: tuple[str, ...]
    half_time_h: float
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str

    def __post_init__(self) -> None:
        """Refuse a half-time that is none."""
        if not self.half_time_h > 0:
            raise InputError(
                f"Table {_FILE}: the half-time of {self.tissue} is not above 0.",
                value=self.half_time_h,
                remedy="restore the file from the package, or mend the cell as the README beside it says",
            )


@cache
def protracted_half_times() -> tuple[ProtractedRepair, ...]:
    """All rows of the edition."""
    return tuple(
        ProtractedRepair(
            tissue=row["tissue"],
            organs=tuple(row["organs"].split("|")),
            half_time_h=number(row, "half_time_h", _FILE),
            source=row["source"],
            source_text=source_text(row["source"]),
            tier=row["tier"],
            primary_checked=PRIMARY_CHECKED[row["verified"]],
            note=row["note"],
        )
        for row in table_rows(_FILE, _COLUMNS)
    )


def protracted_half_times_of(tg263: str | None) -> tuple[ProtractedRepair, ...]:
    """
    The rows of an organ; figures that conflict stand side by side.

    Examples
    --------
    >>> [one.half_time_h for one in protracted_half_times_of("Kidney_L")]
    [2.5, 2.8]
    >>> protracted_half_times_of("Heart")
    ()
    """
    if tg263 is None:
        return ()
    return tuple(one for one in protracted_half_times() if root(tg263) in one.organs)
