"""Times and whether the event came come in; the Kaplan-Meier estimate goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graybook.errors import UsageError

__all__ = ["Survival", "checked_times", "kaplan_meier"]

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Survival:
    """A curve that holds from each of its times to the next.

    Parameters
    ----------
    time
        Where somebody has the event or leaves, 0 first.
    at_risk
        Just before each time.
    survival, low, high
        Share without the event after each time, and its 95 % confidence interval (log-log).
    """

    time: Floats
    at_risk: Whole
    survival: Floats
    low: Floats
    high: Floats

    def at(self, time: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Share without the event at each time, and the ends of its interval."""
        place = np.searchsorted(self.time, np.asarray(time, dtype=float), side="right") - 1
        return self.survival[place], self.low[place], self.high[place]


def checked_times(time: npt.ArrayLike, event: npt.ArrayLike) -> tuple[Floats, Whole]:
    """Times and events as arrays of one length, all known and none below 0."""
    times, events = np.asarray(time, dtype=float), np.asarray(event, dtype=np.int64)
    if times.ndim != 1 or times.shape != events.shape or not times.size:
        raise UsageError(
            "Times and events are two lists of one length, which is not 0.",
            value=f"{times.shape} and {events.shape}",
            remedy="Give one time and one event for each person.",
        )
    if not np.isfinite(times).all() or times.min() < 0.0:
        raise UsageError(
            "A time is missing or below 0.",
            value=float(np.nanmin(times)),
            remedy="Leave out the persons whose time is not known.",
        )
    return times, events


def kaplan_meier(time: npt.ArrayLike, event: npt.ArrayLike) -> Survival:
    """
    Share of persons without the event over time, by lifelines.

    Parameters
    ----------
    time
        To the event, or to the last time the person was seen without it.
    event
        1 where the event came, 0 where the person was not seen longer.

    Notes
    -----
    S(t) = Π (1 − d_i / n_i) over the times t_i ≤ t. The interval is that of log(−log S) with Greenwood's variance; R's ``survfit``
    takes log S unless told otherwise.

    Examples
    --------
    >>> kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]).at([0, 1, 2, 3, 9])[0]
    array([1.   , 0.75 , 0.75 , 0.375, 0.375])
    """
    from lifelines import KaplanMeierFitter

    times, events = checked_times(time, event)
    fitted: Any = KaplanMeierFitter().fit(times, events)
    table = fitted.event_table
    interval = fitted.confidence_interval_.to_numpy(dtype=float)
    survival = fitted.survival_function_.iloc[:, 0].to_numpy(dtype=float)
    return Survival(
        time=table.index.to_numpy(dtype=float),
        at_risk=table["at_risk"].to_numpy(dtype=np.int64),
        survival=survival,
        low=np.where(np.isnan(interval[:, 0]), survival, interval[:, 0]),
        high=np.where(np.isnan(interval[:, 1]), survival, interval[:, 1]),
    )
