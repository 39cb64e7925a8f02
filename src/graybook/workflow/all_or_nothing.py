"""All or nothing: a folder's name comes in; its new files appear in it together once all are written, or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from graybook.errors import UsageError

__all__ = ["all_or_nothing", "asked_folder"]

STOPS = (signal.SIGINT, signal.SIGTERM)


def asked_folder(out: Path) -> Path:
    """The folder, looked at before the work, so that a wrong OUT costs nothing; nothing is made yet.

    Raises
    ------
    graybook.errors.UsageError
        Something else is in its place, or it may not be written to.
    """
    nearest = next((one for one in (out, *out.absolute().parents) if one.exists()), Path())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(
            "OUT cannot be made as a folder.",
            value=f"{out}: {nearest} is {'not writable' if nearest.is_dir() else 'no folder'}",
            remedy="Name a folder that can be written to.",
        )
    return out


@contextmanager
def all_or_nothing(out: Path, *, owned: Collection[str]) -> Iterator[Path]:
    """A folder to write into; when all went well its files are moved into ``out``, which may hold other files.

    Parameters
    ----------
    out
        Made when missing.
    owned
        Names of every file this kind of work may write: those of an earlier run that this one did not write are taken away,
        so that no file stands beside a result it does not belong to. Nothing else in ``out`` is touched.
    """
    beside = out.absolute().parent
    beside.mkdir(parents=True, exist_ok=True)
    place = beside if _one_disk(out, beside) else out
    staged = Path(tempfile.mkdtemp(prefix=f".{out.name}.unfinished-", dir=place))
    try:
        yield staged
        with _unstopped():
            _moved(staged, out, owned)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _one_disk(out: Path, beside: Path) -> bool:
    """Whether files made beside ``out`` can be moved into it in one step."""
    return os.access(beside, os.W_OK) and (not out.exists() or out.stat().st_dev == beside.stat().st_dev)


def _moved(staged: Path, out: Path, owned: Collection[str]) -> None:
    out.mkdir(exist_ok=True)
    written = sorted(one.name for one in staged.iterdir())
    for name in set(owned) - set(written):
        (out / name).unlink(missing_ok=True)
    for name in written:
        (staged / name).replace(out / name)


@contextmanager
def _unstopped() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until the files are in their places."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    before = {one: signal.signal(one, lambda number, frame: came.append((number, frame))) for one in STOPS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    for number, _ in came[:1]:
        signal.raise_signal(number)
