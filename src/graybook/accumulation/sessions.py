"""Sessions: how often each phase of a group is given comes in; runs of sessions with the phases each one holds go out.

Rule 2: doses given in the same sessions add physically, then are converted; separated in time they are converted, then added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SessionRun", "concurrent_runs", "sequential_runs"]


@dataclass(frozen=True, kw_only=True)
class SessionRun:
    """``sessions`` equal sessions, each giving one fraction of every phase in ``phases`` (indices)."""

    sessions: int
    phases: tuple[int, ...]


def sequential_runs(sessions: Sequence[int]) -> tuple[SessionRun, ...]:
    """Each phase alone, one after the other.

    Examples
    --------
    >>> [(run.sessions, run.phases) for run in sequential_runs([25, 5])]
    [(25, (0,)), (5, (1,))]
    """
    return tuple(SessionRun(sessions=n, phases=(index,)) for index, n in enumerate(sessions) if n > 0)


def concurrent_runs(sessions: Sequence[int]) -> tuple[SessionRun, ...]:
    """All phases start together; with unequal numbers they share the first ones.

    Examples
    --------
    >>> [(run.sessions, run.phases) for run in concurrent_runs([25, 5])]
    [(5, (0, 1)), (20, (0,))]
    """
    runs = []
    done = 0
    for n in sorted({n for n in sessions if n > 0}):
        phases = tuple(index for index, own in enumerate(sessions) if own >= n)
        runs.append(SessionRun(sessions=n - done, phases=phases))
        done = n
    return tuple(runs)
