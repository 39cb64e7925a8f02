"""Dose geometry: the attributes of an RTDOSE come in; the grid of its voxels goes out, or the reason why there is none."""

from __future__ import annotations

import numpy as np

from graybook.dicom.attributes import Attributes
from graybook.dicom.pixels import is_native, missing_bytes
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid

__all__ = ["NoGrid", "dose_grid", "frame_count", "plane_offsets_mm"]

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
AXIAL_TOLERANCE = 1e-4
POSITION_TOLERANCE_MM = 0.01
EVEN_SHARE = 0.005
"""Planes are evenly spaced when no gap is off by more than this share of the mean gap, or 0.01 mm."""


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
    orientation is (1,0,0,0,1,0): they are z coordinates. Anything else is no convention of DICOM.

    Examples
    --------
    >>> plane_offsets_mm(np.array([-10.0, -7.0]), -10.0, (1, 0, 0, 0, 1, 0)).tolist()
    [0.0, 3.0]
    """
    if abs(offsets[0]) <= POSITION_TOLERANCE_MM / 10:
        return np.asarray(offsets - offsets[0])
    axial = np.abs(np.array(orientation) - AXIAL).max() <= AXIAL_TOLERANCE
    if axial and abs(offsets[0] - position_z_mm) <= POSITION_TOLERANCE_MM:
        return np.asarray(offsets - offsets[0])
    raise NoGrid(code="dose_grid_offsets", value=f"{offsets[0]:g}")


def dose_grid(attributes: Attributes, frame: str, frames: int) -> Grid:
    """The grid of an RTDOSE in ``frame``; :class:`NoGrid` when its geometry cannot be used."""
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
    step = _step_mm(_offsets(attributes, frames), position[2], orientation)
    normal = np.cross(row, column) * np.sign(step)
    try:
        return Grid(
            frame=frame,
            shape=(frames, rows, columns),
            origin_mm=np.array(position),
            spacing_mm=np.array([spacing[1], spacing[0], abs(step)]),
            axes=np.stack([row, column, normal], axis=1),
        )
    except InputError as error:
        raise NoGrid(code="dose_orientation", value=str(error.value)) from error


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


def _step_mm(offsets: FloatArray, position_z_mm: float, orientation: tuple[float, ...]) -> float:
    """Signed distance of neighbouring planes along row x column. [mm]"""
    relative = plane_offsets_mm(offsets, position_z_mm, orientation)
    step = float(relative[-1]) / (len(relative) - 1)
    gaps = np.diff(relative)
    if step == 0 or np.abs(gaps - step).max() > max(POSITION_TOLERANCE_MM, EVEN_SHARE * abs(step)):
        raise NoGrid(code="dose_grid_uneven", value=f"{gaps.min():g} … {gaps.max():g}")
    return step
