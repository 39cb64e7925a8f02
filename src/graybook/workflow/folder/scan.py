"""A folder comes in; persons with their records, every file accounted for, and what is to be said of them, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graybook.dicom.biological import FOR_PLANNING, RADIONUCLIDE
from graybook.dicom.dose_planes import with_assembled_planes
from graybook.dicom.facts import (
    AdministrationFacts,
    DoseFacts,
    FileFacts,
    ImageSliceFacts,
    OtherFacts,
    PlanFacts,
    RegistrationFacts,
    SegmentationFacts,
    StructureSetFacts,
)
from graybook.dicom.reading import read_folder
from graybook.errors import InputError, UsageError
from graybook.files.names import with_names
from graybook.files.settings import Settings, read
from graybook.progress import Progress
from graybook.record import Finding, Record, Refusal, Severity
from graybook.workflow.folder.administrations import administrations_of
from graybook.workflow.folder.courses import courses_of, in_time
from graybook.workflow.folder.delineations import images_of
from graybook.workflow.folder.given import radionuclide_courses
from graybook.workflow.folder.identities import corrections_said
from graybook.workflow.folder.links import links_of
from graybook.workflow.folder.listing import FileEntry, file_entries, of_parts, uses_of
from graybook.workflow.folder.names import ask_names
from graybook.workflow.folder.not_one import not_one
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.objects import Object, Unused, objects_of, once, without_disputed
from graybook.workflow.folder.paper import paper_courses
from graybook.workflow.folder.paper_owner import with_paper_owner
from graybook.workflow.folder.persons import PersonObjects, persons_of
from graybook.workflow.folder.planned import PlannedDose, matches, planned_doses

__all__ = ["PersonScan", "ScanResult", "scan", "scan_facts"]

DISPUTED = ("conflicting_duplicate", "dose_already_biological", "file_uid_conflict", "settings_elsewhere")
"""Reasons of files not used that a reader must know even without looking at the list of files."""


PERSON_BLOCK = """\
[person]
patient_id = "..."
name = "FAMILY^Given"
birth_date = 1950-01-31
sex = "F\""""
"""What to paste when courses are stated and nobody's name."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonScan:
    """One person of the folder.

    Parameters
    ----------
    planned
        Every plan and every dose without a plan, also those never given: what `dvh` shows.
    identity_refusals
        Why the files are not established as one person's: nothing of them may be added.
    slices
        Every image slice that could be read.
    administrations, segmentations, structure_sets
        Every radiopharmaceutical dose report, segmentation and structure set.
    """

    record: Record
    planned: tuple[PlannedDose, ...]
    registrations: tuple[RegistrationFacts, ...]
    plans: tuple[PlanFacts, ...]
    doses: tuple[DoseFacts, ...]
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]
    identity_refusals: tuple[Refusal, ...]
    slices: tuple[ImageSliceFacts, ...] = ()
    administrations: tuple[AdministrationFacts, ...] = ()
    segmentations: tuple[SegmentationFacts, ...] = ()
    structure_sets: tuple[StructureSetFacts, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The person's identifiers as one reads them."""
        return tuple(identity.value for identity in self.record.person.identities)


