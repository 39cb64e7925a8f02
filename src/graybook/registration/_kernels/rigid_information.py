"""Kernels of mutual information: points, bins and voxels come in; joint histograms and their slopes go out.

A fixed value lies in one bin; a moving one is shared among four by a cubic B-spline (Parzen window), so that information
changes smoothly with the transform (Mattes et al. 2003, doi 10.1109/TMI.2003.809072).
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written
from graybook.registration._kernels.rigid import carried, nearest, turned

__all__ = ["BINS", "information_slopes", "joint_counts", "many_information"]

PART = 2048
"""Points whose sums one core makes at a time."""

BINS = 32
"""Of both images' values."""

MARGIN = 2
"""Bins left free at either end for the spline."""


@njit(cache=False)
def place(value: float, low: float, high: float) -> float:  # pragma: no cover
    """Where a value lies among the bins, clipped to the window."""
    share = (min(max(value, low), high) - low) / (high - low)
    return MARGIN + share * (BINS - 1 - 2 * MARGIN)


@njit(cache=False)
def window(u: float) -> float:  # pragma: no cover
    """The cubic B-spline."""
    a = abs(u)
    if a < 1.0:
        return (4.0 - 6.0 * a * a + 3.0 * a * a * a) / 6.0
    if a < 2.0:
        return (2.0 - a) ** 3 / 6.0
    return 0.0


@njit(cache=False)
def window_slope(u: float) -> float:  # pragma: no cover
    """Slope of :func:`window`."""
    a = abs(u)
    if a < 1.0:
        return (-2.0 * a + 1.5 * a * a) * (1.0 if u > 0 else -1.0)
    if a < 2.0:
        return -0.5 * (2.0 - a) ** 2 * (1.0 if u > 0 else -1.0)
    return 0.0


@kernel(read(2), read(1, types.int64), FLOAT, FLOAT, gives=written(3), parallel=True)
def joint_counts(
    samples: FloatArray, bins: IntArray, low: float, high: float
) -> FloatArray:  # pragma: no cover
    """Joint histograms (parts, BINS, BINS) of fixed bins (n,) and moving samples (n, 4), those without a value left out."""
    n = samples.shape[0]
    parts = (n + PART - 1) // PART
    out = np.zeros((parts, BINS, BINS))
    for part in prange(parts):
        for p in range(part * PART, min(n, part * PART + PART)):
            moved = samples[p, 0]
            if not np.isfinite(moved):
                continue
            at = place(moved, low, high)
            first = int(at) - 1
            for m in range(first, first + 4):
                out[part, bins[p], m] += window(m - at)
    return out


@kernel(
    read(2), read(2), read(2), read(1, types.int64), FLOAT, FLOAT, read(2), gives=written(2), parallel=True
)
def information_slopes(
    samples: FloatArray,
    relative: FloatArray,
    turn: FloatArray,
    bins: IntArray,
    low: float,
    high: float,
    gain: FloatArray,
) -> FloatArray:  # pragma: no cover
    """Sums (parts, 6) of the slopes of a function of the joint histogram along three turns and three shifts.

    ``gain`` (BINS, BINS) is what the function gains with each entry of the histogram.
    """
    n = samples.shape[0]
    parts = (n + PART - 1) // PART
    out = np.zeros((parts, 6))
    steps = (BINS - 1 - 2 * MARGIN) / (high - low)
    for part in prange(parts):
        for p in range(part * PART, min(n, part * PART + PART)):
            moved = samples[p, 0]
            if not np.isfinite(moved) or moved <= low or moved >= high:
                continue
            at = place(moved, low, high)
            first = int(at) - 1
            factor = 0.0
            for m in range(first, first + 4):
                factor -= gain[bins[p], m] * window_slope(m - at)
            factor *= steps
            gx, gy, gz = factor * samples[p, 1], factor * samples[p, 2], factor * samples[p, 3]
            ax, ay, az = turned(turn, relative, p)
            out[part, 0] += ay * gz - az * gy
            out[part, 1] += az * gx - ax * gz
            out[part, 2] += ax * gy - ay * gx
            out[part, 3] += gx
            out[part, 4] += gy
            out[part, 5] += gz
    return out


@kernel(
    read(3, types.float32),
    read(2),
    read(1, types.int64),
    FLOAT,
    FLOAT,
    read(3),
    INT,
    gives=written(2),
    parallel=True,
)
def many_information(
    image: FloatArray,
    points: FloatArray,
    bins: IntArray,
    low: float,
    high: float,
    matrices: FloatArray,
    coarse: int,
) -> FloatArray:  # pragma: no cover
    """Shared part of the information (2 I / (H + H), 0 to 1) and share of the points inside, of each of many matrices (m, 3, 4).

    By the nearest voxels and histograms of ``coarse`` bins.
    """
    many = matrices.shape[0]
    out = np.empty((many, 2))
    for m in prange(many):
        counts = np.zeros((coarse, coarse))
        s = 0.0
        for p in range(points.shape[0]):
            x, y, z = carried(matrices[m], points, p)
            moved = nearest(image, x, y, z)
            if not np.isfinite(moved):
                continue
            share = (min(max(moved, low), high) - low) / (high - low)
            s += 1.0
            counts[bins[p] * coarse // BINS, min(int(share * coarse), coarse - 1)] += 1.0
        out[m, 0] = shared_part(counts, s)
        out[m, 1] = s / max(points.shape[0], 1)
    return out


@njit(cache=False)
def shared_part(counts: FloatArray, total: float) -> float:  # pragma: no cover
    """2 I / (H + H) of a joint histogram; 0 when nothing is in it."""
    if total <= 0.0:
        return 0.0
    joint = rows = columns = 0.0
    for a in range(counts.shape[0]):
        row = column = 0.0
        for b in range(counts.shape[1]):
            share = counts[a, b] / total
            if share > 0.0:
                joint -= share * np.log(share)
            row += share
            column += counts[b, a] / total
        if row > 0.0:
            rows -= row * np.log(row)
        if column > 0.0:
            columns -= column * np.log(column)
    return 2.0 * (rows + columns - joint) / (rows + columns) if rows + columns > 0.0 else 0.0
