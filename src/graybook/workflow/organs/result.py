"""One organ's numbers: its doses come in, its part of the result goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from graybook.accumulation.equieffective import Interval
from graybook.accumulation.near_maximum import bound_gy, customary_sum_gy
from graybook.dvh.metrics import metric_error, parse
from graybook.dvh.sampling import StructureSamples
from graybook.dvh.statistics import max_gy, mean_gy, min_gy, near_maxima_gy, near_maximum_gy
from graybook.geometry.arrays import FloatArray
from graybook.radiobiology import LQ_VALID_TO_GY
from graybook.report.result import Bound, Metrics, PhasePoint, PointSum
from graybook.report.result import CourseDose as CourseDoseResult
from graybook.units import rounded_gy
from graybook.workflow.organs.dose import CourseOnOrgan, eqd2_on_organ
from graybook.workflow.organs.repair import RepairChoice

__all__ = [
    "OrganDoses",
    "UnconvertedDose",
    "bounds",
    "course_doses",
    "metrics",
    "metrics_error",
    "metrics_of_sum",
    "point_sum",
]

SAMPLED = {
    "mean_gy": parse("mean"),
    "d0_03cc_gy": parse("D0.03cc"),
    "d0_1cc_gy": parse("D0.1cc"),
    "d2cc_gy": parse("D2cc"),
    "d50_gy": parse("median"),
}
"""The figures of ``result.json`` that have a sampling error."""

NEAR_CM3 = (0.03, 0.1)
"""Volumes of the near-maxima that are summed over courses. [cm³]"""

NearMaxima: TypeAlias = dict[float, float | None]
"""Near-maxima of a course on an organ, by volume. [cm³, Gy]"""

SAME_GY, SAME_SHARE = 0.1, 0.01
"""Two ends that differ by no more than this, in Gy or as a share, print as one value (rule 9)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class UnconvertedDose:
    """Physical dose of a course that cannot be converted: at its sample points and extreme points, never part of a sum. [Gy]"""

    points_gy: FloatArray
    extremes_gy: FloatArray
    volumes_cm3: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class OrganDoses:
    """An organ and every course on it.

    ``mapped`` are the courses seen on the organ that stands for the union (in one frame); ``native`` are courses on their own
    delineation in their own frame. A course may be in both, in one, or in none. ``carried`` are other courses' delineations of
    the same organ, carried to the frame of ``samples``. ``volume_ratios`` are those of the deformations through which courses are
    seen, at the interior points; NaN where a deformation is not defined. ``repair`` is the half-time of repair that doses given
    several times a day are computed with; None where every phase was given once a day.
    """

    samples: StructureSamples
    mapped: tuple[CourseOnOrgan, ...]
    native: dict[str, CourseOnOrgan] = field(default_factory=dict)
    carried: dict[str, StructureSamples] = field(default_factory=dict)
    courses: tuple[str, ...] = ()
    unconverted: dict[str, UnconvertedDose] = field(default_factory=dict)
    volume_ratios: dict[str, FloatArray] = field(default_factory=dict)
    repair: RepairChoice | None = None

    @property
    def is_once_a_day(self) -> bool:
        """Whether no phase of any course is given several times a day."""
        return all(one.dose.is_once_a_day for one in (*self.mapped, *self.native.values()))

    def repairing(self, choice: RepairChoice) -> OrganDoses:
        """The same in tissue of a half-time of repair; itself where every phase was given once a day."""
        if self.is_once_a_day:
            return self if self.repair is None else replace(self, repair=None)
        return replace(
            self,
            repair=choice,
            mapped=tuple(one.repairing(choice.half_time_h) for one in self.mapped),
            native={course: one.repairing(choice.half_time_h) for course, one in self.native.items()},
        )

    def on(self, course: str) -> tuple[CourseOnOrgan, ...]:
        """The course on its own anatomy first, then mapped; empty when it is on neither."""
        own = (self.native[course],) if course in self.native else ()
        return (*own, *(one for one in self.mapped if one.id == course))


