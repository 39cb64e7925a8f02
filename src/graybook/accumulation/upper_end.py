"""Upper end: the earlier courses and points come in; the most that they may have given, as EQD2 at several α/β, goes out.

What is loaded into a planning system has one value at each voxel. Where rules 2, 5 and 9 leave a range it is the upper end:
beyond a dose grid the highest dose of its nearest face, of a range of fractions the fewest, of an unknown order sessions given
together, of several fractions a day the longest half-time of repair among the tissues in question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graybook.accumulation.equieffective import CourseDose, course_eqd2
from graybook.accumulation.phase_dose import PhaseSamples
from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = ["EarlierCourses", "Ratio"]


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """
    One α/β and the longest half-time of repair among its tissues.

    Parameters
    ----------
    alpha_beta_gy
        [Gy]
    half_time_h
        None where one of them has none: no repair within a day. [h]
    """

    alpha_beta_gy: float
    half_time_h: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class EarlierCourses:
    """
    What was given before, in one frame.

    Parameters
    ----------
    courses
        Seen from the frame of the points.
    order_unknown
        Ids of the courses whose phases may have been given in the same sessions (rule 2).
    """

    courses: tuple[CourseDose, ...]
    order_unknown: frozenset[str] = frozenset()

    def eqd2_gy(
        self, points_mm: FloatArray, ratios: Sequence[Ratio]
    ) -> tuple[tuple[FloatArray, ...], BoolArray]:
        """
        The upper end of the sum at points (n, 3) for each α/β, and where every phase's grid covers the point. [Gy]

        Each phase is sampled once.
        """
        inside: BoolArray = np.ones(len(points_mm), dtype=np.bool_)
        totals: tuple[FloatArray, ...] = tuple(np.zeros(len(points_mm)) for _ in ratios)
        for course in self.courses:
            samples = [phase.sample(points_mm) for phase in course.phases]
            for one in samples:
                inside &= one.inside
            for total, ratio in zip(totals, ratios, strict=True):
                total += self._of_course(course, samples, ratio)
        return totals, inside

    def highest_eqd2_gy(self, ratio: Ratio) -> float:
        """A dose that the sum exceeds nowhere: every phase at its highest. [Gy]"""
        nowhere = np.full((1, 3), np.nan)  # a point of which nobody knows where it is may have any dose
        (total,), _ = self.eqd2_gy(nowhere, [ratio])
        return float(total[0])

    def _of_course(self, course: CourseDose, samples: Sequence[PhaseSamples], ratio: Ratio) -> FloatArray:
        dosed = course.repairing(ratio.half_time_h)
        upper = [
            replace(
                one,
                low_gy=one.high_gy,
                fractions_low=one.fractions_high,
                incomplete_repair=(phase.incomplete_repair[1],) * 2,
            )
            for one, phase in zip(samples, dosed.phases, strict=True)
        ]
        orders = (False, True) if course.id in self.order_unknown else (False,)
        found = [
            course_eqd2(upper, course.all_groups(concurrent=order), alpha_beta_gy=ratio.alpha_beta_gy).high
            for order in orders
        ]
        return found[0] if len(found) == 1 else np.maximum(*found)
