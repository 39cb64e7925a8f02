"""Shifted doses: an organ and how far each course may lie off come in; EQD2 under every shift, where it matters, goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from graybook.accumulation.envelope import shift_directions
from graybook.accumulation.equieffective import CourseDose, Interval, course_eqd2, summed
from graybook.dvh.sampling import StructureSamples
from graybook.dvh.statistics import near_maximum_gy
from graybook.errors import UsageError
from graybook.geometry import Affine, GridField
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.neighbourhood import lies_within
from graybook.geometry.transform import Transform
from graybook.workflow.folder.doses import bounded_within, seen_from
from graybook.workflow.organs.result import OrganDoses

__all__ = ["DisplacedDoses", "MovableCourse", "Shift", "ShiftedDoses", "Shifting"]

ROUND_OFF_GY = 1e-6
"""What bounds on doses may miss by, in arithmetic alone. [Gy]"""

MOST_KEPT = 500_000
"""Points times courses whose displaced doses are kept at most: 27 shifts of them are 100 MB."""

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
        """What the course's dose can be within a distance of each point, seen from the reference frame: lowest, highest.

        It holds where :meth:`surrounds` does. [mm]
        """
        distance_mm = self._carried_mm(distance_mm)
        reach = next((one for one in BOUNDED_MM if one >= distance_mm - 1e-9), distance_mm)
        if reach not in self._bounds:
            self._bounds[reach] = bounded_within(self.dose, reach)
        lowest, highest = self._bounds[reach]
        return seen_from(lowest, self.transform), seen_from(highest, self.transform)

    def surrounds(self, points_mm: FloatArray, distance_mm: float) -> BoolArray:
        """Which points (n, 3) of the reference frame stay within every phase's grid however they lie off. [mm]"""
        there = self.transform.apply(points_mm, frame=self.transform.from_frame)
        inside = np.ones(len(points_mm), dtype=np.bool_)
        for phase in self.dose.phases:
            if not isinstance(phase.field, GridField):
                raise UsageError(
                    "Only doses on their own grids can be bounded.",
                    value=phase.id,
                    remedy="Ask before mapping.",
                )
            inside &= lies_within(phase.field, there, self._carried_mm(distance_mm))
        return inside

    def _carried_mm(self, distance_mm: float) -> float:
        """The longest a shift can be in the course's own frame. [mm]"""
        if isinstance(self.transform, Affine):
            return distance_mm * max(1.0, float(np.linalg.norm(self.transform.matrix[:3, :3], ord=2)) - 1e-9)
        return distance_mm


@dataclass(frozen=True, kw_only=True, eq=False)
class Shift:
    """How far one course may lie off at one organ; ``assumed`` when neither measured nor stated. [mm]"""

    course: MovableCourse
    mm: float
    assumed: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class ShiftedDoses:
    """EQD2 at n points at one end of rules 5 and 9: ``fixed_gy`` (n,) of what stays, and of each course that may lie off its dose
    under each shift, ``shifted_gy`` (shifts, n). [Gy]"""

    fixed_gy: FloatArray
    shifted_gy: tuple[FloatArray, ...]


