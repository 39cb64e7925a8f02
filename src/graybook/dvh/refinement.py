"""Refinement: contours and fields come in; samples dense enough for these fields, and their values there, go out.

Two things decide how dense. The whole curve: samples are added until the two interleaved halves of them give curves
whose half difference is below the tolerance. And the hot end: where one of the fields is hottest, the boxes of the
samples are cut up until 0.03 cm³ rests on some fifty samples, however large the structure is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from graybook.dvh._kernels.quantiles import halves_apart, highest_share
from graybook.dvh.filling import Filling, filling
from graybook.dvh.sampling import StructureSamples, placed
from graybook.dvh.slices import DEFAULT, SliceModel, slabs
from graybook.geometry import ContourStack, Field, FieldSamples
from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = ["TOLERANCE", "HotField", "StructureDoses", "refined_samples", "structure_doses"]

TOLERANCE = 0.002
"""Largest half difference of the curves of the two halves, as a share of the volume, when 0.1 % of the highest dose is let pass."""

FIRST_COUNT, MOST_COUNT = 8_000, 512_000
"""Samples aimed at first, and at most."""

HOT_MM3 = (30.0, 100.0)
"""The volumes whose near-maximum is refined: 0.03 and 0.1 cm³. [mm³]"""

HOT_SAMPLES = 50
"""Samples on which such a near-maximum rests at least."""

MOST_BOXES = 400
"""So many boxes are cut up in one round at most, those with the highest bounds first."""

WIDEST_MM = 8.0
"""Cells are never wider. [mm]"""

MOST_PARTS = 3
"""A box is cut into at most so many parts along each of its sides at once."""

ROUNDS = 6
"""Rounds of cutting up the hottest boxes; each makes a box up to 27 times smaller."""

Doses = tuple[FieldSamples, ...]
"""Values of each field at the same points."""

Values = Callable[[FloatArray], Doses]
"""Every field's values at points of the stack."""


class HotField(Field, Protocol):
    """A field that tells how high it can be near a point."""

    def highest_near(self, points_mm: FloatArray, reach_mm: FloatArray, threshold: float) -> FloatArray:
        """No value within ``reach_mm`` (n, 3) of points (n, 3), each along x, y, z, is higher; coarse below ``threshold``."""
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
    fields: Sequence[HotField],
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
    fields: Sequence[HotField],
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
    axial = contours.is_axial

    def values(points_mm: FloatArray) -> tuple[FieldSamples, ...]:
        frame_mm = points_mm if axial else contours.in_frame(points_mm)
        return tuple(field.sample(frame_mm) for field in fields)

    count = FIRST_COUNT
    while True:
        found = filling(pieces, count, widest_mm=WIDEST_MM)
        inner = values(found.points_mm)
        if count >= MOST_COUNT or all(_apart(found, one) <= tolerance for one in inner):
            break
        count *= 2
    volume_mm3 = float(found.volumes_mm3.sum())
    for number, field in enumerate(fields):
        found, inner = _refined(found, inner, number, field, contours, values)
    if volume_mm3 > 0.0:
        found = replace(found, volumes_mm3=found.volumes_mm3 * (volume_mm3 / float(found.volumes_mm3.sum())))
    samples = placed(found, contours, model)
    outer = tuple(field.sample(samples.extreme_points_mm) for field in fields)
    return StructureDoses(samples=samples, inner=inner, outer=outer)


def _apart(found: Filling, values: FieldSamples) -> float:
    """How far the two halves' curves of a field are from their mean, at the end of rule 9 where it is more."""
    apart = float(halves_apart(values.high, found.volumes_mm3, found.second_half))
    if values.inside.all():
        return apart
    return max(apart, float(halves_apart(values.low, found.volumes_mm3, found.second_half)))


def _refined(
    found: Filling, inner: Doses, number: int, field: HotField, stack: ContourStack, values: Values
) -> tuple[Filling, Doses]:
    """The samples, those boxes cut up that can hold some of the hottest 0.1 cm³ of one field, and all fields there.

    A box that cannot reach the present near-maximum of 0.1 cm³, by a bound on the field around it, never can: the
    near-maximum only rises. So all but the first round is among the boxes that could.
    """
    volumes = found.volumes_mm3
    if volumes.size == 0 or float(volumes.max()) <= HOT_MM3[0] / HOT_SAMPLES:
        return found, inner
    hot_mm3 = [min(hot, 0.5 * float(volumes.sum())) for hot in HOT_MM3]
    dose = inner[number].high
    thresholds = _thresholds(dose, volumes, hot_mm3)
    can = _can_reach(found, field, stack, thresholds)
    hot = can | (dose >= thresholds[-1])
    tail, tail_inner, chosen = found.taken(hot), _taken(inner, hot), can[hot]
    for _ in range(ROUNDS):
        if not chosen.any():
            break
        finer = tail.subdivided(chosen, _parts(float(tail.volumes_mm3[chosen].max())))
        more = values(finer.points_mm)
        tail = Filling.joined(tail.taken(~chosen), finer)
        tail_inner = _joined(_taken(tail_inner, ~chosen), more)
        thresholds = _thresholds(tail_inner[number].high, tail.volumes_mm3, hot_mm3)
        chosen = _can_reach(tail, field, stack, thresholds)
    cold = ~hot
    return Filling.joined(found.taken(cold), tail), _joined(_taken(inner, cold), tail_inner)


def _thresholds(dose: FloatArray, volumes: FloatArray, hot_mm3: Sequence[float]) -> list[float]:
    """The near-maxima of some volumes, falling."""
    return [float(highest_share(dose, volumes, hot)) for hot in hot_mm3]


def _parts(volume_mm3: float) -> int:
    """Into how many parts a box is cut along each side."""
    return min(max(int(np.ceil(np.cbrt(volume_mm3 * HOT_SAMPLES / HOT_MM3[0]))), 2), MOST_PARTS)


def _can_reach(
    found: Filling, field: HotField, stack: ContourStack, thresholds: Sequence[float]
) -> BoolArray:
    """Which boxes are too large for a near-maximum that they may reach: at most :data:`MOST_BOXES`."""
    coarse = np.flatnonzero(found.volumes_mm3 > HOT_MM3[0] / HOT_SAMPLES)
    centres, wide = found.surroundings_mm(coarse)
    if not stack.is_axial:
        centres, wide = stack.in_frame(centres), np.ascontiguousarray(wide @ np.abs(stack.axes.T))
    bounds = field.highest_near(centres, wide, thresholds[-1])
    too_large = np.zeros(coarse.size, dtype=np.bool_)
    for hot, threshold in zip(HOT_MM3, thresholds, strict=True):
        too_large |= (bounds >= threshold) & (found.volumes_mm3[coarse] > hot / HOT_SAMPLES)
    can = np.zeros(len(found.volumes_mm3), dtype=np.bool_)
    order = np.flatnonzero(too_large)
    if order.size > MOST_BOXES:
        order = order[np.argsort(-bounds[order], kind="stable")[:MOST_BOXES]]
    can[coarse[order]] = True
    return can


def _taken(inner: Doses, which: BoolArray) -> Doses:
    """The values at some of the points."""
    return tuple(
        FieldSamples(low=one.low[which], high=one.high[which], inside=one.inside[which]) for one in inner
    )


def _joined(one: Doses, other: Doses) -> Doses:
    """The values at some points and at others."""
    return tuple(
        FieldSamples(
            low=np.concatenate([a.low, b.low]),
            high=np.concatenate([a.high, b.high]),
            inside=np.concatenate([a.inside, b.inside]),
        )
        for a, b in zip(one, other, strict=True)
    )
