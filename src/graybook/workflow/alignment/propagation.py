"""Propagation: contours and a transform come in; the structure's contours on the planes of another frame's image go out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from contourpy import contour_generator

from graybook.geometry import ContourStack, Grid, GridField
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.polygons import interior
from graybook.geometry.transform import Transform
from graybook.progress import Progress, silent

__all__ = ["propagated"]

PIXEL_MM = 1.0
"""Pixel of the distances to the drawn surface, and the largest of those contours are sought on. [mm]"""

BAND_PIXELS = 2.0
"""Within so many pixels of the surface, distances are those to the drawn line. [pixels]"""

BOUNDARY_STEP_MM = 0.25
"""Step of the points that stand for a drawn line. [mm]"""

LONE_MM = 3.0
"""Thickness of a structure of one plane. [mm]"""

GAP = 1.5
"""A step this many times the usual one is a gap in the structure, and is left open."""

COARSE_MM = 6.0
"""Step at which the box of a structure in the other frame is sought. [mm]"""

FAR_MM = -20.0
"""Depth of what lies away from the structure. [mm]"""

LEAST_MM2 = 1.0
"""Smaller pieces of contours are left out. [mm²]"""


def propagated(
    contours: ContourStack, transform: Transform, grid: Grid, *, progress: Progress = silent
) -> ContourStack:
    """
    A structure on the planes of another image.

    The depth below the drawn surface (its distance, negative outside; in the planes, and linear between them) is asked where the
    transform carries the pixels of each plane, and contoured where it is nought. Where the transform is not defined there is
    nothing: a structure partly outside a deformation is cut there.

    Parameters
    ----------
    contours
        In the frame that ``transform`` leads to.
    transform
        From the frame of ``grid``.
    grid
        Of the image onto whose planes the structure is carried.
    progress
        Told plane by plane.
    """
    if contours.is_empty:
        return ContourStack(frame=grid.frame, polygons=())
    depth = _Depth.of(contours)
    window = _window(depth, transform, grid)
    if window is None:
        return ContourStack(frame=grid.frame, polygons=())
    (x0, x1), (y0, y1), (z0, z1) = window
    steps = np.maximum(1, np.ceil(grid.spacing_mm[:2] / PIXEL_MM - 1e-9)).astype(int)
    across = np.linspace(x0, x1, (x1 - x0) * int(steps[0]) + 1)
    down = np.linspace(y0, y1, (y1 - y0) * int(steps[1]) + 1)
    polygons: list[FloatArray] = []
    for k in range(z0, z1 + 1):
        progress("propagation", (k - z0) / (z1 - z0 + 1))
        polygons += _plane(depth, transform, grid, across, down, k)
    return ContourStack(frame=grid.frame, polygons=tuple(polygons))


def _plane(
    depth: _Depth, transform: Transform, grid: Grid, across: FloatArray, down: FloatArray, k: int
) -> list[FloatArray]:
    """The contours of one plane, (n, 3) in mm."""
    x, y = np.meshgrid(across, down)
    indices = np.stack([x.ravel(), y.ravel(), np.full(x.size, float(k))], axis=1)
    there = transform.apply(grid.points_at(indices), frame=grid.frame)
    values = depth.at(there).reshape(x.shape)
    values[[0, -1], :] = FAR_MM
    values[:, [0, -1]] = FAR_MM
    if not (values > 0.0).any():
        return []
    found = []
    for line in contour_generator(across, down, values).lines(0.0):
        loop = np.asarray(line, dtype=np.float64)[:-1]
        if len(loop) < 3:
            continue
        points = grid.points_at(np.column_stack([loop, np.full(len(loop), float(k))]))
        if _area_mm2(loop * grid.spacing_mm[:2]) >= LEAST_MM2:
            found.append(points)
    return found


def _area_mm2(loop: FloatArray) -> float:
    x, y = (loop - loop.mean(axis=0)).T
    return 0.5 * abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))


class _Depth:
    """How deep points lie below the surface of a drawn structure. [mm]"""

    def __init__(self, stack: ContourStack, field: GridField) -> None:
        self.stack, self.field = stack, field
        vertices = stack.in_stack(stack.vertices_mm)
        planes = field.grid.offsets_mm
        self.low = np.append(vertices[:, :2].min(axis=0), field.grid.origin_mm[2])
        self.high = np.append(vertices[:, :2].max(axis=0), field.grid.origin_mm[2] + planes[-1])

    @classmethod
    def of(cls, stack: ContourStack) -> _Depth:
        """Of contours, each as thick as half way to its neighbours at ends and gaps."""
        planes = stack.planes()
        points = np.concatenate([polygon for _, polygons in planes for polygon in polygons])
        start = points.min(axis=0) - 4.0 * PIXEL_MM
        shape = np.ceil((points.max(axis=0) + 4.0 * PIXEL_MM - start) / PIXEL_MM).astype(int) + 1
        x = start[0] + PIXEL_MM * np.arange(shape[0])
        y = start[1] + PIXEL_MM * np.arange(shape[1])
        sections = [_section(polygons, x, y) for _, polygons in planes]
        heights, stacked = _with_ends([height for height, _ in planes], sections)
        grid = Grid(
            frame="stack",
            shape=(len(heights), int(shape[1]), int(shape[0])),
            origin_mm=np.array([start[0], start[1], heights[0]]),
            spacing_mm=np.array([PIXEL_MM, PIXEL_MM, float(np.diff(heights).mean())]),
            axes=np.eye(3),
            planes_mm=np.array(heights) - heights[0],
        )
        return cls(stack, GridField(grid=grid, values=np.stack(stacked)))

    def at(self, points_mm: FloatArray) -> FloatArray:
        """At points (n, 3) of the structure's frame; far outside where a point is NaN. [mm]"""
        values = np.full(len(points_mm), FAR_MM)
        known = np.flatnonzero(np.isfinite(points_mm).all(axis=1))
        found = self.field.sample(self.stack.in_stack(points_mm[known]))
        values[known] = np.where(found.inside, found.low, FAR_MM)
        return values

    def near(self, points_mm: FloatArray, margin_mm: float) -> BoolArray:
        """Which points (n, 3) lie in the structure's box and a margin around it."""
        with np.errstate(invalid="ignore"):
            local = np.full(points_mm.shape, np.inf)
            known = np.isfinite(points_mm).all(axis=1)
            local[known] = self.stack.in_stack(points_mm[known])
        within = (local >= self.low - margin_mm) & (local <= self.high + margin_mm)
        return np.asarray(within.all(axis=1))


