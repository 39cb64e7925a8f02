"""Contours: closed planar polygons of parallel planes come in, a stack of planes that knows its frame goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from graybook.errors import InputError
from graybook.geometry._kernels import mapped
from graybook.geometry.arrays import FloatArray, IntArray, points_array, read_only

__all__ = ["ContourStack"]

PLANE_TOLERANCE_MM = 0.01
"""Contours whose z differ by less lie in one plane, and a contour of axial planes is as flat. [mm]"""

FLAT_MM = 0.1
"""How far a point of a contour may lie off its plane in any other case: files write tenths of a millimetre. [mm]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class ContourStack:
    """Closed polygons of one structure in one frame, all in parallel planes; several in a plane combine by exclusive or.

    Parameters
    ----------
    frame
        Frame of Reference UID.
    polygons
        Arrays (n, 3), xyz in mm, LPS; n >= 3, all points of one polygon in one plane; not closed explicitly.
    """

    frame: str
    polygons: tuple[FloatArray, ...]
    vertices_mm: FloatArray = field(init=False, repr=False)
    """All points (n, 3), polygon after polygon, of which ``polygons`` are views. [mm]"""
    starts: IntArray = field(init=False, repr=False)
    """Where each polygon begins among them (k + 1,)."""
    axes: FloatArray = field(init=False, repr=False)
    """3x3, right-handed; columns are the directions u, v in the planes and w along the stack: x, y, z for axial planes."""

    def __post_init__(self) -> None:
        given = [np.asarray(polygon, dtype=np.float64) for polygon in self.polygons]
        for polygon in given:
            if polygon.ndim != 2 or polygon.shape[1] != 3 or polygon.shape[0] < 3:
                raise _too_few(polygon)
        vertices = np.concatenate([np.empty((0, 3)), *given])
        vertices.setflags(write=False)
        if not np.all(np.isfinite(vertices)):
            raise _too_few(next(polygon for polygon in given if not np.all(np.isfinite(polygon))))
        starts = np.cumsum([0, *map(len, given)])
        starts.setflags(write=False)
        object.__setattr__(self, "vertices_mm", vertices)
        object.__setattr__(self, "starts", starts)
        views = tuple(vertices[low:high] for low, high in pairwise(starts.tolist()))
        object.__setattr__(self, "polygons", views)
        object.__setattr__(self, "axes", read_only(_axes(vertices, starts)))

    @property
    def is_empty(self) -> bool:
        """Whether no polygon was drawn."""
        return not self.polygons

    @property
    def is_axial(self) -> bool:
        """Whether the planes are those of constant z."""
        return bool(np.array_equal(self.axes, np.eye(3)))

    @property
    def normal(self) -> FloatArray:
        """Unit vector along the stack."""
        return self.axes[:, 2]

    def in_stack(self, points_mm: FloatArray) -> FloatArray:
        """Points (n, 3) of the frame in the stack's own coordinates u, v, w. [mm]"""
        return _turned(points_mm, self.axes.T)

    def in_frame(self, points_mm: FloatArray) -> FloatArray:
        """Points (n, 3) in the stack's coordinates u, v, w as points of the frame. [mm]"""
        return _turned(points_mm, self.axes)

    def rings(self) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
        """All polygons in one array, in order along the stack: the form that kernels take.

        Returns
        -------
        heights_mm
            The planes (p,), rising: w; z for axial planes. [mm]
        points_mm
            Vertices (n, 2), u and v, polygon after polygon. [mm]
        starts
            Where each polygon begins (k + 1,).
        levels
            Number of the first polygon of each plane (p + 1,).
        """
        if self.is_empty:
            return np.empty(0), np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        points, starts, sizes = self.vertices_mm, self.starts, np.diff(self.starts)
        if self.is_axial:
            heights, tolerance_mm = points[starts[:-1], 2], PLANE_TOLERANCE_MM
        else:
            points = self.in_stack(points)
            heights, tolerance_mm = np.add.reduceat(points[:, 2], starts[:-1]) / sizes, FLAT_MM
        if np.any(np.diff(heights) < 0.0):
            order = np.argsort(heights, kind="stable")
            points = np.concatenate([points[starts[k] : starts[k + 1]] for k in order.tolist()])
            heights, starts = heights[order], np.concatenate([[0], np.cumsum(sizes[order])])
        firsts: list[int] = []
        for k, height in enumerate(heights.tolist()):
            if not firsts or height - heights[firsts[-1]] > tolerance_mm:
                firsts.append(k)
        levels = np.array([*firsts, len(heights)], dtype=np.int64)
        return heights[levels[:-1]], np.ascontiguousarray(points[:, :2]), starts, levels

    def planes(self) -> tuple[tuple[float, tuple[FloatArray, ...]], ...]:
        """The planes in order along the stack: (w in mm, polygons as arrays (n, 2) of u, v in mm); w is z for axial planes."""
        heights, points, starts, levels = self.rings()
        polygons = [points[low:high] for low, high in pairwise(starts.tolist())]
        return tuple(
            (height, tuple(polygons[low:high]))
            for height, (low, high) in zip(heights.tolist(), pairwise(levels.tolist()), strict=True)
        )


