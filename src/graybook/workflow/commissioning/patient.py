"""The synthetic patient, written as DICOM and assessed, comes in; its headline beside the closed form goes out as cases.

The truth never sees a file, a voxel, a contour or a registration: the organs' solids and the beams' doses are formulae, asked
on a fine lattice in the reference frame, and the EQD2 of three courses is written out by hand below.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.report.commission_result import Case, Group
from graybook.report.result import StructureResult
from graybook.workflow.commissioning.case import Bench, Check
from graybook.workflow.demo.anatomy import ORGANS
from graybook.workflow.demo.courses import COURSES, REFERENCE

__all__ = ["patient", "repeat"]

LATTICES_MM = {
    "SpinalCord": (0.6, 15.0),
    "Esophagus": (0.8, 18.0),
    "Heart": (1.5, 54.0),
    "A_Aorta": (1.0, 18.0),
}
"""The organs held against; the step of their lattice, and how far it reaches from their middle. [mm]"""

ALPHA_BETA_GY = {"SpinalCord": 2.0, "Esophagus": 3.0, "Heart": 2.5, "A_Aorta": 3.0}
"""What the tables give them (Rulach 2021, Table 4), written out so that the truth reads no table. [Gy]"""

WITHIN_PERCENT = 1.0


def patient(bench: Bench) -> Group:
    """Volume, mean and near-maximum of the cumulative EQD2 of four organs."""
    words = bench.words
    found = {one.tg263: one for one in bench.assessed.result.structures if one.tg263 is not None}
    bench.progress(words("patient"), 0.85)
    return Group(
        id="patient",
        title=words("patient"),
        what=words("patient_what"),
        reason=words("patient_reason"),
        cases=[case for organ in LATTICES_MM for case in _cases(bench, organ, found)],
    )


def repeat(bench: Bench) -> Group:
    """The same files assessed again: result.json must be the same bytes."""
    from graybook.report.result import json_text

    words = bench.words

    def differing() -> float:
        first, second = (json_text(one.result).encode() for one in (bench.assessed, bench.assessed_again()))
        pairs = zip(first.ljust(len(second)), second.ljust(len(first)), strict=True)
        return float(sum(one != other for one, other in pairs))

    check = Check(
        id="bytes that differ",
        text=words("repeat_bytes"),
        expected=0.0,
        tolerance=0.0,
        unit="",
        source=words("rule", number=16),
    )
    return Group(
        id="repeat",
        title=words("repeat"),
        what=words("repeat_what"),
        reason=words("repeat_reason"),
        cases=[check.case(differing)],
    )


def _cases(bench: Bench, organ: str, found: dict[str, StructureResult]) -> Iterator[Case]:
    words = bench.words
    for key, expected in _truth(organ).items():

        def value(key: str = key) -> float | None:
            structure = found[organ]
            figures = {
                "V": structure.volume_cm3,
                "mean": structure.cumulative.mean_gy,
                "D0.03cc": structure.cumulative.d0_03cc_gy,
            }
            return figures[key]

        check = Check(
            id=f"{organ} {key}",
            text=words("organ_volume" if key == "V" else "organ", organ=organ, metric=key),
            expected=expected,
            tolerance=WITHIN_PERCENT,
            percent=True,
            unit="cm³" if key == "V" else "Gy",
            source=words("closed_form"),
        )
        yield check.case(value)


@cache
def _truth(organ: str) -> dict[str, float]:
    points, voxel_cm3 = _lattice(organ)
    total = np.sort(_eqd2_gy(points, ALPHA_BETA_GY[organ]))[::-1]
    hottest = int(np.ceil(0.03 / voxel_cm3 - 1e-9))
    return {
        "V": len(points) * voxel_cm3,
        "mean": float(total.mean()),
        "D0.03cc": float(total[hottest - 1]),
    }


def _eqd2_gy(points_mm: FloatArray, alpha_beta_gy: float) -> FloatArray:
    """n d (d + α/β) / (2 + α/β), summed over the plans of all courses, each one after the other. [Gy]"""
    total = np.zeros(len(points_mm))
    for course in COURSES:
        for plan in course.plans:
            dose = course.physical_dose_at_reference_gy(plan, points_mm)
            total += dose * (dose / plan.fractions + alpha_beta_gy) / (2.0 + alpha_beta_gy)
    return total


def _lattice(organ: str) -> tuple[FloatArray, float]:
    """Points inside the organ's solid, and the volume each stands for. [mm, cm³]"""
    (step, reach_mm), solid = LATTICES_MM[organ], ORGANS[organ]
    low, high = _ends_mm(organ)
    layers = max(1, round((high - low) / step))
    heights = low + (np.arange(layers) + 0.5) * (high - low) / layers
    middles = np.array([solid.middle(float(z)) for z in heights])
    reach = np.arange(0.5 * step, reach_mm, step)
    across = np.concatenate([-reach[::-1], reach])
    x0, y0 = (float(np.mean([middles[:, k].min(), middles[:, k].max()])) for k in (0, 1))
    x, y, z = np.meshgrid(x0 + across, y0 + across, heights, indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    inside = solid.level(points[:, 0], points[:, 1], points[:, 2]) < 0.0
    return points[inside], step * step * (high - low) / layers / 1000.0


def _ends_mm(organ: str) -> tuple[float, float]:
    """Where the solid ends: its own poles, or half a slice beyond the last planes it is drawn on."""
    solid, grid = ORGANS[organ], REFERENCE.image_grid()
    heights = grid.origin_mm[2] + grid.offsets_mm
    half = 0.5 * float(grid.spacing_mm[2])
    if organ == "Heart":
        return solid.low_mm, solid.high_mm
    drawn = heights[(heights >= solid.low_mm) & (heights <= solid.high_mm)]
    return float(drawn[0]) - half, float(drawn[-1]) + half
