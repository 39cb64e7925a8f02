"""Shift envelope (rule 10c): an organ and how far each course may lie off come in; the range of its near-maximum goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graybook.accumulation.envelope import shift_directions, shift_extremes
from graybook.accumulation.equieffective import CourseDose, course_eqd2
from graybook.dvh.sampling import StructureSamples
from graybook.dvh.statistics import near_maximum_gy
from graybook.geometry import Affine
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.transform import Transform
from graybook.report.result import Envelope
from graybook.units import rounded_gy
from graybook.workflow.doses import bounded_within, seen_from
from graybook.workflow.organ_result import OrganDoses

__all__ = ["MovableCourse", "Shift", "envelope"]

KEPT_SHARE, KEPT_GY = 0.98, 0.1
"""Points that stay below this share of the lowest possible near-maximum, less this dose, under every shift are not followed."""

BOUNDED_MM = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)
"""Distances over which doses are bounded; a shift takes the next larger one, so that organs share them. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class MovableCourse:
    """An earlier course that may lie off: its dose in its own frame and the way there from the reference frame."""

    dose: CourseDose
    transform: Transform
    _bounds: dict[float, tuple[CourseDose, CourseDose]] = field(default_factory=dict, repr=False)

    def shifted(self, by_mm: FloatArray) -> CourseDose:
        """The course's dose seen from the reference frame when it lies off by a vector (xyz): of the reference frame where
        the way is affine, of its own frame where it is deformable. [mm]"""
        matrix = np.eye(4)
        matrix[:3, 3] = by_mm
        if isinstance(self.transform, Affine):
            frame = self.transform.from_frame
            first = Affine(from_frame=frame, to_frame=frame, matrix=matrix)
            return seen_from(self.dose, first.then(self.transform))
        frame = self.transform.to_frame
        return seen_from(
            self.dose, self.transform.then(Affine(from_frame=frame, to_frame=frame, matrix=matrix))
        )

    def bounded(self, distance_mm: float) -> tuple[CourseDose, CourseDose]:
        """What the course's dose can be within a distance of each point, seen from the reference frame: lowest, highest. [mm]"""
        if isinstance(self.transform, Affine):
            distance_mm *= max(1.0, float(np.linalg.norm(self.transform.matrix[:3, :3], ord=2)) - 1e-9)
        reach = next((one for one in BOUNDED_MM if one >= distance_mm - 1e-9), distance_mm)
        if reach not in self._bounds:
            self._bounds[reach] = bounded_within(self.dose, reach)
        lowest, highest = self._bounds[reach]
        return seen_from(lowest, self.transform), seen_from(highest, self.transform)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shift:
    """How far one course may lie off at one organ; ``assumed`` when neither measured nor stated. [mm]"""

    course: MovableCourse
    mm: float
    assumed: bool


def envelope(organ: OrganDoses, shifts: Sequence[Shift], alpha_beta_gy: float) -> Envelope:
    """
    D0.03cc when every earlier course is displaced as a whole by its shift, in 26 directions (rule 10c).

    The low end takes the lower ends of rules 5 and 9, the high end their upper ends: the envelope holds both values printed.
    """
    low = _shifted_ends(organ, shifts, alpha_beta_gy, high=False)
    certain = all(
        np.array_equal(ends.low, ends.high) for ends in (on.eqd2(alpha_beta_gy) for on in organ.mapped)
    )
    high = low if certain else _shifted_ends(organ, shifts, alpha_beta_gy, high=True)
    ends = None if low is None or high is None else (rounded_gy(low[0]) or 0.0, rounded_gy(high[1]) or 0.0)
    return Envelope(
        shift_mm=max((one.mm for one in shifts), default=0.0),
        assumed=any(one.assumed for one in shifts),
        inside_only=not shifts,
        d0_03cc_gy=ends,
    )


def _shifted_ends(
    organ: OrganDoses, shifts: Sequence[Shift], alpha_beta_gy: float, *, high: bool
) -> tuple[float, float] | None:
    samples = organ.samples
    moving = {one.course.dose.id for one in shifts}
    n = len(samples.volumes_cm3)
    fixed = np.zeros(n)
    for on in organ.mapped:
        if on.id not in moving:
            interval = on.eqd2(alpha_beta_gy)
            fixed = fixed + (interval.high if high else interval.low)[:n]
    kept = _hottest(samples, fixed, shifts, alpha_beta_gy, high=high)
    points, volumes = samples.points_mm[kept], samples.volumes_cm3[kept]
    doses = [
        np.stack(
            [
                _eqd2_at(one.course.shifted(one.mm * way), points, alpha_beta_gy, high=high)
                for way in shift_directions()
            ]
        )
        for one in shifts
    ]
    return shift_extremes(fixed[kept], doses, volumes, lambda dose, of: near_maximum_gy(dose, of, 0.03))


def _eqd2_at(dose: CourseDose, points_mm: FloatArray, alpha_beta_gy: float, *, high: bool) -> FloatArray:
    samples = [phase.sample(points_mm) for phase in dose.phases]
    interval = course_eqd2(samples, dose.all_groups(concurrent=False), alpha_beta_gy=alpha_beta_gy)
    return interval.high if high else interval.low


def _hottest(
    samples: StructureSamples,
    fixed: FloatArray,
    shifts: Sequence[Shift],
    alpha_beta_gy: float,
    *,
    high: bool,
) -> BoolArray:
    """The points that can be among the hottest under some shift: the others need not be followed."""
    if not shifts:
        return np.ones(len(fixed), dtype=np.bool_)
    floor_gy, ceiling_gy = fixed.copy(), fixed.copy()
    covered = np.ones(len(fixed), dtype=np.bool_)
    for one in shifts:
        lowest, highest = one.course.bounded(one.mm)
        floor_gy += _eqd2_at(lowest, samples.points_mm, alpha_beta_gy, high=False)
        ceiling_gy += _eqd2_at(highest, samples.points_mm, alpha_beta_gy, high=high)
        for phase in seen_from(one.course.dose, one.course.transform).phases:
            covered &= phase.sample(samples.points_mm).inside
    floor_gy[~covered] = fixed[~covered]
    floor = near_maximum_gy(floor_gy, samples.volumes_cm3, 0.03)
    if floor is None:
        return np.ones(len(fixed), dtype=np.bool_)
    return ~covered | (ceiling_gy >= KEPT_SHARE * floor - KEPT_GY)