def metrics(points_gy: FloatArray, extremes_gy: FloatArray, volumes_cm3: FloatArray) -> Metrics:
    """The metrics of ``result.json`` of one dose on one organ. [Gy]"""
    half = float(volumes_cm3.sum()) * 50.0 / 100.0 or 1.0  # of nothing no median is defined
    near_03, near_1, near_2, middle = near_maxima_gy(points_gy, volumes_cm3, (0.03, 0.1, 2.0, half))
    return Metrics(
        mean_gy=rounded_gy(mean_gy(points_gy, volumes_cm3)),
        min_gy=rounded_gy(min_gy(points_gy, extremes_gy)),
        max_gy=rounded_gy(max_gy(points_gy, extremes_gy)),
        d0_03cc_gy=rounded_gy(near_03),
        d0_1cc_gy=rounded_gy(near_1),
        d2cc_gy=rounded_gy(near_2),
        d50_gy=rounded_gy(middle),
    )


def metrics_of_sum(
    organ: OrganDoses, alpha_beta_gy: float, concurrent: frozenset[str] = frozenset()
) -> tuple[Metrics, Metrics]:
    """The metrics of the sum over the mapped courses at both ends of rules 5 and 9; ``concurrent`` by rule 2. [Gy]"""
    return _both_ends(
        eqd2_on_organ(organ.mapped, alpha_beta_gy, concurrent=concurrent), organ.samples.volumes_cm3
    )


def _both_ends(interval: Interval, volumes_cm3: FloatArray) -> tuple[Metrics, Metrics]:
    n = len(volumes_cm3)
    low = metrics(interval.low[:n], interval.low[n:], volumes_cm3)
    if interval.is_certain:
        return low, low
    return low, metrics(interval.high[:n], interval.high[n:], volumes_cm3)


def metrics_error(points_gy: FloatArray, samples: StructureSamples) -> Metrics:
    """The sampling error of :func:`metrics`: half of what two halves of the samples differ by. [Gy]"""
    found = {
        name: metric_error(metric, points_gy, samples.volumes_cm3, samples.second_half)
        for name, metric in SAMPLED.items()
    }
    return Metrics.model_validate({name: rounded_gy(value) for name, value in found.items()})


def bounds(low: Metrics, high: Metrics) -> list[Bound]:
    """The metrics whose ends differ by more than 1 % and 0.1 Gy: printed as ranges (rule 9)."""
    lows, highs = low.model_dump(by_alias=True), high.model_dump(by_alias=True)
    return [
        Bound(metric=key.removesuffix("_gy"), low_gy=lows[key], high_gy=highs[key])
        for key in lows
        if lows[key] is not None
        and highs[key] is not None
        and highs[key] - lows[key] > max(SAME_GY, SAME_SHARE * highs[key])
    ]


def point_sum(
    organ: OrganDoses,
    alpha_beta_gy: float,
    *,
    complete: bool = True,
    concurrent: frozenset[str] = frozenset(),
    to_come: int = 0,
) -> PointSum:
    """
    Rule 10: the customary sum and the bound of the near-maximum.

    The customary value takes each course on its own delineation, else on the mapped one. The bound takes the larger of the two,
    so that it holds for the mapped anatomy too, and the upper ends of rules 2 (courses in ``concurrent``), 5 and 9. ``complete``
    is False when a course that counts has no dose to sum: then neither value speaks of all courses. ``to_come`` are courses that
    will be added: their share of the bound's volume is kept free, so that the bound plus what they give bounds the sum with them.
    """
    reached = [organ.on(course) for course in organ.courses]
    present = [on for on in reached if on]
    asked = tuple(v / share for v in NEAR_CM3 for share in (1, max(1, len(present) + to_come)))
    lows: list[NearMaxima] = []
    highs: list[NearMaxima] = []
    maxima = []
    for on in present:
        doses = [one.eqd2(alpha_beta_gy) for one in on]
        lows.append(_near(doses[0].low, on[0], asked))
        worst = [
            one.eqd2(alpha_beta_gy, concurrent=True) if one.id in concurrent else dose
            for one, dose in zip(on, doses, strict=True)
        ]
        known = [
            lows[-1] if dose.high is doses[0].low else _near(dose.high, one, asked)
            for one, dose in zip(on, worst, strict=True)
        ]
        highs.append({v: _largest([one[v] for one in known]) for v in asked})
        maxima.append(max(float(dose.high.max()) for dose in worst))
    customary = [customary_sum_gy([near[v] for near in lows]) for v in NEAR_CM3]
    nothing: list[NearMaxima] = [dict.fromkeys(asked, 0.0) for _ in range(to_come if highs else 0)]
    bound = [bound_gy([near.__getitem__ for near in (*highs, *nothing)], volume_cm3=v) for v in NEAR_CM3]
    return PointSum(
        customary_d0_03cc_gy=rounded_gy(customary[0]),
        customary_d0_1cc_gy=rounded_gy(customary[1]),
        bound_d0_03cc_gy=rounded_gy(bound[0]),
        bound_d0_1cc_gy=rounded_gy(bound[1]),
        max_sum_gy=rounded_gy(sum(maxima)) if maxima else None,
        complete=complete and len(present) == len(reached),
    )


