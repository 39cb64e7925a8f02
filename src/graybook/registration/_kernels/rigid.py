"""Kernels of rigid registration: voxels, points and matrices come in; values, slopes and sums over points go out.

Voxels that are masked out are NaN: a point next to one has no value. A matrix (3, 4) carries points to fractional indices x,
y, z of the voxels (zyx). Sums over points are made by one core, in their order: the same digits on any machine with any number
of cores, and no waiting for another core tens of thousands of times.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, several, written

__all__ = [
    "TERMS",
    "UNKNOWNS",
    "block_means",
    "correlations",
    "normal_sums",
    "robust_cost",
    "values_and_slopes",
    "values_at",
]

UNKNOWNS = 8
"""Three turns, three shifts, the slope and the offset of the values."""

TERMS = UNKNOWNS * (UNKNOWNS + 1) // 2 + UNKNOWNS
"""Sums of the normal equations: the upper half of the matrix by rows, then the right side."""


@kernel(read(3, types.float32), FLOAT, FLOAT, INT, INT, INT, gives=written(3, types.float32), parallel=True)
def block_means(
    values: FloatArray, low: float, high: float, fz: int, fy: int, fx: int
) -> FloatArray:  # pragma: no cover
    """Means of blocks of voxels clipped to [low, high]; NaN where half or more of a block is NaN. Rests of blocks are left."""
    nz, ny, nx = values.shape[0] // fz, values.shape[1] // fy, values.shape[2] // fx
    out = np.empty((nz, ny, nx), dtype=np.float32)
    for k in prange(nz):
        for j in range(ny):
            for i in range(nx):
                total, count = 0.0, 0
                for c in range(k * fz, k * fz + fz):
                    for b in range(j * fy, j * fy + fy):
                        for a in range(i * fx, i * fx + fx):
                            value = values[c, b, a]
                            if np.isfinite(value):
                                total += min(max(value, low), high)
                                count += 1
                out[k, j, i] = total / count if 2 * count > fz * fy * fx else np.nan
    return out


@njit(cache=False)
def carried(matrix: FloatArray, points: FloatArray, p: int) -> tuple[float, float, float]:  # pragma: no cover
    """Point ``p`` through a matrix (3, 4)."""
    px, py, pz = points[p, 0], points[p, 1], points[p, 2]
    return (
        matrix[0, 0] * px + matrix[0, 1] * py + matrix[0, 2] * pz + matrix[0, 3],
        matrix[1, 0] * px + matrix[1, 1] * py + matrix[1, 2] * pz + matrix[1, 3],
        matrix[2, 0] * px + matrix[2, 1] * py + matrix[2, 2] * pz + matrix[2, 3],
    )


@njit(cache=False)
def turned(turn: FloatArray, points: FloatArray, p: int) -> tuple[float, float, float]:  # pragma: no cover
    """Point ``p`` through a matrix (3, 3)."""
    px, py, pz = points[p, 0], points[p, 1], points[p, 2]
    return (
        turn[0, 0] * px + turn[0, 1] * py + turn[0, 2] * pz,
        turn[1, 0] * px + turn[1, 1] * py + turn[1, 2] * pz,
        turn[2, 0] * px + turn[2, 1] * py + turn[2, 2] * pz,
    )


@njit(cache=False)
def nearest(image: FloatArray, x: float, y: float, z: float) -> float:  # pragma: no cover
    """The voxel nearest to a place; NaN outside."""
    nz, ny, nx = image.shape
    i, j, k = int(np.floor(x + 0.5)), int(np.floor(y + 0.5)), int(np.floor(z + 0.5))
    if i < 0 or j < 0 or k < 0 or i >= nx or j >= ny or k >= nz:
        return np.nan
    return image[k, j, i]


@njit(cache=False)
def cell(image: FloatArray, x: float, y: float, z: float) -> tuple[int, int, int]:  # pragma: no cover
    """The first voxel of the cell that holds a place; -1 outside the hull of the centres."""
    nz, ny, nx = image.shape
    if not (x >= 0.0 and y >= 0.0 and z >= 0.0 and x <= nx - 1 and y <= ny - 1 and z <= nz - 1):
        return -1, -1, -1
    return min(int(x), nx - 2), min(int(y), ny - 2), min(int(z), nz - 2)


@kernel(read(3, types.float32), read(2), read(2), gives=written(1), parallel=True)
def values_at(image: FloatArray, points: FloatArray, matrix: FloatArray) -> FloatArray:  # pragma: no cover
    """Trilinear values at points (n, 3); NaN outside."""
    out = np.empty(points.shape[0])
    for p in prange(points.shape[0]):
        x, y, z = carried(matrix, points, p)
        i, j, k = cell(image, x, y, z)
        if i < 0:
            out[p] = np.nan
            continue
        fx, fy, fz = x - i, y - j, z - k
        c00 = image[k, j, i] * (1 - fx) + image[k, j, i + 1] * fx
        c01 = image[k, j + 1, i] * (1 - fx) + image[k, j + 1, i + 1] * fx
        c10 = image[k + 1, j, i] * (1 - fx) + image[k + 1, j, i + 1] * fx
        c11 = image[k + 1, j + 1, i] * (1 - fx) + image[k + 1, j + 1, i + 1] * fx
        out[p] = (c00 * (1 - fy) + c01 * fy) * (1 - fz) + (c10 * (1 - fy) + c11 * fy) * fz
    return out


@kernel(read(3, types.float32), read(2), read(2), read(2), gives=written(2))
def values_and_slopes(
    image: FloatArray, points: FloatArray, matrix: FloatArray, to_index: FloatArray
) -> FloatArray:  # pragma: no cover
    """Trilinear values and their slopes along x, y, z in mm (n, 4); NaN outside. ``to_index`` (3, 3): from mm to indices."""
    out = np.empty((points.shape[0], 4))
    for p in range(points.shape[0]):
        x, y, z = carried(matrix, points, p)
        i, j, k = cell(image, x, y, z)
        if i < 0:
            out[p, :] = np.nan
            continue
        fx, fy, fz = x - i, y - j, z - k
        v000, v001 = image[k, j, i], image[k, j, i + 1]
        v010, v011 = image[k, j + 1, i], image[k, j + 1, i + 1]
        v100, v101 = image[k + 1, j, i], image[k + 1, j, i + 1]
        v110, v111 = image[k + 1, j + 1, i], image[k + 1, j + 1, i + 1]
        c00, c01 = v000 + (v001 - v000) * fx, v010 + (v011 - v010) * fx
        c10, c11 = v100 + (v101 - v100) * fx, v110 + (v111 - v110) * fx
        c0, c1 = c00 + (c01 - c00) * fy, c10 + (c11 - c10) * fy
        gx = ((v001 - v000) * (1 - fy) + (v011 - v010) * fy) * (1 - fz)
        gx += ((v101 - v100) * (1 - fy) + (v111 - v110) * fy) * fz
        gy = (c01 - c00) * (1 - fz) + (c11 - c10) * fz
        gz = c1 - c0
        out[p, 0] = c0 + gz * fz
        for m in range(3):
            out[p, 1 + m] = to_index[0, m] * gx + to_index[1, m] * gy + to_index[2, m] * gz
    return out


@kernel(read(2), read(1), FLOAT, FLOAT, FLOAT, gives=several(FLOAT, FLOAT))
def robust_cost(
    samples: FloatArray, values: FloatArray, slope: float, offset: float, reach: float
) -> tuple[float, float]:  # pragma: no cover
    """Sum of Tukey's cost of the residuals, and the number of points inside; see :func:`normal_sums`."""
    cost, count = 0.0, 0.0
    for p in range(samples.shape[0]):
        if np.isfinite(samples[p, 0]):
            u = (samples[p, 0] - slope * values[p] - offset) / reach
            cost += 1 - max(1 - u * u, 0.0) ** 3
            count += 1.0
    return cost, count


