"""Resample and add, in one program: two grids come in on stdin; seconds, memory and worst error go out on stdout, as JSON.

The first grid's dose is added to the second's, resampled on the first. Doses are linear, so the sum is known in closed form;
values are double precision in every program. Memory is the highest resident set of the work, the two doses included, above that
of the interpreter, the imports and a first small sum. Run as ``python run_resample.py PROGRAM``.
"""

from __future__ import annotations

import gc
import json
import re
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

SLOPE, CENTRE_GY = np.array([0.03, -0.05, 0.04]), 40.0
"""A dose: Gy per mm, Gy at the origin."""

Work = Callable[[], Any]
"""Does the sum."""

SMALL = {
    "shape": [3, 4, 5],
    "spacing": [2.0, 2.0, 2.0],
    "origin": [0.0, 0.0, 0.0],
    "axes": np.eye(3).tolist(),
}


def values(grid: dict[str, Any]) -> Any:
    """The dose at every voxel centre, zyx; no array but the result."""
    steps = (np.array(grid["axes"]) * np.array(grid["spacing"])).T @ SLOPE
    z, y, x = (np.arange(n) * step for n, step in zip(grid["shape"], steps[::-1], strict=True))
    corner = CENTRE_GY + float(np.array(grid["origin"]) @ SLOPE)
    return (corner + z)[:, None, None] + y[:, None] + x


def graybook(one: dict[str, Any], other: dict[str, Any]) -> tuple[Work, Callable[[Any], Any]]:
    """Graybook's ``geometry.resample.added``."""
    from graybook.geometry import Grid, GridField
    from graybook.geometry.resample import added

    fields = [
        GridField(
            grid=Grid(
                frame="1",
                shape=tuple(grid["shape"]),
                origin_mm=grid["origin"],
                spacing_mm=grid["spacing"],
                axes=grid["axes"],
            ),
            values=values(grid),
        )
        for grid in (one, other)
    ]
    return lambda: added(fields, fields[0].grid), lambda total: total


def simpleitk(one: dict[str, Any], other: dict[str, Any]) -> tuple[Work, Callable[[Any], Any]]:
    """SimpleITK's ``Resample`` with linear interpolation, and ``+``."""
    import SimpleITK as sitk

    images = []
    for grid in (one, other):
        image = sitk.GetImageFromArray(values(grid))
        image.SetOrigin(grid["origin"])
        image.SetSpacing(grid["spacing"])
        image.SetDirection(np.array(grid["axes"]).ravel().tolist())
        images.append(image)

    def work() -> Any:
        return images[0] + sitk.Resample(images[1], images[0], sitk.Transform(), sitk.sitkLinear, 0.0)

    return work, sitk.GetArrayViewFromImage


def dicompyler(one: dict[str, Any], other: dict[str, Any]) -> tuple[Work, Callable[[Any], Any]]:
    """dicompyler-core's ``DoseGrid.__add__``."""
    from dicompylercore.dose import DoseGrid
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ImplicitVRLittleEndian

    grids = []
    for grid in (one, other):
        nz, ny, nx = grid["shape"]
        axes, spacing = np.array(grid["axes"]), grid["spacing"]
        dose = Dataset()
        dose.file_meta = FileMetaDataset()
        dose.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        dose.is_little_endian, dose.is_implicit_VR = True, True
        dose.SOPClassUID, dose.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.481.2", "1.2.3"
        dose.Modality, dose.DoseUnits, dose.DoseType, dose.DoseSummationType = (
            "RTDOSE",
            "GY",
            "PHYSICAL",
            "PLAN",
        )
        dose.Rows, dose.Columns, dose.NumberOfFrames = ny, nx, nz
        dose.PixelSpacing = [spacing[1], spacing[0]]  # between rows, then between columns
        dose.ImagePositionPatient = grid["origin"]
        dose.ImageOrientationPatient = [*axes[:, 0].tolist(), *axes[:, 1].tolist()]
        dose.GridFrameOffsetVector = (np.arange(nz) * spacing[2]).tolist()
        dose.DoseGridScaling = 1e-7
        dose.BitsAllocated, dose.BitsStored, dose.HighBit = 32, 32, 31
        dose.PixelRepresentation, dose.SamplesPerPixel = 0, 1
        dose.PhotometricInterpretation = "MONOCHROME2"
        dose.PixelData = np.round(values(grid) * 1e7).astype("<u4").tobytes()
        grids.append(DoseGrid(dose))
    return lambda: grids[0] + grids[1], lambda total: np.swapaxes(total.dose_grid, 0, 2)


PROGRAMS = {
    "Graybook": (graybook, "graybook"),
    "SimpleITK": (simpleitk, "SimpleITK"),
    "dicompyler-core": (dicompyler, "dicompyler-core"),
}


def status_mb(key: str) -> float:
    """A figure of this process's memory (VmRSS, VmHWM). [MB]"""
    text = Path("/proc/self/status").read_text()
    found = re.search(rf"^{key}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) * 1024 / 1e6 if found else float("nan")


def main(name: str) -> dict[str, Any]:
    """The answer to the case on stdin."""
    case = json.load(sys.stdin)
    made, package = PROGRAMS[name]
    warm, _ = made(SMALL, {**SMALL, "axes": case["other"]["axes"]})
    try:
        warm()
        gc.collect()
        before_mb = status_mb("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the highest resident set starts anew
        work, shown = made(case["one"], case["other"])
        seconds = []
        total = None
        for _ in range(case["repeats"]):
            del total
            start = time.perf_counter()
            total = work()
            seconds.append(time.perf_counter() - start)
        memory_mb = status_mb("VmHWM") - before_mb
        worst_gy = float(np.abs(shown(total) - 2.0 * values(case["one"])).max())
    except Exception as error:
        return {"version": version(package), "failed": f"{type(error).__name__}: {error}"[:200]}
    return {"version": version(package), "seconds": seconds, "memory_mb": memory_mb, "worst_gy": worst_gy}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
