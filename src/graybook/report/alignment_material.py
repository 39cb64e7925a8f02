"""Alignment material: what the pictures of an alignment are drawn from, already computed; renderers only render."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.geometry.arrays import FloatArray

__all__ = ["AlignedPlane", "AlignmentPictures"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignedPlane:
    """One plane of the fixed image's frame, all arrays rows x columns.

    Parameters
    ----------
    name
        "axial", "coronal" or "sagittal".
    position_mm
        Of the plane along its normal, LPS. [mm]
    horizontal_mm, vertical_mm
        Coordinates of columns and rows, as of :class:`graybook.report.material.Plane`. [mm]
    fixed
        The fixed image, NaN where it is not.
    moved
        The moving image where the transform carries the points of the plane, NaN where it is not.
    volume_ratio
        Determinant of the transform's Jacobian; NaN where it is not defined.
    error_mm
        95 % error estimate, infinite where nothing supports one; None when there is none. [mm]
    """

    name: str
    position_mm: float
    horizontal_mm: FloatArray
    vertical_mm: FloatArray
    fixed: FloatArray
    moved: FloatArray
    volume_ratio: FloatArray
    error_mm: FloatArray | None


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignmentPictures:
    """The planes of one alignment and what is said with them.

    Parameters
    ----------
    fixed_name, moving_name
        As the reader knows the images: label and date of their courses. Empty for plain images.
    fixed_window, moving_window
        Values shown black and white.
    method
        "rigid", "local" or "deformable"; "affine" of one that was found.
    computed
        Whether Graybook computed it; else it was found in the input.
    """

    planes: tuple[AlignedPlane, ...]
    fixed_name: str
    moving_name: str
    fixed_window: tuple[float, float]
    moving_window: tuple[float, float]
    method: str
    computed: bool = True
