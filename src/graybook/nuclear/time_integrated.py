"""Time-integrated: a fitted curve with its points comes in; its integral under every choice, with differences, goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf

from graybook.errors import UsageError
from graybook.nuclear.curve import Curve
from graybook.nuclear.single_time_point import HANSCHEID_VALID, SingleTimePoint, hanscheid, madsen
from graybook.nuclear.time_activity import CurveFit, FitNote
from graybook.nuclear.trapezoid import Tail, Trapezoid, trapezoid

__all__ = ["ChoiceNote", "TimeIntegrated", "choices", "of_curve", "of_single_time_point", "of_trapezoid"]


class ChoiceNote(StrEnum):
    """What is to be said of one choice, beside the notes of a fit."""

    LOWER_BOUND = "lower_bound"
    """Nothing is taken after the last point."""
    UPPER_TAIL = "upper_tail"
    """After the last point nothing leaves the organ but by decay."""
    TAIL_AT_PHYSICAL_DECAY = "tail_at_physical_decay"
    """The last points fall no faster than physical decay; that was taken."""
    MOSTLY_EXTRAPOLATED = "mostly_extrapolated"
    """More than half of it lies after the last point."""
    OUTSIDE_METHOD = "outside_method"
    """The point lies where this method's error was not shown to stay within -10 and +6.2 %."""


@dataclass(frozen=True, kw_only=True)
class TimeIntegrated:
    """Time-integrated activity under one model of the curve and its tail.

    Parameters
    ----------
    mbq_h, sd_mbq_h
        Value and standard error from the points' random errors; None where unknown. [MBq h]
    model
        A curve by name, ``trapezoid``, ``hanscheid`` or ``madsen``.
    tail
        After the last point: ``curve``, a tail by name, or empty for one time point.
    share_after_last
        Share of it after the last point: extrapolated. None for one time point.
    time_h
        Of the one point of a method for one time point, else None. [h]
    difference_percent
        From the one used. [%]
    used
        Whether this is the one used.
    curve
        The exponentials; None without a model of the curve.
    notes
        Codes of :class:`FitNote` and :class:`ChoiceNote`.
    """

    mbq_h: float
    sd_mbq_h: float | None
    model: str
    tail: str = ""
    share_after_last: float | None = None
    time_h: float | None = None
    difference_percent: float = 0.0
    used: bool = False
    curve: Curve | None = None
    notes: tuple[FitNote | ChoiceNote, ...] = ()

    @property
    def relative_sd(self) -> float | None:
        """Standard error over value."""
        return None if self.sd_mbq_h is None else self.sd_mbq_h / self.mbq_h


def of_curve(fit: CurveFit) -> TimeIntegrated:
    """Integral of a fitted curve, for ever."""
    total = fit.curve.integral_mbq_h
    share = fit.curve.integral_between_mbq_h(float(fit.times_h[-1]), inf) / total
    return TimeIntegrated(
        mbq_h=total,
        sd_mbq_h=fit.integral_sd_mbq_h,
        model=fit.model.value,
        tail="curve",
        share_after_last=share,
        curve=fit.curve,
        notes=(*fit.notes, *((ChoiceNote.MOSTLY_EXTRAPOLATED,) if share > 0.5 else ())),
    )


def of_trapezoid(area: Trapezoid) -> TimeIntegrated:
    """Area under straight lines with its tail."""
    notes: list[ChoiceNote] = []
    if area.tail is Tail.NONE:
        notes.append(ChoiceNote.LOWER_BOUND)
    elif area.tail is Tail.PHYSICAL:
        notes.append(ChoiceNote.UPPER_TAIL)
    elif area.tail_points == 0:
        notes.append(ChoiceNote.TAIL_AT_PHYSICAL_DECAY)
    share = area.tail_mbq_h / area.mbq_h
    if share > 0.5:
        notes.append(ChoiceNote.MOSTLY_EXTRAPOLATED)
    return TimeIntegrated(
        mbq_h=area.mbq_h,
        sd_mbq_h=area.sd_mbq_h,
        model="trapezoid",
        tail=area.tail.value,
        share_after_last=share,
        notes=tuple(notes),
    )


