"""Times and events of many persons come in; curves at few times go out, each step of which rests on eleven persons or more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.cohort.bands import FLOOR, Band, band_of
from graybook.cohort.incidence import cumulative_incidence
from graybook.cohort.survival import kaplan_meier

__all__ = ["HALF_YEARS_DAYS", "CoarseCurve", "coarse_incidence", "coarse_survival", "coarse_times"]

HALF_YEARS_DAYS: tuple[float, ...] = tuple(round(182.625 * half, 1) for half in range(1, 61))
"""Times at which a curve may be read: every half year to the thirtieth. [d]"""


@dataclass(frozen=True, kw_only=True)
class CoarseCurve:
    """A curve at some times, in whole percent.

    Parameters
    ----------
    days
        0 first. [d]
    percent, low, high
        At each time; ``low`` and ``high`` are empty where no interval is given. [%]
    at_risk
        Persons seen until each time without the event.
    """

    days: tuple[float, ...]
    percent: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    at_risk: tuple[Band, ...]


def coarse_times(
    time: npt.ArrayLike, event: npt.ArrayLike, *, total: int, candidates: Sequence[float] = HALF_YEARS_DAYS
) -> tuple[float, ...]:
    """
    Those of the candidates at which a curve may be read.

    After each time but 0, eleven persons or more have had the event since the one before; eleven or more have it later, or nobody
    has; and eleven or more, by the low end of their band, are still followed.
    """
    times, events = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    kept, before = [0.0], 0
    for moment in candidates:
        until = int((events & (times <= moment)).sum())
        later = int(events.sum()) - until
        followed = int((times > moment).sum())
        if until - before >= FLOOR and band_of(followed, total).low >= FLOOR and not 0 < later < FLOOR:
            kept.append(float(moment))
            before = until
    return tuple(kept)


def _at_risk(time: npt.ArrayLike, days: Sequence[float], total: int) -> tuple[Band, ...]:
    times = np.asarray(time, dtype=float)
    return tuple(band_of(int((times > day).sum() if day else len(times)), total) for day in days)


def _percent(share: npt.ArrayLike) -> tuple[int, ...]:
    return tuple(int(one) for one in np.rint(100.0 * np.asarray(share, dtype=float)))


def coarse_survival(time: npt.ArrayLike, event: npt.ArrayLike, *, total: int) -> CoarseCurve | None:
    """The Kaplan-Meier estimate at a few times; None where no step rests on eleven events.

    Parameters
    ----------
    time
        To the event or the last time seen. [d]
    total
        Persons of the whole pool, whose bands the numbers at risk take.
    """
    days = coarse_times(time, event, total=total)
    if len(days) == 1:
        return None
    share, low, high = kaplan_meier(time, event).at(days)
    return CoarseCurve(
        days=days,
        percent=_percent(share),
        low=_percent(low),
        high=_percent(high),
        at_risk=_at_risk(time, days, total),
    )


def coarse_incidence(time: npt.ArrayLike, cause: npt.ArrayLike, *, total: int) -> CoarseCurve | None:
    """The cumulative incidence of cause 1 at a few times; None where no step rests on eleven events."""
    days = coarse_times(time, np.asarray(cause) == 1, total=total)
    if len(days) == 1:
        return None
    return CoarseCurve(
        days=days,
        percent=_percent(cumulative_incidence(time, cause).at(days, 1)),
        low=(),
        high=(),
        at_risk=_at_risk(time, days, total),
    )
