"""Read SEG: the attributes of a Segmentation come in; its grid, and a source of each segment's mask, go out.

The frames of all segments lie on parallel planes; the grid reaches from the lowest to the highest. A plane that has no frame of a
segment is empty in it (PS3.3 A.51). A binary segment is inside or outside; a fractional one has the share that its values have of
the Maximum Fractional Value; a label map has the number of the segment in each voxel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.facts import Header, SegmentationFacts, SegmentFacts
from graybook.dicom.nuclide_codes import code_of
from graybook.dicom.parsing import reason
from graybook.dicom.pixels import LARGEST_VOXELS
from graybook.dicom.read_frames import Frames, enhanced_frames
from graybook.dicom.seg_pixels import SegmentPixels, segment_pixels
from graybook.dicom.walk import SourceFile
from graybook.errors import InputError, UnreadableFile
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.grid import Grid

__all__ = ["segmentation"]

LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
KINDS = ("BINARY", "FRACTIONAL", "LABELMAP")
PLANE_TOLERANCE_MM = 0.01
"""Frames nearer to each other lie on one plane. [mm]"""
ASIDE_MM = 0.1
"""How far a frame may lie aside of the normal through the first. [mm]"""
EVEN_SHARE = 0.05
"""How far a plane may be from a whole number of steps, as a share of the step."""
MOST_FRACTION = 255
"""Fractions are stored in 8 bits (PS3.3 C.8.20.2)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Frames:
    """The segment number and the plane of each frame, on one grid."""

    grid: Grid
    segments: tuple[int | None, ...]
    planes: tuple[int, ...]


def segmentation(attributes: Attributes, header: Header, source: SourceFile) -> SegmentationFacts:
    """The facts of a SEG; :class:`NotUsed` when its frames are no segments of one volume."""
    kind = "LABELMAP" if header.sop_class_uid == LABEL_MAP else attributes.code("SegmentationType")
    if kind not in KINDS:
        raise _unusable(attributes, f"SegmentationType {kind or '-'}")
    if "PixelData" not in attributes:
        raise NotUsed(reason("pixel_data_missing", header.path))
    count = attributes.whole("NumberOfFrames") or 1
    frames = _frames(attributes, header, count, labelled=kind == "LABELMAP")
    pixels = segment_pixels(attributes, source, count)
    most = attributes.number("MaximumFractionalValue") if kind == "FRACTIONAL" else 1.0
    if not most or not 0.0 < most <= MOST_FRACTION:
        raise _unusable(attributes, f"MaximumFractionalValue {most}")
    segments = tuple(
        SegmentFacts(
            number=number,
            label=item.text("SegmentLabel"),
            category=_meaning(item, "SegmentedPropertyCategoryCodeSequence"),
            kind=_meaning(item, "SegmentedPropertyTypeCodeSequence"),
            algorithm=" ".join(
                one for one in (item.code("SegmentAlgorithmType"), item.text("SegmentAlgorithmName")) if one
            ),
            mask=_mask(pixels, frames, number, kind, most),
            is_fraction=kind == "FRACTIONAL",
        )
        for item, number in _numbered(attributes)
    )
    _check_segments(attributes, frames, segments)
    return SegmentationFacts(
        header=header,
        label=attributes.text("ContentLabel") or header.series_description,
        grid=frames.grid,
        segments=segments,
        image_series_uids=_series(attributes),
    )


def _check_segments(attributes: Attributes, frames: _Frames, segments: Sequence[SegmentFacts]) -> None:
    """Every frame belongs to a segment that is described; a segment without frames is said to be empty."""
    described, drawn = {one.number for one in segments}, set(frames.segments) - {None}
    if not described or drawn - described:
        raise _unusable(attributes, f"Segment Sequence (0062,0002): {sorted(described)}, frames: {drawn}")
    if None not in frames.segments:
        for one in segments:
            if one.number not in drawn:
                attributes.notes.add("segmentation_empty", segment=one.label or one.number)


def _unusable(attributes: Attributes, value: str) -> NotUsed:
    return NotUsed(reason("segmentation_unusable", attributes.notes.path, value=value))


def _numbered(attributes: Attributes) -> list[tuple[Attributes, int]]:
    """The segments with their numbers, each once; the background of a label map (0) is none."""
    found: dict[int, Attributes] = {}
    for item in attributes.items("SegmentSequence"):
        number = item.whole("SegmentNumber")
        if number is None or number < 0 or number in found:
            raise _unusable(attributes, f"SegmentNumber {'-' if number is None else number}")
        found[number] = item
    return [(item, number) for number, item in sorted(found.items()) if number > 0]


def _meaning(item: Attributes, sequence: str) -> str:
    code = code_of(item, sequence)
    return "" if code is None else code.meaning


def _series(attributes: Attributes) -> tuple[str, ...]:
    found = [item.uid("SeriesInstanceUID") for item in attributes.items("ReferencedSeriesSequence")]
    return tuple(dict.fromkeys(uid for uid in found if uid))


