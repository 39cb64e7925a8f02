"""Uncertainty words: bands and chances come in; ranges, and how many of a hundred samples, go out in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graybook.report.limit_words import limit_text, metric_name
from graybook.report.limiting import limiting
from graybook.report.remaining_words import Judged
from graybook.report.result import Result
from graybook.report.uncertainty_result import BandResult, LimitUncertainty, TermResult
from graybook.report.wording import Wording

__all__ = [
    "band_of_limit",
    "band_text",
    "chance_text",
    "limits_that_matter",
    "outer_text",
    "sizes_text",
    "uncertain_limit_name",
]

Banded = BandResult | LimitUncertainty
MOST = 5
"""Limits in the section; the others stand in the annex."""


def _range(low: float, high: float, words: Wording) -> str:
    return words("range", low=words.number(low, 1), high=words.number(high, 1))


def band_text(one: Banded, words: Wording) -> str:
    """5 to 95 % of the samples: ``61.2–74.0``."""
    return _range(one.p5, one.p95, words)


def outer_text(one: Banded, words: Wording) -> str:
    """The widest such band over what is not known."""
    return _range(one.lowest, one.highest, words)


def chance_text(one: LimitUncertainty, samples: int, words: Wording) -> str:
    """How many of a hundred samples do not meet a limit: always from the least to the greatest, rounded outwards."""
    if one.chance_high <= 0.0:
        return words("chance_none", n=samples)
    if one.chance_low >= 1.0:
        return words("chance_all", n=samples)
    low = math.floor(one.chance_low * 100.0 + 1e-9)
    high = math.ceil(one.chance_high * 100.0 - 1e-9)
    if low == high:
        low, high = max(0, low - 1), min(100, high + 1)
    return words("chance_between", low=low, high=high)


def uncertain_limit_name(one: LimitUncertainty, judged: Judged, words: Wording) -> str:
    """Metric, comparison and figure of the limit."""
    found = judged.get((one.id, one.structure))
    if found is not None:
        return limit_text(found, words)
    return f"{metric_name(one.metric, words)} ≤\u00a0{words.short(one.limit)}\u00a0{one.unit}"


def sizes_text(terms: Sequence[TermResult], words: Wording) -> str:
    """How much a term was varied by, from least to most, and what that figure means."""
    ends = [words.number(pick(term.size for term in terms), 1) for pick in (min, max)]
    size = ends[0] if ends[0] == ends[1] else words("range", low=ends[0], high=ends[1])
    key = "size_registration" if terms[0].term == "registration" else "size_other"
    return words(key, size=f"{size}\u00a0{terms[0].unit}")


def band_of_limit(result: Result, limit: str, structure: str) -> LimitUncertainty | None:
    """The band of one limit on one structure; None where none was computed."""
    if result.uncertainty is None:
        return None
    found = (one for one in result.uncertainty.limits if (one.id, one.structure) == (limit, structure))
    return next(found, None)


def limits_that_matter(result: Result) -> tuple[LimitUncertainty, ...]:
    """One limit of each organ that limits: its tightest where it has a band, else the one most often not met."""
    if result.uncertainty is None:
        return ()
    tightest = {one.structure: one.id for one in limiting(result.constraints)}
    places = {name: place for place, name in enumerate(tightest)}
    first: dict[str, LimitUncertainty] = {}
    for one in sorted(
        result.uncertainty.limits,
        key=lambda one: (tightest.get(one.structure) != one.id, -one.chance_high, -one.chance_low, one.id),
    ):
        first.setdefault(one.structure, one)
    ordered = sorted(first.values(), key=lambda one: (places.get(one.structure, len(places)), one.structure))
    return tuple(ordered[:MOST])
