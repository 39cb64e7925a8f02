"""Checks of one organ: its result and doses come in, what must be said beside its numbers goes out (rules 4, 9, 14)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.record import Finding, Severity
from graybook.record.assessment import Param
from graybook.report.result import StructureResult
from graybook.tables.alignment_thresholds import default_thresholds
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.folder.doses import LoadedCourse
from graybook.workflow.organs.result import OrganDoses

__all__ = ["checks_of"]

APART_SHARE, APART_GY = 0.10, 2.0
"""Native and mapped near-maxima further apart than this are a warning (rule 14)."""

APART_NOISE_GY = 0.1
"""Differences below this are never told, whatever their share. [Gy]"""

SHORTER_MM = 5.0
"""A course's contour reaching further beyond the ends of the one that stands for the union is told. [mm]"""

TOLD_CM3 = 0.005
"""Volumes below this round to 0.0 cm³ in print and are not told. [cm³]"""

DOUBTFUL_PERCENT = 1.0
"""Share of a structure beyond the limits of volume ratio (at their 1st and 99th percentile) from which its mapping is told. [%]"""


def checks_of(
    organ: Organ, result: StructureResult, doses: OrganDoses, courses: Sequence[LoadedCourse]
) -> list[Finding]:
    """Findings about one organ."""
    labels = {one.course.id: one.course.label for one in courses}
    return [
        *_origin(organ, result),
        *_coverage(result, doses, labels),
        *_mapping(result, doses, labels),
        *_native_against_mapped(organ, result, doses, labels),
        *_shorter(organ, result, doses, labels),
        *_missing(organ, result, doses, labels),
    ]


def _origin(organ: Organ, result: StructureResult) -> list[Finding]:
    if result.kind == "target" and result.tg263 is not None and result.alpha_beta_basis != "override":
        return [Finding(code="organ_typed_as_target", subject=result.name, params={"tg263": result.tg263})]
    if organ.origin == "reference":
        return []
    code = "structure_propagated" if organ.origin == "propagated" else "structure_own_anatomy"
    severity = Severity.INFO if organ.origin == "propagated" else Severity.WARNING
    return [Finding(code=code, severity=severity, subject=result.name, params={"course": organ.course.label})]


def _coverage(result: StructureResult, doses: OrganDoses, labels: dict[str, str]) -> list[Finding]:
    findings = []
    for course in result.courses:
        label = labels.get(course.id, course.id)
        undefined = _undefined_cm3(doses, course.id)
        outside = {
            "outside_grid": course.outside_grid_cm3 - undefined,
            "outside_deformation": undefined,
        }
        findings += [
            Finding(code=code, subject=result.name, params={"course": label, "volume_cm3": volume})
            for code, volume in outside.items()
            if volume > TOLD_CM3 and result.kind != "external"
        ]
        if course.lq_extrapolated_cm3 > TOLD_CM3:
            findings.append(
                Finding(
                    code="lq_extrapolated",
                    severity=Severity.INFO,
                    subject=result.name,
                    params={
                        "course": label,
                        "volume_cm3": course.lq_extrapolated_cm3,
                        "physical_gy": course.physical_max_gy,
                    },
                )
            )
    return findings


def _undefined_cm3(doses: OrganDoses, course: str) -> float:
    """Volume where the deformation that leads to a course is not defined. [cm³]"""
    ratios = doses.volume_ratios.get(course)
    return 0.0 if ratios is None else float(doses.samples.volumes_cm3[np.isnan(ratios)].sum())


def _mapping(result: StructureResult, doses: OrganDoses, labels: dict[str, str]) -> list[Finding]:
    """Told where a deformation folds or changes volumes so much that dose mapped through it is doubtful."""
    limits = default_thresholds()
    least, most = limits.of("jacobian_p01")[0].sum_limit, limits.of("jacobian_p99")[0].sum_limit
    findings = []
    for course, ratios in doses.volume_ratios.items():
        known = np.isfinite(ratios)
        volumes, ratio = doses.samples.volumes_cm3[known], ratios[known]
        if not volumes.sum() > 0.0 or result.kind in ("external", "support", "ring"):
            continue
        percent = 100.0 / float(volumes.sum())
        folded = percent * float(volumes[ratio <= 0.0].sum())
        small = percent * float(volumes[ratio < least].sum())
        large = percent * float(volumes[ratio > most].sum())
        if folded > 0.0 or max(small, large) > DOUBTFUL_PERCENT:
            params: dict[str, Param] = {
                "course": labels.get(course, course),
                "folded_percent": folded,
                "small_percent": small,
                "large_percent": large,
                "least": least,
                "most": most,
            }
            findings.append(Finding(code="mapping_doubtful", subject=result.name, params=params))
    return findings


def _native_against_mapped(
    organ: Organ, result: StructureResult, doses: OrganDoses, labels: dict[str, str]
) -> list[Finding]:
    if result.alpha_beta_gy is None or organ.origin == "own anatomy":
        return []
    findings = []
    for course in result.courses:
        native, mapped = course.native_d0_03cc_gy, course.d0_03cc_gy
        if native is None or mapped is None or course.id == organ.course.id:
            continue
        apart = abs(native - mapped)
        if apart > APART_NOISE_GY and (apart > APART_GY or apart > APART_SHARE * max(native, mapped)):
            findings.append(
                Finding(
                    code="native_mapped_differ",
                    subject=result.name,
                    params={
                        "course": labels.get(course.id, course.id),
                        "native_gy": native,
                        "mapped_gy": mapped,
                    },
                )
            )
    return findings


def _shorter(
    organ: Organ, result: StructureResult, doses: OrganDoses, labels: dict[str, str]
) -> list[Finding]:
    """Told where another course's own delineation reaches beyond the ends of the one that stands for the union."""
    if result.kind not in ("organ", "other") or organ.origin == "own anatomy":
        return []
    heights = doses.samples.points_mm[:, 2]
    if np.isnan(heights).all():
        return []
    low, high = float(np.nanmin(heights)), float(np.nanmax(heights))
    findings = []
    for course, carried in doses.carried.items():
        z = carried.points_mm[:, 2]
        if np.isnan(z).all():
            continue
        reach_mm = max(low - float(np.nanmin(z)), float(np.nanmax(z)) - high)
        if reach_mm > SHORTER_MM:
            beyond = carried.volumes_cm3[(z < low) | (z > high)].sum()
            share = 100.0 * float(beyond) / float(carried.volumes_cm3.sum())
            params: dict[str, Param] = {
                "course": labels.get(course, course),
                "reach_mm": reach_mm,
                "share": share,
            }
            findings.append(Finding(code="structure_shorter", subject=result.name, params=params))
    return findings


def _missing(
    organ: Organ, result: StructureResult, doses: OrganDoses, labels: dict[str, str]
) -> list[Finding]:
    if result.kind not in ("organ", "other"):
        return []
    return [
        Finding(
            code="organ_without_contour_in_course",
            subject=result.name,
            params={"course": labels.get(course, course)},
        )
        for course in doses.courses
        if not doses.on(course)
    ]
