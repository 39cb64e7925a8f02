"""One line such as ``max <= 60 Gy`` comes in; metric, comparison, figure and unit go out as text, not yet checked as a metric."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["OPS", "Rule", "metric_and_unit", "rule_of"]

OPS = {"<": "<", "<=": "<=", "≤": "<=", "=<": "<=", ">": ">", ">=": ">=", "≥": ">=", "=>": ">="}
UNITS = {"gy": "Gy", "%": "%", "cc": "cm³", "cm3": "cm³", "cm³": "cm³", "": ""}
POINTS = {"dmax": "max", "dmean": "mean", "dmin": "min", "dmedian": "median"}
"""How tables call what the language of metrics calls otherwise."""

_RULE = re.compile(
    r"(?P<metric>\S.*?)\s*(?P<op><=|>=|=<|=>|≤|≥|<|>)?\s*(?<![\w.])(?P<value>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>Gy|%|cc|cm3|cm³)?",
    re.IGNORECASE,
)
_BARE_VOLUME = re.compile(r"V[\d.]+\s*Gy", re.IGNORECASE)


class Rule(NamedTuple):
    """What a line says; ``digits`` is the figure as written, which says how exact it is."""

    metric: str
    op: str
    digits: str
    unit: str


def rule_of(text: str) -> Rule | None:
    """
    The parts of a rule; None when it is none. An observed dose has no comparison.

    Examples
    --------
    >>> rule_of("CV700cc<21Gy >= 700 cc")
    Rule(metric='CV700cc<21Gy', op='>=', digits='700', unit='cm³')
    >>> rule_of("V20Gy <= 35 %").metric
    'V20Gy[%]'
    """
    found = _RULE.fullmatch(text.strip())
    if found is None:
        return None
    metric, unit = metric_and_unit(found["metric"], found["unit"] or "")
    volume_below = metric[:2].upper() == "CV"
    if volume_below != any(
        sign in metric for sign in "<>≤≥="
    ):  # one comparison is the metric's own, or one too many
        return None
    return Rule(metric=metric, op=OPS[found["op"]] if found["op"] else "", digits=found["value"], unit=unit)


def metric_and_unit(metric: str, unit: str) -> tuple[str, str]:
    """A metric as its language spells it, and its unit: ``Dmax`` is ``max``, ``V20Gy`` in % is ``V20Gy[%]``."""
    metric, unit = metric.strip(), UNITS.get(unit.strip().lower(), unit.strip())
    if _BARE_VOLUME.fullmatch(metric) and unit in ("%", "cm³"):
        metric += "[%]" if unit == "%" else "[cc]"
    return POINTS.get(metric.lower(), metric), unit
