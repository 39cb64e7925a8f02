"""A progress comes in; one that Ctrl-C and SIGTERM stop, with the files in order, goes out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

from graybook.errors import Cancelled
from graybook.progress import Progress

__all__ = ["stoppable"]

STOPS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable(progress: Progress) -> Iterator[Progress]:
    """The progress, cancelled once the user or the system asks to stop: work in hand is cleared away, then the command ends."""
    if threading.current_thread() is not threading.main_thread():
        yield progress
        return
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        raise Cancelled

    before = {one: signal.signal(one, stop) for one in STOPS}
    try:
        yield replace(progress, cancelled=lambda: bool(asked))
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
