"""Image: the grid of one series and a lazy source of its voxels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = ["Image"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Image:
    """One image series.

    Parameters
    ----------
    series_uid
        Series Instance UID.
    modality
        DICOM modality, "CT" for instance.
    grid
        Where the voxels lie.
    voxels
        Gives the values (HU for CT), zyx; called when needed.
    """

    series_uid: str
    modality: str
    grid: Grid
    voxels: Callable[[], FloatArray]
