"""The complete clinical set beside its planning system: nine DVHs of the RTDOSE come in; figures and agreement go out.

Structures and dose come through Graybook's own reader. The planning system's curves are taken from the file's DVH Sequence
as they stand: bins of 0.01 Gy in true Gy. Its DVHMinimumDose, DVHMeanDose and DVHMaximumDose are percent of 14 Gy although
DoseUnits says GY; Graybook's reader finds that out from the curves and gives Gy, and those are compared.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom

from graybook.dvh.histogram import cumulative
from graybook.dvh.refinement import refined_samples
from graybook.dvh.slices import DEFAULT, SliceModel
from graybook.dvh.statistics import max_gy, mean_gy, min_gy
from graybook.geometry import ContourStack, GridField
from graybook.progress import silent
from graybook.workflow.folder.scan import scan
from graybook.workflow.physical_dvh import DosedStructure, physical_dvhs
from validation.real_agreement import Array, TabulatedCurve, agreeing

__all__ = ["FOLDER", "breast_complete"]

FOLDER = "breast_complete"
HUNDRED_PERCENT_GY = 14.0
CRITERION = 0.01
STEP_GY = 0.0005
HALF_BIN_GY = 0.005


def breast_complete(data: Path) -> dict[str, Any]:
    """Volume, minimum, mean, maximum and whole curve of every structure the planning system has a DVH of."""
    folder = data / FOLDER
    stated, curves = _planning_system(folder / "RTDOSE.dcm")
    planned = scan(folder, silent).persons[0].planned[0]
    if planned.volume is None or planned.structures is None:
        raise ValueError("the plan's dose or structures were not found")
    dose = GridField(grid=planned.volume.grid, values=planned.volume.voxels())
    product = {one.name: one for one in physical_dvhs(folder).plans[0].structures}
    rows = [
        _row(
            structure.contours(),
            dose,
            product[structure.name],
            stated[structure.number],
            curves[structure.number],
        )
        for structure in planned.structures.structures
        if structure.number in curves
    ]
    bins = sum(row["bins"] for row in rows)
    return {
        "model": DEFAULT.name,
        "max_gy": float(dose.values.max()),
        "structures": rows,
        "bins": bins,
        "agree_percent": 100.0 * sum(row["agree"] for row in rows) / bins,
        "agree_own_reading_percent": 100.0 * sum(row["agree_own_reading"] for row in rows) / bins,
        "agree_of_own_maximum_percent": 100.0 * sum(row["agree_of_own_maximum"] for row in rows) / bins,
    }


def _planning_system(path: Path) -> tuple[dict[int, dict[str, float]], dict[int, TabulatedCurve]]:
    """What the file states and its curves by ROI number; the percent trap undone by the known 14 Gy. [Gy, cm³]"""
    stated, curves = {}, {}
    for item in pydicom.dcmread(path, stop_before_pixels=True).DVHSequence:
        number = int(item.DVHReferencedROISequence[0].ReferencedROINumber)
        data = np.array(item.DVHData, dtype=np.float64)
        widths, volumes = data[0::2], data[1::2]
        curves[number] = TabulatedCurve(
            name=str(number),
            volume_cm3=float(volumes[0]),
            dose_gy=np.concatenate([[0.0], np.cumsum(widths)[:-1]]),
            percent=100.0 * volumes / volumes[0],
        )
        stated[number] = {
            name: float(item[keyword].value) * HUNDRED_PERCENT_GY / 100.0
            for name, keyword in (
                ("min_gy", "DVHMinimumDose"),
                ("mean_gy", "DVHMeanDose"),
                ("max_gy", "DVHMaximumDose"),
            )
        }
    return stated, curves


def _row(
    contours: ContourStack,
    dose: GridField,
    product: DosedStructure,
    stated: dict[str, float],
    curve: TabulatedCurve,
) -> dict[str, Any]:
    usual = _figures(contours, dose, DEFAULT)
    bare = _figures(contours, dose, SliceModel.NONE)
    low, percent = usual.pop("curve"), usual.pop("percent")
    bare_low, bare_percent = bare.pop("curve"), bare.pop("percent")
    own_low, own_percent = _nearest_bins(bare_low, bare_percent)
    highest = float(dose.values.max())
    agree, strict = (
        agreeing(
            curve, low, percent, volume_tolerance_percent=100.0 * CRITERION, dose_tolerance_gy=CRITERION * gy
        )
        for gy in (highest, stated["max_gy"])
    )
    own = agreeing(
        curve,
        own_low,
        own_percent,
        volume_tolerance_percent=100.0 * CRITERION,
        dose_tolerance_gy=CRITERION * highest,
    )
    apart = {
        name: float(np.abs(np.interp(curve.dose_gy, *points) - curve.percent).mean())
        for name, points in (
            ("default", (low, percent)),
            ("without_caps", (bare_low, bare_percent)),
            ("without_caps_nearest_bins", (own_low, own_percent)),
        )
    }
    return {
        "name": product.name,
        "planes": len(contours.planes()),
        "graybook": {
            "volume_cm3": product.volume_cm3,
            "min_gy": product.min_gy,
            "mean_gy": product.mean_gy,
            "max_gy": product.max_gy,
        },
        "read_by_graybook": product.tps,
        "planning_system": {"volume_cm3": curve.volume_cm3, **stated},
        "without_caps": bare,
        "volume_above_5_mgy_cm3": usual["above_cm3"],
        "outside_grid_cm3": product.outside_grid_cm3,
        "bins": len(agree),
        "agree": int(agree.sum()),
        "agree_of_own_maximum": int(strict.sum()),
        "agree_own_reading": int(own.sum()),
        "mean_apart_percent": apart,
    }


def _nearest_bins(dose_gy: Array, percent: Array) -> tuple[Array, Array]:
    """The curve of doses counted into the nearest bin, those nearest to 0 Gy left out."""
    counted = dose_gy >= HALF_BIN_GY - 1e-9
    return dose_gy[counted] - HALF_BIN_GY, 100.0 * percent[counted] / percent[counted][0]


def _figures(contours: ContourStack, dose: GridField, model: SliceModel) -> dict[str, Any]:
    samples = refined_samples(contours, [dose], model=model)
    inner, outer = dose.sample(samples.points_mm).low, dose.sample(samples.extreme_points_mm).low
    steps = np.arange(0.0, float(dose.values.max()) + 0.5, STEP_GY)
    made = cumulative(inner, samples.volumes_cm3, steps)
    return {
        "volume_cm3": samples.volume_cm3,
        "min_gy": min_gy(inner, outer),
        "mean_gy": mean_gy(inner, samples.volumes_cm3),
        "max_gy": max_gy(inner, outer),
        "above_cm3": float(samples.volumes_cm3[inner >= HALF_BIN_GY].sum()),
        "curve": made.dose_gy,
        "percent": 100.0 * made.volume_cm3 / samples.volume_cm3,
    }
