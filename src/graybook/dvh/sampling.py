"""Sampling: a contour stack comes in; weighted sample points of its interior and points of its surface go out, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.dvh._kernels.filling import moulded_points, slab_points
from graybook.dvh.reach import Reach
from graybook.dvh.slices import DEFAULT, Slab, SliceModel, slabs
from graybook.errors import InputError
from graybook.geometry import ContourStack
from graybook.geometry.arrays import FloatArray, read_only
from graybook.units import CM3_PER_MM3

__all__ = ["StructureSamples", "structure_samples", "usual_count"]

LEAST_COUNT, MOST_COUNT = 20_000, 300_000
"""Sample points aimed at for the smallest and the largest structures."""

LEAST_COUNT_CM3 = 0.1
"""Volume up to which the least count is aimed at; above it the count grows as the volume's cube root. [cm³]"""

WIDEST_PITCH_MM = 4.0
"""Cells are never wider, even when a large structure then has more points than aimed at. [mm]"""

SURFACE_STEP_MM = 2.0
"""Longest distance between surface points along a contour. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class StructureSamples:
    """A structure as weighted points of one frame; any field is sampled at them directly.

    Parameters
    ----------
    frame
        Frame of Reference UID.
    points_mm
        Interior points (n, 3), xyz, LPS. [mm]
    volumes_cm3
        Volume (n,) that each interior point stands for. [cm³]
    extreme_points_mm
        Points (m, 3) on the surface: contours, slab faces, ends and tips; for minimum and maximum only. [mm]
    model
        What the stack was taken to mean between and beyond its planes.
    """

    frame: str
    points_mm: FloatArray
    volumes_cm3: FloatArray
    extreme_points_mm: FloatArray
    model: SliceModel = DEFAULT

    def __post_init__(self) -> None:
        for name in ("points_mm", "volumes_cm3", "extreme_points_mm"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        n = len(self.volumes_cm3)
        if self.points_mm.shape != (n, 3) or self.extreme_points_mm.shape[1:] != (3,):
            raise InputError(
                "Sample points and their volumes disagree.",
                value=(self.points_mm.shape, self.volumes_cm3.shape, self.extreme_points_mm.shape),
                remedy="Give points (n, 3), volumes (n,) and extreme points (m, 3).",
            )

    @property
    def volume_cm3(self) -> float:
        """Volume of the structure. [cm³]"""
        return float(self.volumes_cm3.sum())


def usual_count(volume_cm3: float) -> int:
    """Sample points aimed at for a structure of this volume.

    Examples
    --------
    >>> usual_count(0.05), usual_count(0.8), usual_count(14000.0)
    (20000, 40000, 300000)
    """
    growth = float(np.cbrt(max(volume_cm3 / LEAST_COUNT_CM3, 1.0)))
    return min(round(LEAST_COUNT * growth), MOST_COUNT)


def structure_samples(
    contours: ContourStack,
    *,
    model: SliceModel = DEFAULT,
    target_count: int | None = None,
    slice_thickness_mm: float | None = None,
) -> StructureSamples:
    """The sample points of a structure, in an order that depends on the contours alone.

    Parameters
    ----------
    contours
        The stack; polygons of one plane combine by exclusive or.
    model
        What lies between and beyond the planes.
    target_count
        Sample points aimed at; by default :func:`usual_count` of the volume.
    slice_thickness_mm
        Slice spacing of the image, the thickness of a structure of one plane; 1 mm when not known. [mm]
    """
    pieces = slabs(contours, model=model, slice_thickness_mm=slice_thickness_mm)
    volume_mm3 = sum(_volume_mm3(slab) for slab in pieces)
    count = target_count if target_count is not None else usual_count(volume_mm3 * CM3_PER_MM3)
    pitch = _pitch_mm(pieces, volume_mm3, count)
    filled: list[FloatArray] = [np.empty((0, 4))]
    start = 0
    for slab in pieces:
        length = slab.below.length_mm + slab.above.length_mm
        if slab.section.area_mm2 <= 0.0 or length <= 0.0:
            continue
        layers = _layers(length, pitch)
        filled.append(_interior(slab, pitch, layers, start))
        start += layers
    surface = [np.empty((0, 3)), *(face for slab in pieces for face in _surface(slab))]
    samples = np.concatenate(filled)
    return StructureSamples(
        frame=contours.frame,
        points_mm=_placed(contours, samples[:, :3]),
        volumes_cm3=samples[:, 3] * CM3_PER_MM3,
        extreme_points_mm=_placed(contours, np.concatenate(surface)),
        model=model,
    )


def _placed(contours: ContourStack, points_mm: FloatArray) -> FloatArray:
    """Points in the planes' own coordinates as points of the frame. [mm]"""
    return points_mm if contours.is_axial else contours.in_frame(points_mm)


def _volume_mm3(slab: Slab) -> float:
    """Roughly the volume of a slab, for choosing the pitch: a taper counts half. [mm³]"""
    lengths = [reach.length_mm * (0.5 if reach.tip else 1.0) for reach in (slab.below, slab.above)]
    return slab.section.area_mm2 * sum(lengths)


def _layers(length_mm: float, pitch_mm: float) -> int:
    """Sub-slices of a slab: no thicker than the cells are wide."""
    return max(1, int(np.ceil(length_mm / pitch_mm - 1e-9)))


def _pitch_mm(pieces: Sequence[Slab], volume_mm3: float, count: int) -> float:
    """Cell width that gives about ``count`` points in all. [mm]"""
    pitch = float(np.cbrt(max(volume_mm3, 1e-9) / count))
    for _ in range(3):
        made = 0.0
        for slab in pieces:
            length = slab.below.length_mm + slab.above.length_mm
            if length > 0.0:
                made += slab.section.area_mm2 / pitch**2 * _layers(length, pitch)
        pitch *= float(np.sqrt(max(made, 1e-9) / count)) if made > count else 1.0
    return min(pitch, WIDEST_PITCH_MM)


def _interior(slab: Slab, pitch_mm: float, layers: int, start: int) -> FloatArray:
    """Points and volumes (n, 4) of a slab. [mm, mm³]"""
    filled: FloatArray = slab_points(
        slab.section.edges,
        slab.z_mm,
        slab.below.course,
        slab.below.length_mm,
        slab.above.course,
        slab.above.length_mm,
        slab.section.area_mm2,
        pitch_mm,
        layers,
        start,
    )
    return filled


def _surface(slab: Slab) -> list[FloatArray]:
    """Points on the contour in its plane and where the slab ends below and above. [mm]"""
    edges = slab.section.edges
    lengths = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    parts = np.maximum(np.ceil(lengths / SURFACE_STEP_MM).astype(np.int64), 1)
    row = np.repeat(np.arange(len(edges)), parts)
    share = (np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[row]
    xy = edges[row, :2] + share[:, None] * (edges[row, 2:] - edges[row, :2])
    faces = [np.column_stack([xy, np.full(len(xy), slab.z_mm)])]
    for reach, sign in ((slab.below, -1.0), (slab.above, 1.0)):
        if reach.length_mm > 0.0:
            faces.append(_carried(xy, slab.z_mm, sign, reach))
    return faces


def _carried(xy: FloatArray, z_mm: float, sign: float, reach: Reach) -> FloatArray:
    """Contour points carried to the end of a reach. [mm]"""
    carried: FloatArray = moulded_points(xy, z_mm, sign, reach.course, reach.length_mm)
    return carried
