"""The output of ``graybook budget``: what limits leave comes in; a table of them, and what stops a plan, go out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from graybook.report.budget_result import BudgetResult
from graybook.report.citations import short_source
from graybook.report.limit_words import metric_name
from graybook.report.remaining_result import PlanScaling, RemainingResult
from graybook.report.remaining_words import OF_A_MEAN, dose_left_text, is_of_a_mean, left_text, used_text
from graybook.report.wording import Wording
from graybook.text import Language, number_text, phrase

__all__ = ["page"]

STOPS, DOUBTFUL = "■", "?"
"""Marks of the limit that stops, and of one whose conditions are not known to hold."""


def page(budget: BudgetResult, language: Language) -> None:
    """Limits by structure, those on the new course alone, how far plans may be scaled, and what could not be asked."""
    console = Console(highlight=False, markup=False)
    words = Wording(language)
    for rows, title in ((budget.limits, "budget_title"), (budget.new_course_limits, "budget_title_alone")):
        if rows:
            console.print(_table(rows, phrase(title, language, fractions=budget.fractions), words))
    if not (budget.limits or budget.new_course_limits or budget.not_asked):
        console.print(phrase("budget_none", language))
    for one in budget.scaling:
        console.print(_scaled(one, language))
    shown = (*budget.limits, *budget.new_course_limits)
    if any(one.stops for one in shown):
        console.print(phrase("budget_stops", language, mark=STOPS))
    if any(not one.conditions_hold for one in shown):
        console.print(phrase("budget_doubtful", language, mark=DOUBTFUL))
    if any(is_of_a_mean(one) for one in shown):
        console.print(phrase("budget_mean", language, mark=OF_A_MEAN))
    if any(one.lower_bound for one in shown):
        console.print(phrase("budget_lower_bound", language))
    if budget.not_asked:
        console.print(phrase("budget_not_asked", language, count=len(budget.not_asked)))
    for finding in budget.findings:
        if finding.severity != "info":
            console.print(finding.text)
    for refusal in budget.refusals:
        console.print(phrase("headline_refused", language, text=refusal.text, remedy=refusal.remedy))
    console.print(phrase("budget_uniform", language))
    console.print(budget.notice, style="dim")


def _table(rows: Sequence[RemainingResult], title: str, words: Wording) -> Table:
    table = Table(box=None, pad_edge=False, title_justify="left", title=title)
    table.add_column("")
    for key in ("organ", "limit", "used", "left", "dose"):
        table.add_column(
            phrase(f"budget_{key}", words.language),
            overflow="fold",
            justify="left" if key in ("organ", "limit") else "right",
            min_width=14 if key == "limit" else 5,
        )
    before = ""
    for one in rows:
        mark = (STOPS if one.stops else "") + ("" if one.conditions_hold else DOUBTFUL)
        organ = one.structure if one.structure != before else ""
        before = one.structure
        op = {"<=": "≤", ">=": "≥"}.get(one.op, one.op)
        limit = f"{metric_name(one.metric, words)} {op} {words.short(one.limit)} {one.unit}"
        limit += "" if one.scale == "EQD2" else f" {words.term('scale', one.scale)}"
        limit += f" ({short_source(one.source, one.source_key)})"
        table.add_row(
            mark,
            organ,
            limit,
            used_text(one, words, missing=one.lower_bound),
            left_text(one.left_eqd2_gy, words, missing=one.lower_bound),
            dose_left_text(one, one.dose_left_gy, words),
        )
    return table


def _scaled(one: PlanScaling, language: Language) -> str:
    """How far a plan may be scaled, and what that answer does not hold."""
    lines = [_factor(one, language)]
    if one.asked and one.lower_bound:
        lines.append(phrase("budget_scaling_lower_bound", language))
    if one.not_asked:
        lines.append(phrase("budget_scaling_not_asked", language, count=len(one.not_asked)))
    return "\n".join(lines)


def _factor(one: PlanScaling, language: Language) -> str:
    if one.asked == 0:
        return phrase("budget_unasked", language, course=one.label)
    if one.factor is None:
        return phrase("budget_never", language, course=one.label, asked=one.asked)
    if one.factor <= 0.0:
        return phrase("budget_used_up", language, course=one.label, limits="; ".join(one.stopped_by))
    return phrase(
        "budget_scaled",
        language,
        course=one.label,
        asked=one.asked,
        factor=number_text(int(one.factor * 1000.0) / 1000.0, language, decimals=3),
        limits="; ".join(one.stopped_by),
    )
