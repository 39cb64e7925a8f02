"""Kernels: voxels, points and polygon edges come in, values, moments and crossings come out. Arrays only, never a record."""

from __future__ import annotations

import numpy as np
from numba import njit, prange, types

from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.compiling import kernel, read, written

__all__ = [
    "crossings",
    "edges_by_row",
    "even_odd_moments",
    "is_inside",
    "mapped",
    "points_inside",
    "trilinear",
    "trilinear_shared",
]

EDGE = 1e-6
"""How far outside the hull of the voxel centres, in voxels, a point still counts as on the edge (round-off)."""


PART = 8192
"""Points that one core takes at a time."""

ROWS = 64
"""Rows into which a section is cut for its moments."""


@kernel(read(2), read(2), read(1), gives=written(2), parallel=True)
def mapped(points: FloatArray, matrix: FloatArray, shift: FloatArray) -> FloatArray:  # pragma: no cover
    """Points (n, 3) through ``matrix @ point + shift``, each in the same order of sums on any machine."""
    out = np.empty(points.shape)
    for p in prange(points.shape[0]):
        for k in range(3):
            out[p, k] = (
                matrix[k, 0] * points[p, 0]
                + matrix[k, 1] * points[p, 1]
                + matrix[k, 2] * points[p, 2]
                + shift[k]
            )
    return out


@njit(cache=False)
def index_below(nodes: FloatArray, x: float) -> int:  # pragma: no cover
    """Number of the piece of the rising nodes (n,) in which ``x`` lies; the first or last beyond them."""
    low, high = 0, nodes.shape[0] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if nodes[middle] <= x:
            low = middle
        else:
            high = middle
    return low


@njit(cache=False)
def interpolate(
    values: FloatArray,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    low: FloatArray,
    high: FloatArray,
    inside: BoolArray,
    first: int,
    last: int,
) -> None:  # pragma: no cover
    """:func:`trilinear` for points ``first`` to ``last``."""
    nz, ny, nx = values.shape
    for p in range(first, last):
        px, py, pz = points[p, 0], points[p, 1], points[p, 2]
        x = matrix[0, 0] * px + matrix[0, 1] * py + matrix[0, 2] * pz + offset[0]
        y = matrix[1, 0] * px + matrix[1, 1] * py + matrix[1, 2] * pz + offset[1]
        z = matrix[2, 0] * px + matrix[2, 1] * py + matrix[2, 2] * pz + offset[2]
        if planes.shape[0] > 1:
            k = index_below(planes, z)
            z = k + (z - planes[k]) / (planes[k + 1] - planes[k])
        bound, outside = -np.inf, False
        if x < -EDGE:
            bound, outside = max(bound, face_max[0]), True
        if x > nx - 1 + EDGE:
            bound, outside = max(bound, face_max[1]), True
        if y < -EDGE:
            bound, outside = max(bound, face_max[2]), True
        if y > ny - 1 + EDGE:
            bound, outside = max(bound, face_max[3]), True
        if z < -EDGE:
            bound, outside = max(bound, face_max[4]), True
        if z > nz - 1 + EDGE:
            bound, outside = max(bound, face_max[5]), True
        if outside:
            inside[p] = False
            low[p] = 0.0
            high[p] = bound
            continue
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
        value = (c00 * (1 - fy) + c01 * fy) * (1 - fz) + (c10 * (1 - fy) + c11 * fy) * fz
        inside[p] = True
        low[p] = value
        high[p] = value


SAMPLING = (
    read(3),
    read(2),
    read(2),
    read(1),
    read(1),
    read(1),
    written(1),
    written(1),
    written(1, types.boolean),
)


@kernel(*SAMPLING)
def trilinear(
    values: FloatArray,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    low: FloatArray,
    high: FloatArray,
    inside: BoolArray,
) -> None:  # pragma: no cover
    """Fill ``low``, ``high`` and ``inside`` (n,) with a grid's values at points (n, 3).

    ``matrix`` (3, 3) and ``offset`` (3,) carry points to fractional indices x, y, z of the voxels (zyx); when ``planes`` (nz,)
    holds the distances of uneven planes, z is a distance too and becomes an index by the planes on either side. ``face_max``
    holds the maxima of the faces x-, x+, y-, y+, z-, z+. Outside the hull ``low`` is 0 and ``high`` the highest value on the
    nearest face (rule 9); a point beyond several faces at once has no single nearest one: the highest of them is taken.
    """
    interpolate(values, points, matrix, offset, planes, face_max, low, high, inside, 0, points.shape[0])


