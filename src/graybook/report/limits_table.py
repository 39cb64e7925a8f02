"""Limits table: a result comes in; what limits, by how much, what is left and what turns it go out for the first page."""

from __future__ import annotations

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.citations import Citations
from graybook.report.constraint_result import ConstraintResult
from graybook.report.limit_words import (
    dose_text,
    limit_text,
    margin_text,
    obstacle_text,
    of_limit_text,
    recovered,
    source_line,
    status_text,
    turning_points,
    what_of,
)
from graybook.report.limiting import is_judged, limiting, limits_of, most_frequent_obstacle, with_scenarios
from graybook.report.remaining_words import dose_left_text, is_of_a_mean, remaining_of
from graybook.report.result import Result
from graybook.report.uncertainty_words import band_of_limit, band_text
from graybook.report.values import structures_by_name
from graybook.report.wording import Wording
from graybook.tables.structure_names import pair_of
from graybook.text.numbers import DASH

__all__ = ["MOST", "limits_line", "limits_table", "misses_course", "shown_limits"]

MOST = 5
"""Organs on the first page."""


def shown_limits(result: Result) -> tuple[ConstraintResult, ...]:
    """The tightest limits of the first page, with what scenarios say of them."""
    return tuple(with_scenarios(entry, result.scenarios) for entry in limiting(result.constraints)[:MOST])


def misses_course(entry: ConstraintResult, result: Result) -> bool:
    """Whether a course is missing from the sum that is compared, of the structure or of one side of a pair: a lower bound.

    What must be spared (``>=``) is less with every dose, and never at least.
    """
    drawn = structures_by_name(result)
    names = [entry.structure] if entry.structure in drawn else entry.structure.split(" + ")
    parts = [drawn[name] for name in names if name in drawn]
    if entry.op.startswith(">"):
        return False
    if entry.basis.startswith("3D sum"):
        return any(one.lower_bound for one in parts)
    return entry.basis == "point sum" and any(not one.point_sum.complete for one in parts)


def _band(entry: ConstraintResult, result: Result, words: Wording) -> str:
    """5 to 95 % of the samples of what is compared; empty where none were drawn."""
    found = band_of_limit(result, entry.id, entry.structure)
    return "" if found is None else words("limit_band", band=band_text(found, words))


def _left(entry: ConstraintResult, result: Result, words: Wording) -> tuple[Cell, ...]:
    """What the limit leaves after the earlier courses; no column where that was not asked."""
    if not result.remaining:
        return ()
    found = remaining_of(result, entry.id, entry.structure)
    if found is None:
        return (cell(DASH),)
    return (cell(dose_left_text(found, found.dose_left_gy, words), strong=found.conditions_hold),)


def _row(entry: ConstraintResult, result: Result, numbers: Citations, words: Wording) -> tuple[Cell, ...]:
    dose, limit = recovered(entry, words)
    turns = turning_points(entry, words) if is_judged(entry) else (obstacle_text(entry, words),)
    return (
        cell(entry.structure, strong=True),
        cell(
            dose_text(entry, words, at_least=misses_course(entry, result)),
            _band(entry, result, words),
            words.term("basis", entry.basis),
            dose,
            strong=True,
        ),
        cell(limit_text(entry, words), limit, what_of(entry, words), source_line(entry, numbers, words)),
        cell(margin_text(entry, words), of_limit_text(entry, words)),
        cell(status_text(entry.status, words), strong=entry.status in ("exceeded", "near")),
        *_left(entry, result, words),
        cell(*turns, even=True),
    )


def limits_table(result: Result, numbers: Citations, words: Wording) -> Table | None:
    """What limits, one organ a line; None when no limit was looked at."""
    if not limits_of(result.constraints):
        return None
    fractions = [one.fractions for one in result.remaining[:1]]
    return Table(
        title=words("section_what_limits"),
        columns=(
            Column(title=words("col_organ")),
            Column(title=words("col_limit_dose"), numeric=True),
            Column(title=words("col_limit"), share=1.0),
            Column(title=words("col_margin")),
            Column(title=words("col_status")),
            *(Column(title=words("col_left_in", n=n), numeric=True) for n in fractions),
            Column(title=words("col_turns"), share=1.2),
        ),
        rows=tuple(_row(entry, result, numbers, words) for entry in shown_limits(result)),
    )


def _without_limit(result: Result, ranking: tuple[str, ...]) -> list[str]:
    """Organs with a dose of which the rulebook holds no limit."""
    entries = limits_of(result.constraints)
    named = {
        name for entry in entries for name in (entry.structure, *entry.structure.split(" + "))
    }  # of a pair both sides
    return [name for name in ranking if name not in named]


def _undrawn_pairs(result: Result, bare: list[str]) -> list[str]:
    """Pairs of organs (``Lungs``) whose two sides stand apart among those without a limit: a limit on both is asked of neither."""
    drawn = structures_by_name(result)
    found = {one.tg263 for one in drawn.values()}
    sides = {drawn[name].tg263 or "" for name in bare if name in drawn}
    roots = sorted(one[:-2] for one in sides if one.endswith("_L") and f"{one[:-2]}_R" in sides)
    pairs = (pair_of(root) for root in roots)
    return [pair for pair in pairs if pair and pair not in found]


def limits_line(result: Result, ranking: tuple[str, ...], words: Wording, *, tightest: bool = True) -> str:
    """How many limits were judged and how many not, most often why, by which rulebook, and organs without one.

    ``tightest`` adds what the table of page 1 holds of them.
    """
    entries = limits_of(result.constraints)
    if not entries:
        return ""
    judged = sum(is_judged(entry) for entry in entries)
    parts = [words("limits_judged", n=judged)]
    if left := len(entries) - judged:
        why = most_frequent_obstacle(entries)
        key = "limits_left_why" if why else "limits_left"
        parts.append(words(key, n=left, why=words.term("condition", why)))
    text = ", ".join(parts) + "."
    if result.rulebook:
        text += " " + words("limits_rulebook", name=words.term("rulebook", result.rulebook))
    if bare := _without_limit(result, ranking):
        text += " " + words("limits_none_for", organs=words.listing(bare))
        text += "".join(f" {words('limits_need_pair', pair=one)}" for one in _undrawn_pairs(result, bare))
    text += " " + words("limits_eqd2")
    if not tightest:
        return text
    further = len(limiting(result.constraints)) - MOST
    parts = [text, words("limits_tightest")]
    if further > 0:
        parts.append(words("limits_further", n=further))
    if result.uncertainty is not None and result.uncertainty.limits:
        parts.append(words("limits_band_note"))
        if any(one.term == "dose" and one.size <= 0.0 for one in result.uncertainty.terms):
            parts.append(words("limits_band_without"))
    if result.remaining:
        parts.append(words("limits_left_note"))
        shown = [remaining_of(result, one.id, one.structure) for one in shown_limits(result)]
        if any(one is not None and is_of_a_mean(one) for one in shown):
            parts.append(words("limits_left_mean"))
    return " ".join(parts)
