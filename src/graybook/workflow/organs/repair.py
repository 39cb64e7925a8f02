"""Repair between the fractions of a day: an organ and a person's word come in; the half-time to compute with goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.record import RepairWish
from graybook.tables.repair import half_time_of_organ

__all__ = ["RepairChoice", "repair_of"]


@dataclass(frozen=True, kw_only=True)
class RepairChoice:
    """The half-time of repair of one structure.

    Parameters
    ----------
    half_time_h
        None when nothing is known: from complete repair to none within the day. [h]
    basis
        "override", "table" or "no entry".
    source
        Author and reason of an override, or citation and tier.
    """

    half_time_h: float | None
    basis: str
    source: str = ""

    @property
    def as_result(self) -> dict[str, object]:
        """As a structure of the result holds it."""
        return {
            "repair_half_time_h": self.half_time_h,
            "repair_basis": self.basis,
            "repair_source": self.source,
        }


def repair_of(tg263: str | None, wishes: Sequence[RepairWish]) -> RepairChoice:
    """
    The half-time of an organ: a person's, else the table's, else none.

    Examples
    --------
    >>> repair_of("SpinalCord", ()).half_time_h, repair_of("Brainstem", ()).basis
    (4.1, 'no entry')
    """
    for wish in wishes:
        if wish.organ == tg263:
            by = wish.by
            said = "; ".join(part for part in (by.author, by.reason, by.source) if part)
            return RepairChoice(half_time_h=wish.half_time_h, basis="override", source=said)
    row = half_time_of_organ(tg263)
    if row is None:
        return RepairChoice(half_time_h=None, basis="no entry")
    checked = "" if row.primary_checked else "; primary not checked"
    named = f"{row.primary}, as listed by {row.source_text}" if row.primary else row.source_text
    between = "" if row.ci95_h is None else f" {row.ci95_h[0]:g}-{row.ci95_h[1]:g} h at 95 %"
    return RepairChoice(
        half_time_h=row.half_time_h,
        basis="table",
        source=f"{named} ({row.tissue}{between}; {row.tier}{checked})",
    )
