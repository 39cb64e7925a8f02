"""Polygons: the closed polygons of one plane and points come in; which points lie inside goes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.geometry._kernels import points_inside
from graybook.geometry.arrays import BoolArray, FloatArray, read_only

__all__ = ["interior"]


def interior(polygons: Sequence[FloatArray], points_mm: FloatArray) -> BoolArray:
    """Which points (n, 2) of a plane lie inside its polygons, combined by exclusive or.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    >>> interior([square, 0.5 * square + 1.0], np.array([[0.5, 2.0], [2.0, 2.0], [5.0, 2.0]])).tolist()
    [True, False, False]
    """
    edges = np.concatenate([_edges_of(polygon) for polygon in polygons])
    inside: BoolArray = points_inside(edges, np.ascontiguousarray(points_mm, dtype=np.float64))
    return inside


def _edges_of(polygon: FloatArray) -> FloatArray:
    """Edges (n, 4) of a polygon (n, 2) closed from its last point to its first."""
    points = np.asarray(polygon, dtype=np.float64)
    return read_only(np.hstack([points, np.roll(points, -1, axis=0)]))
