"""Image slices and an infusion come in; maps of activity before and after it, in Bq/ml or relative, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from graybook.dicom.facts import ImageSliceFacts
from graybook.dicom.images import image_of
from graybook.errors import InputError
from graybook.files.nuclear_settings import Clock, NuclearSettings
from graybook.record import Finding
from graybook.tables.microspheres import nuclide_of
from graybook.tables.nuclides import nuclide_name
from graybook.workflow.folder.clock import day_in, hours_between
from graybook.workflow.microspheres.infusion import Infusion, VerifyAsked
from graybook.workflow.nuclear.image_scale import Scale
from graybook.workflow.nuclear.images import ActivityImage, activity_images, series_of

__all__ = ["AFTER", "BEFORE", "ActivityMap", "activity_maps"]

BEFORE, AFTER = "before", "after"
SCOUTS = ("Tc-99m",)
"""What is given before microspheres to see where they will go, beside the microspheres' own nuclide."""

RELATIVE = "relative"
UNKNOWN_MOMENT = datetime.min.replace(tzinfo=UTC)
"""Stands where the file says no moment; relative values are asked for none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ActivityMap:
    """
    One series as a map of activity.

    Parameters
    ----------
    image
        Its voxels: Bq/ml at ``image.moment`` where ``absolute``, else values proportional to activity per volume.
    role
        Before or after the infusion.
    acquired
        None when the file does not say.
    questions
        Why it is not absolute.
    """

    image: ActivityImage
    absolute: bool
    role: str
    acquired: datetime | None
    modality: str
    description: str
    nuclide: str
    questions: tuple[Finding, ...] = ()


def activity_maps(
    slices: Sequence[ImageSliceFacts], settings: NuclearSettings, infusion: Infusion, asked: VerifyAsked
) -> tuple[tuple[ActivityMap, ...], tuple[Finding, ...]]:
    """Every series that shows the microspheres or their scout, and what is to be said of the others."""
    maps: list[ActivityMap] = []
    said: list[Finding] = []
    left_out = {one.series for one in settings.images if one.leave_out}
    for uid, files in series_of(slices).items():
        if uid in left_out:
            continue
        role = _role(uid, files, infusion, asked, settings.clock)
        if isinstance(role, Finding):
            said.append(role)
            continue
        found = _map(files, role, settings)
        if isinstance(found, ActivityMap):
            maps.append(found)
        else:
            said.extend(found)
    return tuple(maps), tuple(said)


def _role(
    uid: str, files: Sequence[ImageSliceFacts], infusion: Infusion, asked: VerifyAsked, clock: Clock
) -> str | Finding:
    if uid in (asked.before, asked.after):
        return BEFORE if uid == asked.before else AFTER
    facts, path = files[0].activity, files[0].header.path
    nuclide = nuclide_name(facts.nuclide) if facts is not None and facts.nuclide else None
    params = {"path": path, "series": uid, "nuclide": nuclide or "-"}
    if nuclide is None:
        return Finding(code="sirt_image_role_unknown", subject=path, params=params)
    if nuclide in SCOUTS:
        return BEFORE
    if nuclide != nuclide_of(infusion.device):
        return Finding(code="sirt_image_of_another_nuclide", subject=path, params=params)
    if facts is None or facts.acquired is None or infusion.day is None:
        return AFTER
    return BEFORE if _earlier(facts.acquired, infusion, clock) else AFTER


def _earlier(acquired: datetime, infusion: Infusion, clock: Clock) -> bool:
    """Whether an image of the microspheres' own nuclide was taken before they were given: then it is of a scout."""
    if infusion.infused is not None:
        passed = hours_between(infusion.infused, acquired, clock, subject="").hours
        if passed is not None:
            return passed < 0.0
    return infusion.day is not None and day_in(acquired, clock) < infusion.day


def _map(
    files: Sequence[ImageSliceFacts], role: str, settings: NuclearSettings
) -> ActivityMap | tuple[Finding, ...]:
    facts = files[0].activity
    absolute, questions = activity_images(files, settings)
    image = absolute[0] if absolute else _relative(files)
    if isinstance(image, Finding) or facts is None:
        return (*questions, image) if isinstance(image, Finding) else questions
    return ActivityMap(
        image=image,
        absolute=bool(absolute),
        role=role,
        acquired=facts.acquired,
        modality=files[0].header.modality,
        description=files[0].header.series_description,
        nuclide=nuclide_name(facts.nuclide) or facts.nuclide,
        questions=questions,
    )


def _relative(files: Sequence[ImageSliceFacts]) -> ActivityImage | Finding:
    """The voxels as they are stored, when all slices of the series mean the same by them."""
    first, path = files[0].activity, files[0].header.path
    facts = [one.activity for one in files if one.activity is not None]
    alike = {
        (one.units, one.frame_duration_s, one.bq_per_ml_per_value, one.counts_per_value) for one in facts
    }
    if first is None or len(alike) > 1 or any(one.parts for one in facts):
        return Finding(code="sirt_image_not_relative", subject=path, params={"path": path})
    try:
        read = image_of([replace(one) for one in files]).image
    except InputError as error:
        return Finding(code="nuclear_image_not_read", subject=path, params={"path": path, "why": str(error)})
    return ActivityImage(
        series_uid=files[0].header.series_uid,
        study_uid=files[0].header.study_uid,
        path=path,
        nuclide=nuclide_name(first.nuclide) or first.nuclide,
        moment=first.acquired or UNKNOWN_MOMENT,
        grid=read.grid,
        scale=Scale(
            factor=1.0,
            offset=0.0,
            voxel_ml=read.grid.voxel_cm3,
            units=first.units or RELATIVE,
            source=RELATIVE,
        ),
        facts=first,
        source=read.voxels,
    )
