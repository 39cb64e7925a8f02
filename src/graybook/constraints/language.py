"""The language of rulebooks: a rule such as ``max <= 60 Gy``, or a limit, comes in; its metric, comparison and figure go out.

A rule is a metric of :mod:`graybook.dvh.metrics`, one of ``< <= > >=``, a number, and the unit of the metric (``Gy``, ``%``,
``cm³``, also written ``cc`` or ``cm3``; none for an index).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from graybook.dvh.metrics import Kind, Metric, parse
from graybook.dvh.wording import Reader
from graybook.errors import InputError, UsageError
from graybook.radiobiology import bed_gy, eqd2_gy
from graybook.tables.limit import DoseOf, Limit, Scale

__all__ = ["Rule", "checked", "derived_at", "parse_rule", "rule_text", "schedule_of"]

_REMEDY = (
    "Write a metric, a comparison and a figure, for example max <= 60 Gy, D0.1cc < 56.25 Gy, V20Gy[%] < 40 %, "
    "CV700cc<21Gy >= 700 cm³ or mean < 22 Gy."
)
_OPS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">="}
_OP = re.compile("<=|>=|<|>|≤|≥")
_SCHEDULE = re.compile(r"\s*(0*[1-9][0-9]*(?:\.[0-9]+)?|0*\.0*[1-9][0-9]*)\s*/\s*([1-9][0-9]*)\s*")
_OWN_FIGURE = 0.01
"""How far the printed figure may lie from what its schedule gives, as a share of it: sources round."""
_SPARED = (Kind.CRITICAL_VOLUME,)
_HURT = (
    Kind.MAX,
    Kind.MEAN,
    Kind.MEDIAN,
    Kind.DOSE_AT_VOLUME,
    Kind.VOLUME_ABOVE,
    Kind.PERCENT_ABOVE,
    Kind.EQUIVALENT_UNIFORM,
)
"""What an organ must have at least, and what at most: limits speak of organs alone."""
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
    _skip(reader)
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
        The metric is not one, its unit is not the limit's, the comparison is the wrong way round, or the schedule cannot be read
        or does not give the figure; the message names the limit's place in its file, or its id.
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
    _check_direction(limit, metric, where)
    _check_schedule(limit, where)
    return metric


def schedule_of(limit: Limit) -> tuple[float, int] | None:
    """Total dose and fractions of the schedule a limit comes from; None when it states none that can be read. [Gy]"""
    match = _SCHEDULE.fullmatch(limit.schedule)
    return None if match is None else (float(match[1]), int(match[2]))


def derived_at(limit: Limit, alpha_beta_gy: float) -> float | None:
    """
    The figure of a limit at an α/β, from the schedule it comes from; None when it is no EQD2 or BED, or names no schedule. [Gy]

    Parameters
    ----------
    limit
        For example 56 Gy EQD2 at 2 Gy, schedule ``14/1``.
    alpha_beta_gy
        Of the tissue. [Gy]
    """
    schedule = schedule_of(limit)
    if schedule is None or limit.unit != "Gy" or limit.scale not in (Scale.EQD2, Scale.BED):
        return None
    total_gy, fractions = schedule
    if limit.scale is Scale.EQD2:
        return float(eqd2_gy(np.array(total_gy), fractions=fractions, alpha_beta_gy=alpha_beta_gy))
    return float(bed_gy(np.array(total_gy / fractions), fractions=fractions, alpha_beta_gy=alpha_beta_gy))


def _check_direction(limit: Limit, metric: Metric, where: str) -> None:
    """More dose to an organ is never better, nor less of it spared: the other way round a limit would be met by harm."""
    if not limit.op or metric.kind not in (_HURT if not limit.at_most else _SPARED):
        return
    wanted = "<=" if metric.kind in _HURT else ">="
    raise InputError(
        f"{where}: the comparison is the wrong way round for {limit.metric}",
        value=limit.op,
        remedy=f'Write "{wanted}".',
    )


def _check_schedule(limit: Limit, where: str) -> None:
    """A schedule can be read, and gives the limit's own figure at the limit's own α/β."""
    if not limit.schedule:
        return
    if schedule_of(limit) is None:
        raise InputError(
            f"{where}: the schedule is not a total dose and a number of fractions",
            value=limit.schedule,
            remedy='Write it as "14/1": 14 Gy in one fraction.',
        )
    if limit.scale not in (Scale.EQD2, Scale.BED) or limit.unit != "Gy":
        return
    own = None if limit.alpha_beta_gy is None else derived_at(limit, limit.alpha_beta_gy)
    if own is None or abs(own - limit.value) > max(limit.rounding, _OWN_FIGURE * limit.value):
        gives = (
            "needs the α/β of the source"
            if own is None
            else f"gives {own:.4g} Gy, the limit is {limit.value:.4g} Gy"
        )
        raise InputError(
            f"{where}: the schedule {gives}",
            value=limit.schedule,
            remedy="Give the schedule that the figure comes from, and the α/β it was converted at; or leave it empty.",
        )


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
