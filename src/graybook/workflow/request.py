"""A folder comes in; what a former centre should still send of each course, object by object, goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from graybook.progress import Progress
from graybook.record import Course, Modality, Person, Phase, Status
from graybook.tables.nuclides import nuclide_name
from graybook.workflow.folder.planned import PlannedDose
from graybook.workflow.folder.scan import PersonScan, scan

__all__ = ["CourseRequest", "Missing", "MissingObject", "Request", "request_for", "request_of"]


class Missing(StrEnum):
    """The kinds of objects a letter asks for, in its order."""

    DOSE = "RTDOSE"
    PLAN = "RTPLAN"
    STRUCTURES = "RTSTRUCT"
    IMAGE = "CT"
    RECORDS = "RTRECORD"
    REGISTRATION = "REG"
    ADMINISTRATION = "RRDSR"
    ACTIVITY = "SPECT"
    REGIONS = "SEG"
    DOSIMETRY = "DOSIMETRY"
    PARTITION = "SIRT_PLAN"
    SPHERES = "SIRT_IMAGES"


OF_BEAMS = (Missing.DOSE, Missing.PLAN, Missing.STRUCTURES, Missing.IMAGE, Missing.RECORDS)
"""All that describes a course of external beam or brachytherapy."""


@dataclass(frozen=True, kw_only=True)
class MissingObject:
    """One object that is not in the folder.

    Parameters
    ----------
    plan
        The plan it belongs to, as labelled; empty for the whole course.
    uids
        What the files at hand call it: SOP Instance UIDs, or Series Instance UIDs of a CT. Empty when nothing names it.
    """

    kind: Missing
    plan: str = ""
    uids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseRequest:
    """One course and what is missing of it; ``paper`` when no DICOM of it is at hand."""

    course: Course
    missing: tuple[MissingObject, ...]
    paper: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Request:
    """All that should be asked for one person.

    Parameters
    ----------
    courses
        Those of which something is missing, in the order of time.
    strays
        Objects that files refer to and no course above names.
    """

    person: Person
    courses: tuple[CourseRequest, ...]
    strays: tuple[MissingObject, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is missing."""
        return not self.courses and not self.strays


def request_for(folder: Path, *, patient: str | None = None, progress: Progress) -> Request:
    """
    What is missing of the earlier courses of one person.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, with an optional ``graybook.toml``.
    patient
        Patient ID, when the folder holds several persons.
    progress
        Told of every file.

    Raises
    ------
    graybook.errors.InputError
        Nothing readable.
    graybook.errors.NotComparable
        The files are not established as one person's: nothing may be asked in that person's name.
    """
    return request_of(scan(folder, progress).person_to_sum(patient))


def request_of(person: PersonScan) -> Request:
    """The same from a person already scanned."""
    courses = person.record.courses
    dated = [course for course in courses if course.start_date is not None]
    today = max(dated, key=lambda one: (str(one.start_date), one.id)) if dated else courses[-1]
    reached = _reached(today.frame, person)
    found = tuple(
        asked for course in courses if (asked := _of_course(course, today, reached, person)).missing
    )
    named = {uid for one in found for item in one.missing for uid in item.uids}
    return Request(person=person.record.person, courses=found, strays=tuple(_strays(person, named)))


def _reached(frame: str, person: PersonScan) -> frozenset[str]:
    """The frames that registrations, one after another, connect with this one."""
    reached = {frame}
    links = [pair for one in person.registrations for pair in one.joined]
    while more := {end for pair in links for end in pair if set(pair) & reached} - reached:
        reached |= more
    return frozenset(reached)


def _given(phase: Phase) -> bool:
    return phase.status not in (Status.PROPOSED, Status.ALTERNATIVE, Status.NOT_GIVEN)


def _of_course(course: Course, today: Course, reached: frozenset[str], person: PersonScan) -> CourseRequest:
    phases = [phase for phase in course.phases if _given(phase)]
    if course.phases and not phases:
        return CourseRequest(course=course, missing=())
    if course.modality.stands_apart:
        return CourseRequest(course=course, missing=_of_apart(course, person))
    members = {one.id: one for one in person.planned}
    own = [(phase, members.get(phase.id)) for phase in phases]
    if all(planned is None for _, planned in own) and not course.images:
        return CourseRequest(course=course, missing=_everything(), paper=True)
    missing = [*_of_phases(own), *_of_anatomy(course, [one for _, one in own if one is not None])]
    apart = course.frame and today.frame and course.frame not in reached
    if course.id != today.id and apart:
        missing.append(MissingObject(kind=Missing.REGISTRATION))
    return CourseRequest(course=course, missing=tuple(dict.fromkeys(missing)))


