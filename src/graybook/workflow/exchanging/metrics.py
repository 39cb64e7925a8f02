"""Courses as facts come in; the same with the EQD2 of every volume at stated α/β, by course and over all courses, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graybook.exchange.computed import cumulative_eqd2_gy, volume_eqd2_gy
from graybook.exchange.course_facts import BiologicalMetric, CourseFacts, MetricKind, PersonFacts, VolumeDose
from graybook.units import rounded_gy

__all__ = ["with_eqd2"]


def with_eqd2(
    facts: PersonFacts, alpha_betas_gy: Sequence[float], *, without: frozenset[str] = frozenset()
) -> PersonFacts:
    """
    The facts with EQD2 at each α/β, replacing those that were stated. [Gy]

    A volume's EQD2 of a course is the sum over its phases. Volumes of one name in several courses are summed over them, as if
    each course had given its dose to the same place in full. Where anything needed is not known, there is no metric.

    Parameters
    ----------
    without
        Keys of volumes of which none is stated, nor of others of their names over all courses.
    """
    courses = tuple(_course(one, alpha_betas_gy, without) for one in facts.courses)
    plain = replace(facts, courses=courses, cumulative=())
    return replace(plain, cumulative=_cumulative(plain, alpha_betas_gy, without))


def _course(course: CourseFacts, alpha_betas_gy: Sequence[float], without: frozenset[str]) -> CourseFacts:
    doses = tuple(
        replace(
            dose,
            metrics=_metrics(
                [
                    (value, volume_eqd2_gy(course, dose.volume, value))
                    for value in alpha_betas_gy
                    if dose.volume not in without
                ]
            ),
        )
        for dose in course.doses
    )
    return replace(course, doses=doses)


def _cumulative(
    facts: PersonFacts, alpha_betas_gy: Sequence[float], without: frozenset[str]
) -> tuple[VolumeDose, ...]:
    """One for each name that several courses share, under the volume of the last of them."""
    names = {one.key: one.name for one in facts.volumes}
    unsaid = {names[key] for key in without}
    last: dict[str, str] = {}
    courses: dict[str, set[str]] = {}
    for course in facts.courses:
        for dose in course.doses:
            last[names[dose.volume]] = dose.volume
            courses.setdefault(names[dose.volume], set()).add(course.key)
    found = []
    for name, volume in last.items():
        values = [
            (value, cumulative_eqd2_gy(facts, name, alpha_beta_gy=value))
            for value in alpha_betas_gy
            if len(courses[name]) > 1 and name not in unsaid
        ]
        if metrics := _metrics(values):
            found.append(VolumeDose(volume=volume, metrics=metrics))
    return tuple(found)


def _metrics(values: Sequence[tuple[float, float | None]]) -> tuple[BiologicalMetric, ...]:
    return tuple(
        BiologicalMetric(
            kind=MetricKind.EQD2,
            value_gy=rounded,
            alpha_beta_gy=ratio,
            as_found=f"EQD2Gy(a/b={ratio:g})",
        )
        for ratio, value in values
        if (rounded := rounded_gy(value)) is not None
    )
