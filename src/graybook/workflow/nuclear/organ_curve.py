"""An organ's activities over time, and a person's wish, come in; its time-integrated activity with all other choices goes out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graybook.errors import InputError
from graybook.files.nuclear_settings import OrganWish
from graybook.nuclear.curve import Curve, CurveModel
from graybook.nuclear.decay import decay_rate_per_h
from graybook.nuclear.single_time_point import HANSCHEID_VALID, SingleTimePoint, hanscheid, madsen
from graybook.nuclear.time_activity import CurveFit, fit_curve
from graybook.nuclear.time_integrated import TimeIntegrated, choices, of_single_time_point
from graybook.workflow.nuclear.organ_points import OrganPoints

__all__ = ["HalfLife", "OrganCurve", "organ_curve"]

NINETY_PERCENT = 1.6448536269514722
ONE_POINT = ("hanscheid", "madsen")
DEFAULT_TAIL = "mono"


@dataclass(frozen=True, kw_only=True)
class HalfLife:
    """An effective half-life to use for one time point, its ends, and where it comes from: another cycle, or a source. [h]"""

    hours: float
    low_h: float
    high_h: float
    cycle: int | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class OrganCurve:
    """Time-integrated activity of an organ in one cycle.

    Parameters
    ----------
    used
        The choice that the dose rests on; first of ``choices``.
    curve
        The exponentials; None for straight lines, and for Hänscheid's estimate.
    fit
        None from one time point.
    half_life_h
        Shortest and longest effective half-life to reckon with where there is no curve. [h]
    known
        The half-life that one time point rests on; None where it rests on none.
    """

    used: TimeIntegrated
    choices: tuple[TimeIntegrated, ...]
    curve: Curve | None
    fit: CurveFit | None = None
    half_life_h: tuple[float, float] | None = None
    known: HalfLife | None = None

    @property
    def mbq_h(self) -> float:
        """Time-integrated activity. [MBq h]"""
        return self.used.mbq_h

    @property
    def spare_points(self) -> int | None:
        """Spare points where the error is the scatter's; None where errors of points were stated."""
        return self.fit.spare_points if self.fit is not None and self.fit.sd_mbq is None else None

    def known_half_life(self, cycle: int) -> HalfLife | None:
        """The effective half-life that this cycle measured, for another one of the same organ."""
        if self.fit is None:
            return None
        hours = self.fit.curve.effective_half_life_h
        wide = NINETY_PERCENT * (self.fit.half_life_sd_h or 0.0)
        low, high = max(hours - wide, 0.1 * hours), hours + wide
        return HalfLife(hours=hours, low_h=low, high_h=high, cycle=cycle)


def organ_curve(
    points: OrganPoints, wish: OrganWish | None, physical_half_life_h: float, known: HalfLife | None
) -> OrganCurve:
    """
    The curve of an organ: fitted to several times, estimated from one.

    Parameters
    ----------
    points
        In time order.
    wish
        A person's choices; None: all by the program.
    physical_half_life_h
        Of the nuclide. [h]
    known
        Half-life of the organ in another cycle, for one time point.

    Raises
    ------
    GraybookError
        The wished model cannot be had from these points.
    """
    wanted = wish.curve if wish is not None and wish.curve else "auto"
    if len({one.hours for one in points.points}) < 2 or wanted in ONE_POINT:
        return _of_one_point(points, wish, wanted, physical_half_life_h, known)
    share = None if wish is None or wish.point_sd_percent is None else wish.point_sd_percent / 100.0
    activities = np.array([one.activity_mbq for one in points.points])
    fit = fit_curve(
        [one.hours for one in points.points],
        activities,
        sd_mbq=activities * np.array([share or one.noise_share for one in points.points]),
        physical_half_life_h=physical_half_life_h,
        model=wanted if wanted in set(CurveModel) else "auto",
        organ=points.organ,
    )
    used = ""
    if wanted == "trapezoid":
        used = f"trapezoid {wish.tail if wish is not None and wish.tail else DEFAULT_TAIL}"
    population = None if wish is None else wish.half_life_h
    found = choices(fit, population_half_life_h=population, used=used, organ=points.organ)
    own = found[0].curve
    effective = fit.curve.effective_half_life_h
    return OrganCurve(
        used=found[0],
        choices=found,
        curve=own,
        fit=fit,
        half_life_h=None if own is not None else (effective, max(effective, physical_half_life_h)),
    )


def _of_one_point(
    points: OrganPoints,
    wish: OrganWish | None,
    wanted: str,
    physical_half_life_h: float,
    known: HalfLife | None,
) -> OrganCurve:
    """Madsen's estimate with a half-life that is known, Hänscheid's without; the other one stands beside where it can be had."""
    point = points.latest
    share = wish.point_sd_percent / 100.0 if wish is not None and wish.point_sd_percent else point.noise_share
    sd = share * point.activity_mbq
    if wish is not None and wish.half_life_h is not None and (known is None or wanted == "madsen"):
        known = HalfLife(
            hours=wish.half_life_h, low_h=wish.half_life_h, high_h=wish.half_life_h, source=wish.said
        )
    low, high = HANSCHEID_VALID
    valid = (point.hours / high, min(point.hours / low, physical_half_life_h))
    if valid[0] > valid[1]:
        valid = (valid[1], valid[1])
    simple = hanscheid(point.hours, point.activity_mbq, sd_mbq=sd, half_life_h=valid, organ=points.organ)
    found: list[tuple[SingleTimePoint, Curve | None]] = [(simple, None)]
    if known is not None:
        half_life = min(known.hours, physical_half_life_h)
        better = madsen(
            point.hours,
            point.activity_mbq,
            population_half_life_h=half_life,
            half_life_h=(min(known.low_h, half_life), min(known.high_h, physical_half_life_h)),
            sd_mbq=sd,
            organ=points.organ,
        )
        rate = decay_rate_per_h(half_life)
        single = Curve(amplitudes_mbq=(better.mbq_h * rate,), rates_per_h=(rate,), model="madsen")
        place = len(found) if wanted == "hanscheid" else 0
        found.insert(place, (better, single))
    elif wanted == "madsen":
        raise InputError(
            f"Madsen's estimate for {points.organ} needs an effective half-life.",
            value=f"one time, {point.hours:g} h",
            remedy="State half_life_h with its source, or image another cycle at several times.",
        )
    listed = _marked(found)
    curve = found[0][1]
    return OrganCurve(
        used=listed[0],
        choices=listed,
        curve=curve,
        half_life_h=valid if curve is None else None,
        known=None if curve is None else known,
    )


def _marked(found: list[tuple[SingleTimePoint, Curve | None]]) -> tuple[TimeIntegrated, ...]:
    first = found[0][0].mbq_h
    return tuple(
        replace(
            of_single_time_point(one),
            curve=curve,
            used=place == 0,
            difference_percent=100.0 * (one.mbq_h / first - 1.0),
        )
        for place, (one, curve) in enumerate(found)
    )
