"""Grid: where the voxels of an array lie; index coordinates in, points in mm out, and back. No voxels here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.errors import InputError
from graybook.geometry._kernels import mapped
from graybook.geometry.arrays import FloatArray, points_array, read_only
from graybook.units import CM3_PER_MM3

__all__ = ["Grid"]

AXES_TOLERANCE = 1e-3
"""How far the axes' scalar products may be from those of an orthonormal triad (DICOM writes 6 digits or fewer)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """A regular grid of voxel centres in one frame of reference.

    Parameters
    ----------
    frame
        Frame of Reference UID.
    shape
        Number of voxels along z, y, x (the order of arrays).
    origin_mm
        Centre of voxel (0, 0, 0), xyz, LPS. [mm]
    spacing_mm
        Distance of neighbouring centres along the grid's x, y, z, all positive. [mm]
    axes
        3x3; column k is the unit vector (LPS) along which index k (x, y, z) grows.
    """

    frame: str
    shape: tuple[int, int, int]
    origin_mm: FloatArray
    spacing_mm: FloatArray
    axes: FloatArray

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
        if self.axes.shape != (3, 3) or np.abs(self.axes.T @ self.axes - np.eye(3)).max() > AXES_TOLERANCE:
            raise InputError(
                "A grid's axes must be orthonormal.",
                value=self.axes.tolist(),
                remedy="Check ImageOrientationPatient.",
            )
        if self.origin_mm.shape != (3,) or not np.all(np.isfinite(self.origin_mm)):
            raise InputError(
                "A grid's origin must be three finite numbers.",
                value=self.origin_mm.tolist(),
                remedy="Check ImagePositionPatient.",
            )

    @property
    def voxel_cm3(self) -> float:
        """Volume of one voxel. [cm³]"""
        return float(np.prod(self.spacing_mm)) * CM3_PER_MM3

    def points_at(self, indices_xyz: FloatArray) -> FloatArray:
        """Points (n, 3) in mm of fractional indices (n, 3) in x, y, z order."""
        return self.origin_mm + (np.asarray(indices_xyz, dtype=np.float64) * self.spacing_mm) @ self.axes.T

    def indices_of(self, points_mm: FloatArray) -> FloatArray:
        """Fractional indices (n, 3) in x, y, z order of points (n, 3) in mm."""
        matrix = np.ascontiguousarray(self.axes.T / self.spacing_mm[:, None])
        indices: FloatArray = mapped(points_array(points_mm), matrix, -matrix @ self.origin_mm)
        return indices

    def centres(self) -> FloatArray:
        """All voxel centres, shape (nz·ny·nx, 3), in array order (x fastest). [mm]"""
        nz, ny, nx = self.shape
        z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
        return self.points_at(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1).astype(np.float64))
