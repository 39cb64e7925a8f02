"""Images: the slices of one series come in; a record Image goes out, or the reason why they make no volume yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from graybook.dicom.facts import ImageSliceFacts
from graybook.errors import NotYet
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from graybook.record.image import Image

__all__ = ["image_of"]

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
AXIAL_TOLERANCE = 1e-3
POSITION_TOLERANCE_MM = 0.01
EVEN_SHARE = 0.01
"""Slices are evenly spaced when no gap is off by more than this share of the mean gap, or 0.01 mm."""
SUPINE_HEAD_FIRST = ("HFS", "")


def image_of(slices: Sequence[ImageSliceFacts]) -> Image:
    """The image of one series of axial, head-first supine, evenly spaced slices; anything else is :class:`NotYet`.

    Parameters
    ----------
    slices
        All slices of one series, in any order.
    """
    series = _series(slices)
    for check in (_check_position, _check_orientation, _check_in_plane):
        check(slices, series)
    ordered = sorted(slices, key=lambda item: item.position_mm[2])
    step_mm = _step_mm([item.position_mm[2] for item in ordered], series)
    first = ordered[0]
    row_mm, column_mm = first.pixel_spacing_mm
    grid = Grid(
        frame=first.header.frame,
        shape=(len(ordered), first.rows, first.columns),
        origin_mm=np.array(first.position_mm),
        spacing_mm=np.array([column_mm, row_mm, step_mm]),
        axes=np.eye(3),
    )
    return Image(
        series_uid=first.header.series_uid,
        modality=first.header.modality,
        grid=grid,
        voxels=_stacked(ordered),
    )


def _stacked(ordered: Sequence[ImageSliceFacts]) -> Callable[[], FloatArray]:
    sources = tuple(item.voxels for item in ordered)
    return lambda: np.stack([source() for source in sources])


def _series(slices: Sequence[ImageSliceFacts]) -> str:
    if len(slices) < 2:
        raise NotYet(
            "An image needs at least two slices.",
            value=len(slices),
            remedy="Add the missing slices of the series.",
        )
    series = sorted({item.header.series_uid for item in slices})
    frames = sorted({item.header.frame for item in slices})
    if len(series) != 1 or len(frames) != 1:
        raise NotYet(
            "The slices belong to several series or frames.",
            value=", ".join(series if len(series) != 1 else frames),
            remedy="Give the slices of one series in one frame of reference.",
        )
    return f"Image series {series[0]}"


def _check_position(slices: Sequence[ImageSliceFacts], series: str) -> None:
    positions = sorted({item.patient_position for item in slices} - set(SUPINE_HEAD_FIRST))
    if positions:
        raise NotYet(
            f"{series} was not taken head first, supine.",
            value=", ".join(positions),
            remedy="Export the series head first supine; Graybook does not turn images yet.",
        )


def _check_orientation(slices: Sequence[ImageSliceFacts], series: str) -> None:
    for item in slices:
        if np.abs(np.array(item.orientation) - AXIAL).max() > AXIAL_TOLERANCE:
            raise NotYet(
                f"{series} is not axial: its rows and columns are turned or tilted.",
                value=[round(value, 4) for value in item.orientation],
                remedy="Export the series as axial slices without tilt; Graybook does not straighten images.",
            )


def _check_in_plane(slices: Sequence[ImageSliceFacts], series: str) -> None:
    first = slices[0]
    for item in slices:
        same_size = (item.rows, item.columns) == (first.rows, first.columns)
        spacing = np.allclose(item.pixel_spacing_mm, first.pixel_spacing_mm, rtol=1e-4)
        shift_mm = np.abs(np.array(item.position_mm[:2]) - first.position_mm[:2]).max()
        if not same_size or not spacing:
            raise NotYet(
                f"{series} has slices of different size or pixel spacing.",
                value=item.header.path,
                remedy="Leave out the slices that do not belong to the volume.",
            )
        if shift_mm > POSITION_TOLERANCE_MM:
            raise NotYet(
                f"{series} has slices shifted against each other (a tilted gantry).",
                value=f"{shift_mm:.3f} mm",
                remedy="Export the series without gantry tilt; Graybook does not straighten images.",
            )


def _step_mm(heights_mm: Sequence[float], series: str) -> float:
    gaps = np.diff(np.array(heights_mm))
    step = float(heights_mm[-1] - heights_mm[0]) / (len(heights_mm) - 1)
    if gaps.min() <= POSITION_TOLERANCE_MM:
        raise NotYet(
            f"{series} has two slices at one position.",
            value=f"z = {heights_mm[int(gaps.argmin())]:g} mm",
            remedy="Leave out the repeated slices (another phase or reconstruction).",
        )
    if np.abs(gaps - step).max() > max(POSITION_TOLERANCE_MM, EVEN_SHARE * step):
        raise NotYet(
            f"{series} has unevenly spaced slices, or some are missing.",
            value=f"gaps of {gaps.min():g} to {gaps.max():g} mm",
            remedy="Add the missing slices, or export the series with even spacing.",
        )
    return step
