"""Courses whose cycles nobody has images of come in; the same with what each activity says of organs, and what to say, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graybook.record import Administration, Course, Finding, Modality, Phase
from graybook.workflow.nuclear.activity import activity_doses, activity_findings

__all__ = ["with_activity_doses"]


def with_activity_doses(
    courses: Sequence[Course], doubted: frozenset[str] = frozenset()
) -> tuple[tuple[Course, ...], tuple[Finding, ...]]:
    """
    Each phase of a radionuclide that has no doses as yet with those of its activity; the others as they are.

    A phase of which nothing is known keeps none: every sum that it may have reached is a lower bound. So does one of
    ``doubted``, the ids of phases whose images contradict their activity.
    """
    filled = [_filled(course, doubted) for course in courses]
    return tuple(course for course, _ in filled), tuple(one for _, said in filled for one in said)


def _filled(course: Course, doubted: frozenset[str]) -> tuple[Course, tuple[Finding, ...]]:
    if course.modality is not Modality.RADIONUCLIDE or course.paper is None:
        return course, ()
    given = course.paper.administrations
    if len(given) != len(course.phases):
        return course, ()
    pairs = [(phase, one) for phase, one in zip(course.phases, given, strict=True)]
    phases = tuple(phase if phase.id in doubted else _phase(phase, one) for phase, one in pairs)
    open_ones = [
        (phase, one) for phase, one in pairs if phase.organ_doses is None and phase.id not in doubted
    ]
    said = [
        finding
        for phase, one in open_ones
        for finding in activity_findings(one, subject=course.id, cycle=_named(course, phase))
    ]
    return replace(course, phases=phases), _once(said, course)


def _phase(phase: Phase, given: Administration) -> Phase:
    if phase.organ_doses is not None:
        return phase
    found = activity_doses(given)
    return replace(phase, organ_doses=found) if found.doses else phase


def _named(course: Course, phase: Phase) -> str:
    """The course and the cycle, without its activity, whose figures each language writes in its own way."""
    return f"{course.label}, {(phase.label or phase.id).partition(': ')[0]}"


def _once(said: Sequence[Finding], course: Course) -> tuple[Finding, ...]:
    """What holds for several cycles alike is said once, of the course."""
    found: list[Finding] = []
    for code in dict.fromkeys(one.code for one in said):
        same = [one for one in said if one.code == code]
        first = same[0]
        if len(same) > 1 and all(
            {**one.params, "cycle": ""} == {**first.params, "cycle": ""} for one in same
        ):
            found.append(replace(first, params={**first.params, "cycle": course.label}))
        else:
            found += same
    return tuple(found)
