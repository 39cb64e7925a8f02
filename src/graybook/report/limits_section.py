"""Limits section: a result comes in; every limit with its conditions, alternatives and source goes out, kinds kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.report.blocks import Block, Cell, Column, Paragraph, Section, Table, cell
from graybook.report.citations import Citations, limit_sources
from graybook.report.constraint_result import AlternativeResult, ConstraintResult
from graybook.report.limit_words import (
    alternative_text,
    condition_lines,
    dose_text,
    limit_figure,
    limit_text,
    margin_text,
    metric_name,
    recovered,
    source_line,
    status_text,
    what_of,
)
from graybook.report.limiting import ASSESSED, CUMULATIVE, FIRST_COURSE, OBSERVED, by_weight, flips, is_judged
from graybook.report.limits_table import limits_line, misses_course
from graybook.report.result import Result
from graybook.report.wording import Wording

__all__ = ["has_limits", "limits_section", "ntcp_section"]

_TITLES = {CUMULATIVE: "limits_cumulative", FIRST_COURSE: "limits_first_course"}


def _whose(entry: ConstraintResult, numbers: Citations, words: Wording) -> Cell:
    checked = "" if entry.primary_checked else words("primary_not_checked")
    found = ", ".join(part for part in (entry.endpoint, entry.population) if part)
    used = (
        ""
        if entry.alpha_beta_gy is None
        else words("source_alpha_beta", value=words.short(entry.alpha_beta_gy))
    )
    return cell(source_line(entry, numbers, words), checked, used, found, entry.note)


def _dose_cell(entry: ConstraintResult, result: Result, words: Wording) -> Cell:
    return cell(
        dose_text(entry, words, at_least=misses_course(entry, result)),
        words.term("basis", entry.basis) if entry.basis else "",
        recovered(entry, words)[0],
    )


def _told(entry: ConstraintResult) -> list[AlternativeResult]:
    """Of a limit that could not be judged, only alternatives that could."""
    return [one for one in entry.alternatives if is_judged(entry) or one.status in ASSESSED]


def _alternatives(entry: ConstraintResult, words: Wording) -> Cell:
    """Each alternative, those that turn the answer marked; other sources that say the same are counted: each has its own row."""
    told = _told(entry)
    same = [one for one in told if one.kind == "source" and one.status == entry.status]
    turning = flips(entry)
    lines = [
        words("turns_mark", text=text) if one in turning else text
        for one in told
        if one not in same
        for text in (alternative_text(one, entry, words),)
    ]
    return cell(*lines, words("other_sources_same", n=len(same)) if same else "", even=True)


def _row(
    entry: ConstraintResult, result: Result, numbers: Citations, words: Wording, *, others: bool
) -> tuple[Cell, ...]:
    return (
        cell(limit_text(entry, words), recovered(entry, words)[1], what_of(entry, words), strong=True),
        _whose(entry, numbers, words),
        _dose_cell(entry, result, words),
        cell(
            status_text(entry.status, words),
            margin_text(entry, words) if is_judged(entry) else "",
            strong=entry.status in ("exceeded", "near"),
        ),
        cell(entry.reason, *condition_lines(entry, words)),
        *((_alternatives(entry, words),) if others else ()),
    )


def _organ_table(
    title: str, entries: Sequence[ConstraintResult], result: Result, numbers: Citations, words: Wording
) -> Table:
    others = any(_told(entry) for entry in entries)
    return Table(
        title=title,
        columns=(
            Column(title=words("col_limit"), share=0.4),
            Column(title=words("col_whose"), share=1.0),
            Column(title=words("col_limit_dose"), numeric=True),
            Column(title=words("col_status")),
            Column(title=words("col_conditions"), share=1.4),
            *((Column(title=words("col_otherwise"), share=1.1),) if others else ()),
        ),
        rows=tuple(_row(entry, result, numbers, words, others=others) for entry in entries),
    )


def _by_organ(entries: Sequence[ConstraintResult]) -> dict[str, list[ConstraintResult]]:
    """Entries of each organ, the organ that limits most first, and of each the tightest first."""
    grouped: dict[str, list[ConstraintResult]] = {}
    for entry in by_weight(entries):
        grouped.setdefault(entry.structure, []).append(entry)
    return grouped


def _kind_tables(namespace: str, result: Result, numbers: Citations, words: Wording) -> Iterator[Table]:
    for organ, entries in _by_organ(
        [one for one in result.constraints if one.namespace == namespace]
    ).items():
        title = words(_TITLES[namespace], organ=organ)
        yield _organ_table(title, entries, result, numbers, words)


def _observed(result: Result, numbers: Citations, words: Wording) -> Iterator[Block]:
    entries = [one for one in result.constraints if one.namespace == OBSERVED]
    if not entries:
        return
    keys = ("col_structure", "col_metric", "col_observed", "col_here", "col_whose")
    yield Table(
        title=words("limits_observed"),
        columns=tuple(
            Column(
                title=words(key),
                numeric=key in ("col_observed", "col_here"),
                share=1.0 if key in ("col_structure", "col_whose") else 0.0,
            )
            for key in keys
        ),
        rows=tuple(
            (
                cell(entry.structure, strong=True),
                cell(metric_name(entry.metric, words)),
                cell(limit_figure(entry, words)),
                _dose_cell(entry, result, words),
                _whose(entry, numbers, words),
            )
            for entry in entries
        ),
        note=words("note_observed"),
    )


def _by_kind(entry: ConstraintResult, kind: str) -> AlternativeResult | None:
    return next((one for one in entry.alternatives if one.kind == kind), None)


def _recovery(result: Result, words: Wording) -> Iterator[Table]:
    rows = []
    for entry in result.constraints:
        dose, tolerance = (_by_kind(entry, kind) for kind in ("recovery_dose", "recovery_tolerance"))
        if not any(one is not None and one.status in ASSESSED for one in (dose, tolerance)):
            continue
        cells = (
            cell(alternative_text(one, entry, words) if one is not None else words("not_given"))
            for one in (dose, tolerance)
        )
        rows.append((cell(entry.structure, strong=True), cell(limit_text(entry, words)), *cells))
    if rows:
        yield Table(
            title=words("limits_recovery"),
            columns=(
                Column(title=words("col_structure"), share=0.6),
                Column(title=words("col_limit")),
                Column(title=words("col_recovery_dose"), share=1.0),
                Column(title=words("col_recovery_tolerance"), share=1.0),
            ),
            rows=tuple(rows),
            note=words("note_recovery"),
        )


def has_limits(result: Result) -> bool:
    """Whether there is a section of limits, which lists their sources."""
    uncertain = result.uncertainty is not None and result.uncertainty.limits
    return bool(result.constraints or result.ntcp or result.remaining or uncertain)


def limits_section(
    result: Result, ranking: tuple[str, ...], numbers: Citations, words: Wording
) -> Section | None:
    """Every limit, by kind and organ, and the numbered sources; None when no limit was looked at."""
    if not has_limits(result):
        return None
    line = limits_line(result, ranking, words, tightest=False)
    blocks: list[Block] = [
        *((Paragraph(text=line), Paragraph(text=words("limits_legend"))) if line else ()),
        *_kind_tables(CUMULATIVE, result, numbers, words),
        *_recovery(result, words),
        *_kind_tables(FIRST_COURSE, result, numbers, words),
        *_observed(result, numbers, words),
        numbers.listed(words("limits_sources"), limit_sources(result)),
    ]
    return Section(id="limits", title=words("section_limits"), blocks=tuple(blocks))


def ntcp_section(result: Result, numbers: Citations, words: Wording) -> Section | None:
    """Complication probabilities, each labelled as extrapolated, or why there are none; None unless they were asked for."""
    if not result.ntcp:
        asked = any(one.get("key") == "ntcp" for one in result.provenance.overrides)
        none = Paragraph(text=words("ntcp_none"))
        return Section(id="ntcp", title=words("section_ntcp"), blocks=(none,)) if asked else None
    rows = tuple(
        (
            cell(one.structure, strong=True),
            cell(one.endpoint),
            cell(_percent(one.value_percent, one.value_upper_percent, words)),
            cell(one.label, strong=True),
            cell(one.model, (f"{one.source}, {words.term('tier', one.tier)}", numbers.number(one.source))),
        )
        for one in result.ntcp
    )
    table = Table(
        columns=(
            Column(title=words("col_structure")),
            Column(title=words("col_endpoint"), share=0.8),
            Column(title=words("col_probability"), numeric=True),
            Column(title=words("col_label"), share=1.0),
            Column(title=words("col_model"), share=1.2),
        ),
        rows=rows,
        note=words("note_ntcp"),
    )
    return Section(id="ntcp", title=words("section_ntcp"), blocks=(table,))


def _percent(low: float, high: float, words: Wording) -> str:
    lower, upper = words.number(low, 1), words.number(high, 1)
    text = lower if lower == upper else words("range", low=lower, high=upper)
    return f"{text}\u00a0%"