@dataclass(frozen=True, kw_only=True, eq=False)
class ScanResult:
    """All that a folder holds.

    ``settings_error`` is what is wrong with ``graybook.toml``; then no settings were applied, and nothing may be computed.
    ``usable`` is False when no file of the folder was one that Graybook reads.
    """

    files: tuple[FileEntry, ...]
    persons: tuple[PersonScan, ...]
    settings: Settings
    findings: tuple[Finding, ...]
    usable: bool
    settings_error: InputError | None = None

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """All refusals of all persons, those of identity first."""
        identity = [refusal for person in self.persons for refusal in person.identity_refusals]
        unique = [one for place, one in enumerate(identity) if one not in identity[:place]]
        return (*unique, *(refusal for person in self.persons for refusal in person.refusals))

    def require_settings(self) -> None:
        """Raise what is wrong with ``graybook.toml``, if anything: no number is given out beside ignored corrections."""
        if self.settings_error is not None:
            raise self.settings_error

    def person_to_sum(self, patient: str | None = None) -> PersonScan:
        """The one person whose doses may be added, by Patient ID when there are several.

        Raises
        ------
        InputError
            The settings are wrong, or no file of a person can be used.
        UsageError
            No person has that Patient ID.
        NotComparable
            Several persons, or identities that are not established as one: the remedy can be pasted.
        """
        self.require_settings()
        if not self.persons and self.settings.on_paper:
            raise InputError(
                "graybook.toml states courses and no file of the folder says whose they are.",
                value=f"{len(self.settings.paper_courses)} courses",
                remedy=f"Add to graybook.toml:\n{PERSON_BLOCK}",
            )
        if not self.persons:
            raise InputError(
                "No file of the folder belongs to a plan, a dose or an image that Graybook reads.",
                value=f"{len(self.files)} files",
                remedy="Run `graybook scan` on the folder: it lists every file with the reason.",
            )
        known = ", ".join(sorted({value or '""' for person in self.persons for value in person.ids}))
        named = [person for person in self.persons if patient is None or patient in person.ids]
        if not named:
            raise UsageError(
                "No person of the folder has this Patient ID.", value=patient, remedy=f"Found: {known}."
            )
        chosen = [person for person in named if person.record.courses]
        if not chosen:
            raise InputError(
                "The folder holds no course: no plan or dose of its persons can be used.",
                value=f"Patient IDs {known}",
                remedy="Run `graybook scan` on the folder: it lists every file with the reason.",
            )
        refused = [refusal for person in named for refusal in person.identity_refusals]
        if refused or len(chosen) > 1:
            raise not_one([person.record.person for person in (named if refused else chosen)], refused)
        return chosen[0]


def scan(folder: Path, progress: Progress, *, names: Path | None = None) -> ScanResult:
    """Walk a folder or zip to its end and understand it; ``names`` is a centre's file of structure names.

    Raises
    ------
    UsageError
        There is no such folder, or no such file of names.
    InputError
        The file of names is wrong.
    """
    settings, error = Settings(), None
    try:
        settings = read(folder)
    except InputError as caught:
        error = caught
    settings = with_names(settings, names)
    return scan_facts(read_folder(folder, progress), settings, settings_error=error)


def scan_facts(
    facts: Sequence[FileFacts], settings: Settings, *, settings_error: InputError | None = None
) -> ScanResult:
    """The same from facts already read."""
    facts = without_disputed(facts)
    objects, unused = once(facts)
    used: dict[str, str] = {}
    left = list(unused)
    persons = []
    kept = _kept(objects, left)
    groups, owner = with_paper_owner(persons_of(kept, settings), settings)
    for place, group in enumerate(groups):
        person, own_used, own_unused = _person(group, settings, with_paper=place == owner)
        persons.append(person)
        used.update(own_used)
        left.extend(own_unused)
    notes = Notes()
    _check_settings(settings, persons, notes)
    notes.findings.extend(corrections_said([fact.header for fact in kept], settings))
    notes.findings.extend(_said_on_reading(kept))
    notes.findings.extend(
        fact.reason for fact in facts if isinstance(fact, OtherFacts) and _must_be_said(fact.reason.code)
    )
    notes.findings.extend(one.reason for one in left if _must_be_said(one.reason.code))
    return ScanResult(
        files=file_entries(facts, used, left),
        persons=tuple(persons),
        settings=settings,
        findings=_once_each(notes.findings),
        usable=bool(groups) or any(not isinstance(fact, OtherFacts) for fact in facts),
        settings_error=settings_error,
    )


def _must_be_said(code: str) -> bool:
    """Whether the reason of a file not used belongs among the findings: a missing registration is looked for in vain otherwise."""
    return code in DISPUTED or code.startswith("registration_")


def _kept(objects: Sequence[Object], unused: list[Unused]) -> list[Object]:
    """The objects that may belong to a course; biological doses and our own files are listed, never counted (rule 7)."""
    kept = []
    notes = Notes()
    for fact in objects:
        if isinstance(fact, DoseFacts) and fact.biological in FOR_PLANNING:
            notes.leave_out(fact.header.path, "dose_for_planning", quantity=fact.biological)
        elif fact.header.made_by_graybook or _is_map(fact):
            notes.leave_out(fact.header.path, "made_by_graybook")
        elif isinstance(fact, DoseFacts) and fact.biological:
            notes.leave_out(
                fact.header.path, "dose_already_biological", Severity.WARNING, quantity=fact.biological
            )
        else:
            kept.append(fact)
    unused.extend(notes.unused)
    return kept


def _is_map(fact: Object) -> bool:
    """Whether a dose is a map of a radionuclide that Graybook made, whoever wrote it anew."""
    return isinstance(fact, DoseFacts) and fact.biological == RADIONUCLIDE


