"""Remaining words: what one limit leaves comes in; its limit, figures and reservations go out in words."""

from __future__ import annotations

import math

from graybook.report.blocks import Cell, cell
from graybook.report.citations import Citations, short_source
from graybook.report.constraint_result import ConstraintResult
from graybook.report.leaving import greatest, least
from graybook.report.limit_words import limit_text, metric_name, reason_text, source_line, what_of
from graybook.report.remaining_result import Figure, RemainingAlternative, RemainingResult
from graybook.report.result import Result
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = [
    "OF_A_MEAN",
    "condition_line",
    "dose_left_text",
    "failed_text",
    "is_of_a_mean",
    "judged_limits",
    "left_in",
    "left_text",
    "limit_cell",
    "limit_name",
    "remaining_of",
    "short_limit",
    "used_text",
]

OF_A_MEAN = "†"
"""Mark of the dose that a limit on a mean leaves."""

Judged = dict[tuple[str, str], ConstraintResult]


def judged_limits(result: Result) -> Judged:
    """The limits as judged, by id and structure: they hold how the source compares, and on which scale."""
    return {(one.id, one.structure): one for one in result.constraints}


def remaining_of(result: Result, limit: str, structure: str) -> RemainingResult | None:
    """What one limit leaves of one structure, at the α/β that leaves least; None where that is not told."""
    found = (one for one in result.remaining if (one.id, one.structure) == (limit, structure))
    return min(found, key=lambda one: least(one.dose_left_gy), default=None)


def limit_name(entry: RemainingResult, judged: Judged, words: Wording) -> str:
    """Metric, comparison and figure as published: ``Dmax ≤ 60 Gy``."""
    found = judged.get((entry.id, entry.structure))
    if found is not None:
        return limit_text(found, words)
    figure = f"{words.short(entry.limit)}\u00a0{entry.unit}"
    return f"{metric_name(entry.metric, words)} ≤\u00a0{figure}"


def short_limit(entry: RemainingResult, judged: Judged, words: Wording) -> str:
    """A limit in a sentence: organ, figure, and whose."""
    named = limit_name(entry, judged, words)
    return f"{entry.structure}, {named} ({short_source(entry.source, entry.source_key)})"


def limit_cell(entry: RemainingResult, judged: Judged, numbers: Citations, words: Wording) -> Cell:
    """The limit as published, in EQD2 where that is another figure, and whose it is."""
    found = judged.get((entry.id, entry.structure))
    other = entry.limit_gy is not None and entry.unit == "Gy" and abs(entry.limit_gy - entry.limit) >= 0.005
    source = (
        (f"{short_source(entry.source, entry.source_key)}, {words.term('tier', entry.tier)}", numbers.number(entry.source))
        if found is None
        else source_line(found, numbers, words)
    )  # fmt: skip
    return cell(
        limit_name(entry, judged, words),
        words("left_in_eqd2", value=words.gy(entry.limit_gy)) if other else "",
        "" if found is None else what_of(found, words),
        source,
        condition_line(entry, words),
        "" if entry.primary_checked else words("primary_not_checked"),
    )


def _agree(figure: tuple[float, float]) -> bool:
    """Whether both ends print as one value (rule 9)."""
    return abs(figure[1] - figure[0]) <= max(0.1, 0.01 * greatest(figure))


def used_text(entry: RemainingResult | RemainingAlternative, words: Wording, *, missing: bool = False) -> str:
    """What the earlier courses use of the limit: the greater end, or both where they differ; ≥ when a course is missing."""
    figure = entry.used_eqd2_gy
    if figure is None:
        return DASH
    text = words.number(greatest(figure))
    if isinstance(figure, tuple) and not _agree(figure):
        text = words("range", low=words.number(least(figure)), high=text)
    return words("at_least", value=text) if missing else text


def left_text(figure: Figure, words: Wording, *, missing: bool = False) -> str:
    """What is left, never rounded up: the lesser end, or both where they differ; ≤ when a course is missing from what was used."""
    if figure is None:
        return DASH
    text = _downwards(least(figure), words)
    if isinstance(figure, tuple) and not _agree(figure):
        text = words("range", low=text, high=_downwards(greatest(figure), words))
    return words("at_most", value=text) if missing and greatest(figure) > 0.0 else text


def dose_left_text(entry: RemainingResult, figure: Figure, words: Wording) -> str:
    """The physical dose left; that of a mean is marked: only a dose that is the same everywhere meets the limit with it."""
    text = left_text(figure, words, missing=entry.lower_bound)
    return f"{text}\u00a0{OF_A_MEAN}" if is_of_a_mean(entry) and figure is not None else text


def is_of_a_mean(entry: RemainingResult) -> bool:
    """Whether a limit is on a mean and leaves a dose: effect rises faster than dose, so uneven doses of that mean exceed it."""
    return entry.metric == "mean" and entry.dose_left_gy is not None


def _downwards(dose_gy: float, words: Wording) -> str:
    """A dose with one decimal that does not exceed it; what six decimals keep of it is not lost."""
    return words.number(math.floor(dose_gy * 10.0 + 1e-5) / 10.0, 1)


def left_in(entry: RemainingResult | RemainingAlternative, fractions: int) -> Figure:
    """The dose a limit leaves in a number of fractions; None where that was not computed. [Gy]"""
    for one in entry.schedules:
        if one.fractions == fractions:
            return one.dose_left_gy
    if isinstance(entry, RemainingResult) and entry.fractions == fractions:
        return entry.dose_left_gy
    return None


def condition_line(entry: RemainingResult, words: Wording) -> str:
    """Whether the source's conditions hold, by a mark, and the reason where they are not known to."""
    if entry.conditions_hold:
        return words("left_conditions_hold")
    return failed_text(entry.reason, entry.structure, words)


def failed_text(reason: str, structure: str, words: Wording) -> str:
    """That the conditions of a limit's source are not known to hold, and why."""
    told = reason_text(reason, structure, "not assessable", words)
    return words("left_conditions_fail", reason=told[:1].lower() + told[1:])
