"""Better matches and consistency come in; how far an alignment may be off, 95 times in 100, goes out on a coarse grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.transform import Transform
from graybook.registration.quality.agreement import inconsistencies_mm
from graybook.registration.quality.lattice import Lattice
from graybook.registration.quality.matching import Matches

__all__ = ["Signs", "covered", "errors_at", "estimated_error", "floor_mm", "signs"]

PITCH_MM = 9.0
"""Distance of the nodes of the estimate. [mm]"""

SUPPORT_MM = 60.0
"""Further than this from recognisable anatomy nothing supports an estimate. [mm]"""

SMOOTH_MM = 18.0
"""Over about this distance better matches are taken together: errors of an alignment vary slowly, those of a match do not. [mm]"""

NEIGHBOURS = 27
"""Matches taken together at most."""

GROWTH = 0.1
"""How much the estimate grows with the distance from recognisable anatomy, beyond that of two matches. [mm/mm]"""

SHIFT, SPREAD = 1.4, 0.85
"""Weights of the mean shift to the better matches and of its spread: 95 % quantile regression on the first generator's
phantoms, rounded up (docs/science/alignment-quality.md)."""

LEFT_MM = 1.85
"""Within this 95 % of the true errors of registered phantoms of the first generator lie, whatever the signs: a registration takes
away what it sees, and these signs see what it sees. [mm]"""

BLOCK = 20_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Signs:
    """What speaks for an error at places of the fixed image.

    Parameters
    ----------
    shift_mm
        Length of the mean shift to the better matches around, each weighted by how sure it is. [mm]
    spread_mm
        Standard deviation of those shifts about their mean. [mm]
    distance_mm
        To the nearest place at which a better match was looked for; infinite where there is none. [mm]
    inconsistency_mm
        There and back; 0 where no way back is known: what the other image does not cover is seen elsewhere. [mm]
    """

    shift_mm: FloatArray
    spread_mm: FloatArray
    distance_mm: FloatArray
    inconsistency_mm: FloatArray


def signs(
    lattice: Lattice, found: Matches, forward: Transform, backward: Transform | None, points_mm: FloatArray
) -> Signs:
    """The signs of error at points (n, 3) of the fixed image's frame."""
    missed = np.zeros(len(points_mm))
    if backward is not None:
        missed = np.nan_to_num(inconsistencies_mm(forward, backward, points_mm))
    shift, spread, distance = _together(lattice, found, points_mm)
    return Signs(shift_mm=shift, spread_mm=spread, distance_mm=distance, inconsistency_mm=missed)


def _together(
    lattice: Lattice, found: Matches, points_mm: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Length of the mean shift, its spread and the distance of the nearest match, at points. [mm]"""
    from scipy.spatial import cKDTree

    shift, spread = np.zeros(len(points_mm)), np.zeros(len(points_mm))
    distance = np.full(len(points_mm), np.inf)
    if len(found.nodes) == 0:
        return shift, spread, distance
    tree = cKDTree(lattice.grid.points_at(found.nodes[:, ::-1].astype(np.float64)))
    sure = _sureness(found)
    for start in range(0, len(points_mm), BLOCK):
        part = slice(start, start + BLOCK)
        apart, near = tree.query(points_mm[part], k=min(NEIGHBOURS, len(sure)))
        apart, near = apart.reshape(len(apart), -1), near.reshape(len(near), -1)
        weight = np.exp(-0.5 * (apart**2 - apart[:, :1] ** 2) / SMOOTH_MM**2) * sure[near]
        weight /= weight.sum(axis=1)[:, None]
        shifts = found.shift_mm[near]
        mean = np.einsum("nk,nkc->nc", weight, shifts)
        off = ((shifts - mean[:, None]) ** 2).sum(axis=2)
        shift[part] = np.linalg.norm(mean, axis=1)
        spread[part] = np.sqrt((weight * off).sum(axis=1))
        distance[part] = apart[:, 0]
    return shift, spread, distance


def _sureness(found: Matches) -> FloatArray:
    """How much each match counts: like the inverse variance of where its peak lies."""
    unlike = np.clip(1.0 - found.best, 0.0, 1.0)
    variance = (unlike + 0.01) / np.maximum(np.nan_to_num(found.curvature), 1e-5)
    return np.asarray(np.clip(found.best, 0.05, 1.0) ** 2 / (np.minimum(variance, 625.0) + 0.5))


def floor_mm(lattice: Lattice) -> float:
    """The least that is ever stated: half the diagonal of the larger voxel, or what registrations leave unseen. [mm]"""
    return max(float(0.5 * np.linalg.norm(lattice.voxel_mm)), LEFT_MM)


def stated_mm(found: Signs, floor: float) -> FloatArray:
    """The 95 % estimate from the signs, before it is known where nothing supports one. [mm]"""
    seen = SHIFT * found.shift_mm + SPREAD * found.spread_mm
    seen = seen + GROWTH * np.maximum(found.distance_mm - 2.0 * PITCH_MM, 0.0)
    return np.asarray(np.sqrt(floor**2 + seen**2 + found.inconsistency_mm**2))


def estimated_error(
    lattice: Lattice, found: Matches, forward: Transform, backward: Transform | None
) -> GridField:
    """The 95 % estimate on a grid of about 9 mm over the fixed image; infinite where nothing supports one. [mm]"""
    grid = _coarse(lattice.grid)
    nodes = grid.centres()
    seen = signs(lattice, found, forward, backward, nodes)
    values = stated_mm(seen, floor_mm(lattice))
    values[(seen.distance_mm > SUPPORT_MM) | ~_nearly_covered(lattice, nodes)] = np.inf
    return GridField(grid=grid, values=values.reshape(grid.shape))


def covered(lattice: Lattice, points_mm: FloatArray) -> BoolArray:
    """Whether the nearest node of the lattice is carried to a place within the moving image."""
    x, y, z = _nearest(lattice, points_mm)
    return np.asarray(lattice.covered[z, y, x])


def _nearly_covered(lattice: Lattice, points_mm: FloatArray) -> BoolArray:
    """As :func:`covered`, or within one pitch of it: so much that the estimate reaches the very edge of what is covered."""
    from scipy.ndimage import maximum_filter

    size = tuple(2 * max(1, round(PITCH_MM / float(step))) + 1 for step in lattice.spacing_mm)
    wide = maximum_filter(lattice.covered, size=size)
    x, y, z = _nearest(lattice, points_mm)
    return np.asarray(wide[z, y, x])


def _nearest(lattice: Lattice, points_mm: FloatArray) -> IntArray:
    """The nearest node of the lattice, x, y, z (3, n)."""
    at = np.rint(lattice.grid.indices_of(points_mm)).astype(np.int64)
    found: IntArray = np.clip(at, 0, np.array(lattice.grid.shape[::-1]) - 1).T
    return found


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
