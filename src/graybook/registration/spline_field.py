"""Spline field: control points come in; displacements of every voxel go out, and slopes come back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from graybook.geometry.arrays import FloatArray
from graybook.registration._kernels.splines import expanded, gathered, weights
from graybook.registration._kernels.warping import dense

__all__ = ["SplineField"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SplineField:
    """Cubic B-splines over a voxel grid, control points every ``steps`` voxels and one beyond each side.

    Parameters
    ----------
    shape
        Voxels along z, y, x.
    steps
        Voxels between control points along z, y, x.
    """

    shape: tuple[int, int, int]
    steps: tuple[int, int, int]

    @property
    def controls(self) -> tuple[int, int, int]:
        """Number of control points along z, y, x."""
        nz, ny, nx = ((count - 1) // step + 4 for count, step in zip(self.shape, self.steps, strict=True))
        return nz, ny, nx

    @cached_property
    def taps(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Weights of the four control points along z, y, x."""
        z, y, x = (weights(step) for step in self.steps)
        return z, y, x

    def rows(self, coefficients: FloatArray) -> FloatArray:
        """Coefficients (gz, gy, gx, 3) expanded along z and y: (nz, ny, gx, 3)."""
        gz, gy, gx = self.controls
        nz, ny, _ = self.shape
        planes = expanded(coefficients.reshape(1, gz, gy * gx * 3), self.taps[0], nz)
        lines = expanded(planes.reshape(nz, gy, gx * 3), self.taps[1], ny)
        return np.asarray(lines.reshape(nz, ny, gx, 3))

    def back(self, rows: FloatArray) -> FloatArray:
        """The adjoint of :meth:`rows`: (nz, ny, gx, 3) gathered to (gz, gy, gx, 3)."""
        return self._gathered(rows, self.taps[0], self.taps[1])

    def back_squared(self, rows: FloatArray) -> FloatArray:
        """As :meth:`back` with the squares of the weights."""
        return self._gathered(rows, self.taps[0] ** 2, self.taps[1] ** 2)

    def _gathered(self, rows: FloatArray, along_z: FloatArray, along_y: FloatArray) -> FloatArray:
        gz, gy, gx = self.controls
        nz, ny, _ = self.shape
        lines = gathered(rows.reshape(nz, ny, gx * 3), along_y, gy)
        planes = gathered(lines.reshape(1, nz, gy * gx * 3), along_z, gz)
        return np.asarray(planes.reshape(gz, gy, gx, 3))

    def displacements(self, coefficients: FloatArray) -> npt.NDArray[np.float32]:
        """Displacement of every voxel, (nz, ny, nx, 3)."""
        out: npt.NDArray[np.float32] = dense(self.rows(coefficients), self.taps[2], self.shape[2])
        return out

    def fitted(self, displacements: npt.NDArray[np.float32]) -> FloatArray:
        """Coefficients (gz, gy, gx, 3) whose displacements come nearest to given ones, by separable least squares."""
        values: FloatArray = displacements.astype(np.float64)
        for axis in range(3):
            basis = _basis(self.shape[axis], self.controls[axis], self.taps[axis])
            solve = np.linalg.pinv(basis, rcond=1e-3)
            values = np.moveaxis(
                np.einsum("gn,n...->g...", solve, np.moveaxis(values, axis, 0), optimize=False), 0, axis
            )
        return np.ascontiguousarray(values)


def _basis(count: int, controls: int, taps: FloatArray) -> FloatArray:
    basis = np.zeros((count, controls))
    step = len(taps)
    for i in range(count):
        basis[i, i // step : i // step + 4] = taps[i % step]
    return basis
