"""Kernels: voxels, points and polygon edges come in, values, moments and crossings come out. Arrays only, never a record."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from graybook.geometry.arrays import BoolArray, FloatArray, IntArray

__all__ = [
    "crossings",
    "edges_meet",
    "even_odd_moments",
    "face_bound",
    "interiors_overlap",
    "is_inside",
    "trilinear",
]

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


@njit(cache=True)
def crossings(edges: FloatArray, y: float, found: FloatArray, which: IntArray) -> int:  # pragma: no cover
    """Number of edges (e, 4; x0, y0, x1, y1) that the line at ``y`` crosses; their x in order in ``found``, rows in ``which``."""
    count = 0
    for e in range(edges.shape[0]):
        y0, y1 = edges[e, 1], edges[e, 3]
        if (y0 <= y) == (y1 <= y):
            continue
        x = edges[e, 0] + (y - y0) * (edges[e, 2] - edges[e, 0]) / (y1 - y0)
        k = count
        while k > 0 and found[k - 1] > x:
            found[k] = found[k - 1]
            which[k] = which[k - 1]
            k -= 1
        found[k] = x
        which[k] = e
        count += 1
    return count


@njit(cache=True)
def even_odd_moments(edges: FloatArray) -> FloatArray:  # pragma: no cover
    """Integrals (6,) of 1, x, y, x², xy, y² over the even-odd interior of closed rings given as edges (e, 4).

    The plane is cut into strips at every vertex; in a strip the interior is trapezoids, whose moments are
    polynomials in y that two Gauss points integrate exactly (rings that cross inside a strip: to second order).
    """
    out = np.zeros(6)
    breaks = np.unique(edges[:, 1])
    found = np.empty(edges.shape[0])
    which = np.empty(edges.shape[0], dtype=np.int64)
    for s in range(breaks.shape[0] - 1):
        height = breaks[s + 1] - breaks[s]
        middle = breaks[s] + 0.5 * height
        count = crossings(edges, middle, found, which)
        for side in (-1.0, 1.0):
            y = middle + side * height * 0.5 / np.sqrt(3.0)
            weight = 0.5 * height
            for k in range(0, count - 1, 2):
                a, b = which[k], which[k + 1]
                xa = edges[a, 0] + (y - edges[a, 1]) * (edges[a, 2] - edges[a, 0]) / (
                    edges[a, 3] - edges[a, 1]
                )
                xb = edges[b, 0] + (y - edges[b, 1]) * (edges[b, 2] - edges[b, 0]) / (
                    edges[b, 3] - edges[b, 1]
                )
                out[0] += weight * (xb - xa)
                out[1] += weight * (xb * xb - xa * xa) / 2.0
                out[2] += weight * y * (xb - xa)
                out[3] += weight * (xb**3 - xa**3) / 3.0
                out[4] += weight * y * (xb * xb - xa * xa) / 2.0
                out[5] += weight * y * y * (xb - xa)
    return out


@njit(cache=True)
def is_inside(edges: FloatArray, x: float, y: float) -> bool:  # pragma: no cover
    """Whether the point lies in the even-odd interior of closed rings given as edges (e, 4)."""
    inside = False
    for e in range(edges.shape[0]):
        y0, y1 = edges[e, 1], edges[e, 3]
        if (y0 <= y) != (y1 <= y) and x < edges[e, 0] + (y - y0) * (edges[e, 2] - edges[e, 0]) / (y1 - y0):
            inside = not inside
    return inside


@njit(cache=True)
def edges_meet(a: FloatArray, b: FloatArray) -> bool:  # pragma: no cover
    """Whether any edge of ``a`` (e, 4) crosses or touches any edge of ``b``."""
    for i in range(a.shape[0]):
        px, py, qx, qy = a[i, 0], a[i, 1], a[i, 2], a[i, 3]
        for j in range(b.shape[0]):
            rx, ry, sx, sy = b[j, 0], b[j, 1], b[j, 2], b[j, 3]
            if max(px, qx) < min(rx, sx) or max(rx, sx) < min(px, qx):
                continue
            if max(py, qy) < min(ry, sy) or max(ry, sy) < min(py, qy):
                continue
            d1 = (qx - px) * (ry - py) - (qy - py) * (rx - px)
            d2 = (qx - px) * (sy - py) - (qy - py) * (sx - px)
            d3 = (sx - rx) * (py - ry) - (sy - ry) * (px - rx)
            d4 = (sx - rx) * (qy - ry) - (sy - ry) * (qx - rx)
            if d1 * d2 <= 0.0 and d3 * d4 <= 0.0:
                return True
    return False


@njit(cache=True)
def interiors_overlap(a: FloatArray, b: FloatArray) -> bool:  # pragma: no cover
    """Whether the even-odd interiors of two sets of rings share a point (or their edges touch)."""
    for i in range(a.shape[0]):
        if is_inside(b, a[i, 0], a[i, 1]):
            return True
    for j in range(b.shape[0]):
        if is_inside(a, b[j, 0], b[j, 1]):
            return True
    return edges_meet(a, b)
