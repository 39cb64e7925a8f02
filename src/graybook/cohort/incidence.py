"""Times and which of several events came first come in; the Aalen-Johansen estimate goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.cohort.survival import Floats, Whole, checked_times

__all__ = ["Incidence", "cumulative_incidence"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Incidence:
    """Curves that hold from each time to the next, one for each cause.

    Parameters
    ----------
    time
        Where somebody has an event or leaves, 0 first.
    at_risk
        Just before each time.
    by_cause
        Share of all persons who had this event first, after each time.
    """

    time: Floats
    at_risk: Whole
    by_cause: dict[int, Floats]

    def at(self, time: npt.ArrayLike, cause: int) -> Floats:
        """Share who had this event first until each time."""
        place = np.searchsorted(self.time, np.asarray(time, dtype=float), side="right") - 1
        return self.by_cause[cause][place]


def cumulative_incidence(time: npt.ArrayLike, cause: npt.ArrayLike) -> Incidence:
    """
    Share of persons who have had each event first, where one event takes the chance of another.

    Parameters
    ----------
    time
        To the first event, or to the last time the person was seen without one.
    cause
        1, 2, ... for the event that came first, 0 where none came.

    Notes
    -----
    F_k(t) = Σ S(t_i−) d_ki / n_i over the times t_i ≤ t, S the share without any event (Aalen and Johansen). Persons who leave at
    the time of an event count as at risk for it. Ties stay ties: no time is moved.

    Examples
    --------
    >>> found = cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 0])
    >>> found.at([1, 3, 4], 1), found.at([1, 3, 4], 2)
    (array([0.25, 0.5 , 0.5 ]), array([0.  , 0.25, 0.25]))
    """
    times, causes = checked_times(time, cause)
    moments = np.unique(np.append(0.0, times))
    ordered = np.sort(times)
    at_risk = len(ordered) - np.searchsorted(ordered, moments, side="left")
    kinds = [int(kind) for kind in np.unique(causes) if kind != 0]
    place = np.searchsorted(moments, times)
    events = {kind: np.bincount(place[causes == kind], minlength=len(moments)) for kind in kinds}
    any_event = sum(events.values(), np.zeros(len(moments), dtype=np.int64))
    free = np.cumprod(1.0 - any_event / at_risk)
    before = np.append(1.0, free[:-1])
    return Incidence(
        time=moments,
        at_risk=at_risk.astype(np.int64),
        by_cause={kind: np.cumsum(before * events[kind] / at_risk) for kind in kinds},
    )
