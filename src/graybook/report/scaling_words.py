"""Scaling words: how far proposed courses may be scaled comes in; a sentence each goes out."""

from __future__ import annotations

from collections.abc import Iterator

from graybook.report.remaining_result import PlanScaling
from graybook.report.remaining_words import judged_limits, short_limit
from graybook.report.result import Result
from graybook.report.wording import Wording

__all__ = ["not_asked", "scaling_lines"]

_MOST = 3
"""Limits named of those that stop a plan at once; the others are counted."""


def _stops(one: PlanScaling, result: Result, words: Wording) -> str:
    judged = judged_limits(result)
    named = {
        f"{entry.id} @ {entry.structure}": short_limit(entry, judged, words) for entry in result.remaining
    }
    told = [named.get(stop, stop.replace(" @ ", ", ")) for stop in one.stopped_by]
    more = [words("and_more", n=len(told) - _MOST)] if len(told) > _MOST else []
    return words.series([*told[:_MOST], *more])


def _factor(one: PlanScaling, result: Result, words: Wording) -> str:
    if one.asked == 0:
        return words("scaling_unasked", plan=one.label)
    if one.factor is None:
        return words("scaling_none", plan=one.label, n=one.asked)
    stops = _stops(one, result, words)
    if one.factor <= 0.0:
        return words("scaling_zero", plan=one.label, limits=stops)
    return words("scaling_most", plan=one.label, factor=_down(one.factor, words), limits=stops)


def _down(factor: float, words: Wording) -> str:
    """A factor as printed never exceeds the one computed."""
    return words.number(int(factor * 100.0 + 1e-9) / 100.0)


def scaling_lines(result: Result, words: Wording) -> Iterator[str]:
    """How far each proposed course may be scaled until a limit stops it, one sentence each."""
    for one in result.scaling:
        line = _factor(one, result, words)
        held = one.factor_where_conditions_hold
        if held is not None and one.factor is not None and _down(held, words) != _down(one.factor, words):
            line += " " + words("scaling_where_held", factor=_down(held, words))
        yield f"{line} {words('scaling_lower_bound')}" if one.lower_bound and one.asked else line


def not_asked(result: Result, words: Wording) -> Iterator[str]:
    """How many limits the factors do not answer."""
    found = list(dict.fromkeys(text for one in result.scaling for text in one.not_asked))
    if found:
        yield words("scaling_not_asked", n=len(found))
