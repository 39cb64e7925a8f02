"""A person's record comes in, and what an assessment found of it; courses as facts that other formats can hold go out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.record import Course, Modality, Phase, Prescription, Record, Region, Status
from graybook.tables.fhir import fhir_codes
from graybook.tables.nuclides import nuclide_name
from graybook.tables.structure_names import root, tg263_name
from graybook.tables.treatment_sites import site_code

__all__ = ["facts_of", "given_in_same_sessions"]

GIVEN = (Status.DELIVERED, Status.PARTLY_DELIVERED, Status.ASSUMED_DELIVERED)
WEAKEST = (Status.ASSUMED_DELIVERED, Status.PARTLY_DELIVERED, Status.DELIVERED)
"""What a course with phases of several of these is: the one that says least."""

SAME_FRACTION_GY = 1e-6
"""Doses a fraction that differ by no more are the same. [Gy]"""

LATERALITY = {"left": "left", "right": "right", "both": "bilateral"}
KIND = re.compile(r"(GTV|CTV|ITV|PTV)(?![A-Za-z])", re.IGNORECASE)


def facts_of(
    record: Record, *, reirradiates: frozenset[str] = frozenset(), grades: Mapping[str, str] | None = None
) -> PersonFacts:
    """
    The courses of a person as numbers; of a plan the doses planned, of what was given the doses given (rule 1).

    Parameters
    ----------
    record
        Every course, of files and on paper.
    reirradiates
        Ids of the courses that are known to irradiate again what was irradiated. Of others nothing is said.
    grades
        Evidence grades that an assessment found, by id of the course; of others that of the record.
    """
    volumes = _Volumes()
    found = grades or {}
    courses = tuple(
        replace(_course(one, volumes, reirradiates), grade=found.get(one.id, one.evidence_grade.value))
        for one in record.courses
    )
    return PersonFacts(person=record.person, courses=courses, volumes=tuple(volumes.found))


def given_in_same_sessions(record: Record, facts: PersonFacts) -> frozenset[str]:
    """Keys of the volumes that two phases of the same sessions name: their doses add before they are converted (rule 2).

    Facts know phases one after the other only, so that no EQD2 follows from them there.
    """
    names = {one.key: one.name for one in facts.volumes}
    found = set()
    for course, stated in zip(record.courses, facts.courses, strict=True):
        doses = {one.key: {dose.volume for dose in one.doses} for one in stated.phases}
        for phase in course.phases:
            for other in phase.concurrent_with:
                theirs = {names[key] for key in doses.get(other, ())}
                found |= {key for key in doses[phase.id] if names[key] in theirs}
    return frozenset(found)


@dataclass
class _Volumes:
    """Targets of all courses, each by one key."""

    found: list[VolumeFacts] = field(default_factory=list)
    keys: dict[tuple[str, str, Region, str], str] = field(default_factory=dict)

    def key_of(self, course: Course, asked: Prescription, phase: Phase) -> str:
        """The key of a target of a course; a target that nobody named is called as its phase is."""
        name = asked.target or phase.label or course.label
        region = asked.region or course.region
        place = (course.id, name, region, asked.reference_uid)
        if place not in self.keys:
            self.keys[place] = f"volume-{len(self.found) + 1}"
            site, side = _codes(region)
            kind = KIND.match(name)
            self.found.append(
                VolumeFacts(
                    key=self.keys[place],
                    name=name,
                    kind=kind[1].upper() if kind else "",
                    site=site,
                    laterality=side,
                    uid=asked.reference_uid,
                )
            )
        return self.keys[place]


def _codes(region: Region) -> tuple[str, str]:
    """Codes of the site and of the side of a region; empty where its words are none that the tables know."""
    label = tg263_name(region.site) if region.site else None
    if label is None and len(region.organs) == 1:
        label = tg263_name(region.organs[0])
    site = site_code(root(label)) if label else ""
    side = region.side or {"_L": "left", "_R": "right"}.get((label or "")[-2:], "")
    return site, _code("laterality", LATERALITY.get(side, "")) if site else ""


def _code(codes: str, means: str) -> str:
    found = (one.code for one in fhir_codes(codes) if means and one.means == means and not one.old)
    return next(found, "")


def _course(course: Course, volumes: _Volumes, reirradiates: frozenset[str]) -> CourseFacts:
    phases = tuple(_phase(one, course, number, volumes) for number, one in enumerate(course.phases, start=1))
    site, side = _codes(course.region)
    natures = {one.modality for one in course.phases}
    return CourseFacts(
        key=course.id,
        label=course.label,
        status=_status(course),
        start_date=course.start_date,
        end_date=course.end_date,
        intent=course.intent.lower(),
        modality=natures.pop() if len(natures) == 1 else course.modality,
        site=site,
        laterality=side,
        reirradiation=True if course.id in reirradiates else None,
        sessions=_sessions(course),
        phases=phases,
        doses=_totals(phases),
        grade=course.evidence_grade.value,
    )


def _status(course: Course) -> Status:
    """What the phases have in common; where some were given, the weakest word on those."""
    found = [one.status for one in course.phases]
    if course.undecided or not found:
        return Status.UNKNOWN
    given = [one for one in WEAKEST if one in found]
    if given and Status.UNKNOWN in found:
        return Status.PARTLY_DELIVERED
    if given:
        return given[0]
    return found[0] if len(set(found)) == 1 else Status.UNKNOWN


def _sessions(course: Course) -> int | None:
    """Visits with radiation, where there is one phase; sessions that phases may have shared are not counted."""
    given = [one for one in course.phases if one.status in GIVEN]
    return given[0].fractions_delivered if len(given) == len(course.phases) == 1 else None


def _phase(phase: Phase, course: Course, number: int, volumes: _Volumes) -> PhaseFacts:
    return PhaseFacts(
        key=phase.id,
        label=phase.label or "",
        status=phase.status,
        modality=phase.modality,
        energy=_energy(course, number - 1),
        fractions_planned=phase.fractions_planned,
        fractions_delivered=phase.fractions_delivered if phase.status in GIVEN else None,
        start_date=phase.start_date,
        end_date=phase.end_date,
        doses=tuple(_dose(one, phase, course, volumes) for one in phase.prescriptions),
        uids=phase.plan_uids,
    )


def _energy(course: Course, place: int) -> str:
    """The energy that a report states; of a radionuclide its name, ``Lu-177``."""
    if course.paper is None:
        return ""
    if course.modality is Modality.RADIONUCLIDE and place < len(course.paper.administrations):
        nuclide = course.paper.administrations[place].nuclide
        return nuclide_name(nuclide) or nuclide
    return course.paper.energy


def _dose(asked: Prescription, phase: Phase, course: Course, volumes: _Volumes) -> VolumeDose:
    """What the target was given: the prescription times the share of its fractions that were given; None where not known."""
    planned, done = phase.fractions_planned, phase.fractions_delivered
    dose_gy: float | None = asked.dose_gy
    if phase.status in GIVEN and course.paper is None:
        dose_gy = None if not planned or done is None else asked.dose_gy * done / planned
    fractions = done if phase.status in GIVEN else planned
    if phase.sessions_partial and phase.status in GIVEN:
        dose_gy = None
    return VolumeDose(
        volume=volumes.key_of(course, asked, phase),
        dose_gy=dose_gy,
        fractions=fractions or None,
        uniform=True if fractions and dose_gy is not None else None,
    )


def _totals(phases: Sequence[PhaseFacts]) -> tuple[VolumeDose, ...]:
    """Each volume's dose over the phases that were given; over those planned, where none was."""
    counted = [one for one in phases if one.status in GIVEN] or [
        one for one in phases if one.status is Status.PROPOSED
    ]
    keys = dict.fromkeys(dose.volume for one in counted for dose in one.doses)
    return tuple(
        _total([dose for one in counted for dose in one.doses if dose.volume == key]) for key in keys
    )


def _total(parts: Sequence[VolumeDose]) -> VolumeDose:
    known = [(one.dose_gy, one.fractions) for one in parts if one.dose_gy is not None and one.fractions]
    if len(known) < len(parts):
        doses = [one.dose_gy for one in parts]
        whole = None if None in doses else sum(one for one in doses if one is not None)
        return VolumeDose(volume=parts[0].volume, dose_gy=whole)
    each = [dose_gy / n for dose_gy, n in known]
    return VolumeDose(
        volume=parts[0].volume,
        dose_gy=sum(dose_gy for dose_gy, _ in known),
        fractions=sum(n for _, n in known),
        uniform=max(each) - min(each) <= SAME_FRACTION_GY,
    )
