"""Filling: the slabs of a stack come in; weighted samples, each with the box it stands for, go out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.dvh._kernels import filling as kernels
from graybook.dvh._kernels.reaches import pitched, volume_mm3
from graybook.dvh.slices import Slabs
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray

__all__ = ["Filling", "filling", "volume_of_mm3"]

WIDEST_PITCH_MM = 4.0
"""Cells are never wider when nothing refines them, even when a large structure then has more points than aimed at. [mm]"""

SURFACE_STEP_MM = 2.0
"""Longest distance between surface points along a contour. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Filling:
    """Samples in the coordinates of their stack.

    Parameters
    ----------
    slabs
        What they fill.
    points_mm
        Points (n, 3). [mm]
    volumes_mm3
        Volume (n,) that each stands for. [mm³]
    second_half
        Which (n,) belong to the second of two interleaved halves.
    boxes
        Section, least x, least y, width, height of the foot over the plane, thickness (n, 6). [mm]
    """

    slabs: Slabs
    points_mm: FloatArray
    volumes_mm3: FloatArray
    second_half: BoolArray
    boxes: FloatArray

    @staticmethod
    def joined(one: Filling, other: Filling) -> Filling:
        """Samples of the same slabs, together."""
        return Filling(
            slabs=one.slabs,
            points_mm=np.concatenate([one.points_mm, other.points_mm]),
            volumes_mm3=np.concatenate([one.volumes_mm3, other.volumes_mm3]),
            second_half=np.concatenate([one.second_half, other.second_half]),
            boxes=np.concatenate([one.boxes, other.boxes]),
        )

    def taken(self, which: BoolArray) -> Filling:
        """Some of the samples."""
        return Filling(
            slabs=self.slabs,
            points_mm=self.points_mm[which],
            volumes_mm3=self.volumes_mm3[which],
            second_half=self.second_half[which],
            boxes=self.boxes[which],
        )

    def surroundings_mm(self, which: IntArray) -> tuple[FloatArray, FloatArray]:
        """Centres and half widths (m, 3) of upright blocks that hold the boxes of some samples. [mm]"""
        own = self.slabs
        centres, wide = kernels.surroundings(own.heights_mm, own.courses, self.boxes[which])
        return centres, wide

    def subdivided(self, which: BoolArray, parts: int) -> Filling:
        """Some samples in place of which their boxes, cut into ``parts`` along each side, are sampled, and they alone."""
        own = self.slabs
        points, volumes, halves, boxes = kernels.subdivided(
            own.edges, own.begin, own.heights_mm, own.courses, self.boxes[which], parts
        )
        return Filling(slabs=own, points_mm=points, volumes_mm3=volumes, second_half=halves, boxes=boxes)

    def surface_mm(self) -> FloatArray:
        """Points (m, 3) of contours, slab faces, ends and tips. [mm]"""
        own = self.slabs
        found: FloatArray = kernels.surface(
            own.edges, own.begin, own.heights_mm, own.lengths_mm, own.courses, own.faces, SURFACE_STEP_MM
        )
        return found


def volume_of_mm3(slabs: Slabs) -> float:
    """Roughly the volume of all slabs, for choosing how many samples. [mm³]"""
    return float(volume_mm3(slabs.states, slabs.lengths_mm, slabs.courses))


def filling(slabs: Slabs, count: int, *, widest_mm: float = WIDEST_PITCH_MM) -> Filling:
    """About ``count`` samples of the slabs, more where their cells would be wider than ``widest_mm``."""
    pitch, layers = pitched(slabs.states, slabs.lengths_mm, volume_of_mm3(slabs), count, widest_mm)
    points, volumes, halves, boxes = kernels.filled(
        slabs.edges,
        slabs.begin,
        slabs.states,
        slabs.heights_mm,
        slabs.lengths_mm,
        slabs.courses,
        layers,
        pitch,
    )
    return Filling(slabs=slabs, points_mm=points, volumes_mm3=volumes, second_half=halves, boxes=boxes)
