"""Time-activity: activities of a region at several times come in; the fitted curve, its error and what else was tried go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from graybook.errors import InputError, UsageError
from graybook.geometry.arrays import FloatArray, read_only
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

__all__ = ["Candidate", "Curve", "CurveFit", "CurveModel", "FitNote", "Points", "checked_points", "fit_curve"]

CONTRADICTED = 0.01
"""A model whose misfit would be this rare if it were true is contradicted by the stated errors."""
_AT_BOUND = 1e-6
_ROUGH = 1e-8
_FINISH = 1e-14
_POLISHED = 2
_ALIKE = 0.05
_UNSEEN = 1e-7
"""An exponential below this share of the other at every point is not there."""
_PERFECT = 1e-9
"""Residuals below this share of the largest activity are the digits' own."""


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


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One model as it was tried.

    Parameters
    ----------
    aicc
        Corrected Akaike criterion; None where the points are too few for it.
    misfit
        Sum of squared residuals, divided by the stated variances where there are any.
    chance
        Of a misfit as large if the model is true, by the stated errors; None without them or without a spare point.
    integral_mbq_h
        Time-integrated activity; None where it could not be fitted. [MBq h]
    """

    model: CurveModel
    aicc: float | None
    misfit: float | None
    chance: float | None
    integral_mbq_h: float | None
    notes: tuple[FitNote, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveFit:
    """A fitted curve.

    Parameters
    ----------
    curve
        The curve.
    times_h, activity_mbq, sd_mbq
        The points, in time order; the errors as stated, None where none were. [h], [MBq], [MBq]
    spare_points
        Points less free parameters.
    integral_sd_mbq_h
        Standard error of the curve's integral from the points' random errors; None where unknown. [MBq h]
    half_life_sd_h
        Standard error of the effective half-life; 0 where it is held at physical decay, None where unknown. [h]
    candidates
        All models tried, simplest first.
    notes
        What is to be said of the fit.
    """

    curve: Curve
    times_h: FloatArray
    activity_mbq: FloatArray
    sd_mbq: FloatArray | None
    physical_half_life_h: float
    aicc: float | None
    spare_points: int
    integral_sd_mbq_h: float | None
    half_life_sd_h: float | None
    candidates: tuple[Candidate, ...]
    notes: tuple[FitNote, ...] = ()

    @property
    def model(self) -> CurveModel:
        """Shape of the curve."""
        return CurveModel(self.curve.model)


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """Points of a curve in time order, with how much each weighs."""

    times: FloatArray
    values: FloatArray
    sds: FloatArray | None
    slowest: float
    organ: str

    @property
    def weights(self) -> FloatArray:
        """One over the stated errors; 1 without them."""
        return np.ones(len(self.times)) if self.sds is None else 1.0 / self.sds

    @property
    def distinct(self) -> int:
        """Number of different times."""
        return len(set(self.times.tolist()))

    @property
    def fastest(self) -> float:
        """A rate whose exponential has vanished before the first point after the start. [1/h]"""
        first = float(self.times[self.times > 0].min())
        return max(40.0 / first, 10.0 * self.slowest)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    model: CurveModel
    amplitudes: FloatArray
    rates: FloatArray
    misfit: float
    free: tuple[bool, ...] = ()
    notes: tuple[FitNote, ...] = field(default=())

    @property
    def curve(self) -> Curve:
        return Curve(
            amplitudes_mbq=tuple(exponentials(self.model, self.amplitudes).tolist()),
            rates_per_h=tuple(self.rates.tolist()),
            model=self.model.value,
        )


def fit_curve(
    times_h: npt.ArrayLike,
    activity_mbq: npt.ArrayLike,
    *,
    sd_mbq: npt.ArrayLike | None = None,
    physical_half_life_h: float,
    model: str = "auto",
    others: bool = True,
    organ: str = "",
) -> CurveFit:
    r"""
    Fit a sum of exponentials to activities of one region.

    The rates are at least that of physical decay. With ``model="auto"`` the model with the smallest corrected Akaike criterion is
    taken,

    .. math:: \mathrm{AICc} = M + 2 K + \frac{2 K (K + 1)}{n - K - 1}

    where M is the sum of squared residuals over stated variances and K the number of parameters; without stated errors
    :math:`M = n \ln(\mathrm{RSS}/n)` and the scatter is one parameter more. It is undefined for n ≤ K + 1: such a model is not
    chosen, and that is noted. Where the stated errors contradict the chosen model, the simplest richer one that they do not
    contradict and that leaves a point to spare is taken instead.

    Parameters
    ----------
    times_h
        After the start of the administration. [h]
    activity_mbq
        At those times, decay included. [MBq]
    sd_mbq
        Random standard error of each: what differs from image to image. What all images share (calibration, volume) moves all
        points together, does not belong here and is added by :mod:`graybook.nuclear.uncertainty`. [MBq]
    physical_half_life_h
        Of the nuclide. [h]
    model
        ``auto``, or a :class:`CurveModel` by name.
    others
        Whether the other models are fitted beside a named one, so that what they give can be shown.
    organ
        Named in errors.

    References
    ----------
    Hurvich and Tsai 1989, Biometrika 76:297-307 (AICc); Gear 2018, doi:10.1007/s00259-018-4136-7 (propagation).

    Examples
    --------
    >>> times = [4.0, 24.0, 96.0, 168.0]
    >>> fit = fit_curve(times, [100 * 2 ** (-t / 50) for t in times], physical_half_life_h=159.528)
    >>> fit.model.value, round(fit.curve.effective_half_life_h, 6)
    ('mono', 50.0)
    """
    points = checked_points(
        times_h, activity_mbq, sd_mbq=sd_mbq, physical_half_life_h=physical_half_life_h, organ=organ
    )
    wanted = None if model == "auto" else _named(model)
    models = tuple(CurveModel) if wanted is None or others else (wanted,)
    tried = [(one, _fitted(one, points)) for one in models]
    candidates = tuple(_candidate(one, found, points) for one, found in tried)
    possible = [
        (found, row)
        for (one, found), row in zip(tried, candidates, strict=True)
        if found is not None and wanted in (None, one)
    ]
    if not possible:
        simplest = wanted or CurveModel.MONO
        raise InputError(
            f"The curve of {_name(points)} cannot be fitted as {simplest.value}: too few points in time.",
            value=f"{points.distinct} points, {simplest.parameters} parameters",
            remedy="Measure at more times, choose a simpler model, or use one time point with a method for it.",
        )
    found, row, notes = _chosen(possible)
    return _result(found, row, points, candidates, notes)


def checked_points(
    times_h: npt.ArrayLike,
    activity_mbq: npt.ArrayLike,
    *,
    sd_mbq: npt.ArrayLike | None,
    physical_half_life_h: float,
    organ: str,
) -> Points:
    """Points of a curve in time order, each above 0 MBq and none before the administration."""
    times = np.atleast_1d(np.asarray(times_h, dtype=np.float64))
    values = np.atleast_1d(np.asarray(activity_mbq, dtype=np.float64))
    name = organ or "the region"
    if times.ndim != 1 or times.shape != values.shape or not times.size:
        raise UsageError(
            f"Times and activities of {name} do not belong together.",
            value=(times.shape, values.shape),
            remedy="Give one activity for each time, at least one.",
        )
    if not 0.0 < physical_half_life_h < inf:
        raise UsageError(
            f"The physical half-life for {name} must be above 0.",
            value=physical_half_life_h,
            remedy="Give it in hours.",
        )
    for time, value in zip(times.tolist(), values.tolist(), strict=True):
        _check_point(name, time, value)
    if not bool((times > 0).any()):
        raise InputError(
            f"No activity of {name} was measured after the start of the administration.",
            value=times.tolist(),
            remedy="Give times in hours after the start of the administration.",
        )
    order = np.argsort(times, kind="stable")
    sds = None if sd_mbq is None else _checked_errors(name, times, sd_mbq)[order]
    return Points(
        times=read_only(times[order]),
        values=read_only(values[order]),
        sds=None if sds is None else read_only(sds),
        slowest=log(2.0) / physical_half_life_h,
        organ=organ,
    )


def _check_point(name: str, time: float, value: float) -> None:
    if not 0.0 <= time < inf:
        raise InputError(
            f"An activity of {name} was measured before the administration, or at no known time.",
            value=f"{time:g} h",
            remedy="Check dates and times of the image and of the administration.",
        )
    if not 0.0 < value < inf:
        raise InputError(
            f"The activity of {name} at {time:g} h is not above 0 MBq.",
            value=f"{value:g} MBq",
            remedy="Check region and calibration; where nothing was seen leave this time out: a curve through 0 has no rate.",
        )


def _checked_errors(name: str, times: FloatArray, sd_mbq: npt.ArrayLike) -> FloatArray:
    sds = np.broadcast_to(np.asarray(sd_mbq, dtype=np.float64), times.shape).copy()
    for time, sd in zip(times.tolist(), sds.tolist(), strict=True):
        if not 0.0 < sd < inf:
            raise InputError(
                f"The error of the activity of {name} at {time:g} h is not above 0 MBq.",
                value=f"{sd:g} MBq",
                remedy="Give one standard deviation for each point, or none at all: then the scatter about the curve is the error.",
            )
    return sds


def _named(model: str) -> CurveModel:
    try:
        return CurveModel(model)
    except ValueError:
        raise UsageError(
            "There is no time-activity model of this name.",
            value=model,
            remedy="Give auto, " + ", ".join(one.value for one in CurveModel) + ".",
        ) from None


def _name(points: Points) -> str:
    return points.organ or "the region"


def _fitted(model: CurveModel, points: Points) -> _Found | None:
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
) -> _Found:
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
    return _Found(
        model=model,
        amplitudes=amplitudes,
        rates=rates,
        misfit=float((residuals**2).sum()),
        free=free,
        notes=tuple(notes),
    )


def _candidate(model: CurveModel, found: _Found | None, points: Points) -> Candidate:
    if found is None:
        return Candidate(
            model=model,
            aicc=None,
            misfit=None,
            chance=None,
            integral_mbq_h=None,
            notes=(FitNote.TOO_FEW_POINTS,),
        )
    n, k = len(points.times), model.parameters
    notes = list(found.notes)
    chance = None
    if points.sds is not None and n > k:
        chance = float(chdtrc(n - k, found.misfit))
        if chance < CONTRADICTED:
            notes.append(FitNote.CONTRADICTED)
    if n == k:
        notes.append(FitNote.NO_SPARE_POINT)
    aicc = _aicc(found.misfit, points, k)
    if aicc is None:
        notes.append(FitNote.AICC_UNDEFINED)
    return Candidate(
        model=model,
        aicc=aicc,
        misfit=found.misfit,
        chance=chance,
        integral_mbq_h=found.curve.integral_mbq_h,
        notes=tuple(notes),
    )


def _aicc(misfit: float, points: Points, parameters: int) -> float | None:
    n = len(points.times)
    k = parameters if points.sds is not None else parameters + 1
    if n <= k + 1:
        return None
    floor = n * (_PERFECT * float((points.values * points.weights).max())) ** 2
    term = max(misfit, floor) if points.sds is not None else n * log(max(misfit, floor) / n)
    return float(term + 2 * k + 2 * k * (k + 1) / (n - k - 1))


def _chosen(possible: list[tuple[_Found, Candidate]]) -> tuple[_Found, Candidate, list[FitNote]]:
    """By AICc; without it the simplest; never one that the stated errors contradict while a richer one is not."""
    compared = [pair for pair in possible if pair[1].aicc is not None]
    best = min(compared, key=lambda pair: pair[1].aicc or 0.0) if compared else possible[0]
    notes: list[FitNote] = []
    if FitNote.CONTRADICTED in best[1].notes:
        simplest = best[1].model.parameters
        for pair in possible:
            fits = pair[1].chance is not None and pair[1].chance >= CONTRADICTED
            if fits and pair[1].model.parameters > simplest:
                return *pair, [FitNote.RICHER_THAN_AICC]
    if any(FitNote.AICC_UNDEFINED in row.notes for _, row in possible):
        notes.append(FitNote.AICC_UNDEFINED)
    return *best, notes


def _result(
    found: _Found,
    row: Candidate,
    points: Points,
    candidates: tuple[Candidate, ...],
    notes: list[FitNote],
) -> CurveFit:
    spare = len(points.times) - sum(found.free)
    covariance = _covariance(found, points, spare)
    said = [*row.notes, *(one for one in notes if one not in row.notes)]
    if points.sds is None:
        said.append(FitNote.ERRORS_NOT_STATED)
    if covariance is None:
        said.append(FitNote.ERROR_UNKNOWN)
    integral_sd, half_life_sd = (None, None) if covariance is None else _errors(found, covariance)
    return CurveFit(
        curve=found.curve,
        times_h=points.times,
        activity_mbq=points.values,
        sd_mbq=points.sds,
        physical_half_life_h=log(2.0) / points.slowest,
        aicc=row.aicc,
        spare_points=spare,
        integral_sd_mbq_h=integral_sd,
        half_life_sd_h=half_life_sd,
        candidates=candidates,
        notes=tuple(said),
    )


def _covariance(found: _Found, points: Points, spare: int) -> FloatArray | None:
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


def _errors(found: _Found, covariance: FloatArray) -> tuple[float, float]:
    """Standard errors of the integral [MBq h] and of the effective half-life [h]."""
    free = np.array(found.free)
    by_amplitude = columns_integral_h(found.model, found.rates)
    by_rate = -exponentials(found.model, found.amplitudes) / found.rates**2
    gradient = np.concatenate([by_amplitude, by_rate])[free]
    integral = sqrt(max(float(gradient @ covariance @ gradient), 0.0))
    half = np.zeros(len(free))
    half[len(found.amplitudes)] = log(2.0) / found.rates[0] ** 2
    half_life = half[free]
    return integral, sqrt(max(float(half_life @ covariance @ half_life), 0.0))
