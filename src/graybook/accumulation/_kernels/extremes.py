"""Extremes: doses at points, fixed and under shifts, come in; lowest and highest near-maxima over all shifts go out."""

from __future__ import annotations

import numpy as np
from numba import njit

from graybook.dvh._kernels.quantiles import reached
from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import kernel, read, written

__all__ = ["pair_extremes"]


@njit(cache=False)
def reaches(
    fixed: FloatArray,
    first: FloatArray,
    second: FloatArray,
    ceiling: FloatArray,
    weights: FloatArray,
    volume: float,
    dose: float,
    above: bool,
) -> bool:  # pragma: no cover
    """Whether at least ``volume`` of the sum lies at the dose, or ``above`` it; without a volume, whether a point does.

    ``ceiling`` (n,) is nowhere below the sum and falls: the first point with less ends the search.
    """
    reached_volume = 0.0
    for p in range(fixed.shape[0]):
        if ceiling[p] < dose:
            return False
        total = fixed[p] + first[p] + second[p]
        if total > dose or (total == dose and not above):
            reached_volume += weights[p]
            if volume == 0.0 or reached_volume >= volume:
                return True
    return False


@njit(cache=False)
def near_maximum(
    fixed: FloatArray, first: FloatArray, second: FloatArray, weights: FloatArray, volume: float
) -> float:  # pragma: no cover
    """The dose that ``volume`` of the sum reaches; without a volume, its maximum."""
    total = np.empty(fixed.shape[0])
    for p in range(fixed.shape[0]):
        total[p] = fixed[p] + first[p] + second[p]
    return float(total.max()) if volume == 0.0 else reached(total, weights, volume)


@kernel(read(1), read(2), read(2), read(1), read(1), read(1), written(1), written(1))
def pair_extremes(
    fixed: FloatArray,
    first: FloatArray,
    second: FloatArray,
    ceiling: FloatArray,
    weights: FloatArray,
    volumes: FloatArray,
    low: FloatArray,
    high: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``low`` and ``high`` (k,) with the extremes of the near-maximum of each of the ``volumes`` (k,).

    The doses are ``fixed`` (n,) plus any row of ``first`` (a, n) plus any row of ``second`` (b, n), at points that stand for
    ``weights`` (n,). The points come in the order of their ``ceiling`` (n,), falling, which no sum exceeds. A volume of 0 asks for
    the maximum over all points. A sum is measured only when it is found, at the few points that can tell, to be a new extreme.
    """
    for k in range(volumes.shape[0]):
        volume = volumes[k]
        low[k], high[k] = np.inf, -np.inf
        for i in range(first.shape[0]):
            for j in range(second.shape[0]):
                one, other = first[i], second[j]
                start = low[k] > high[k]
                if (
                    start
                    or reaches(fixed, one, other, ceiling, weights, volume, high[k], True)
                    or not reaches(fixed, one, other, ceiling, weights, volume, low[k], False)
                ):
                    value = near_maximum(fixed, one, other, weights, volume)
                    low[k], high[k] = min(low[k], value), max(high[k], value)
