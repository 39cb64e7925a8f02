"""Followed: a structure and its courses come in; the points at which samples are followed, and how metrics read them, go out.

A thousand samples at every point of an organ would be slow and tell nothing more. The maximum and near-maxima of up to 2 cm³ are
followed where the dose can be among the highest when courses move by their 95 % error, along each axis and both ways; every other
metric at an even share of the points. What a metric changes by there is laid upon its value at all points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation._kernels.samples import (
    ABOVE,
    BELOW,
    DOSE,
    EUD,
    HIGHEST,
    HOMOGENEITY,
    LOWEST,
    MEAN,
    measured,
)
from graybook.accumulation.course_runs import CourseRuns, doses_at
from graybook.accumulation.uncertain import UncertainStructure
from graybook.dvh.metrics import Kind, Metric, evaluate
from graybook.dvh.statistics import SLACK, near_maximum_gy
from graybook.geometry.arrays import FloatArray, IntArray

__all__ = ["Followed", "followed"]

HOT_CM3 = 2.0
"""Near-maxima of up to this volume are followed where it can be hottest. [cm³]"""

HOT_POINTS, EVEN_POINTS, SURFACE_POINTS = 1500, 1500, 300
"""Points followed at most: those that can be hottest, those spread evenly, and those of the surface of either kind."""

CODES = {
    Kind.DOSE_AT_PERCENT: DOSE,
    Kind.DOSE_AT_VOLUME: DOSE,
    Kind.MEDIAN: DOSE,
    Kind.PERCENT_ABOVE: ABOVE,
    Kind.VOLUME_ABOVE: ABOVE,
    Kind.CRITICAL_VOLUME: BELOW,
    Kind.MEAN: MEAN,
    Kind.MIN: LOWEST,
    Kind.MAX: HIGHEST,
    Kind.EQUIVALENT_UNIFORM: EUD,
    Kind.HOMOGENEITY: HOMOGENEITY,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Followed:
    """Points of a structure, in parts, and how its metrics read them.

    Parameters
    ----------
    chosen
        Numbers of the points: (n,), those of the hot part, the even part and the two parts of the surface, in this order.
    volumes_cm3
        What each of them stands for (n,). [cm³]
    even
        Where the even part begins and ends.
    kinds, asked, parts, scales
        Of each metric, as the kernel takes them, and what its figure is multiplied by.
    nominal, nominal_followed
        Metrics with nothing off at all points, and at those followed (assumptions, metrics); NaN where undefined.
    nominal_doses
        With nothing off, EQD2 at all points with a volume (assumptions, k). [Gy]
    highest_gy
        What doses reach when courses move by their 95 % error. [Gy]
    """

    chosen: IntArray
    volumes_cm3: FloatArray
    even: tuple[int, int]
    kinds: IntArray
    asked: FloatArray
    parts: IntArray
    scales: FloatArray
    nominal: FloatArray
    nominal_followed: FloatArray
    nominal_doses: FloatArray
    highest_gy: float

    def values(self, doses: FloatArray) -> FloatArray:
        """Metrics of doses (samples, assumptions, n) at the points followed: (samples, assumptions, metrics)."""
        out = np.empty((*doses.shape[:2], len(self.kinds)))
        measured(doses, self.volumes_cm3, self.kinds, self.asked, self.parts, out)
        out *= self.scales
        return out


def followed(structure: UncertainStructure, runs: Sequence[CourseRuns], moving: Sequence[bool]) -> Followed:
    """The points of a structure that are followed; ``moving`` tells which courses may be displaced."""
    k = len(structure.volumes_cm3)
    nominal, ceiling = _bounds(structure, runs, moving)
    hot_cm3 = max((m.volume_cm3 or 0.0 for m in structure.metrics if _is_hot(m)), default=0.0)
    score = np.zeros(len(structure.points_mm))
    for at_rest, highest in zip(nominal, ceiling, strict=True):
        least = near_maximum_gy(at_rest[:k], structure.volumes_cm3, hot_cm3) if hot_cm3 > 0.0 else None
        score = np.maximum(score, highest / max(float(at_rest.max()) if least is None else least, 1e-9))
    surface = score[k:]
    inner_hot = _hottest(score[:k], HOT_POINTS) if hot_cm3 > 0.0 or k <= HOT_POINTS else np.arange(0)
    inner_even = _evenly(k, EVEN_POINTS)
    surface_hot, surface_even = _hottest(surface, SURFACE_POINTS), _evenly(len(surface), SURFACE_POINTS)
    one = len(inner_hot) == k
    groups = [inner_hot, np.arange(0) if one else inner_even, k + surface_hot]
    groups.append(np.arange(0) if len(surface_hot) == len(surface) else k + surface_even)
    ends = np.cumsum([0, *(len(group) for group in groups)])
    even = (0, k) if one else (int(ends[1]), int(ends[2]))
    cold = (int(ends[2]), int(ends[3])) if len(surface_hot) == len(surface) else (int(ends[3]), int(ends[4]))
    chosen = np.concatenate(groups).astype(np.int64)
    volumes = np.concatenate([structure.volumes_cm3, np.zeros(len(structure.points_mm) - k)])[chosen]
    total = float(structure.volumes_cm3.sum())
    volumes[even[0] : even[1]] *= total / float(volumes[even[0] : even[1]].sum())
    kinds, asked, parts, scales = [], [], [], []
    for metric in structure.metrics:
        hot = _is_hot(metric) and len(inner_hot) > 0
        kind, size, scale = _coded(metric, total)
        kinds.append(kind)
        asked.append(size)
        scales.append(scale)
        parts.append([*((0, len(inner_hot)) if hot else even), *((ends[2], ends[3]) if hot else cold)])
    values = [
        [evaluate(metric, doses[:k], structure.volumes_cm3, doses[k:]) for metric in structure.metrics]
        for doses in nominal
    ]
    found = Followed(
        chosen=chosen,
        volumes_cm3=volumes,
        even=even,
        kinds=np.array(kinds, dtype=np.int64),
        asked=np.array(asked, dtype=np.float64),
        parts=np.array(parts, dtype=np.int64).reshape(-1, 4),
        scales=np.array(scales, dtype=np.float64),
        nominal=np.array(values, dtype=np.float64).reshape(len(nominal), len(structure.metrics)),
        nominal_followed=np.empty(0),
        nominal_doses=nominal[:, :k],
        highest_gy=float(max(ceiling.max(), nominal.max())),
    )
    at_rest = found.values(np.ascontiguousarray(nominal[None][:, :, chosen]))[0]
    object.__setattr__(found, "nominal_followed", at_rest)
    return found


def _bounds(
    structure: UncertainStructure, runs: Sequence[CourseRuns], moving: Sequence[bool]
) -> tuple[FloatArray, FloatArray]:
    """EQD2 at all points (assumptions, n): with nothing off, and the sum of the highest that each course's error may bring."""
    nominal = np.zeros((len(structure.assumptions), len(structure.points_mm)))
    ceiling = np.zeros_like(nominal)
    for course, run, moves in zip(structure.courses, runs, moving, strict=True):
        at_rest = run.eqd2(doses_at(course.dose, course.points_mm[None]), np.ones(1))[0]
        highest = at_rest
        if moves:
            for axis in range(3):
                for way in (-course.error_mm, course.error_mm):
                    shift = np.zeros(3)
                    shift[axis] = way
                    there = run.eqd2(doses_at(course.dose, (course.points_mm + shift)[None]), np.ones(1))[0]
                    highest = np.maximum(highest, there)
        nominal += at_rest
        ceiling += highest
    return nominal, ceiling


