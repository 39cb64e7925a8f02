"""Pictures: the reference course, the sum and the most loaded organ come in; three planes through it go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from contourpy import contour_generator

from graybook.errors import InputError
from graybook.geometry import ContourStack, Field, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.record import Course, Structure
from graybook.report.material import Plane, PlaneContour

__all__ = ["planes_through"]

MARGIN_MM = 60.0
"""Shown around the dose grid's or image's middle when there is no image. [mm]"""

STEP_MM = 1.5
"""Pixel of the pictures. [mm]"""

AXES = {"axial": (0, 1, 2), "coronal": (0, 2, 1), "sagittal": (1, 2, 0)}
"""Horizontal, vertical and normal axis (x, y, z) of each plane."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    name: str
    axes: tuple[int, int, int]
    position_mm: float
    horizontal_mm: FloatArray
    vertical_mm: FloatArray

    def points(self) -> FloatArray:
        """Points (rows·columns, 3) of the pixels. [mm]"""
        across, down = np.meshgrid(self.horizontal_mm, self.vertical_mm)
        points = np.empty((across.size, 3))
        points[:, self.axes[0]] = across.ravel()
        points[:, self.axes[1]] = down.ravel()
        points[:, self.axes[2]] = self.position_mm
        return points


def planes_through(
    point_mm: FloatArray,
    *,
    reference: Course,
    dose: Field | None,
    dose_grid: Grid | None,
    structures: Sequence[Structure],
) -> tuple[Plane, ...]:
    """Axial, coronal and sagittal planes of the reference's frame through a point (xyz, mm); none without image and dose."""
    image = _image(reference)
    grid = image.grid if image is not None else dose_grid
    if grid is None:
        return ()
    low, high = _extent(grid)
    stacks = _stacks(structures)
    return tuple(_plane(name, point_mm, low, high, image, dose, stacks) for name in AXES)


def _image(reference: Course) -> GridField | None:
    for image in reference.images:
        try:
            return GridField(grid=image.grid, values=image.voxels())
        except InputError:
            continue
    return None


def _extent(grid: Grid) -> tuple[FloatArray, FloatArray]:
    last = np.array([grid.shape[2] - 1, grid.shape[1] - 1, grid.shape[0] - 1], dtype=np.float64)
    corners = np.array([[x, y, z] for x in (0, last[0]) for y in (0, last[1]) for z in (0, last[2])])
    points = grid.points_at(corners)
    return points.min(axis=0), points.max(axis=0)


def _stacks(structures: Sequence[Structure]) -> list[tuple[Structure, ContourStack]]:
    stacks = []
    for structure in structures:
        try:
            contours = structure.contours()
        except InputError:
            continue
        if not contours.is_empty:
            stacks.append((structure, contours))
    return stacks


def _plane(
    name: str,
    point_mm: FloatArray,
    low: FloatArray,
    high: FloatArray,
    image: GridField | None,
    dose: Field | None,
    stacks: Sequence[tuple[Structure, ContourStack]],
) -> Plane:
    across, down, normal = AXES[name]
    view = _View(
        name=name,
        axes=AXES[name],
        position_mm=float(point_mm[normal]),
        horizontal_mm=np.arange(low[across], high[across] + STEP_MM / 2, STEP_MM),
        vertical_mm=np.arange(low[down], high[down] + STEP_MM / 2, STEP_MM),
    )
    points = view.points()
    shape = (len(view.vertical_mm), len(view.horizontal_mm))
    contours = tuple(
        PlaneContour(structure=structure.name, kind=structure.kind, polylines=lines)
        for structure, stack in stacks
        if (lines := _outlines(stack, view))
    )
    return Plane(
        name=name,
        position_mm=view.position_mm,
        horizontal_mm=view.horizontal_mm,
        vertical_mm=view.vertical_mm,
        image=None if image is None else image.sample(points).low.reshape(shape),
        dose_gy=None if dose is None else _dose(dose, points).reshape(shape),
        contours=contours,
    )


def _dose(dose: Field, points: FloatArray) -> FloatArray:
    samples = dose.sample(points)
    return np.where(samples.inside | (samples.low > 0), samples.low, np.nan)


def _outlines(stack: ContourStack, view: _View) -> tuple[FloatArray, ...]:
    if view.name == "axial":
        planes = stack.planes()
        spacing = min((b[0] - a[0] for a, b in pairwise(planes)), default=3.0)
        nearest = min(planes, key=lambda plane: abs(plane[0] - view.position_mm))
        return nearest[1] if abs(nearest[0] - view.position_mm) <= spacing / 2 + 1e-6 else ()
    return _cut(stack, view)


def _cut(stack: ContourStack, view: _View) -> tuple[FloatArray, ...]:
    """Outlines on a coronal or sagittal plane: the chords of each contour, as thick as its slice, traced around."""
    planes = stack.planes()
    heights = np.array([z for z, _ in planes])
    thickness = float(np.median(np.diff(heights))) if len(heights) > 1 else 3.0
    across, normal = view.axes[0], view.axes[2]
    mask = np.zeros((len(view.vertical_mm), len(view.horizontal_mm)))
    for z, polygons in planes:
        rows = np.abs(view.vertical_mm - z) <= thickness / 2 + 1e-6
        crossings = sorted(
            crossing
            for polygon in polygons
            for crossing in _crossings(polygon[:, across], polygon[:, normal], view.position_mm)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            columns = (view.horizontal_mm >= left) & (view.horizontal_mm <= right)
            mask[np.ix_(rows, columns)] = 1.0
    lines = contour_generator(view.horizontal_mm, view.vertical_mm, mask).lines(0.5)
    return tuple(np.asarray(line, dtype=np.float64) for line in lines)


def _crossings(along: FloatArray, normal: FloatArray, position_mm: float) -> list[float]:
    other_along, other_normal = np.roll(along, -1), np.roll(normal, -1)
    hit = (normal <= position_mm) != (other_normal <= position_mm)
    share = (position_mm - normal[hit]) / (other_normal[hit] - normal[hit])
    return [float(value) for value in along[hit] + share * (other_along[hit] - along[hit])]
