"""Courses come in; the vertebrae they share, as a person states them, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.record import Course, Finding

__all__ = ["SharedLevels", "levels_said", "shared_levels"]


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
