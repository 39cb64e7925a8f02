"""Signs of error come in; how far an alignment may be off at each place of a coarse grid, 95 times in 100, goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Transform
from graybook.registration.quality.agreement import inconsistencies_mm
from graybook.registration.quality.lattice import Lattice
from graybook.registration.quality.matching import Matches

__all__ = ["Signs", "errors_at", "estimated_error", "signs"]

PITCH_MM = 9.0
"""Distance of the nodes of the estimate. [mm]"""

SUPPORT_MM = 40.0
"""Further than this from recognisable anatomy nothing supports an estimate. [mm]"""

SMOOTH_MM = 10.0
"""Over about this distance matches are taken together: errors of an alignment vary slowly. [mm]"""

GROWTH = 0.1
"""How much the estimate grows with the distance from recognisable anatomy. [mm/mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Signs:
    """What speaks for an error at the points where a better match was looked for.

    Parameters
    ----------
    points_mm
        (n, 3), xyz. [mm]
    shift_mm
        Length of the shift to the best match. [mm]
    blur_mm
        How far the correlation's peak spreads. [mm]
    unlikeness
        1 less the correlation at the best match.
    inconsistency_mm
        There and back; 0 where no way back is known. [mm]
    """

    points_mm: FloatArray
    shift_mm: FloatArray
    blur_mm: FloatArray
    unlikeness: FloatArray
    inconsistency_mm: FloatArray


def signs(lattice: Lattice, found: Matches, forward: Transform, backward: Transform | None) -> Signs:
    """The signs of error at every match."""
    points = lattice.grid.points_at(found.nodes[:, ::-1].astype(np.float64))
    missed = np.zeros(len(points))
    if backward is not None:
        missed = np.nan_to_num(inconsistencies_mm(forward, backward, points), nan=SUPPORT_MM)
    unlikeness = np.clip(1.0 - found.best, 0.0, 1.0)
    blur = np.sqrt((unlikeness + 0.01) / np.maximum(np.nan_to_num(found.curvature), 1e-4))
    return Signs(
        points_mm=points,
        shift_mm=np.linalg.norm(found.shift_mm, axis=1),
        blur_mm=blur,
        unlikeness=unlikeness,
        inconsistency_mm=missed,
    )


WEIGHTS = {"floor": 0.5, "shift": 1.0, "blur": 0.1, "unlikeness": 2.0, "inconsistency": 0.5}
"""Of the signs in the estimate."""


def estimated_error(lattice: Lattice, found: Signs) -> GridField:
    """The 95 % estimate on a grid of about 9 mm over the fixed image; infinite where nothing supports one. [mm]"""
    from scipy.spatial import cKDTree

    grid = _coarse(lattice.grid)
    nodes = grid.centres()
    values = np.full(len(nodes), np.inf)
    if len(found.points_mm):
        local = point_estimates(lattice, found)
        tree = cKDTree(found.points_mm)
        distance, near = tree.query(nodes, k=min(8, len(local)))
        distance, near = distance.reshape(len(nodes), -1), near.reshape(len(nodes), -1)
        weight = np.exp(-0.5 * ((distance - distance[:, :1]) / SMOOTH_MM) ** 2)
        mean = np.sqrt((weight * local[near] ** 2).sum(axis=1) / weight.sum(axis=1))
        supported = (distance[:, 0] <= SUPPORT_MM) & covered(lattice, nodes)
        values[supported] = (mean + GROWTH * np.maximum(distance[:, 0] - PITCH_MM, 0.0))[supported]
    return GridField(grid=grid, values=values.reshape(grid.shape))


def point_estimates(lattice: Lattice, found: Signs) -> FloatArray:
    """The 95 % estimate at every match. [mm]"""
    floor = 0.5 * float(lattice.spacing_mm.min())
    total = (
        WEIGHTS["floor"] * floor
        + WEIGHTS["shift"] * found.shift_mm
        + WEIGHTS["blur"] * found.blur_mm
        + WEIGHTS["unlikeness"] * found.unlikeness
        + WEIGHTS["inconsistency"] * found.inconsistency_mm
    )
    return np.asarray(np.maximum(total, floor))


def covered(lattice: Lattice, points_mm: FloatArray) -> np.ndarray:
    """Whether the nearest node of the lattice is carried to a place within the moving image."""
    at = np.rint(lattice.grid.indices_of(points_mm)).astype(np.int64)
    x, y, z = np.clip(at, 0, np.array(lattice.grid.shape[::-1]) - 1).T
    return np.asarray(lattice.covered[z, y, x])


def _coarse(grid: Grid) -> Grid:
    """A grid of about 9 mm over the same place."""
    steps = np.maximum(1, np.round(PITCH_MM / grid.spacing_mm)).astype(int)
    nx, ny, nz = ((np.array(grid.shape[::-1]) - 1) // steps + 2).tolist()
    return Grid(
        frame=grid.frame,
        shape=(nz, ny, nx),
        origin_mm=grid.origin_mm,
        spacing_mm=grid.spacing_mm * steps,
        axes=grid.axes,
    )


def errors_at(field: GridField, points_mm: FloatArray) -> FloatArray:
    """The estimate at points (n, 3): infinite outside its grid and next to a node where nothing supports one. [mm]

    Examples
    --------
    >>> grid = Grid(frame="1", shape=(2, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[9, 9, 9], axes=np.eye(3))
    >>> values = np.array([[[1.0, 3.0]] * 2, [[1.0, np.inf]] * 2])
    >>> errors_at(GridField(grid=grid, values=values), np.array([[4.5, 0.0, 0.0], [4.5, 0.0, 1.0], [99.0, 0.0, 0.0]]))
    array([ 2., inf, inf])
    """
    finite = GridField(grid=field.grid, values=np.where(np.isfinite(field.values), field.values, 1e15))
    found = finite.sample(points_mm)
    return np.where(found.inside & (found.low < 1e6), found.low, np.inf)
