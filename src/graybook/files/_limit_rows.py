"""A row of a centre's rulebook comes in; a limit with conditions and author goes out, or its mistakes are noted (rule 12)."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import NamedTuple

from graybook.files._limit_conditions import CONDITION_KEYS, conditions
from graybook.files._noted import Noted, Stamp
from graybook.files._rules import OPS, Rule, metric_and_unit, rule_of
from graybook.tables._rows import TIERS
from graybook.tables.limit import Conditions, DoseOf, Limit, Namespace, Scale
from graybook.tables.sources import source_keys, source_text

__all__ = ["CENTRE", "LIMIT_KEYS", "limit_of"]

CENTRE = "centre"
"""Tier of a row that rests on a centre's own word."""

RULE_KEYS = ("rule", "metric", "op", "value", "unit")

LIMIT_KEYS = (
    "id", "namespace", "organ", *RULE_KEYS, "dose_of", "scale", "alpha_beta_gy", "rounding", "schedule", *CONDITION_KEYS,
    "endpoint", "population", "origin", "tier", "note",
)  # fmt: skip
"""Keys of a ``[[limit]]`` beside author, date, reason and source; of a CSV, its columns."""

PRIMARY = TIERS[:3]
WORDS = ("endpoint", "population", "origin", "note")

_RULE = 'Write rule = "max <= 60 Gy", or metric, op, value and unit.'


class _Figure(NamedTuple):
    metric: str
    op: str
    value: float
    unit: str
    rounding: float


def limit_of(one: Noted, of_file: Stamp, *, book: str) -> Limit | None:
    """The limit of one row; None where anything in it is wrong."""
    namespace = Namespace(one.text("namespace", among=tuple(Namespace)) or Namespace.CUMULATIVE)
    dose_of = DoseOf(one.text("dose_of", among=tuple(DoseOf)) or DoseOf.ALL)
    scale = Scale(one.text("scale", among=tuple(Scale)) or Scale.EQD2)
    one.missing("organ", '"SpinalCord"')
    organ = one.organ("organ", several=True)
    figure = _figure(one, namespace, dose_of)
    alpha_beta_gy = _alpha_beta_gy(one, scale)
    looked_at = conditions(one, namespace)
    source, citation = _source(one, of_file)
    tier = one.text("tier", among=(CENTRE, *TIERS)) or CENTRE
    stamp = one.signed(of_file, "no limit is set")
    named, schedule = _id(one), _schedule(one)
    endpoint, population, origin, note = (one.text(key) for key in WORDS)
    if one.faulty or figure is None:
        return None
    return Limit(
        id=named or _slug(book, organ, figure),
        namespace=namespace,
        organ=organ,
        metric=figure.metric,
        op=figure.op,
        value=figure.value,
        unit=figure.unit,
        dose_of=dose_of,
        scale=scale,
        alpha_beta_gy=alpha_beta_gy,
        rounding=figure.rounding,
        schedule=schedule,
        conditions=looked_at or Conditions(),
        source=source,
        source_text=citation,
        tier=tier,
        primary_checked=tier in PRIMARY,
        author=stamp.author,
        changed_on=stamp.day,
        reason=stamp.reason,
        place=f"{one.entry.file}, line {one.entry.line()}",
        endpoint=endpoint,
        population=population,
        origin=origin,
        note=note,
    )


def _figure(one: Noted, namespace: Namespace, dose_of: DoseOf) -> _Figure | None:
    """Metric, comparison, figure and unit, from one line or from four keys."""
    parts = _of_rule(one) if one.has("rule") else _of_keys(one)
    if parts is None:
        return None
    metric, op, digits, unit = parts
    key = "rule" if one.has("rule") else "op"
    observed = namespace is Namespace.OBSERVED
    if observed == bool(op):
        problem = "compares, and what was observed limits nothing" if op else "has no comparison"
        one.note(key, problem, value=op or None, remedy='Write rule = "max 80 Gy".' if op else _RULE)
    value = float(digits)
    if not (value > 0 and math.isfinite(value)) or (dose_of is DoseOf.SHARE and value > 1):
        span = "above 0, at most 1, for a share" if dose_of is DoseOf.SHARE else "above 0"
        one.note(
            "rule" if one.has("rule") else "value",
            f"must have a figure {span}",
            value=digits,
            remedy="Write max <= 0.5, say." if dose_of is DoseOf.SHARE else "Write max <= 60 Gy, say.",
        )
    stated = one.number("rounding", "of at least 0", lambda number: number >= 0, "0.5")
    half_a_digit = float(Decimal(5).scaleb(int(Decimal(digits).as_tuple().exponent) - 1))
    return _Figure(metric, op, value, unit, half_a_digit if stated is None else stated)


def _of_rule(one: Noted) -> Rule | None:
    beside = [key for key in RULE_KEYS[1:] if one.has(key)]
    if beside:
        one.note(
            beside[0], "stands beside rule", value=one.entry.values[beside[0]], remedy="Keep one of the two."
        )
    text = one.text("rule")
    parts = rule_of(text)
    if text and parts is None:
        one.note("rule", "cannot be read", value=text, remedy=_RULE)
    return None if beside else parts


def _of_keys(one: Noted) -> Rule | None:
    if not one.has("metric"):
        one.note("rule", "is missing", value=None, remedy=_RULE)
        return None
    one.missing("value", "60.0")
    value = one.above_zero("value", "60.0")
    op = OPS.get(one.text("op", among=OPS), "")
    metric, unit = metric_and_unit(one.text("metric"), one.text("unit"))
    if value is None or not metric:
        return None
    return Rule(metric, op, str(one.entry.values["value"]), unit)


def _alpha_beta_gy(one: Noted, scale: Scale) -> float | None:
    """The source's α/β: an EQD2 or a BED is one of an α/β, physical dose has none. [Gy]"""
    if scale in (Scale.EQD2, Scale.BED):
        one.missing("alpha_beta_gy", "2.0")
    return one.above_zero("alpha_beta_gy")


def _source(one: Noted, of_file: Stamp) -> tuple[str, str]:
    """Key and citation: of the edition's list of sources, or as written."""
    source = one.text("source") or ("" if one.has("source") else of_file.source)
    if not source and not one.has("source"):
        one.note(
            "source",
            "is missing",
            value=None,
            remedy='Add source = "..." here or at the top of the file: a limit without source is no limit.',
        )
    return (source, source_text(source)) if source in source_keys() else (source, source)


def _id(one: Noted) -> str:
    named = one.text("id")
    if named and not re.fullmatch(r"\S+", named):
        one.note("id", "must be one word", value=named, remedy='Write id = "our-cord-max", say.')
    return named


def _slug(book: str, organ: str, figure: _Figure) -> str:
    words = f"{book} {organ} {figure.metric} {figure.value:g}".lower()
    return re.sub(r"[^a-z0-9.]+", "-", words).strip("-")


def _schedule(one: Noted) -> str:
    text = one.text("schedule")
    if text and not re.fullmatch(r"\d+(\.\d+)?/[1-9]\d*", text):
        one.note("schedule", "must be dose/fractions", value=text, remedy='Write schedule = "14/1", say.')
    return text
