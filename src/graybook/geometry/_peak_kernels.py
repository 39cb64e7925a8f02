"""Kernels: voxels and boxes come in; bounds that no value in a box exceeds go out."""

from __future__ import annotations

import numpy as np
from numba import njit

from graybook.geometry._kernels import index_below
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read, written

__all__ = ["block_maxima", "block_slopes", "highest_in_box", "highest_in_boxes", "highest_of_blocks"]

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


@kernel(read(3), gives=written(4))
def block_slopes(values: FloatArray) -> FloatArray:  # pragma: no cover
    """For each block and the blocks next to it the largest difference of neighbouring voxels along x, y, z (mz, my, mx, 3)."""
    nz, ny, nx = values.shape
    mz, my, mx = (nz + BLOCK - 1) // BLOCK, (ny + BLOCK - 1) // BLOCK, (nx + BLOCK - 1) // BLOCK
    own = np.zeros((mz, my, mx, 3))
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                slot = own[z // BLOCK, y // BLOCK, x // BLOCK]
                here = values[z, y, x]
                if x + 1 < nx:
                    slot[0] = max(slot[0], abs(values[z, y, x + 1] - here))
                if y + 1 < ny:
                    slot[1] = max(slot[1], abs(values[z, y + 1, x] - here))
                if z + 1 < nz:
                    slot[2] = max(slot[2], abs(values[z + 1, y, x] - here))
    out = np.empty_like(own)
    for k in range(mz):
        for j in range(my):
            for i in range(mx):
                for axis in range(3):
                    most = 0.0
                    for c in range(max(k - 1, 0), min(k + 2, mz)):
                        for b in range(max(j - 1, 0), min(j + 2, my)):
                            for a in range(max(i - 1, 0), min(i + 2, mx)):
                                most = max(most, own[c, b, a, axis])
                    out[k, j, i, axis] = most
    return out


@njit(cache=False)
def plane_index(planes: FloatArray, z: float) -> float:  # pragma: no cover
    """The fractional index of a distance among uneven planes."""
    k = index_below(planes, z)
    return float(k + (z - planes[k]) / (planes[k + 1] - planes[k]))


@njit(cache=False)
def highest_of_blocks(
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
    highest_outside: float,
) -> float:  # pragma: no cover
    """The highest value of the blocks that an upright box about (px, py, pz) of half widths hx, hy, hz meets.

    Where it may leave the grid, ``highest_outside`` counts too; ``matrix``, ``offset`` and ``planes`` as in ``trilinear``.
    """
    shape = blocks.shape
    bound = -np.inf
    low, high = np.empty(3, dtype=np.int64), np.empty(3, dtype=np.int64)
    for k in range(3):
        middle = matrix[k, 0] * px + matrix[k, 1] * py + matrix[k, 2] * pz + offset[k]
        wide = abs(matrix[k, 0]) * hx + abs(matrix[k, 1]) * hy + abs(matrix[k, 2]) * hz
        first, last = middle - wide, middle + wide
        if k == 2 and planes.shape[0] > 1:
            first, last = plane_index(planes, first), plane_index(planes, last)
        most = shape[2 - k] - 1
        if first < 0.0 or last >= BLOCK * most:
            bound = highest_outside
        low[k] = min(max(int(np.floor(first)) // BLOCK, 0), most)
        high[k] = min(max(int(np.ceil(last)) // BLOCK, 0), most)
    for c in range(low[2], high[2] + 1):
        for b in range(low[1], high[1] + 1):
            for a in range(low[0], high[0] + 1):
                bound = max(bound, blocks[c, b, a])
    return bound


@njit(cache=False, inline="always")
def highest_in_box(
    values: FloatArray,
    blocks: FloatArray,
    slopes: FloatArray,
    dose: float,
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

    ``dose`` is the value at some point of the box, infinite when none is known: no other differs from it by more than the
    steepest slopes on the way (``slopes`` of :func:`block_slopes`) allow. Where that or the highest value of whole blocks
    (``blocks`` of :func:`block_maxima`) is below the threshold it is the bound. ``matrix`` and ``offset`` carry points to
    fractional indices, ``planes`` and ``face_max`` as in ``trilinear``.
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
    far = max(high_x - low_x, high_y - low_y, high_z - low_z)
    inside = (
        low_x >= 0.0
        and low_y >= 0.0
        and low_z >= 0.0
        and high_x <= nx - 1
        and high_y <= ny - 1
        and high_z <= nz - 1
    )
    most = np.inf
    if inside and far <= 2 * BLOCK:
        c, b, a = int(0.5 * (low_z + high_z)) // BLOCK, int(y) // BLOCK, int(x) // BLOCK
        most = dose + slopes[c, b, a, 0] * (high_x - low_x)
        most += slopes[c, b, a, 1] * (high_y - low_y) + slopes[c, b, a, 2] * (high_z - low_z)
        if most < threshold:
            return float(most)
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
        return min(max(bound, coarse), most)
    for c in range(z0, z1 + 1):
        for b in range(y0, y1 + 1):
            for a in range(x0, x1 + 1):
                bound = max(bound, values[c, b, a])
    return min(bound, most)


@kernel(read(3), read(3), read(4), read(2), read(2), read(1), read(1), read(1), FLOAT, gives=written(1))
def highest_in_boxes(
    values: FloatArray,
    blocks: FloatArray,
    slopes: FloatArray,
    boxes: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    threshold: float,
) -> FloatArray:  # pragma: no cover
    """:func:`highest_in_box` for boxes (n, 7): a value in it, centre and half widths."""
    out = np.empty(boxes.shape[0])
    for p in range(boxes.shape[0]):
        b = boxes[p]
        out[p] = highest_in_box(
            values,
            blocks,
            slopes,
            b[0],
            b[1],
            b[2],
            b[3],
            b[4],
            b[5],
            b[6],
            matrix,
            offset,
            planes,
            face_max,
            threshold,
        )
    return out