def _turned(points_mm: FloatArray, matrix: FloatArray) -> FloatArray:
    turned: FloatArray = mapped(points_array(points_mm), np.ascontiguousarray(matrix), np.zeros(3))
    return turned


def _too_few(polygon: FloatArray) -> InputError:
    return InputError(
        "A closed contour needs at least three finite points.",
        value=polygon.shape,
        remedy="Delete or redraw the contour.",
    )


def _axes(vertices: FloatArray, starts: IntArray) -> FloatArray:
    """Axes of the planes that hold all polygons: those of the frame when one fits, else by the largest contours."""
    if len(vertices) == 0:
        return np.eye(3)
    z = np.ascontiguousarray(vertices[:, 2])
    thick = np.maximum.reduceat(z, starts[:-1]) - np.minimum.reduceat(z, starts[:-1])
    if thick.max() <= PLANE_TOLERANCE_MM:
        return np.eye(3)
    polygons = [vertices[low:high] for low, high in pairwise(starts.tolist())]
    for along in (2, 0, 1):
        normal = np.eye(3)[along]
        if _off_plane_mm(polygons, normal)[0] <= FLAT_MM:
            return _triad(normal)
    normal = _common_normal(polygons)
    off_mm, worst = _off_plane_mm(polygons, normal)
    if off_mm > FLAT_MM:
        _refuse(polygons, worst, off_mm)
    return _triad(normal)


def _off_plane_mm(polygons: Sequence[FloatArray], normal: FloatArray) -> tuple[float, int]:
    """How far points lie off the plane of their contour, and the number of the contour where it is most. [mm]"""
    heights = [np.sum(polygon * normal, axis=1) for polygon in polygons]
    off = [float(np.abs(height - height.mean()).max()) for height in heights]
    worst = int(np.argmax(off))
    return off[worst], worst


def _vector_area(polygon: FloatArray) -> FloatArray:
    """Area times the normal (Newell): exact for a planar polygon. [mm²]"""
    points = polygon - polygon.mean(axis=0)
    return np.asarray(0.5 * np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0))


def _common_normal(polygons: Sequence[FloatArray]) -> FloatArray:
    """Normal of the contours, weighted by their areas, whichever way round each was drawn."""
    areas = [_vector_area(polygon) for polygon in polygons]
    largest = max(areas, key=lambda area: float(np.sum(area**2)))
    total = sum(
        (area * (1.0 if float(np.sum(area * largest)) >= 0.0 else -1.0) for area in areas), np.zeros(3)
    )
    length = float(np.sqrt(np.sum(total**2)))
    if length == 0.0:
        raise InputError(
            "The contours enclose no area, so their plane is not known.",
            value=len(polygons),
            remedy="Delete or redraw the structure.",
        )
    normal = total / length
    return np.asarray(normal if normal[int(np.argmax(np.abs(normal)))] > 0 else -normal)


def _triad(normal: FloatArray) -> FloatArray:
    """Right-handed axes u, v, w of planes with this normal; u is the frame's next axis in turn, laid into the plane."""
    nearest = int(np.argmax(np.abs(normal)))
    u = np.eye(3)[(nearest + 1) % 3]
    u = u - float(np.sum(u * normal)) * normal
    u = u / np.sqrt(np.sum(u**2))
    return np.stack([u, np.cross(normal, u), normal], axis=1)


def _refuse(polygons: Sequence[FloatArray], worst: int, off_mm: float) -> None:
    area = _vector_area(polygons[worst])
    length = float(np.sqrt(np.sum(area**2)))
    own_off_mm = _off_plane_mm([polygons[worst]], area / length)[0] if length > 0.0 else np.inf
    if own_off_mm > FLAT_MM:
        raise InputError(
            f"Contour {worst + 1} of {len(polygons)} is not flat.",
            value=f"{min(off_mm, own_off_mm):.2f} mm off its plane",
            remedy="Export the structure with planar contours.",
        )
    unit = [other / np.linalg.norm(other) for other in map(_vector_area, polygons) if np.any(other)]
    cosine = min(abs(float(np.sum(area * other))) / length for other in unit)
    degrees = float(np.degrees(np.arccos(min(1.0, cosine))))
    raise InputError(
        f"Contour {worst + 1} of {len(polygons)} lies in a plane that is not parallel to the others.",
        value=f"{degrees:.1f} degrees apart",
        remedy="Export the structure on one set of parallel planes.",
    )
