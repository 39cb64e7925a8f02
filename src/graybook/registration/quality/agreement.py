"""A transform and what should agree under it come in: landmarks, the way back, contours; how far they do not goes out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.transform import Transform
from graybook.registration.quality.interior import Interior

__all__ = ["Overlap", "inconsistencies_mm", "landmark_errors_mm", "overlap"]

NODES = 120_000
"""Nodes of the lattice on which two delineations are compared, about."""

FINEST_MM = 0.7
"""Its least pitch. [mm]"""

SEARCH_NODES = 60_000
"""Nodes of the coarse lattice on which a propagated structure is looked for."""


class Overlap(NamedTuple):
    """How a structure propagated from the moving image agrees with the one delineated on the fixed image.

    Parameters
    ----------
    dice
        Twice the common volume by the sum of both.
    mean_mm, p95_mm
        Mean and 95th percentile of the distances between both surfaces, taken both ways together. [mm]
    """

    dice: float
    mean_mm: float
    p95_mm: float


def landmark_errors_mm(transform: Transform, fixed_mm: FloatArray, moving_mm: FloatArray) -> FloatArray:
    """Distance between each landmark carried from the fixed image and its partner; infinite where it cannot be carried."""
    moved = transform.apply(np.asarray(fixed_mm, dtype=np.float64), frame=transform.from_frame)
    errors = np.linalg.norm(moved - moving_mm, axis=1)
    return np.where(np.isfinite(errors), errors, np.inf)


def inconsistencies_mm(forward: Transform, backward: Transform, points_mm: FloatArray) -> FloatArray:
    """Distance between each point and where it returns to, there and back; NaN where either way is not defined. [mm]"""
    there = forward.apply(points_mm, frame=forward.from_frame)
    known = np.isfinite(there).all(axis=1)
    missed = np.full(len(points_mm), np.nan)
    back = backward.apply(there[known], frame=backward.from_frame)
    missed[known] = np.linalg.norm(back - points_mm[known], axis=1)
    return missed


def overlap(fixed: Interior, moving: Interior, transform: Transform) -> Overlap:
    """Agreement of a structure with its partner, pulled back: the partner holds the points that are carried into it."""
    low, high = fixed.bounds_mm
    bounds = _pulled_back_bounds(moving, transform, low, high)
    low, high = np.minimum(low, bounds[0]), np.maximum(high, bounds[1])
    pitch = max(FINEST_MM, float(np.prod(high - low) / NODES) ** (1 / 3))
    points, shape = _nodes(low, high, pitch)
    ours = fixed.contains(points).reshape(shape)
    moved = transform.apply(points, frame=transform.from_frame)
    theirs = moving.contains(moved).reshape(shape)
    total = int(ours.sum()) + int(theirs.sum())
    if not ours.any() or not theirs.any():
        return Overlap(0.0, np.inf, np.inf)
    distances = np.concatenate([_surface_mm(ours, theirs, pitch), _surface_mm(theirs, ours, pitch)])
    return Overlap(
        2.0 * int((ours & theirs).sum()) / total,
        float(distances.mean()),
        float(np.percentile(distances, 95)),
    )


def _pulled_back_bounds(
    moving: Interior, transform: Transform, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Bounds of the points near a structure that are carried into its partner; the structure's own when there are none. [mm]"""
    reach = 0.5 * (high - low) + 50.0
    wide_low, wide_high = low - reach, high + reach
    pitch = float(np.prod(wide_high - wide_low) / SEARCH_NODES) ** (1 / 3)
    points, _ = _nodes(wide_low, wide_high, pitch)
    moved = transform.apply(points, frame=transform.from_frame)
    bounds = moving.bounds_mm
    near: BoolArray = ((moved >= bounds[0] - pitch) & (moved <= bounds[1] + pitch)).all(axis=1)
    if not near.any():
        return low, high
    return points[near].min(axis=0) - pitch, points[near].max(axis=0) + pitch


def _nodes(low: FloatArray, high: FloatArray, pitch: float) -> tuple[FloatArray, tuple[int, int, int]]:
    """Nodes (n, 3) of a lattice between two corners, x fastest, and its shape, zyx."""
    axes = [np.arange(low[k] - pitch, high[k] + 2 * pitch, pitch) for k in (2, 1, 0)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1), (len(axes[0]), len(axes[1]), len(axes[2]))


def _surface_mm(ours: BoolArray, theirs: BoolArray, pitch: float) -> FloatArray:
    """Distance of each surface node of one body from the nearest surface node of the other. [mm]"""
    from scipy.ndimage import binary_erosion, distance_transform_edt

    edge = ours & ~binary_erosion(ours)
    other = theirs & ~binary_erosion(theirs)
    return np.asarray(distance_transform_edt(~other)[edge] * pitch)
