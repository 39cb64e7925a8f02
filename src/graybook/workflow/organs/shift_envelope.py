"""Shift envelope (rule 10c): an organ and how far each course may lie off come in; the ranges of its metrics go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from graybook.accumulation.envelope import near_maximum_extremes, shift_extremes
from graybook.accumulation.equieffective import Interval
from graybook.dvh.metrics import Kind, Metric, evaluate, parse
from graybook.dvh.statistics import SLACK
from graybook.geometry.arrays import FloatArray
from graybook.report.result import Envelope
from graybook.units import rounded_gy
from graybook.workflow.organs.dose import NOTHING_RECOVERED, eqd2_on_organ
from graybook.workflow.organs.result import OrganDoses
from graybook.workflow.organs.shifted_doses import DisplacedDoses, MovableCourse, Shift, Shifting
from graybook.workflow.organs.within_organ import within_organ

__all__ = ["MovableCourse", "Shift", "envelope", "envelope_of"]

HOT_CM3 = 2.0
"""Near-maxima of up to this volume are followed at every point that can matter; other metrics at a share of the points. [cm³]"""

POINTS = 20_000
"""Points at which metrics of the whole organ are followed at most: the same for every shift, evenly among the samples."""

OF_RESULT = {"d0_03cc_gy": parse("D0.03cc"), "d0_1cc_gy": parse("D0.1cc"), "max_gy": parse("max")}
"""The ranges of ``result.json``."""

Ends = tuple[float, float]


def envelope(organ: OrganDoses, shifts: Sequence[Shift], alpha_beta_gy: float) -> Envelope:
    """Near-maximum and maximum when every earlier course is displaced as a whole by its shift, in 26 directions (rule 10c), and the
    highest when no dose may come from outside the organ."""
    found = envelope_of(organ, shifts, tuple(OF_RESULT.values()), alpha_beta_gy)
    within = within_organ(organ, shifts, alpha_beta_gy) if organ.mapped else {}
    ranges = {
        name: None if ends is None else (rounded_gy(ends[0]), rounded_gy(ends[1]))
        for name, ends in zip(OF_RESULT, found, strict=True)
    }
    return Envelope.model_validate(
        {
            "shift_mm": max((one.mm for one in shifts), default=0.0),
            "assumed": any(one.assumed for one in shifts),
            "inside_only": not shifts,
            **ranges,
            **within,
        }
    )


def envelope_of(
    organ: OrganDoses,
    shifts: Sequence[Shift],
    metrics: Sequence[Metric],
    alpha_beta_gy: float,
    *,
    kept_shares: Mapping[str, float] | None = None,
    concurrent: frozenset[str] = frozenset(),
    displaced: DisplacedDoses | None = None,
) -> tuple[Ends | None, ...]:
    """
    Lowest and highest value of several metrics when every earlier course is displaced as a whole by its shift (rule 10c).

    The lower ends of rules 5 and 9 are asked as well as the upper ones, so that a range holds both values printed of the sum.
    The maximum and near-maxima of up to 2 cm³ are followed at every point that can be among the hottest. Any other metric is
    followed at no more than 20,000 points, and what it changes by there is laid upon its value at all points.

    Parameters
    ----------
    organ
        With every course on it.
    shifts
        How far each course may lie off at the organ.
    metrics
        What is asked.
    alpha_beta_gy
        Of the organ. [Gy]
    kept_shares
        By course, the share of its EQD2 that is not recovered from (rule 11); none: all of every course.
    concurrent
        Courses whose phases are taken as given in the same sessions (rule 2).
    displaced
        Where displaced doses are kept, when the same organ is asked again under other doses that stay.

    Returns
    -------
    (low, high) of each metric in its own unit; None where it is undefined, and of one that asks for the whole field.
    """
    if not organ.mapped:
        return (None,) * len(metrics)
    kept = NOTHING_RECOVERED if kept_shares is None else kept_shares
    shifting = Shifting(
        organ=organ,
        shifts=shifts,
        alpha_beta_gy=alpha_beta_gy,
        kept=kept,
        concurrent=concurrent,
        displaced=displaced,
    )
    nominal = eqd2_on_organ(organ.mapped, alpha_beta_gy, concurrent=concurrent, kept=kept)
    fixed = shifting.fixed()
    n = len(organ.samples.volumes_cm3)
    starts = {
        metric: _values(metric, nominal, organ.samples.volumes_cm3, n)
        for metric in metrics
        if not metric.needs_field
    }
    defined = [metric for metric, values in starts.items() if values]
    hot = [metric for metric in defined if _is_hot(metric)]
    found = _of_hot(shifting, fixed, hot) if hot else {}
    others = [metric for metric in defined if metric not in found]
    if others:
        found |= _of_all(shifting, fixed, others, starts)
    return tuple(found.get(metric) for metric in metrics)


def _is_hot(metric: Metric) -> bool:
    if metric.kind is Kind.DOSE_AT_VOLUME:
        return (metric.volume_cm3 or 0.0) <= HOT_CM3
    return metric.kind is Kind.MAX


def _values(metric: Metric, doses: Interval, volumes_cm3: FloatArray, n: int) -> tuple[float, ...]:
    """A metric of both ends of a dose at n samples and at points of the surface after them; none where it is undefined."""
    found = [evaluate(metric, dose[:n], volumes_cm3, dose[n:]) for dose in (doses.low, doses.high)]
    known = tuple(value for value in found if value is not None)
    return known if len(known) == len(found) else ()


def _of_hot(shifting: Shifting, fixed: Interval, metrics: Sequence[Metric]) -> dict[Metric, Ends]:
    of_cm3 = [(metric.volume_cm3 or 0.0) * (1.0 - SLACK) for metric in metrics]
    chosen = shifting.hottest(fixed, max(metric.volume_cm3 or 0.0 for metric in metrics))
    volumes = shifting.volumes_cm3[chosen]
    ends = [
        near_maximum_extremes(doses.fixed_gy, doses.shifted_gy, volumes, of_cm3)
        for doses in shifting.at(chosen, fixed)
    ]
    return {
        metric: (_scaled(metric, ends[0][k][0]), _scaled(metric, ends[-1][k][1]))
        for k, metric in enumerate(metrics)
    }


def _scaled(metric: Metric, dose_gy: float) -> float:
    return dose_gy if metric.prescription_gy is None else 100.0 * dose_gy / metric.prescription_gy


def _of_all(
    shifting: Shifting, fixed: Interval, metrics: Sequence[Metric], starts: Mapping[Metric, tuple[float, ...]]
) -> dict[Metric, Ends]:
    """Metrics of the whole organ, followed at some of its points."""
    samples = shifting.organ.samples
    n, surface = len(samples.volumes_cm3), len(samples.extreme_points_mm)
    inner = _evenly(n)
    volumes = samples.volumes_cm3[inner]
    volumes = volumes * (float(samples.volumes_cm3.sum()) / float(volumes.sum()))
    chosen = np.concatenate([inner, n + _evenly(surface)])

    def measured(dose: FloatArray) -> list[float | None]:
        inside, beyond = dose[: len(inner)], dose[len(inner) :]
        return [evaluate(metric, inside, volumes, beyond) for metric in metrics]

    found: dict[Metric, list[float]] = {metric: [] for metric in metrics}
    for end, doses in enumerate(shifting.at(chosen, fixed)):
        at_rest = measured(sum((one[0] for one in doses.shifted_gy), start=doses.fixed_gy))
        extremes = shift_extremes(doses.fixed_gy, doses.shifted_gy, measured)
        for metric, rest, ends in zip(metrics, at_rest, extremes, strict=True):
            if rest is not None and ends is not None:
                found[metric] += [
                    _moved(metric, starts[metric][end], one - rest, samples.volume_cm3) for one in ends
                ]
    return {metric: (min(values), max(values)) for metric, values in found.items() if values}


def _evenly(n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Numbers of at most so many of n points, evenly among them."""
    return np.arange(n) if n <= POINTS else np.arange(POINTS) * n // POINTS


def _moved(metric: Metric, start: float, by: float, volume_cm3: float) -> float:
    """A value that has changed, no less than nothing, and a volume no more than all of it."""
    most = {Kind.PERCENT_ABOVE: 100.0, Kind.VOLUME_ABOVE: volume_cm3, Kind.CRITICAL_VOLUME: volume_cm3}
    return min(max(start + by, 0.0), most.get(metric.kind, np.inf))
