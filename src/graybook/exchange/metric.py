r"""A radiobiologic metric as TG-263 writes it comes in; its kind, α/β or factor go out, and what two rules say of the text.

Ours: one of ``BED``, ``CGE``, ``RBE``, ``EQD2Gy``; behind ``BED`` and ``EQD2Gy`` may stand ``(a/b=<number>)``, behind ``RBE``
``(factor=<number>)``, with a number above zero. That is what the guide of CodeX Radiation Therapy documents. The invariant it ships
(``TG263RadiobiologicMetric``) says something else: it takes at most one digit before the point, so that it refuses α/β = 10; it
takes an empty number; and it refuses ``BED(a/b=3)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graybook.exchange.course_facts import BiologicalMetric, MetricKind

__all__ = ["MetricText", "metric_text", "stated_metric", "unit_text"]

_NUMBER = r"(\d+(?:\.\d+)?)"
_OURS = re.compile(
    rf"(?:(BED|EQD2Gy)(?:\(a/b\s*=\s*{_NUMBER}\))?|(RBE)(?:\(factor\s*=\s*{_NUMBER}\))?|(CGE))", re.ASCII
)
_UPSTREAM = re.compile(
    r"(BED|CGE|RBE|RBE\(factor\s*=\s*(\d?(\.\d+)?)\)|EQD2Gy|EQD2Gy\(a/b\s*=\s*(\d?(\.\d+)?)\))", re.ASCII
)
"""The invariant's expression, HL7/codex-radiation-therapy input/fsh/SD_Extensions.fsh @ 40f8299f."""


@dataclass(frozen=True, kw_only=True)
class MetricText:
    """What a unit says, and who accepts it.

    Parameters
    ----------
    kind
        None where the text is none of ours.
    number
        α/β in Gy of EQD2 and BED, the factor of RBE; None where it is not stated.
    documented
        Whether it is written as the guide documents.
    upstream
        Whether the invariant that the guide ships accepts it.
    """

    kind: MetricKind | None
    number: float | None
    documented: bool
    upstream: bool


def metric_text(text: str) -> MetricText:
    """What the text of a unit says, under both rules.

    Examples
    --------
    >>> ten = metric_text("EQD2Gy(a/b=10)")
    >>> ten.number, ten.documented, ten.upstream
    (10.0, True, False)
    >>> empty = metric_text("EQD2Gy(a/b=)")
    >>> empty.kind, empty.documented, empty.upstream
    (None, False, True)
    """
    upstream = _UPSTREAM.fullmatch(text) is not None
    found = _OURS.fullmatch(text)
    stated = found and (found[2] or found[4])
    number = float(stated) if stated else None
    if found is None or number == 0.0:
        return MetricText(kind=None, number=None, documented=False, upstream=upstream)
    kind = MetricKind(found[1] or found[3] or found[5])
    return MetricText(kind=kind, number=number, documented=True, upstream=upstream)


def stated_metric(text: str, value_gy: float) -> BiologicalMetric | None:
    """The metric that a unit and a value state; None where the unit is not written as documented. [Gy]"""
    said = metric_text(text)
    if said.kind is None:
        return None
    tissue = said.kind in (MetricKind.EQD2, MetricKind.BED)
    return BiologicalMetric(
        kind=said.kind,
        value_gy=value_gy,
        alpha_beta_gy=said.number if tissue else None,
        factor=None if tissue else said.number,
        as_found=text,
    )


def unit_text(metric: BiologicalMetric) -> str:
    """The unit that states a metric.

    Examples
    --------
    >>> unit_text(BiologicalMetric(kind=MetricKind.EQD2, value_gy=68.0, alpha_beta_gy=3.0))
    'EQD2Gy(a/b=3)'
    """
    if metric.alpha_beta_gy is not None:
        return f"{metric.kind.value}(a/b={_decimal(metric.alpha_beta_gy)})"
    if metric.factor is not None:
        return f"{metric.kind.value}(factor={_decimal(metric.factor)})"
    return metric.kind.value


def _decimal(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
