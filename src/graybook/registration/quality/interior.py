"""Contours come in; points inside them, whether points lie inside, and their volume go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.contours import ContourStack
from graybook.registration.quality._kernels import filled

__all__ = ["Interior"]

FINEST_MM, PIXELS = 0.5, 160
"""Pixels of a plane: no finer than this, and about so many along the longer side. [mm]"""

LONE_MM = 3.0
"""Thickness of a structure drawn in one plane only. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Interior:
    """A structure as pixels in the planes of its contours, each plane reaching half-way to the next.

    Parameters
    ----------
    stack
        The contours; at least one polygon.
    """

    stack: ContourStack

    @cached_property
    def _raster(self) -> tuple[FloatArray, FloatArray, float, npt.NDArray[np.uint8]]:
        """Heights of the planes, the first pixel's u and v, the size of a pixel, and the pixels. [mm]"""
        heights, points, starts, levels = self.stack.rings()
        low, high = points.min(axis=0), points.max(axis=0)
        step = max(FINEST_MM, float((high - low).max()) / PIXELS)
        columns, rows = (int(count) for count in np.ceil((high - low) / step) + 1)
        out = np.zeros((len(heights), rows, columns), dtype=np.uint8)
        filled(
            np.ascontiguousarray(points),
            np.ascontiguousarray(starts),
            np.ascontiguousarray(levels),
            float(low[0]),
            float(low[1]),
            step,
            out,
        )
        return heights, low, step, out

    @cached_property
    def _edges(self) -> FloatArray:
        """Where each plane's slab begins, and the last one ends, along the stack. [mm]"""
        heights = self._raster[0]
        if len(heights) == 1:
            return np.array([heights[0] - LONE_MM / 2, heights[0] + LONE_MM / 2])
        middles = 0.5 * (heights[1:] + heights[:-1])
        return np.concatenate([[2 * heights[0] - middles[0]], middles, [2 * heights[-1] - middles[-1]]])

    @property
    def bounds_mm(self) -> FloatArray:
        """Lowest and highest x, y, z of its points, half a plane more on each side (2, 3). [mm]"""
        vertices = self.stack.vertices_mm
        thickest = float(np.diff(self._edges).max())
        return np.array([vertices.min(axis=0) - thickest / 2, vertices.max(axis=0) + thickest / 2])

    @property
    def volume_cm3(self) -> float:
        """Its volume by pixels. [cm³]"""
        _, _, step, pixels = self._raster
        areas = pixels.sum(axis=(1, 2)) * step**2
        return float(np.sum(areas * np.diff(self._edges))) / 1000.0

    @property
    def thickness_mm(self) -> float:
        """Twice its volume by its surface along the planes: the radius of a cylinder, half the thickness of a plate. [mm]"""
        _, _, step, pixels = self._raster
        solid = np.pad(pixels > 0, ((0, 0), (1, 1), (1, 1)))
        steps_out = sum(
            int(np.sum(solid & ~np.roll(solid, shift, axis=axis))) for axis in (1, 2) for shift in (1, -1)
        )
        # a circle of pixels has 4/pi times the circumference of the circle
        return float(2.0 * np.sum(solid) * step / max(steps_out * np.pi / 4.0, 1.0))

    def contains(self, points_mm: FloatArray) -> BoolArray:
        """Whether each point (n, 3) of the frame lies inside; a point that is not a number does not."""
        heights, low, step, pixels = self._raster
        known = np.isfinite(points_mm).all(axis=1)
        inside: BoolArray = np.zeros(len(points_mm), dtype=np.bool_)
        bounds = self.bounds_mm
        known &= ((points_mm >= bounds[0]) & (points_mm <= bounds[1])).all(axis=1)
        at = self.stack.in_stack(points_mm[known])
        plane = np.searchsorted(self._edges, at[:, 2], side="right") - 1
        column, row = np.rint((at[:, :2] - low) / step).astype(np.int64).T
        within = (plane >= 0) & (plane < len(heights))
        within &= (row >= 0) & (row < pixels.shape[1]) & (column >= 0) & (column < pixels.shape[2])
        found = np.zeros(len(at), dtype=np.bool_)
        found[within] = pixels[plane[within], row[within], column[within]] > 0
        inside[known] = found
        return inside

    def points(self, most: int) -> FloatArray:
        """At most so many points (n, 3) spread evenly over the inside, the same ones every time. [mm]"""
        heights, low, step, pixels = self._raster
        plane, row, column = np.nonzero(pixels)
        if len(plane) > most:
            chosen = np.linspace(0, len(plane) - 1, most).round().astype(np.int64)
            plane, row, column = plane[chosen], row[chosen], column[chosen]
        within = np.stack([low[0] + column * step, low[1] + row * step, heights[plane]], axis=1)
        return self.stack.in_frame(within)
