"""Refinement: contours and fields come in; samples dense enough for these fields, and their values there, go out.

Two things decide how dense. The whole curve: samples are added until the two interleaved halves of them give curves
whose half difference is below the tolerance. And the hot end: where one of the fields is hottest, the boxes of the
samples are cut up until 0.03 cm³ rests on some fifty samples, however large the structure is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from graybook.dvh._kernels.hottest import hottest
from graybook.dvh._kernels.quantiles import halves_apart
from graybook.dvh.filling import Filling, filling
from graybook.dvh.sampling import StructureSamples, placed
from graybook.dvh.slices import DEFAULT, SliceModel, slabs
from graybook.geometry import ContourStack, Field, FieldSamples
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.field import Lattice

__all__ = ["TOLERANCE", "LatticeField", "StructureDoses", "refined_samples", "structure_doses"]

TOLERANCE = 0.002
"""Largest half difference of the two halves: of their curves, as a share of the volume, where 0.1 % of the
highest dose is let pass; of their means, as a share of them, twice as much.
"""

FIRST_COUNT, MOST_COUNT = 40_000, 512_000
"""Samples aimed at first, and at most."""

HOT_MM3: FloatArray = np.array([30.0, 100.0])
"""The volumes whose near-maximum is refined: 0.03 and 0.1 cm³. [mm³]"""

HOT_SAMPLES = 50.0
"""Samples on which such a near-maximum rests at least."""

MOST_BOXES, ROUNDS = 48, 8
"""So many boxes are cut up in one round at most, those that can be hottest first; each round makes a box eight times smaller."""

WIDEST_MM = 8.0
"""Cells are never wider. [mm]"""

Doses = tuple[FieldSamples, ...]
"""Values of each field at the same points."""


class LatticeField(Field, Protocol):
    """A field on a grid, perhaps seen through a transform."""

    def lattice(self, matrix: FloatArray) -> Lattice:
        """The grid as kernels take it, for points that ``matrix`` (4x4, homogeneous, in mm) carries into this field's frame."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class StructureDoses:
    """The samples of a structure and the values of fields at them.

    Parameters
    ----------
    samples
        The samples.
    inner
        For each field its values at the interior points (n,).
    outer
        For each field its values at the points of the surface (m,).
    """

    samples: StructureSamples
    inner: tuple[FieldSamples, ...]
    outer: tuple[FieldSamples, ...]


def refined_samples(
    contours: ContourStack,
    fields: Sequence[LatticeField],
    *,
    model: SliceModel = DEFAULT,
    tolerance: float = TOLERANCE,
    slice_thickness_mm: float | None = None,
) -> StructureSamples:
    """The samples of :func:`structure_doses` alone."""
    return structure_doses(
        contours, fields, model=model, tolerance=tolerance, slice_thickness_mm=slice_thickness_mm
    ).samples


def structure_doses(
    contours: ContourStack,
    fields: Sequence[LatticeField],
    *,
    model: SliceModel = DEFAULT,
    tolerance: float = TOLERANCE,
    slice_thickness_mm: float | None = None,
) -> StructureDoses:
    """Samples of a structure, refined for some fields of its frame, and the fields' values there.

    Parameters
    ----------
    contours
        The stack; polygons of one plane combine by exclusive or.
    fields
        What will be evaluated on the samples.
    model
        What lies between and beyond the planes.
    tolerance
        How far each curve may move, as a share of the volume, if all samples were others.
    slice_thickness_mm
        Slice spacing of the image, the thickness of a structure of one plane; 1 mm when not known. [mm]
    """
    pieces = slabs(contours, model=model, slice_thickness_mm=slice_thickness_mm)
    axes = np.eye(4)
    axes[:3, :3] = contours.axes
    count = FIRST_COUNT
    while True:
        found = filling(pieces, count, widest_mm=WIDEST_MM)
        inner = _doses(found, fields, contours)
        apart = max((_apart(found, one) for one in inner), default=0.0)
        if count >= MOST_COUNT or apart <= tolerance:
            break
        # the curves of n samples are apart by about n to the power of -2/3
        count = min(round(count * min(max((apart / tolerance) ** 1.5, 1.5), 8.0)), MOST_COUNT)
    for number, field in enumerate(fields):
        found, inner = _refined(found, inner, number, fields, field.lattice(axes), contours)
    samples = placed(found, contours, model)
    outer = tuple(field.sample(samples.extreme_points_mm) for field in fields)
    return StructureDoses(samples=samples, inner=inner, outer=outer)


def _doses(found: Filling, fields: Sequence[LatticeField], contours: ContourStack) -> Doses:
    """Every field's values at samples of a stack."""
    points = found.points_mm if contours.is_axial else contours.in_frame(found.points_mm)
    return tuple(field.sample(points) for field in fields)


def _apart(found: Filling, values: FieldSamples) -> float:
    """How far the two halves' curves and means are from those of both, at the end of rule 9 where it is more."""
    ends = [values.high] if values.inside.all() else [values.high, values.low]
    return max(float(halves_apart(end, found.volumes_mm3, found.second_half)) for end in ends)


def _refined(
    found: Filling,
    inner: Doses,
    number: int,
    fields: Sequence[LatticeField],
    lattice: Lattice,
    contours: ContourStack,
) -> tuple[Filling, Doses]:
    """The samples, those boxes cut up that can hold some of the hottest 0.1 cm³ of one field, and all fields there."""
    own, volumes = found.slabs, found.volumes_mm3
    if volumes.size == 0 or float(volumes.max()) <= HOT_MM3[0] / HOT_SAMPLES:
        return found, inner
    stays, points, weights, halves, boxes = hottest(
        own.edges,
        own.begin,
        own.heights_mm,
        own.courses,
        found.boxes,
        volumes,
        inner[number].high,
        *lattice,
        HOT_MM3,
        HOT_SAMPLES,
        MOST_BOXES,
        ROUNDS,
    )
    if not weights.size:
        return found, inner
    finer = Filling(slabs=own, points_mm=points, volumes_mm3=weights, second_half=halves, boxes=boxes)
    joined = Filling(
        slabs=own,
        points_mm=np.concatenate([found.points_mm[stays], points]),
        volumes_mm3=np.concatenate([volumes[stays], weights]),
        second_half=np.concatenate([found.second_half[stays], halves]),
        boxes=np.concatenate([found.boxes[stays], boxes]),
    )
    share = float(volumes.sum()) / float(joined.volumes_mm3.sum())
    joined = replace(joined, volumes_mm3=joined.volumes_mm3 * share)
    both = (_joined(old, stays, new) for old, new in zip(inner, _doses(finer, fields, contours), strict=True))
    return joined, tuple(both)


def _joined(old: FieldSamples, stays: BoolArray, new: FieldSamples) -> FieldSamples:
    """The values at the samples that stay and at the new ones."""
    return FieldSamples(
        low=np.concatenate([old.low[stays], new.low]),
        high=np.concatenate([old.high[stays], new.high]),
        inside=np.concatenate([old.inside[stays], new.inside]),
    )
