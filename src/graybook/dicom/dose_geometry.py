"""Dose geometry: the attributes of an RTDOSE come in; the grid of its voxels goes out, or the reason why there is none.

Any orientation, planes that rise or fall, evenly or not, are read as they are: nothing is resampled.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from graybook.dicom.attributes import Attributes
from graybook.dicom.pixels import is_native, missing_bytes
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = [
    "NoGrid",
    "dose_grid",
    "frame_count",
    "grid_of_planes",
    "is_even",
    "plane_offsets_mm",
    "single_plane",
]

UPWARD_TOLERANCE = 1e-4
POSITION_TOLERANCE_MM = 0.01
EVEN_SHARE = 0.005
"""Planes are evenly spaced when no gap is off by more than this share of the mean gap, or 0.01 mm, nor a plane by twice that."""


class NoGrid(Exception):
    """Why there is no grid: the code of the refusal and its bad value."""

    def __init__(self, *, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.value = value


def frame_count(attributes: Attributes) -> int:
    """Number of frames: as stated, else one per plane offset where the pixel data is long enough, else one."""
    stated = attributes.whole("NumberOfFrames")
    if stated and stated > 0:
        return stated
    planes = len(attributes.numbers("GridFrameOffsetVector"))
    enough = "PixelData" in attributes and not missing_bytes(attributes, planes)
    return planes if planes > 1 and enough and is_native(attributes.dataset) else 1


def plane_offsets_mm(offsets: FloatArray, position_z_mm: float, orientation: tuple[float, ...]) -> FloatArray:
    """Offsets of the planes along row x column, from the first plane. [mm]

    PS3.3 C.8.8.3.2: (a) the first is zero: they are relative already; (b) the first is the z of Image Position and the
    planes follow each other along +z: they are z coordinates. With planes that follow along -z (feet first, supine) such
    values could mean either direction, and anything else is no convention of DICOM.

    Examples
    --------
    >>> plane_offsets_mm(np.array([-10.0, -7.0]), -10.0, (1, 0, 0, 0, 1, 0)).tolist()
    [0.0, 3.0]
    """
    if abs(offsets[0]) <= POSITION_TOLERANCE_MM / 10:
        return np.asarray(offsets - offsets[0])
    upward = np.cross(orientation[:3], orientation[3:])[2] >= 1.0 - UPWARD_TOLERANCE
    if upward and abs(offsets[0] - position_z_mm) <= POSITION_TOLERANCE_MM:
        return np.asarray(offsets - offsets[0])
    raise NoGrid(code="dose_grid_offsets", value=f"{offsets[0]:g}")


def dose_grid(attributes: Attributes, frame: str, frames: int) -> Grid:
    """The grid of an RTDOSE in ``frame``; :class:`NoGrid` when its geometry cannot be used."""
    plane = single_plane(attributes, frame)
    offsets = _offsets(attributes, frames)
    orientation = _numbers(attributes, "ImageOrientationPatient", 6)
    return grid_of_planes(plane, plane_offsets_mm(offsets, float(plane.origin_mm[2]), orientation))


def single_plane(attributes: Attributes, frame: str) -> Grid:
    """The first plane of an RTDOSE as a grid of one; its thickness is not known and stands as 1 mm."""
    orientation = _numbers(attributes, "ImageOrientationPatient", 6)
    position = _numbers(attributes, "ImagePositionPatient", 3)
    spacing = _numbers(attributes, "PixelSpacing", 2)
    rows, columns = attributes.whole("Rows"), attributes.whole("Columns")
    if not rows or not columns:
        raise NoGrid(code="dose_geometry_missing", value="Rows, Columns")
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    if not (np.linalg.norm(row) > 0 and np.linalg.norm(column) > 0):
        raise NoGrid(code="dose_orientation", value=str(orientation))
    row, column = row / np.linalg.norm(row), column / np.linalg.norm(column)
    try:
        return Grid(
            frame=frame,
            shape=(1, rows, columns),
            origin_mm=np.array(position),
            spacing_mm=np.array([spacing[1], spacing[0], 1.0]),
            axes=np.stack([row, column, np.cross(row, column)], axis=1),
        )
    except InputError as error:
        raise NoGrid(code="dose_orientation", value=str(error.value)) from error


def grid_of_planes(first: Grid, offsets_mm: FloatArray) -> Grid:
    """The grid whose planes are copies of ``first`` at these distances along its normal, all rising or all falling. [mm]"""
    gaps = np.diff(offsets_mm)
    if (
        gaps.min(initial=np.inf) * gaps.max(initial=-np.inf) <= 0.0
        or np.abs(gaps).min() <= POSITION_TOLERANCE_MM
    ):
        raise NoGrid(code="dose_grid_order", value=f"{gaps.min():g} … {gaps.max():g}")
    heights = np.abs(offsets_mm - offsets_mm[0])
    step = float(heights[-1]) / len(gaps)
    return replace(
        first,
        shape=(len(offsets_mm), *first.shape[1:]),
        spacing_mm=np.array([first.spacing_mm[0], first.spacing_mm[1], step]),
        axes=first.axes * [1.0, 1.0, float(np.sign(gaps[0]))],
        planes_mm=None if is_even(heights) else heights,
    )


def is_even(heights_mm: FloatArray) -> bool:
    """Whether planes at these heights are evenly spaced, but for the digits of the file. [mm]"""
    step = float(heights_mm[-1] - heights_mm[0]) / (len(heights_mm) - 1)
    off = np.abs(heights_mm - heights_mm[0] - step * np.arange(len(heights_mm))).max()
    gaps = np.abs(np.diff(heights_mm) - step).max()
    return bool(max(gaps, off / 2.0) <= max(POSITION_TOLERANCE_MM, EVEN_SHARE * abs(step)))


def _numbers(attributes: Attributes, keyword: str, count: int) -> tuple[float, ...]:
    values = attributes.numbers(keyword)
    if len(values) != count:
        raise NoGrid(code="dose_geometry_missing", value=keyword)
    return values


def _offsets(attributes: Attributes, frames: int) -> FloatArray:
    if frames == 1:
        raise NoGrid(code="dose_single_plane")
    offsets = attributes.numbers("GridFrameOffsetVector")
    if len(offsets) != frames:
        raise NoGrid(code="dose_grid_offset_count", value=f"{len(offsets)} / {frames}")
    return np.array(offsets)
