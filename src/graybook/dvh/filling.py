"""Filling: the slabs of a stack come in; weighted samples, each with the box it stands for, go out."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.dvh._kernels import filling as kernels
from graybook.dvh._kernels.reaches import pitched, volume_mm3
from graybook.dvh.slices import Slabs
from graybook.geometry.arrays import BoolArray, FloatArray

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
