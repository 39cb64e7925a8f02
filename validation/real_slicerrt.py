"""SlicerRT's two Eclipse patients: doses, contours and two systems' DVH tables come in; agreement bin by bin goes out.

Three readings of the same contours are compared with each table:

default
    Graybook as it is: its one slice model, dose anywhere.
as CERR
    Right prisms with half-slice caps, the dose of each slab taken in its contour's plane, the curve one bin (0.1 Gy) low.
as Eclipse
    Right prisms without caps.

The last two are no part of Graybook's results: they show what the other system's curve is made of.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from graybook.dvh.histogram import cumulative
from graybook.dvh.refinement import refined_samples
from graybook.dvh.sampling import structure_samples
from graybook.dvh.slices import DEFAULT, SliceModel
from graybook.geometry import ContourStack, Grid, GridField
from validation.real_agreement import Array, TabulatedCurve, agreeing, key_of, tabulated_curves
from validation.real_vtp import planar_contours

__all__ = [
    "BIN_CERR_GY",
    "CRITERION",
    "DATA",
    "FRAME",
    "PATIENTS",
    "SHOWN",
    "SYSTEMS",
    "THRESHOLDS",
    "Patient",
    "patient",
    "slicerrt_eclipse",
    "within_band",
]

DATA = Path("slicerrt_eclipse", "Testing", "Data")
PATIENTS = {"EclipseProstate": "prostate", "EclipseEnt": "head and neck"}
SYSTEMS = ("CERR", "Eclipse")
THRESHOLDS = {
    ("EclipseProstate", "CERR"): 97.6,
    ("EclipseEnt", "CERR"): 95.8,
    ("EclipseProstate", "Eclipse"): 97.5,
    ("EclipseEnt", "Eclipse"): 95.2,
}
"""What SlicerRT's tests demand of SlicerRT. [% of bins]"""

STEP_GY = 0.001
"""Dose step of our curves: a curve of a small structure in a flat dose falls by several percent in 0.01 Gy. [Gy]"""
EACH = 10
"""SlicerRT's tests take every tenth of these points: 0.01 Gy."""
BIN_CERR_GY = 0.1
CRITERION = 0.01
BAND = 0.01
"""By how much the band of the two systems' means is widened."""
FRAME = "2.25.1"
SHOWN = {"EclipseProstate": "Rectum", "EclipseEnt": "Optic Chiasm"}
"""Structures whose curves the page draws: long ends in a gradient, and three planes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Patient:
    """One patient: a dose and structures in the order of the files."""

    key: str
    dose: GridField
    structures: dict[str, ContourStack]

    @functools.cached_property
    def max_gy(self) -> float:
        """Highest voxel. [Gy]"""
        return float(self.dose.values.max())


@dataclass(frozen=True, kw_only=True, eq=False)
class _Curve:
    dose_gy: Array
    percent: Array
    volume_cm3: float
    mean_gy: float
    outside_percent: float


def patient(data: Path, key: str) -> Patient:
    """Read one patient; voxels in LPS, contours turned from RAS to LPS."""
    image = sitk.ReadImage(str(data / DATA / f"{key}_Dose.nrrd"))
    values = sitk.GetArrayFromImage(image).astype(np.float64)
    grid = Grid(
        frame=FRAME,
        shape=values.shape,
        origin_mm=np.array(image.GetOrigin()),
        spacing_mm=np.array(image.GetSpacing()),
        axes=np.array(image.GetDirection()).reshape(3, 3),
    )
    files = sorted(
        (data / DATA / f"{key}_Structures.seg").glob("*.vtp"), key=lambda path: int(path.stem.split("_")[-1])
    )
    read = [planar_contours(path) for path in files]
    stacks = {one.name: ContourStack(frame=FRAME, polygons=one.polygons) for one in read}
    return Patient(key=key, dose=GridField(grid=grid, values=values), structures=stacks)


def _curve(one: Patient, contours: ContourStack, *, model: SliceModel, in_planes: bool = False) -> _Curve:
    # other systems' readings are told apart bin by bin: with many samples, whatever the dose
    is_usual = model is DEFAULT
    samples = refined_samples(contours, [one.dose]) if is_usual else structure_samples(contours, model=model)
    points = samples.points_mm
    if in_planes:
        planes = np.array([z for z, _ in contours.planes()])
        nearest = np.argmin(np.abs(points[:, 2, None] - planes[None]), axis=1)
        points = np.column_stack([points[:, :2], planes[nearest]])
    dose = one.dose.sample(points)
    volume = samples.volume_cm3
    made = cumulative(dose.low, samples.volumes_cm3, np.arange(0.0, one.max_gy + 0.5, STEP_GY))
    return _Curve(
        dose_gy=made.dose_gy,
        percent=100.0 * made.volume_cm3 / volume,
        volume_cm3=volume,
        mean_gy=float((dose.low * samples.volumes_cm3).sum() / volume),
        outside_percent=float(100.0 * samples.volumes_cm3[~dose.inside].sum() / volume),
    )


def _compared(
    table: TabulatedCurve, curve: _Curve, max_gy: float, *, lower_gy: float = 0.0
) -> dict[str, Any]:
    """Bins that agree, by the definition and by SlicerRT's arithmetic, and how far apart the curves are."""
    dose = curve.dose_gy - lower_gy
    tolerance = CRITERION * max_gy
    agree, arithmetic = (
        agreeing(
            table,
            dose[::each],
            curve.percent[::each],
            volume_tolerance_percent=volume,
            dose_tolerance_gy=tolerance,
        )
        for volume, each in ((100.0 * CRITERION, 1), (CRITERION * table.volume_cm3, EACH))
    )
    whole = table.rising
    apart = np.interp(table.dose_gy, dose, curve.percent) - table.percent
    off = ~agree & whole
    told = whole & (table.dose_gy > 0.0)  # at 0 Gy every table says 100 %
    return {
        "bins": len(agree),
        "agree": int(agree.sum()),
        "agree_slicerrt_arithmetic": int(arithmetic.sum()),
        "damaged_bins": int((~whole).sum()),
        "disagree_undamaged": int(off.sum()),
        "from_gy": float(table.dose_gy[off].min()) if off.any() else None,
        "to_gy": float(table.dose_gy[off].max()) if off.any() else None,
        "mean_apart_percent": float(np.abs(apart[told]).mean()),
        "volume_cm3": curve.volume_cm3,
        "mean_gy": curve.mean_gy,
    }


