"""Register, points: points of the fixed image come in; where each lies in the moving image, and its error, go out."""

from __future__ import annotations

import numpy as np

from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.record import Alignment
from graybook.registration.quality import errors_at
from graybook.workflow.alignment.pair import Pair

__all__ = ["carried", "error_mm_at", "inside"]

HALF = 0.5 + 1e-6
"""How far, in voxels, a point may lie beyond the outermost centres and still be of the image."""


def carried(pair: Pair, alignment: Alignment, points_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where points (n, 3) of the fixed image lie in the moving one, and the 95 % error there (n,).

    A point outside gets its nearest extrapolation, and an infinite error. [mm]
    """
    moved = alignment.transform.extrapolated(points_mm, frame=pair.fixed.grid.frame)
    return moved, error_mm_at(pair, alignment, points_mm, moved)


def error_mm_at(pair: Pair, alignment: Alignment, points_mm: FloatArray, moved_mm: FloatArray) -> FloatArray:
    """The 95 % error at points (n, 3): infinite outside either image and where nothing supports an estimate. [mm]"""
    error = np.full(len(points_mm), np.inf)
    quality = alignment.quality
    if quality is None or quality.error_mm is None:
        return error
    within = inside(pair.fixed.grid, points_mm) & inside(pair.moving.grid, moved_mm)
    error[within] = errors_at(quality.error_mm, _clamped(quality.error_mm.grid, points_mm[within]))
    return error


def inside(grid: Grid, points_mm: FloatArray) -> BoolArray:
    """Whether points lie in a voxel of the grid."""
    known: BoolArray = np.asarray(np.isfinite(points_mm).all(axis=1))
    indices = grid.indices_of(np.where(known[:, None], points_mm, 0.0))
    last = np.array(grid.shape[::-1]) - 1.0
    return np.asarray(known & ((indices >= -HALF) & (indices <= last + HALF)).all(axis=1))


def _clamped(grid: Grid, points_mm: FloatArray) -> FloatArray:
    """Points moved to the nearest place among the grid's centres: half a voxel at an image's edge. [mm]"""
    indices = grid.indices_of(points_mm)
    last = np.array(grid.shape[::-1]) - 1.0
    return grid.points_at(np.clip(indices, 1e-9, last - 1e-9))
