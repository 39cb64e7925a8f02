"""Remaining section: a result comes in; what limits leave, and what that rests on in time, goes out as a section and its annex."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.report.blocks import Block, Cell, Column, Paragraph, Section, Table, cell
from graybook.report.citations import Citations
from graybook.report.leaving import columns_of, least, other_rows, rows_that_matter
from graybook.report.remaining_result import RemainingResult
from graybook.report.remaining_words import (
    dose_left_text,
    is_of_a_mean,
    judged_limits,
    left_in,
    left_text,
    limit_cell,
    used_text,
)
from graybook.report.result import Result
from graybook.report.scaling_words import not_asked, scaling_lines
from graybook.report.times_table import fraction_columns, times_table
from graybook.report.wording import Wording

__all__ = ["remaining_annex", "remaining_section"]


def _organ(entry: RemainingResult, words: Wording, *, planned: bool) -> Cell:
    stops = words("left_stops_plan" if planned else "left_stops")
    used = (
        ""
        if entry.alpha_beta_gy is None
        else words("at_its_alpha_beta", value=words.short(entry.alpha_beta_gy))
    )
    return cell(entry.structure, used, stops if entry.stops else "", strong=True)


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
    entry: RemainingResult, fractions: Sequence[int], result: Result, numbers: Citations, words: Wording
) -> tuple[Cell, ...]:
    return (
        _organ(entry, words, planned=bool(result.scaling)),
        limit_cell(entry, judged_limits(result), numbers, words),
        _used(entry, words),
        _left(entry, words),
        *(
            cell(dose_left_text(entry, left_in(entry, n), words), strong=n == entry.fractions)
            for n in fractions
        ),
    )


def _table(
    title: str, entries: Sequence[RemainingResult], result: Result, numbers: Citations, words: Wording
) -> Table:
    fractions = columns_of(result.remaining)
    return Table(
        title=title,
        columns=(
            Column(title=words("col_organ")),
            Column(title=words("col_limit"), share=1.0),
            Column(title=words("col_used"), numeric=True),
            Column(title=words("col_left"), numeric=True),
            *fraction_columns(fractions, words),
        ),
        rows=tuple(_row(entry, fractions, result, numbers, words) for entry in entries),
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
    if any(is_of_a_mean(entry) for entry in entries):
        parts.append(words("note_left_mean"))
    return " ".join(parts)


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
    if (times := times_table(result, words)) is not None:
        blocks.append(times)
    return Section(id="remaining", title=words("section_remaining"), blocks=tuple(blocks))


def remaining_annex(result: Result, numbers: Citations, words: Wording) -> Section | None:
    """Every limit that the section leaves out; None without any."""
    others = other_rows(result.remaining)
    if not others:
        return None
    table = _table("", others, result, numbers, words)
    return Section(id="remaining-others", title=words("section_remaining_others"), blocks=(table,))
