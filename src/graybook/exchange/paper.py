"""A person's courses as another format states them come in; courses on paper, graded C or D, go out, with what they lack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeFacts
from graybook.exchange.paper_phases import Said, phases_of, region_of
from graybook.exchange.plausible import say_doubts
from graybook.record import (
    Administration,
    Course,
    EvidenceGrade,
    Finding,
    Modality,
    PaperDetails,
    Severity,
    Status,
)

__all__ = ["courses_of", "on_paper"]

UNKNOWN_NUCLIDE = "unknown"
"""What a radionuclide that is not named is called: it stands apart, and makes every sum a lower bound."""

APART_GY = 0.005
"""Doses of phases and of the course that differ by no more are the same: half of the last figure of whole cGy. [Gy]"""


def courses_of(facts: PersonFacts) -> tuple[Course, ...]:
    """The courses as a report on paper would state them, in the order of the facts."""
    return on_paper(facts)[0]


def on_paper(facts: PersonFacts) -> tuple[tuple[Course, ...], tuple[Finding, ...]]:
    """The same, and what is to be said: doses that enter no organ, or that cannot be converted."""
    volumes = {one.key: one for one in facts.volumes}
    said = Said()
    for one in facts.courses:
        _say_not_kept(one, said)
        say_doubts(one, _name(one), volumes, facts.stated_on, said)
    counted = [_not_as_proposal(_in_order(one, said), said) for one in facts.courses]
    parts = [part for one in counted for part in _alike(one)]
    courses = [_course(one, volumes, said) for one in parts]
    return _told_apart(courses, said), tuple(said.findings)


def _in_order(course: CourseFacts, said: Said) -> CourseFacts:
    """The course with no day that ends before it starts: such an end is left out, and said."""

    def ended(one: Any, path: str) -> Any:
        if one.start_date is None or one.end_date is None or one.end_date >= one.start_date:
            return one
        said.say("import_ends_before_start", _name(course), path=path, value=one.end_date.isoformat())
        return replace(one, end_date=None)

    phases = tuple(ended(one, one.label or one.key) for one in course.phases)
    whole: CourseFacts = ended(course, _name(course))
    return replace(whole, phases=phases)


def _not_as_proposal(course: CourseFacts, said: Said) -> CourseFacts:
    """What was only planned elsewhere counts as nothing: a proposal of ours would enter the sum, beside its own treatment."""
    phases = tuple(
        replace(one, status=Status.UNKNOWN) if one.status is Status.PROPOSED else one for one in course.phases
    )
    planned = course.status is Status.PROPOSED
    if planned or phases != course.phases:
        said.say("import_only_planned", _name(course))
    return replace(course, phases=phases, status=Status.UNKNOWN if planned else course.status)


def _name(course: CourseFacts) -> str:
    return course.label.strip() or course.key


def _say_not_kept(course: CourseFacts, said: Said) -> None:
    """What the document states of the course and graybook.toml has no place for."""
    phases = course.phases
    flag = {True: "true", False: "false", None: ""}[course.reirradiation]
    stated = {
        "uid": course.uid,
        "re-irradiation": flag,
        "diagnosis": course.diagnosis,
        "termination": course.termination,
        "sessions": "" if course.sessions is None else str(course.sessions),
        "technique": ", ".join(dict.fromkeys(one.technique for one in phases if one.technique)),
        "plans": ", ".join(dict.fromkeys(uid for one in phases for uid in one.uids)),
    }
    kept = "; ".join(f"{key} {value}" for key, value in stated.items() if value)
    if kept:
        said.say("import_not_kept", _name(course), Severity.INFO, value=kept)


def _told_apart(courses: Sequence[Course], said: Said) -> tuple[Course, ...]:
    """Courses whose labels differ: two of one label and start get a number, for a person names courses by these."""
    seen: dict[tuple[str, date | None], int] = {}
    found = []
    for course in courses:
        place = (course.label, course.start_date)
        seen[place] = seen.get(place, 0) + 1
        if seen[place] > 1:
            said.say("import_courses_alike", course.label, value=str(course.start_date or ""))
            course = replace(course, label=f"{course.label} ({seen[place]})")
        found.append(course)
    return tuple(found)


def _alike(course: CourseFacts) -> tuple[CourseFacts, ...]:
    """A course; two where it holds phases of beams and phases that stand apart: they share no column (rule 15)."""
    apart = tuple(one for one in course.phases if one.modality.stands_apart)
    beams = tuple(one for one in course.phases if not one.modality.stands_apart)
    if not apart or not beams:
        return (course,)
    modality = apart[0].modality
    other = replace(
        course,
        key=f"{course.key}/apart",
        label=_label_apart(course),
        modality=modality,
        phases=apart,
        doses=(),
    )
    return replace(course, modality=_common(beams), phases=beams), other


def _label_apart(course: CourseFacts) -> str:
    return f"{_name(course)}, radionuclide"


def _common(phases: Sequence[PhaseFacts]) -> Modality:
    found = {one.modality for one in phases}
    return found.pop() if len(found) == 1 else Modality.UNKNOWN


def _course(course: CourseFacts, volumes: dict[str, VolumeFacts], said: Said) -> Course:
    label = _name(course)
    phases = phases_of(course, label, volumes, said)
    natures = {one.modality for one in phases}
    modality = natures.pop() if len(natures) == 1 else course.modality
    dosed = any(one.prescriptions for one in phases)
    if modality is Modality.RADIONUCLIDE:
        said.say("import_activity_unknown", label)
    elif not dosed:
        said.say("import_dose_unknown", label)
    _say_totals(course, label, volumes, said)
    return Course(
        id=course.key,
        label=label,
        start_date=course.start_date,
        end_date=course.end_date,
        evidence_grade=EvidenceGrade.C if dosed else EvidenceGrade.D,
        phases=tuple(phases),
        modality=modality,
        site=(region := region_of(course.site, course.laterality)).site,
        intent=course.intent,
        region=region,
        paper=PaperDetails(energy=_energies(course), administrations=_administrations(course, modality)),
    )


def _energies(course: CourseFacts) -> str:
    """The energies stated, and the code of a radiation that the record has no word for, so that it stands in every report."""
    found = [one.energy for one in course.phases if one.energy]
    given: tuple[PhaseFacts | CourseFacts, ...] = (*course.phases, course)
    found += [
        f"SNOMED CT {one.modality_code}"
        for one in given
        if one.modality is Modality.UNKNOWN and one.modality_code
    ]
    return ", ".join(dict.fromkeys(found))


def _administrations(course: CourseFacts, modality: Modality) -> tuple[Administration, ...]:
    """Radionuclides given, one for each phase: the nuclide where its energy names one, no activity."""
    if modality is not Modality.RADIONUCLIDE:
        return ()
    phases = course.phases or (PhaseFacts(key=course.key, start_date=course.start_date),)
    return tuple(
        Administration(
            nuclide=one.energy if re.fullmatch(r"[A-Z][a-z]?-\d{1,3}m?", one.energy) else UNKNOWN_NUCLIDE,
            date=one.start_date,
            cycle=number,
        )
        for number, one in enumerate(phases, start=1)
        if one.status.counts or one.status is Status.UNKNOWN
    )


def _say_totals(course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: Said) -> None:
    """Where phases gave more to a volume than their course states, the phases are taken, and it is said."""
    for total in course.doses:
        parts = [
            dose.dose_gy
            for phase in course.phases
            if phase.status.counts
            for dose in phase.doses
            if dose.volume == total.volume
        ]
        known = [one for one in parts if one is not None]
        if total.dose_gy is None or not known or len(known) < len(parts):
            continue
        if sum(known) - total.dose_gy > APART_GY:
            said.say(
                "import_phases_differ",
                label,
                path=volumes[total.volume].name,
                value=total.dose_gy,
                phases=sum(known),
            )