def _frames(attributes: Attributes, header: Header, count: int, *, labelled: bool) -> _Frames:
    placed = enhanced_frames(attributes, count)
    if not header.frame:
        raise _unusable(attributes, "FrameOfReferenceUID -")
    groups = attributes.items("PerFrameFunctionalGroupsSequence")
    shared = next(iter(attributes.items("SharedFunctionalGroupsSequence")), None)
    segments = [None if labelled else _segment_of(group, shared) for group in groups]
    if not labelled and None in segments:
        raise _unusable(attributes, "ReferencedSegmentNumber -")
    stated = [_stated_mm(groups, shared, keyword) for keyword in ("SpacingBetweenSlices", "SliceThickness")]
    grid, planes = _grid(attributes, header.frame, placed, stated)
    if len(set(zip(segments, planes, strict=True))) < count:
        raise _unusable(attributes, "two frames of one segment on one plane")
    return _Frames(grid=grid, segments=tuple(segments), planes=planes)


def _segment_of(group: Attributes, shared: Attributes | None) -> int | None:
    items = group.items("SegmentIdentificationSequence")
    items = items or (() if shared is None else shared.items("SegmentIdentificationSequence"))
    return items[0].whole("ReferencedSegmentNumber") if items else None


def _stated_mm(groups: Sequence[Attributes], shared: Attributes | None, keyword: str) -> float | None:
    """Spacing Between Slices or Slice Thickness, as stated. [mm]"""
    for one in (shared, *groups[:1]):
        for item in () if one is None else one.items("PixelMeasuresSequence"):
            value = item.number(keyword)
            if value is not None and value > 0.0:
                return value
    return None


def _grid(
    attributes: Attributes, frame: str, placed: Frames, stated_mm: Sequence[float | None]
) -> tuple[Grid, tuple[int, ...]]:
    """The grid from the lowest plane to the highest, and the plane of each frame on it."""
    row, column = np.array(placed.orientation[:3]), np.array(placed.orientation[3:])
    lengths = np.linalg.norm([row, column], axis=1)
    if np.abs(lengths - 1.0).max() > 1e-2 or abs(float(row @ column)) > 1e-3:
        raise _unusable(attributes, "ImageOrientationPatient")
    row, column = row / lengths[0], column / lengths[1]
    normal = np.cross(row, column)
    places = np.array(placed.positions_mm)
    heights = (places - places[0]) @ normal
    if np.abs(places - places[0] - heights[:, None] * normal).max() > ASIDE_MM:
        raise _unusable(attributes, "ImagePositionPatient: frames lie aside of each other")
    step = _step(heights, *stated_mm)
    if not step:
        raise _unusable(attributes, "planes at uneven distances")
    exact = (heights - heights.min()) / step
    planes = np.rint(exact).astype(int)
    count = int(planes.max()) + 1
    rows, columns = attributes.whole("Rows") or 0, attributes.whole("Columns") or 0
    if np.abs(exact - planes).max() > EVEN_SHARE or count * max(1, rows * columns) > LARGEST_VOXELS:
        raise _unusable(attributes, f"planes {step:g} mm apart, and others between them")
    row_mm, column_mm = placed.pixel_spacing_mm
    try:
        grid = Grid(
            frame=frame,
            shape=(count, rows, columns),
            origin_mm=places[int(heights.argmin())],
            spacing_mm=np.array([column_mm, row_mm, step]),
            axes=np.stack([row, column, normal], axis=1),
        )
    except InputError as error:
        raise _unusable(attributes, error.what) from error
    return grid, tuple(int(plane) for plane in planes)


def _step(heights_mm: FloatArray, spacing_mm: float | None, thickness_mm: float | None) -> float | None:
    """From plane to plane, made even; None where nothing fits. [mm]

    A segment may leave planes out: the stated spacing counts where every gap is a multiple of it, else the gaps where they are
    all alike, else the stated thickness in the same way. The smallest gap alone could be several steps, or a fault.
    """
    gaps = np.diff(np.sort(heights_mm))
    gaps = gaps[gaps > PLANE_TOLERANCE_MM]
    if not len(gaps):
        return spacing_mm or thickness_mm
    alike = float(gaps.mean()) if np.ptp(gaps) <= EVEN_SHARE * gaps.mean() else None
    for step in (spacing_mm, alike, thickness_mm):
        if step is not None and _fits(gaps / step):
            extent = float(heights_mm.max() - heights_mm.min())
            return extent / max(1, round(extent / step))
    return None


def _fits(multiples: FloatArray) -> bool:
    return bool(multiples.min() > 0.5 and np.abs(multiples - np.rint(multiples)).max() <= EVEN_SHARE)


def _mask(
    pixels: SegmentPixels, frames: _Frames, number: int, kind: str, most: float
) -> Callable[[], FloatArray | BoolArray]:
    own = [k for k, segment in enumerate(frames.segments) if segment in (None, number)]

    def mask() -> FloatArray | BoolArray:
        dtype = np.float32 if kind == "FRACTIONAL" else np.bool_
        found: FloatArray | BoolArray = np.zeros(frames.grid.shape, dtype=dtype)
        for frame, values in zip(own, pixels.values(own), strict=True):
            found[frames.planes[frame]] = _inside(pixels, values, number, kind, most)
        return found

    return mask


def _inside(
    pixels: SegmentPixels, values: FloatArray, number: int, kind: str, most: float
) -> FloatArray | BoolArray:
    """What the stored values of one frame say of a segment."""
    if kind == "LABELMAP":
        return np.asarray(values == number)
    if kind == "BINARY":
        return np.asarray(values > 0)
    if float(values.max()) > most:
        raise UnreadableFile(
            f"Segmentation {pixels.source.path} has values above its Maximum Fractional Value (0062,000E).",
            value=(float(values.max()), most),
            remedy="Export the segmentation again.",
        )
    return np.asarray(values / most)
