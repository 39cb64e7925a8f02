"""Sampling: a contour stack comes in; weighted sample points of its interior and points of its surface go out, once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graybook.dvh.filling import Filling, filling, volume_of_mm3
from graybook.dvh.slices import DEFAULT, SliceModel, slabs
from graybook.errors import InputError
from graybook.geometry import ContourStack
from graybook.geometry.arrays import BoolArray, FloatArray, read_only_view
from graybook.units import CM3_PER_MM3

__all__ = ["StructureSamples", "placed", "structure_samples", "usual_count"]

LEAST_COUNT, MOST_COUNT = 20_000, 300_000
"""Sample points aimed at for the smallest and the largest structures."""

LEAST_COUNT_CM3 = 0.1
"""Volume up to which the least count is aimed at; above it the count grows as the volume's cube root. [cm³]"""


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
    second_half
        Which interior points (n,) belong to the second of two interleaved halves, each of which samples the whole
        structure; half of what they differ by is the sampling error. By default every other point.
    model
        What the stack was taken to mean between and beyond its planes.
    """

    frame: str
    points_mm: FloatArray
    volumes_cm3: FloatArray
    extreme_points_mm: FloatArray
    second_half: BoolArray = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    model: SliceModel = DEFAULT

    def __post_init__(self) -> None:
        for name in ("points_mm", "volumes_cm3", "extreme_points_mm"):
            object.__setattr__(self, name, read_only_view(getattr(self, name)))
        n = len(self.volumes_cm3)
        halves = np.array(self.second_half) if self.second_half.size else np.arange(n) % 2 == 1
        halves.setflags(write=False)
        object.__setattr__(self, "second_half", halves)
        if self.points_mm.shape != (n, 3) or self.extreme_points_mm.shape[1:] != (3,) or halves.shape != (n,):
            raise InputError(
                "Sample points and their volumes disagree.",
                value=(
                    self.points_mm.shape,
                    self.volumes_cm3.shape,
                    self.extreme_points_mm.shape,
                    halves.shape,
                ),
                remedy="Give points (n, 3), volumes and halves (n,) and extreme points (m, 3).",
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
    count = target_count or usual_count(volume_of_mm3(pieces) * CM3_PER_MM3)
    return placed(filling(pieces, count), contours, model)


def placed(samples: Filling, contours: ContourStack, model: SliceModel) -> StructureSamples:
    """Samples of a stack in the frame of its contours, with the points of the surface."""
    points, faces = samples.points_mm, samples.surface_mm()
    return StructureSamples(
        frame=contours.frame,
        points_mm=points if contours.is_axial else contours.in_frame(points),
        volumes_cm3=samples.volumes_mm3 * CM3_PER_MM3,
        extreme_points_mm=faces if contours.is_axial else contours.in_frame(faces),
        second_half=samples.second_half,
        model=model,
    )
