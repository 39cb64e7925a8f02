"""Compiling: a kernel and the types it takes come in; one compiled function, kept in numba's cache, goes out.

Two processes that fill numba's cache with *different* signatures of one function at once can leave code under the wrong
signature: a crash, or worse, a wrong number. So every kernel called from Python states the one signature it has, and any two
processes write the same. It is compiled when first called; kernels called only by kernels are plain ``njit`` without a cache,
compiled into their callers.

Compiling takes a while the first time; whoever runs the program can have it said (:func:`on_compiling`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Timer
from typing import Any

from numba import njit, types
from numba.core.registry import cpu_target

__all__ = ["FLOAT", "INT", "Kernel", "kernel", "on_compiling", "read", "several", "written"]

FLOAT, INT = types.float64, types.int64
"""Scalars of a signature."""

PATIENCE_S = 2.0
"""Compiling that takes longer in all is told. [s]"""


class _Waiting:
    """How long kernels have been compiled for, not loaded, and who is told, once."""

    def __init__(self) -> None:
        self.tell: Callable[[], None] | None = None
        self.spent_s = 0.0

    def say(self) -> None:
        tell, self.tell = self.tell, None
        if tell is not None:
            tell()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Tell when what is done in here, with all that was compiled before, takes too long."""
        if self.tell is None:
            yield
            return
        timer = Timer(max(PATIENCE_S - self.spent_s, 0.0), self.say)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


_waiting = _Waiting()


def on_compiling(tell: Callable[[], None] | None) -> None:
    """Have ``tell`` called, once, when kernels are being compiled for longer than two seconds; None: tell nobody.

    Loading kernels that were compiled before is not told. ``tell`` is called from another thread.
    """
    _waiting.tell = tell
    _waiting.spent_s = 0.0


@cache
def _load_types() -> None:
    """Load what numba loads before its first kernel, so that it is not taken for compiling."""
    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


def _compiled(function: Callable[..., Any], signature: Any, *, parallel: bool) -> Callable[..., Any]:
    _load_types()
    start = time.monotonic()
    with _waiting.watched():
        made: Callable[..., Any] = njit(signature, cache=True, nogil=True, parallel=parallel)(function)
    if getattr(getattr(made, "stats", None), "cache_misses", None):
        _waiting.spent_s += time.monotonic() - start
    return made


def read(dimensions: int, of: Any = types.float64) -> Any:
    """A contiguous array that the kernel only reads; any such array, writable or not, is accepted."""
    return types.Array(of, dimensions, "C", readonly=True)


def several(*of: Any) -> Any:
    """A tuple of results."""
    return types.Tuple(of)  # type: ignore[no-untyped-call]


def written(dimensions: int, of: Any = types.float64) -> Any:
    """A contiguous array that the kernel fills."""
    return types.Array(of, dimensions, "C")


class Kernel:
    """A function compiled for one signature when it is first called."""

    def __init__(self, function: Callable[..., Any], signature: Any, *, parallel: bool) -> None:
        self.function = function
        self.signature = signature
        self.parallel = parallel
        self.__doc__ = function.__doc__
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Run it on arguments of the signature's types; others are a TypeError."""
        if self._compiled is None:
            self._compiled = _compiled(self.function, self.signature, parallel=self.parallel)
        return self._compiled(*arguments)


def kernel(
    *arguments: Any, gives: Any = types.void, parallel: bool = False
) -> Callable[[Callable[..., Any]], Kernel]:
    """Decorate a function with the types of its arguments and of what it gives."""

    def decorated(function: Callable[..., Any]) -> Kernel:
        return Kernel(function, gives(*arguments), parallel=parallel)

    return decorated