def _lower_gy(table: TabulatedCurve, curve: _Curve) -> float | None:
    """How much lower in dose the table lies than the curve: median over its bins between 2 and 98 %. [Gy]"""
    steep = (table.percent > 2.0) & (table.percent < 98.0) & table.rising
    if not steep.any():
        return None
    rank = np.searchsorted(-curve.percent, -table.percent[steep])
    return float(np.median(curve.dose_gy[rank] - table.dose_gy[steep]))


def slicerrt_eclipse(data: Path) -> dict[str, Any]:
    """All of both patients."""
    found = {}
    for key in PATIENTS:
        one = patient(data, key)
        names = (*SYSTEMS, "SlicerRT") if (data / DATA / f"{key}_DvhTable_SlicerRT.csv").exists() else SYSTEMS
        tables = {system: tabulated_curves(data / DATA / f"{key}_DvhTable_{system}.csv") for system in names}
        rows = [_structure(one, name, stack, tables) for name, stack in one.structures.items()]
        found[key] = {
            "label": PATIENTS[key],
            "max_gy": one.max_gy,
            "structures": rows,
            "totals": {system: _totals(rows, key, system) for system in SYSTEMS},
            "slicerrt_itself": _slicerrt_itself(tables, one.max_gy),
            "curves": _shown(one, tables),
        }
    return {"model": DEFAULT.name, "patients": found}


def _shown(one: Patient, tables: dict[str, dict[str, TabulatedCurve]]) -> dict[str, list[float]]:
    """Curves of the structure to be plotted, at the doses of CERR's table: default, without caps, CERR, Eclipse."""
    name = SHOWN[one.key]
    at = tables["CERR"][key_of(name)].dose_gy
    found = {"dose_gy": at.tolist()}
    for label, model in (("Graybook", DEFAULT), ("Graybook, no caps", SliceModel.NONE)):
        curve = _curve(one, one.structures[name], model=model)
        found[label] = np.interp(at, curve.dose_gy, curve.percent).tolist()
    for system in SYSTEMS:
        table = tables[system][key_of(name)]
        found[system] = np.interp(at, table.dose_gy[table.rising], table.percent[table.rising]).tolist()
    return found


