"""Kernels of local correlation: two images on one grid come in; what one explains of the other, and its slopes, go out."""

from __future__ import annotations

import numpy as np
from numba import prange, types

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["box_sums", "correlation_terms", "slopes_of"]

F4 = types.float32


@kernel(read(3, F4), INT, gives=written(3, F4), parallel=True)
def box_sums(values: FloatArray, radius: int) -> FloatArray:  # pragma: no cover
    """Sums over cubes of ``2 radius + 1`` voxels, cut at the edges of the array."""
    nz, ny, nx = values.shape
    planes = np.empty(values.shape, np.float32)
    for z in prange(nz):
        rows = np.empty((ny, nx), np.float32)
        for y in range(ny):
            total = 0.0
            for x in range(min(radius, nx)):
                total += values[z, y, x]
            for x in range(nx):
                if x + radius < nx:
                    total += values[z, y, x + radius]
                if x - radius - 1 >= 0:
                    total -= values[z, y, x - radius - 1]
                rows[y, x] = total
        sums = np.zeros(nx)
        for y in range(min(radius, ny)):
            for x in range(nx):
                sums[x] += rows[y, x]
        for y in range(ny):
            if y + radius < ny:
                for x in range(nx):
                    sums[x] += rows[y + radius, x]
            if y - radius - 1 >= 0:
                for x in range(nx):
                    sums[x] -= rows[y - radius - 1, x]
            for x in range(nx):
                planes[z, y, x] = sums[x]
    out = np.empty(values.shape, np.float32)
    for y in prange(ny):
        sums = np.zeros(nx)
        for z in range(min(radius, nz)):
            for x in range(nx):
                sums[x] += planes[z, y, x]
        for z in range(nz):
            if z + radius < nz:
                for x in range(nx):
                    sums[x] += planes[z + radius, y, x]
            if z - radius - 1 >= 0:
                for x in range(nx):
                    sums[x] -= planes[z - radius - 1, y, x]
            for x in range(nx):
                out[z, y, x] = sums[x]
    return out


@kernel(
    read(3, F4), read(3, F4), read(3, F4), read(3, F4), read(3, F4), read(3, F4), FLOAT, FLOAT, types.boolean,
    written(3, F4), written(3, F4), written(3, F4), written(1), parallel=True,
)  # fmt: skip
def correlation_terms(
    count: FloatArray,
    mean: FloatArray,
    variance: FloatArray,
    sums: FloatArray,
    squares: FloatArray,
    products: FloatArray,
    fixed_floor: float,
    moving_floor: float,
    signed: bool,
    by_covariance: FloatArray,
    by_variance: FloatArray,
    by_means: FloatArray,
    planes: FloatArray,
) -> None:  # pragma: no cover
    """Correlation of each window, summed by plane, and its slopes by the statistics of the second image, divided by ``count``.

    ``count``, ``mean`` and ``variance`` are of the first image, ``sums``, ``squares`` and ``products`` window sums of the
    second. The share of the first image's variance that the second explains is ``cov² / (var_f var_m)``; ``fixed_floor`` is a
    variance below which contrast of the first counts for little, ``moving_floor`` one of noise in the second. ``signed`` lets an
    inverted contrast count against.
    """
    nz, ny, nx = count.shape
    for z in prange(nz):
        total = 0.0
        for y in range(ny):
            for x in range(nx):
                n = count[z, y, x]
                if n < 1.0:
                    by_covariance[z, y, x] = 0.0
                    by_variance[z, y, x] = 0.0
                    by_means[z, y, x] = 0.0
                    continue
                m = sums[z, y, x] / n
                f = mean[z, y, x]
                vf = variance[z, y, x] + fixed_floor
                vm = max(squares[z, y, x] / n - m * m, 0.0) + moving_floor
                cov = products[z, y, x] / n - f * m
                steep = abs(cov) if signed else cov
                value = steep * cov / (vf * vm)
                a = 2.0 * steep / (vf * vm) / n
                b = -value / vm / n
                total += value
                by_covariance[z, y, x] = a
                by_variance[z, y, x] = b
                by_means[z, y, x] = a * f + 2.0 * b * m
        planes[z] = total


@kernel(
    read(3, F4),
    read(3, F4),
    read(3, F4),
    read(3, F4),
    read(3, F4),
    read(3, F4),
    FLOAT,
    written(3, F4),
    parallel=True,
)
def slopes_of(
    weights: FloatArray,
    fixed: FloatArray,
    moving: FloatArray,
    covariances: FloatArray,
    variances: FloatArray,
    means: FloatArray,
    scale: float,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Slope of the summed correlation by each value of the second image, from window sums of the terms' slopes."""
    nz, ny, nx = fixed.shape
    for z in prange(nz):
        for y in range(ny):
            for x in range(nx):
                out[z, y, x] = (
                    scale
                    * weights[z, y, x]
                    * (
                        fixed[z, y, x] * covariances[z, y, x]
                        + 2.0 * moving[z, y, x] * variances[z, y, x]
                        - means[z, y, x]
                    )
                )
