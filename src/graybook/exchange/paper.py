"""A person's courses as another format states them come in; courses on paper, graded C or D, go out, with what they lack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graybook.exchange.computed import HIGH_DOSE_RATE
from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.record import (
    Administration,
    Course,
    EvidenceGrade,
    Finding,
    Fractionated,
    Modality,
    PaperDetails,
    Phase,
    Prescription,
    Region,
    Severity,
    Status,
)
from graybook.record.assessment import Param
from graybook.tables.fhir import fhir_codes
from graybook.tables.structure_names import root, side, tg263_name
from graybook.tables.treatment_sites import organ_at

__all__ = ["courses_of", "on_paper"]

SIDES = {"left": "left", "right": "right", "bilateral": "both"}
"""Words of the tables of codes for the side, and those of a region."""

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
    said = _Said()
    courses = [part for one in facts.courses for part in _alike(one)]
    return tuple(_course(one, volumes, said) for one in courses), tuple(said.findings)


class _Said:
    """Findings in the order in which they are made, each once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def say(self, code: str, subject: str, severity: Severity = Severity.WARNING, **params: Param) -> None:
        found = Finding(code=code, severity=severity, subject=subject, params=params)
        if found not in self.findings:
            self.findings.append(found)


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
    return f"{course.label or course.key}, radionuclide"


