"""Arrays: loose arrays come in, read-only float64 copies of a checked shape go out."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from graybook.errors import UsageError

__all__ = ["BoolArray", "FloatArray", "IntArray", "points_array", "read_only", "read_only_view"]

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
IntArray: TypeAlias = npt.NDArray[np.int64]


def read_only(values: npt.ArrayLike) -> FloatArray:
    """A read-only float64 copy of ``values``."""
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


def read_only_view(values: npt.ArrayLike) -> FloatArray:
    """A read-only float64 view of ``values``, for large arrays that are handed over and not changed afterwards."""
    view = np.ascontiguousarray(values, dtype=np.float64).view()
    view.setflags(write=False)
    return view


def points_array(points_mm: npt.ArrayLike) -> FloatArray:
    """Points as a contiguous float64 array of shape (n, 3); anything else is a :class:`UsageError`."""
    array = np.ascontiguousarray(points_mm, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3:
        raise UsageError(
            "Points must have shape (n, 3), xyz in mm.", value=array.shape, remedy="Reshape the points."
        )
    return array
