"""Displacement kernels: vectors on a grid and points come in; carried points, determinants, inverse vectors go out. Arrays only."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit, prange, types

from graybook.geometry._kernels import EDGE, PART, index_below
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import kernel, read, written

__all__ = ["carried", "carried_shared", "determinants", "inverse_vectors", "origins"]

Vectors: TypeAlias = npt.NDArray[np.float32]
Three: TypeAlias = tuple[float, float, float]

STEPS = 60
"""Most iterations for one node of an inverse."""

CLOSE = 1e-4
"""Iteration for a node ends when it misses by less than this. [mm]"""

SLACK = 1e-2
"""How far outside the grid the place found for a node of an inverse may lie and still be on its edge. [voxels]"""


@njit(cache=False)
def index_at(
    matrix: FloatArray, offset: FloatArray, planes: FloatArray, point: Three
) -> Three:  # pragma: no cover
    """Fractional index x, y, z of a point; beyond uneven planes the end pieces are carried on."""
    x = matrix[0, 0] * point[0] + matrix[0, 1] * point[1] + matrix[0, 2] * point[2] + offset[0]
    y = matrix[1, 0] * point[0] + matrix[1, 1] * point[1] + matrix[1, 2] * point[2] + offset[1]
    z = matrix[2, 0] * point[0] + matrix[2, 1] * point[1] + matrix[2, 2] * point[2] + offset[2]
    if planes.shape[0] > 1:
        k = index_below(planes, z)
        z = k + (z - planes[k]) / (planes[k + 1] - planes[k])
    return x, y, z


@njit(cache=False)
def within(vectors: Vectors, at: Three, slack: float) -> bool:  # pragma: no cover
    """Whether an index lies in the hull of the nodes, or outside by no more than ``slack``."""
    nz, ny, nx = vectors.shape[0], vectors.shape[1], vectors.shape[2]
    inside: bool = (
        -slack <= at[0] <= nx - 1 + slack
        and -slack <= at[1] <= ny - 1 + slack
        and -slack <= at[2] <= nz - 1 + slack
    )
    return inside


@njit(cache=False)
def cell(x: float, count: int) -> tuple[int, int, float]:  # pragma: no cover
    """The nodes on either side of an index and the share of the second; all of one node within round-off of it."""
    low = min(max(int(np.floor(x)), 0), max(count - 2, 0))
    share = min(max(x - low, 0.0), 1.0)
    if share < EDGE:
        share = 0.0
    elif share > 1.0 - EDGE:
        share = 1.0
    return low, min(low + 1, count - 1), share


@njit(cache=False)
def vector_at(vectors: Vectors, at: Three) -> Three:  # pragma: no cover
    """The vector at an index, that of the nearest place of the hull outside it; NaN where one that counts is not defined."""
    x0, x1, fx = cell(at[0], vectors.shape[2])
    y0, y1, fy = cell(at[1], vectors.shape[1])
    z0, z1, fz = cell(at[2], vectors.shape[0])
    a, b, c = 0.0, 0.0, 0.0
    for corner in range(8):
        i, share = (x1, fx) if corner & 1 else (x0, 1.0 - fx)
        j, along = (y1, fy) if corner & 2 else (y0, 1.0 - fy)
        k, up = (z1, fz) if corner & 4 else (z0, 1.0 - fz)
        weight = share * along * up
        if weight > 0.0:
            a += weight * vectors[k, j, i, 0]
            b += weight * vectors[k, j, i, 1]
            c += weight * vectors[k, j, i, 2]
    return a, b, c


@njit(cache=False)
def jacobian(
    vectors: Vectors,
    matrix: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    at: Three,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (3, 3) with the derivative of ``before @ p + v(p)`` at an index; NaN when a node of the cell is not defined."""
    x0, x1, fx = cell(at[0], vectors.shape[2])
    y0, y1, fy = cell(at[1], vectors.shape[1])
    z0, z1, fz = cell(at[2], vectors.shape[0])
    thick = planes[z1] - planes[z0] if planes.shape[0] > 1 else 1.0
    for c in range(3):
        dx, dy, dz = 0.0, 0.0, 0.0
        for corner in range(8):
            right, far, top = corner & 1, corner & 2, corner & 4
            value = vectors[z1 if top else z0, y1 if far else y0, x1 if right else x0, c]
            share = fx if right else 1.0 - fx
            along = fy if far else 1.0 - fy
            up = fz if top else 1.0 - fz
            dx += (value if right else -value) * along * up
            dy += (value if far else -value) * share * up
            dz += (value if top else -value) * share * along
        dz /= thick
        for axis in range(3):
            out[c, axis] = (
                before[c, axis] + dx * matrix[0, axis] + dy * matrix[1, axis] + dz * matrix[2, axis]
            )


@njit(cache=False)
def determinant(m: FloatArray) -> float:  # pragma: no cover
    """Determinant of a 3x3 matrix."""
    value: float = (
        m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
        + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
    )
    return value