def _structure(
    one: Patient, name: str, stack: ContourStack, tables: dict[str, dict[str, TabulatedCurve]]
) -> dict[str, Any]:
    usual = _curve(one, stack, model=DEFAULT)
    prism = _curve(one, stack, model=SliceModel.PRISM)
    as_cerr = _curve(one, stack, model=SliceModel.PRISM, in_planes=True)
    as_eclipse = _curve(one, stack, model=SliceModel.NONE)
    row: dict[str, Any] = {
        "name": name,
        "planes": len(stack.planes()),
        "contours": len(stack.polygons),
        "volume_cm3": usual.volume_cm3,
        "mean_gy": usual.mean_gy,
        "outside_grid_percent": usual.outside_percent,
    }
    for system in SYSTEMS:
        table = tables[system][key_of(name)]
        own = (as_cerr, BIN_CERR_GY) if system == "CERR" else (as_eclipse, 0.0)
        row[system] = {
            "volume_cm3": table.volume_cm3,
            "mean_gy": table.mean_gy,
            "mean_bins_raised_gy": table.raised(BIN_CERR_GY if system == "CERR" else 0.0).mean_gy,
            "lower_gy": _lower_gy(table, usual),
            "default": _compared(table, usual, one.max_gy),
            "prism": _compared(table, prism, one.max_gy),
            "own_reading": _compared(table, own[0], one.max_gy, lower_gy=own[1]),
        }
    for field, name in (("in_band_as_printed", "mean_gy"), ("in_band", "mean_bins_raised_gy")):
        row[field] = within_band(usual.mean_gy, row["CERR"][name], row["Eclipse"][name])
    return row


def within_band(mean_gy: float, one_gy: float, other_gy: float) -> bool:
    """Whether a mean lies between the two others, the band widened by 1 %. [Gy]"""
    low, high = sorted((one_gy, other_gy))
    return bool(low * (1.0 - BAND) <= mean_gy <= high * (1.0 + BAND))


def _totals(rows: list[dict[str, Any]], key: str, system: str) -> dict[str, Any]:
    bins = sum(row[system]["default"]["bins"] for row in rows)

    def share(reading: str, field: str = "agree") -> float:
        return 100.0 * sum(row[system][reading][field] for row in rows) / bins

    return {
        "bins": bins,
        "damaged_bins": sum(row[system]["default"]["damaged_bins"] for row in rows),
        "wanted_percent": THRESHOLDS[key, system],
        "agree_percent": share("default"),
        "prism_percent": share("prism"),
        "own_reading_percent": share("own_reading"),
        "slicerrt_arithmetic_percent": share("default", "agree_slicerrt_arithmetic"),
        "slicerrt_arithmetic_own_reading_percent": share("own_reading", "agree_slicerrt_arithmetic"),
    }


def _slicerrt_itself(
    tables: dict[str, dict[str, TabulatedCurve]], max_gy: float
) -> dict[str, dict[str, float]]:
    """SlicerRT's own published curves by the same measure, where it published them; lines drawn between its bins."""
    if "SlicerRT" not in tables:
        return {}
    curves = {}
    for key, table in tables["SlicerRT"].items():
        dose = np.arange(0.0, table.dose_gy[-1], STEP_GY)
        curves[key] = _Curve(
            dose_gy=dose,
            percent=np.interp(dose, table.dose_gy, table.percent),
            volume_cm3=table.volume_cm3,
            mean_gy=table.mean_gy,
            outside_percent=0.0,
        )
    found = {}
    for system in SYSTEMS:
        each = [_compared(table, curves[key], max_gy) for key, table in tables[system].items()]
        bins = sum(one["bins"] for one in each)
        found[system] = {
            "agree_percent": 100.0 * sum(one["agree"] for one in each) / bins,
            "slicerrt_arithmetic_percent": 100.0
            * sum(one["agree_slicerrt_arithmetic"] for one in each)
            / bins,
        }
    return found
