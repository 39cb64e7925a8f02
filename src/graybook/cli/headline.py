"""The headline of an assessment: a result comes in; a few lines on stdout go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graybook.report.citations import citations, short_source
from graybook.report.limit_words import dose_text, limit_text, margin_text, status_text
from graybook.report.limits_table import misses_course, shown_limits
from graybook.report.remaining_words import left_text, remaining_of
from graybook.report.result import Result, StructureResult
from graybook.report.scaling_words import scaling_lines
from graybook.report.wording import Wording
from graybook.text import Language, number_text, phrase

__all__ = ["print_headline"]

_FOLDED = {"organ": 10, "dose": 11, "limit": 12, "margin": 10}
"""Columns that fold where the terminal is narrow, never cut, and how wide they stay."""

EQD2_VOLUME = "eqd2_total.dcm"
"""Written, and named, only where there is a 3D sum."""

SHOWN = 6
"""Organs in the headline."""


def print_headline(result: Result, ranking: Sequence[str], out: Path, language: Language) -> None:
    """Courses, the most loaded organs, what was refused, and where the report is."""
    console = Console()
    for course in result.courses:
        phases = " + ".join(phase.label or phase.id for phase in course.phases)
        line = phrase(
            "headline_course",
            language,
            date=course.start_date,
            label=course.label,
            phases=phases,
            grade=course.evidence_grade,
        )
        console.print(line, highlight=False, markup=False)
    if (limits := _limits(result, language)) is not None:
        console.print(limits[0])
        console.print(limits[1], highlight=False, markup=False)
        for line in _left(result, language):
            console.print(line.replace("\u00a0", " "), highlight=False, markup=False)
    console.print(_organs(result, ranking, language))
    if any(one.use == "point sum only" for one in result.structures if one.name in ranking[:SHOWN]):
        console.print(phrase("headline_points_only", language), highlight=False, markup=False)
    for severity in ("error", "warning"):
        count = sum(one.severity == severity for one in result.findings)
        if count:
            console.print(
                phrase(f"headline_{severity}s", language, count=count), highlight=False, markup=False
            )
    for refusal in result.refusals:
        line = phrase("headline_refused", language, text=refusal.text, remedy=refusal.remedy)
        console.print(line, highlight=False, markup=False)
    written = "headline_written" if (out / EQD2_VOLUME).exists() else "headline_written_no_volume"
    console.print(phrase(written, language, path=str(out)), highlight=False, markup=False, soft_wrap=True)
    console.print(result.notice, style="dim", highlight=False, markup=False)


def _limits(result: Result, language: Language) -> tuple[Table, str] | None:
    """
    What limits, one organ a line, and the sources by the numbers they have in the report; None when no limit was looked at.

    A mark and a word tell what is said of each limit.
    """
    entries = shown_limits(result)
    if not entries:
        return None
    words, numbers = Wording(language), citations(result, entries)
    table = Table(box=None, pad_edge=False, title_justify="left", title=phrase("headline_limits", language))
    for key in ("organ", "verdict", "dose", "limit", "margin"):
        folds = key in _FOLDED
        table.add_column(
            phrase(f"headline_{key}", language),
            no_wrap=not folds,
            overflow="fold",
            min_width=_FOLDED.get(key),
        )
    for entry in entries:
        cells = (
            entry.structure,
            status_text(entry.status, words),
            dose_text(entry, words, at_least=misses_course(entry, result)),
            f"{limit_text(entry, words)} [{numbers.number(entry.source)}]",
            margin_text(entry, words),
        )
        table.add_row(*(Text(cell.replace("\u00a0", " ")) for cell in cells))
    named = {numbers.number(one.source): short_source(one.source, one.source_key) for one in entries}
    return table, "; ".join(f"[{number}] {named[number]}" for number in sorted(named))


def _left(result: Result, language: Language) -> Iterator[str]:
    """Where a plan is proposed: what the limits above leave in its fractions, on one line, and how far it may be scaled."""
    if not result.scaling:
        return
    words = Wording(language)
    rows = (remaining_of(result, entry.id, entry.structure) for entry in shown_limits(result))
    found = [one for one in rows if one is not None and one.dose_left_gy is not None]
    if found:
        told = (
            f"{one.structure} {left_text(one.dose_left_gy, words, missing=one.lower_bound)}" for one in found
        )
        yield phrase("headline_left", language, n=found[0].fractions, organs=words.series(told))
    yield from scaling_lines(result, words)


def _organs(result: Result, ranking: Sequence[str], language: Language) -> Table:
    table = Table(box=None, pad_edge=False, title_justify="left", title=phrase("headline_organs", language))
    for key in ("organ", "alpha_beta", "near_max", "mean", "customary", "bound"):
        table.add_column(
            phrase(f"headline_{key}", language),
            justify="left" if key == "organ" else "right",
            no_wrap=key == "organ",
        )
    by_name = {one.name: one for one in reversed(result.structures)}
    for name in ranking[:SHOWN]:
        one = by_name[name]
        table.add_row(
            name,
            number_text(one.alpha_beta_gy, language, decimals=1),
            _range(one, "d0.03cc", one.cumulative.d0_03cc_gy, language)
            + (" *" if one.use == "point sum only" else ""),
            _range(one, "mean", one.cumulative.mean_gy, language),
            number_text(one.point_sum.customary_d0_03cc_gy, language),
            number_text(one.point_sum.bound_d0_03cc_gy, language),
        )
    return table


def _range(one: StructureResult, metric: str, value_gy: float | None, language: Language) -> str:
    """One value, a range where its ends differ (rule 9), and ≥ where a course is missing from the sum."""
    text = number_text(value_gy, language)
    for bound in one.printed_as_range:
        if bound.metric == metric:
            text = f"{number_text(bound.low_gy, language)}–{number_text(bound.high_gy, language)}"
    return f"≥ {text}" if one.lower_bound and value_gy is not None else text
