"""Grid: where the voxels of an array lie; index coordinates in, points in mm out, and back. No voxels here.

The planes of a grid are parallel. They may be unevenly spaced, and the axis along which they follow each other may lean
(the stack of a tilted gantry): both are exact, nothing is resampled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from graybook.errors import InputError
from graybook.geometry._kernels import mapped
from graybook.geometry.arrays import FloatArray, points_array, read_only
from graybook.units import CM3_PER_MM3

__all__ = ["Grid"]

AXES_TOLERANCE = 1e-3
"""How far the axes' scalar products may be from those of an orthonormal triad (DICOM writes 6 digits or fewer)."""

LEAST_UPRIGHT = 0.5
"""Cosine between the third axis and the planes' normal below which a grid leans too far to be one (60 degrees)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """A grid of voxel centres in one frame of reference: equal planes, each regular.

    Parameters
    ----------
    frame
        Frame of Reference UID.
    shape
        Number of voxels along z, y, x (the order of arrays).
    origin_mm
        Centre of voxel (0, 0, 0), xyz, LPS. [mm]
    spacing_mm
        Distance of neighbouring centres along the grid's x, y, z, all positive; along z the mean when uneven. [mm]
    axes
        3x3; column k is the unit vector (LPS) along which index k (x, y, z) grows. The first two are at right angles; the
        third is their normal (either way), or leans when each plane is shifted against the one before.
    planes_mm
        Distance of every plane from the first along the third axis, rising from 0; None when even. [mm]
    """

    frame: str
    shape: tuple[int, int, int]
    origin_mm: FloatArray
    spacing_mm: FloatArray
    axes: FloatArray
    planes_mm: FloatArray | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin_mm", read_only(self.origin_mm))
        object.__setattr__(self, "spacing_mm", read_only(self.spacing_mm))
        object.__setattr__(self, "axes", read_only(self.axes))
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise InputError(
                "A grid needs three axes of at least one voxel.",
                value=self.shape,
                remedy="Check Rows, Columns and NumberOfFrames.",
            )
        if (
            self.spacing_mm.shape != (3,)
            or not np.all(np.isfinite(self.spacing_mm))
            or self.spacing_mm.min() <= 0
        ):
            raise InputError(
                "A grid's spacing must be three positive numbers.",
                value=self.spacing_mm.tolist(),
                remedy="Check PixelSpacing and the slice positions.",
            )
        if self.origin_mm.shape != (3,) or not np.all(np.isfinite(self.origin_mm)):
            raise InputError(
                "A grid's origin must be three finite numbers.",
                value=self.origin_mm.tolist(),
                remedy="Check ImagePositionPatient.",
            )

        self._check_axes()
        self._check_planes()

    def _check_axes(self) -> None:
        products = self.axes.T @ self.axes if self.axes.shape == (3, 3) else np.full((3, 3), np.nan)
        in_plane = bool(np.abs(products[:2, :2] - np.eye(2)).max() <= AXES_TOLERANCE)
        if not (in_plane and abs(products[2, 2] - 1.0) <= AXES_TOLERANCE and self._upright >= LEAST_UPRIGHT):
            raise InputError(
                "A grid's axes must be orthonormal; only the third may lean, by less than 60 degrees.",
                value=self.axes.tolist(),
                remedy="Check ImageOrientationPatient and the positions of the slices.",
            )

    def _check_planes(self) -> None:
        if self.planes_mm is None:
            return
        planes = read_only(self.planes_mm)
        object.__setattr__(self, "planes_mm", planes)
        rises = planes.shape == (self.shape[0],) and len(planes) > 1 and bool(np.all(np.diff(planes) > 0))
        if not rises or planes[0] != 0.0 or not np.all(np.isfinite(planes)):
            raise InputError(
                "A grid's planes must rise from zero, one distance for each.",
                value=planes.tolist(),
                remedy="Check GridFrameOffsetVector or the positions of the slices.",
            )

    @property
    def _upright(self) -> float:
        return abs(float(np.cross(self.axes[:, 0], self.axes[:, 1]) @ self.axes[:, 2]))

    @property
    def is_orthonormal(self) -> bool:
        """Whether the third axis is the normal of the planes."""
        return self._upright >= 1.0 - AXES_TOLERANCE

    @property
    def offsets_mm(self) -> FloatArray:
        """Distance of every plane from the first along the third axis. [mm]"""
        if self.planes_mm is not None:
            return self.planes_mm
        return np.arange(self.shape[0]) * float(self.spacing_mm[2])

    @property
    def finest_mm(self) -> FloatArray:
        """Least distance of neighbouring centres along the grid's x, y, z. [mm]"""
        finest = self.spacing_mm.copy()
        if self.planes_mm is not None:
            finest[2] = np.diff(self.planes_mm).min()
        return finest

    @property
    def to_axes(self) -> FloatArray:
        """3x3: from a vector in mm to its parts along the grid's x, y, z, in mm (the exact inverse of ``axes``)."""
        x, y, z = self.axes.T
        rows = np.stack([np.cross(y, z), np.cross(z, x), np.cross(x, y)])
        return np.ascontiguousarray(rows / float(rows[2] @ z))

    @cached_property
    def to_index(self) -> FloatArray:
        """3x3: as :attr:`to_axes`, in steps of the grid; along z in mm when the planes are uneven."""
        steps = self.spacing_mm if self.planes_mm is None else self.spacing_mm * [1, 1, 0] + [0, 0, 1]
        return read_only(self.to_axes / steps[:, None])

    def step_along_mm(self, direction: FloatArray) -> float:
        """Spacing of the axis nearest to a direction. [mm]"""
        return float(self.spacing_mm[int(np.argmax(np.abs(np.asarray(direction) @ self.axes)))])

    @property
    def voxel_cm3(self) -> float:
        """Volume of one voxel, of the mean thickness when the planes are uneven. [cm³]"""
        return float(np.prod(self.spacing_mm)) * self._upright * CM3_PER_MM3

    def points_at(self, indices_xyz: FloatArray) -> FloatArray:
        """Points (n, 3) in mm of fractional indices (n, 3) in x, y, z order."""
        along = np.asarray(indices_xyz, dtype=np.float64) * self.spacing_mm
        if self.planes_mm is not None:
            along[:, 2] = _beyond(
                np.asarray(indices_xyz)[:, 2], np.arange(self.shape[0]) * 1.0, self.planes_mm
            )
        return self.origin_mm + along @ self.axes.T

    def indices_of(self, points_mm: FloatArray) -> FloatArray:
        """Fractional indices (n, 3) in x, y, z order of points (n, 3) in mm."""
        matrix = self.to_index
        indices: FloatArray = mapped(points_array(points_mm), matrix, -matrix @ self.origin_mm)
        if self.planes_mm is not None:
            indices[:, 2] = _beyond(indices[:, 2], self.planes_mm, np.arange(self.shape[0]) * 1.0)
        return indices

    def between(self, first: int, last: int) -> Grid:
        """The planes from ``first`` up to, and without, ``last`` as a grid of their own."""
        offsets = self.offsets_mm[first:last]
        uneven = self.planes_mm is not None and len(offsets) > 1
        return replace(
            self,
            shape=(last - first, *self.shape[1:]),
            origin_mm=self.origin_mm + self.axes[:, 2] * offsets[0],
            planes_mm=offsets - offsets[0] if uneven else None,
        )

    def centres(self) -> FloatArray:
        """All voxel centres, shape (nz·ny·nx, 3), in array order (x fastest). [mm]"""
        nz, ny, nx = self.shape
        z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
        return self.points_at(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype(np.float64))


def _beyond(x: FloatArray, nodes: FloatArray, values: FloatArray) -> FloatArray:
    """Piecewise linear through the nodes, the first and last pieces carried on."""
    piece = np.clip(np.searchsorted(nodes, x, side="right") - 1, 0, len(nodes) - 2)
    share = (x - nodes[piece]) / (nodes[piece + 1] - nodes[piece])
    return np.asarray(values[piece] + share * (values[piece + 1] - values[piece]))
