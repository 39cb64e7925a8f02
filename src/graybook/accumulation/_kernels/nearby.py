"""Nearby: points with values, in cells, come in; the highest within a distance of other points, or its bound, goes out."""

from __future__ import annotations

import numpy as np
from numba import njit

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.geometry.compiling import FLOAT, INT, kernel, read, written

__all__ = ["highest_in_cells"]


@njit(cache=False)
def beyond(at: float, cell: int, side: float) -> float:  # pragma: no cover
    """How far a place lies from a cell along one edge; 0 within it."""
    return max(cell * side - at, at - (cell + 1) * side, 0.0)


@kernel(
    read(2),
    read(1),
    read(1, INT),
    read(1, INT),
    read(1),
    FLOAT,
    FLOAT,
    INT,
    read(2),
    written(1),
)
def highest_in_cells(
    sources: FloatArray,
    values: FloatArray,
    starts: IntArray,
    shape: IntArray,
    origin: FloatArray,
    side: float,
    reach: float,
    bound: int,
    points: FloatArray,
    highest: FloatArray,
) -> None:  # pragma: no cover
    """Fill ``highest`` (n,) with the highest of the ``values`` (m,) within ``reach`` of each of the ``points`` (n, 3); -inf: none.

    The ``sources`` (m, 3) come cell by cell, in each the highest value first; ``starts`` says where each cell of the ``shape``
    begins. Cells are cubes of a ``side`` from the ``origin`` on. With ``bound`` the highest value of all cells that reach so near
    is given instead: quickly found, and nowhere lower.
    """
    squared = reach * reach
    steps = int(np.ceil(reach / side))
    for p in range(points.shape[0]):
        best = -np.inf
        x, y, z = points[p, 0] - origin[0], points[p, 1] - origin[1], points[p, 2] - origin[2]
        cx, cy, cz = int(np.floor(x / side)), int(np.floor(y / side)), int(np.floor(z / side))
        for i in range(max(cx - steps, 0), min(cx + steps + 1, shape[0])):
            along_x = beyond(x, i, side) ** 2
            for j in range(max(cy - steps, 0), min(cy + steps + 1, shape[1])):
                along_xy = along_x + beyond(y, j, side) ** 2
                if along_xy > squared:
                    continue
                for k in range(max(cz - steps, 0), min(cz + steps + 1, shape[2])):
                    cell = (i * shape[1] + j) * shape[2] + k
                    first, last = starts[cell], starts[cell + 1]
                    if first == last or values[first] <= best:
                        continue
                    if along_xy + beyond(z, k, side) ** 2 > squared:
                        continue
                    if bound:
                        best = values[first]
                        continue
                    for q in range(first, last):
                        if values[q] <= best:
                            break
                        dx = sources[q, 0] - points[p, 0]
                        dy = sources[q, 1] - points[p, 1]
                        dz = sources[q, 2] - points[p, 2]
                        if dx * dx + dy * dy + dz * dz <= squared:
                            best = values[q]
                            break
        highest[p] = best
