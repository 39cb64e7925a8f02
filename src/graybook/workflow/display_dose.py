"""Display dose: the sum as a field and the reference's dose grid come in; voxels go out, never for planning (rule 7)."""

from __future__ import annotations

import numpy as np

from graybook.geometry import Field, Grid
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress

__all__ = ["voxels_on"]

SLAB = 400_000
"""Voxels sampled at once, so that memory stays bounded."""


def voxels_on(grid: Grid, field: Field, progress: Progress) -> FloatArray:
    """A field at every voxel centre of a grid, zyx; the lower end of rule 9 where a course does not cover. [Gy]"""
    nz, ny, nx = grid.shape
    values = np.empty(grid.shape, dtype=np.float64)
    y, x = np.meshgrid(np.arange(ny, dtype=np.float64), np.arange(nx, dtype=np.float64), indexing="ij")
    step = max(1, SLAB // (ny * nx))
    for start in range(0, nz, step):
        progress("EQD2 volume", start / nz)
        rows = np.arange(start, min(nz, start + step), dtype=np.float64)
        indices = np.empty((len(rows), ny * nx, 3))
        indices[:, :, 0] = x.ravel()
        indices[:, :, 1] = y.ravel()
        indices[:, :, 2] = rows[:, None]
        sampled = field.sample(grid.points_at(indices.reshape(-1, 3))).low
        values[start : start + len(rows)] = sampled.reshape(len(rows), ny, nx)
    return values