@kernel(*SAMPLING, parallel=True)
def trilinear_shared(
    values: FloatArray,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    face_max: FloatArray,
    low: FloatArray,
    high: FloatArray,
    inside: BoolArray,
) -> None:  # pragma: no cover
    """:func:`trilinear` with the points shared out among the cores: worth it for very many."""
    parts = points.shape[0] // PART + 1
    for part in prange(parts):
        first = int(np.int64(part)) * PART
        interpolate(
            values,
            points,
            matrix,
            offset,
            planes,
            face_max,
            low,
            high,
            inside,
            first,
            min(first + PART, points.shape[0]),
        )


@njit(cache=False)
def crossings(
    edges: FloatArray, candidates: IntArray, y: float, found: FloatArray
) -> int:  # pragma: no cover
    """Number of edges (e, 4; x0, y0, x1, y1) among ``candidates`` that the line at ``y`` crosses.

    Their x stand in rising order in ``found``.
    """
    count = 0
    for e in candidates:
        y0, y1 = edges[e, 1], edges[e, 3]
        if (y0 <= y) == (y1 <= y):
            continue
        x = edges[e, 0] + (y - y0) * (edges[e, 2] - edges[e, 0]) / (y1 - y0)
        k = count
        while k > 0 and found[k - 1] > x:
            found[k] = found[k - 1]
            k -= 1
        found[k] = x
        count += 1
    return count


@njit(cache=False)
def edges_by_row(
    edges: FloatArray, low_y: float, height: float, rows: int
) -> tuple[IntArray, IntArray]:  # pragma: no cover
    """Edges that reach into each of ``rows`` rows from ``low_y`` up: where a row's begin (rows + 1,), and their numbers."""
    begin = np.zeros(rows + 1, dtype=np.int64)
    for turn in range(2):
        if turn == 1:
            for row in range(rows):
                begin[row + 1] += begin[row]
            numbers = np.empty(begin[rows], dtype=np.int64)
            place = begin[:-1].copy()
        for e in range(edges.shape[0]):
            low, high = min(edges[e, 1], edges[e, 3]), max(edges[e, 1], edges[e, 3])
            first = max(int(np.floor((low - low_y) / height)), 0)
            last = min(int(np.floor((high - low_y) / height)), rows - 1)
            for row in range(first, last + 1):
                if turn == 0:
                    begin[row + 1] += 1
                else:
                    numbers[place[row]] = e
                    place[row] += 1
    return begin, numbers


@njit(cache=False)
def even_odd_moments(edges: FloatArray) -> FloatArray:  # pragma: no cover
    """Integrals (6,) of 1, x, y, x², xy, y² over the even-odd interior of closed rings given as edges (e, 4).

    The plane is cut into strips at every vertex and into even rows; in a strip the interior is trapezoids, whose
    moments are polynomials in y that two Gauss lines integrate exactly (rings that cross inside a strip: nearly).
    """
    out = np.zeros(6)
    low, high = edges[:, 1].min(), edges[:, 1].max()
    height = (high - low) / ROWS
    if height <= 0.0:
        return out
    begin, numbers = edges_by_row(edges, low, height, ROWS)
    breaks = np.unique(np.concatenate((edges[:, 1], low + height * np.arange(ROWS + 1))))
    found = np.empty(edges.shape[0])
    for s in range(breaks.shape[0] - 1):
        half = 0.5 * (breaks[s + 1] - breaks[s])
        middle = breaks[s] + half
        row = min(max(int((middle - low) / height), 0), ROWS - 1)
        candidates = numbers[begin[row] : begin[row + 1]]
        for side in (-1.0, 1.0):
            y = middle + side * half / np.sqrt(3.0)
            count = crossings(edges, candidates, y, found)
            for k in range(0, count - 1, 2):
                xa, xb = found[k], found[k + 1]
                out[0] += half * (xb - xa)
                out[1] += half * (xb * xb - xa * xa) / 2.0
                out[2] += half * y * (xb - xa)
                out[3] += half * (xb**3 - xa**3) / 3.0
                out[4] += half * y * (xb * xb - xa * xa) / 2.0
                out[5] += half * y * y * (xb - xa)
    return out


@njit(cache=False)
def is_inside(edges: FloatArray, x: float, y: float) -> bool:  # pragma: no cover
    """Whether the point lies in the even-odd interior of closed rings given as edges (e, 4)."""
    inside = False
    for e in range(edges.shape[0]):
        y0, y1 = edges[e, 1], edges[e, 3]
        if (y0 <= y) != (y1 <= y) and x < edges[e, 0] + (y - y0) * (edges[e, 2] - edges[e, 0]) / (y1 - y0):
            inside = not inside
    return inside


@kernel(read(2), read(2), gives=written(1, types.boolean))
def points_inside(edges: FloatArray, points: FloatArray) -> BoolArray:  # pragma: no cover
    """For each point (n, 2) whether it lies in the even-odd interior of closed rings given as edges (e, 4)."""
    out = np.empty(points.shape[0], dtype=np.bool_)
    for p in range(points.shape[0]):
        out[p] = is_inside(edges, points[p, 0], points[p, 1])
    return out
