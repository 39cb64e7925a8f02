"""Doses of images come in; what must be said of their calibration, their lungs and what they leave open goes out."""

from __future__ import annotations

from graybook.report.sirt_result import SirtStatement, SirtVerifyResult
from graybook.text import Language, phrase
from graybook.workflow.microspheres.biology import bed_statements
from graybook.workflow.microspheres.infusion import Infusion
from graybook.workflow.microspheres.maps import AFTER
from graybook.workflow.microspheres.plan_statements import device_words, statement

__all__ = ["verify_statements"]

OUTSIDE = 0.01
"""Share of a compartment that may lie outside an image unsaid."""

FAR = 0.2
"""Activity in the image and activity delivered that differ by more than this share are said to."""


def verify_statements(found: SirtVerifyResult, infusion: Infusion, language: Language) -> list[SirtStatement]:
    """What must be said of a check, beside what the images themselves asked."""
    said = [
        _constant(found, language),
        statement("sirt_device_gray", language, device=device_words(found.device, language)),
    ]
    for one in found.doses:
        if one.used:
            code = f"sirt_calibration_{one.calibration.replace('-', '_')}"
            said.append(statement(code, language, role=_role(one.role, language)))
        if one.used and not one.lung_shunt_from:
            said.append(statement("sirt_lungs_unknown", language, role=_role(one.role, language)))
        elif one.used and infusion.lung_kg is None:
            said.append(statement("sirt_lung_mass_unknown", language))
    said += [
        statement("sirt_activity_not_closed", language, image=one.in_image_gbq, delivered=one.delivered_gbq)
        for one in found.closure
        if one.ratio is not None and abs(one.ratio - 1.0) > FAR
    ]
    said += _outside(found, language)
    if any(row.grid_mean_gy for one in found.doses for row in one.compartments):
        said.append(statement("sirt_voxel_s_beside", language))
    if any(one.compartment == "normal" for one in found.regions):
        said.append(statement("sirt_normal_derived", language))
    else:
        said.append(statement("sirt_no_tumour", language))
    said.append(_density(found, language))
    rows = [row.biological for one in found.doses for row in one.compartments]
    said += bed_statements([one for one in rows if one is not None], language)
    if not any(one.role == AFTER for one in found.doses):
        said.append(statement("sirt_not_verified", language))
    if found.liver.normal_liver == "not assessable":
        said.append(statement("sirt_normal_not_assessable", language, reason=found.liver.reason))
    said.append(statement("sirt_no_external_limit", language))
    return said


def _outside(found: SirtVerifyResult, language: Language) -> list[SirtStatement]:
    roles = {one.series: one.role for one in found.images}
    return [
        statement(
            "sirt_region_outside",
            language,
            percent=round(100.0 * one.outside_share, 1),
            compartment=phrase(f"sirt_structure_{one.compartment}", language),
            role=_role(roles[one.series], language),
        )
        for one in found.regions
        if one.outside_share > OUTSIDE
    ]


def _constant(found: SirtVerifyResult, language: Language) -> SirtStatement:
    shifts = [one.difference_percent for one in found.constants]
    return statement(
        "sirt_constant",
        language,
        constant=found.constant_j_per_gbq,
        source=found.constant_source,
        low=min(shifts),
        high=max(shifts),
    )


def _density(found: SirtVerifyResult, language: Language) -> SirtStatement:
    known = next((one.density_g_cm3 for one in found.regions if one.density_g_cm3 is not None), None)
    return statement("sirt_density", language, density=known)


def _role(role: str, language: Language) -> str:
    return phrase(f"sirt_role_{role}", language)
