"""Structures of two frames come in; those that mean the same, or stand alone, go out as pairs, with their tissues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.geometry.contours import ContourStack
from graybook.record.structure import Structure
from graybook.tables.structure_names import root

__all__ = ["StructurePair", "paired"]

TISSUES = {"Liver": "liver", "Kidney": "kidney", "Kidneys": "kidney"}
"""TG-263 roots that have limits of their own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StructurePair:
    """One structure as delineated on the fixed image, on the moving image, or on both.

    Parameters
    ----------
    name
        As found on the fixed side, else on the moving side.
    tg263
        TG-263 name; None when not recognised.
    kind
        "target", "organ", "external", "support", "ring" or "other".
    fixed, moving
        Its contours in each frame; None where it is not delineated.
    """

    name: str
    tg263: str | None
    kind: str
    fixed: ContourStack | None = None
    moving: ContourStack | None = None

    @property
    def tissues(self) -> tuple[str, ...]:
        """Names of tissues whose limits it takes before the general ones."""
        tissue = TISSUES.get(root(self.tg263)) if self.tg263 else None
        return (tissue,) if tissue else ()


def paired(fixed: Sequence[Structure], moving: Sequence[Structure]) -> tuple[StructurePair, ...]:
    """Structures of the fixed side, each with the moving side's of the same TG-263 name, else of the same name.

    Only organs, targets and the body's outline; a structure of the moving side alone comes last.
    """
    wanted = ("target", "organ", "external")
    left = [one for one in moving if one.kind in wanted]
    pairs = []
    for one in (structure for structure in fixed if structure.kind in wanted):
        other = _same(one, left)
        if other is not None:
            left.remove(other)
        pairs.append(
            StructurePair(
                name=one.name,
                tg263=one.tg263,
                kind=one.kind,
                fixed=one.contours(),
                moving=None if other is None else other.contours(),
            )
        )
    return (
        *pairs,
        *(
            StructurePair(name=one.name, tg263=one.tg263, kind=one.kind, moving=one.contours())
            for one in left
        ),
    )


def _same(one: Structure, others: Sequence[Structure]) -> Structure | None:
    if one.tg263 is not None:
        found = [other for other in others if other.tg263 == one.tg263]
        if found:
            return found[0]
    return next((other for other in others if other.name == one.name), None)