@kernel(read(2), read(2), read(2), read(1), FLOAT, FLOAT, FLOAT, gives=written(1))
def normal_sums(
    samples: FloatArray,
    relative: FloatArray,
    turn: FloatArray,
    values: FloatArray,
    slope: float,
    offset: float,
    reach: float,
) -> FloatArray:  # pragma: no cover
    """Sums (TERMS,) of the normal equations of robust least squares.

    The residual at a point is its sample less ``slope * value + offset``; Tukey's biweight of width ``reach`` lowers what
    does not fit. ``samples`` (n, 4) come from :func:`values_and_slopes`, ``relative`` (n, 3) leads from the centre of turning
    to the points, and ``turn`` (3, 3) is how they are turned so far.
    """
    row = np.empty(UNKNOWNS)
    sums = np.zeros(TERMS)
    for p in range(samples.shape[0]):
        residual = samples[p, 0] - slope * values[p] - offset
        u = residual / reach
        if not abs(u) < 1.0:
            continue
        weight = (1 - u * u) ** 2
        gx, gy, gz = samples[p, 1], samples[p, 2], samples[p, 3]
        ax, ay, az = turned(turn, relative, p)
        row[0], row[1], row[2] = ay * gz - az * gy, az * gx - ax * gz, ax * gy - ay * gx
        row[3], row[4], row[5] = gx, gy, gz
        row[6], row[7] = -values[p], -1.0
        at = 0
        for a in range(UNKNOWNS):
            factor = weight * row[a]
            for b in range(a, UNKNOWNS):
                sums[at] += factor * row[b]
                at += 1
            sums[TERMS - UNKNOWNS + a] += factor * residual
    return sums


@njit(cache=False)
def evidence(count: float, f: float, g: float, ff: float, gg: float, fg: float) -> float:  # pragma: no cover
    """What the correlation of ``count`` pairs says, in nats: the information that normal variables so correlated share.

    Less what unrelated ones share by chance; none when the correlation is negative.
    """
    spread = (ff * count - f * f) * (gg * count - g * g)
    joint = fg * count - f * g
    if count < 8.0 or spread <= 0.0 or joint <= 0.0:
        return 0.0
    return max(-0.5 * count * np.log(1.0 - min(joint * joint / spread, 0.998)) - 0.5, 0.0)


@kernel(
    read(3, types.float32),
    read(2),
    read(1),
    read(1, types.int64),
    read(3),
    gives=written(1),
    parallel=True,
)
def correlations(
    image: FloatArray, points: FloatArray, values: FloatArray, cells: IntArray, matrices: FloatArray
) -> FloatArray:  # pragma: no cover
    """Evidence for each of many matrices (m, 3, 4), in nats for each point, by the nearest voxels.

    ``cells`` (n,) numbers the neighbourhoods in which values are correlated; points of one follow each other.
    """
    many = matrices.shape[0]
    out = np.empty(many)
    for m in prange(many):
        total = s = f = g = ff = gg = fg = 0.0
        for p in range(points.shape[0]):
            if p > 0 and cells[p] != cells[p - 1]:
                total += evidence(s, f, g, ff, gg, fg)
                s = f = g = ff = gg = fg = 0.0
            x, y, z = carried(matrices[m], points, p)
            moved = nearest(image, x, y, z)
            if not np.isfinite(moved):
                continue
            v = values[p]
            s += 1.0
            f += v
            g += moved
            ff += v * v
            gg += moved * moved
            fg += v * moved
        total += evidence(s, f, g, ff, gg, fg)
        out[m] = total / max(points.shape[0], 1)
    return out
