"""dicompyler-core, in its own environment: a list of cases comes in, its figures for every structure go out as JSON.

Used as its documentation shows: ``dvhcalc.get_dvh`` on the files with its defaults, figures by ``DVH.statistic``.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from dicompylercore import dvhcalc

NAMES = ("D99", "D95", "D5", "D1", "D0.03cc")


def answer(case: dict[str, Any], number: int) -> dict[str, Any]:
    """The figures of one structure."""
    start = time.perf_counter()
    dvh = dvhcalc.get_dvh(case["rtstruct"], case["rtdose"], number)
    seconds = time.perf_counter() - start
    found: dict[str, Any] = {"V": float(dvh.volume), "Dmin": dvh.min, "Dmax": dvh.max, "Dmean": dvh.mean}
    for name in NAMES:
        if not name.endswith("cc") or dvh.volume >= float(name[1:-2]):
            found[name] = dvh.statistic(name).value
    # counts[k] is the volume that receives at least bins[k]
    counts = np.append(np.asarray(dvh.counts, dtype=float), 0.0)
    at = np.searchsorted(dvh.bins[: len(dvh.counts)], np.asarray(case["curve_gy"]) - 1e-6)
    found = {name: float(value) for name, value in found.items()}
    return {**found, "curve_cm3": counts[at].tolist(), "seconds": seconds}


def main(manifest: Path, out: Path) -> None:
    """Answer every case; what fails is said, and the next one follows."""
    answers: dict[str, Any] = {}
    for case in json.loads(manifest.read_text()):
        rois = answers[case["name"]] = {}
        for name, number in case["rois"].items():
            try:
                rois[name] = answer(case, number)
            except Exception as error:
                rois[name] = {"failed": f"{type(error).__name__}: {error}"[:200]}
    versions = {name: version(name) for name in ("dicompyler-core", "pydicom", "numpy")}
    out.write_text(json.dumps({"versions": versions, "answers": answers}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
