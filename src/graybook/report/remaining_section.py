"""Remaining section: a result comes in; what limits leave, and what that rests on in time, goes out as a section and its annex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Block, Cell, Column, Paragraph, Section, Table, cell
from graybook.report.citations import Citations
from graybook.report.leaving import columns_of, first_left, least, other_rows, rows_that_matter
from graybook.report.remaining_result import RemainingAlternative, RemainingResult
from graybook.report.remaining_words import (
    Judged,
    judged_limits,
    left_in,
    left_text,
    limit_cell,
    limit_name,
    used_text,
)
from graybook.report.result import Result
from graybook.report.scaling_words import not_asked, scaling_lines
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["remaining_annex", "remaining_section"]

_TIMES = 5
"""Organs whose dose left is told under other assumptions."""
_SAME_GY = 0.005


def _organ(entry: RemainingResult, words: Wording) -> Cell:
    used = (
        ""
        if entry.alpha_beta_gy is None
        else words("at_its_alpha_beta", value=words.short(entry.alpha_beta_gy))
    )
    return cell(entry.structure, used, words("left_stops") if entry.stops else "", strong=True)


def _left(entry: RemainingResult, words: Wording) -> Cell:
    text = left_text(entry.left_eqd2_gy, words, missing=entry.lower_bound)
    nothing = entry.left_eqd2_gy is not None and least(entry.left_eqd2_gy) <= 0.0
    return cell(text, words("left_used_up") if nothing else "")


def _used(entry: RemainingResult, words: Wording) -> Cell:
    basis = words.term("basis", entry.basis) if entry.basis else ""
    if entry.limit_gy is None and entry.value is not None:
        low, high = entry.value if isinstance(entry.value, tuple) else (entry.value, entry.value)
        ends = [words.number(one, 1) for one in dict.fromkeys((min(low, high), max(low, high)))]
        text = ends[0] if len(ends) == 1 else words("range", low=ends[0], high=ends[1])
        return cell(f"{text}\u00a0{entry.unit}", basis)
    return cell(used_text(entry, words, missing=entry.lower_bound), basis)


def _row(
    entry: RemainingResult, fractions: Sequence[int], judged: Judged, numbers: Citations, words: Wording
) -> tuple[Cell, ...]:
    return (
        _organ(entry, words),
        limit_cell(entry, judged, numbers, words),
        _used(entry, words),
        _left(entry, words),
        *(
            cell(left_text(left_in(entry, n), words, missing=entry.lower_bound), strong=n == entry.fractions)
            for n in fractions
        ),
    )


def _fraction_columns(fractions: Sequence[int], words: Wording) -> tuple[Column, ...]:
    return tuple(Column(title=words("col_in_fractions", n=n), numeric=True) for n in fractions)


def _table(
    title: str, entries: Sequence[RemainingResult], result: Result, numbers: Citations, words: Wording
) -> Table:
    fractions, judged = columns_of(result.remaining), judged_limits(result)
    return Table(
        title=title,
        columns=(
            Column(title=words("col_organ")),
            Column(title=words("col_limit"), share=1.0),
            Column(title=words("col_used"), numeric=True),
            Column(title=words("col_left"), numeric=True),
            *_fraction_columns(fractions, words),
        ),
        rows=tuple(_row(entry, fractions, judged, numbers, words) for entry in entries),
        note=_note(entries, words),
    )


def _note(entries: Sequence[RemainingResult], words: Wording) -> str:
    parts = [words("note_left")]
    if any(isinstance(entry.used_eqd2_gy, tuple) for entry in entries):
        parts.append(words("note_left_range"))
    if any(entry.lower_bound for entry in entries):
        parts.append(words("note_left_missing"))
    if any(not entry.conditions_hold for entry in entries):
        parts.append(words("note_left_conditions"))
    if any(entry.dose_left_gy is None for entry in entries):
        parts.append(words("note_left_volumes"))
    return " ".join(parts)


# --- second thoughts on time ---------------------------------------------------------------------------------


def _same(one: RemainingAlternative, entry: RemainingResult) -> bool:
    """Whether an assumption changes nothing of what is left."""
    return all(
        abs(pick(left_in(one, n.fractions)) - pick(n.dose_left_gy)) < _SAME_GY
        for n in entry.schedules
        if n.dose_left_gy is not None and left_in(one, n.fractions) is not None
        for pick in (least, _most)
    )


def _most(figure: float | tuple[float, float] | None) -> float:
    return max(figure) if isinstance(figure, tuple) else least(figure)


def _turns(one: RemainingAlternative, entry: RemainingResult) -> bool:
    """Whether something left becomes nothing, or the reverse."""
    here = [least(item.dose_left_gy) > 0.0 for item in entry.schedules if item.dose_left_gy is not None]
    there = [least(item.dose_left_gy) > 0.0 for item in one.schedules if item.dose_left_gy is not None]
    return bool(here and there) and any(here) != any(there)


def _time_row(
    entry: RemainingResult | RemainingAlternative,
    named: str,
    fractions: Sequence[int],
    missing: bool,
    words: Wording,
) -> tuple[Cell, ...]:
    return (
        cell(named),
        cell(DASH if entry.limit_gy is None else words.short(entry.limit_gy)),
        cell(used_text(entry, words, missing=missing)),
        *(cell(left_text(left_in(entry, n), words, missing=missing)) for n in fractions),
    )


def _times_of(entry: RemainingResult, judged: Judged, words: Wording) -> Table | None:
    told = [one for one in entry.alternatives if not _same(one, entry)]
    if not entry.alternatives:
        return None
    idle = [one.assumption for one in entry.alternatives if one not in told]
    fractions = [one.fractions for one in entry.schedules]
    rows = [_time_row(entry, words("headline_assumes"), fractions, entry.lower_bound, words)]
    for one in told:
        named = words("turns_mark", text=one.assumption) if _turns(one, entry) else one.assumption
        rows.append(_time_row(one, named, fractions, entry.lower_bound, words))
    return Table(
        title=words("times_of", limit=f"{entry.structure}, {limit_name(entry, judged, words)}"),
        columns=(
            Column(title=words("col_assumption"), share=1.0),
            Column(title=words("col_limit"), numeric=True),
            Column(title=words("col_used"), numeric=True),
            *_fraction_columns(fractions, words),
        ),
        rows=tuple(rows),
        note=words("times_idle", assumptions=words.series(idle)) if idle else "",
    )


def _times(result: Result, words: Wording) -> Iterator[Block]:
    judged = judged_limits(result)
    found = [_times_of(entry, judged, words) for entry in first_left(result.remaining)[:_TIMES]]
    tables = [table for table in found if table is not None]
    if tables:
        yield Paragraph(text=words("times_lead"))
        yield from tables


# --- the sections --------------------------------------------------------------------------------------------


def remaining_section(result: Result, numbers: Citations, words: Wording) -> Section | None:
    """What is left of each organ's first limit, how far a proposed plan may be scaled, and the same under other assumptions."""
    if not result.remaining:
        return None
    rows, others = rows_that_matter(result.remaining), other_rows(result.remaining)
    blocks: list[Block] = [
        Paragraph(text=words("left_lead")),
        *(Paragraph(text=line) for line in scaling_lines(result, words)),
        *(Paragraph(text=line) for line in not_asked(result, words)),
    ]
    if rows:
        blocks.append(_table(words("left_table"), rows, result, numbers, words))
    if others:
        blocks.append(Paragraph(text=words("left_others", n=len(others))))
    return Section(id="remaining", title=words("section_remaining"), blocks=(*blocks, *_times(result, words)))


def remaining_annex(result: Result, numbers: Citations, words: Wording) -> Section | None:
    """Every limit that the section leaves out; None without any."""
    others = other_rows(result.remaining)
    if not others:
        return None
    table = _table("", others, result, numbers, words)
    return Section(id="remaining-others", title=words("section_remaining_others"), blocks=(table,))
