"""Outlines: a mask comes in, a stack of contours goes out."""

from __future__ import annotations

import contourpy
import numpy as np

from graybook.geometry import ContourStack, Grid
from graybook.geometry.arrays import BoolArray

__all__ = ["outlined"]


def outlined(mask: BoolArray, grid: Grid) -> ContourStack:
    """The contours half way between voxels of a mask and its neighbours, plane by plane."""
    polygons = []
    for plane in np.flatnonzero(mask.any(axis=(1, 2))):
        padded = np.pad(mask[plane].astype(np.float64), 1)
        for line in contourpy.contour_generator(z=padded).lines(0.5):
            xy = np.asarray(line)[:-1] - 1.0
            if len(xy) >= 3:
                polygons.append(grid.points_at(np.column_stack([xy, np.full(len(xy), float(plane))])))
    return ContourStack(frame=grid.frame, polygons=tuple(polygons))
