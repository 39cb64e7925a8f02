"""A transform and points come in; what it does to small volumes there, its determinants, curl and strain, go out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.geometry import Grid
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.displacement import Displacement
from graybook.geometry.transform import Chained, Transform
from graybook.progress import Progress
from graybook.registration.quality._kernels import cell_determinants
from graybook.registration.quality.interior import Interior

__all__ = ["Cells", "cells", "curl", "deformation_grid", "gradients", "strain"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Determinants of the cells of a grid.

    Parameters
    ----------
    grid
        Of cell centres.
    low, high
        Least and largest determinant at the corners of each cell (zyx); NaN where the transform is not defined.
    """

    grid: Grid
    low: npt.NDArray[np.float32]
    high: npt.NDArray[np.float32]

    def within(self, interior: Interior) -> tuple[FloatArray, FloatArray]:
        """The defined cells whose centre lies inside a structure; when it is smaller than a cell, the cells around it."""
        bounds = self.grid.indices_of(_corners(interior.bounds_mm))
        top = np.array(self.grid.shape[::-1])
        first = np.clip(np.floor(bounds.min(axis=0)).astype(int) - 1, 0, top)
        last = np.clip(np.ceil(bounds.max(axis=0)).astype(int) + 2, first, top)
        box = tuple(slice(first[k], last[k]) for k in (2, 1, 0))
        low, high = self.low[box].ravel(), self.high[box].ravel()
        z, y, x = np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij")
        centres = self.grid.points_at(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype(np.float64))
        inside: BoolArray = interior.contains(centres)
        chosen = inside if inside.any() else np.ones(len(low), dtype=np.bool_)
        chosen = chosen & np.isfinite(low)
        return low[chosen].astype(np.float64), high[chosen].astype(np.float64)


def _corners(bounds: FloatArray) -> FloatArray:
    return np.array([[x, y, z] for x in bounds[:, 0] for y in bounds[:, 1] for z in bounds[:, 2]])


def deformation_grid(transform: Transform, otherwise: Grid | None) -> Grid | None:
    """The grid on which a transform is defined: that of its displacements when it starts with them."""
    first = transform.links[0] if isinstance(transform, Chained) else transform
    return first.grid if isinstance(first, Displacement) and min(first.grid.shape) > 1 else otherwise


def cells(transform: Transform, grid: Grid, *, progress: Progress) -> Cells:
    """Determinants of every cell of a grid, from the edges at its eight corners: no fold between nodes is missed."""
    nz, ny, nx = grid.shape
    low = np.empty((nz - 1, ny - 1, nx - 1), dtype=np.float32)
    high = np.empty_like(low)
    y, x = np.meshgrid(np.arange(ny), np.arange(nx), indexing="ij")
    flat = np.stack([x.ravel(), y.ravel(), np.zeros(ny * nx)], axis=1).astype(np.float64)
    steps = grid.offsets_mm[1:] - grid.offsets_mm[:-1]
    volume = float(np.linalg.det(grid.axes)) * float(grid.spacing_mm[0] * grid.spacing_mm[1])
    below: FloatArray = np.empty(0)
    for plane in range(nz):
        progress("quality", 0.3 + 0.2 * plane / nz)
        flat[:, 2] = plane
        above = transform.apply(grid.points_at(flat), frame=grid.frame).reshape(ny, nx, 3)
        if plane:
            cell_determinants(
                np.ascontiguousarray(below),
                np.ascontiguousarray(above),
                volume * float(steps[plane - 1]),
                low[plane - 1],
                high[plane - 1],
            )
        below = above
    middles = None if grid.planes_mm is None else 0.5 * (grid.planes_mm[1:] + grid.planes_mm[:-1])
    first = grid.points_at(np.array([[0.5, 0.5, 0.0 if middles is not None else 0.5]]))[0]
    if middles is not None:
        first = first + grid.axes[:, 2] * middles[0]
    between = Grid(
        frame=grid.frame,
        shape=(nz - 1, ny - 1, nx - 1),
        origin_mm=first,
        spacing_mm=grid.spacing_mm,
        axes=grid.axes,
        planes_mm=None if middles is None or len(middles) < 2 else middles - middles[0],
    )
    return Cells(grid=between, low=low, high=high)


def gradients(transform: Transform, points_mm: FloatArray, step_mm: float) -> FloatArray:
    """Deformation gradients dT_i/dx_j at points (n, 3), by central differences over a step (n, 3, 3); NaN where undefined."""
    out = np.empty((len(points_mm), 3, 3))
    for axis in range(3):
        shift = np.zeros(3)
        shift[axis] = step_mm / 2
        ahead = transform.apply(points_mm + shift, frame=transform.from_frame)
        behind = transform.apply(points_mm - shift, frame=transform.from_frame)
        out[:, :, axis] = (ahead - behind) / step_mm
    return out


def curl(gradient: FloatArray) -> FloatArray:
    """Magnitude of the curl of the displacement at each point, after the mean rotation of all points is taken out.

    Notes
    -----
    ``F' = R^T F`` with R the rotation nearest to the mean of F; curl = ``(F'_zy - F'_yz, F'_xz - F'_zx, F'_yx - F'_xy)``.
    """
    left, _, right = np.linalg.svd(gradient.mean(axis=0))
    turn = left @ np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))]) @ right
    own = np.einsum("ji,njk->nik", turn, gradient)
    parts = np.stack(
        [own[:, 2, 1] - own[:, 1, 2], own[:, 0, 2] - own[:, 2, 0], own[:, 1, 0] - own[:, 0, 1]], axis=1
    )
    return np.asarray(np.linalg.norm(parts, axis=1))


def strain(gradient: FloatArray) -> FloatArray:
    """Largest principal Green-Lagrange strain in magnitude at each point: eigenvalues of ``(F^T F - 1) / 2``."""
    product = np.einsum("nji,njk->nik", gradient, gradient)
    return np.asarray(np.abs(np.linalg.eigvalsh(0.5 * (product - np.eye(3)))).max(axis=1))
