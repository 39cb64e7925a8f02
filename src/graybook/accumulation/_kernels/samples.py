"""Samples: doses of many samples at points come in; their EQD2 under several assumptions, metrics and histograms go out."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from graybook.dvh._kernels.quantiles import reached
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = [
    "ABOVE",
    "BELOW",
    "DOSE",
    "EUD",
    "HIGHEST",
    "HOMOGENEITY",
    "LOWEST",
    "MEAN",
    "add_courses",
    "measured",
    "shares_above",
]

DOSE, ABOVE, BELOW, MEAN, LOWEST, HIGHEST, EUD, HOMOGENEITY = range(8)
"""What is measured: the dose that a volume reaches, a volume at or above a dose, one below it, and so on."""


@kernel(
    read(3),
    read(3),
    read(1),
    read(1, types.boolean),
    read(3),
    read(2),
    read(2),
    read(1),
    read(1),
    written(3),
)
def add_courses(
    low: FloatArray,
    high: FloatArray,
    factors: FloatArray,
    ends: BoolArray,
    phases: FloatArray,
    sessions: FloatArray,
    repair: FloatArray,
    alpha_beta: FloatArray,
    kept: FloatArray,
    total: FloatArray,
) -> None:  # pragma: no cover
    """Add one course's EQD2 to ``total`` (samples, assumptions, n).

    ``low`` and ``high`` (samples or 1, phases, n) are planned doses at both ends, ``factors`` (samples,) what physical dose is
    multiplied by. Each assumption takes an end, a share ``kept`` and an α/β (assumptions,), and runs of ``sessions``
    (assumptions, runs) equal sessions with the H of ``repair``; one session's dose is the sum of its phases' doses times
    ``phases`` (assumptions, runs, phases).
    """
    for s in range(total.shape[0]):
        row = s if low.shape[0] > 1 else 0
        n = total.shape[2]
        session = np.empty(n)
        for a in range(total.shape[1]):
            dose = high[row] if ends[a] else low[row]
            ratio = alpha_beta[a]
            for r in range(sessions.shape[1]):
                if sessions[a, r] == 0.0:
                    continue
                session[:] = 0.0
                for q in range(dose.shape[0]):
                    weight = phases[a, r, q] * factors[s]
                    if weight != 0.0:
                        for p in range(n):
                            session[p] += weight * dose[q, p]
                effect = kept[a] * sessions[a, r] / (2.0 + ratio)
                quadratic = 1.0 + repair[a, r]
                for p in range(n):
                    total[s, a, p] += effect * session[p] * (quadratic * session[p] + ratio)


@njit(cache=False)
def value(
    kind: int, asked: float, dose: FloatArray, volumes: FloatArray, surface: FloatArray, total: float
) -> float:  # pragma: no cover
    """One metric of doses at points that stand for volumes, and at points of the surface."""
    if kind == DOSE:
        return reached(dose, volumes, asked)
    if kind == HOMOGENEITY:
        middle = reached(dose, volumes, 0.5 * total)
        if middle <= 0.0:
            return np.nan
        return (reached(dose, volumes, 0.02 * total) - reached(dose, volumes, 0.98 * total)) / middle
    found = np.inf if kind == LOWEST else (-np.inf if kind == HIGHEST else 0.0)
    for p in range(dose.shape[0]):
        if kind == LOWEST:
            found = min(found, dose[p])
        elif kind == HIGHEST:
            found = max(found, dose[p])
        elif kind == MEAN:
            found += dose[p] * volumes[p]
        elif kind == ABOVE:
            if dose[p] >= asked:
                found += volumes[p]
        elif kind == BELOW:
            if dose[p] < asked:
                found += volumes[p]
        elif dose[p] > 0.0:
            found += volumes[p] * dose[p] ** asked
        elif asked < 0.0:
            return 0.0
    for p in range(surface.shape[0]):
        if kind == LOWEST:
            found = min(found, surface[p])
        elif kind == HIGHEST:
            found = max(found, surface[p])
    if kind == MEAN:
        return found / total
    if kind == EUD:
        return (found / total) ** (1.0 / asked) if found > 0.0 else 0.0
    return found


@kernel(
    read(3),
    read(1),
    read(1, types.int64),
    read(1),
    read(2, types.int64),
    written(3),
)
def measured(
    dose: FloatArray,
    volumes: FloatArray,
    kinds: IntArray,
    asked: FloatArray,
    parts: IntArray,
    out: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``out`` (samples, assumptions, metrics) with metrics of doses (samples, assumptions, n).

    Of each metric the kind, what is asked, and in ``parts`` (metrics, 4) where its points and points of the surface begin and end.
    """
    for s in range(dose.shape[0]):
        for a in range(dose.shape[1]):
            for m in range(kinds.shape[0]):
                inner = dose[s, a, parts[m, 0] : parts[m, 1]]
                weights = volumes[parts[m, 0] : parts[m, 1]]
                outer = dose[s, a, parts[m, 2] : parts[m, 3]]
                out[s, a, m] = value(kinds[m], asked[m], inner, weights, outer, weights.sum())


@kernel(read(3), read(1), INT, INT, FLOAT, written(3))
def shares_above(
    dose: FloatArray, volumes: FloatArray, first: int, last: int, width: float, out: FloatArray
) -> None:  # pragma: no cover
    """Fill ``out`` (samples, assumptions, b) with the share of points at or above each multiple of a width.

    The points are ``first`` to ``last``.
    """
    bins = out.shape[2]
    for s in range(dose.shape[0]):
        for a in range(dose.shape[1]):
            curve = out[s, a]
            curve[:] = 0.0
            total = 0.0
            for p in range(first, last):
                curve[min(max(int(dose[s, a, p] / width), 0), bins - 1)] += volumes[p]
                total += volumes[p]
            for b in range(bins - 2, -1, -1):
                curve[b] += curve[b + 1]
            for b in range(bins):
                curve[b] /= total
