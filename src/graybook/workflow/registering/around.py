"""Register, around: a structure's contours and a grid come in; the voxels whose centres lie inside go out."""

from __future__ import annotations

import numpy as np

from graybook.geometry import ContourStack, Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.polygons import interior

__all__ = ["voxels_inside"]

LONE_MM = 3.0
"""Thickness of a structure of one plane. [mm]"""

GAP = 1.5
"""A step this many times the usual one is a gap in the structure."""


def voxels_inside(stack: ContourStack, grid: Grid) -> BoolArray:
    """Voxels of a grid whose centre lies inside the contours, each as thick as half way to its neighbours."""
    inside = np.zeros(grid.shape, dtype=np.bool_)
    if stack.is_empty:
        return inside
    heights = np.array([w for w, _ in stack.planes()])
    polygons = [one for _, one in stack.planes()]
    below, above = _slabs(heights)
    (x0, x1), (y0, y1), (z0, z1) = _box(stack, grid, float((above - below).max()))
    if x1 <= x0 or y1 <= y0:
        return inside
    y, x = np.meshgrid(np.arange(y0, y1), np.arange(x0, x1), indexing="ij")
    for z in range(z0, z1):
        indices = np.stack([x.ravel(), y.ravel(), np.full(x.size, z)], axis=1).astype(np.float64)
        points = stack.in_stack(grid.points_at(indices))
        held = np.zeros(x.size, dtype=np.bool_)
        low, high = float(points[:, 2].min()), float(points[:, 2].max())
        for place in np.flatnonzero((above >= low) & (below <= high)).tolist():
            here = np.flatnonzero((points[:, 2] >= below[place]) & (points[:, 2] < above[place]))
            held[here] |= interior(polygons[place], points[here, :2])
        inside[z, y0:y1, x0:x1] = held.reshape(x.shape)
    return inside


def _slabs(heights_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """From where to where each contour stands: half way to its neighbours, half the usual step at ends and gaps. [mm]"""
    steps = np.diff(heights_mm)
    usual = float(np.median(steps)) if len(steps) else LONE_MM
    halves = np.where(steps > GAP * usual, usual, steps) / 2.0
    return heights_mm - np.append(usual / 2.0, halves), heights_mm + np.append(halves, usual / 2.0)


def _box(stack: ContourStack, grid: Grid, thick_mm: float) -> list[tuple[int, int]]:
    """First and one past the last index along x, y, z that the contours may reach."""
    half = stack.normal * thick_mm / 2.0
    ends = np.concatenate([stack.vertices_mm - half, stack.vertices_mm + half])
    indices = grid.indices_of(ends)
    nz, ny, nx = grid.shape
    return [
        (max(0, int(np.floor(low))), min(count, int(np.ceil(high)) + 1))
        for low, high, count in zip(indices.min(axis=0), indices.max(axis=0), (nx, ny, nz), strict=True)
    ]