@njit(cache=False)
def solved(m: FloatArray, size: float, r: Three) -> Three:  # pragma: no cover
    """The vector that a 3x3 matrix of determinant ``size`` carries to ``r``."""
    x = (
        (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1]) * r[0]
        + (m[0, 2] * m[2, 1] - m[0, 1] * m[2, 2]) * r[1]
        + (m[0, 1] * m[1, 2] - m[0, 2] * m[1, 1]) * r[2]
    )
    y = (
        (m[1, 2] * m[2, 0] - m[1, 0] * m[2, 2]) * r[0]
        + (m[0, 0] * m[2, 2] - m[0, 2] * m[2, 0]) * r[1]
        + (m[0, 2] * m[1, 0] - m[0, 0] * m[1, 2]) * r[2]
    )
    z = (
        (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0]) * r[0]
        + (m[0, 1] * m[2, 0] - m[0, 0] * m[2, 1]) * r[1]
        + (m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]) * r[2]
    )
    return x / size, y / size, z / size


@njit(cache=False)
def through(m: FloatArray, p: Three) -> Three:  # pragma: no cover
    """A point through a homogeneous 4x4 matrix."""
    return (
        m[0, 0] * p[0] + m[0, 1] * p[1] + m[0, 2] * p[2] + m[0, 3],
        m[1, 0] * p[0] + m[1, 1] * p[1] + m[1, 2] * p[2] + m[1, 3],
        m[2, 0] * p[0] + m[2, 1] * p[1] + m[2, 2] * p[2] + m[2, 3],
    )


@njit(cache=False)
def carry(
    vectors: Vectors,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    after: FloatArray,
    extend: bool,
    out: FloatArray,
    first: int,
    last: int,
) -> None:  # pragma: no cover
    """:func:`carried` for points ``first`` to ``last``."""
    for p in range(first, last):
        point = (points[p, 0], points[p, 1], points[p, 2])
        at = index_at(matrix, offset, planes, point)
        if not (np.isfinite(at[0]) and np.isfinite(at[1]) and np.isfinite(at[2])) or not (
            extend or within(vectors, at, EDGE)
        ):
            out[p, 0] = out[p, 1] = out[p, 2] = np.nan
            continue
        v = vector_at(vectors, at)
        b = through(before, point)
        there = through(after, (b[0] + v[0], b[1] + v[1], b[2] + v[2]))
        if np.isfinite(there[0]) and np.isfinite(there[1]) and np.isfinite(there[2]):
            out[p, 0], out[p, 1], out[p, 2] = there
        else:
            out[p, 0] = out[p, 1] = out[p, 2] = np.nan


CARRYING = (
    read(4, types.float32),
    read(2),
    read(2),
    read(1),
    read(1),
    read(2),
    read(2),
    types.boolean,
    written(2),
)


