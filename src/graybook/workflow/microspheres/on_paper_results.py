"""Courses of microspheres with the doses of their reports come in; one cycle for each infusion, with BED by its own G, goes out."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.errors import InputError
from graybook.files.settings import Settings
from graybook.geometry import ContourStack
from graybook.nuclear.biological import biological_dose
from graybook.record import (
    AlphaBetaWish,
    Course,
    DoseOrigin,
    EvidenceGrade,
    MeanDose,
    Modality,
    Phase,
    RepairWish,
    Structure,
)
from graybook.record.radioembolisation import Radioembolisation
from graybook.report.nuclear_result import CycleResult, OrganCycleResult
from graybook.tables.microspheres import nuclide_of
from graybook.tables.nuclides import nuclide
from graybook.tables.structure_names import kind_of, tg263_name
from graybook.units import rounded_gy
from graybook.workflow.folder.corrections import alpha_beta_override
from graybook.workflow.organs.alpha_beta import alpha_beta_of
from graybook.workflow.organs.protracted import repair_range_of

__all__ = ["infusion_results"]


def infusion_results(
    courses: Sequence[Course],
    settings: Settings,
    *,
    alpha_betas: Sequence[AlphaBetaWish] = (),
    repairs: Sequence[RepairWish] = (),
) -> list[CycleResult]:
    """
    Every infusion of a report, in the order of courses and phases; what has no doses stands without organs.

    Parameters
    ----------
    courses
        Of a person; others than microspheres are passed over.
    settings
        ``graybook.toml``.
    alpha_betas, repairs
        Assumptions of this run, before those of ``graybook.toml``.
    """
    found = []
    for course in courses:
        given = () if course.paper is None else course.paper.radioembolisations
        if course.modality is not Modality.MICROSPHERES or len(given) != len(course.phases):
            continue
        for number, (phase, one) in enumerate(zip(course.phases, given, strict=True), start=1):
            doses = () if phase.organ_doses is None else phase.organ_doses.doses
            organs = [_organ(dose, course, settings, alpha_betas, repairs) for dose in doses]
            found.append(_cycle(course, phase, one, number, organs))
    return found


def _cycle(
    course: Course, phase: Phase, given: Radioembolisation, number: int, organs: list[OrganCycleResult]
) -> CycleResult:
    day = given.date.isoformat() if given.date is not None else None
    origins = sorted({one.origin.value for one in phase.organ_doses.doses}) if phase.organ_doses else []
    return CycleResult(
        course=course.id,
        phase=phase.id,
        number=number,
        given=given.started.isoformat() if given.started is not None else day,
        nuclide=nuclide_of(given.device),
        activity_gbq=given.activity_gbq,
        device=given.device,
        evidence_grade=_grade(given, origins),
        origin=origins[0] if origins else "unknown",
        organs=organs,
    )


def _grade(given: Radioembolisation, origins: Sequence[str]) -> str:
    """A with doses of images, C by activity, D with nothing but that it was given."""
    if DoseOrigin.IMAGES.value in origins:
        return EvidenceGrade.A.value
    return (EvidenceGrade.D if given.activity_gbq is None else EvidenceGrade.C).value


def _organ(
    dose: MeanDose,
    course: Course,
    settings: Settings,
    alpha_betas: Sequence[AlphaBetaWish],
    repairs: Sequence[RepairWish],
) -> OrganCycleResult:
    name = tg263_name(dose.organ)
    structure = Structure(
        name=dose.organ, tg263=name, kind=kind_of(dose.organ, None), frame="", contours=_no_contours
    )
    stated = alpha_beta_override(structure, settings, alpha_betas)
    ratio = alpha_beta_of(structure, site=course.site, stated=stated).value_gy
    repair = repair_range_of(name, repairs, settings.nuclear.organs)
    low, high = repair.half_time_h
    values: dict[str, object] = {
        "organ": dose.organ,
        "tg263": name,
        "dose_gy": rounded_gy(dose.mean_gy),
        "low_gy": rounded_gy(dose.low_gy),
        "high_gy": rounded_gy(dose.high_gy),
        "interval": dose.interval.value,
        "method": dose.method,
        "source": dose.source,
        "effective_half_life_h": nuclide(nuclide_of(dose.device)).half_life_h,
        "alpha_beta_gy": ratio,
        "repair_half_time_h": low if low == high else None,
        "repair_source": repair.source if low == high else f"{low:g} to {high:g} h: {repair.source}",
    }
    if ratio is not None:
        found = biological_dose(dose, alpha_beta_gy=ratio, repair_half_time_h=repair.half_time_h)
        values |= {
            "g_factor": None if found.g_factor is None else float(f"{found.g_factor:.9g}"),
            "bed_gy": rounded_gy(found.bed_gy),
            "bed_low_gy": rounded_gy(found.bed_low_gy),
            "bed_high_gy": rounded_gy(found.bed_high_gy),
            "eqd2_gy": rounded_gy(found.eqd2_gy),
            "eqd2_low_gy": rounded_gy(found.eqd2_low_gy),
            "eqd2_high_gy": rounded_gy(found.eqd2_high_gy),
        }
    return OrganCycleResult.model_validate(values)


def _no_contours() -> ContourStack:
    raise InputError(
        "An organ that is known by its dose alone has no contours.",
        remedy="Add the structures of the infusion.",
    )
