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


@kernel(read(2), read(1, types.int64), FLOAT, FLOAT, gives=written(2))
def joint_counts(
    samples: FloatArray, bins: IntArray, low: float, high: float
) -> FloatArray:  # pragma: no cover
    """Joint histogram (BINS, BINS) of fixed bins (n,) and moving samples (n, 4), those without a value left out."""
    out = np.zeros((BINS, BINS))
    for p in range(samples.shape[0]):
        if np.isfinite(samples[p, 0]):
            at = place(samples[p, 0], low, high)
            first = int(at) - 1
            for m in range(first, first + 4):
                out[bins[p], m] += window(m - at)
    return out


@kernel(read(2), read(2), read(2), read(1, types.int64), FLOAT, FLOAT, read(2), gives=written(1))
def information_slopes(
    samples: FloatArray,
    relative: FloatArray,
    turn: FloatArray,
    bins: IntArray,
    low: float,
    high: float,
    gain: FloatArray,
) -> FloatArray:  # pragma: no cover
    """Slopes (6,) of a function of the joint histogram along three turns and three shifts.

    ``gain`` (BINS, BINS) is what the function gains with each entry of the histogram; the other arrays are those of
    :func:`~graybook.registration._kernels.rigid.normal_sums`.
    """
    out = np.zeros(6)
    steps = (BINS - 1 - 2 * MARGIN) / (high - low)
    for p in range(samples.shape[0]):
        moved = samples[p, 0]
        if not (moved > low and moved < high):
            continue
        at = place(moved, low, high)
        first = int(at) - 1
        factor = 0.0
        for m in range(first, first + 4):
            factor -= gain[bins[p], m] * window_slope(m - at)
        factor *= steps
        gx, gy, gz = factor * samples[p, 1], factor * samples[p, 2], factor * samples[p, 3]
        ax, ay, az = turned(turn, relative, p)
        out[0] += ay * gz - az * gy
        out[1] += az * gx - ax * gz
        out[2] += ax * gy - ay * gx
        out[3] += gx
        out[4] += gy
        out[5] += gz
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
    """Mutual information in nats and share of the points inside, of each of many matrices (m, 3, 4).

    By the nearest voxels and histograms of ``coarse`` bins, less what so few points share by chance.
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
        out[m, 0] = shared(counts, s)
        out[m, 1] = s / max(points.shape[0], 1)
    return out


@njit(cache=False)
def shared(counts: FloatArray, total: float) -> float:  # pragma: no cover
    """Mutual information of a joint histogram less its bias (r - 1)(c - 1) / 2n, r and c the rows and columns in use."""
    if total <= 0.0:
        return 0.0
    joint, used_rows, used_columns = 0.0, 0, 0
    for a in range(counts.shape[0]):
        row = column = 0.0
        for b in range(counts.shape[1]):
            if counts[a, b] > 0.0:
                joint += counts[a, b] * np.log(counts[a, b] / total)
            row += counts[a, b]
            column += counts[b, a]
        if row > 0.0:
            joint -= row * np.log(row / total)
            used_rows += 1
        if column > 0.0:
            joint -= column * np.log(column / total)
            used_columns += 1
    return joint / total - (used_rows - 1) * (used_columns - 1) / (2.0 * total)
