"""Compiling: a kernel and the types it takes come in; one compiled function, kept in numba's cache, goes out.

Two processes that fill numba's cache with *different* signatures of one function at once can leave code under the wrong
signature: a crash, or worse, a wrong number. So every kernel called from Python states the one signature it has, and any two
processes write the same. It is compiled when first called; kernels called only by kernels are plain ``njit`` without a cache,
compiled into their callers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit, types

__all__ = ["FLOAT", "INT", "Kernel", "kernel", "read", "several", "written"]

FLOAT, INT = types.float64, types.int64
"""Scalars of a signature."""


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
            self._compiled = njit(self.signature, cache=True, parallel=self.parallel)(self.function)
        return self._compiled(*arguments)


def kernel(
    *arguments: Any, gives: Any = types.void, parallel: bool = False
) -> Callable[[Callable[..., Any]], Kernel]:
    """Decorate a function with the types of its arguments and of what it gives."""

    def decorated(function: Callable[..., Any]) -> Kernel:
        return Kernel(function, gives(*arguments), parallel=parallel)

    return decorated
