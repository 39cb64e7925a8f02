"""A map, its compartments and an infusion come in; the dose of each compartment under one calibration goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graybook.errors import NotComparable
from graybook.geometry.arrays import FloatArray
from graybook.interventional.lung_shunt import ShuntDefinition, lung_share, shunt_of_activities
from graybook.interventional.voxel import Calibration, local_deposition_gy, region_dose, relative_gbq_per_ml
from graybook.nuclear.voxel_s import resampled_voxel_s_dose
from graybook.report.sirt_result import CompartmentResult, ImageDoses
from graybook.tables.microspheres import nuclide_of
from graybook.tables.nuclides import nuclide
from graybook.tables.voxel_s import voxel_s_tables
from graybook.units import rounded_gy
from graybook.workflow.microspheres.biology import Tissue, biological_result
from graybook.workflow.microspheres.compartments import Compartments
from graybook.workflow.microspheres.constants import constant_used
from graybook.workflow.microspheres.definitions import GBQ_DECIMALS
from graybook.workflow.microspheres.infusion import Infusion, VerifyAsked
from graybook.workflow.microspheres.maps import ActivityMap

__all__ = ["STATED", "VOXEL_S", "Physics", "concentration", "image_doses", "lung_share_of", "physics_of"]

VOXEL_S = "voxel S"
SEEN, STATED = "image", "stated"
"""Where the share of the lungs is known from."""
MBQ_PER_GBQ = 1e3
KG_PER_G = 1e-3
DOSED = ("tumour", "normal", "perfused", "liver")
SHARE_DECIMALS = 6


@dataclass(frozen=True, kw_only=True)
class Physics:
    """
    What turns activity into dose.

    Parameters
    ----------
    nuclide, half_life_h
        Of the microspheres. [h]
    constant_j_per_gbq
        Energy of all decays in place. [J/GBq]
    density_g_cm3
        Of liver and tumour. [g/cm³]
    tissues
        Of compartments whose BED is wanted.
    kernels
        Whether voxel S is asked for too, beside local deposition.
    """

    nuclide: str
    half_life_h: float
    constant_j_per_gbq: float
    density_g_cm3: float
    tissues: Mapping[str, Tissue]
    kernels: bool = True


def physics_of(infusion: Infusion, asked: VerifyAsked) -> Physics:
    """Of a device, with a person's own constant and density; else those of the tables and of the voxel-S kernels."""
    name = nuclide_of(infusion.device)
    soft = next(one.density_g_per_cm3 for one in voxel_s_tables() if one.tissue == "soft")
    return Physics(
        nuclide=name,
        half_life_h=nuclide(name).half_life_h,
        constant_j_per_gbq=constant_used(infusion.device, asked.constant_j_per_gbq).j_per_gbq,
        density_g_cm3=asked.density_g_cm3 or soft,
        tissues=asked.tissues,
    )


def lung_share_of(found: ActivityMap, parts: Compartments, infusion: Infusion) -> tuple[float | None, str]:
    """Share of all activity in the lungs, and where it is known from: this map, a statement, or nowhere (None)."""
    amounts = _amounts(found.image.bq_per_ml.ravel(), parts)
    if "lung" in amounts and parts.outside["lung"] < OUTSIDE:
        liver = amounts.get("liver", amounts["perfused"])
        return amounts["lung"] / (amounts["lung"] + liver), SEEN
    if infusion.lung_shunt is None:
        return None, ""
    if infusion.shunt_definition is None or infusion.shunt_definition is ShuntDefinition.LIVER:
        return infusion.lung_shunt, STATED
    if "tumour" not in amounts:
        return None, ""
    held = amounts["tumour"] / amounts["perfused"]
    return lung_share(infusion.lung_shunt, infusion.shunt_definition, tumour_of_liver=held), STATED


OUTSIDE = 0.02
"""Share of the lungs outside the image up to which its lung shunt is one."""


def concentration(
    found: ActivityMap,
    parts: Compartments,
    *,
    calibration: Calibration,
    delivered_gbq: float,
    lungs: float | None,
    decay: float,
) -> FloatArray:
    """Concentration in each voxel at infusion, flat, under a calibration. [GBq/ml]"""
    values = np.maximum(found.image.bq_per_ml.ravel().astype(np.float64), 0.0)
    if calibration is Calibration.ABSOLUTE:
        return np.asarray(values * (decay * 1e-9))
    per_value = relative_gbq_per_ml(
        values,
        parts.volumes_ml.get("liver", parts.volumes_ml["perfused"]),
        delivered_gbq=delivered_gbq,
        share_inside=1.0 - (lungs or 0.0),
    )
    return np.asarray(values * per_value)


def image_doses(
    found: ActivityMap,
    parts: Compartments,
    gbq_per_ml: FloatArray,
    *,
    calibration: Calibration,
    used: bool,
    delivered_gbq: float,
    lungs: float | None,
    lungs_from: str,
    infusion: Infusion,
    physics: Physics,
) -> ImageDoses:
    """Every compartment of one map under one calibration."""
    dose = local_deposition_gy(
        gbq_per_ml, density_g_cm3=physics.density_g_cm3, constant_j_per_gbq=physics.constant_j_per_gbq
    )
    spread = _voxel_s(found, gbq_per_ml, physics) if physics.kernels else None
    results = [
        _compartment(name, dose, spread, gbq_per_ml, parts.volumes_ml[name], delivered_gbq, physics)
        for name in DOSED
        if name in parts.volumes_ml
        and not (name == "liver" and parts.names["liver"] == parts.names["perfused"])
        if float(np.sum(parts.volumes_ml[name])) > 0.0
    ]
    lung_gbq = _lung_gbq(gbq_per_ml, parts, calibration, delivered_gbq, lungs)
    if lung_gbq is not None and infusion.lung_kg is not None:
        results.append(_lung(lung_gbq, infusion.lung_kg, delivered_gbq, physics))
    amounts = _amounts(gbq_per_ml, parts)
    return ImageDoses(
        role=found.role,
        calibration=calibration.value,
        used=used,
        series=found.image.series_uid,
        activity_gbq=round(delivered_gbq, GBQ_DECIMALS),
        compartments=results,
        lung_shunt_from=lungs_from,
        **_ratios(amounts, parts, lung_gbq),
    )


