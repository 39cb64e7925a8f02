"""Organs assessed on files come in; the same with every paper course in the point sum, and organs only paper knows, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graybook.files.settings import Settings
from graybook.geometry.contours import ContourStack
from graybook.radiobiology import LQ_VALID_TO_GY
from graybook.record import AlphaBetaWish, Course, Finding, Refusal, RepairWish, Status, Structure
from graybook.report.result import CourseDose, PhasePoint, PointSum, StructureResult
from graybook.tables.structure_names import kind_of, tg263_name
from graybook.units import rounded_gy
from graybook.workflow.folder.corrections import alpha_beta_override
from graybook.workflow.organs.alpha_beta import alpha_beta_of
from graybook.workflow.organs.apart import apart_doses, indicative_total, organs_apart
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.organs.paper_doses import PaperDose, organs_of, paper_dose
from graybook.workflow.organs.protracted import repair_range_of
from graybook.workflow.organs.repair import RepairChoice, repair_of
from graybook.workflow.organs.repair_findings import SAID_FROM_GY, unknown_finding

__all__ = ["no_sum_refusals", "with_paper"]


def no_sum_refusals(courses: Sequence[Course]) -> tuple[Refusal, ...]:
    """Say that no 3D sum is possible when no course of beams that counts has a file, or there is none."""
    counted = [one for one in courses if one.counts]
    if not counted or any(one.paper is None for one in counted):
        return ()
    if all(one.modality.stands_apart for one in counted):
        return (Refusal(code="no_beams_to_sum"),)
    return (Refusal(code="no_3d_sum_on_paper", params={"count": len(counted)}),)


def with_paper(
    assessed: Sequence[AssessedOrgan],
    courses: Sequence[Course],
    settings: Settings,
    wishes: Sequence[AlphaBetaWish] = (),
    repairs: Sequence[RepairWish] = (),
) -> tuple[AssessedOrgan, ...]:
    """Every structure with the paper courses in its point sum; then the organs that only paper courses name.

    ``wishes`` are α/β that a person asks for besides those of the settings, ``repairs`` half-times of repair.
    """
    papers = [one for one in courses if one.paper is not None and one.counts]
    if not papers and not any(_unsure(one) for one in courses):
        return tuple(assessed)
    extended = [_extended(one, courses, settings, repairs) for one in assessed]
    known = {name for one in extended if one.result for name in (one.result.name, one.result.tg263) if name}
    others = any(one.paper is None and one.counts for one in courses)
    for course in papers:
        for organ in (*organs_of(course), *organs_apart(course)):
            if {organ, tg263_name(organ)} & known:
                continue
            known |= {name for name in (organ, tg263_name(organ)) if name}
            bare = _on_paper(organ, course, settings, wishes, complete=not others)
            extended.append(_extended(bare, courses, settings, repairs))
    return tuple(extended)


def _unsure(course: Course) -> bool:
    """Whether nobody says of some of a paper course whether it was given: no sum is complete before somebody does."""
    return course.paper is not None and any(one.status is Status.UNKNOWN for one in course.phases)


def _on_paper(
    name: str,
    course: Course,
    settings: Settings,
    wishes: Sequence[AlphaBetaWish],
    *,
    complete: bool,
) -> AssessedOrgan:
    """An organ that no file draws, as yet without a dose: its point sum will be of paper courses alone."""
    drawn = ContourStack(frame="", polygons=())
    kind = kind_of(name, None) if course.modality.stands_apart else "organ"
    structure = Structure(name=name, tg263=tg263_name(name), kind=kind, frame="", contours=lambda: drawn)
    choice = alpha_beta_of(
        structure, site=course.site, stated=alpha_beta_override(structure, settings, wishes)
    )
    result = StructureResult(
        name=name,
        tg263=structure.tg263,
        kind=structure.kind,
        origin="apart" if course.modality.stands_apart else "paper",
        origin_course=course.id,
        alpha_beta_gy=choice.value_gy,
        alpha_beta_basis=choice.basis,
        alpha_beta_range_gy=choice.range_gy,
        alpha_beta_source=choice.source,
        volume_cm3=None,
        outside_grid_cm3=None,
        point_sum=PointSum(complete=complete),
    )
    found = () if choice.finding is None or course.modality.stands_apart else (choice.finding,)
    return AssessedOrgan(result=result, curves=None, findings=found)


def _extended(
    assessed: AssessedOrgan, courses: Sequence[Course], settings: Settings, repairs: Sequence[RepairWish]
) -> AssessedOrgan:
    result = assessed.result
    if result is None:
        return assessed
    papers = [one for one in courses if one.paper is not None and one.counts]
    apart = apart_doses(result, papers, repair_range_of(result.tg263, repairs, settings.nuclear.organs))
    beams = [one for one in papers if not one.modality.stands_apart]
    values: dict[str, object] = {"lower_bound": True, "apart": apart}
    if result.kind in ("organ", "other"):
        alone = result.model_copy(update={"lower_bound": result.lower_bound or bool(beams)})
        given = [one for one in courses if one.counts and not one.modality.stands_apart]
        values["indicative"] = indicative_total(alone, apart, given)
    findings = list(assessed.findings)
    if result.alpha_beta_gy is not None and result.kind in ("organ", "other"):
        doses = [(one, paper_dose(one, result.name, result.tg263)) for one in beams]
        findings += [one for course, dose in doses if dose for one in _said(result.name, course, dose)]
        entering = [
            dose for _, dose in doses if dose and dose.convertible and dose.physical_gy("near_gy") is not None
        ]
        whole = len(entering) == len(beams) and all(one.whole for one in entering) and not apart
        whole = whole and not any(_unsure(one) for one in courses)
        repair = repair_of(result.tg263, repairs)
        if any(dose.several_a_day for dose in entering):
            values |= repair.as_result
            findings += _repair_said(result, entering, repair)
        values["point_sum"] = _summed(result, entering, repair, whole=whole)
        rows = [_row(dose, result.alpha_beta_gy, repair) for _, dose in doses if dose]
        values["courses"] = [*result.courses, *rows]
    return replace(assessed, result=result.model_copy(update=values), findings=tuple(findings))


def _repair_said(result: StructureResult, doses: Sequence[PaperDose], repair: RepairChoice) -> list[Finding]:
    """By how much at most the near-maximum rises where no half-time is known; nothing when files have said so of the organ."""
    if repair.half_time_h is not None or result.repair_basis:
        return []
    ratio = result.alpha_beta_gy or 0.0
    daily = [one for one in doses if one.several_a_day]
    ends = [[_end(one, "near_gy", end, ratio, repair) or 0.0 for end in (0, 1)] for one in daily]
    rise_gy = sum(high - low for low, high in ends)
    return [unknown_finding(result.name, rise_gy)] if rise_gy >= SAID_FROM_GY else []


def _summed(
    result: StructureResult, doses: Sequence[PaperDose], repair: RepairChoice, *, whole: bool
) -> PointSum:
    """The point sum with the paper courses: the customary value takes their lower ends, the bounds their upper ones.

    A bound over N courses of files holds with a constant added for a course that is nowhere higher, whatever N.
    """
    points, ratio = result.point_sum, result.alpha_beta_gy or 0.0
    bare = not any(one.d0_03cc_gy is not None for one in result.courses)

    def low(name: str, base: float | None) -> float | None:
        return _total(base, bare, [_end(dose, name, 0, ratio, repair) for dose in doses])

    def high(base: float | None) -> float | None:
        return _total(base, bare, [_end(dose, "max_gy", 1, ratio, repair) for dose in doses])

    return PointSum(
        customary_d0_03cc_gy=low("near_gy", points.customary_d0_03cc_gy),
        customary_d0_1cc_gy=low("near_01_gy", points.customary_d0_1cc_gy),
        bound_d0_03cc_gy=high(points.bound_d0_03cc_gy),
        bound_d0_1cc_gy=high(points.bound_d0_1cc_gy),
        max_sum_gy=high(points.max_sum_gy),
        complete=points.complete and whole,
    )


def _end(dose: PaperDose, name: str, end: int, ratio: float, repair: RepairChoice) -> float | None:
    return dose.eqd2(name, end, ratio, repair.half_time_h)


def _total(base: float | None, bare: bool, added: Sequence[float | None]) -> float | None:
    """The sum; without any course of files (``bare``) it begins at 0, and without any value there is none."""
    start = 0.0 if base is None and bare and added else base
    if start is None or any(one is None for one in added):
        return None
    return rounded_gy(start + float(np.sum([one for one in added if one is not None])))


def _row(dose: PaperDose, ratio: float, repair: RepairChoice) -> CourseDose:
    return CourseDose(
        id=dose.course,
        basis=dose.basis,
        max_gy=rounded_gy(_end(dose, "max_gy", 0, ratio, repair)),
        d0_03cc_gy=rounded_gy(_end(dose, "near_gy", 0, ratio, repair)),
        d0_1cc_gy=rounded_gy(_end(dose, "near_01_gy", 0, ratio, repair)),
        physical_mean_gy=dose.mean_gy,
        physical_max_gy=dose.physical_gy("max_gy"),
        physical_d0_03cc_gy=dose.physical_gy("near_gy"),
        fractions=dose.fractions,
        phases_at_max=[
            PhasePoint(id=phase, physical_gy=dose_gy, fractions=n) for phase, dose_gy, n in dose.by_phase
        ],
    )


def _said(name: str, course: Course, dose: PaperDose) -> list[Finding]:
    said = []
    near_gy = dose.physical_gy("near_gy")
    params: dict[str, str | float | int | None] = {"course": course.label, "dose": near_gy}
    if dose.basis == "prescription" and near_gy is not None:
        said.append(Finding(code="paper_at_prescription", subject=name, params=params))
    if not dose.convertible:
        said.append(Finding(code="paper_not_converted", subject=name, params=params))
    elif dose.highest_fraction_gy > LQ_VALID_TO_GY:
        said.append(Finding(code="paper_lq_extrapolated", subject=name, params=params))
    if dose.convertible and dose.same_days:
        said.append(Finding(code="paper_phases_share_days", subject=name, params=params))
    return said
