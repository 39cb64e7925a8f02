"""Neighbourhood: a field on a grid and a distance come in; fields that bound its values within that distance go out."""

from __future__ import annotations

import numpy as np

from graybook.geometry._kernels import mapped
from graybook.geometry.arrays import BoolArray, FloatArray, points_array
from graybook.geometry.field import GridField

__all__ = ["highest_within", "lies_within", "lowest_within"]


def _window(field: GridField, distance_mm: float) -> tuple[int, ...]:
    reach_mm = distance_mm * np.linalg.norm(field.grid.to_axes, axis=1)
    steps = np.ceil(reach_mm[::-1] / field.grid.finest_mm[::-1] - 1e-9).astype(int) + 1
    return tuple(int(2 * step + 1) for step in steps)


def highest_within(field: GridField, distance_mm: float) -> GridField:
    """A field that is nowhere below the highest value ``field`` takes within a distance inside its hull. [mm]

    Each voxel takes the highest value of the voxels as many steps away as the distance reaches, and one more: the corners of the
    cell of any point within the distance are among them.
    """
    from scipy.ndimage import maximum_filter  # slow to load, and few need it

    values = maximum_filter(field.values, size=_window(field, distance_mm), mode="nearest")
    return GridField(grid=field.grid, values=values)


def lowest_within(field: GridField, distance_mm: float) -> GridField:
    """A field that is nowhere above the lowest value ``field`` takes within a distance inside its hull. [mm]"""
    from scipy.ndimage import minimum_filter

    values = minimum_filter(field.values, size=_window(field, distance_mm), mode="nearest")
    return GridField(grid=field.grid, values=values)


def lies_within(field: GridField, points_mm: FloatArray, distance_mm: float) -> BoolArray:
    """Which points (n, 3) of the field's frame lie in its hull with all that is within a distance of them; NaN nowhere. [mm]"""
    grid = field.grid
    along = mapped(points_array(points_mm), grid.to_axes, -grid.to_axes @ grid.origin_mm)
    reach = distance_mm * np.linalg.norm(grid.to_axes, axis=1)
    nz, ny, nx = grid.shape
    last = (*(np.array([nx - 1, ny - 1]) * grid.spacing_mm[:2]), grid.offsets_mm[nz - 1])
    inside = np.ones(len(along), dtype=np.bool_)
    for axis in range(3):
        inside &= (along[:, axis] >= reach[axis]) & (along[:, axis] <= last[axis] - reach[axis])
    return inside
