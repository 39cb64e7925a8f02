"""SlicerRT's patients for other programs: DICOM files go out; their answers come in, and how far they agree goes out.

``as_dicom`` writes each patient with the product's writers: RTSTRUCT, RTDOSE and a CT of 0 HU, 1 mm pixels and the slices of
the contours, cut to the patient. The CT is square, as clinical ones are, and the structures are called S01, S02 ...: some
programs change names, or lose what lies beyond the square of an oblong image.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from graybook.dicom.marks import uid_from
from graybook.dicom.write_ct import ct_slice_uid, write_ct
from graybook.dicom.write_header import SeriesHeader
from graybook.dicom.write_rtdose import WrittenDose, write_rtdose
from graybook.dicom.write_rtstruct import WrittenRoi, write_rtstruct
from graybook.geometry import Grid
from graybook.record.person import Identity, Person
from validation import programs
from validation.real_agreement import Array, agreeing, key_of, tabulated_curves
from validation.real_slicerrt import (
    BIN_CERR_GY,
    CRITERION,
    DATA,
    FRAME,
    PATIENTS,
    SYSTEMS,
    Patient,
    patient,
    within_band,
)

__all__ = ["as_dicom", "peers_measured"]

DAY = date(2026, 1, 5)
CT_PIXEL_MM = 1.0
MARGIN_MM = 5.0
STEP_GY = 0.01
SLICE_MM = 2.5


def as_dicom(one: Patient, folder: Path) -> dict[str, Any]:
    """Write a patient into ``folder``; gives what a program must be told to read it (:func:`validation.cases.written`)."""
    person = Person(identities=(Identity(value=one.key, issuer="SlicerRT"),), name=f"SlicerRT^{one.key}")
    header = SeriesHeader(
        person=person,
        study_uid=uid_from(one.key, "study"),
        series_uid=uid_from(one.key, "ct"),
        day=DAY,
        frame=FRAME,
    )
    ct, home = folder / f"ct-{one.key}", folder / one.key
    ct.mkdir(parents=True)
    home.mkdir(parents=True)
    grid = _ct_grid(one)
    write_ct(ct, header=header, grid=grid, hu=np.zeros(grid.shape))
    heights = grid.origin_mm[2] + np.arange(grid.shape[0]) * SLICE_MM
    structure_set = write_rtstruct(
        home / "rs.dcm",
        header=header.in_series(uid_from(one.key, "rs")),
        uid=uid_from(one.key, "rs", "1"),
        label="SLICERRT",
        rois=[
            WrittenRoi(number=number, name=_alias(number), polygons=stack.polygons)
            for number, stack in enumerate(one.structures.values(), start=1)
        ],
        image_series_uid=header.series_uid,
        image_uids={float(z): ct_slice_uid(header.series_uid, index) for index, z in enumerate(heights)},
    )
    dose = WrittenDose(
        uid=uid_from(one.key, "rd", "1"),
        grid=one.dose.grid,
        values_gy=one.dose.values,
        structure_set_uid=structure_set,
        bits=32,
    )
    write_rtdose(home / "rd.dcm", header=header.in_series(uid_from(one.key, "rd")), dose=dose)
    return {
        "name": one.key,
        "ct": str(ct),
        "rtstruct": str(home / "rs.dcm"),
        "rtdose": str(home / "rd.dcm"),
        "rois": {_alias(number): number for number in range(1, len(one.structures) + 1)},
        "curve_gy": [round(float(gy), 6) for gy in _curve_gy(one)],
    }


def _alias(number: int) -> str:
    return f"S{number:02d}"


def _curve_gy(one: Patient) -> Array:
    return np.arange(0.0, one.max_gy + 0.5, STEP_GY)


def _ct_grid(one: Patient) -> Grid:
    """Pixels around all contours; slices in their planes."""
    points = np.concatenate([polygon for stack in one.structures.values() for polygon in stack.polygons])
    low, high = points.min(axis=0), points.max(axis=0)
    start = low[:2] - MARGIN_MM
    side = int(np.ceil(np.max(high[:2] + MARGIN_MM - start) / CT_PIXEL_MM)) + 1
    return Grid(
        frame=FRAME,
        shape=(round((high[2] - low[2]) / SLICE_MM) + 1, side, side),
        origin_mm=np.array([start[0], start[1], low[2]]),
        spacing_mm=np.array([CT_PIXEL_MM, CT_PIXEL_MM, SLICE_MM]),
        axes=np.eye(3),
    )


def peers_measured(
    data: Path, work: Path, others: Sequence[str]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Share of bins that agree and means in the band, by program; and the programs' versions."""
    patients = [patient(data, key) for key in PATIENTS]
    manifest = [as_dicom(one, work) for one in patients]
    (work / "manifest.json").write_text(json.dumps(manifest))
    said: dict[str, Any] = {programs.OURS: {one.key: _ours(one) for one in patients}}
    versions: dict[str, str] = {"graybook": programs.__version__}
    for name in others:
        reply = programs.asked(name, manifest, work)
        said[name] = reply["answers"]
        versions |= reply["versions"]
    return {name: _agreement(data, patients, answers) for name, answers in said.items()}, versions


def _ours(one: Patient) -> dict[str, Any]:
    doses = _curve_gy(one).tolist()
    return {
        _alias(number): programs.figures(programs.samples_of(stack, one.dose, SLICE_MM), one.dose, doses)
        for number, stack in enumerate(one.structures.values(), start=1)
    }


def _agreement(
    data: Path, patients: Sequence[Patient], answers: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> dict[str, Any]:
    shares: dict[str, float] = {}
    within: dict[tuple[str, str], list[float]] = {}
    failed = 0
    for system in SYSTEMS:
        for one in patients:
            tables = tabulated_curves(data / DATA / f"{one.key}_DvhTable_{system}.csv")
            doses, bins, agreed = _curve_gy(one), 0, 0
            for number, name in enumerate(one.structures, start=1):
                table, answer = tables[key_of(name)], answers[one.key][_alias(number)]
                bins += len(table.dose_gy)
                if "failed" in answer or not answer["V"] > 0.0:
                    failed += system == SYSTEMS[0]
                    continue
                percent = 100.0 * np.asarray(answer["curve_cm3"]) / answer["V"]
                agree = agreeing(
                    table,
                    doses,
                    percent,
                    volume_tolerance_percent=100.0 * CRITERION,
                    dose_tolerance_gy=CRITERION * one.max_gy,
                )
                agreed += int(agree.sum())
                mean = table.raised(BIN_CERR_GY if system == "CERR" else 0.0).mean_gy
                within.setdefault((one.key, name), [float(answer["Dmean"])]).append(mean)
            shares[f"{PATIENTS[one.key]}, {system}"] = 100.0 * agreed / bins
    inside = sum(within_band(*means) for means in within.values())
    return {"agree_percent": shares, "in_band": inside, "failed": failed}
