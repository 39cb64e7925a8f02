"""Times table: what limits leave comes in; the same under other assumptions on time and place goes out as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.leaving import first_left, greatest, least
from graybook.report.remaining_result import Figure, RemainingAlternative, RemainingResult
from graybook.report.remaining_words import (
    Judged,
    dose_left_text,
    is_of_a_mean,
    judged_limits,
    left_in,
    limit_name,
    used_text,
)
from graybook.report.result import Result
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["fraction_columns", "times_table"]

_ORGANS = 5
"""Organs whose dose left is told under other assumptions."""
_SAME_GY = 0.005


def fraction_columns(fractions: Sequence[int], words: Wording) -> tuple[Column, ...]:
    """A column for each number of fractions."""
    return tuple(Column(title=words("col_in_fractions", n=n), numeric=True) for n in fractions)


def _close(one: Figure, other: Figure) -> bool:
    if one is None or other is None:
        return one is other
    return all(abs(end(one) - end(other)) < _SAME_GY for end in (least, greatest))


def _same(one: RemainingAlternative, entry: RemainingResult) -> bool:
    """Whether an assumption changes nothing of what is left."""
    return all(_close(left_in(one, item.fractions), item.dose_left_gy) for item in entry.schedules)


def _something(entry: RemainingResult | RemainingAlternative) -> bool:
    return any(0.0 < least(item.dose_left_gy) < float("inf") for item in entry.schedules)


def _row(
    organ: Cell,
    shown: RemainingResult | RemainingAlternative,
    entry: RemainingResult,
    named: str,
    words: Wording,
) -> tuple[Cell, ...]:
    missing = entry.lower_bound
    return (
        organ,
        cell(named),
        cell(DASH if shown.limit_gy is None else words.short(shown.limit_gy)),
        cell(used_text(shown, words, missing=missing)),
        *(cell(dose_left_text(entry, left_in(shown, item.fractions), words)) for item in entry.schedules),
    )


def _rows(entry: RemainingResult, judged: Judged, words: Wording) -> Iterator[tuple[Cell, ...]]:
    """The headline and each assumption that changes something; ⇄ where something left becomes nothing, or the reverse."""
    told = [one for one in entry.alternatives if not _same(one, entry)]
    if told:
        mark = "" if entry.conditions_hold else " ✗"
        organ = cell(entry.structure, f"{limit_name(entry, judged, words)}{mark}", strong=True)
        yield _row(organ, entry, entry, words("times_headline"), words)
    for one in told:
        turns = _something(one) != _something(entry)
        named = words("turns_mark", text=one.assumption) if turns else one.assumption
        yield _row(cell(entry.structure), one, entry, named, words)


def _idle(entries: Sequence[RemainingResult], words: Wording) -> str:
    """Assumptions that change nothing, by organ."""
    found = []
    for entry in entries:
        same = [one.assumption for one in entry.alternatives if _same(one, entry)]
        if same:
            found.append(f"{entry.structure} ({', '.join(same)})")
    return words("times_idle", assumptions=words.series(found)) if found else ""


def _notes(entries: Sequence[RemainingResult], words: Wording) -> tuple[str, ...]:
    failing = any(not entry.conditions_hold for entry in entries)
    return (
        words("note_times"),
        words("note_left_conditions") if failing else "",
        words("limits_left_mean") if any(is_of_a_mean(entry) for entry in entries) else "",
        _idle(entries, words),
    )


def times_table(result: Result, words: Wording) -> Table | None:
    """What the first limits of the organs leave under other assumptions; None where none was tried."""
    judged = judged_limits(result)
    entries = [entry for entry in first_left(result.remaining) if entry.alternatives][:_ORGANS]
    if not entries:
        return None
    fractions = [item.fractions for item in entries[0].schedules]
    rows = tuple(row for entry in entries for row in _rows(entry, judged, words))
    return Table(
        title=words("times"),
        columns=(
            Column(title=words("col_organ"), share=0.6),
            Column(title=words("col_assumption"), share=1.0),
            Column(title=words("col_limit"), numeric=True),
            Column(title=words("col_used"), numeric=True),
            *fraction_columns(fractions, words),
        ),
        rows=rows,
        note=" ".join(part for part in _notes(entries, words) if part),
    )
