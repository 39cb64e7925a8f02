"""Curve selection: the best curve of each model comes in; how they compare, and the one that is taken, go out."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from scipy.special import chdtrc

from graybook.nuclear.curve import CurveModel
from graybook.nuclear.curve_points import Points
from graybook.nuclear.curve_search import FitNote, FoundCurve

__all__ = ["Candidate", "candidate", "chosen"]

CONTRADICTED = 0.01
"""A model whose misfit would be this rare if it were true is contradicted by the stated errors."""
_PERFECT = 1e-9
"""Residuals below this share of the largest activity are the digits' own."""


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


def candidate(model: CurveModel, found: FoundCurve | None, points: Points) -> Candidate:
    """How one model did; None as its curve: too few points."""
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


def chosen(possible: list[tuple[FoundCurve, Candidate]]) -> tuple[FoundCurve, Candidate, list[FitNote]]:
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
