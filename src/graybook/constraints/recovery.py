"""Recovery: what a person assumes of a tissue comes in; the share that acts, and what it acts on, goes out (rule 11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from graybook.constraints.judgement import Case
from graybook.dvh.metrics import Metric
from graybook.errors import InputError, UsageError
from graybook.geometry.arrays import FloatArray
from graybook.record.scenario import Recovery
from graybook.tables.limit import DoseOf, Limit
from graybook.tables.structure_names import kind_of

__all__ = ["Applied", "applied", "discounted_gy", "on_an_organ", "raised"]

Dose = TypeVar("Dose", float, FloatArray)


@dataclass(frozen=True, kw_only=True)
class Applied:
    """Recovery that acts on one limit.

    Parameters
    ----------
    recovery
        As assumed, with its author and source.
    convention
        ``dose``: the earlier dose that is measured was discounted. ``tolerance``: the limit is to be raised.
    share
        Of the shortest interval for ``tolerance``; the largest of any course for ``dose``.
    """

    recovery: Recovery
    convention: Literal["dose", "tolerance"]
    share: float


def discounted_gy(prior_eqd2_gy: Dose, share: float) -> Dose:
    """
    What counts of an earlier equieffective dose when a share of it has been recovered.

    Parameters
    ----------
    prior_eqd2_gy
        EQD2 (or BED) of the earlier course, never its physical dose: the discount acts on effect. [Gy]
    share
        Recovered, from 0 to below 1.

    Examples
    --------
    A quarter recovered of 50 Gy in 25 fractions, α/β 2 Gy:

    >>> discounted_gy(50.0, 0.25)
    37.5
    """
    if not 0 <= share < 1:
        raise UsageError(
            "A share of recovery is out of range.",
            value=share,
            remedy="Give a share from 0 to below 1: 0.25 for a quarter.",
        )
    return prior_eqd2_gy * (1.0 - share)


def on_an_organ(recovery: Recovery) -> Recovery:
    """The recovery, if it is of a normal tissue; a tumour's never is (rule 11).

    Raises
    ------
    InputError
        Its organ is a target.
    """
    if kind_of(recovery.organ, None) == "target":
        raise InputError(
            "Recovery is assumed for a target.",
            value=recovery.organ,
            remedy="Name a normal tissue: the dose that a tumour has had is never discounted.",
        )
    return recovery


def applied(limit: Limit, metric: Metric, case: Case) -> Applied | None:
    """
    The recovery that acts on a limit in a case; None when none does.

    None acts without an earlier course, before its first step, on the reference course's own dose, and, by raising the tolerance,
    on anything but a tolerance dose: a share or a volume is compared as it is.
    """
    if case.recovery is None or limit.dose_of is DoseOf.REFERENCE or not case.intervals_months:
        return None
    recovery = on_an_organ(case.recovery)
    shares = [recovery.share_after(months) for months in case.intervals_months]
    if recovery.convention == "dose":
        share = max(shares)
    elif metric.unit == "Gy" and limit.dose_of is DoseOf.ALL and limit.at_most:
        share = min(shares)
    else:
        return None
    if share <= 0.0:
        return None
    return Applied(recovery=recovery, convention=recovery.convention, share=share)


def raised(limit: Limit, share: float) -> Limit:
    """A limit raised by a share of recovered tolerance: 50 Gy and a quarter are 62.5 Gy."""
    return replace(limit, value=limit.value * (1.0 + share))
