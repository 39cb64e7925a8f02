"""Courses of microspheres and a person's images come in; the same with doses of the image after, and what to say, go out.

Where no image after an infusion gives doses, its phase stays as it was, and the partition model of its report may speak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log

import numpy as np

from graybook.errors import GraybookError
from graybook.files.settings import Settings
from graybook.record import (
    Course,
    Decaying,
    DoseOrigin,
    EvidenceGrade,
    Finding,
    IntervalKind,
    MeanDose,
    Modality,
    OrganDoses,
    Radioembolisation,
    Severity,
)
from graybook.report.sirt_result import CompartmentResult, ImageDoses
from graybook.tables.microspheres import nuclide_of
from graybook.workflow.folder.clock import day_in
from graybook.workflow.folder.corrections import links_of_registrations
from graybook.workflow.folder.scan import PersonScan
from graybook.workflow.microspheres.image_doses import Physics, physics_of
from graybook.workflow.microspheres.infusion import VerifyAsked, infusion_of
from graybook.workflow.microspheres.maps import AFTER, ActivityMap, activity_maps
from graybook.workflow.microspheres.on_paper import PERFUSED, TUMOUR
from graybook.workflow.microspheres.recorded import with_recorded
from graybook.workflow.microspheres.verified import Verified, verified
from graybook.workflow.nuclear.regions import regions_of

__all__ = ["with_image_doses"]

LIVER = "Liver"


def with_image_doses(
    courses: Sequence[Course], person: PersonScan, settings: Settings
) -> tuple[tuple[Course, ...], tuple[Finding, ...]]:
    """Each phase of microspheres whose infusion an image shows with the doses of that image; the others as they are."""
    stated = [
        one for course in courses if course.paper is not None for one in course.paper.radioembolisations
    ]
    if not stated or not any(one.activity is not None for one in person.slices):
        return tuple(courses), ()
    filled: list[Course] = []
    said: list[Finding] = []
    for course in courses:
        given = () if course.paper is None else course.paper.radioembolisations
        if course.modality is not Modality.MICROSPHERES or len(given) != len(course.phases):
            filled.append(course)
            continue
        phases = []
        for phase, one in zip(course.phases, given, strict=True):
            doses, findings = _doses(one, stated, person, settings)
            said += findings
            phases.append(replace(phase, organ_doses=doses) if doses is not None else phase)
        all_seen = all(one.organ_doses is not None for one in phases)
        grade = EvidenceGrade.A if all_seen else course.evidence_grade
        filled.append(replace(course, phases=tuple(phases), evidence_grade=grade))
    return tuple(filled), tuple(said)


def _doses(
    given: Radioembolisation,
    stated: Sequence[Radioembolisation],
    person: PersonScan,
    settings: Settings,
) -> tuple[OrganDoses | None, list[Finding]]:
    """Doses of the one image after an infusion; None with the reason where there is none."""
    asked, clock = VerifyAsked(), settings.nuclear.clock
    infusion, said = with_recorded(infusion_of(asked, (given,)), person.administrations, person.slices, clock)
    maps, _ = activity_maps(person.slices, settings.nuclear, infusion, asked)
    after = [one for one in maps if one.role == AFTER and not _later(one, given, stated, settings)]
    if not after:
        return None, []
    path = after[0].image.path
    if len(after) > 1:
        paths = ", ".join(one.image.path for one in after)
        return None, [Finding(code="sirt_images_several", subject=path, params={"paths": paths})]
    physics = replace(physics_of(infusion, asked), kernels=False)
    regions = regions_of(person.structure_sets, person.segmentations, settings)
    links = links_of_registrations(person.registrations, settings)
    try:
        found = verified(after[0], regions, links, infusion, physics, asked, clock)
    except GraybookError as error:
        return None, [_not_used(path, str(error))]
    used = next((one for one in found.doses if one.used), None)
    if used is None:
        return None, [*found.findings, _not_used(path, "")]
    told = Finding(
        code="sirt_doses_of_image",
        severity=Severity.INFO,
        subject=path,
        params={"path": path},
    )
    return OrganDoses(doses=_organs(used, found, physics, given.device)), [*said, *found.findings, told]


def _later(
    found: ActivityMap, given: Radioembolisation, stated: Sequence[Radioembolisation], settings: Settings
) -> bool:
    """Whether an image was taken on or after the day of a later infusion of the nuclide: then it shows that one too."""
    if found.acquired is None or given.date is None:
        return False
    day = day_in(found.acquired, settings.nuclear.clock)
    nuclide = nuclide_of(given.device)
    return any(
        one.date is not None and given.date < one.date <= day and nuclide_of(one.device) == nuclide
        for one in stated
    )


def _not_used(path: str, why: str) -> Finding:
    return Finding(code="sirt_image_gives_no_dose", subject=path, params={"path": path, "why": why or "-"})


def _organs(used: ImageDoses, found: Verified, physics: Physics, device: str) -> tuple[MeanDose, ...]:
    names = {one.compartment: tuple(one.names) for one in found.regions}
    whole = names.get("perfused") == (LIVER,)
    organs = {
        "tumour": names["tumour"][0] if len(names.get("tumour", ())) == 1 else TUMOUR,
        "normal": "Liver-GTV" if whole else PERFUSED,
        "perfused": LIVER if whole else "",
        "liver": LIVER,
        "lung": "Lungs",
    }
    return tuple(
        _dose(organs[row.compartment], row, used, physics, device)
        for row in used.compartments
        if organs[row.compartment] and row.mean_gy >= 0.0
    )


def _dose(organ: str, row: CompartmentResult, used: ImageDoses, physics: Physics, device: str) -> MeanDose:
    rate = log(2.0) / physics.half_life_h
    return MeanDose(
        organ=organ,
        mean_gy=row.mean_gy,
        low_gy=row.mean_gy,
        high_gy=row.mean_gy,
        interval=IntervalKind.POINT,
        origin=DoseOrigin.IMAGES,
        method=f"local deposition, {used.calibration}, {physics.constant_j_per_gbq:g} J/GBq",
        source=used.series,
        decaying=Decaying(amplitudes_gy_per_h=np.array([row.mean_gy * rate]), rates_per_h=np.array([rate])),
        device=device,
    )
