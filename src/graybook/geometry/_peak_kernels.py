"""Kernels: voxels and boxes come in; bounds that no value in a box exceeds go out."""

from __future__ import annotations

import numpy as np
from numba import njit

from graybook.geometry._kernels import index_below
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read, written

__all__ = ["block_maxima", "highest_in_box", "highest_in_boxes"]

BLOCK = 4
"""Voxels along each side of a block."""


@kernel(read(3), gives=written(3))
def block_maxima(values: FloatArray) -> FloatArray:  # pragma: no cover
    """For each block of 4 x 4 x 4 voxels the highest value in it."""
    nz, ny, nx = values.shape
    out = np.full(((nz + BLOCK - 1) // BLOCK, (ny + BLOCK - 1) // BLOCK, (nx + BLOCK - 1) // BLOCK), -np.inf)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                k, j, i = z // BLOCK, y // BLOCK, x // BLOCK
                if values[z, y, x] > out[k, j, i]:
                    out[k, j, i] = values[z, y, x]
    return out


@njit(cache=False)
def plane_index(planes: FloatArray, z: float) -> float:  # pragma: no cover
    """The fractional index of a distance among uneven planes."""
    k = index_below(planes, z)
    return float(k + (z - planes[k]) / (planes[k + 1] - planes[k]))


@njit(cache=False)
def highest_in_box(
    values: FloatArray,
    blocks: FloatArray,
    px: float,
    py: float,
    pz: float,
    hx: float,
    hy: float,
    hz: float,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    threshold: float,
) -> float:  # pragma: no cover
    """A bound of the values in an upright box about (px, py, pz) of half widths hx, hy, hz.

    It is that of whole blocks where that is below the threshold. ``matrix`` and ``offset`` carry points to fractional
    indices, ``planes`` and ``face_max`` as in ``trilinear``.
    """
    nz, ny, nx = values.shape
    x = matrix[0, 0] * px + matrix[0, 1] * py + matrix[0, 2] * pz + offset[0]
    y = matrix[1, 0] * px + matrix[1, 1] * py + matrix[1, 2] * pz + offset[1]
    z = matrix[2, 0] * px + matrix[2, 1] * py + matrix[2, 2] * pz + offset[2]
    wide_x = abs(matrix[0, 0]) * hx + abs(matrix[0, 1]) * hy + abs(matrix[0, 2]) * hz
    wide_y = abs(matrix[1, 0]) * hx + abs(matrix[1, 1]) * hy + abs(matrix[1, 2]) * hz
    wide_z = abs(matrix[2, 0]) * hx + abs(matrix[2, 1]) * hy + abs(matrix[2, 2]) * hz
    low_x, high_x = x - wide_x, x + wide_x
    low_y, high_y = y - wide_y, y + wide_y
    low_z, high_z = z - wide_z, z + wide_z
    if planes.shape[0] > 1:
        low_z, high_z = plane_index(planes, low_z), plane_index(planes, high_z)
    bound = -np.inf
    if low_x < 0.0:
        bound = max(bound, face_max[0])
    if high_x > nx - 1:
        bound = max(bound, face_max[1])
    if low_y < 0.0:
        bound = max(bound, face_max[2])
    if high_y > ny - 1:
        bound = max(bound, face_max[3])
    if low_z < 0.0:
        bound = max(bound, face_max[4])
    if high_z > nz - 1:
        bound = max(bound, face_max[5])
    x0, x1 = min(max(int(np.floor(low_x)), 0), nx - 1), min(max(int(np.ceil(high_x)), 0), nx - 1)
    y0, y1 = min(max(int(np.floor(low_y)), 0), ny - 1), min(max(int(np.ceil(high_y)), 0), ny - 1)
    z0, z1 = min(max(int(np.floor(low_z)), 0), nz - 1), min(max(int(np.ceil(high_z)), 0), nz - 1)
    coarse = -np.inf
    for c in range(z0 // BLOCK, z1 // BLOCK + 1):
        for b in range(y0 // BLOCK, y1 // BLOCK + 1):
            for a in range(x0 // BLOCK, x1 // BLOCK + 1):
                coarse = max(coarse, blocks[c, b, a])
    if coarse < threshold:
        return max(bound, coarse)
    for c in range(z0, z1 + 1):
        for b in range(y0, y1 + 1):
            for a in range(x0, x1 + 1):
                bound = max(bound, values[c, b, a])
    return bound


@kernel(read(3), read(3), read(2), read(2), read(1), read(1), read(1), FLOAT, gives=written(1))
def highest_in_boxes(
    values: FloatArray,
    blocks: FloatArray,
    boxes: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    threshold: float,
) -> FloatArray:  # pragma: no cover
    """:func:`highest_in_box` for boxes (n, 6): centre and half widths."""
    out = np.empty(boxes.shape[0])
    for p in range(boxes.shape[0]):
        b = boxes[p]
        out[p] = highest_in_box(
            values, blocks, b[0], b[1], b[2], b[3], b[4], b[5], matrix, offset, planes, face_max, threshold
        )
    return out
