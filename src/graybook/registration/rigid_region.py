"""Regions: an image and places in it come in; the part of the image around them, and how near its voxels are to them, go out."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.registration.volume import Volume

__all__ = ["cut", "nearness"]


def cut(volume: Volume, points_mm: FloatArray, *, margin_mm: float) -> Volume:
    """The smallest box of an image's voxels that holds all places within ``margin_mm`` of points (n, 3)."""
    grid = volume.grid
    indices = grid.indices_of(points_mm)
    room = margin_mm / grid.finest_mm + 1
    sizes = np.array(grid.shape[::-1])
    first = np.clip(np.floor(indices.min(axis=0) - room), 0, sizes - 2).astype(np.int64)
    last = np.clip(np.ceil(indices.max(axis=0) + room) + 1, first + 2, sizes).astype(np.int64)
    box = tuple(slice(int(a), int(b)) for a, b in zip(first[::-1], last[::-1], strict=True))
    values = volume.values[box]
    planes = grid.planes_mm
    part = Grid(
        frame=grid.frame,
        shape=(values.shape[0], values.shape[1], values.shape[2]),
        origin_mm=grid.points_at(first[None, :].astype(np.float64))[0],
        spacing_mm=grid.spacing_mm,
        axes=grid.axes,
        planes_mm=None if planes is None else planes[box[0]] - planes[box[0]][0],
    )
    return Volume(
        grid=part,
        values=values,
        modality=volume.modality,
        mask=None if volume.mask is None else volume.mask[box],
    )


def nearness(grid: Grid, inside: BoolArray, *, margin_mm: float) -> FloatArray:
    """1 in the marked voxels, falling to 0 at ``margin_mm`` from them, zyx."""
    spacing = grid.spacing_mm[::-1]
    distance = ndimage.distance_transform_edt(~inside, sampling=spacing)
    return np.asarray(np.clip(1.0 - distance / max(margin_mm, 1e-9), 0.0, 1.0))