def _common(phases: Sequence[PhaseFacts]) -> Modality:
    found = {one.modality for one in phases}
    return found.pop() if len(found) == 1 else Modality.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where what is being read stands: a phase of the facts, or a course that states no phase of its own."""

    course: str
    label: str
    modality: Modality
    code: str


def _course(course: CourseFacts, volumes: dict[str, VolumeFacts], said: _Said) -> Course:
    label = course.label or course.key
    phases = [phase for one in course.phases for phase in _phases(one, course, label, volumes, said)]
    phases += _of_whole_course(course, label, volumes, said)
    if not phases:
        phases = [_empty(course, label)]
    natures = {one.modality for one in phases}
    modality = natures.pop() if len(natures) == 1 else course.modality
    dosed = any(one.prescriptions for one in phases)
    if modality is Modality.UNKNOWN and dosed and Modality.UNKNOWN in {one.modality for one in phases}:
        said.say("import_modality_unknown", label)
    if not dosed:
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
        site=(region := _region(course.site, course.laterality)).site,
        intent=course.intent,
        region=region,
        paper=PaperDetails(energy=_energies(course), administrations=_administrations(course, modality)),
    )


def _phases(
    phase: PhaseFacts, course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: _Said
) -> list[Phase]:
    """One phase for each number of fractions that its doses state; most state none of their own."""
    place = _Place(
        course=label,
        label=phase.label or phase.key,
        modality=course.modality if phase.modality is Modality.UNKNOWN else phase.modality,
        code=phase.modality_code or course.modality_code,
    )
    groups: dict[int | None, list[VolumeDose]] = {}
    for dose in phase.doses:
        n = phase.fractions_delivered if dose.fractions is None else dose.fractions
        groups.setdefault(None if dose.uniform is False else n, []).append(dose)
    if not groups:
        groups[phase.fractions_delivered] = []
    return [
        Phase(
            id=phase.key if len(groups) == 1 else f"{phase.key}/{number}",
            label=place.label,
            status=phase.status,
            modality=place.modality,
            **_fractions(n, place, doses, said),
            prescriptions=_prescriptions(doses, place, course, volumes, said),
            plan_uids=phase.uids,
            start_date=phase.start_date,
            end_date=phase.end_date,
            intent=course.intent,
            order_known=True,
        )
        for number, (n, doses) in enumerate(groups.items(), start=1)
    ]


def _of_whole_course(
    course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: _Said
) -> list[Phase]:
    """Doses that only the course states; of those without equal fractions the number of fractions stays unknown."""
    named = {dose.volume for phase in course.phases for dose in phase.doses}
    groups: dict[int | None, list[VolumeDose]] = {}
    for dose in course.doses:
        if dose.volume not in named and dose.dose_gy is not None:
            if dose.uniform is not True:
                said.say("import_fractions_not_uniform", label, path=volumes[dose.volume].name)
            groups.setdefault(dose.fractions if dose.uniform is True else None, []).append(dose)
    place = _Place(course=label, label=label, modality=course.modality, code=course.modality_code)
    return [
        Phase(
            id=f"{course.key}/course/{number}",
            label=label,
            status=course.status,
            modality=course.modality,
            **_fractions(n, place, doses, said),
            prescriptions=_prescriptions(doses, place, course, volumes, said),
            start_date=course.start_date,
            end_date=course.end_date,
            intent=course.intent,
            order_known=True,
        )
        for number, (n, doses) in enumerate(groups.items(), start=1)
    ]


def _empty(course: CourseFacts, label: str) -> Phase:
    """The one phase of a course of which nothing but its existence is stated."""
    return Phase(
        id=f"{course.key}/course",
        label=label,
        status=course.status,
        modality=course.modality,
        start_date=course.start_date,
        end_date=course.end_date,
        intent=course.intent,
        order_known=True,
    )


def _fractions(n: int | None, place: _Place, doses: Sequence[VolumeDose], said: _Said) -> dict[str, Any]:
    """What a phase says of its fractions: nothing where they are no fractions of short sessions."""
    n = n or None
    slow = place.modality is Modality.BRACHYTHERAPY and place.code not in HIGH_DOSE_RATE
    if slow and n is not None and doses:
        said.say("import_not_short_sessions", place.course, path=place.label, value=n)
        n = None
    elif n is None and doses:
        said.say("import_fractions_unknown", place.course, path=place.label)
    if n is None:
        return {}
    return {"fractions_planned": n, "fractions_delivered": n, "delivery": Fractionated(fractions=n)}


def _prescriptions(
    doses: Iterable[VolumeDose],
    place: _Place,
    course: CourseFacts,
    volumes: dict[str, VolumeFacts],
    said: _Said,
) -> tuple[Prescription, ...]:
    found = []
    for dose in doses:
        volume = volumes[dose.volume]
        if dose.dose_gy is None:
            said.say("import_dose_without_unit", place.course, path=volume.name, value=dose.as_found)
        elif dose.dose_gy > 0.0:
            region = _region_of(volume)
            if region is None and not _region(course.site, course.laterality).site:
                said.say("import_site_unknown", place.course, path=volume.name, value=volume.site)
            found.append(Prescription(target=volume.name, dose_gy=dose.dose_gy, region=region))
    return tuple(found)


def _region_of(volume: VolumeFacts) -> Region | None:
    """Where a volume lies: its code, else its name when it is an organ's; None when neither says."""
    region = _region(volume.site, volume.laterality)
    if region.site:
        return region
    label = tg263_name(volume.name)
    if label is not None:
        lies = {"L": "left", "R": "right"}.get(side(label) or "", "")
        return Region(site=root(label), side=lies)
    return Region(organs=(volume.name,)) if volume.kind == "OAR" else None


def _region(site: str, laterality: str) -> Region:
    organ = organ_at(site) or ""
    words = {one.code: one.means for one in fhir_codes("laterality")}
    return Region(site=organ, side=SIDES.get(words.get(laterality, ""), "") if organ else "")


def _energies(course: CourseFacts) -> str:
    return ", ".join(dict.fromkeys(one.energy for one in course.phases if one.energy))


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


def _say_totals(course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: _Said) -> None:
    """Where phases and course state another dose of one volume, the phases are taken, and it is said."""
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
        if abs(sum(known) - total.dose_gy) > APART_GY:
            said.say(
                "import_phases_differ",
                label,
                path=volumes[total.volume].name,
                value=total.dose_gy,
                phases=sum(known),
            )
