"""Progress: a callback and a cancel token come in at the top and are passed down; steps are told, stops are honoured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graybook.errors import Cancelled

__all__ = ["Progress", "silent"]


def _ignore(step: str, done: float) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Tells how far the work is and whether it was stopped.

    Parameters
    ----------
    tell
        Called with the name of a step and the share of it that is done, 0 to 1.
    cancelled
        Gives True once the user asked to stop.
    """

    tell: Callable[[str, float], None] = _ignore
    cancelled: Callable[[], bool] = _never

    def __call__(self, step: str, done: float = 0.0) -> None:
        """Tell a step; raise :class:`~graybook.errors.Cancelled` if the user asked to stop."""
        if self.cancelled():
            raise Cancelled
        self.tell(step, min(1.0, max(0.0, done)))


silent = Progress()
"""Tells nobody and never stops."""
