"""The language of rulebooks: a rule such as ``max <= 60 Gy``, or a limit, comes in; its metric, comparison and figure go out.

A rule is a metric of :mod:`graybook.dvh.metrics`, one of ``< <= > >=``, a number, and the unit of the metric (``Gy``, ``%``,
``cm³``, also written ``cc`` or ``cm3``; none for an index).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graybook.dvh.metrics import Metric, parse
from graybook.dvh.wording import Reader
from graybook.errors import InputError, UsageError
from graybook.tables.limit import DoseOf, Limit, Scale

__all__ = ["Rule", "checked", "parse_rule", "rule_text"]

_REMEDY = (
    "Write a metric, a comparison and a figure, for example max <= 60 Gy, D0.1cc < 56.25 Gy, V20Gy[%] < 40 %, "
    "CV700cc<21Gy >= 700 cm³ or mean < 22 Gy."
)
_OPS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">="}
_OP = re.compile("<=|>=|<|>|≤|≥")
_UNITS = {"gy": "Gy", "%": "%", "cc": "cm³", "cm3": "cm³", "cm³": "cm³"}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A metric and what it must be: the part of a limit that can be written in one line."""

    metric: Metric
    op: str
    value: float
    unit: str


def parse_rule(text: str) -> Rule:
    """The rule of a text; a :class:`UsageError` points at the character it cannot follow, or at a unit that does not fit.

    Examples
    --------
    >>> rule = parse_rule("CV700cc<21Gy >= 700 cm³")
    >>> rule.metric.dose_gy, rule.op, rule.value, rule.unit
    (21.0, '>=', 700.0, 'cm³')
    """
    metric, at = _metric_before(text)
    reader = Reader(text, at, len(text), what="Rule", remedy=_REMEDY)
    op = _OPS[reader.need(_OP.pattern, "<, <=, > or >= and a figure")]
    _skip(reader)
    value = reader.number("a figure")
    _skip(reader)
    start = reader.at
    unit = _UNITS.get((reader.take("Gy|%|cc|cm3|cm³") or "").lower(), "")
    if unit != metric.unit:
        raise reader.error(f"expected the unit of {metric.text}, {metric.unit or 'which is none'}", start)
    reader.finish()
    return Rule(metric=metric, op=op, value=value, unit=unit)


def rule_text(limit: Limit) -> str:
    """A limit as one line of the language, for printing and for writing into a rulebook.

    The figure stands in at most ten digits; an observed dose has no comparison.
    """
    return " ".join(part for part in (limit.metric, limit.op, f"{limit.value:.10g}", limit.unit) if part)


def checked(limit: Limit) -> Metric:
    """
    The metric of a limit, parsed.

    Raises
    ------
    InputError
        The metric is not one, its unit is not the limit's, or the schedule is not written ``dose/fractions``; the message names
        the limit's place in its file, or its id.
    """
    where = limit.place or f"Limit {limit.id}"
    try:
        metric = parse(limit.metric)
    except UsageError as error:
        raise InputError(f"{where}: {error.what}", value=limit.metric, remedy=error.remedy) from error
    unit = "" if limit.dose_of is DoseOf.SHARE else metric.unit
    if limit.unit != unit:
        raise InputError(
            f"{where}: the unit does not fit the metric {limit.metric}",
            value=limit.unit,
            remedy=f'Write the unit "{unit}".' if unit else "Leave the unit empty: it is a ratio.",
        )
    if limit.schedule and schedule_of(limit) is None:
        raise InputError(
            f"{where}: the schedule is not a total dose and a number of fractions, or the figure is not a dose",
            value=limit.schedule,
            remedy='Write it as "14/1": 14 Gy in one fraction; only beside a dose on the scale EQD2 or BED.',
        )
    return metric


def schedule_of(limit: Limit) -> tuple[float, int] | None:
    """Total dose and fractions of the schedule a limit comes from; None when it states none that could be converted. [Gy]"""
    match = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*/\s*([1-9][0-9]*)\s*", limit.schedule)
    converted = limit.scale in (Scale.EQD2, Scale.BED) and limit.unit == "Gy"
    if match is None or not converted or float(match[1]) <= 0:
        return None
    return float(match[1]), int(match[2])


def _metric_before(text: str) -> tuple[Metric, int]:
    """The metric before the comparison, and where that stands; a metric may hold a ``<`` of its own."""
    ends = [match.start() for match in _OP.finditer(text)] + [len(text)]
    faults: list[UsageError] = []
    for end in ends:
        try:
            return parse(text, end), end
        except UsageError as fault:
            faults.append(fault)
    raise faults[-2] if len(faults) > 1 else faults[-1]


def _skip(reader: Reader) -> None:
    reader.take(r"\s+")
