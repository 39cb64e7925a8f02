"""One organ: its samples and the courses' doses come in; every array the result needs is computed once and goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from graybook.accumulation.equieffective import CourseDose, Interval, course_eqd2, summed
from graybook.accumulation.phase_dose import PhaseSamples
from graybook.accumulation.sessions import concurrent_runs
from graybook.dvh.sampling import StructureSamples
from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = ["NOTHING_RECOVERED", "CourseOnOrgan", "doses_on_points", "eqd2_on_organ", "total"]

NOTHING_RECOVERED: Mapping[str, float] = MappingProxyType({})
"""Every course counts in full: the default of rule 11."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseOnOrgan:
    """One course at an organ's sample points, the extreme points appended after them."""

    dose: CourseDose
    samples: tuple[PhaseSamples, ...]
    volumes_cm3: FloatArray

    @property
    def id(self) -> str:
        """Of the course."""
        return self.dose.id

    @property
    def inside(self) -> BoolArray:
        """Sample points that every phase's grid covers."""
        covered = np.ones(len(self.volumes_cm3), dtype=np.bool_)
        for sample in self.samples:
            covered &= sample.inside[: len(self.volumes_cm3)]
        return covered

    @property
    def outside_cm3(self) -> float:
        """Volume that some phase's grid does not cover. [cm³]"""
        return float(self.volumes_cm3[~self.inside].sum())

    def eqd2(self, alpha_beta_gy: float, *, concurrent: bool = False) -> Interval:
        """EQD2 at all points, both ends. [Gy]"""
        return course_eqd2(
            self.samples, self.dose.all_groups(concurrent=concurrent), alpha_beta_gy=alpha_beta_gy
        )

    def repairing(self, half_time_h: float | None) -> CourseOnOrgan:
        """The same in tissue of a half-time of repair; without one, from complete repair to none within the day. [h]"""
        if self.dose.is_once_a_day:
            return self
        dose = self.dose.repairing(half_time_h)
        samples = tuple(
            replace(sample, incomplete_repair=phase.incomplete_repair)
            for sample, phase in zip(self.samples, dose.phases, strict=True)
        )
        return replace(self, dose=dose, samples=samples)

    def physical_gy(self) -> FloatArray:
        """Physical dose delivered in this course at all points, the phases added: for display, never for a sum of courses."""
        doses = [sample.delivered_gy(high=False) for sample in self.samples]
        total: FloatArray = np.sum(doses, axis=0)
        return total

    def physical(self) -> Interval:
        """The same, both ends. [Gy]"""
        ends = [
            np.sum([one.delivered_gy(high=high) for one in self.samples], axis=0) for high in (False, True)
        ]
        return Interval(low=ends[0], high=ends[1])

    def above_fraction_cm3(self, limit_gy: float) -> float:
        """Volume in which some session, all its phases together, gives more than ``limit_gy``. [cm³]"""
        n = len(self.volumes_cm3)
        hot = np.zeros(n, dtype=np.bool_)
        for group in self.dose.all_groups(concurrent=False):
            sessions = [self.samples[index].sessions(high=True) for index in group]
            for run in concurrent_runs(sessions):
                together = [self.samples[group[member]].fraction_gy(high=False)[:n] for member in run.phases]
                hot |= np.sum(together, axis=0) > limit_gy
        return float(self.volumes_cm3[hot].sum())


def doses_on_points(
    dose: CourseDose, samples: StructureSamples, *, shift_mm: FloatArray | None = None
) -> CourseOnOrgan:
    """A course sampled at an organ's points, displaced by ``shift_mm`` (xyz) when given. [mm]"""
    points = np.concatenate([samples.points_mm, samples.extreme_points_mm])
    if shift_mm is not None:
        points = points + shift_mm
    return CourseOnOrgan(
        dose=dose,
        samples=tuple(phase.sample(points) for phase in dose.phases),
        volumes_cm3=samples.volumes_cm3,
    )


def eqd2_on_organ(
    courses: Sequence[CourseOnOrgan],
    alpha_beta_gy: float,
    *,
    concurrent: frozenset[str],
    kept: Mapping[str, float] = NOTHING_RECOVERED,
) -> Interval:
    """The sum over courses at all points. [Gy]

    Courses in ``concurrent`` take all their phases as given together; of courses in ``kept`` (by their id) only a share of the
    equieffective dose counts, the rest is recovered from (rule 11).
    """
    return summed(
        [one.eqd2(alpha_beta_gy, concurrent=one.id in concurrent) for one in courses],
        [kept.get(one.id, 1.0) for one in courses],
    )


def total(interval: Interval, n: int) -> tuple[Interval, Interval]:
    """Split an interval into the sample points (first n) and the extreme points."""
    return (
        Interval(low=interval.low[:n], high=interval.high[:n]),
        Interval(low=interval.low[n:], high=interval.high[n:]),
    )
