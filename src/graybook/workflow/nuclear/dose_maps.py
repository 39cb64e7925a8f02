"""A cycle whose images lie on one grid comes in; its absorbed dose voxel by voxel, or why there is none, goes out.

For looking at: recovery is not undone, tissue is soft everywhere, and nothing is summed from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.errors import GraybookError, NotComparable
from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray
from graybook.nuclear.chain import chain_in_place
from graybook.nuclear.local_deposition import gy_g_per_mbq_h
from graybook.nuclear.per_voxel import voxel_curves
from graybook.nuclear.time_activity import fit_curve
from graybook.nuclear.voxel_s import resampled_voxel_s_dose
from graybook.record import Finding
from graybook.tables.nuclides import nuclide
from graybook.tables.voxel_s import voxel_s_tables
from graybook.workflow.nuclear.cycles import Cycle
from graybook.workflow.nuclear.organ_dose import is_kernel_sized
from graybook.workflow.nuclear.region_activity import LEAST_NOISE

__all__ = ["DoseMap", "dose_map"]

SAME_MM = 1e-3
BQ_PER_MBQ = 1e6


@dataclass(frozen=True, kw_only=True, eq=False)
class DoseMap:
    """Absorbed dose of one cycle, zyx. [Gy]"""

    cycle: Cycle
    grid: Grid
    gy: FloatArray
    method: str


def dose_map(cycle: Cycle) -> DoseMap | Finding | None:
    """
    The dose of each voxel: the whole image's rates, each voxel's own amplitudes, voxel S where there is a kernel.

    None for a cycle of which nothing was measured, a finding where its images are not on one grid or too few.
    """
    if not cycle.points:
        return None
    first = cycle.points[0].image.grid
    if len(cycle.points) < 2 or any(not _same(first, one.image.grid) for one in cycle.points):
        return _said(cycle, "")
    hours = [one.hours for one in cycle.points]
    mbq = np.stack([np.clip(one.image.bq_per_ml, 0.0, None) for one in cycle.points])
    mbq *= first.voxel_cm3 / BQ_PER_MBQ
    whole = mbq.reshape(len(hours), -1).sum(axis=1)
    found = nuclide(cycle.nuclide)
    try:
        fit = fit_curve(
            hours,
            whole,
            sd_mbq=LEAST_NOISE * whole,
            physical_half_life_h=found.half_life_h,
            organ="the image",
        )
        mbq_h = np.maximum(voxel_curves(hours, mbq, fit=fit).integral_mbq_h, 0.0)
    except GraybookError as error:
        return _said(cycle, str(error))
    try:
        spacing = first.spacing_mm[::-1].tolist()
        gy = resampled_voxel_s_dose(mbq_h, spacing_mm=spacing, nuclide_name=found.name).gy
        return DoseMap(cycle=cycle, grid=first, gy=gy, method="voxel S")
    except NotComparable:
        soft = next(one for one in voxel_s_tables() if one.tissue == "soft")
        chain = chain_in_place(found.name)
        energy_kev = chain.alpha_kev + chain.electron_kev
        per_mbq_h = gy_g_per_mbq_h(energy_kev) / (first.voxel_cm3 * soft.density_g_per_cm3)
        return DoseMap(cycle=cycle, grid=first, gy=mbq_h * per_mbq_h, method="local deposition")


def _said(cycle: Cycle, why: str) -> Finding:
    return Finding(
        code="nuclear_no_dose_map", subject=cycle.course.id, params={"cycle": cycle.number, "why": why}
    )


def _same(one: Grid, other: Grid) -> bool:
    return (
        one.frame == other.frame
        and one.shape == other.shape
        and one.planes_mm is None
        and other.planes_mm is None
        and one.is_orthonormal
        and is_kernel_sized(one)
        and bool(np.allclose(one.origin_mm, other.origin_mm, atol=SAME_MM))
        and bool(np.allclose(one.spacing_mm, other.spacing_mm, atol=SAME_MM))
        and bool(np.allclose(one.axes, other.axes, atol=SAME_MM))
    )