@kernel(*CARRYING)
def carried(
    vectors: Vectors,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    after: FloatArray,
    extend: bool,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (n, 3) with ``after @ (before @ p + v(p))`` for points (n, 3); NaN where v is not defined.

    ``matrix`` (3, 3) and ``offset`` (3,) carry points to fractional indices x, y, z of the nodes (zyx, 3); when ``planes``
    (nz,) holds the distances of uneven planes, z is a distance too. Outside the hull of the nodes v is not defined, or, when
    ``extend``, that of the nearest place of the hull.
    """
    carry(vectors, points, matrix, offset, planes, before, after, extend, out, 0, points.shape[0])


@kernel(*CARRYING, parallel=True)
def carried_shared(
    vectors: Vectors,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    after: FloatArray,
    extend: bool,
    out: FloatArray,
) -> None:  # pragma: no cover
    """:func:`carried` with the points shared out among the cores: worth it for very many."""
    for part in prange(points.shape[0] // PART + 1):
        first = int(np.int64(part)) * PART
        last = min(first + PART, points.shape[0])
        carry(vectors, points, matrix, offset, planes, before, after, extend, out, first, last)


@kernel(read(4, types.float32), read(2), read(2), read(1), read(1), read(2), read(2), written(1))
def determinants(
    vectors: Vectors,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    after: FloatArray,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (n,) with the determinant of the derivative at points (n, 3), in the cell of each; else as :func:`carried`."""
    slope = np.empty((3, 3))
    size = determinant(after)
    for p in range(points.shape[0]):
        at = index_at(matrix, offset, planes, (points[p, 0], points[p, 1], points[p, 2]))
        if within(vectors, at, EDGE):
            jacobian(vectors, matrix, planes, before, at, slope)
            out[p] = size * determinant(slope)
        else:
            out[p] = np.nan


@njit(cache=False)
def place_of(
    vectors: Vectors,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    wanted: Three,
    start: Three,
    slope: FloatArray,
) -> tuple[float, float, float, float]:  # pragma: no cover
    """The point p with ``before @ p + v(p)`` nearest to ``wanted`` as found from ``start``, and by how much it misses.

    Newton's steps while they bring it nearer, else half a step of the fixed-point iteration.
    """
    size = determinant(before)
    best = start
    least = np.inf
    p = start
    for _ in range(STEPS):
        at = index_at(matrix, offset, planes, p)
        v = vector_at(vectors, at)
        b = through(before, p)
        r = (wanted[0] - b[0] - v[0], wanted[1] - b[1] - v[1], wanted[2] - b[2] - v[2])
        missed = np.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
        if not np.isfinite(missed):
            break
        nearer = missed < least
        if nearer:
            least, best = missed, p
            if missed < CLOSE:
                break
        step = solved(before, size, r)
        share = 1.0 if nearer else 0.5
        if nearer and within(vectors, at, 0.0):
            jacobian(vectors, matrix, planes, before, at, slope)
            here = determinant(slope)
            if abs(here) > 0.1 * abs(size):
                step = solved(slope, here, r)
        p = (p[0] + share * step[0], p[1] + share * step[1], p[2] + share * step[2])
    return best[0], best[1], best[2], least


@kernel(
    read(4, types.float32),
    read(4, types.float32),
    read(2),
    read(1),
    read(1),
    read(2),
    read(2),
    read(2),
    read(1),
    read(2),
    types.float64,
    written(4, types.float32),
    parallel=True,
)
def inverse_vectors(
    vectors: Vectors,
    filled: Vectors,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    wanted: FloatArray,
    start: FloatArray,
    origin: FloatArray,
    steps: FloatArray,
    tolerance: float,
    out: Vectors,
) -> None:  # pragma: no cover
    """Fill ``out`` (nz, ny, nx, 3) with the vectors from ``start @ q`` to the point that the map carries to q; NaN where none is.

    ``filled`` is ``vectors`` with the nearest defined one wherever one is not. ``wanted`` (4, 4) takes q to where
    ``before @ p + v(p)`` has to lead, ``start`` (4, 4) to where the search begins. Node (0, 0, 0) of the result lies at
    ``origin``, one index on along x, y, z grows by a column of ``steps`` (3, 3). Each row begins anew, so that the cores may
    share them.
    """
    nz, ny, nx = out.shape[0], out.shape[1], out.shape[2]
    for row in prange(nz * ny):
        k, j = row // ny, row % ny
        slope = np.empty((3, 3))
        hint = (0.0, 0.0, 0.0)
        for i in range(nx):
            q = (
                origin[0] + i * steps[0, 0] + j * steps[0, 1] + k * steps[0, 2],
                origin[1] + i * steps[1, 0] + j * steps[1, 1] + k * steps[1, 2],
                origin[2] + i * steps[2, 0] + j * steps[2, 1] + k * steps[2, 2],
            )
            middle = through(wanted, q)
            begin = through(start, q)
            hinted = (begin[0] + hint[0], begin[1] + hint[1], begin[2] + hint[2])
            x, y, z, missed = place_of(filled, matrix, offset, planes, before, middle, hinted, slope)
            at = index_at(matrix, offset, planes, (x, y, z))
            known = missed <= tolerance and within(vectors, at, SLACK)
            if known:
                v = vector_at(vectors, at)
                known = np.isfinite(v[0]) and np.isfinite(v[1]) and np.isfinite(v[2])
            if missed <= tolerance:
                hint = (x - begin[0], y - begin[1], z - begin[2])
            out[k, j, i, 0] = x - begin[0] if known else np.nan
            out[k, j, i, 1] = y - begin[1] if known else np.nan
            out[k, j, i, 2] = z - begin[2] if known else np.nan


@kernel(
    read(4, types.float32),
    read(4, types.float32),
    read(2),
    read(2),
    read(1),
    read(1),
    read(2),
    read(2),
    read(2),
    types.float64,
    written(2),
    parallel=True,
)
def origins(
    vectors: Vectors,
    filled: Vectors,
    points: FloatArray,
    matrix: FloatArray,
    offset: FloatArray,
    planes: FloatArray,
    before: FloatArray,
    wanted: FloatArray,
    start: FloatArray,
    tolerance: float,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (n, 3) with what the map carries to ``points`` (n, 3); NaN where nothing is. See :func:`inverse_vectors`."""
    for part in prange(points.shape[0] // PART + 1):
        slope = np.empty((3, 3))
        first = int(np.int64(part)) * PART
        for p in range(first, min(first + PART, points.shape[0])):
            q = (points[p, 0], points[p, 1], points[p, 2])
            middle, begin = through(wanted, q), through(start, q)
            x, y, z, missed = place_of(filled, matrix, offset, planes, before, middle, begin, slope)
            at = index_at(matrix, offset, planes, (x, y, z))
            known = missed <= tolerance and within(vectors, at, SLACK)
            if known:
                v = vector_at(vectors, at)
                known = np.isfinite(v[0]) and np.isfinite(v[1]) and np.isfinite(v[2])
            out[p, 0] = x if known else np.nan
            out[p, 1] = y if known else np.nan
            out[p, 2] = z if known else np.nan
