"""plastimatch (Debian): a list of cases comes in, its figures for every structure go out as JSON.

Used as its manual shows: ``plastimatch convert`` rasterises the RTSTRUCT on the CT, ``plastimatch dvh`` makes curves of it
with bins of 0.01 Gy and counts of voxels. (Its shorter way, ``dvh --input FOLDER``, leaves out the last slice.) It gives a
curve only: figures are read off it, linearly.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

BIN_GY = 0.01


def figures(dose_gy: Any, volume_cm3: Any, curve_gy: list[float]) -> dict[str, Any]:
    """The figures of one structure from its cumulative curve."""
    total = float(volume_cm3[0])
    inside = np.flatnonzero(volume_cm3 < total)
    found: dict[str, Any] = {
        "V": total,
        "Dmin": float(dose_gy[inside[0] - 1]) if len(inside) else 0.0,
        "Dmax": float(dose_gy[np.flatnonzero(volume_cm3 > 0.0)[-1]]),
        "Dmean": float(dose_gy[0] + np.trapezoid(volume_cm3, dose_gy) / total),
    }
    wanted = {f"D{percent}": total * percent / 100.0 for percent in (99, 95, 5, 1)}
    if total >= 0.03:
        wanted["D0.03cc"] = 0.03
    for name, volume in wanted.items():
        found[name] = float(np.interp(volume, volume_cm3[::-1], dose_gy[::-1]))
    return {**found, "curve_cm3": np.interp(curve_gy, dose_gy, volume_cm3).tolist()}


def answered(case: dict[str, Any], table: Path) -> dict[str, Any]:
    """The figures of all structures of a case."""
    start = time.perf_counter()
    bins = int(max(case["curve_gy"]) / BIN_GY) + 200
    home = Path(case["rtstruct"]).parent
    for file in Path(case["ct"]).iterdir():
        (home / file.name).symlink_to(file.resolve())
    image, names, dose = (str(home / name) for name in ("ss.nrrd", "ss.txt", "dose.nrrd"))
    _run(
        "convert",
        "--input",
        str(home),
        "--output-ss-img",
        image,
        "--output-ss-list",
        names,
        "--output-dose-img",
        dose,
    )
    said = _run(
        "dvh", "--input-ss-img", image, "--input-ss-list", names, "--input-dose", dose, "--output-csv", str(table),
        "--bin-width", str(BIN_GY), "--num-bins", str(bins), "--normalization", "vox",
    )  # fmt: skip
    seconds = (time.perf_counter() - start) / len(case["rois"])
    voxel = re.search(r"voxel size\.\.\.\s+([\d.]+) ([\d.]+) ([\d.]+)", said)
    if voxel is None:
        raise ValueError("no voxel size in its output")
    cm3 = float(np.prod([float(edge) for edge in voxel.groups()])) / 1000.0
    with table.open(newline="") as file:
        names, *rows = csv.reader(file)
    values = np.array(rows, dtype=float)
    column = {name: values[:, k] * cm3 for k, name in enumerate(names) if k}
    return {
        name: {**figures(values[:, 0], column[name], case["curve_gy"]), "seconds": seconds}
        for name in case["rois"]
    }


def _run(*words: str) -> str:
    done = subprocess.run(["plastimatch", *words], check=True, capture_output=True, text=True, timeout=300)
    return done.stdout


def main(manifest: Path, out: Path) -> None:
    """Answer every case; what fails is said, and the next one follows."""
    answers: dict[str, Any] = {}
    for case in json.loads(manifest.read_text()):
        try:
            answers[case["name"]] = answered(case, out.with_suffix(".csv"))
        except Exception as error:
            failed = {"failed": f"{type(error).__name__}: {error}"[:200]}
            answers[case["name"]] = dict.fromkeys(case["rois"], failed)
    said = subprocess.run(["plastimatch", "--version"], capture_output=True, text=True, check=False).stdout
    out.write_text(json.dumps({"versions": {"plastimatch": said.split()[-1]}, "answers": answers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
