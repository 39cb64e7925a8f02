"""Scenarios: a result comes in; the headline and what-ifs beside each other go out as one section."""

from __future__ import annotations

from collections.abc import Iterator

from graybook.report.blocks import Block, Cell, Column, Paragraph, Section, Table, cell
from graybook.report.citations import Citations
from graybook.report.constraint_result import ConstraintResult, ScenarioStructure
from graybook.report.limit_words import against, dose_text, limit_text, recovered, source_line, status_text
from graybook.report.limiting import is_judged, limiting, limits_of
from graybook.report.result import Result, StructureResult
from graybook.report.values import structures_by_name
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["scenarios_section"]


def _key(entry: ConstraintResult) -> tuple[str, str]:
    return entry.structure, entry.id


def _columns(result: Result, words: Wording) -> tuple[Column, ...]:
    return (
        Column(title=words("col_headline"), share=1.0),
        *(Column(title=scenario.name, share=1.0) for scenario in result.scenarios),
    )


def _assumed(result: Result, words: Wording) -> Table:
    def row(key: str, headline: str, lines: Iterator[Cell]) -> tuple[Cell, ...]:
        return (cell(words(key), strong=True), cell(headline), *lines)

    scenarios = result.scenarios
    rows = (
        row(
            "col_assumptions",
            words("headline_assumes"),
            (cell(*one.assumptions, even=True) if one.assumptions else cell(DASH) for one in scenarios),
        ),
        row("col_author", DASH, (cell(one.author or DASH, words.date(one.date)) for one in scenarios)),
        row("col_reason", DASH, (cell(one.reason or DASH, one.source) for one in scenarios)),
    )
    return Table(columns=(Column(title=""), *_columns(result, words)), rows=rows)


def _verdict(entry: ConstraintResult | None, headline: ConstraintResult | None, words: Wording) -> Cell:
    if entry is None:
        return cell(DASH)
    differs = headline is not None and entry.status != headline.status
    status = status_text(entry.status, words)
    moved = headline is not None and entry.limit != headline.limit
    return cell(
        words("differs", status=status) if differs else status,
        against(entry.value_upper, entry.limit, entry, words) if moved else dose_text(entry, words),
        recovered(entry, words)[0],
        strong=differs,
    )


def _limit_rows(result: Result, numbers: Citations, words: Wording) -> Iterator[tuple[Cell, ...]]:
    headline = {_key(entry): entry for entry in limits_of(result.constraints)}
    columns = [
        {_key(entry): entry for entry in limits_of(scenario.constraints)} for scenario in result.scenarios
    ]
    every = {**headline}
    for column in columns:
        every = {**column, **every}
    judged = {key for column in (headline, *columns) for key, entry in column.items() if is_judged(entry)}
    order = [entry.structure for entry in limiting(every.values())]
    for key, entry in sorted(every.items(), key=lambda item: order.index(item[0][0])):
        if key not in judged:
            continue
        yield (
            cell(entry.structure, limit_text(entry, words), source_line(entry, numbers, words), strong=True),
            _verdict(headline.get(key), None, words),
            *(_verdict(column.get(key), headline.get(key), words) for column in columns),
        )


def _near(ends: tuple[float | None, float | None], alpha_beta_gy: float | None, words: Wording) -> Cell:
    if ends[0] is None:
        return cell(DASH)
    low, high = words.number(ends[0]), words.number(ends[1] if ends[1] is not None else ends[0])
    text = low if low == high else words("range", low=low, high=high)
    return cell(text, words("at_its_alpha_beta", value=words.short(alpha_beta_gy)))


def _scenario_near(found: ScenarioStructure | None, words: Wording) -> Cell:
    if found is None:
        return cell(DASH)
    return _near((found.d0_03cc_gy, found.d0_03cc_upper_gy), found.alpha_beta_gy, words)


def _headline_near(found: StructureResult | None, words: Wording) -> Cell:
    """What limits look at, as in the scenarios; the 3D sum where nothing can be judged."""
    if found is None:
        return cell(DASH)
    ends = found.judged.d0_03cc_gy or (found.cumulative.d0_03cc_gy, found.cumulative_upper.d0_03cc_gy)
    return _near(ends, found.alpha_beta_gy, words)


def _near_rows(result: Result, words: Wording) -> Iterator[tuple[Cell, ...]]:
    by_name = structures_by_name(result)
    columns = [{one.name: one for one in scenario.structures} for scenario in result.scenarios]
    for name in dict.fromkeys(name for column in columns for name in column):
        yield (
            cell(name, strong=True),
            _headline_near(by_name.get(name), words),
            *(_scenario_near(column.get(name), words) for column in columns),
        )


def scenarios_section(result: Result, numbers: Citations, words: Wording) -> Section | None:
    """The headline and each scenario: what it assumes, who says so, the limits and the near-maxima; None without any."""
    if not result.scenarios:
        return None
    limits = Table(
        title=words("scenarios_limits"),
        columns=(Column(title=words("col_limit"), share=1.2), *_columns(result, words)),
        rows=tuple(_limit_rows(result, numbers, words)),
        note=words("note_scenarios"),
    )
    near = Table(
        title=words("scenarios_near"),
        columns=(Column(title=words("col_structure"), share=1.2), *_columns(result, words)),
        rows=tuple(_near_rows(result, words)),
        note=words("note_scenarios_near"),
    )
    tables = tuple(table for table in (limits, near) if table.rows)
    blocks: tuple[Block, ...] = (Paragraph(text=words("scenarios_lead")), _assumed(result, words), *tables)
    return Section(id="scenarios", title=words("section_scenarios"), blocks=blocks)
