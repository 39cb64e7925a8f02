"""A course as others state it comes in; doses and days that no treatment has are questioned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import fsum

from graybook.exchange.computed import given_phases, is_given
from graybook.exchange.course_facts import CourseFacts, VolumeDose, VolumeFacts
from graybook.exchange.paper_phases import Said

__all__ = ["say_doubts"]

HIGHEST_FRACTION_GY = 30.0
HIGHEST_COURSE_GY = 200.0
"""[Gy] Above these a unit may be wrong; our own choice, far above what fractionated treatments give."""


def say_doubts(
    course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], stated_on: date | None, said: Said
) -> None:
    """Findings on a course that was given: a fraction or total too high to be believed, a day after the document was made."""
    if not is_given(course.status) and not any(is_given(one.status) for one in course.phases):
        return
    for volume, total_gy, each_gy in _doses(course):
        if total_gy > HIGHEST_COURSE_GY or each_gy > HIGHEST_FRACTION_GY:
            said.say(
                "import_dose_implausible", label, path=volumes[volume].name, value=total_gy, fraction=each_gy
            )
    days = [course.start_date, course.end_date]
    for phase in course.phases:
        days += [phase.start_date, phase.end_date] if is_given(phase.status) else []
    last = max((one for one in days if one is not None), default=None)
    if last is not None and stated_on is not None and last > stated_on:
        said.say("import_after_document", label, value=last.isoformat(), day=stated_on.isoformat())


def _doses(course: CourseFacts) -> Iterator[tuple[str, float, float]]:
    """Each volume with its highest total and its highest dose of one fraction; 0 where none is known. [Gy]"""
    stated: dict[str, list[tuple[VolumeDose, int | None]]] = {}
    for dose in course.doses:
        stated.setdefault(dose.volume, []).append((dose, dose.fractions))
    parts: dict[str, list[tuple[VolumeDose, int | None]]] = {}
    for phase in given_phases(course):
        for dose in phase.doses:
            number = phase.fractions_delivered if dose.fractions is None else dose.fractions
            parts.setdefault(dose.volume, []).append((dose, number))
    for volume in dict.fromkeys((*stated, *parts)):
        every = [*stated.get(volume, []), *parts.get(volume, [])]
        totals = [one.dose_gy or 0.0 for one, _ in stated.get(volume, [])]
        totals.append(fsum(one.dose_gy or 0.0 for one, _ in parts.get(volume, [])))
        each = [one.dose_gy / number for one, number in every if one.dose_gy is not None and number]
        yield volume, max(totals), max(each, default=0.0)
