"""Pyramid: a volume comes in; the same image, smoothed and on a coarser grid, goes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from graybook.geometry import Grid
from graybook.geometry.arrays import FloatArray
from graybook.registration.volume import Volume

__all__ = ["coarser", "smoothed"]

SIGMA_PER_STEP = 0.5
"""Width of the Gaussian before sampling, in steps of the coarser grid: what it lets through is not aliased."""


def coarser(volume: Volume, spacing_mm: float) -> Volume:
    """The volume on even planes with voxels of at least ``spacing_mm`` along each axis, or its own where they are larger. [mm]"""
    grid = volume.grid
    counts_spacing = [_coarse(grid, axis, spacing_mm) for axis in range(3)]
    values = volume.values
    mask = None if volume.mask is None else volume.mask.astype(np.float32)
    for axis in range(3):
        count, step = counts_spacing[axis]
        own = _positions(grid, axis)
        at = np.arange(count) * step
        values = _resampled(values, 2 - axis, own, at, step)
        if mask is not None:
            mask = _resampled(mask, 2 - axis, own, at, step)
    coarse = Grid(
        frame=grid.frame,
        shape=(counts_spacing[2][0], counts_spacing[1][0], counts_spacing[0][0]),
        origin_mm=grid.origin_mm,
        spacing_mm=np.array([step for _, step in counts_spacing]),
        axes=grid.axes,
    )
    return Volume(
        grid=coarse, values=values, modality=volume.modality, mask=None if mask is None else mask >= 0.5
    )


def smoothed(volume: Volume, sigma_mm: float) -> Volume:
    """The volume blurred by a Gaussian, on its own even grid. [mm]"""
    values = volume.values
    for axis in range(3):
        sigma = sigma_mm / float(volume.grid.spacing_mm[axis])
        if volume.grid.shape[2 - axis] > 1:
            values = gaussian_filter1d(values, sigma, axis=2 - axis, mode="nearest", output=np.float32)
    return Volume(grid=volume.grid, values=values, modality=volume.modality, mask=volume.mask)


def _positions(grid: Grid, axis: int) -> FloatArray:
    if axis == 2:
        return grid.offsets_mm
    return np.arange(grid.shape[2 - axis]) * float(grid.spacing_mm[axis])


def _coarse(grid: Grid, axis: int, spacing_mm: float) -> tuple[int, float]:
    """Number of samples and their distance along an axis, the whole length kept."""
    length = float(_positions(grid, axis)[-1])
    own = grid.shape[2 - axis]
    if own == 1:
        return 1, float(grid.spacing_mm[axis])
    count = max(2, min(own, int(np.floor(length / spacing_mm + 1e-6)) + 1))
    return count, length / (count - 1)


def _resampled(
    values: npt.NDArray[np.float32], axis: int, own: FloatArray, at: FloatArray, step: float
) -> npt.NDArray[np.float32]:
    if len(own) == 1:
        return values
    spacing = float(np.median(np.diff(own)))
    if len(at) == len(own) and np.allclose(at, own, atol=1e-3 * spacing):
        return values
    if step > 1.05 * spacing:
        sigma = SIGMA_PER_STEP * np.sqrt((step / spacing) ** 2 - 1.0)
        values = gaussian_filter1d(values, sigma, axis=axis, mode="nearest", output=np.float32)
    piece = np.clip(np.searchsorted(own, at, side="right") - 1, 0, len(own) - 2)
    share = ((at - own[piece]) / (own[piece + 1] - own[piece])).astype(np.float32)
    shape = [1, 1, 1]
    shape[axis] = -1
    share = np.clip(share, 0.0, 1.0).reshape(shape)
    lower, upper = np.take(values, piece, axis=axis), np.take(values, piece + 1, axis=axis)
    return np.ascontiguousarray(lower + share * (upper - lower), dtype=np.float32)