def _everything() -> tuple[MissingObject, ...]:
    return tuple(MissingObject(kind=kind) for kind in OF_BEAMS)


def _of_apart(course: Course, person: PersonScan) -> tuple[MissingObject, ...]:
    """Of radionuclides and microspheres: what was given, the images of it, and what was computed from them."""
    spheres = course.modality is Modality.MICROSPHERES
    given = () if course.paper is None else course.paper.administrations
    names = {nuclide_name(one.nuclide) for one in given}
    seen = any(
        one.activity is not None and nuclide_name(one.activity.nuclide) in names for one in person.slices
    )
    kinds = []
    if not given or any(one.started is None or one.activity_gbq is None for one in given):
        kinds.append(Missing.ADMINISTRATION)
    if spheres:
        kinds += [Missing.PARTITION, Missing.SPHERES]
    elif not seen:
        kinds += [Missing.ACTIVITY, Missing.REGIONS, Missing.DOSIMETRY]
    return tuple(MissingObject(kind=kind) for kind in kinds)


def _of_phases(own: Sequence[tuple[Phase, PlannedDose | None]]) -> Iterator[MissingObject]:
    """Doses, plans and records, phase by phase, in the order of the letter."""
    for phase, planned in own:
        if phase.dose is None:
            named = () if planned is None or planned.plan is None else planned.plan.dose_uids
            yield MissingObject(kind=Missing.DOSE, plan=phase.label or "", uids=tuple(named))
    for phase, planned in own:
        if planned is None or planned.plan is None:
            uids = phase.plan_uids if planned is None else planned.plan_uids
            yield MissingObject(kind=Missing.PLAN, plan=phase.label or "", uids=tuple(uids))
    for phase, _ in own:
        if phase.status in (Status.ASSUMED_DELIVERED, Status.UNKNOWN) or phase.fractions_delivered is None:
            yield MissingObject(kind=Missing.RECORDS, plan=phase.label or "", uids=phase.plan_uids)


def _of_anatomy(course: Course, members: Sequence[PlannedDose]) -> Iterator[MissingObject]:
    """Structures and CT: those that files name and the folder lacks, also where others stand in for them; or none at all."""
    sets = {one.uid for one in course.structure_sets}
    named = [uid for one in members for uid in _structure_sets_named(one) if uid not in sets]
    if named or not sets:
        yield MissingObject(kind=Missing.STRUCTURES, uids=tuple(dict.fromkeys(named)))
    facts = [(one, one.structure_facts) for one in members if one.structure_facts is not None]
    series = [uid for one, drawn in facts for uid in drawn.image_series_uids if uid not in one.series_uids]
    if series or not course.images:
        yield MissingObject(kind=Missing.IMAGE, uids=tuple(dict.fromkeys(series)))


def _structure_sets_named(one: PlannedDose) -> tuple[str, ...]:
    of_plan = () if one.plan is None else one.plan.structure_set_uids
    return (*of_plan, *(uid for dose in one.doses for uid in dose.structure_set_uids))


_KINDS = {
    "RTDOSE": Missing.DOSE,
    "RTPLAN": Missing.PLAN,
    "RTSTRUCT": Missing.STRUCTURES,
    "image series": Missing.IMAGE,
}


def _strays(person: PersonScan, named: set[str]) -> Iterator[MissingObject]:
    """References that lead nowhere and that no course's list names."""
    uids: dict[Missing, list[str]] = {}
    for one in person.findings:
        kind, uid = _KINDS.get(str(one.params.get("kind"))), str(one.params.get("uid"))
        if one.code == "link_target_missing" and kind is not None and uid not in named:
            uids.setdefault(kind, []).append(uid)
    for kind in Missing:
        if kind in uids:
            yield MissingObject(kind=kind, uids=tuple(dict.fromkeys(uids[kind])))