def _section(polygons: Sequence[FloatArray], x: FloatArray, y: FloatArray) -> FloatArray:
    """Depth below the outlines of one plane, rows along y. [mm]"""
    from scipy.ndimage import distance_transform_edt  # slow to load, and few need it
    from scipy.spatial import cKDTree

    across, down = np.meshgrid(x, y)
    pixels = np.column_stack([across.ravel(), down.ravel()])
    inside = interior(polygons, pixels).reshape(across.shape)
    outward = distance_transform_edt(~inside) if inside.any() else np.full(inside.shape, len(x) + len(y))
    depth = PIXEL_MM * np.where(inside, distance_transform_edt(inside) - 0.5, 0.5 - outward)
    band = np.flatnonzero(np.abs(depth.ravel()) <= BAND_PIXELS * PIXEL_MM)
    line = np.concatenate([_resampled(polygon) for polygon in polygons])
    if len(band):
        distance, _ = cKDTree(line).query(pixels[band])
        depth.ravel()[band] = np.where(inside.ravel()[band], distance, -distance)
    return np.asarray(depth, dtype=np.float64)


def _resampled(polygon: FloatArray) -> FloatArray:
    """Points along a closed polygon (n, 2), a small step apart. [mm]"""
    ends = np.roll(polygon, -1, axis=0)
    counts = np.maximum(1, np.ceil(np.linalg.norm(ends - polygon, axis=1) / BOUNDARY_STEP_MM)).astype(int)
    edge = np.repeat(np.arange(len(polygon)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(len(edge)) - first) / counts[edge]
    return np.asarray(polygon[edge] + share[:, None] * (ends - polygon)[edge])


def _with_ends(
    heights_mm: Sequence[float], sections: Sequence[FloatArray]
) -> tuple[list[float], list[FloatArray]]:
    """Heights and sections with both ends, and the sides of gaps, closed half the usual step away. [mm]"""
    steps = np.diff(heights_mm)
    usual = float(np.median(steps)) if len(steps) else LONE_MM
    out: list[tuple[float, FloatArray]] = []
    for place, (height, section) in enumerate(zip(heights_mm, sections, strict=True)):
        outside = np.minimum(section, FAR_MM)
        first = place == 0 or steps[place - 1] > GAP * usual
        last = place == len(steps) or steps[place] > GAP * usual
        if first:
            out += [(height - 0.501 * usual, outside), (height - 0.499 * usual, section)]
        out.append((height, section))
        if last:
            out += [(height + 0.499 * usual, section), (height + 0.501 * usual, outside)]
    return [height for height, _ in out], [section for _, section in out]


def _window(
    depth: _Depth, transform: Transform, grid: Grid
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int]] | None:
    """First and last index along x, y, z of the grid that the structure may reach; None where it does not."""
    counts = np.array(grid.shape[::-1])
    steps = np.maximum(1, (COARSE_MM / grid.spacing_mm).astype(int))
    axes = [
        np.unique(np.append(np.arange(0, count, step), count - 1))
        for count, step in zip(counts, steps, strict=True)
    ]
    x, y, z = (one.ravel() for one in np.meshgrid(*axes, indexing="ij"))
    indices = np.column_stack([x, y, z]).astype(np.float64)
    there = transform.apply(grid.points_at(indices), frame=grid.frame)
    held = indices[depth.near(there, 2.0 * COARSE_MM)]
    if not len(held):
        return None
    low = np.maximum(held.min(axis=0).astype(int) - steps, 0)
    high = np.minimum(held.max(axis=0).astype(int) + steps, counts - 1)
    ends = [(int(a), int(b)) for a, b in zip(low, high, strict=True)]
    return ends[0], ends[1], ends[2]
