"""DVHs of all structures by platipy, in its own environment: a folder comes in, times and memory go out as JSON."""

import json
import resource
import sys
import time
from pathlib import Path


from platipy.dicom.io.rtdose_to_nifti import convert_rtdose
from platipy.dicom.io.rtstruct_to_nifti import (
    read_dicom_image,
    read_dicom_struct_file,
    transform_point_set_from_dicom_struct,
)
from platipy.imaging.dose.dvh import calculate_d_cc_x, calculate_d_x, calculate_dvh_for_labels, calculate_v_x


def files(folder):
    """The image, the structure set and the dose."""
    return (
        read_dicom_image(folder / "ct"),
        read_dicom_struct_file(folder / "rtstruct.dcm"),
        convert_rtdose(folder / "rtdose.dcm"),
    )


def figures(image, structure_set, dose):
    """D95 %, D0.03cc, V20Gy and the mean of every structure, from contours."""
    masks, names = transform_point_set_from_dicom_struct(image, structure_set)
    curves = calculate_dvh_for_labels(dose, dict(zip(names, masks, strict=True)))
    columns = (
        curves["cc"],
        calculate_d_x(curves, 95)["D95"],
        calculate_d_cc_x(curves, 0.03)["D0.03cc"],
        calculate_v_x(curves, 20)["V20"],
        curves["mean"],
    )
    return {name: [float(column[row]) for column in columns] for row, name in enumerate(names)}


def main(folder, mode, repeats):
    """Times of the way asked for."""
    times = []
    found = {}
    if mode == "files":
        for _ in range(repeats):
            start = time.perf_counter()
            found = figures(*files(folder))
            times.append(time.perf_counter() - start)
    elif mode == "memory":
        image, structure_set, dose = files(folder)
        figures(image, structure_set, dose)  # the texts of the contours become numbers, and stay
        for _ in range(repeats):
            start = time.perf_counter()
            found = figures(image, structure_set, dose)
            times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"times_s": times, "peak_kb": peak, "figures": found}))


main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
