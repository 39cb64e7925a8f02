"""Time-activity: activities of a region at several times come in; the fitted curve, its error and what else was tried go out."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy.typing as npt

from graybook.errors import InputError, UsageError
from graybook.geometry.arrays import FloatArray
from graybook.nuclear.curve import Curve, CurveModel
from graybook.nuclear.curve_points import Points, checked_points
from graybook.nuclear.curve_search import FitNote, FoundCurve, covariance, found_curve, standard_errors
from graybook.nuclear.curve_selection import Candidate, candidate, chosen

__all__ = ["Candidate", "Curve", "CurveFit", "CurveModel", "FitNote", "fit_curve"]


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
    tried = [(one, found_curve(one, points)) for one in models]
    candidates = tuple(candidate(one, found, points) for one, found in tried)
    possible = [
        (found, row)
        for (one, found), row in zip(tried, candidates, strict=True)
        if found is not None and wanted in (None, one)
    ]
    if not possible:
        simplest = wanted or CurveModel.MONO
        raise InputError(
            f"The curve of {points.name} cannot be fitted as {simplest.value}: too few points in time.",
            value=f"{points.distinct} points, {simplest.parameters} parameters",
            remedy="Measure at more times, choose a simpler model, or use one time point with a method for it.",
        )
    found, row, notes = chosen(possible)
    return _result(found, row, points, candidates, notes)


def _named(model: str) -> CurveModel:
    try:
        return CurveModel(model)
    except ValueError:
        raise UsageError(
            "There is no time-activity model of this name.",
            value=model,
            remedy="Give auto, " + ", ".join(one.value for one in CurveModel) + ".",
        ) from None


def _result(
    found: FoundCurve,
    row: Candidate,
    points: Points,
    candidates: tuple[Candidate, ...],
    notes: list[FitNote],
) -> CurveFit:
    spare = len(points.times) - sum(found.free)
    found_covariance = covariance(found, points, spare)
    said = [*row.notes, *(one for one in notes if one not in row.notes)]
    if points.sds is None:
        said.append(FitNote.ERRORS_NOT_STATED)
    if found_covariance is None:
        said.append(FitNote.ERROR_UNKNOWN)
    integral_sd, half_life_sd = (
        (None, None) if found_covariance is None else standard_errors(found, found_covariance)
    )
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
