"""Kernels of cubic B-splines on control points: coefficients come in and rows of displacements go out; and the adjoint of that.

The control points stand every ``step`` voxels, so that the four weights of a voxel depend only on its place in the step.
Every sum is made by one thread in a fixed order.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import INT, kernel, read, written

__all__ = ["expanded", "gathered", "row_of", "weights"]


def weights(step: int, derivative: int = 0) -> FloatArray:
    """The four weights (step, 4) of the uniform cubic B-spline at each voxel of a step, or of a derivative by the voxel."""
    t = np.arange(step) / step
    if derivative == 0:
        rows = [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]
        return np.stack(rows, axis=1) / 6
    rows = [-((1 - t) ** 2), 3 * t**2 - 4 * t, -3 * t**2 + 2 * t + 1, t**2]
    return np.stack(rows, axis=1) / (2 * step)


@kernel(read(3), read(2), INT, gives=written(3), parallel=True)
def expanded(coefficients: FloatArray, taps: FloatArray, count: int) -> FloatArray:  # pragma: no cover
    """Along the middle axis: control points (a, g, b) to voxels (a, count, b)."""
    step = taps.shape[0]
    outer, _, inner = coefficients.shape
    out = np.empty((outer, count, inner))
    for job in prange(outer * count):
        a, i = job // count, job % count
        first, place = i // step, i % step
        for b in range(inner):
            out[a, i, b] = (
                taps[place, 0] * coefficients[a, first, b]
                + taps[place, 1] * coefficients[a, first + 1, b]
                + taps[place, 2] * coefficients[a, first + 2, b]
                + taps[place, 3] * coefficients[a, first + 3, b]
            )
    return out


@kernel(read(3), read(2), INT, gives=written(3), parallel=True)
def gathered(voxels: FloatArray, taps: FloatArray, controls: int) -> FloatArray:  # pragma: no cover
    """The adjoint of :func:`expanded`: voxels (a, n, b) to control points (a, controls, b)."""
    step = taps.shape[0]
    outer, count, inner = voxels.shape
    out = np.zeros((outer, controls, inner))
    for job in prange(outer * controls):
        a, g = job // controls, job % controls
        for tap in range(4):
            start = (g - tap) * step
            for place in range(step):
                i = start + place
                if 0 <= i < count:
                    weight = taps[place, tap]
                    for b in range(inner):
                        out[a, g, b] += weight * voxels[a, i, b]
    return out


@njit(cache=False, inline="always")
def row_of(
    lattice: FloatArray, taps: FloatArray, z: int, y: int, x: int, k: int
) -> float:  # pragma: no cover
    """Component ``k`` at voxel (z, y, x) of rows already expanded along z and y: (nz, ny, controls, 3)."""
    step = taps.shape[0]
    first, place = x // step, x % step
    return (
        taps[place, 0] * lattice[z, y, first, k]
        + taps[place, 1] * lattice[z, y, first + 1, k]
        + taps[place, 2] * lattice[z, y, first + 2, k]
        + taps[place, 3] * lattice[z, y, first + 3, k]
    )
