"""Kernels: index coordinates and voxels come in, interpolated values come out. Arrays only, never a record."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = ["face_bound", "trilinear"]

EDGE = 1e-6
"""How far outside the hull of the voxel centres, in voxels, a point still counts as on the edge (round-off)."""


@njit(cache=True, parallel=True)
def trilinear(values: FloatArray, indices: FloatArray) -> tuple[FloatArray, BoolArray]:  # pragma: no cover
    """Values (n,) at fractional indices (n, 3; x, y, z) of voxels (zyx), and whether each lies in the hull; 0 outside."""
    n = indices.shape[0]
    nz, ny, nx = values.shape
    out = np.zeros(n, dtype=np.float64)
    inside = np.zeros(n, dtype=np.bool_)
    for p in prange(n):
        x, y, z = indices[p, 0], indices[p, 1], indices[p, 2]
        if (
            x >= -EDGE
            and y >= -EDGE
            and z >= -EDGE
            and x <= nx - 1 + EDGE
            and y <= ny - 1 + EDGE
            and z <= nz - 1 + EDGE
        ):
            inside[p] = True
            x0 = min(max(int(np.floor(x)), 0), max(nx - 2, 0))
            y0 = min(max(int(np.floor(y)), 0), max(ny - 2, 0))
            z0 = min(max(int(np.floor(z)), 0), max(nz - 2, 0))
            x1, y1, z1 = min(x0 + 1, nx - 1), min(y0 + 1, ny - 1), min(z0 + 1, nz - 1)
            fx = min(max(x - x0, 0.0), 1.0)
            fy = min(max(y - y0, 0.0), 1.0)
            fz = min(max(z - z0, 0.0), 1.0)
            c00 = values[z0, y0, x0] * (1 - fx) + values[z0, y0, x1] * fx
            c01 = values[z0, y1, x0] * (1 - fx) + values[z0, y1, x1] * fx
            c10 = values[z1, y0, x0] * (1 - fx) + values[z1, y0, x1] * fx
            c11 = values[z1, y1, x0] * (1 - fx) + values[z1, y1, x1] * fx
            c0 = c00 * (1 - fy) + c01 * fy
            c1 = c10 * (1 - fy) + c11 * fy
            out[p] = c0 * (1 - fz) + c1 * fz
    return out, inside


@njit(cache=True)
def face_bound(
    low: FloatArray,
    inside: BoolArray,
    indices: FloatArray,
    shape: FloatArray,
    face_max: FloatArray,
) -> FloatArray:  # pragma: no cover
    """Upper ends (n,): the value inside; outside, the highest value on the nearest face (rule 9).

    ``shape`` is zyx; ``face_max`` holds the maxima of the faces x-, x+, y-, y+, z-, z+. A point beyond
    several faces at once has no single nearest one: the highest of them is taken.
    """
    out = low.copy()
    for p in range(indices.shape[0]):
        if inside[p]:
            continue
        bound = 0.0
        for axis in range(3):
            last = shape[2 - axis] - 1
            if indices[p, axis] < -EDGE:
                bound = max(bound, face_max[2 * axis])
            elif indices[p, axis] > last + EDGE:
                bound = max(bound, face_max[2 * axis + 1])
        out[p] = bound
    return out
