"""Written SEG: masks on one grid come in, a Segmentation of binary or fractional segments goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pack_bits
from pydicom.tag import Tag
from pydicom.uid import SegmentationStorage

from graybook.dicom.marks import uid_from
from graybook.dicom.nuclide_codes import Code
from graybook.dicom.write_header import NOON, SeriesHeader, day_text, decimal, decimals, header_dataset, save
from graybook.dicom.write_items import code_item
from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.grid import Grid

__all__ = ["WrittenSegment", "seg_dataset", "write_seg"]

MOST_FRACTION = 255
"""Stored value of a voxel that is wholly inside."""
DIMENSIONS = (
    ("ReferencedSegmentNumber", "SegmentIdentificationSequence"),
    ("ImagePositionPatient", "PlanePositionSequence"),
)
ANATOMY = Code("123037004", "SCT", "Anatomical Structure")
ORGAN = Code("113343008", "SCT", "Organ")


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenSegment:
    """One segment: its label, its mask (bool, or the fraction of each voxel), zyx, and what it is of, coded."""

    label: str
    mask: BoolArray | FloatArray
    kind: Code = ORGAN


def seg_dataset(
    header: SeriesHeader,
    *,
    uid: str,
    grid: Grid,
    segments: Sequence[WrittenSegment],
    image_series_uid: str = "",
) -> Dataset:
    """A Segmentation of ``segments`` on ``grid``: binary when all masks are bool, else fractional; empty planes are left out.

    Parameters
    ----------
    header
        Person, study, series; its frame is the grid's.
    uid
        SOP Instance UID.
    grid
        Even and right-handed.
    segments
        Numbered from 1.
    image_series_uid
        The series they were drawn on.
    """
    row, column, normal = grid.axes.T
    shapes = {one.mask.shape for one in segments}
    if shapes != {grid.shape} or grid.planes_mm is not None or not np.allclose(np.cross(row, column), normal):
        raise UsageError(
            "A segmentation is written on an even, right-handed grid of its own shape.",
            value=(sorted(shapes), grid.shape),
            remedy="Give at least one mask, each of the grid's shape.",
        )
    is_binary = all(one.mask.dtype == np.bool_ for one in segments)
    ds = header_dataset(header, sop_class=SegmentationStorage, uid=uid, modality="SEG")
    ds.ImageType = ["DERIVED", "PRIMARY"]
    ds.InstanceNumber = 1
    ds.DeviceSerialNumber = header.software
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "SEGMENTATION", "", ""
    ds.ContentDate, ds.ContentTime = day_text(header.day), NOON
    ds.SegmentationType = "BINARY" if is_binary else "FRACTIONAL"
    if not is_binary:
        ds.SegmentationFractionalType, ds.MaximumFractionalValue = "OCCUPANCY", MOST_FRACTION
    ds.LossyImageCompression = "00"
    ds.SegmentSequence = [_segment(number, one) for number, one in enumerate(segments, 1)]
    _add_frames(ds, grid, segments, is_binary=is_binary)
    if image_series_uid:
        series = Dataset()
        series.SeriesInstanceUID = image_series_uid
        series.ReferencedInstanceSequence = []
        ds.ReferencedSeriesSequence = [series]
    return ds


def _segment(number: int, segment: WrittenSegment) -> Dataset:
    item = Dataset()
    item.SegmentNumber = number
    item.SegmentLabel = segment.label
    item.SegmentedPropertyCategoryCodeSequence = [code_item(ANATOMY)]
    item.SegmentedPropertyTypeCodeSequence = [code_item(segment.kind)]
    item.SegmentAlgorithmType = "MANUAL"
    return item


def _add_frames(ds: Dataset, grid: Grid, segments: Sequence[WrittenSegment], *, is_binary: bool) -> None:
    measures = Dataset()
    measures.PixelSpacing = decimals([grid.spacing_mm[1], grid.spacing_mm[0]])
    measures.SliceThickness = measures.SpacingBetweenSlices = decimal(grid.spacing_mm[2])
    orientation = Dataset()
    orientation.ImageOrientationPatient = decimals(grid.axes.T[:2])
    shared = Dataset()
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    ds.SharedFunctionalGroupsSequence = [shared]
    _add_dimensions(ds)
    groups, frames = [], []
    for number, segment in enumerate(segments, 1):
        for plane in np.flatnonzero(segment.mask.any(axis=(1, 2))) if segment.mask.any() else [0]:
            place_mm = grid.points_at(np.array([[0.0, 0.0, float(plane)]]))[0]
            groups.append(_group(number, int(plane), place_mm))
            frames.append(segment.mask[plane])
    ds.PerFrameFunctionalGroupsSequence = groups
    ds.NumberOfFrames = len(frames)
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = grid.shape[1:]
    ds.PixelRepresentation = 0
    ds.BitsAllocated = ds.BitsStored = 1 if is_binary else 8
    ds.HighBit = ds.BitsStored - 1
    values = np.stack(frames)
    scaled = values if is_binary else np.rint(np.clip(values, 0.0, 1.0) * MOST_FRACTION)
    stored = scaled.astype(np.uint8)
    ds.PixelData = pack_bits(stored, pad=True) if is_binary else _even(stored.tobytes())
    ds["PixelData"].VR = "OB"


def _even(data: bytes) -> bytes:
    return data + b"\x00" * (len(data) % 2)


def _add_dimensions(ds: Dataset) -> None:
    """Frames are told apart by segment and position."""
    uid = uid_from("segmentation dimensions", ds.SOPInstanceUID)
    organization = Dataset()
    organization.DimensionOrganizationUID = uid
    ds.DimensionOrganizationSequence = [organization]
    ds.DimensionIndexSequence = []
    for pointer, group in DIMENSIONS:
        index = Dataset()
        index.DimensionOrganizationUID = uid
        index.DimensionIndexPointer, index.FunctionalGroupPointer = Tag(pointer), Tag(group)
        ds.DimensionIndexSequence.append(index)


def _group(number: int, plane: int, position_mm: FloatArray) -> Dataset:
    group = Dataset()
    content, place, segment = Dataset(), Dataset(), Dataset()
    content.DimensionIndexValues = [number, plane + 1]
    group.FrameContentSequence = [content]
    place.ImagePositionPatient = decimals(position_mm)
    segment.ReferencedSegmentNumber = number
    group.PlanePositionSequence, group.SegmentIdentificationSequence = [place], [segment]
    return group


def write_seg(
    path: Path,
    *,
    header: SeriesHeader,
    uid: str,
    grid: Grid,
    segments: Sequence[WrittenSegment],
    image_series_uid: str = "",
) -> str:
    """Write a Segmentation (parameters as :func:`seg_dataset`); gives its SOP Instance UID."""
    dataset = seg_dataset(header, uid=uid, grid=grid, segments=segments, image_series_uid=image_series_uid)
    return save(dataset, path)
