"""α/β of a structure: its kind, name and the user's word come in; the value, its range and its source go out (rule 4)."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.record import Finding, Override, Severity, Structure
from graybook.tables.alpha_beta import AlphaBetaDefault, default_for_organ, default_for_target

__all__ = ["NO_ENTRY_GY", "NO_ENTRY_OTHER_GY", "AlphaBetaChoice", "alpha_beta_of"]

NO_ENTRY_GY = 3.0
"""Shown for an organ without an entry (rule 4). [Gy]"""

NO_ENTRY_OTHER_GY = 2.0
"""Shown beside it; limits see the worse (rule 4). [Gy]"""

WITHOUT = frozenset({"external", "support", "ring"})
"""Kinds of structure that take no α/β at all (rule 4)."""


@dataclass(frozen=True, kw_only=True)
class AlphaBetaChoice:
    """The α/β of one structure.

    Parameters
    ----------
    value_gy
        None for external, support and ring structures. [Gy]
    alternative_gy
        The other value shown, for an organ without an entry. [Gy]
    range_gy
        Lowest and highest published value. [Gy]
    basis
        "table", "tumour", "convention", "no entry", "override" or "none".
    source
        Citation and tier, or author and reason of an override.
    """

    value_gy: float | None
    basis: str
    alternative_gy: float | None = None
    range_gy: tuple[float, float] | None = None
    source: str = ""
    finding: Finding | None = None


def alpha_beta_of(
    structure: Structure, *, site: str, stated: tuple[float, Override] | None = None
) -> AlphaBetaChoice:
    """The α/β of a structure: the user's, else the table's, else rule 4's way to say that there is none."""
    if stated is not None:
        value_gy, override = stated
        source = "; ".join(part for part in (override.author, override.reason, override.source) if part)
        return AlphaBetaChoice(value_gy=value_gy, basis="override", source=source)
    if structure.kind in WITHOUT:
        return AlphaBetaChoice(value_gy=None, basis="none")
    if structure.kind == "target":
        return _from_table(structure, default_for_target(site or None))
    entry = default_for_organ(structure.tg263) if structure.tg263 is not None else None
    if entry is not None:
        return _from_table(structure, entry)
    return AlphaBetaChoice(
        value_gy=NO_ENTRY_GY,
        alternative_gy=NO_ENTRY_OTHER_GY,
        range_gy=(NO_ENTRY_OTHER_GY, NO_ENTRY_GY),
        basis="no entry",
        finding=Finding(
            code="alpha_beta_no_entry",
            subject=structure.name,
            params={"value_gy": NO_ENTRY_GY, "other_gy": NO_ENTRY_OTHER_GY},
        ),
    )


def _from_table(structure: Structure, entry: AlphaBetaDefault) -> AlphaBetaChoice:
    finding = None
    if entry.basis == "convention":
        finding = Finding(
            code="alpha_beta_convention",
            severity=Severity.WARNING,
            subject=structure.name,
            params={"value_gy": entry.value_gy},
        )
    source = ""
    if entry.row is not None:
        checked = "" if entry.row.primary_checked else "; primary not checked"
        source = f"{entry.row.source_text} ({entry.row.endpoint}; {entry.row.tier}{checked})"
    return AlphaBetaChoice(
        value_gy=entry.value_gy, basis=entry.basis, range_gy=entry.range_gy, source=source, finding=finding
    )
