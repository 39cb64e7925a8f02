"""Register, courses: a folder and two courses of it come in; their images, structures and points to carry go out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graybook.errors import InputError, NotComparable, UsageError
from graybook.geometry.arrays import BoolArray
from graybook.progress import Progress, silent
from graybook.record import Course, Finding, InputFile, Structure
from graybook.record.assessment import Param
from graybook.registration.quality.pairs import paired
from graybook.registration.volume import Volume
from graybook.workflow.alignment.pair import CourseSide, Pair
from graybook.workflow.folder.scan import PersonScan, ScanResult, scan
from graybook.workflow.person.study import reference_course
from graybook.workflow.registering.around import voxels_inside

__all__ = ["courses_pair"]


def courses_pair(
    folder: Path,
    *,
    from_course: str,
    to_course: str,
    around: str | None = None,
    patient: str | None = None,
    names: Path | None = None,
    progress: Progress = silent,
) -> Pair:
    """
    The images of two courses: fixed is that of ``to_course``, moving that of ``from_course``.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM.
    from_course
        Id, label or start date of the earlier course, whose dose is to be carried.
    to_course
        The same of the course whose anatomy it goes onto.
    around
        Name of a structure of ``to_course``, as found or by TG-263.
    patient
        Patient ID, when the folder holds several persons.
    names
        A centre's file of structure names.

    Raises
    ------
    graybook.errors.UsageError
        No such course or structure.
    graybook.errors.InputError
        A course has no image that can be read.
    graybook.errors.NotComparable
        The courses are not of one person, or lie in one frame already.
    """
    scanned = scan(folder, progress, names=names)
    person = scanned.person_to_sum(patient)
    moving, fixed = (_side(person, reference_course(person.record, one)) for one in (from_course, to_course))
    _check_frames(fixed, moving)
    findings: list[Finding] = []
    progress("images", 0.2)
    structures = paired(_structures(fixed, findings), _structures(moving, findings))
    mask = None if around is None else _around(around, fixed)
    fixed_volume = Volume.of(fixed.image)
    progress("images", 0.6)
    moving_volume = Volume.of(moving.image)
    return Pair(
        fixed=fixed_volume,
        moving=moving_volume,
        fixed_side=fixed,
        moving_side=moving,
        person=person.record.person,
        fixed_name=fixed.name,
        moving_name=moving.name,
        around=mask,
        around_name=around or "",
        structures=structures,
        inputs=_inputs(scanned, (fixed, moving)),
        findings=tuple(findings),
    )


def _side(person: PersonScan, course: Course) -> CourseSide:
    """The course with its image: a CT when there is one, in the course's own frame."""
    images = [one for one in course.images if not course.frame or one.grid.frame == course.frame]
    if not images:
        others = f"images in other frames: {len(course.images)}" if course.images else "no image"
        raise InputError(
            f"Course {course.label} has no image in the frame of its doses: nothing can be registered.",
            value=others,
            remedy="Add its planning CT to the folder; `graybook scan` lists every image with what became of it.",
        )
    image = min(images, key=lambda one: (one.modality != "CT", one.series_uid))
    slices = tuple(one for one in person.slices if one.header.series_uid == image.series_uid)
    return CourseSide(course=course, image=image, slices=slices)


def _check_frames(fixed: CourseSide, moving: CourseSide) -> None:
    if fixed.course.id == moving.course.id:
        raise UsageError(
            "--from and --to name the same course.",
            value=fixed.course.label,
            remedy="Name the earlier course with --from and the course whose anatomy it goes onto with --to.",
        )
    if fixed.image.grid.frame == moving.image.grid.frame:
        raise NotComparable(
            "Both courses lie in one frame of reference: their points are the same by definition, "
            "and a registration has nowhere to lead.",
            value=fixed.image.grid.frame,
            remedy="If the patient lies differently in the two images, give each a Frame of Reference UID of its own; "
            "to look at the difference, convert both to .mha and name them with --fixed-image and --moving-image.",
        )


def _structures(side: CourseSide, findings: list[Finding]) -> list[Structure]:
    """The structures in the image's frame whose contours can be read; the others are said."""
    kept: list[Structure] = []
    for structure in (one for found in side.course.structure_sets for one in found.structures):
        if structure.frame != side.image.grid.frame:
            continue
        try:
            empty = structure.contours().is_empty
        except InputError as error:
            params: dict[str, Param] = {"course": side.course.label, "why": str(error)}
            findings.append(Finding(code="structure_unreadable", subject=structure.name, params=params))
            continue
        if not empty:
            kept.append(structure)
    return kept


def _around(name: str, side: CourseSide) -> BoolArray:
    """The voxels of a structure by its name, as found or by TG-263."""
    structures = _structures(side, [])
    wanted = name.strip().casefold()
    found = [one for one in structures if one.name.casefold() == wanted]
    found += [one for one in structures if (one.tg263 or "").casefold() == wanted]
    if found:
        mask = voxels_inside(found[0].contours(), side.image.grid)
        if mask.any():
            return mask
        raise InputError(
            f"Structure {found[0].name} of course {side.course.label} holds no voxel of its image.",
            value=found[0].name,
            remedy="Name a structure that lies inside the image.",
        )
    known = ", ".join(sorted({one.name for one in structures})) or "none"
    raise UsageError(
        f"Course {side.course.label} has no structure of this name.",
        value=name,
        remedy=f"Name one of its structures with --around: {known}.",
    )


def _inputs(scanned: ScanResult, sides: Sequence[CourseSide]) -> tuple[InputFile, ...]:
    """The files the registration rests on, by hash: slices of both images and structure sets."""
    slices = {one.header.sop_instance_uid for side in sides for one in side.slices}
    sets = {found.uid for side in sides for found in side.course.structure_sets}
    used = {
        InputFile(sha256=one.sha256, used_as=one.used_as, uid=one.uid)
        for one in scanned.files
        if one.used_as is not None and one.uid in slices | sets and one.sha256
    }
    return tuple(sorted(used, key=lambda one: (one.used_as, one.uid, one.sha256)))