def _compartment(
    name: str,
    dose: FloatArray,
    spread: FloatArray | None,
    gbq_per_ml: FloatArray,
    volumes: FloatArray,
    delivered_gbq: float,
    physics: Physics,
) -> CompartmentResult:
    touched = np.flatnonzero(volumes)
    here = region_dose(dose[touched], volumes[touched])
    activity = float(np.sum(gbq_per_ml[touched] * volumes[touched]))
    others = {}
    if spread is not None:
        others[VOXEL_S] = rounded_gy(region_dose(spread[touched], volumes[touched]).mean_gy) or 0.0
    tissue = physics.tissues.get(name)
    return CompartmentResult(
        compartment=name,
        activity_gbq=round(activity, GBQ_DECIMALS),
        share=round(activity / delivered_gbq, SHARE_DECIMALS),
        mass_kg=round(here.volume_ml * physics.density_g_cm3 * KG_PER_G, SHARE_DECIMALS),
        mean_gy=rounded_gy(here.mean_gy) or 0.0,
        d95_gy=rounded_gy(here.d95_gy),
        d70_gy=rounded_gy(here.d70_gy),
        d50_gy=rounded_gy(here.d50_gy),
        max_gy=rounded_gy(here.max_gy),
        grid_mean_gy=others,
        biological=None
        if tissue is None
        else biological_result(name, here.mean_gy, tissue, half_life_h=physics.half_life_h),
    )


def _lung(lung_gbq: float, lung_kg: float, delivered_gbq: float, physics: Physics) -> CompartmentResult:
    """Lungs by the mass that a person states: their density in an image is nobody's."""
    mean_gy = physics.constant_j_per_gbq * lung_gbq / lung_kg
    tissue = physics.tissues.get("lung")
    return CompartmentResult(
        compartment="lung",
        activity_gbq=round(lung_gbq, GBQ_DECIMALS),
        share=round(lung_gbq / delivered_gbq, SHARE_DECIMALS),
        mass_kg=lung_kg,
        mean_gy=rounded_gy(mean_gy) or 0.0,
        biological=None
        if tissue is None
        else biological_result("lung", mean_gy, tissue, half_life_h=physics.half_life_h),
    )


def _lung_gbq(
    gbq_per_ml: FloatArray,
    parts: Compartments,
    calibration: Calibration,
    delivered_gbq: float,
    lungs: float | None,
) -> float | None:
    """Activity of the lungs: as the image shows it, else what the share makes of the activity delivered. [GBq]"""
    if "lung" in parts.volumes_ml and parts.outside["lung"] < OUTSIDE and calibration is Calibration.ABSOLUTE:
        return float(np.sum(gbq_per_ml * parts.volumes_ml["lung"]))
    return None if lungs is None else lungs * delivered_gbq


def _amounts(values: FloatArray, parts: Compartments) -> dict[str, float]:
    return {name: float(np.sum(values * volumes)) for name, volumes in parts.volumes_ml.items()}


def _ratios(
    amounts: dict[str, float], parts: Compartments, lung_gbq: float | None
) -> dict[str, float | None]:
    """Lung shunt and T/N of a map, each by both definitions; None where a compartment is missing."""
    tumour, normal = amounts.get("tumour"), amounts.get("normal")
    found: dict[str, float | None] = dict.fromkeys(
        ("lung_shunt", "lung_shunt_tumour", "tn_concentration", "tn_activity")
    )
    if tumour is not None and normal is not None and normal > 0.0:
        masses = (float(np.sum(parts.volumes_ml[name])) for name in ("normal", "tumour"))
        normal_ml, tumour_ml = masses
        found["tn_activity"] = round(tumour / normal, SHARE_DECIMALS)
        found["tn_concentration"] = round(tumour / normal * normal_ml / tumour_ml, SHARE_DECIMALS)
    if lung_gbq is not None:
        liver = amounts.get("liver", amounts["perfused"])
        counts = {"lung": lung_gbq, "tumour": tumour or 0.0, "normal": liver - (tumour or 0.0)}
        by_liver = shunt_of_activities(**counts, definition=ShuntDefinition.LIVER)
        found["lung_shunt"] = round(by_liver, SHARE_DECIMALS)
        if tumour:
            by_tumour = shunt_of_activities(**counts, definition=ShuntDefinition.TUMOUR)
            found["lung_shunt_tumour"] = round(by_tumour, SHARE_DECIMALS)
    return found


def _voxel_s(found: ActivityMap, gbq_per_ml: FloatArray, physics: Physics) -> FloatArray | None:
    """Dose of each voxel by convolution, flat; None where the nuclide or the voxels have no kernel. [Gy]"""
    grid = found.image.grid
    hours = physics.half_life_h / np.log(2.0)
    mbq_h = gbq_per_ml.reshape(grid.shape) * (grid.voxel_cm3 * MBQ_PER_GBQ * hours)
    edges = [float(one) for one in grid.spacing_mm[::-1]]
    try:
        spread = resampled_voxel_s_dose(mbq_h, spacing_mm=edges, nuclide_name=physics.nuclide)
    except NotComparable:
        return None
    return spread.gy.ravel()
