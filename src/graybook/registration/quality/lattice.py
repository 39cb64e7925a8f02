"""Two images and a transform come in; both on one lattice of the fixed image, with where each node is carried, go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.geometry.transform import Transform
from graybook.progress import Progress
from graybook.registration.quality._kernels import block_means, taken
from graybook.registration.quality.interior import Interior
from graybook.registration.volume import Volume

__all__ = ["Lattice", "coarser", "laid", "same_modality"]

PITCH_MM = 3.0
"""Distance of the nodes on which images are compared: finer detail is noise to a dose. [mm]"""

MOST_NODES = 3_000_000
"""Above, the lattice is made coarser: memory stays modest."""

BLOCK = 200_000
"""Nodes carried at once."""

CLIP = (-1000.0, 1000.0)
"""CT numbers are cut to this range: metal and couch electronics do not decide. [HU]"""

FloatImage = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Lattice:
    """Both images on one lattice in the frame of the fixed image.

    Parameters
    ----------
    grid
        Even and orthonormal.
    moved_mm
        Where the nodes are carried (n, 3), NaN where the transform is not defined. [mm]
    fixed, warped
        Values (zyx); NaN outside an image, or outside its mask.
    covered
        Nodes carried to a place within the moving image, and not into its padding.
    voxel_mm
        Largest sides of a voxel in either image, x, y, z of its grid. [mm]
    same_modality
        Whether equal values mean equal tissue in both.
    ct
        Whether both images are CT.
    """

    grid: Grid
    moved_mm: FloatArray
    fixed: FloatImage
    warped: FloatImage
    covered: BoolArray
    voxel_mm: FloatArray
    same_modality: bool
    ct: bool

    @property
    def spacing_mm(self) -> FloatArray:
        """Distance of neighbouring nodes along z, y, x. [mm]"""
        return self.grid.spacing_mm[::-1].copy()

    @cached_property
    def noise(self) -> float:
        """Variance of what is not anatomy; of the noisier image where both show the same."""
        own = _noise(self.fixed)
        return max(own, _noise(self.warped)) if self.same_modality else own

    def nodes(self, interior: Interior) -> tuple[tuple[slice, slice, slice], BoolArray]:
        """The part of the lattice around a structure, two nodes more on each side, and which of its nodes lie inside."""
        shape = self.grid.shape
        low, high = interior.bounds_mm
        corners = np.array(
            [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        )
        at = self.grid.indices_of(corners)
        first = np.clip(np.floor(at.min(axis=0)).astype(int) - 4, 0, np.array(shape[::-1]))
        last = np.clip(np.ceil(at.max(axis=0)).astype(int) + 5, first, np.array(shape[::-1]))
        box = (slice(first[2], last[2]), slice(first[1], last[1]), slice(first[0], last[0]))
        z, y, x = np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij")
        points = self.grid.points_at(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype(np.float64))
        return box, interior.contains(points).reshape(z.shape)


def _noise(values: FloatImage) -> float:
    """Variance of the noise, from the differences of neighbouring nodes along x where they are least."""
    second = np.abs(values[:, :, 2:] - 2 * values[:, :, 1:-1] + values[:, :, :-2]).ravel()
    second = second[np.isfinite(second) & (second > 0)]
    if len(second) == 0:
        return 1e-6
    quiet = float(np.percentile(second, 25)) / (0.3186 * np.sqrt(6.0))
    spread = np.nanpercentile(values, [1, 99])
    return float(max(quiet, 0.005 * float(spread[1] - spread[0]), 1e-3) ** 2)


def same_modality(fixed: Volume, moving: Volume) -> bool:
    """Whether equal values may be expected of both images; unknown modalities are taken for alike."""
    return fixed.modality == moving.modality or "" in (fixed.modality, moving.modality)


def _is_ct(volume: Volume) -> bool:
    return volume.modality == "CT" or (volume.modality == "" and float(volume.values.min()) < -500.0)


def coarser(volume: Volume, pitch_mm: float) -> tuple[Grid, FloatImage]:
    """An image averaged in blocks of voxels to about a pitch; NaN where half a block or more is masked out."""
    grid, values = volume.grid, volume.values
    factors = [max(1, round(pitch_mm / float(step) - 0.2)) for step in grid.spacing_mm]
    factors = [min(factor, count) for factor, count in zip(factors, grid.shape[::-1], strict=True)]
    if grid.planes_mm is not None:
        factors[2] = 1
    if _is_ct(volume):
        values = np.clip(values, *CLIP)
    out = _means(values, factors)
    if volume.mask is not None:
        kept = _means(volume.mask.astype(np.float32), factors)
        out = np.where(kept > 0.5, out, np.float32(np.nan))
    grid = Grid(
        frame=grid.frame,
        shape=(out.shape[0], out.shape[1], out.shape[2]),
        origin_mm=grid.points_at((np.array([factors], dtype=np.float64) - 1) / 2)[0],
        spacing_mm=grid.spacing_mm * factors,
        axes=grid.axes,
        planes_mm=grid.planes_mm,
    )
    return grid, out


def _means(values: FloatImage, factors: list[int]) -> FloatImage:
    fx, fy, fz = factors
    if fx == fy == fz == 1:
        return values
    nz, ny, nx = values.shape
    out = np.empty((nz // fz, ny // fy, nx // fx), dtype=np.float32)
    block_means(values, fz, fy, fx, out)
    return out


def _even(grid: Grid, pitch_mm: float) -> Grid:
    """An even, orthonormal grid over a grid that is not."""
    normal = np.cross(grid.axes[:, 0], grid.axes[:, 1])
    axes = np.stack([grid.axes[:, 0], grid.axes[:, 1], normal], axis=1)
    ends = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
    along = grid.points_at(ends * (np.array(grid.shape[::-1]) - 1)) @ axes
    low, high = along.min(axis=0), along.max(axis=0)
    spacing = np.array([grid.spacing_mm[0], grid.spacing_mm[1], pitch_mm])
    nx, ny, nz = (int(count) + 1 for count in np.floor((high - low) / spacing))
    return Grid(frame=grid.frame, shape=(nz, ny, nx), origin_mm=axes @ low, spacing_mm=spacing, axes=axes)


def sampled(values: FloatImage, indices: FloatArray) -> FloatImage:
    """Trilinear values at fractional indices x, y, z (n, 3)."""
    out = np.empty(len(indices), dtype=np.float32)
    taken(np.ascontiguousarray(values), np.ascontiguousarray(indices), out)
    return out


def laid(fixed: Volume, moving: Volume, transform: Transform, *, progress: Progress) -> Lattice:
    """Both images on one lattice of the fixed image, about 3 mm or a voxel wide."""
    nodes = float(np.prod(fixed.grid.shape)) * float(np.prod(fixed.grid.spacing_mm))
    pitch = max(PITCH_MM, (nodes / MOST_NODES) ** (1 / 3))
    grid, values = coarser(fixed, pitch)
    if grid.planes_mm is not None or not grid.is_orthonormal:
        even = _even(grid, pitch)
        values = sampled(values, grid.indices_of(even.centres())).reshape(even.shape)
        grid = even
    moving_grid, moving_values = coarser(moving, pitch)
    moved = carried(transform, grid, progress)
    warped = np.empty(len(moved), dtype=np.float32)
    held = np.zeros(len(moved), dtype=np.bool_)
    last = np.array(moving_grid.shape[::-1]) - 0.5
    for start in range(0, len(moved), BLOCK):
        part = slice(start, start + BLOCK)
        at = moving_grid.indices_of(moved[part])
        warped[part] = sampled(moving_values, at)
        held[part] = ((at >= -0.5) & (at <= last)).all(axis=1)
    warped, held = warped.reshape(grid.shape), held.reshape(grid.shape)
    padded = _padding(values, warped)
    warped[padded] = np.nan
    return Lattice(
        grid=grid,
        moved_mm=moved,
        fixed=values,
        warped=warped,
        covered=held & ~padded,
        voxel_mm=np.maximum(fixed.grid.spacing_mm, moving.grid.spacing_mm),
        same_modality=same_modality(fixed, moving),
        ct=_is_ct(fixed) and _is_ct(moving),
    )


def _padding(fixed: FloatImage, warped: FloatImage) -> BoolArray:
    """Nodes with anatomy on the fixed image where the moving image holds nothing, not even noise: its least value all around."""
    from scipy.ndimage import maximum_filter, uniform_filter

    known = np.isfinite(warped)
    if not known.any():
        return np.zeros(warped.shape, dtype=np.bool_)
    least = np.float32(np.nanmin(warped))
    empty = maximum_filter(np.where(known, warped, np.inf), size=3) <= least
    floor = np.float32(np.nanmin(fixed))
    there = uniform_filter(np.where(np.isfinite(fixed), fixed - floor, 0.0).astype(np.float32), size=3)
    spread = np.float32(np.nanpercentile(fixed, 99) - floor)
    found: BoolArray = empty & (there > 0.3 * spread)
    return found


def carried(transform: Transform, grid: Grid, progress: Progress) -> FloatArray:
    """Where a transform carries the nodes of a grid (n, 3), in array order. [mm]"""
    nz, ny, nx = grid.shape
    total = nz * ny * nx
    moved = np.empty((total, 3))
    for start in range(0, total, BLOCK):
        progress("quality", 0.3 * start / total)
        moved[start : start + BLOCK] = transform.apply(nodes_of(grid, start, BLOCK), frame=grid.frame)
    return moved


def nodes_of(grid: Grid, start: int, count: int) -> FloatArray:
    """The nodes of a grid from one on (n, 3), in array order. [mm]"""
    nz, ny, nx = grid.shape
    number: IntArray = np.arange(start, min(start + count, nz * ny * nx))
    return grid.points_at(
        np.stack([number % nx, number // nx % ny, number // (nx * ny)], axis=1).astype(np.float64)
    )
