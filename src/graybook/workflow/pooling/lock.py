"""A pool's folder comes in; nobody else builds it while it is held."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graybook.errors import UsageError

__all__ = ["LOCK", "held"]

LOCK = "building.lock"
OWNER_ONLY = 0o600


@contextmanager
def held(pool: Path) -> Iterator[None]:
    """Hold the folder. The system lets go of it when the process ends, however it ends.

    Raises
    ------
    graybook.errors.UsageError
        Another run builds the pool.
    """
    descriptor = os.open(pool / LOCK, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    try:
        _lock(descriptor, pool)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, pool: Path) -> None:
    """Hold the file, where the system knows such locks."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UsageError(
            "Another run builds this pool.", value=str(pool), remedy="Wait until it has ended."
        ) from None
