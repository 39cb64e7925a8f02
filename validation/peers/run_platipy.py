"""platipy, in its own environment: a list of cases comes in, its figures for every structure go out as JSON.

Used as its documentation shows: RTSTRUCT to masks on the CT, the dose read by SimpleITK and scaled,
``calculate_dvh_for_labels`` with its default bins of 0.1 Gy, figures by ``calculate_d_x`` and its companions. It gives no
minimum and maximum: those of the dose it resampled, over its mask, are taken.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pydicom
import SimpleITK as sitk
from platipy.dicom.io.rtstruct_to_nifti import (
    read_dicom_image,
    read_dicom_struct_file,
    transform_point_set_from_dicom_struct,
)
from platipy.imaging.dose.dvh import (
    calculate_d_cc_x,
    calculate_d_x,
    calculate_dvh_for_labels,
    calculate_v_x,
)


def figures(dose: Any, name: str, mask: Any, curve_gy: list[float]) -> dict[str, Any]:
    """The figures of one structure."""
    dvh = calculate_dvh_for_labels(dose, {name: mask})
    volume = float(dvh.cc.iloc[0])
    found: dict[str, Any] = {"V": volume, "Dmean": float(dvh["mean"].iloc[0])}
    for percent in (99, 95, 5, 1):
        found[f"D{percent}"] = float(calculate_d_x(dvh, percent)[f"D{percent}"].iloc[0])
    if volume >= 0.03:
        found["D0.03cc"] = float(calculate_d_cc_x(dvh, 0.03)["D0.03cc"].iloc[0])
    row = calculate_v_x(dvh, curve_gy)
    found["curve_cm3"] = [float(value) for value in row.drop(columns="label").iloc[0]]
    masked = sitk.GetArrayFromImage(sitk.Resample(dose, mask))[sitk.GetArrayFromImage(mask) > 0]
    return {**found, "Dmin": float(masked.min()), "Dmax": float(masked.max())}


def answered(case: dict[str, Any]) -> dict[str, Any]:
    """The figures of all structures of a case."""
    start = time.perf_counter()
    image = read_dicom_image(case["ct"])
    masks, names = transform_point_set_from_dicom_struct(image, read_dicom_struct_file(case["rtstruct"]))
    scaling = float(pydicom.dcmread(case["rtdose"], stop_before_pixels=True).DoseGridScaling)
    dose = sitk.Cast(sitk.ReadImage(case["rtdose"]), sitk.sitkFloat64) * scaling
    by_name = dict(zip(names, masks, strict=True))
    reading = (time.perf_counter() - start) / max(len(names), 1)
    rois: dict[str, Any] = {}
    for name in case["rois"]:
        try:
            start = time.perf_counter()
            rois[name] = figures(dose, name, by_name[name], case["curve_gy"])
            rois[name]["seconds"] = reading + time.perf_counter() - start
        except Exception as error:
            rois[name] = {"failed": f"{type(error).__name__}: {error}"[:200]}
    return rois


def main(manifest: Path, out: Path) -> None:
    """Answer every case; what fails is said, and the next one follows."""
    answers: dict[str, Any] = {}
    for case in json.loads(manifest.read_text()):
        try:
            answers[case["name"]] = answered(case)
        except Exception as error:
            failed = {"failed": f"{type(error).__name__}: {error}"[:200]}
            answers[case["name"]] = dict.fromkeys(case["rois"], failed)
    versions = {name: version(name) for name in ("platipy", "SimpleITK", "numpy", "pydicom")}
    out.write_text(json.dumps({"versions": versions, "answers": answers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