def _person(
    group: PersonObjects, settings: Settings, *, with_paper: bool
) -> tuple[PersonScan, dict[str, str], list[Unused]]:
    notes = Notes(findings=list(group.findings))
    objects = objects_of(group.objects)
    doses, said = with_assembled_planes(objects.doses)
    objects = replace(objects, doses=doses)
    notes.findings.extend(said)
    links = links_of(objects)
    notes.findings.extend(links.findings)
    linked = {uid for series in links.series_of.values() for uid in series}
    images = images_of(objects, linked, notes)
    planned = planned_doses(objects, links, settings, notes)
    of_files = courses_of(planned, objects.records, images, settings, notes)
    stated = settings.radionuclides if with_paper else ()
    clock = settings.nuclear.clock
    given = administrations_of(stated, objects.administrations, objects.slices, clock, notes)
    on_paper = paper_courses(settings, given, notes) if with_paper else radionuclide_courses(given)
    courses = in_time((*of_files, *on_paper), notes)
    ask_names(courses, settings, notes)
    in_courses = {phase.id for course in courses for phase in course.phases}
    apart = [one for one in planned if one.id not in in_courses]
    used, unused = uses_of(objects, planned, courses, apart)
    notes.unused.extend(of_parts(objects.doses, notes.unused))
    for one in notes.unused:
        if used.get(one.path) == "image":
            del used[one.path]
    person = PersonScan(
        record=Record(person=group.person, courses=courses),
        planned=planned,
        registrations=objects.registrations,
        plans=objects.plans,
        doses=objects.doses,
        findings=_once_each(notes.findings),
        refusals=tuple(notes.refusals),
        identity_refusals=group.refusals,
        slices=objects.slices,
        administrations=objects.administrations,
        segmentations=objects.segmentations,
        structure_sets=objects.structure_sets,
    )
    return person, used, [*notes.unused, *unused]


def _said_on_reading(objects: Sequence[Object]) -> list[Finding]:
    """What the readers said of files; the same said of many slices of one series is said once, with how many more."""
    alike: dict[str, list[Finding]] = {}
    for fact in objects:
        place = fact.header.series_uid if isinstance(fact, ImageSliceFacts) else fact.header.path
        for one in fact.header.findings:
            what = sorted((key, str(value)) for key, value in one.params.items() if key != "file")
            alike.setdefault(f"{place} {one.code} {what}", []).append(one)
    said = []
    for first, *others in alike.values():
        shown = f"{first.params.get('file')} (+{len(others)})" if others else first.params.get("file")
        params = {**first.params, "file": shown} if "file" in first.params else first.params
        said.append(replace(first, params=params))
    return said


def _once_each(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    kept: list[Finding] = []
    for one in findings:
        if one not in kept:
            kept.append(one)
    return tuple(kept)


def _check_settings(settings: Settings, persons: Sequence[PersonScan], notes: Notes) -> None:
    """Say which settings name nothing, or more than one plan or course."""
    planned = [one for person in persons for one in person.planned]
    for phase in settings.phases:
        _say_count(
            "plan", phase.plan, len({one.uids[:1] for one in planned if matches(phase.plan, one)}), notes
        )
    for selector in (one for setting in settings.courses for one in (*setting.plans, setting.use) if one):
        _say_count("plan", selector, len({one.uids[:1] for one in planned if matches(selector, one)}), notes)
    courses = [course for person in persons for course in person.record.courses]
    stated = {
        setting.label: setting.course for setting in settings.courses if setting.label and setting.course
    }
    for selector in (setting.course for setting in settings.courses if setting.course):
        named = [
            course
            for course in courses
            if selector in (course.id, course.label, str(course.start_date))
            or stated.get(course.label) == selector
        ]
        _say_count("course", selector, len(named), notes)
    found = {one.header.sop_instance_uid for person in persons for one in person.registrations}
    spoken_of = {one.use for one in settings.registrations} | {one.registration for one in settings.approvals}
    for uid in sorted(spoken_of - found):
        _say_count("registration", uid, 0, notes)


def _say_count(kind: str, selector: str, count: int, notes: Notes) -> None:
    if count == 0:
        notes.warn("setting_names_nothing", selector, kind=kind, name=selector)
    elif count > 1:
        notes.warn("setting_names_several", selector, kind=kind, name=selector, count=count)
