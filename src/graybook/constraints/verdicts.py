"""Verdicts: a limit and both ends of a value come in; met, near, exceeded or not assessable goes out, conditions aside (rule 9).

An end is

- *met* when it is within the figure as printed: ``<=`` holds at the figure itself, ``<`` does not;
- *near* when it is beyond the figure by no more than the source's own rounding;
- *exceeded* when it is beyond that.

Both ends together, the better end down and the worse end across (an upper limit's better end is the lower one, a critical volume's
the upper one; the better end is never the worse):

==========  ==========  ==============  ==============
better end  worse: met  worse: near     worse: exceeded
==========  ==========  ==============  ==============
met         met         near            not assessable
near        (never)     near            exceeded
exceeded    (never)     (never)         exceeded
==========  ==========  ==============  ==============

So nothing is met that is not met at both ends, nothing is exceeded that may be met, and a limit that is met at the better end and
exceeded at the worse is not assessable. A value that is only a lower bound, or whose worse end nobody
knows, is exceeded when its better end is, and else not assessable.
"""

from __future__ import annotations

import math

from graybook.constraints.judgement import Measured, Status
from graybook.dvh.metrics import Kind, Metric
from graybook.tables.limit import DoseOf, Limit

__all__ = ["BOTH_ENDS", "better_and_worse", "end_status", "grows_with_dose", "margin", "verdict"]

_CLOSE, _SMALLEST = 1e-9, 1e-6
"""Values closer than this are one: relative, and the step to which results are rounded (rule 16)."""

_WITH_DOSE = frozenset(Kind) - {Kind.HOMOGENEITY, Kind.CONFORMITY, Kind.GRADIENT, Kind.MODIFIED_GRADIENT}

BOTH_ENDS: dict[tuple[Status, Status], Status] = {
    (Status.MET, Status.MET): Status.MET,
    (Status.MET, Status.NEAR): Status.NEAR,
    (Status.MET, Status.EXCEEDED): Status.NOT_ASSESSABLE,
    (Status.NEAR, Status.NEAR): Status.NEAR,
    (Status.NEAR, Status.EXCEEDED): Status.EXCEEDED,
    (Status.EXCEEDED, Status.EXCEEDED): Status.EXCEEDED,
}
"""The table: status of the better and of the worse end, and what both say."""


def end_status(limit: Limit, value: float) -> Status:
    """What a limit says of one value."""
    at_figure = _same(value, limit.value)
    better = value < limit.value if limit.at_most else value > limit.value
    if ("=" in limit.op) if at_figure else better:
        return Status.MET
    beyond = abs(value - limit.value)
    if limit.rounding > 0 and (beyond <= limit.rounding or _same(beyond, limit.rounding)):
        return Status.NEAR
    return Status.EXCEEDED


def better_and_worse(limit: Limit, measured: Measured) -> tuple[float | None, float | None]:
    """The ends of a value, better for the patient first; None where an end is not known."""
    low, high = _known(measured.low), _known(measured.high)
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return (low, high) if limit.at_most else (high, low)


def verdict(limit: Limit, metric: Metric, measured: Measured, *, complete: bool) -> Status:
    """
    What a limit says of a value, its conditions aside.

    Parameters
    ----------
    limit, metric
        The limit, and its metric parsed.
    measured
        Both ends, in the limit's unit.
    complete
        Whether every course is in the value.
    """
    better, worse = better_and_worse(limit, measured)
    if better is None:
        return Status.NOT_ASSESSABLE
    best = end_status(limit, better)
    if worse is None or not complete:
        certain = complete or grows_with_dose(limit, metric)
        return Status.EXCEEDED if best is Status.EXCEEDED and certain else Status.NOT_ASSESSABLE
    return BOTH_ENDS[best, end_status(limit, worse)]


def grows_with_dose(limit: Limit, metric: Metric) -> bool:
    """Whether more dose of any course can only be worse: an upper limit on a dose or a volume above one, or a volume that must
    stay below one; not the reference course's share, which another course's dose makes smaller."""
    volume_below = metric.kind is Kind.CRITICAL_VOLUME
    return metric.kind in _WITH_DOSE and limit.at_most != volume_below and limit.dose_of is not DoseOf.SHARE


def margin(limit: Limit, measured: Measured) -> float | None:
    """From the worse end to the limit: positive is room, negative is excess; None where the worse end is not known."""
    _, worse = better_and_worse(limit, measured)
    if worse is None:
        return None
    return limit.value - worse if limit.at_most else worse - limit.value


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_SMALLEST)


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
