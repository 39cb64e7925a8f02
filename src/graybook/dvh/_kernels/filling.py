"""Kernels: edges of a section and its course come in, weighted sample points go out; samples in, quantiles out."""

from __future__ import annotations

import numpy as np
from numba import njit

from graybook.geometry._kernels import crossings, edges_by_row
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["highest_share", "mould", "moulded_points", "raster", "root", "slab_points"]

LINES = 4
"""Scan lines per row of cells; along a line the covered length is exact."""

STEPS = 16
"""Points at which the area of a sub-slice is averaged."""

SLIVER = 1e-14
"""A spread whose determinant is below this share of its trace squared is a line and is not stretched."""

SHIFT_X, SHIFT_Y, SHIFT_Z = 0.8191725133961645, 0.6710436067037893, 0.5497004779019703
"""Additive recurrence of three dimensions (inverse powers of the root of x⁴ = x + 1), one step per sub-slice."""

HASH_X, HASH_Y = 0.7548776662466927, 0.5698402909980532
"""Additive recurrence of two dimensions (inverse powers of the root of x³ = x + 1), one step per cell."""


@njit(cache=False)
def raster(
    edges: FloatArray, low_x: float, low_y: float, pitch: float, cells: FloatArray
) -> None:  # pragma: no cover
    """Adds covered area and its first moments to ``cells`` (ny, nx, 3) whose corner is at (low_x, low_y)."""
    ny, nx = cells.shape[0], cells.shape[1]
    found = np.empty(edges.shape[0])
    height = pitch / LINES
    begin, numbers = edges_by_row(edges, low_y, pitch, ny)
    for line in range(ny * LINES):
        y = low_y + (line + 0.5) * height
        row = line // LINES
        count = crossings(edges, numbers[begin[row] : begin[row + 1]], y, found)
        for k in range(0, count - 1, 2):
            first = max(int(np.floor((found[k] - low_x) / pitch)), 0)
            last = min(int(np.floor((found[k + 1] - low_x) / pitch)), nx - 1)
            for column in range(first, last + 1):
                a = max(found[k], low_x + column * pitch)
                b = min(found[k + 1], low_x + (column + 1) * pitch)
                area = (b - a) * height
                if area > 0.0:
                    cells[row, column, 0] += area
                    cells[row, column, 1] += area * 0.5 * (a + b)
                    cells[row, column, 2] += area * y


@njit(cache=False)
def root(xx: float, xy: float, yy: float) -> tuple[float, float, float]:  # pragma: no cover
    """Square root (xx, xy, yy) of a symmetric 2x2 matrix; a negative eigenvalue counts as zero."""
    middle, half = 0.5 * (xx + yy), np.hypot(0.5 * (xx - yy), xy)
    most, least = middle + half, middle - half
    if most <= 0.0:
        return 0.0, 0.0, 0.0
    if least < 0.0:
        share = most / (most - least)
        xx, xy, yy = share * (xx - least), share * xy, share * (yy - least)
        least = 0.0
    a, b = np.sqrt(most), np.sqrt(least)
    return (xx + a * b) / (a + b), xy / (a + b), (yy + a * b) / (a + b)


@njit(cache=False)
def framed(
    a: tuple[float, float, float], m: tuple[float, float, float]
) -> tuple[float, float, float]:  # pragma: no cover
    """The product A M A of symmetric 2x2 matrices (xx, xy, yy)."""
    pxx, pxy = a[0] * m[0] + a[1] * m[1], a[0] * m[1] + a[1] * m[2]
    pyx, pyy = a[1] * m[0] + a[2] * m[1], a[1] * m[1] + a[2] * m[2]
    return pxx * a[0] + pxy * a[1], pxx * a[1] + pxy * a[2], pyx * a[1] + pyy * a[2]


