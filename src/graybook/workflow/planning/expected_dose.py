"""Expected dose: a proposed course or a file is named; the new physical dose that a base dose is made for goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.dicom.reading import read_file
from graybook.dicom.walk import files_of
from graybook.errors import FrameMismatch, InputError, NotComparable, QuantityMismatch, UsageError
from graybook.geometry import Field, GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.record import Course, Finding, Quantity, Refusal, Status
from graybook.report.background_result import ExpectedDose
from graybook.text import phrase, remedy
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.folder.planned import PlannedDose
from graybook.workflow.folder.scale import scale_of
from graybook.workflow.folder.scan import PersonScan, scan_facts
from graybook.workflow.person.study import Study

__all__ = ["Expected", "expected_dose"]

MARK_PROPOSED = 'write status = "proposed" for it in FOLDER/graybook.toml'


@dataclass(frozen=True, kw_only=True, eq=False)
class Expected:
    """
    The new dose that is expected.

    Parameters
    ----------
    result
        As ``background.json`` has it.
    parts
        Doses of all planned fractions with the share of them that is to be given; all in the same sessions, so that their sum is
        the dose. In the reference frame. [Gy]
    """

    result: ExpectedDose
    parts: tuple[tuple[Field, float], ...]
    findings: tuple[Finding, ...] = ()

    def dose_gy(self, points_mm: FloatArray) -> FloatArray:
        """Physical dose at points (n, 3); nothing beyond its grid. [Gy]"""
        total: FloatArray = np.zeros(len(points_mm))
        for field, share in self.parts:
            total += share * field.sample(points_mm).low
        return total


def expected_dose(wanted: str, found: Study, *, folder: Path, fractions: int) -> Expected:
    """
    The expected dose by what a person calls it.

    Parameters
    ----------
    wanted
        Id, label or start date of a proposed course, the label of one of its plans, or the path of an RT Plan or RT Dose.
    found
        The study of FOLDER.
    folder
        FOLDER: where the dose of a plan is looked for, beside the plan's own folder.
    fractions
        That the files are asked for; those of a dose without a plan.

    Raises
    ------
    graybook.errors.UsageError
        Nothing of that name, or another number of fractions.
    graybook.errors.NotComparable
        It counts as given, lies in another frame, is another person's, or its phases do not share their sessions.
    """
    path = Path(wanted)
    expected = _of_file(path, found, folder, fractions) if path.is_file() else _of_course(wanted, found)
    if expected.result.fractions != fractions:
        raise UsageError(
            "The expected dose is planned in another number of fractions than the files are asked for.",
            value=f"{expected.result.label}: {expected.result.fractions}; --fractions {fractions}",
            remedy=f"Ask with --fractions {expected.result.fractions}, or expect a plan in {fractions} fractions.",
        )
    return expected


def _of_course(wanted: str, found: Study) -> Expected:
    loaded, ids = _proposed(wanted, found.setting.courses)
    course = loaded.course
    way = found.setting.alignments.get(course.id)
    if loaded.dose is None or way is None or not ids <= set(loaded.grids):
        raise InputError(
            "The proposed course has no dose that can be used in the reference frame.",
            value=course.label,
            remedy="Add its RT Dose to FOLDER; `graybook scan FOLDER` says why a dose is not used.",
        )
    doses = _together(loaded.dose, ids, course)
    named = {one.id: one for one in found.person.planned}
    labels = [named[one.id].label or named[one.id].name for one in doses]
    whole = len(doses) == sum(one.status is Status.PROPOSED for one in course.phases)
    params = {"course": course.label, "plans": ", ".join(labels)}
    return _expected(
        [named[one.id] for one in doses],
        [loaded.grids[one.id] for one in doses],
        [one.fractions_low[1] / one.fractions_low[0] for one in doses],
        label=course.label if whole else " + ".join(labels),
        fractions=doses[0].fractions_low[1],
        way=way.transform,
        findings=()
        if whole
        else (Finding(code="background_other_phases", subject=course.id, params=params),),
    )


def _together(dose: CourseDose, ids: Collection[str], course: Course) -> list[PhaseDose]:
    """The phases asked about, which are given in the same sessions, once a day; else why no base dose is right for them."""
    doses = [one for one in dose.phases if one.id in ids]
    places = {place for place, one in enumerate(dose.phases) if one.id in ids}
    together = len(doses) < 2 or any(places <= set(group) for group in dose.groups)
    if (
        not together
        or len({one.fractions_low[1] for one in doses}) > 1
        or any(one.fractions_range for one in doses)
    ):
        listed = ", ".join(one.label or one.id for one in course.phases if one.id in ids)
        raise NotComparable(
            "The plans of the expected course are not given in the same sessions: no base dose is right for all of them.",
            value=f"{course.label}: {listed}",
            remedy="Expect one of its plans, by its label; or state in graybook.toml that they are concurrent.",
        )
    if any(one.day is not None for one in doses):
        raise NotComparable(
            "The expected course is given several times a day, which a planning system does not see in a base dose.",
            value=course.label,
            remedy="Ask without --expected, and add the earlier EQD2 to that of the new plan.",
        )
    return doses


def _proposed(wanted: str, courses: Sequence[LoadedCourse]) -> tuple[LoadedCourse, frozenset[str]]:
    """The proposed course of this name with its proposed phases, or with the one of this name."""
    asked = [(one, _asked(one.course)) for one in courses]
    named = [(one, frozenset(phases)) for one, phases in asked if wanted in _names(one.course)]
    found = [(one, ids) for one, ids in named if ids] or [
        (one, frozenset({phase}))
        for one, phases in asked
        for phase, label in phases.items()
        if wanted in (phase, label)
    ]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{one.course.id} ({one.course.label})" for one, phases in asked if phases)
    if named and not found:
        raise NotComparable(
            "The course counts as given: it is in the earlier dose and cannot be expected as well.",
            value=wanted,
            remedy=f"If it has not been given, {MARK_PROPOSED}; proposed now: {listed or 'none'}.",
        )
    raise UsageError(
        "No single proposed course has this id, label or start date, none of their plans this label, and no file lies there.",
        value=wanted,
        remedy=f"Name one of: {listed}." if listed else f"Name a file; or, of a course, {MARK_PROPOSED}.",
    )


def _asked(course: Course) -> dict[str, str | None]:
    """Ids and labels of proposed phases."""
    return {one.id: one.label for one in course.phases if one.status is Status.PROPOSED}


def _names(course: Course) -> tuple[str, ...]:
    return (course.id, course.label, str(course.start_date))


def _of_file(path: Path, found: Study, folder: Path, fractions: int) -> Expected:
    person, planned = _planned_in(path, found, folder)
    if not set(person.ids) & set(found.person.ids):
        raise NotComparable(
            "The expected dose is another person's.",
            value=", ".join(person.ids),
            remedy="Name a plan or dose of the same Patient ID.",
        )
    uids = set(planned.uids)
    if any(
        uids & {*one.plan_uids, one.id} and one.status.counts and one.status is not Status.PROPOSED
        for loaded in found.setting.courses
        for one in loaded.course.phases
    ):
        raise NotComparable(
            "The plan counts as given: it is in the earlier dose and cannot be expected as well.",
            value=planned.name,
            remedy=f"If it has not been given, {MARK_PROPOSED}.",
        )
    if planned.volume is None:
        planned = _with_dose(planned, found.person)
    volume = planned.volume
    if volume is None:
        raise InputError(
            "No usable dose of the expected plan lies in FOLDER or beside the plan.",
            value=planned.name,
            remedy="Put its RT Dose beside it.",
        )
    if volume.grid.frame != found.setting.reference.frame:
        raise FrameMismatch(
            "The expected dose lies in another frame of reference than the planning CT.",
            value=volume.grid.frame,
            remedy="Name a plan on the reference course's CT, or that course with --reference.",
        )
    if volume.quantity not in (Quantity.PHYSICAL, Quantity.RBE_WEIGHTED):
        raise QuantityMismatch(
            "It is not known what the Gy of the expected dose are.",
            value=volume.quantity.value,
            remedy="Add the dose to FOLDER and answer what `graybook scan FOLDER` asks.",
        )
    field = GridField(grid=volume.grid, values=volume.voxels())
    _refuse(scale_of(planned, field).refusals)
    said = [
        _other_phases(one.course, planned) for one in found.setting.courses if _has_others(one.course, uids)
    ]
    if planned.fractions_planned is None:
        said.append(
            Finding(code="background_fractions_taken", subject=planned.name, params={"fractions": fractions})
        )
    return _expected(
        [planned],
        [field],
        [1.0],
        label=planned.label or path.name,
        fractions=planned.fractions_planned or fractions,
        findings=tuple(said),
    )


def _has_others(course: Course, uids: Collection[str]) -> bool:
    """Whether a plan of these UIDs is proposed in a course, and another beside it."""
    asked = [one for one in course.phases if one.status is Status.PROPOSED]
    own = [one for one in asked if set(uids) & {*one.plan_uids, one.id}]
    return 0 < len(own) < len(asked)


def _other_phases(course: Course, planned: PlannedDose) -> Finding:
    params = {"course": course.label, "plans": planned.label or planned.name}
    return Finding(code="background_other_phases", subject=course.id, params=params)


def _planned_in(path: Path, found: Study, folder: Path) -> tuple[PersonScan, PlannedDose]:
    """The plan or dose of a file: as FOLDER has it, else as the files beside it do."""
    place = path.resolve()
    if place.is_relative_to(folder.resolve()):
        planned = _with_path(found.person.planned, place.relative_to(folder.resolve()).as_posix())
        if planned is not None:
            return found.person, planned
    beside = [one for one in files_of(place.parent) if "/" not in one.path]
    scanned = scan_facts([read_file(one) for one in beside], found.scanned.settings)
    for person in scanned.persons:
        planned = _with_path(person.planned, place.name)
        if planned is not None:
            return person, planned
    reason = next((one.reason for one in scanned.files if one.path == place.name and one.reason), None)
    said = "" if reason is None else phrase(reason.code, "en", **{"subject": reason.subject, **reason.params})
    raise InputError(
        "The file holds no plan and no dose that can be expected.",
        value=f"{path.name}: {said}" if said else path.name,
        remedy="Name an RT Plan, or an RT Dose of a whole plan.",
    )


def _with_path(planned: Sequence[PlannedDose], path: str) -> PlannedDose | None:
    for one in planned:
        plan = "" if one.plan is None else one.plan.header.path
        if path in (plan, *(dose.header.path for dose in one.doses)):
            return one
    return None


def _with_dose(plan: PlannedDose, person: PersonScan) -> PlannedDose:
    """A plan whose dose lies in FOLDER."""
    for one in person.planned:
        if one.plan is None and one.volume is not None and set(one.plan_uids) & set(plan.plan_uids):
            return replace(plan, doses=one.doses, volume=one.volume)
    return plan


def _expected(
    planned: Sequence[PlannedDose],
    fields: Sequence[GridField],
    shares: Sequence[float],
    *,
    label: str,
    fractions: int,
    way: Transform | None = None,
    findings: tuple[Finding, ...] = (),
) -> Expected:
    files = [dose.header for one in planned for dose in one.doses]
    seen: list[Field] = [one if way is None else MappedField(field=one, transform=way) for one in fields]
    weighted = any(one.volume is not None and one.volume.quantity is not Quantity.PHYSICAL for one in planned)
    said = (
        (Finding(code="background_rbe_weighted", subject=label, params={"plan": label}),) if weighted else ()
    )
    return Expected(
        parts=tuple(zip(seen, shares, strict=True)),
        findings=(*findings, *said),
        result=ExpectedDose(
            label=label,
            plan_uid=next((one.plan.header.sop_instance_uid for one in planned if one.plan is not None), ""),
            dose_uids=[one.sop_instance_uid for one in files],
            sha256=_one_digest([one.sha256 for one in files]),
            fractions=fractions,
            max_gy=_highest_gy(fields, shares),
        ),
    )


def _highest_gy(fields: Sequence[GridField], shares: Sequence[float]) -> float:
    """The highest dose at a voxel of any of the fields, all of them added. [Gy]"""
    if len(fields) == 1:
        return shares[0] * float(fields[0].values.max())
    highest = 0.0
    for one in fields:
        points = one.grid.centres()
        added = np.sum(
            [share * each.sample(points).low for each, share in zip(fields, shares, strict=True)], axis=0
        )
        highest = max(highest, float(added.max()))
    return highest


def _one_digest(digests: Sequence[str]) -> str:
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _refuse(refusals: Sequence[Refusal]) -> None:
    for one in refusals:
        params = {"subject": one.subject, **one.params}
        raise NotComparable(
            phrase(one.code, "en", **params),
            remedy=remedy(one.code, "en", **params) or "Answer it in FOLDER/graybook.toml.",
        )
