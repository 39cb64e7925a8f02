"""Neighbourhood: a field on a grid and a distance come in; fields that bound its values within that distance go out."""

from __future__ import annotations

import numpy as np

from graybook.geometry.field import GridField

__all__ = ["highest_within", "lowest_within"]


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
