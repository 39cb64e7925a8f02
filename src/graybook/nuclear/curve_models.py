"""Curve models: rates come in; the columns that amplitudes multiply, those amplitudes and their slopes go out. Arrays only."""

from __future__ import annotations

from math import exp, log

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.nuclear.curve import CurveModel

__all__ = [
    "APART",
    "amplitudes_of",
    "columns",
    "columns_integral_h",
    "exponentials",
    "rates_of",
    "slopes",
    "start_grid",
]

APART = 1e-3
"""Two rates of a model keep at least this share of the slower one apart: nearer, their amplitudes grow without bound."""

_RATES = {CurveModel.MONO: 1, CurveModel.UPTAKE: 2, CurveModel.BI: 2, CurveModel.TRI: 3}
_STARTS = {1: 24, 2: 14, 3: 8}
"""Starting values of each rate, spread evenly over the logarithm."""


def rates_of(places: FloatArray) -> FloatArray:
    """Rates, slowest first, of places: ln λ₁, then ln(λ₂/λ₁ - 1), ln(λ₃/λ₂ - 1). [1/h]"""
    found = [exp(places[0])]
    for place in places[1:]:
        found.append(found[-1] * (1.0 + exp(place)))
    return np.array(found)


def start_grid(model: CurveModel, slowest_per_h: float, fastest_per_h: float) -> list[FloatArray]:
    """Places where the search may start, slowest rate from physical decay up, all rates apart from each other."""
    n_rates = _RATES[model]
    n = _STARTS[n_rates]
    line = np.exp(np.linspace(log(slowest_per_h), log(fastest_per_h), n))
    rows: list[tuple[int, ...]] = [(i,) for i in range(n)]
    for _ in range(n_rates - 1):
        rows = [(*row, j) for row in rows for j in range(row[-1] + 1, n)]
    places = []
    for row in rows:
        rates = line[list(row)]
        places.append(np.array([log(rates[0]), *np.log(rates[1:] / rates[:-1] - 1.0)]))
    return places


def columns(model: CurveModel, rates: FloatArray, times: FloatArray) -> FloatArray:
    """What the amplitudes multiply, one column each (n times, n amplitudes); none is below 0."""
    falls = np.exp(-np.outer(times, rates))
    if model is CurveModel.UPTAKE:
        return falls[:, :1] - falls[:, 1:]
    if model is CurveModel.TRI:
        return falls[:, :2] - falls[:, 2:]
    return falls


def amplitudes_of(matrix: FloatArray, values: FloatArray) -> FloatArray:
    """
    Least-squares amplitudes that are not below 0, for one or two columns.

    Parameters
    ----------
    matrix
        (n times, 1 or 2).
    values
        (n times,) or (n times, n voxels).

    Returns
    -------
    (1 or 2,) or (1 or 2, n voxels).
    """
    norms = np.sqrt((matrix * matrix).sum(axis=0))
    unit = matrix / np.where(norms > 0, norms, 1.0)
    single = np.maximum(unit.T @ values, 0.0)
    if matrix.shape[1] == 1:
        return _scaled(single, norms)
    cosine = float(unit[:, 0] @ unit[:, 1])
    projected = unit.T @ values
    sine2 = max(1.0 - cosine * cosine, 1e-300)
    first = (projected[0] - cosine * projected[1]) / sine2
    second = (projected[1] - cosine * projected[0]) / sine2
    both = (first > 0) & (second > 0)
    only_first = single[0] >= single[1]
    return _scaled(
        np.stack(
            [
                np.where(both, first, np.where(only_first, single[0], 0.0)),
                np.where(both, second, np.where(only_first, 0.0, single[1])),
            ]
        ),
        norms,
    )


def _scaled(found: FloatArray, norms: FloatArray) -> FloatArray:
    scale = np.where(norms > 0, norms, np.inf)
    scaled: FloatArray = (found.T / scale).T
    return scaled


def exponentials(model: CurveModel, amplitudes: FloatArray) -> FloatArray:
    """Amplitude of each exponential, in the order of the rates, of the columns' amplitudes."""
    if model is CurveModel.UPTAKE:
        return np.concatenate([amplitudes, -amplitudes])
    if model is CurveModel.TRI:
        return np.concatenate([amplitudes, -amplitudes.sum(axis=0, keepdims=True)])
    return amplitudes


def slopes(model: CurveModel, amplitudes: FloatArray, rates: FloatArray, times: FloatArray) -> FloatArray:
    """Derivative of the activity by each column's amplitude, then by each rate (n times, n parameters)."""
    falls = np.exp(-np.outer(times, rates))
    by_rate = -exponentials(model, amplitudes)[None, :] * times[:, None] * falls
    return np.concatenate([columns(model, rates, times), by_rate], axis=1)


def columns_integral_h(model: CurveModel, rates: FloatArray) -> FloatArray:
    """Integral over all time of what each amplitude multiplies. [h]"""
    if model is CurveModel.UPTAKE:
        return np.asarray(1.0 / rates[:1] - 1.0 / rates[1:])
    if model is CurveModel.TRI:
        return np.asarray(1.0 / rates[:2] - 1.0 / rates[2])
    return np.asarray(1.0 / rates)
