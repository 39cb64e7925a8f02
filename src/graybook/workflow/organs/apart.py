"""Courses of radionuclides and microspheres come in; what they gave one structure, in no sum of beams, goes out (rule 15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import fsum

from graybook.nuclear.biological import BiologicalDose, biological_dose, sum_of_cycles
from graybook.record import Course, MeanDose, Phase
from graybook.report.result import ApartDose, IndicativeTotal, StructureResult
from graybook.tables.structure_names import tg263_name
from graybook.units import rounded_gy
from graybook.workflow.organs.protracted import RepairRange

__all__ = ["apart_doses", "indicative_total", "mean_dose_of", "organs_apart"]

_PAIRED = {"Kidneys": ("Kidney_L", "Kidney_R"), "Lungs": ("Lung_L", "Lung_R")}
"""Pairs whose published doses are of each of the two."""


def organs_apart(course: Course) -> tuple[str, ...]:
    """The organs whose dose from a course that stands apart is known, by TG-263 name where there is one."""
    names = [
        tg263_name(one.organ) or one.organ
        for phase in course.phases
        if phase.organ_doses is not None
        for one in phase.organ_doses.doses
    ]
    return tuple(dict.fromkeys(names))


def mean_dose_of(phase: Phase, name: str, tg263: str | None) -> MeanDose | None:
    """What a phase is known to have given a structure; a dose stated for a pair is that of each of the two."""
    if phase.organ_doses is None:
        return None
    wanted = [one for one in (tg263, name) if one]
    wanted += [pair for pair, sides in _PAIRED.items() if tg263 in sides]
    by_name: dict[str, MeanDose] = {}
    for one in phase.organ_doses.doses:
        by_name.setdefault(tg263_name(one.organ) or one.organ, one)
    return next((by_name[one] for one in wanted if one in by_name), None)


def apart_doses(result: StructureResult, courses: Sequence[Course], repair: RepairRange) -> list[ApartDose]:
    """Each course's dose to the structure: physical means added over its cycles, BED and EQD2 cycle by cycle and then added."""
    return [
        _apart(course, result, repair) for course in courses if course.modality.stands_apart and course.counts
    ]


def _apart(course: Course, result: StructureResult, repair: RepairRange) -> ApartDose:
    phases = [one for one in course.phases if one.status.counts]
    found = [mean_dose_of(one, result.name, result.tg263) for one in phases]
    doses = [one for one in found if one is not None]
    grade = course.evidence_grade.value
    if not doses:
        return ApartDose(
            course=course.id, modality=course.modality.value, evidence_grade=grade, complete=False
        )
    effect = _effect(doses, result.alpha_beta_gy, repair)
    return ApartDose(
        course=course.id,
        modality=course.modality.value,
        evidence_grade=grade,
        origin=_joined(one.origin.value for one in doses),
        dose_gy=rounded_gy(_all([one.mean_gy for one in doses])),
        low_gy=rounded_gy(fsum(one.low_gy for one in doses)),
        high_gy=rounded_gy(fsum(one.high_gy for one in doses)),
        eqd2_gy=None if effect is None else rounded_gy(effect.eqd2_gy),
        eqd2_low_gy=None if effect is None else rounded_gy(effect.eqd2_low_gy),
        eqd2_high_gy=None if effect is None else rounded_gy(effect.eqd2_high_gy),
        bed_gy=None if effect is None else rounded_gy(effect.bed_gy),
        interval=_joined(one.interval.value for one in doses),
        source=_joined(one.source for one in doses),
        device=_joined(one.device for one in doses),
        alpha=any(one.alpha_gy > 0 for one in doses),
        complete=len(doses) == len(phases),
    )


def _effect(
    doses: Sequence[MeanDose], alpha_beta_gy: float | None, repair: RepairRange
) -> BiologicalDose | None:
    """BED of every cycle by its own G, then added; None for a structure without an α/β (rule 4)."""
    if alpha_beta_gy is None:
        return None
    return sum_of_cycles(
        [
            biological_dose(one, alpha_beta_gy=alpha_beta_gy, repair_half_time_h=repair.half_time_h)
            for one in doses
        ]
    )


def _joined(words: Iterable[str]) -> str:
    return "; ".join(one for one in dict.fromkeys(words) if one)


def _all(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return fsum(known) if len(known) == len(values) else None


def indicative_total(
    result: StructureResult, apart: Sequence[ApartDose], beams: Sequence[Course]
) -> IndicativeTotal | None:
    """
    Mean EQD2 of external beam and of all that stands apart, added.

    Parameters
    ----------
    result
        The structure with its 3D sum; its ``lower_bound`` speaks of external beam.
    apart
        What stands apart.
    beams
        Courses of external beam that count; with none of them external beam gave nothing.

    Returns
    -------
    Both ends over the parts that are known, and a lower bound where one is not; None without anything apart, for a structure
    without an α/β, and where no part is known.
    """
    if not apart or result.alpha_beta_gy is None:
        return None
    low, high = _beam_ends(result) if beams else (0.0, 0.0)
    known = [one for one in apart if one.eqd2_low_gy is not None]
    if low is None and not known:
        return None
    complete = high is not None and not result.lower_bound and all(one.complete for one in apart)
    beam = low if low == high else None
    grades = [*(one.evidence_grade for one in apart), *(one.evidence_grade.value for one in beams)]
    return IndicativeTotal(
        eqd2_gy=rounded_gy(_all([beam, *(one.eqd2_gy for one in apart)])) if complete else None,
        low_gy=rounded_gy(fsum([low or 0.0, *(one.eqd2_low_gy or 0.0 for one in known)])),
        high_gy=rounded_gy(fsum([high or 0.0, *(one.eqd2_high_gy or 0.0 for one in known)])),
        lower_bound=not complete,
        evidence_grade=max(grades),
    )


def _beam_ends(result: StructureResult) -> tuple[float | None, float | None]:
    """Mean EQD2 of the external beam that is known, both ends; None where none is."""
    low, high = result.cumulative.mean_gy, result.cumulative_upper.mean_gy
    return low, low if high is None else high
