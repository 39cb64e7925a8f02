"""Quantiles: doses and volumes of samples come in; the dose that a volume reaches goes out."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read, written

__all__ = ["halves_apart", "highest_share", "highest_shares", "reached"]

BUCKETS = 512
"""Into which samples are put by their dose."""

APART = 32
"""Every so many-th sample is asked where the hottest lie, when less than so small a part of the volume is asked for."""

ENOUGH = 8.0
"""Samples of those that the guess rests on."""


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


@njit(cache=False)
def hottest_samples(
    dose: FloatArray, volumes: FloatArray, volume: float
) -> tuple[FloatArray, FloatArray]:  # pragma: no cover
    """Doses and volumes of the samples from some dose on that hold the hottest ``volume``, or all: by a guess from some of them."""
    n = dose.shape[0]
    some, weights = dose[::APART].copy(), volumes[::APART].copy()
    guess = reached(some, weights, max(3.0 * volume / APART, ENOUGH * weights.mean()))
    values, held = np.empty(n), np.empty(n)
    above, k = 0.0, 0
    for p in range(n):
        if dose[p] >= guess:
            values[k], held[k] = dose[p], volumes[p]
            above += volumes[p]
            k += 1
    if above < volume:
        return dose, volumes
    return values[:k], held[:k]


@kernel(read(1), read(1), FLOAT, FLOAT, FLOAT, read(1), written(1))
def highest_shares(
    dose: FloatArray,
    volumes: FloatArray,
    low: float,
    high: float,
    total: float,
    of: FloatArray,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (k,) with what :func:`reached` gives for each volume in ``of`` (k,); the samples are gone through once for all.

    ``low`` and ``high`` are the extremes of the doses, ``total`` what the volumes add up to.
    """
    if dose.shape[0] > 64 * APART and of.max() * APART < total:
        values, held = hottest_samples(dose, volumes, of.max())
        shares(values, held, values.min(), high, of, out)
    else:
        shares(dose, volumes, low, high, of, out)


@njit(cache=False)
def shares(
    dose: FloatArray, volumes: FloatArray, low: float, high: float, of: FloatArray, out: FloatArray
) -> None:  # pragma: no cover
    """:func:`highest_shares`: the samples are put in buckets, and those buckets opened that are asked for."""
    scale = BUCKETS / (high - low) if high > low else np.inf
    if dose.shape[0] <= 64 or not np.isfinite(scale):
        for k in range(of.shape[0]):
            out[k] = reached(dose, volumes, of[k])
        return
    # volume and number of samples in each bucket, and the bucket of each sample
    held, place = np.zeros((BUCKETS, 2)), np.empty(dose.shape[0], dtype=np.uint16)
    top = np.uint16(BUCKETS - 1)
    for p in range(dose.shape[0]):
        b = min(np.uint16((dose[p] - low) * scale), top)
        place[p] = b
        held[b, 0] += volumes[p]
        held[b, 1] += 1.0
    chosen, above = np.empty(of.shape[0], dtype=np.int64), np.zeros(of.shape[0])
    # the samples of every bucket that is opened lie together, from ``begin`` on
    begin, opened = np.full(BUCKETS, -1, dtype=np.int64), 0
    for k in range(of.shape[0]):
        c = BUCKETS - 1
        while c > 0 and (held[c, 1] == 0.0 or above[k] + held[c, 0] < of[k]):
            above[k] += held[c, 0]
            c -= 1
        chosen[k] = c
        if begin[c] < 0:
            begin[c] = opened
            opened += int(held[c, 1])
    values, weights = np.empty(opened), np.empty(opened)
    next_ = begin.copy()
    for p in range(dose.shape[0]):
        b = place[p]
        if begin[b] >= 0:
            values[next_[b]], weights[next_[b]] = dose[p], volumes[p]
            next_[b] += 1
    for k in range(of.shape[0]):
        first, last = begin[chosen[k]], next_[chosen[k]]
        out[k] = reached(values[first:last], weights[first:last], of[k] - above[k])


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
