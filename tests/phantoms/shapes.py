"""Shapes: radii and corners come in, axial polygons with the exact area of each slice go out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["Shape", "box", "cylinder", "rotation", "rotation_z", "sphere"]

Point = Sequence[float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """A solid with a closed form.

    ``polygon_at(z)`` gives its outline (n, 2) in the axial plane z, or None; ``low_mm``/``high_mm`` are its extent in z.
    """

    polygon_at: Callable[[float], FloatArray | None]
    low_mm: float
    high_mm: float
    volume_cm3: float

    def contours(self, slice_mm: float) -> tuple[FloatArray, ...]:
        """Polygons (n, 3) in the planes z = k·slice_mm that cut the solid. [mm]"""
        first, last = math.ceil(self.low_mm / slice_mm - 1e-9), math.floor(self.high_mm / slice_mm + 1e-9)
        found = []
        for k in range(first, last + 1):
            outline = self.polygon_at(k * slice_mm)
            if outline is not None:
                found.append(np.column_stack([outline, np.full(len(outline), k * slice_mm)]))
        return tuple(found)


def _circle(centre: Point, radius: float, n_points: int) -> FloatArray:
    """A regular polygon with the area of the circle."""
    angles = 2 * np.pi * (np.arange(n_points) + 0.5) / n_points
    grown = radius * math.sqrt(2 * np.pi / n_points / math.sin(2 * np.pi / n_points))
    return np.column_stack([centre[0] + grown * np.cos(angles), centre[1] + grown * np.sin(angles)])


def sphere(centre: Point, radius: float, n_points: int = 240) -> Shape:
    """A ball. [mm]"""

    def polygon_at(z: float) -> FloatArray | None:
        squared = radius**2 - (z - centre[2]) ** 2
        return _circle(centre, math.sqrt(squared), n_points) if squared > 1e-6 * radius**2 else None

    return Shape(
        polygon_at=polygon_at,
        low_mm=centre[2] - radius,
        high_mm=centre[2] + radius,
        volume_cm3=4 / 3 * math.pi * radius**3 / 1000,
    )


def cylinder(centre: Point, radius: float, length: float, n_points: int = 240) -> Shape:
    """An upright cylinder of ``length`` along z, centred. [mm]

    Its drawn planes stand for half a slice on either side: choose ``length`` as (number of planes) x slice_mm.
    """
    half = length / 2
    return Shape(
        polygon_at=lambda z: _circle(centre, radius, n_points),
        low_mm=centre[2] - half,
        high_mm=centre[2] + half,
        volume_cm3=math.pi * radius**2 * length / 1000,
    )


def box(low: Point, high: Point) -> Shape:
    """An upright box between two corners. [mm]"""
    corners = np.array(
        [[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]], dtype=float
    )
    return Shape(
        polygon_at=lambda z: corners,
        low_mm=low[2],
        high_mm=high[2],
        volume_cm3=float(np.prod(np.subtract(high, low))) / 1000,
    )


def rotation(axis: Point, degrees: float, shift_mm: Point = (0.0, 0.0, 0.0)) -> FloatArray:
    """A 4x4 matrix: right-handed turn about ``axis`` through the origin, then a shift (Rodrigues' formula)."""
    x, y, z = np.asarray(axis, dtype=float) / np.linalg.norm(axis)
    angle = math.radians(degrees)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    matrix = np.eye(4)
    matrix[:3, :3] = np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross
    matrix[:3, 3] = shift_mm
    return matrix


def rotation_z(degrees: float, shift_mm: Point = (0.0, 0.0, 0.0)) -> FloatArray:
    """A 4x4 matrix: turn about z, then a shift. [mm]"""
    return rotation((0.0, 0.0, 1.0), degrees, shift_mm)
