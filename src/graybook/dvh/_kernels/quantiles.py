"""Quantiles: doses and volumes of samples come in; the dose that a volume reaches goes out."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read

__all__ = ["halves_apart", "highest_share", "reached"]


@njit(cache=False)
def reached(dose: FloatArray, volumes: FloatArray, volume: float) -> float:  # pragma: no cover
    """Largest dose that samples of at least ``volume`` reach: the first, from the hottest down, whose running sum does.

    Buckets between the lowest and highest value still in question are summed from the top; the one in which
    the sum passes is opened, until few are left to sort. The answer is always one of the values.
    """
    values, weights = dose, volumes
    above = 0.0
    while True:
        low, high = values.min(), values.max()
        if low == high:
            return float(low)
        scale = 512 / (high - low)
        if values.shape[0] <= 64 or not np.isfinite(scale):
            order = np.argsort(-values)
            for k in range(order.shape[0]):
                above += weights[order[k]]
                if above >= volume:
                    return float(values[order[k]])
            return float(low)
        buckets = 512
        sums = np.zeros(buckets)
        counts = np.zeros(buckets, dtype=np.int64)
        for p in range(values.shape[0]):
            b = min(int((values[p] - low) * scale), buckets - 1)
            sums[b] += weights[p]
            counts[b] += 1
        chosen = buckets - 1
        while chosen > 0 and (counts[chosen] == 0 or above + sums[chosen] < volume):
            above += sums[chosen]
            chosen -= 1
        kept_values, kept_weights = np.empty(counts[chosen]), np.empty(counts[chosen])
        n = 0
        for p in range(values.shape[0]):
            if min(int((values[p] - low) * scale), buckets - 1) == chosen:
                kept_values[n], kept_weights[n] = values[p], weights[p]
                n += 1
        values, weights = kept_values, kept_weights


highest_share = kernel(read(1), read(1), FLOAT, gives=FLOAT)(reached.py_func)
"""``reached`` for callers in Python."""


@kernel(read(1), read(1), read(1, types.boolean), gives=FLOAT)
def halves_apart(dose: FloatArray, volumes: FloatArray, second: BoolArray) -> float:  # pragma: no cover
    """Half the largest difference of two halves: of their curves, as a share of the volume, or half that of their means.

    The curves are seen at 1,000 even steps up to the highest dose; a difference of one step in dose does not count.
    The means' is a share of the mean, or of 5 % of the highest dose where that is more.
    """
    bins = 1000
    high = 0.0
    for k in range(dose.shape[0]):
        high = max(high, dose[k])
    if high <= 0.0 or not np.isfinite(high):
        return 0.0
    above, sums = np.zeros((2, bins + 2)), np.zeros(2)
    for k in range(dose.shape[0]):
        step, half = min(max(int(dose[k] / high * bins), 0), bins), 1 if second[k] else 0
        above[half, step] += volumes[k]
        sums[half] += volumes[k] * dose[k]
    for half in range(2):
        for step in range(bins - 1, -1, -1):
            above[half, step] += above[half, step + 1]
        if above[half, 0] <= 0.0:
            return 1.0
    means = sums / above[:, 0]
    most = 0.5 * abs(means[0] - means[1]) / max(0.5 * (means[0] + means[1]), 0.05 * high)
    for step in range(bins):
        one, other = above[0, step] / above[0, 0], above[1, step] / above[1, 0]
        if one > other and step > 0:
            most = max(most, one - above[1, step - 1] / above[1, 0])
        elif other > one and step > 0:
            most = max(most, other - above[0, step - 1] / above[0, 0])
    return 0.5 * most