class DisplacedDoses:
    """EQD2 of displaced courses at all points of one organ: kept while only what stays is changed, let go for another organ."""

    def __init__(self) -> None:
        self._samples: StructureSamples | None = None
        self._known: dict[object, Interval] = {}

    def known(self, samples: StructureSamples, shifts: Sequence[Shift]) -> dict[object, Interval] | None:
        """What is kept of an organ; None for one of too many points to keep."""
        if len(samples.points_mm) * len(shifts) > MOST_KEPT:
            return None
        if samples is not self._samples:
            self._samples, self._known = samples, {}
        return self._known


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifting:
    """An organ whose courses may lie off, at one α/β.

    Parameters
    ----------
    organ
        With every course on it.
    shifts
        How far courses may lie off.
    alpha_beta_gy
        Of the organ. [Gy]
    kept
        By course, the share of its EQD2 that is not recovered from (rule 11).
    concurrent
        Courses whose phases are taken as given together (rule 2).
    displaced
        Where displaced doses are kept from one question to the next; None to compute them where they are asked for alone.
    """

    organ: OrganDoses
    shifts: Sequence[Shift]
    alpha_beta_gy: float
    kept: Mapping[str, float]
    concurrent: frozenset[str]
    displaced: DisplacedDoses | None = None

    @property
    def points_mm(self) -> FloatArray:
        """The organ's samples, and the points of its surface after them. [mm]"""
        samples = self.organ.samples
        return np.concatenate([samples.points_mm, samples.extreme_points_mm])

    @property
    def volumes_cm3(self) -> FloatArray:
        """What the points stand for: those of the surface for nothing. [cm³]"""
        samples = self.organ.samples
        return np.concatenate([samples.volumes_cm3, np.zeros(len(samples.extreme_points_mm))])

    def fixed(self) -> Interval:
        """EQD2 of what stays, at all points. [Gy]"""
        moving = {one.course.dose.id for one in self.shifts}
        n = len(self.points_mm)
        nothing = np.zeros(n)
        still = [on for on in self.organ.mapped if on.id not in moving]
        return summed(
            [
                Interval(low=nothing, high=nothing),
                *(on.eqd2(self.alpha_beta_gy, concurrent=on.id in self.concurrent) for on in still),
            ],
            [1.0, *(self.kept.get(on.id, 1.0) for on in still)],
        )

    def at(self, chosen: IntArray, fixed: Interval) -> tuple[ShiftedDoses, ...]:
        """Doses under every shift at the points of these numbers: the lower ends, and the upper ones where they differ."""
        moved = [
            [
                self._moved(one, str(k), partial(one.course.shifted, one.mm * way), chosen)
                for k, way in enumerate(shift_directions())
            ]
            for one in self.shifts
        ]
        low = ShiftedDoses(
            fixed_gy=fixed.low[chosen],
            shifted_gy=tuple(np.stack([ends.low for ends in course]) for course in moved),
        )
        if fixed.is_certain and all(ends.is_certain for course in moved for ends in course):
            return (low,)
        high = ShiftedDoses(
            fixed_gy=fixed.high[chosen],
            shifted_gy=tuple(np.stack([ends.high for ends in course]) for course in moved),
        )
        return low, high

    def hottest(self, fixed: Interval, largest_cm3: float) -> IntArray:
        """Numbers of the points that can be among the hottest so many cm³, or be the hottest of all, under some shift."""
        points, volumes = self.points_mm, self.volumes_cm3
        n = len(self.organ.samples.volumes_cm3)
        followed = np.zeros(len(points), dtype=np.bool_)
        if not self.shifts:
            return np.arange(len(points))
        everywhere = np.arange(len(points))
        lowest, highest = (
            [self._moved(one, name, partial(_bound, one, end), everywhere) for one in self.shifts]
            for end, name in enumerate(("lowest", "highest"))
        )
        known = np.ones(len(points), dtype=np.bool_)
        for one in self.shifts:
            known &= one.course.surrounds(points, one.mm)
        certain = fixed.is_certain and all(one.is_certain for one in highest)
        for end in ("low",) if certain else ("low", "high"):
            floor, ceiling = getattr(fixed, end).copy(), getattr(fixed, end).copy()
            for low, high in zip(lowest, highest, strict=True):
                floor[known] += low.low[known]
                ceiling += getattr(high, end)
            least = near_maximum_gy(floor[:n], volumes[:n], largest_cm3) if largest_cm3 > 0.0 else None
            least_of_all = float(floor.max())
            followed |= ~known | (ceiling >= least_of_all - ROUND_OFF_GY)
            if least is not None:
                followed[:n] |= ceiling[:n] >= least - ROUND_OFF_GY
        return np.flatnonzero(followed)

    def _moved(self, one: Shift, how: str, dose: Callable[[], CourseDose], chosen: IntArray) -> Interval:
        """EQD2 of a displaced course at the points of these numbers. [Gy]"""
        known = None if self.displaced is None else self.displaced.known(self.organ.samples, self.shifts)
        if known is None:
            return self._eqd2(dose(), self.points_mm[chosen])
        name = one.course.dose.id
        key = (one.course, one.mm, how, self.alpha_beta_gy, name in self.concurrent, self.kept.get(name, 1.0))
        if key not in known:
            known[key] = self._eqd2(dose(), self.points_mm)
        whole = known[key]
        low = whole.low[chosen]
        return Interval(low=low, high=low if whole.high is whole.low else whole.high[chosen])

    def _eqd2(self, dose: CourseDose, points_mm: FloatArray) -> Interval:
        if self.organ.repair is not None:
            dose = dose.repairing(self.organ.repair.half_time_h)
        samples = [phase.sample(points_mm) for phase in dose.phases]
        groups = dose.all_groups(concurrent=dose.id in self.concurrent)
        return summed(
            [course_eqd2(samples, groups, alpha_beta_gy=self.alpha_beta_gy)], [self.kept.get(dose.id, 1.0)]
        )


def _bound(one: Shift, end: int) -> CourseDose:
    """What a course can give at least (0) or at most (1) within its shift."""
    return one.course.bounded(one.mm)[end]
