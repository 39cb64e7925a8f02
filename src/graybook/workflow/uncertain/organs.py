"""Uncertain organs: assessed organs and what terms vary by come in; organs to draw for go out, or why one cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graybook.accumulation.uncertainty import UncertainCourse
from graybook.geometry import Affine
from graybook.geometry.arrays import FloatArray
from graybook.record import Course, Finding, Spread, Uncertainty
from graybook.record.alignment import Use
from graybook.record.uncertainty import SpreadTerm
from graybook.tables.uncertainty import published_spread
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.organs.assessing import AssessedOrgan, shifts_of
from graybook.workflow.organs.judgement import POINT_SUM, basis_of
from graybook.workflow.organs.samples import Setting, drawn_points_mm

__all__ = ["SizedTerm", "UncertainOrgan", "names_of", "random_terms", "uncertain_organ"]

Sizes = Mapping[tuple[SpreadTerm, str], "SizedTerm"]
"""Terms by name and id of the course."""


@dataclass(frozen=True, kw_only=True)
class SizedTerm:
    """
    One random term of one course: how much it varies, and who says so.

    Parameters
    ----------
    term, course
        Which; the course by its id.
    size
        95 % error of a registration [mm], else one standard deviation [%].
    assumed
        Whether nobody measured or stated it.
    stated, source
        Who stated it, or where it was published; both empty where it was measured, or is a convention.
    """

    term: SpreadTerm
    course: str
    size: float
    assumed: bool
    stated: Spread | None = None
    source: str = ""

    @property
    def name(self) -> str:
        """As the engine calls it."""
        return f"{self.term} {self.course}"


@dataclass(frozen=True, kw_only=True, eq=False)
class UncertainOrgan:
    """An organ to draw for: its points, the courses on them, and how far each may lie off."""

    organ: AssessedOrgan
    name: str
    points_mm: FloatArray
    volumes_cm3: FloatArray
    courses: tuple[UncertainCourse, ...]
    moves: tuple[SizedTerm, ...]


def names_of(course: Course) -> tuple[str, ...]:
    """What a person may call a course."""
    return tuple(name for name in (course.id, course.label, str(course.start_date or "")) if name)


def random_terms(setting: Setting, settings: Uncertainty) -> dict[tuple[SpreadTerm, str], SizedTerm]:
    """Calculation and delivery of every course with a dose: as stated, else as published, else not varied."""
    kinds: tuple[SpreadTerm, ...] = ("dose", "delivery")
    return {
        (term, one.course.id): _scaling(term, one, settings)
        for one in setting.courses
        if one.dose is not None
        for term in kinds
    }


def _scaling(term: SpreadTerm, loaded: LoadedCourse, settings: Uncertainty) -> SizedTerm:
    course = loaded.course.id
    stated = settings.spread(term, names_of(loaded.course))
    if stated is not None:
        return SizedTerm(term=term, course=course, size=stated.size, assumed=False, stated=stated)
    published = published_spread(term)
    if published is None:
        return SizedTerm(term=term, course=course, size=0.0, assumed=True)
    return SizedTerm(
        term=term, course=course, size=published.percent, assumed=True, source=published.source_text
    )


def uncertain_organ(
    organ: AssessedOrgan, setting: Setting, settings: Uncertainty, sizes: Sizes
) -> UncertainOrgan | Finding:
    """
    An organ to draw for, or why it cannot be: only a 3D sum of all courses, whose alignments support an error, has a band.

    Parameters
    ----------
    organ
        Assessed, with a result.
    setting
        What all organs share.
    settings
        What a person states.
    sizes
        Of calculation and delivery.
    """
    result, doses = organ.result, organ.doses
    assert result is not None  # noqa: S101  (the caller has asked)
    why = _without(organ)
    if why is not None or doses is None:
        return Finding(code=why or "uncertainty_no_sum", subject=result.name)
    shifts = shifts_of(organ.trusted, setting)
    if shifts is None:
        return Finding(code="uncertainty_no_error", subject=result.name)
    of_course = {one.course.id: one for one in setting.courses}
    seen = [one.id for one in doses.mapped]
    moves = {
        one.course.dose.id: _registration(of_course[one.course.dose.id].course, one.mm, one.assumed, settings)
        for one in shifts
        if one.course.dose.id in seen
    }
    samples = doses.samples
    courses = []
    for course in seen:
        dose = of_course[course].dose
        assert dose is not None  # noqa: S101  (it is mapped)
        courses.append(
            UncertainCourse(
                dose=dose if doses.repair is None else dose.repairing(doses.repair.half_time_h),
                points_mm=_points_mm(course, organ, setting),
                error_mm=moves[course].size if course in moves else 0.0,
                dose_sd=sizes["dose", course].size / 100.0,
                delivery_sd=sizes["delivery", course].size / 100.0,
            )
        )
    return UncertainOrgan(
        organ=organ,
        name=result.name,
        points_mm=np.concatenate([samples.points_mm, samples.extreme_points_mm]),
        volumes_cm3=samples.volumes_cm3,
        courses=tuple(courses),
        moves=tuple(moves.values()),
    )


def _without(organ: AssessedOrgan) -> str | None:
    """Why an organ has no 3D sum to draw for; None where it has."""
    result = organ.result
    assert result is not None  # noqa: S101  (the caller has asked)
    if basis_of(result) != POINT_SUM:
        return None
    if result.cumulative.max_gy is None:
        return "uncertainty_no_sum"
    return "uncertainty_points" if result.use == Use.POINTS else "uncertainty_lower_bound"


def _registration(course: Course, mm: float, assumed: bool, settings: Uncertainty) -> SizedTerm:
    """How far a course may lie off: as measured or stated of its alignment; where that is only assumed, as a person says."""
    stated = settings.spread("registration", names_of(course)) if assumed else None
    return SizedTerm(
        term="registration",
        course=course.id,
        size=mm if stated is None else stated.size,
        assumed=assumed and stated is None,
        stated=stated,
    )


def _points_mm(course: str, organ: AssessedOrgan, setting: Setting) -> FloatArray:
    """The organ's points in a course's own frame; NaN where none is defined. [mm]"""
    assert organ.doses is not None  # noqa: S101  (the caller has asked)
    transform = setting.alignments[course].transform
    drawn = organ.organ
    if drawn is not None and drawn.course.id == course and not isinstance(transform, Affine):
        return drawn_points_mm(drawn, setting)
    samples = organ.doses.samples
    points = np.concatenate([samples.points_mm, samples.extreme_points_mm])
    found = np.full_like(points, np.nan)
    known = np.isfinite(points).all(axis=1)
    found[known] = transform.apply(points[known], frame=samples.frame)
    return found
