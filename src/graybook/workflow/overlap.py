"""Courses come in; the vertebrae they share, and whether their treated volumes meet on today's anatomy, go out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation.equieffective import CourseDose
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.record import Alignment, Course, Finding
from graybook.workflow.doses import LoadedCourse, seen_from

__all__ = ["SharedLevels", "levels_said", "shared_levels", "volumes_meet"]

TREATED_SHARE = 0.5
"""The treated volume of a course is where it gives at least this share of its prescription: choice of Graybook, documented."""

MOST_POINTS = 400_000
"""Voxels looked at; a finer dose grid is thinned evenly."""


@dataclass(frozen=True, kw_only=True)
class SharedLevels:
    """Vertebrae that a later course shares with an earlier one."""

    course: Course
    earlier: Course
    levels: str
    spoken: str


def shared_levels(courses: Sequence[Course]) -> tuple[SharedLevels, ...]:
    """Each pair of courses whose stated vertebrae overlap, in the order of time."""
    found = []
    counted = [one for one in courses if one.counts]
    for place, later in enumerate(counted):
        for earlier in counted[:place]:
            ours, theirs = later.region.levels, earlier.region.levels
            shared = None if ours is None or theirs is None else ours.shared(theirs)
            if shared is not None:
                found.append(
                    SharedLevels(course=later, earlier=earlier, levels=shared.text, spoken=shared.spoken)
                )
    return tuple(found)


def levels_said(shared: Sequence[SharedLevels]) -> tuple[Finding, ...]:
    """One warning for each overlap."""
    return tuple(
        Finding(
            code="levels_overlap",
            subject=one.course.id,
            params={"course": one.course.label, "other": one.earlier.label, "levels": one.spoken},
        )
        for one in shared
    )


def volumes_meet(reference: LoadedCourse, other: LoadedCourse, way: Alignment | None) -> bool | None:
    """Whether the 50 %-of-prescription volumes of two courses share a voxel of the reference grid; None when it cannot be seen.

    ``way`` leads from the reference frame to the other course's frame.
    """
    if reference.dose is None or other.dose is None or way is None:
        return None
    ours, theirs = _threshold_gy(reference), _threshold_gy(other)
    grid = next(iter(reference.grids.values())).grid
    points = grid.centres()
    step = max(1, math.ceil(len(points) / MOST_POINTS))
    points = points[::step]
    treated = points[_given(reference.dose, points) >= ours]
    if not len(treated):
        return None
    meet: BoolArray = _given(seen_from(other.dose, way.transform), treated) >= theirs
    if not meet.any() and np.isnan(way.transform.apply(treated, frame=grid.frame)).any():
        return None  # part of the treated volume lies where the deformation is not defined
    return bool(meet.any())


def _given(dose: CourseDose, points_mm: FloatArray) -> FloatArray:
    """Physical dose delivered by a course, its phases added: a place is asked for, never a sum of courses. [Gy]"""
    total: FloatArray = np.sum(
        [phase.sample(points_mm).delivered_gy(high=False) for phase in dose.phases], axis=0
    )
    return total


def _threshold_gy(loaded: LoadedCourse) -> float:
    """Half of what was prescribed and delivered; of the highest dose where no prescription is known. [Gy]"""
    assert loaded.dose is not None  # noqa: S101  (the caller has asked)
    phases = {phase.id: phase for phase in loaded.course.phases}
    total = 0.0
    for dose in loaded.dose.phases:
        phase = phases[dose.id]
        asked = max((one.dose_gy for one in phase.prescriptions), default=None)
        whole = float(loaded.grids[phase.id].values.max()) if asked is None else asked
        planned, given = phase.fractions_planned, phase.fractions_delivered
        total += whole * (given / planned if planned and given is not None else 1.0)
    return TREATED_SHARE * total
