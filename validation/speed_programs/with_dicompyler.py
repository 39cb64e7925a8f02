"""DVHs of all structures by dicompyler-core, in its own environment: a folder comes in, times and memory go out as JSON."""

import json
import resource
import sys
import time
from pathlib import Path

from dicompylercore import dicomparser, dvh, dvhcalc

import numpy as np  # after the program itself: its imports are part of the start


def files(folder):
    """Parsed structure set and dose."""
    return (
        dicomparser.DicomParser(str(folder / "rtstruct.dcm")),
        dicomparser.DicomParser(str(folder / "rtdose.dcm")),
    )


def contours(rtss):
    """All structures with their contours as lists of numbers."""
    structures = rtss.GetStructures()
    for number, structure in structures.items():
        structure["planes"] = rtss.GetStructureCoordinates(number)
        structure["thickness"] = rtss.CalculatePlaneThickness(structure["planes"])
    return structures


def figures(structures, dose):
    """D95 %, D0.03cc, V20Gy and the mean of every structure: the shortest way through the library, without reading again."""
    found = {}
    for structure in structures.values():
        made = dvhcalc._calculate_dvh(dict(structure), dose)
        curve = dvh.DVH(
            counts=made.histogram,
            bins=np.arange(0, made.histogram.size + 1) / 100,
            dvh_type="differential",
            dose_units="Gy",
            name=structure["name"],
        ).cumulative
        found[structure["name"]] = [
            float(curve.volume),
            float(curve.D95.value),
            float(curve.statistic("D0.03cc").value),
            float(curve.statistic("V20Gy").value),
            float(curve.mean),
        ]
    return found


def main(folder, mode, repeats):
    """Times of the way asked for."""
    times = []
    found = {}
    if mode == "files":
        for _ in range(repeats):
            start = time.perf_counter()
            rtss, dose = files(folder)
            found = figures(contours(rtss), dose)
            times.append(time.perf_counter() - start)
    elif mode == "memory":
        rtss, dose = files(folder)
        structures = contours(rtss)
        for _ in range(repeats):
            start = time.perf_counter()
            found = figures(structures, dose)
            times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"times_s": times, "peak_kb": peak, "figures": found}))


main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
