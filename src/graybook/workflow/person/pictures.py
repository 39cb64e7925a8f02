"""Pictures: the reference course, the sum and the most loaded organ come in; three planes through it go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from contourpy import contour_generator

from graybook.errors import InputError
from graybook.geometry import ContourStack, Field, Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.polygons import interior
from graybook.record import Course, Structure
from graybook.report.material import Plane, PlaneContour

__all__ = ["planes_through"]

STEP_MM = 1.5
"""Pixel of the pictures. [mm]"""

LONE_MM = 3.0
"""Thickness shown of a structure of one plane. [mm]"""

GAP = 1.5
"""A step this many times the usual one is a gap in the structure, and is left open."""

ALONG = 1e-6
"""How far the cosine of a picture's and a stack's normals may be from one to lie in one plane."""

AIR_HU = -1000.0
"""Shown where the image does not reach. [HU]"""

SHOWN = (-160.0, 240.0)
"""Values without a unit of their own (MR, PET, NM) are shown from their 1st to their 99th percentile over this window. [HU]"""

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
    """The first CT that can be read, else the first image of another kind."""
    for image in sorted(reference.images, key=lambda one: one.modality != "CT"):
        try:
            values = image.voxels()
        except InputError:
            continue
        return GridField(grid=image.grid, values=values if image.modality == "CT" else _windowed(values))
    return None


def _windowed(values: FloatArray) -> FloatArray:
    low, high = np.percentile(values, [1.0, 99.0])
    return np.asarray(SHOWN[0] + (values - low) * ((SHOWN[1] - SHOWN[0]) / max(float(high - low), 1e-9)))


def _shown(image: GridField, points: FloatArray) -> FloatArray:
    samples = image.sample(points)
    return np.where(samples.inside, samples.low, AIR_HU)


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
        image=None if image is None else _shown(image, points).reshape(shape),
        dose_gy=None if dose is None else _dose(dose, points).reshape(shape),
        contours=contours,
    )


def _dose(dose: Field, points: FloatArray) -> FloatArray:
    samples = dose.sample(points)
    return np.where(samples.inside | (samples.low > 0), samples.low, np.nan)


def _outlines(stack: ContourStack, view: _View) -> tuple[FloatArray, ...]:
    """The outlines of a structure in the picture's plane: the nearest contours as drawn, or a cut through all of them."""
    if abs(float(stack.normal[view.axes[2]])) >= 1.0 - ALONG:
        return _drawn(stack, view)
    return _cut(stack, view)


def _drawn(stack: ContourStack, view: _View) -> tuple[FloatArray, ...]:
    planes = stack.planes()
    height_mm = view.position_mm * float(stack.normal[view.axes[2]])
    below, above = _slabs(np.array([w for w, _ in planes]))
    for (w, polygons), low, high in zip(planes, below, above, strict=True):
        if low - 1e-6 <= height_mm <= high + 1e-6:
            places = [stack.in_frame(np.column_stack([one, np.full(len(one), w)])) for one in polygons]
            return tuple(place[:, list(view.axes[:2])] for place in places)
    return ()


def _slabs(heights_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """From where to where each contour stands: half way to its neighbours, half the usual step at ends and gaps. [mm]"""
    steps = np.diff(heights_mm)
    usual = float(np.median(steps)) if len(steps) else LONE_MM
    halves = np.where(steps > GAP * usual, usual, steps) / 2.0
    return heights_mm - np.append(usual / 2.0, halves), heights_mm + np.append(halves, usual / 2.0)


def _cut(stack: ContourStack, view: _View) -> tuple[FloatArray, ...]:
    """Outlines of the contours, each as thick as its slab, on a plane that crosses them."""
    planes = stack.planes()
    points = stack.in_stack(view.points())
    below, above = _slabs(np.array([w for w, _ in planes]))
    mask = np.zeros(len(points))
    for (_, polygons), low, high in zip(planes, below, above, strict=True):
        held = np.flatnonzero((points[:, 2] >= low - 1e-6) & (points[:, 2] <= high + 1e-6))
        mask[held] = np.maximum(mask[held], interior(polygons, points[held, :2]))
    shape = (len(view.vertical_mm), len(view.horizontal_mm))
    lines = contour_generator(view.horizontal_mm, view.vertical_mm, mask.reshape(shape)).lines(0.5)
    return tuple(np.asarray(line, dtype=np.float64) for line in lines)
