"""Kernels of isodose volumes: voxels and a dose come in; how full each layer of cells is goes out. Arrays only.

In a straddling cell the part of every cross-section at or above the dose is known in closed form (dose in it is bilinear, its
isoline a hyperbola); the cross-sections are summed along z by Gauss between the heights at which the isodose leaves an edge
or passes a saddle. Nothing is cut into voxels.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read, written

__all__ = ["filled_layers"]

NODES = np.array(
    [
        0.03376524289842403,
        0.16939530676686776,
        0.38069040695840156,
        0.6193095930415985,
        0.8306046932331322,
        0.9662347571015759,
    ]
)
WEIGHTS = np.array(
    [
        0.08566224618958514,
        0.18038078652406936,
        0.23395696728634552,
        0.23395696728634552,
        0.18038078652406936,
        0.08566224618958514,
    ]
)
"""Gauss-Legendre of six nodes on 0 to 1."""

CROWDED = np.array(
    [
        0.0011670169361212741,
        0.028906709261184646,
        0.14213664457537428,
        0.3639670826341529,
        0.636032917365847,
        0.8578633554246257,
        0.9710932907388153,
        0.9988329830638788,
    ]
)
CROWDED_WEIGHTS = np.array(
    [
        0.005909979436670754,
        0.06093060055804422,
        0.1702993433466529,
        0.2628600766586317,
        0.26286007665863176,
        0.1702993433466529,
        0.06093060055804422,
        0.005909979436670754,
    ]
)
"""The same of eight nodes, carried by z²(3 - 2z): crowded at both ends, where a cross-section begins or ends steeply."""

NEARLY_LEVEL = 0.2
"""Relative change of a denominator below which Gauss takes the place of the logarithm, which would cancel."""


@njit(cache=False)
def mean_ratio(pa: float, pb: float, ra: float, rb: float) -> float:  # pragma: no cover
    """Mean over a stretch of p/r, both linear, from (pa, ra) to (pb, rb); 0 <= p <= r."""
    dp, dr = pb - pa, rb - ra
    if abs(dr) > NEARLY_LEVEL * max(ra, rb):
        if min(ra, rb) <= 0.0:  # then p vanishes with r
            return dp / dr
        return float((dp + (pa * dr - dp * ra) / dr * np.log(rb / ra)) / dr)
    total = 0.0
    for n in range(6):
        r = ra + NODES[n] * dr
        if r > 0.0:
            total += WEIGHTS[n] * (pa + NODES[n] * dp) / r
    return total


@njit(cache=False)
def filled_square(a: float, b: float, c: float, d: float) -> float:  # pragma: no cover
    """Part of a unit square where a bilinear value is not negative; corners a (0,0), b (1,0), c (0,1), d (1,1)."""
    if min(min(a, b), min(c, d)) >= 0.0:
        return 1.0
    if max(max(a, b), max(c, d)) < 0.0:
        return 0.0
    first = a / (a - c) if (a < 0.0) != (c < 0.0) else 1.0
    second = b / (b - d) if (b < 0.0) != (d < 0.0) else 1.0
    low, high = min(first, second), max(first, second)
    total = 0.0
    for piece in range(3):
        y0 = 0.0 if piece == 0 else (low if piece == 1 else high)
        y1 = low if piece == 0 else (high if piece == 1 else 1.0)
        if y1 <= y0:
            continue
        middle = 0.5 * (y0 + y1)
        p, q = a + (c - a) * middle, b + (d - b) * middle
        if p >= 0.0 and q >= 0.0:
            total += y1 - y0
        elif p >= 0.0 or q >= 0.0:
            pa, pb, qa, qb = a + (c - a) * y0, a + (c - a) * y1, b + (d - b) * y0, b + (d - b) * y1
            if p < 0.0:
                pa, pb, qa, qb = qa, qb, pa, pb
            pa, pb, qa, qb = max(pa, 0.0), max(pb, 0.0), min(qa, 0.0), min(qb, 0.0)
            total += (y1 - y0) * min(max(mean_ratio(pa, pb, pa - qa, pb - qb), 0.0), 1.0)
    return total


@njit(cache=False)
def with_break(breaks: FloatArray, count: int, at: float) -> int:  # pragma: no cover
    """Number of the rising ``breaks`` after ``at`` has been put among them, if it lies between 0 and 1."""
    if not 0.0 < at < 1.0:
        return count
    k = count
    while k > 1 and breaks[k - 1] > at:
        breaks[k] = breaks[k - 1]
        k -= 1
    breaks[k] = at
    return count + 1


@njit(cache=False)
def filled_cell(corners: FloatArray, breaks: FloatArray) -> float:  # pragma: no cover
    """Part of a unit cell where a trilinear value is not negative; corners (8,), x fastest, z slowest."""
    breaks[0] = 0.0
    count = 1
    for edge in range(4):
        low, high = corners[edge], corners[edge + 4]
        if (low < 0.0) != (high < 0.0):
            count = with_break(breaks, count, low / (low - high))
    # the saddle of a cross-section passes the dose where (0,0)(1,1) = (1,0)(0,1): a quadratic in z
    a0, b0, c0, d0 = corners[0], corners[1], corners[2], corners[3]
    a1, b1, c1, d1 = corners[4] - a0, corners[5] - b0, corners[6] - c0, corners[7] - d0
    square, line, level = a1 * d1 - b1 * c1, a0 * d1 + a1 * d0 - b0 * c1 - b1 * c0, a0 * d0 - b0 * c0
    inner = line * line - 4.0 * square * level
    if inner > 0.0:
        q = -0.5 * (line + np.copysign(np.sqrt(inner), line))
        if q != 0.0:
            count = with_break(breaks, count, level / q)
        if square != 0.0:
            count = with_break(breaks, count, q / square)
    breaks[count] = 1.0
    total = 0.0
    for piece in range(count):
        length = breaks[piece + 1] - breaks[piece]
        if length <= 0.0:
            continue
        for n in range(8):
            z = breaks[piece] + CROWDED[n] * length
            total += (
                CROWDED_WEIGHTS[n]
                * length
                * filled_square(
                    corners[0] + z * (corners[4] - corners[0]),
                    corners[1] + z * (corners[5] - corners[1]),
                    corners[2] + z * (corners[6] - corners[2]),
                    corners[3] + z * (corners[7] - corners[3]),
                )
            )
    return total


@kernel(read(3), FLOAT, gives=written(1), parallel=True)
def filled_layers(values: FloatArray, dose: float) -> FloatArray:  # pragma: no cover
    """Cells' worth of volume at or above ``dose`` in each layer (nz - 1,) between two planes of voxels (zyx)."""
    nz, ny, nx = values.shape
    out = np.empty(nz - 1)
    for k in prange(nz - 1):
        corners, breaks = np.empty(8), np.empty(8)
        total = 0.0
        for j in range(ny - 1):
            for i in range(nx - 1):
                least, most = np.inf, -np.inf
                for c in range(8):
                    value = values[k + c // 4, j + (c // 2) % 2, i + c % 2]
                    corners[c] = value - dose
                    least, most = min(least, value), max(most, value)
                if least >= dose:
                    total += 1.0
                elif not most < dose:
                    total += filled_cell(corners, breaks)
        out[k] = total
    return out