def _near(dose_gy: FloatArray, on: CourseOnOrgan, of_cm3: Sequence[float]) -> NearMaxima:
    n = len(on.volumes_cm3)
    return dict(zip(of_cm3, near_maxima_gy(dose_gy[:n], on.volumes_cm3, of_cm3), strict=True))


def _largest(values: Sequence[float | None]) -> float | None:
    """The largest; None where one is not known."""
    known = [one for one in values if one is not None]
    return max(known) if len(known) == len(values) and known else None


def course_doses(organ: OrganDoses, alpha_beta_gy: float | None) -> list[CourseDoseResult]:
    """Each course on the organ: mapped when an alignment leads to it, else on its own delineation."""
    results = []
    for course in organ.courses:
        reached = organ.on(course)
        if not reached:
            results.append(CourseDoseResult(id=course))
            continue
        results.append(_course_dose(reached[-1], organ.native.get(course), alpha_beta_gy))
    return [*results, *(_physical_only(course, dose) for course, dose in organ.unconverted.items())]


def _physical_only(course: str, dose: UnconvertedDose) -> CourseDoseResult:
    """Physical Gy of a course whose fractions are unknown (rule 5)."""
    return CourseDoseResult(
        id=course,
        physical_mean_gy=rounded_gy(mean_gy(dose.points_gy, dose.volumes_cm3)),
        physical_max_gy=rounded_gy(float(max(dose.points_gy.max(), dose.extremes_gy.max(initial=0.0)))),
        physical_d0_03cc_gy=rounded_gy(near_maximum_gy(dose.points_gy, dose.volumes_cm3, 0.03)),
    )


def _course_dose(
    on: CourseOnOrgan, native: CourseOnOrgan | None, alpha_beta_gy: float | None
) -> CourseDoseResult:
    n = len(on.volumes_cm3)
    physical = on.physical_gy()
    fractions = {sample.sessions(high=False) for sample in on.samples}
    values = Metrics() if alpha_beta_gy is None else _low(on.eqd2(alpha_beta_gy), on.volumes_cm3)
    own = (
        None
        if native is None or alpha_beta_gy is None
        else _near(native.eqd2(alpha_beta_gy).low, native, NEAR_CM3)[0.03]
    )
    return CourseDoseResult(
        id=on.id,
        mean_gy=values.mean_gy,
        max_gy=values.max_gy,
        d0_03cc_gy=values.d0_03cc_gy,
        d0_1cc_gy=values.d0_1cc_gy,
        physical_mean_gy=rounded_gy(mean_gy(physical[:n], on.volumes_cm3)),
        physical_max_gy=rounded_gy(float(physical.max())),
        physical_d0_03cc_gy=rounded_gy(near_maximum_gy(physical[:n], on.volumes_cm3, 0.03)),
        fractions=fractions.pop() if len(on.samples) == 1 else None,
        native_d0_03cc_gy=rounded_gy(own),
        outside_grid_cm3=round(on.outside_cm3, 6),
        lq_extrapolated_cm3=round(on.above_fraction_cm3(LQ_VALID_TO_GY), 6),
        phases_at_max=[]
        if alpha_beta_gy is None or len(on.samples) < 2
        else _phases_at_max(on, alpha_beta_gy),
    )


def _phases_at_max(on: CourseOnOrgan, alpha_beta_gy: float) -> list[PhasePoint]:
    """Each phase's delivered dose where the course's EQD2 is highest: what a hand check of several phases starts from."""
    hottest = int(np.argmax(on.eqd2(alpha_beta_gy).low))
    return [
        PhasePoint(
            id=phase.id,
            physical_gy=rounded_gy(float(sample.delivered_gy(high=False)[hottest])) or 0.0,
            fractions=sample.sessions(high=False),
        )
        for phase, sample in zip(on.dose.phases, on.samples, strict=True)
    ]


def _low(interval: Interval, volumes_cm3: FloatArray) -> Metrics:
    n = len(volumes_cm3)
    return metrics(interval.low[:n], interval.low[n:], volumes_cm3)
