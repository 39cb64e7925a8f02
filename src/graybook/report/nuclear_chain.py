"""Cycles of an α emitter come in; a table of the dose by each nuclide of the chain goes out, nothing weighted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.nuclear_result import ChainMemberResult, CycleResult
from graybook.report.nuclear_words import nuclide_name
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["chain_table"]


def chain_table(cycles: Sequence[CycleResult], words: Wording) -> Table | None:
    """Absorbed dose of each organ by each nuclide and kind of particle, added over the cycles; None without an α emitter."""
    members: dict[str, list[ChainMemberResult]] = {}
    for cycle in cycles:
        for organ in cycle.organs:
            if organ.chain:
                members.setdefault(organ.organ, []).extend(organ.chain)
    if not members:
        return None
    return Table(
        title=words("chain_members"),
        columns=(
            Column(title=words("col_organ")),
            Column(title=words("col_nuclide"), share=1.0),
            *(
                Column(title=words(key), numeric=True)
                for key in ("col_by_alpha", "col_by_electrons", "col_by_recoil")
            ),
        ),
        rows=tuple(row for organ, found in members.items() for row in _rows(organ, found, words)),
        note=words("note_chain_members"),
    )


def _rows(organ: str, found: Sequence[ChainMemberResult], words: Wording) -> Iterator[tuple[Cell, ...]]:
    for place, name in enumerate(dict.fromkeys(one.nuclide for one in found)):
        same = [one for one in found if one.nuclide == name]
        sums = [
            sum(values)
            for values in zip(*((o.alpha_gy, o.electron_gy, o.recoil_gy) for o in same), strict=True)
        ]
        yield (
            cell(organ if place == 0 else "", strong=True),
            cell(nuclide_name(name)),
            *(cell(words.number(value, 3) if value else DASH) for value in sums),
        )
