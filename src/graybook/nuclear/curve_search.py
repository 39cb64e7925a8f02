"""Curve search: points of a region and one model come in; its best curve, its errors and what is to be said of it go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import log, sqrt
from typing import Any

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.nuclear.curve import Curve, CurveModel
from graybook.nuclear.curve_models import (
    APART,
    amplitudes_of,
    columns,
    columns_integral_h,
    exponentials,
    rates_of,
    slopes,
    start_grid,
)
from graybook.nuclear.curve_points import Points

__all__ = ["FitNote", "FoundCurve", "covariance", "found_curve", "standard_errors"]

_AT_BOUND = 1e-6
_ROUGH = 1e-8
_FINISH = 1e-14
_POLISHED = 2
_ALIKE = 0.05
_UNSEEN = 1e-7
"""An exponential below this share of the other at every point is not there."""


class FitNote(StrEnum):
    """What is to be said of a fit."""

    AICC_UNDEFINED = "aicc_undefined"
    """Too few points to compare this model: with n points and k parameters AICc needs n > k + 1."""
    TOO_FEW_POINTS = "too_few_points"
    """Fewer points than parameters: not fitted."""
    NO_SPARE_POINT = "no_spare_point"
    """As many parameters as points: the curve goes through all of them and nothing is left to test it."""
    AT_PHYSICAL_DECAY = "at_physical_decay"
    """The slowest rate is physical decay: no biological clearance seen."""
    UPTAKE_NOT_SEEN = "uptake_not_seen"
    """The fastest rate is as fast as the first image can tell: uptake was over before it."""
    RATES_ALIKE = "rates_alike"
    """Two rates lie within 5 % of each other: they cannot be told apart."""
    ONE_WASHOUT = "one_washout"
    """One of two washouts has no amplitude."""
    CONTRADICTED = "contradicted"
    """The misfit is larger than the stated errors allow."""
    RICHER_THAN_AICC = "richer_than_aicc"
    """What AICc prefers is contradicted by the stated errors; the simplest model that is not was used."""
    ERRORS_NOT_STATED = "errors_not_stated"
    """No error of the points was stated: all weigh the same, and their scatter about the curve is the error."""
    ERROR_UNKNOWN = "error_unknown"
    """No stated error and no spare point: the error of the curve is unknown."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundCurve:
    """The best curve of one model: amplitudes of its columns, its rates, and which of all these parameters are free."""

    model: CurveModel
    amplitudes: FloatArray
    rates: FloatArray
    misfit: float
    free: tuple[bool, ...] = ()
    notes: tuple[FitNote, ...] = field(default=())

    @property
    def curve(self) -> Curve:
        """As exponentials."""
        return Curve(
            amplitudes_mbq=tuple(exponentials(self.model, self.amplitudes).tolist()),
            rates_per_h=tuple(self.rates.tolist()),
            model=self.model.value,
        )


def found_curve(model: CurveModel, points: Points) -> FoundCurve | None:
    """The best curve of one model; None with fewer points than parameters."""
    from scipy.optimize import least_squares

    if points.distinct < model.parameters:
        return None
    grid = start_grid(model, points.slowest, points.fastest)
    ranked = sorted(range(len(grid)), key=lambda i: _misfit(model, grid[i], points))
    low, high = _bounds(grid[0], points)
    starts = ranked[: 1 if model is CurveModel.MONO else _POLISHED]

    def solved(place: FloatArray, jac: str, finish: float, tries: int) -> Any:
        return least_squares(
            lambda places: _residuals(model, places, points),
            np.clip(place, low + 1e-9, high - 1e-9),
            jac=jac,
            bounds=(low, high),
            xtol=finish,
            ftol=finish,
            gtol=finish,
            max_nfev=tries,
        )

    rough = [solved(grid[i], "2-point", _ROUGH, 30) for i in starts]
    best = solved(min(rough, key=lambda one: float(one.cost)).x, "3-point", _FINISH, 60)
    return _described(model, best.x, low, high, points)


def _bounds(place: FloatArray, points: Points) -> tuple[FloatArray, FloatArray]:
    """Lower and upper end of each place: physical decay, and as fast as the first point can tell."""
    n = len(place)
    ratio = log(points.fastest / points.slowest)
    low = np.array([log(points.slowest)] + [log(APART)] * (n - 1))
    high = np.array([log(points.fastest)] + [ratio] * (n - 1))
    return low, high