def of_single_time_point(point: SingleTimePoint, *, half_life_h: float | None = None) -> TimeIntegrated:
    """Integral from one point; where the effective half-life is known it says whether the method holds there. [h]"""
    low, high = HANSCHEID_VALID
    outside = (
        point.method == "hanscheid"
        and half_life_h is not None
        and not low <= point.time_h / half_life_h <= high
    )
    return TimeIntegrated(
        mbq_h=point.mbq_h,
        sd_mbq_h=point.sd_mbq_h,
        model=point.method,
        time_h=point.time_h,
        notes=(ChoiceNote.OUTSIDE_METHOD,) if outside else (),
    )


def choices(
    fit: CurveFit, *, population_half_life_h: float | None = None, used: str = "", organ: str = ""
) -> tuple[TimeIntegrated, ...]:
    """
    Time-integrated activity under every choice that the points allow; the one used comes first.

    Other curves, straight lines with each tail, Hänscheid's method at each point where it holds for the fitted half-life, and
    Madsen's at the same points where a population's half-life is given.

    Parameters
    ----------
    fit
        Fitted curve and its points.
    population_half_life_h
        Effective. [h]
    used
        ``model`` or ``model tail`` of the choice to use; the fitted curve by default.
    organ
        Named in errors.

    Examples
    --------
    >>> from graybook.nuclear.time_activity import fit_curve
    >>> times = [4.0, 24.0, 96.0, 168.0]
    >>> fit = fit_curve(times, [100 * 2 ** (-t / 50) for t in times], physical_half_life_h=159.528)
    >>> [(one.model, one.tail, round(one.difference_percent, 1)) for one in choices(fit)][:4]
    [('mono', 'curve', 0.0), ('uptake', 'curve', -0.2), ('bi', 'curve', 0.0), ('trapezoid', 'physical', 23.8)]
    """
    found = [of_curve(fit)]
    found += [
        TimeIntegrated(
            mbq_h=one.integral_mbq_h, sd_mbq_h=None, model=one.model.value, tail="curve", notes=one.notes
        )
        for one in fit.candidates
        if one.model is not fit.model and one.integral_mbq_h is not None
    ]
    several = len(set(fit.times_h.tolist())) > 1
    for tail in (Tail.PHYSICAL, Tail.MONO, Tail.NONE) if several else ():
        area = trapezoid(
            fit.times_h,
            fit.activity_mbq,
            sd_mbq=fit.sd_mbq,
            physical_half_life_h=fit.physical_half_life_h,
            tail=tail,
            organ=organ,
        )
        found.append(of_trapezoid(area))
    found += _single(fit, population_half_life_h, organ)
    chosen = _named(found, used)
    marked = [
        replace(
            one,
            difference_percent=100.0 * (one.mbq_h / chosen.mbq_h - 1.0),
            used=one is chosen,
        )
        for one in found
    ]
    return tuple(sorted(marked, key=lambda one: not one.used))


def _single(fit: CurveFit, population_h: float | None, organ: str) -> list[TimeIntegrated]:
    half_life = fit.curve.effective_half_life_h
    found = []
    for time, activity in zip(fit.times_h.tolist(), fit.activity_mbq.tolist(), strict=True):
        if not HANSCHEID_VALID[0] <= time / half_life <= HANSCHEID_VALID[1]:
            continue
        found.append(of_single_time_point(hanscheid(time, activity, organ=organ), half_life_h=half_life))
        if population_h is not None:
            found.append(
                of_single_time_point(madsen(time, activity, population_half_life_h=population_h, organ=organ))
            )
    return found


def _named(found: list[TimeIntegrated], used: str) -> TimeIntegrated:
    if not used:
        return found[0]
    for one in found:
        if used in (one.model, f"{one.model} {one.tail}".strip()):
            return one
    raise UsageError(
        "There is no choice of this name for the time-integrated activity.",
        value=used,
        remedy="Give one of: " + ", ".join(f"{one.model} {one.tail}".strip() for one in found) + ".",
    )