@njit(cache=False)
def mould(course: FloatArray, distance: float, out: FloatArray) -> None:  # pragma: no cover
    """Fills ``out`` with centroid x, y, matrix xx, xy, yy and factor of area: the map of a section to this distance.

    The matrix is the symmetric one that carries the spread A of the plane to the spread B there:
    A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2.
    """
    q = course[:, 0] + distance * (course[:, 1] + distance * course[:, 2])
    full = np.sqrt(max(q[5], 0.0) / course[5, 0]) if course[5, 0] > 0.0 else 1.0
    out[0], out[1] = q[0], q[1]
    axx, axy, ayy = course[2, 0], course[3, 0], course[4, 0]
    moved = False
    for k in range(2, 5):
        moved = moved or course[k, 1] != 0.0 or course[k, 2] != 0.0
    if not moved or distance == 0.0 or axx * ayy - axy * axy <= SLIVER * (axx + ayy) ** 2:
        out[2], out[3], out[4], out[5] = 1.0, 0.0, 1.0, full
        return
    s = root(axx, axy, ayy)
    determinant = s[0] * s[2] - s[1] * s[1]
    inverse = (s[2] / determinant, -s[1] / determinant, s[0] / determinant)
    c = framed(s, (q[2], q[3], q[4]))
    out[2], out[3], out[4] = framed(inverse, root(c[0], c[1], c[2]))
    out[5] = full * max(out[2] * out[4] - out[3] * out[3], 0.0)


@kernel(read(2), FLOAT, FLOAT, read(2), FLOAT, gives=written(2))
def moulded_points(
    xy: FloatArray, z: float, sign: float, course: FloatArray, distance: float
) -> FloatArray:  # pragma: no cover
    """Points (n, 3) of the plane's points (n, 2) carried to this distance below (sign -1) or above (1) the plane."""
    out = np.empty((xy.shape[0], 3))
    map_ = np.empty(6)
    mould(course, distance, map_)
    for p in range(xy.shape[0]):
        x, y = xy[p, 0] - course[0, 0], xy[p, 1] - course[1, 0]
        out[p, 0] = map_[0] + map_[2] * x + map_[3] * y
        out[p, 1] = map_[1] + map_[3] * x + map_[4] * y
        out[p, 2] = z + sign * distance
    return out


@kernel(read(2), FLOAT, read(2), FLOAT, read(2), FLOAT, FLOAT, FLOAT, INT, INT, gives=written(2))
def slab_points(
    edges: FloatArray,
    z: float,
    below: FloatArray,
    below_mm: float,
    above: FloatArray,
    above_mm: float,
    area: float,
    pitch: float,
    layers: int,
    start: int,
) -> FloatArray:  # pragma: no cover
    """Points and weights (n, 4; x, y, z, mm³) that fill a section's slab in ``layers`` sub-slices.

    Each sub-slice has its own shift of the cells, and each cell its own height in the sub-slice, both by
    additive recurrences from the running number ``start``, so that the projections on any axis are dense.
    """
    low_x, low_y = edges[:, 0].min(), edges[:, 1].min()
    nx = int(np.ceil((edges[:, 0].max() - low_x) / pitch)) + 1
    ny = int(np.ceil((edges[:, 1].max() - low_y) / pitch)) + 1
    cells = np.zeros((ny, nx, 3))
    out = np.empty((int(layers * (1.2 * area / pitch**2 + 4 * (nx + ny) + 16)), 4))
    map_ = np.empty(6)
    thickness = (below_mm + above_mm) / layers
    n = 0
    for layer in range(layers):
        number = start + layer
        bottom = -below_mm + layer * thickness
        mean = 0.0
        for step in range(STEPS):
            s = bottom + (step + 0.5) / STEPS * thickness
            mould(below if s < 0.0 else above, abs(s), map_)
            mean += map_[5] / STEPS
        cells[:] = 0.0
        x0 = low_x - pitch * ((0.5 + number * SHIFT_X) % 1.0)
        y0 = low_y - pitch * ((0.5 + number * SHIFT_Y) % 1.0)
        raster(edges, x0, y0, pitch, cells)
        first, total = n, 0.0
        for j in range(ny):
            for i in range(nx):
                covered = cells[j, i, 0]
                if covered <= 0.0:
                    continue
                s = bottom + thickness * ((number * SHIFT_Z + i * HASH_X + j * HASH_Y) % 1.0)
                course = below if s < 0.0 else above
                mould(course, abs(s), map_)
                x, y = cells[j, i, 1] / covered - course[0, 0], cells[j, i, 2] / covered - course[1, 0]
                if n == out.shape[0]:
                    out = np.concatenate((out, np.empty_like(out)))
                out[n, 0] = map_[0] + map_[2] * x + map_[3] * y
                out[n, 1] = map_[1] + map_[3] * x + map_[4] * y
                out[n, 2] = z + s
                out[n, 3] = covered * map_[5]
                total += out[n, 3]
                n += 1
        if total > 0.0:
            out[first:n, 3] *= area * mean * thickness / total
    return out[:n]
