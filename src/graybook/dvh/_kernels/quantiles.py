"""Quantiles: doses and volumes of samples come in; the dose that a volume reaches goes out."""

from __future__ import annotations

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read

__all__ = ["highest_share"]


@kernel(read(1), read(1), FLOAT, gives=FLOAT)
def highest_share(dose: FloatArray, volumes: FloatArray, volume: float) -> float:  # pragma: no cover
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
