"""Background organs: organs and their limits come in; which voxels of the files lie in organs of each α/β goes out.

EQD2 at one α/β means something in organs of that α/β alone (rule 4): what a planning system misreads is looked for there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray, IntArray
from graybook.workflow.organs.assessing import AssessedOrgan
from graybook.workflow.planning.limits import ORGANS, VoxelLimits

__all__ = ["has_ratio", "voxels_of_organs"]


def has_ratio(organ: AssessedOrgan, alpha_beta_gy: float) -> bool:
    """Whether this is an organ of this α/β, by its own or by the other that is judged too. [Gy]"""
    result, choice = organ.result, organ.choice
    if result is None or choice is None or result.kind not in ORGANS:
        return False
    return alpha_beta_gy in (choice.value_gy, choice.alternative_gy)


def voxels_of_organs(
    organs: Sequence[AssessedOrgan], limits: VoxelLimits, grid: Grid, ratios: Sequence[float]
) -> dict[float, IntArray]:
    """
    Sorted places in array order of the voxels that hold organs, by α/β; those with a limit that a voxel can meet, else all.

    Parameters
    ----------
    organs
        With samples in the grid's frame; others are in no voxel.
    limits
        That have files.
    grid
        Of the files.
    ratios
        α/β of the files. [Gy]
    """
    limited = {(one.alpha_beta_gy, row.structure) for one in limits.figures for row in one.limits}
    found: dict[bool, dict[float, list[IntArray]]] = {True: {}, False: {}}
    for organ in organs:
        if organ.result is None or organ.doses is None or organ.doses.samples.frame != grid.frame:
            continue
        for ratio in ratios:
            if has_ratio(organ, ratio):
                is_limited = (ratio, organ.result.name) in limited
                places = _places(grid, organ.doses.samples.points_mm)
                found[is_limited].setdefault(ratio, []).append(places)
    kept = found[True] if any(map(_some, found[True].values())) else found[False]
    return {ratio: np.unique(np.concatenate(places)) for ratio, places in kept.items() if _some(places)}


def _some(places: Sequence[IntArray]) -> bool:
    return any(len(one) for one in places)


def _places(grid: Grid, points_mm: FloatArray) -> IntArray:
    """Of the voxels that hold points, in array order; what lies outside the grid, or nobody knows where, is in none."""
    known = points_mm[np.isfinite(points_mm).all(axis=1)]
    indices = np.rint(grid.indices_of(known)).astype(np.int64)
    nz, ny, nx = grid.shape
    inside = np.all((indices >= 0) & (indices < [nx, ny, nz]), axis=1)
    x, y, z = indices[inside].T
    places: IntArray = np.unique((z * ny + y) * nx + x)
    return places