def _is_hot(metric: Metric) -> bool:
    if metric.kind is Kind.DOSE_AT_VOLUME:
        return (metric.volume_cm3 or 0.0) <= HOT_CM3
    return metric.kind is Kind.MAX


def _coded(metric: Metric, total_cm3: float) -> tuple[int, float, float]:
    """Kind, what is asked, and what the figure is multiplied by; CI, GI and MGI are asked for nothing."""
    if metric.needs_field:
        return MEAN, 0.0, np.nan
    kind = CODES[metric.kind]
    scale = 1.0 if metric.prescription_gy is None else 100.0 / metric.prescription_gy
    if metric.kind is Kind.DOSE_AT_VOLUME:
        return kind, (metric.volume_cm3 or 0.0) * (1.0 - SLACK), scale
    if kind == DOSE:
        percent = 50.0 if metric.percent is None else metric.percent
        return kind, total_cm3 * percent / 100.0 * (1.0 - SLACK), scale
    if metric.dose_gy is not None:
        return kind, metric.dose_gy, 100.0 / total_cm3 if metric.kind is Kind.PERCENT_ABOVE else 1.0
    return kind, metric.exponent or 0.0, 1.0 if kind == HOMOGENEITY else scale


def _hottest(score: FloatArray, most: int) -> IntArray:
    """Numbers of the points with the highest scores, in rising order."""
    if len(score) <= most:
        return np.arange(len(score))
    return np.sort(np.argsort(-score, kind="stable")[:most])


def _evenly(n: int, most: int) -> IntArray:
    """Numbers of at most so many of n points, evenly among them."""
    return np.arange(n) if n <= most else np.arange(most) * n // most
