"""Kernels: voxels, points and reaches come in; bounds that no value near a point exceeds go out."""

from __future__ import annotations

import numpy as np
from numba import njit

from graybook.geometry._kernels import index_below
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read, written

__all__ = ["block_maxima", "highest_in_boxes"]

BLOCK = 4
"""Voxels along each side of a block."""


@kernel(read(3), gives=written(3))
def block_maxima(values: FloatArray) -> FloatArray:  # pragma: no cover
    """For each block of 4 x 4 x 4 voxels the highest value in it and the blocks next to it."""
    nz, ny, nx = values.shape
    mz, my, mx = (nz + BLOCK - 1) // BLOCK, (ny + BLOCK - 1) // BLOCK, (nx + BLOCK - 1) // BLOCK
    own = np.full((mz, my, mx), -np.inf)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                k, j, i = z // BLOCK, y // BLOCK, x // BLOCK
                if values[z, y, x] > own[k, j, i]:
                    own[k, j, i] = values[z, y, x]
    out = np.empty_like(own)
    for k in range(mz):
        for j in range(my):
            for i in range(mx):
                most = -np.inf
                for c in range(max(k - 1, 0), min(k + 2, mz)):
                    for b in range(max(j - 1, 0), min(j + 2, my)):
                        for a in range(max(i - 1, 0), min(i + 2, mx)):
                            most = max(most, own[c, b, a])
                out[k, j, i] = most
    return out


@njit(cache=False)
def plane_index(planes: FloatArray, z: float) -> float:  # pragma: no cover
    """The fractional index of a distance among uneven planes."""
    k = index_below(planes, z)
    return float(k + (z - planes[k]) / (planes[k + 1] - planes[k]))


@kernel(read(3), read(3), read(2), read(2), read(2), read(1), read(1), read(1), FLOAT, gives=written(1))
def highest_in_boxes(
    values: FloatArray,
    blocks: FloatArray,
    points: FloatArray,
    reach: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    threshold: float,
) -> FloatArray:  # pragma: no cover
    """For points (n, 3) a bound (n,) of the values within ``reach`` (n, 3) along x, y, z.

    It is that of the block where that is below the threshold.

    ``matrix`` and ``offset`` carry points to fractional indices, ``planes`` and ``face_max`` as in ``trilinear``.
    """
    nz, ny, nx = values.shape
    out = np.empty(points.shape[0])
    for p in range(points.shape[0]):
        px, py, pz = points[p, 0], points[p, 1], points[p, 2]
        x = matrix[0, 0] * px + matrix[0, 1] * py + matrix[0, 2] * pz + offset[0]
        y = matrix[1, 0] * px + matrix[1, 1] * py + matrix[1, 2] * pz + offset[1]
        z = matrix[2, 0] * px + matrix[2, 1] * py + matrix[2, 2] * pz + offset[2]
        rx, ry, rz = 0.0, 0.0, 0.0
        for k in range(3):
            rx += abs(matrix[0, k]) * reach[p, k]
            ry += abs(matrix[1, k]) * reach[p, k]
            rz += abs(matrix[2, k]) * reach[p, k]
        low_z, high_z = z - rz, z + rz
        if planes.shape[0] > 1:
            low_z, z, high_z = plane_index(planes, low_z), plane_index(planes, z), plane_index(planes, high_z)
        bound = -np.inf
        if x - rx < 0.0:
            bound = max(bound, face_max[0])
        if x + rx > nx - 1:
            bound = max(bound, face_max[1])
        if y - ry < 0.0:
            bound = max(bound, face_max[2])
        if y + ry > ny - 1:
            bound = max(bound, face_max[3])
        if low_z < 0.0:
            bound = max(bound, face_max[4])
        if high_z > nz - 1:
            bound = max(bound, face_max[5])
        x0, x1 = min(max(int(np.floor(x - rx)), 0), nx - 1), min(max(int(np.ceil(x + rx)), 0), nx - 1)
        y0, y1 = min(max(int(np.floor(y - ry)), 0), ny - 1), min(max(int(np.ceil(y + ry)), 0), ny - 1)
        z0, z1 = min(max(int(np.floor(low_z)), 0), nz - 1), min(max(int(np.ceil(high_z)), 0), nz - 1)
        if max(x1 - x0, y1 - y0, z1 - z0) <= 2 * BLOCK:
            block = blocks[(z0 + z1) // 2 // BLOCK, (y0 + y1) // 2 // BLOCK, (x0 + x1) // 2 // BLOCK]
            if block < threshold:
                out[p] = max(bound, block)
                continue
        for c in range(z0, z1 + 1):
            for b in range(y0, y1 + 1):
                for a in range(x0, x1 + 1):
                    bound = max(bound, values[c, b, a])
        out[p] = bound
    return out
