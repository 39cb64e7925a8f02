"""Kernels of folding: displacements on a grid come in; the smallest volume ratio in any of its cells goes out."""

from __future__ import annotations

import numpy as np
from numba import njit, prange, types

from graybook.geometry.arrays import FloatArray
from graybook.geometry.compiling import FLOAT, kernel, read

__all__ = ["smallest_ratio"]


@njit(cache=False, inline="always")
def _determinant(m: FloatArray) -> float:  # pragma: no cover
    return (
        m[0, 0] * (m[1, 1] * m[2, 2] - m[1, 2] * m[2, 1])
        - m[0, 1] * (m[1, 0] * m[2, 2] - m[1, 2] * m[2, 0])
        + m[0, 2] * (m[1, 0] * m[2, 1] - m[1, 1] * m[2, 0])
    )


@kernel(read(4, types.float32), read(2), read(2), gives=FLOAT, parallel=True)
def smallest_ratio(
    vectors: FloatArray, linear: FloatArray, to_index: FloatArray
) -> float:  # pragma: no cover
    """Smallest determinant of ``linear + d vectors`` at the corners of all cells of the grid.

    ``vectors`` (nz, ny, nx, 3) in mm; ``to_index`` (3, 3) from mm to steps of the grid. Within a cell the vectors are trilinear,
    so that at each corner the three edges that meet there give the derivative.
    """
    nz, ny, nx = vectors.shape[0], vectors.shape[1], vectors.shape[2]
    planes = np.full(nz, np.inf)
    for z in prange(nz - 1):
        matrix = np.empty((3, 3))
        lowest = np.inf
        for y in range(ny - 1):
            for x in range(nx - 1):
                for corner in range(8):
                    cx, cy, cz = x + (corner & 1), y + ((corner >> 1) & 1), z + (corner >> 2)
                    for a in range(3):
                        along_x = vectors[cz, cy, x + 1, a] - vectors[cz, cy, x, a]
                        along_y = vectors[cz, y + 1, cx, a] - vectors[cz, y, cx, a]
                        along_z = vectors[z + 1, cy, cx, a] - vectors[z, cy, cx, a]
                        for b in range(3):
                            matrix[a, b] = (
                                linear[a, b]
                                + along_x * to_index[0, b]
                                + along_y * to_index[1, b]
                                + along_z * to_index[2, b]
                            )
                    lowest = min(lowest, _determinant(matrix))
        planes[z] = lowest
    return planes.min()