def _weighted(model: CurveModel, places: FloatArray, points: Points) -> tuple[FloatArray, FloatArray]:
    matrix = columns(model, rates_of(places), points.times) * points.weights[:, None]
    return matrix, amplitudes_of(matrix, points.values * points.weights)


def _residuals(model: CurveModel, places: FloatArray, points: Points) -> FloatArray:
    matrix, amplitudes = _weighted(model, places, points)
    # a scale of 1 keeps the solver's tolerances from depending on the unit
    scale = float(np.abs(points.values * points.weights).max())
    return np.asarray((matrix @ amplitudes - points.values * points.weights) / scale)


def _misfit(model: CurveModel, places: FloatArray, points: Points) -> float:
    return float((_residuals(model, places, points) ** 2).sum())


def _described(
    model: CurveModel, places: FloatArray, low: FloatArray, high: FloatArray, points: Points
) -> FoundCurve:
    """The curve with which of its parameters are free, and what is to be said of the others."""
    rates = rates_of(places)
    matrix, amplitudes = _weighted(model, places, points)
    seen = amplitudes * matrix.max(axis=0)
    amplitudes = np.where(seen > _UNSEEN * seen.max(), amplitudes, 0.0)
    residuals = matrix @ amplitudes - points.values * points.weights
    held_low = places - low < _AT_BOUND
    held_high = high - places < _AT_BOUND
    notes = []
    if held_low[0]:
        notes.append(FitNote.AT_PHYSICAL_DECAY)
    if bool((np.diff(rates) < _ALIKE * rates[:-1]).any()):
        notes.append(FitNote.RATES_ALIKE)
    gone = np.exp(-rates[-1] * float(points.times[points.times > 0].min())) < 1e-9
    if model in (CurveModel.UPTAKE, CurveModel.TRI) and gone:
        notes.append(FitNote.UPTAKE_NOT_SEEN)
    if bool((amplitudes <= 0).any()):
        notes.append(FitNote.ONE_WASHOUT)
    fixed_rates = held_low | held_high
    if FitNote.UPTAKE_NOT_SEEN in notes:
        fixed_rates[-1] = True
    if model in (CurveModel.BI, CurveModel.TRI):
        fixed_rates[:2] |= amplitudes <= 0
    free = (*(bool(a > 0) for a in amplitudes), *(not bool(one) for one in fixed_rates))
    return FoundCurve(
        model=model,
        amplitudes=amplitudes,
        rates=rates,
        misfit=float((residuals**2).sum()),
        free=free,
        notes=tuple(notes),
    )


def covariance(found: FoundCurve, points: Points, spare: int) -> FloatArray | None:
    """Of the free parameters, by the slopes at the solution; the others are held."""
    if points.sds is None and spare < 1:
        return None
    jacobian = slopes(found.model, found.amplitudes, found.rates, points.times) * points.weights[:, None]
    kept = jacobian[:, np.array(found.free)]
    scale = np.sqrt((kept**2).sum(axis=0))
    inverse = np.linalg.pinv((kept / scale).T @ (kept / scale)) / np.outer(scale, scale)
    if points.sds is None:
        return np.asarray(inverse * (found.misfit / spare))
    # a scatter larger than stated is taken as the error (Birge); a smaller one never shrinks it
    return np.asarray(inverse * max(1.0, found.misfit / spare if spare else 1.0))


def standard_errors(found: FoundCurve, of_parameters: FloatArray) -> tuple[float, float]:
    """Standard errors of the integral [MBq h] and of the effective half-life [h]."""
    free = np.array(found.free)
    by_amplitude = columns_integral_h(found.model, found.rates)
    by_rate = -exponentials(found.model, found.amplitudes) / found.rates**2
    gradient = np.concatenate([by_amplitude, by_rate])[free]
    integral = sqrt(max(float(gradient @ of_parameters @ gradient), 0.0))
    half = np.zeros(len(free))
    half[len(found.amplitudes)] = log(2.0) / found.rates[0] ** 2
    half_life = half[free]
    return integral, sqrt(max(float(half_life @ of_parameters @ half_life), 0.0))
