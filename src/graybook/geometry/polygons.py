"""Polygons: the closed polygons of one plane come in; its connected sections, with area, centroid and spread, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from graybook.geometry._kernels import (
    even_odd_moments,
    interiors_overlap,
    point_is_inside,
    points_inside,
    rings_meet,
)
from graybook.geometry.arrays import BoolArray, FloatArray, read_only

__all__ = ["FULLNESS_OF_ELLIPSE", "Section", "interior", "sections"]

FULLNESS_OF_ELLIPSE = (4.0 * np.pi) ** 2
"""Area squared over the determinant of the spread, for any ellipse; 144 for any parallelogram, less for a ring."""

LEAST_AREA_MM2 = 1e-9
"""What round-off leaves of a line; below it a section has no area. [mm²]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Section:
    """One connected piece of a structure in one plane: an outline with its holes, interior by exclusive or.

    Parameters
    ----------
    edges
        All edges (e, 4): x0, y0, x1, y1. [mm]
    area_mm2
        Area of the interior. [mm²]
    centroid_mm
        Centroid of the interior, (x, y). [mm]
    spread_mm2
        Covariance (2, 2) of a point drawn evenly from the interior; r²/4 times unity for a disc. [mm²]
    """

    edges: FloatArray
    area_mm2: float
    centroid_mm: FloatArray
    spread_mm2: FloatArray
    state: FloatArray = field(init=False, repr=False)
    """Centroid x, y, spread xx, xy, yy, and fullness: area squared over the spread's determinant."""

    def __post_init__(self) -> None:
        (xx, xy), (_, yy) = self.spread_mm2.tolist()
        determinant = xx * yy - xy * xy
        fullness = self.area_mm2**2 / determinant if determinant > 0.0 else FULLNESS_OF_ELLIPSE
        object.__setattr__(self, "state", read_only([*self.centroid_mm.tolist(), xx, xy, yy, fullness]))

    def overlaps(self, other: Section) -> bool:
        """Whether the interiors share a point, seen along z, or touch."""
        if not _boxes_meet(self.edges, other.edges):
            return False
        return bool(interiors_overlap(self.edges, other.edges))


def sections(polygons: Sequence[FloatArray]) -> tuple[Section, ...]:
    """The connected pieces of a plane whose polygons (n, 2) combine by exclusive or, ordered by their centroid.

    A polygon inside an odd number of others is a hole of the one it lies directly in; polygons that cross
    or touch are one piece.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    >>> ring, = sections([square, 0.5 * square + 1.0])
    >>> ring.area_mm2
    12.0
    """
    rings = [_edges_of(polygon) for polygon in polygons]
    owner = _owners(rings)
    made = [
        _section(np.concatenate([rings[k] for k in range(len(rings)) if owner[k] == first]))
        for first in sorted(set(owner))
    ]
    return tuple(sorted(made, key=lambda s: (*s.centroid_mm.tolist(), s.area_mm2)))


def interior(polygons: Sequence[FloatArray], points_mm: FloatArray) -> BoolArray:
    """Which points (n, 2) of a plane lie inside its polygons, combined by exclusive or.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    >>> interior([square, 0.5 * square + 1.0], np.array([[0.5, 2.0], [2.0, 2.0], [5.0, 2.0]])).tolist()
    [True, False, False]
    """
    edges = np.concatenate([_edges_of(polygon) for polygon in polygons])
    inside: BoolArray = points_inside(edges, np.ascontiguousarray(points_mm, dtype=np.float64))
    return inside


def _edges_of(polygon: FloatArray) -> FloatArray:
    """Edges (n, 4) of a polygon (n, 2) closed from its last point to its first."""
    points = np.asarray(polygon, dtype=np.float64)
    return read_only(np.hstack([points, np.roll(points, -1, axis=0)]))


def _section(edges: FloatArray) -> Section:
    """The section bounded by these edges; moments are taken about the middle of its box, against round-off."""
    middle = 0.5 * (edges[:, :2].min(axis=0) + edges[:, :2].max(axis=0))
    area, mx, my, mxx, mxy, myy = even_odd_moments(edges - np.tile(middle, 2)).tolist()
    if area <= LEAST_AREA_MM2:
        return Section(
            edges=read_only(edges),
            area_mm2=0.0,
            centroid_mm=read_only(middle),
            spread_mm2=read_only(np.zeros((2, 2))),
        )
    cx, cy = mx / area, my / area
    spread = [[mxx / area - cx * cx, mxy / area - cx * cy], [mxy / area - cx * cy, myy / area - cy * cy]]
    return Section(
        edges=read_only(edges),
        area_mm2=area,
        centroid_mm=read_only(middle + np.array([cx, cy])),
        spread_mm2=read_only(spread),
    )


def _owners(rings: Sequence[FloatArray]) -> list[int]:
    """For each ring the first ring of the piece it belongs to."""
    n = len(rings)
    owner = list(range(n))
    if n == 1:
        return owner
    meets = [[i != j and _meet(rings[i], rings[j]) for j in range(n)] for i in range(n)]
    inside = [
        [i != j and not meets[i][j] and _within(rings[i], rings[j]) for j in range(n)] for i in range(n)
    ]
    depth = [sum(row) for row in inside]
    for i in range(n):
        for j in range(n):
            is_hole_of_j = inside[i][j] and depth[i] % 2 == 1 and depth[j] == depth[i] - 1
            if meets[i][j] or is_hole_of_j:
                low, high = sorted((owner[i], owner[j]))
                owner = [low if o == high else o for o in owner]
    return owner


def _meet(a: FloatArray, b: FloatArray) -> bool:
    """Whether two rings cross or touch."""
    return _boxes_meet(a, b) and bool(rings_meet(a, b))


def _within(a: FloatArray, b: FloatArray) -> bool:
    """Whether ring ``a``, which does not meet ring ``b``, lies inside it."""
    return _boxes_meet(a, b) and bool(point_is_inside(b, a[0, 0], a[0, 1]))


def _boxes_meet(a: FloatArray, b: FloatArray) -> bool:
    """Whether the bounding boxes of two sets of edges meet."""
    low = np.maximum(a[:, :2].min(axis=0), b[:, :2].min(axis=0))
    high = np.minimum(a[:, :2].max(axis=0), b[:, :2].max(axis=0))
    return bool(np.all(low <= high))
