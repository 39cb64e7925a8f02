"""The equieffective sum: sampled phases and their sessions come in, EQD2 at both ends of rule 9 goes out.

Rule 3: physical doses of different courses are never added. Only :func:`course_eqd2` adds physical doses, and only of phases
that share their sessions; :func:`summed` adds what is already equieffective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graybook.accumulation.phase_dose import PhaseDose, PhaseSamples
from graybook.accumulation.sessions import concurrent_runs, sequential_runs
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.field import FieldSamples
from graybook.radiobiology.incomplete_repair import eqd2_several_a_day_gy
from graybook.radiobiology.linear_quadratic import eqd2_of_fractions_gy
from graybook.radiobiology.voxelwise import add_eqd2_gy

__all__ = ["CourseDose", "EquieffectiveField", "Interval", "course_eqd2", "summed"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Interval:
    """A dose at n points with its lower and upper end: one array where they are the same. [Gy]"""

    low: FloatArray
    high: FloatArray

    @property
    def is_certain(self) -> bool:
        """Whether both ends are the same at every point."""
        return self.high is self.low or np.array_equal(self.low, self.high)


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseDose:
    """The phases of one course and which of them share their sessions.

    Parameters
    ----------
    id
        Of the course.
    phases
        In order of time.
    groups
        Indices of phases that are given in the same sessions; phases in no group stand alone.
    """

    id: str
    phases: tuple[PhaseDose, ...]
    groups: tuple[tuple[int, ...], ...] = ()

    def all_groups(self, *, concurrent: bool) -> tuple[tuple[int, ...], ...]:
        """Groups covering every phase; ``concurrent`` puts all phases into one (rule 2's other value)."""
        if concurrent:
            return (tuple(range(len(self.phases))),)
        grouped = {index for group in self.groups for index in group}
        alone = tuple((index,) for index in range(len(self.phases)) if index not in grouped)
        return (*self.groups, *alone)

    @property
    def is_once_a_day(self) -> bool:
        """Whether no phase is given several times a day."""
        return all(phase.day is None for phase in self.phases)

    def repairing(self, half_time_h: float | None) -> CourseDose:
        """The course in tissue of a half-time of repair; without one, from complete repair to none within the day. [h]"""
        if self.is_once_a_day:
            return self
        return replace(self, phases=tuple(phase.repairing(half_time_h) for phase in self.phases))


def course_eqd2(
    samples: Sequence[PhaseSamples], groups: Sequence[tuple[int, ...]], *, alpha_beta_gy: float
) -> Interval:
    """
    EQD2 of one course at n points.

    Parameters
    ----------
    samples
        The phases at the points.
    groups
        Indices of phases given in the same sessions; one index for a phase given alone.
    alpha_beta_gy
        Of the tissue. [Gy]

    Returns
    -------
    Lower and upper end. [Gy]

    Notes
    -----
    Phases that share their sessions, some of them several a day, take the largest H_m among them.

    Examples
    --------
    25 Gy in 25 fractions twice, in the same sessions and one after the other:

    >>> one = PhaseSamples(low_gy=np.array([25.0]), high_gy=np.array([25.0]), inside=np.array([True]),
    ...                    fractions_low=(25, 25), fractions_high=(25, 25))
    >>> float(course_eqd2([one, one], [(0, 1)], alpha_beta_gy=2.0).low[0])
    50.0
    >>> float(course_eqd2([one, one], [(0,), (1,)], alpha_beta_gy=2.0).low[0])
    37.5
    """
    low = _end(samples, groups, alpha_beta_gy, high=False)
    if all(sample.is_certain for sample in samples):
        return Interval(low=low, high=low)
    return Interval(low=low, high=_end(samples, groups, alpha_beta_gy, high=True))


def _end(
    samples: Sequence[PhaseSamples], groups: Sequence[tuple[int, ...]], alpha_beta_gy: float, *, high: bool
) -> FloatArray:
    """EQD2 of one course at one end. [Gy]"""
    total: FloatArray = np.zeros(len(samples[0].low_gy))
    for group in groups:
        sessions = [samples[index].sessions(high=high) for index in group]
        runs = concurrent_runs(sessions) if len(group) > 1 else sequential_runs(sessions)
        for run in runs:
            repair = max(samples[group[member]].incomplete_repair[high] for member in run.phases)
            if len(run.phases) == 1 and not repair:
                sample = samples[group[run.phases[0]]]
                planned_gy, planned = sample.planned(high=high)
                add_eqd2_gy(
                    total,
                    planned_gy,
                    planned=planned,
                    fractions=run.sessions,
                    alpha_beta_gy=alpha_beta_gy,
                )
                continue
            fraction_gy = sum(
                (samples[group[member]].fraction_gy(high=high) for member in run.phases),
                start=np.zeros_like(total),
            )
            if not repair:
                total += eqd2_of_fractions_gy(
                    fraction_gy, fractions=run.sessions, alpha_beta_gy=alpha_beta_gy
                )
                continue
            total += eqd2_several_a_day_gy(
                fraction_gy, fractions=run.sessions, alpha_beta_gy=alpha_beta_gy, h_factor=repair
            )
    return total


def summed(courses: Sequence[Interval], kept: Sequence[float] | None = None) -> Interval:
    """
    The sum over courses, of doses that are equieffective already. [Gy]

    Parameters
    ----------
    courses
        Both ends of each. [Gy]
    kept
        The share of each course's equieffective dose that is not recovered from (rule 11), 0 to 1; none: all of it.

    Examples
    --------
    A quarter of 30 Gy recovered from, then 30 Gy:

    >>> earlier = Interval(low=np.array([30.0]), high=np.array([30.0]))
    >>> float(summed([earlier, earlier], kept=[0.75, 1.0]).low[0])
    52.5
    """
    if kept is not None:
        courses = [_kept(course, share) for course, share in zip(courses, kept, strict=True)]
    low, high = courses[0].low, courses[0].high
    for course in courses[1:]:
        if high is low and course.high is course.low:  # one array stands for both ends
            low = high = low + course.low
        else:
            low, high = low + course.low, high + course.high
    return Interval(low=low, high=high)


def _kept(course: Interval, share: float) -> Interval:
    """What of a course is not recovered from. [Gy]"""
    if not 0.0 <= share <= 1.0:
        raise UsageError(
            "The share of a dose that is kept lies between 0 (all recovered from) and 1 (nothing recovered from).",
            value=share,
            remedy="Give a recovery between 0 and 1.",
        )
    if share == 1.0:
        return course
    low = course.low * share
    return Interval(low=low, high=low if course.is_certain else course.high * share)


@dataclass(frozen=True, kw_only=True, eq=False)
class EquieffectiveField:
    """The cumulative EQD2 at one α/β as a field: what a display volume is made of."""

    frame: str
    courses: tuple[CourseDose, ...]
    alpha_beta_gy: float

    def sample(self, points_mm: FloatArray) -> FieldSamples:
        """EQD2 at points (n, 3); inside where every phase's grid covers the point."""
        intervals = []
        inside = np.ones(len(points_mm), dtype=np.bool_)
        for course in self.courses:
            samples = [phase.sample(points_mm) for phase in course.phases]
            for sample in samples:
                inside &= sample.inside
            intervals.append(
                course_eqd2(samples, course.all_groups(concurrent=False), alpha_beta_gy=self.alpha_beta_gy)
            )
        total = summed(intervals)
        return FieldSamples(low=total.low, high=total.high, inside=inside)
