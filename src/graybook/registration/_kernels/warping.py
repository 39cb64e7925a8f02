"""Kernels of warping: an image and displaced voxels come in; values, gradients and forces on control points go out."""

from __future__ import annotations

import numpy as np
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import INT, kernel, read, several, written
from graybook.registration._kernels.splines import row_of

__all__ = ["dense", "forces", "supported", "warped"]

F4 = types.float32


@njit(cache=False, inline="always")
def _cell(x: float, count: int) -> tuple[int, float, bool]:  # pragma: no cover
    """The cell, the share within it and whether it lies inside; clamped to the image."""
    last = count - 1.0
    inside = -1e-6 <= x <= last + 1e-6
    x = min(max(x, 0.0), last)
    cell = min(int(x), max(count - 2, 0))
    return cell, x - cell, inside


@kernel(
    read(3, F4), read(4), read(2), read(2), read(1), read(2), written(3, F4), written(4, F4), parallel=True
)
def warped(
    moving: FloatArray,
    lattice: FloatArray,
    taps: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    to_index: FloatArray,
    values: FloatArray,
    gradients: FloatArray,
) -> None:  # pragma: no cover
    """Values (nz, ny, nx) and gradients (nz, ny, nx, 3), per mm, of the moving image at every displaced voxel.

    ``matrix`` and ``offset`` lead from voxel indices x, y, z of the fixed grid to indices of the moving one, ``to_index``
    (3, 3) from displacements in mm to index steps. Trilinear; beyond the image its edge goes on and has no gradient.
    """
    mz, my, mx = moving.shape
    nz, ny, nx = values.shape
    for job in prange(nz * ny):
        z, y = job // ny, job % ny
        for x in range(nx):
            ux = row_of(lattice, taps, z, y, x, 0)
            uy = row_of(lattice, taps, z, y, x, 1)
            uz = row_of(lattice, taps, z, y, x, 2)
            px = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] * z + offset[0]
            py = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] * z + offset[1]
            pz = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + offset[2]
            px += to_index[0, 0] * ux + to_index[0, 1] * uy + to_index[0, 2] * uz
            py += to_index[1, 0] * ux + to_index[1, 1] * uy + to_index[1, 2] * uz
            pz += to_index[2, 0] * ux + to_index[2, 1] * uy + to_index[2, 2] * uz
            i, fx, in_x = _cell(px, mx)
            j, fy, in_y = _cell(py, my)
            k, fz, in_z = _cell(pz, mz)
            i1, j1, k1 = min(i + 1, mx - 1), min(j + 1, my - 1), min(k + 1, mz - 1)
            v000, v100 = moving[k, j, i], moving[k, j, i1]
            v010, v110 = moving[k, j1, i], moving[k, j1, i1]
            v001, v101 = moving[k1, j, i], moving[k1, j, i1]
            v011, v111 = moving[k1, j1, i], moving[k1, j1, i1]
            v00, v10 = v000 + fx * (v100 - v000), v010 + fx * (v110 - v010)
            v01, v11 = v001 + fx * (v101 - v001), v011 + fx * (v111 - v011)
            v0, v1 = v00 + fy * (v10 - v00), v01 + fy * (v11 - v01)
            values[z, y, x] = v0 + fz * (v1 - v0)
            if in_x and in_y and in_z:
                d0 = (v100 - v000) + fy * ((v110 - v010) - (v100 - v000))
                d1 = (v101 - v001) + fy * ((v111 - v011) - (v101 - v001))
                gx = d0 + fz * (d1 - d0)
                gy = (v10 - v00) + fz * ((v11 - v01) - (v10 - v00))
                gz = v1 - v0
                for c in range(3):
                    gradients[z, y, x, c] = to_index[0, c] * gx + to_index[1, c] * gy + to_index[2, c] * gz
            else:
                for c in range(3):
                    gradients[z, y, x, c] = 0.0


@kernel(
    several(INT, INT, INT),
    read(4),
    read(2),
    read(2),
    read(1),
    read(2),
    written(3, types.boolean),
    parallel=True,
)
def supported(
    shape: tuple[int, int, int],
    lattice: FloatArray,
    taps: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    to_index: FloatArray,
    inside: FloatArray,
) -> None:  # pragma: no cover
    """Whether each displaced voxel lies in a moving image of ``shape`` (z, y, x); arguments as in :func:`warped`."""
    nz, ny, nx = inside.shape
    for job in prange(nz * ny):
        z, y = job // ny, job % ny
        for x in range(nx):
            ok = True
            for c in range(3):
                p = matrix[c, 0] * x + matrix[c, 1] * y + matrix[c, 2] * z + offset[c]
                for k in range(3):
                    p += to_index[c, k] * row_of(lattice, taps, z, y, x, k)
                if not -1e-6 <= p <= shape[2 - c] - 1.0 + 1e-6:
                    ok = False
            inside[z, y, x] = ok


@kernel(read(3, F4), read(4, F4), read(2), types.int64, gives=written(4), parallel=True)
def forces(
    slopes: FloatArray, gradients: FloatArray, taps: FloatArray, controls: int
) -> FloatArray:  # pragma: no cover
    """Slopes by the warped value (nz, ny, nx) times gradients, gathered along x: (nz, ny, controls, 3)."""
    nz, ny, nx = slopes.shape
    step = taps.shape[0]
    out = np.zeros((nz, ny, controls, 3))
    for job in prange(nz * ny):
        z, y = job // ny, job % ny
        for x in range(nx):
            slope = slopes[z, y, x]
            if slope == 0.0:
                continue
            first, place = x // step, x % step
            for k in range(3):
                force = slope * gradients[z, y, x, k]
                for tap in range(4):
                    out[z, y, first + tap, k] += taps[place, tap] * force
    return out


@kernel(read(4), read(2), types.int64, gives=written(4, F4), parallel=True)
def dense(lattice: FloatArray, taps: FloatArray, count: int) -> FloatArray:  # pragma: no cover
    """Displacements (nz, ny, count, 3) of rows already expanded along z and y."""
    nz, ny = lattice.shape[0], lattice.shape[1]
    out = np.empty((nz, ny, count, 3), np.float32)
    for job in prange(nz * ny):
        z, y = job // ny, job % ny
        for x in range(count):
            for k in range(3):
                out[z, y, x, k] = row_of(lattice, taps, z, y, x, k)
    return out
