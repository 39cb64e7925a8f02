"""Limit cases: courses and an organ come in; what rule 12 asks of them goes out, and what recovery leaves of each course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graybook.constraints.judgement import Case, Measured
from graybook.record import Course, Modality, Phase, Recovery
from graybook.tables.structure_names import root
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.limits.intervals import interval_months
from graybook.workflow.organs.samples import Setting

__all__ = ["Courses", "case_of", "courses_of", "fraction_gy_of", "kept_after", "modalities_of", "recovery_of"]


@dataclass(frozen=True, kw_only=True)
class Courses:
    """What the conditions ask of the courses, the same for every organ.

    Parameters
    ----------
    counted
        Ids of the courses that count, in order of time.
    intervals_months
        Of each earlier course by id; None where a date is missing. [months]
    fractions, fraction_gy
        Of the reference course; None when not known. [–, Gy]
    modalities
        Of all counted courses.
    """

    counted: tuple[str, ...]
    reference: str
    intervals_months: Mapping[str, float | None]
    fractions: tuple[int, int] | None
    fraction_gy: float | None
    modalities: frozenset[str]


def courses_of(setting: Setting, *, left_out: frozenset[str] = frozenset()) -> Courses:
    """The courses that count, without those left out.

    What stands apart is no course to a limit of external beam: no value holds its dose, and every value lacks it (rule 15).
    """
    counted = [
        one
        for one in setting.courses
        if one.course.counts and not one.course.modality.stands_apart and one.course.id not in left_out
    ]
    reference = next(one for one in setting.courses if one.course.id == setting.reference.id)
    return Courses(
        counted=tuple(one.course.id for one in counted),
        reference=setting.reference.id,
        intervals_months={
            one.course.id: interval_months(one.course, setting.reference)
            for one in counted
            if one.course.id != setting.reference.id
        },
        fractions=_fractions(reference),
        fraction_gy=fraction_gy_of(reference.course),
        modalities=modalities_of(one.course for one in counted),
    )


def recovery_of(tg263: str | None, recoveries: Sequence[Recovery]) -> Recovery | None:
    """What a person assumes for an organ, by its name or by that of the organ it is a side, part or margin of."""
    if tg263 is None:
        return None
    exact = [one for one in recoveries if one.organ == tg263]
    return next(iter([*exact, *(one for one in recoveries if one.organ == root(tg263))]), None)


def kept_after(recovery: Recovery | None, courses: Courses) -> dict[str, float]:
    """Share of each earlier course's equieffective dose that counts, where a person assumes recovery of the dose (rule 11)."""
    if recovery is None:
        return {}
    return {one: 1.0 - recovery.share_after(months) for one, months in courses.intervals_months.items()}


def case_of(
    tg263: str | None,
    courses: Courses,
    *,
    alpha_beta_gy: float | None,
    alone: Sequence[Measured],
    recovery: Recovery | None,
    complete: bool,
) -> Case:
    """The case of one organ; ``alone`` is the limit's metric of each course by itself."""
    return Case(
        structure=tg263,
        alpha_beta_gy=alpha_beta_gy,
        courses=len(courses.counted),
        intervals_months=tuple(courses.intervals_months.values()),
        fractions=courses.fractions,
        fraction_gy=courses.fraction_gy,
        modalities=courses.modalities,
        course_values=tuple(one.high for one in alone),
        recovery=recovery,
        complete=complete,
    )


def modalities_of(courses: Iterable[Course]) -> frozenset[str]:
    """What irradiates in courses, by the phases that count."""
    return frozenset(value for one in courses for value in _modalities(one))


def _modalities(course: Course) -> set[str]:
    counted = {phase.modality.value for phase in course.phases if phase.status.counts}
    return {one for one in counted if one != Modality.UNKNOWN.value} or {course.modality.value}


def _fractions(loaded: LoadedCourse) -> tuple[int, int] | None:
    """Fewest and most sessions of the reference course's phases together; None when not known."""
    spans = [_span(phase) for phase in loaded.course.phases if phase.status.counts]
    known = [one for one in spans if one is not None]
    if not known or len(known) < len(spans):
        return None
    if loaded.order_known and loaded.dose is not None and loaded.dose.groups:
        return max(one[0] for one in known), max(one[1] for one in known)
    return sum(one[0] for one in known), sum(one[1] for one in known)


def _span(phase: Phase) -> tuple[int, int] | None:
    if phase.fractions_planned is None:
        return phase.fractions_range
    given = phase.fractions_planned if phase.fractions_delivered is None else phase.fractions_delivered
    return given, given


def fraction_gy_of(course: Course) -> float | None:
    """Prescribed dose per fraction when all counted phases agree on it; None otherwise. [Gy]"""
    found = set()
    for phase in course.phases:
        if not phase.status.counts:
            continue
        asked = max((one.dose_gy for one in phase.prescriptions), default=None)
        if asked is None or not phase.fractions_planned:
            return None
        found.add(round(asked / phase.fractions_planned, 6))
    return found.pop() if len(found) == 1 else None
