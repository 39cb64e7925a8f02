"""New course: courses given and proposed come in; the one that is asked about, and what conditions ask of it, goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from graybook.record import Course, Status
from graybook.workflow.limits.cases import Courses, fraction_gy_of, modalities_of
from graybook.workflow.limits.intervals import interval_months
from graybook.workflow.limits.prior import is_proposed
from graybook.workflow.organs.samples import Setting

__all__ = ["SCHEDULES", "NewCourse", "fractions_of", "new_course", "proposed_courses"]

SCHEDULES = (5, 10, 20, 30)
"""Numbers of fractions that are asked beside the one that is planned."""

UNNAMED = "new course"
"""Id of a course that nobody has planned yet."""


@dataclass(frozen=True, kw_only=True)
class NewCourse:
    """
    The course that would be added to what was given.

    Parameters
    ----------
    fractions
        It is to be given in.
    proposed
        The course of the record that is proposed; None when nobody has planned one.
    courses
        What the conditions of limits ask of the courses with it among them.
    """

    fractions: int
    proposed: Course | None
    courses: Courses


def proposed_courses(setting: Setting) -> tuple[Course, ...]:
    """Courses with a proposed phase; the reference course first, then by time."""
    found = [one.course for one in setting.courses if is_proposed(one.course)]
    return tuple(sorted(found, key=lambda one: (one.id != setting.reference.id, str(one.start_date), one.id)))


def fractions_of(course: Course) -> int | None:
    """Sessions of a proposed course's phases together; None when one is not known."""
    asked = [phase.fractions_planned for phase in course.phases if phase.status is Status.PROPOSED]
    known = [one for one in asked if one is not None]
    return sum(known) if known and len(known) == len(asked) else None


def new_course(
    setting: Setting, prior: Setting, *, fractions: int, starts_on: date | None = None
) -> NewCourse:
    """
    The course asked about.

    Parameters
    ----------
    setting, prior
        With proposed courses, and without.
    fractions
        It is to be given in.
    starts_on
        Its first day; else that of the proposed course, else not known.
    """
    proposed = next(iter(proposed_courses(setting)), None)
    name = UNNAMED if proposed is None else proposed.id
    earlier = [
        one.course
        for one in prior.courses
        if one.course.counts and not one.course.modality.stands_apart and one.course.id != name
    ]
    start = starts_on or (None if proposed is None else proposed.start_date)
    dated = replace(setting.reference if proposed is None else proposed, start_date=start)
    planned = proposed is not None and fractions_of(proposed) == fractions
    return NewCourse(
        fractions=fractions,
        proposed=proposed,
        courses=Courses(
            counted=(*(one.id for one in earlier), name),
            reference=name,
            intervals_months={one.id: interval_months(one, dated) for one in earlier},
            fractions=(fractions, fractions),
            fraction_gy=fraction_gy_of(dated) if planned else None,
            modalities=modalities_of([*earlier, *([] if proposed is None else [proposed])]),
        ),
    )
