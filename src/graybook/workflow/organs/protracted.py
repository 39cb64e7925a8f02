"""Repair during a protracted dose: an organ and a person's word come in; the half-times of repair to reckon with go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.files.nuclear_settings import OrganWish
from graybook.record import RepairWish
from graybook.tables.protracted_repair import ProtractedRepair, protracted_half_times_of
from graybook.tables.repair import RepairHalfTime, repair_half_times
from graybook.tables.structure_names import tg263_name
from graybook.workflow.organs.repair import RepairChoice, repair_of

__all__ = ["RepairRange", "repair_range_of"]


@dataclass(frozen=True, kw_only=True)
class RepairRange:
    """Shortest and longest half-time of repair of one organ under a dose that arrives over days.

    Parameters
    ----------
    half_time_h
        Both ends; equal where one value is known. [h]
    basis
        "override", "table" or "no entry": the shortest and the longest that the table of half-times holds for any tissue.
    source
        Who says so.
    """

    half_time_h: tuple[float, float]
    basis: str
    source: str


def repair_range_of(
    tg263: str | None, wishes: Sequence[RepairWish] = (), organs: Sequence[OrganWish] = ()
) -> RepairRange:
    """
    Half-times of repair of an organ: a person's, else those used in radionuclide therapy, else the table's, else all it holds.

    Examples
    --------
    >>> repair_range_of("Kidney_L").half_time_h, repair_range_of("SpinalCord").half_time_h
    ((2.5, 2.8), (4.1, 4.1))
    >>> repair_range_of("Heart").basis
    'no entry'
    """
    for wish in organs:
        if wish.repair_half_time_h is not None and (tg263_name(wish.organ) or wish.organ) == tg263:
            return RepairRange(half_time_h=wish.repair_half_time_h, basis="override", source=wish.said)
    stated = repair_of(tg263, wishes)
    if stated.basis == "override":
        return _of_choice(stated)
    rows = protracted_half_times_of(tg263)
    if rows:
        return _between(rows, "table")
    return _of_choice(stated) if stated.half_time_h is not None else _between(repair_half_times(), "no entry")


def _of_choice(choice: RepairChoice) -> RepairRange:
    half_time = choice.half_time_h or 0.0
    return RepairRange(half_time_h=(half_time, half_time), basis=choice.basis, source=choice.source)


def _between(rows: Sequence[ProtractedRepair | RepairHalfTime], basis: str) -> RepairRange:
    ends = min(one.half_time_h for one in rows), max(one.half_time_h for one in rows)
    said = [
        f"{one.source_text} ({one.tissue} {one.half_time_h:g} h; {one.tier}"
        + ("" if one.primary_checked else ", primary not checked")
        + ")"
        for one in rows
        if one.half_time_h in ends
    ]
    return RepairRange(half_time_h=ends, basis=basis, source="; ".join(dict.fromkeys(said)))
