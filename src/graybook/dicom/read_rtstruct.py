"""Read RTSTRUCT: a structure set's attributes come in; its ROIs go out, contours parsed in bulk when asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from pydicom.dataelem import RawDataElement

from graybook.dicom.attributes import Attributes, decimal_array, tag_text
from graybook.dicom.contour_items import NotPlain, contour_items
from graybook.dicom.facts import Header, RoiFacts, StructureSetFacts
from graybook.errors import InputError, NotYet
from graybook.geometry.arrays import FloatArray
from graybook.geometry.contours import ContourStack
from graybook.record.assessment import Severity

__all__ = ["structure_set"]

CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
"""Contour types that bound an area (PS3.3 C.8.8.6.1, C.8.8.6.3); areas of one plane combine by exclusive or."""
CLOSING_MM = 1e-6
LEVEL_MM = 1e-3
GAP = 1.5
"""A step between planes that is longer than its neighbours by more than this factor is a gap, which the DVH does not fill."""
FARTHEST_MM = 10_000.0
WIDEST_MM = 3_000.0
"""No structure lies farther from the origin, nor is wider."""
BOOLEAN = ("EXCLU", "INCLU")
"""How interpreted types begin that mean a boolean of other ROIs."""
LONGEST_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class _Contour:
    kind: str
    data: bytes

    @property
    def points(self) -> int:
        return (self.data.count(b"\\") + 1) // 3 if self.data.strip(b" \x00") else 0

    @property
    def height_mm(self) -> float | None:
        """z of an axial contour, from its first two points alone; None for another or a malformed one. [mm]"""
        numbers = self.data.split(b"\\", 6)
        with suppress(ValueError, IndexError):
            first, second = float(numbers[2]), float(numbers[5])
            return first if abs(first - second) < LEVEL_MM and abs(first) < FARTHEST_MM else None
        return None


def structure_set(attributes: Attributes, header: Header) -> StructureSetFacts:
    """The facts of an RTSTRUCT; contour strings are kept as they are until a stack is asked for."""
    frames = [
        item.uid("FrameOfReferenceUID") for item in attributes.items("ReferencedFrameOfReferenceSequence")
    ]
    frames = [frame for frame in dict.fromkeys(frames) if frame]
    default = frames[0] if len(frames) == 1 else header.frame
    types = {
        item.whole("ReferencedROINumber"): item.code("RTROIInterpretedType")
        for item in attributes.items("RTROIObservationsSequence")
    }
    drawn = _drawn(attributes)
    rois = tuple(_roi(item, types, drawn, default) for item in attributes.items("StructureSetROISequence"))
    _note_relations(attributes, {roi.number: roi.name for roi in rois})
    _note_frames(attributes, rois)
    known = {roi.number for roi in rois}
    for number in sorted(set(drawn) - known):
        attributes.notes.add("contours_without_roi", number=number)
    series = attributes.below(
        "ReferencedFrameOfReferenceSequence", "RTReferencedStudySequence", "RTReferencedSeriesSequence"
    )
    return StructureSetFacts(
        header=header,
        label=attributes.text("StructureSetLabel"),
        rois=rois,
        image_series_uids=tuple(
            dict.fromkeys(uid for uid in (item.uid("SeriesInstanceUID") for item in series) if uid)
        ),
    )


def _drawn(attributes: Attributes) -> dict[int, tuple[_Contour, ...]]:
    """The contours by ROI number, in the order of the file."""
    drawn: dict[int, tuple[_Contour, ...]] = {}
    element = attributes.element("ROIContourSequence")
    if isinstance(element, RawDataElement) and element.value and element.is_little_endian:
        with suppress(NotPlain):
            for roi, contours in contour_items(element.value, implicit=element.is_implicit_VR):
                found = tuple(_Contour(kind=kind or "CLOSED_PLANAR", data=data) for kind, data in contours)
                drawn[roi] = drawn.get(roi, ()) + found
            return drawn
    for item in attributes.items("ROIContourSequence"):
        number = item.whole("ReferencedROINumber")
        if number is not None:
            found = tuple(_contour(contour) for contour in item.items("ContourSequence"))
            drawn[number] = drawn.get(number, ()) + found
    return drawn


def _contour(item: Attributes) -> _Contour:
    raw = item.raw("ContourData")
    if raw is None and "ContourData" in item:
        raw = "\\".join(str(value) for value in item.dataset["ContourData"].value or []).encode()
    return _Contour(kind=item.code("ContourGeometricType") or "CLOSED_PLANAR", data=raw or b"")


def _roi(
    item: Attributes, types: dict[int | None, str], drawn: dict[int, tuple[_Contour, ...]], default: str
) -> RoiFacts:
    number = item.whole("ROINumber")
    name = item.text("ROIName")
    contours = drawn.get(number, ()) if number is not None else ()
    closed = tuple(contour for contour in contours if contour.kind in CLOSED and contour.points >= 3)
    _note(item, name, contours, closed)
    _note_gaps(item, name, closed)
    frame = item.uid("ReferencedFrameOfReferenceUID") or default
    return RoiFacts(
        number=-1 if number is None else number,
        name=name,
        interpreted_type=types.get(number, ""),
        frame=frame,
        contour_count=len(closed),
        contours=_stack(name, frame, contours, closed),
    )


def _note(item: Attributes, name: str, contours: tuple[_Contour, ...], closed: tuple[_Contour, ...]) -> None:
    if not contours:
        item.notes.add("roi_empty", Severity.INFO, roi=name)
        return
    other = sorted({contour.kind for contour in contours} - CLOSED)
    if other:
        count = sum(contour.kind not in CLOSED for contour in contours)
        item.notes.add(
            "roi_contours_not_closed", Severity.INFO, roi=name, kinds=", ".join(other), count=count
        )
    small = sum(contour.kind in CLOSED for contour in contours) - len(closed)
    if small:
        item.notes.add("roi_contours_too_small", roi=name, count=small)


def _note_gaps(item: Attributes, name: str, closed: tuple[_Contour, ...]) -> None:
    """Say where slices are missing inside a structure: a step more than 1.5 times the steps beside it. [mm]"""
    heights = sorted({round(height, 2) for contour in closed if (height := contour.height_mm) is not None})
    steps = [above - below for below, above in pairwise(heights)]
    for place, step in enumerate(steps):
        beside = steps[max(0, place - 1) : place] + steps[place + 1 : place + 2]
        if beside and step > GAP * max(beside):
            low, high = heights[place], heights[place + 1]
            item.notes.add("roi_gap", roi=name, low_mm=low, high_mm=high, step_mm=max(beside))


def _note_relations(attributes: Attributes, names: dict[int, str]) -> None:
    """Name the ROIs that exclude or include others: contours are used as drawn, nothing is subtracted or added."""
    for item in attributes.items("RTROIObservationsSequence"):
        number = item.whole("ReferencedROINumber")
        name = names.get(-1 if number is None else number, "")
        kind = item.code("RTROIInterpretedType")
        if kind.startswith(BOOLEAN):
            attributes.notes.add("roi_boolean", Severity.INFO, roi=name, relation=kind, other="")
        for related in item.items("RTRelatedROISequence"):
            relation = related.code("RTROIRelationship")
            other = related.whole("ReferencedROINumber")
            if relation and relation != "SAME":
                shown = names.get(-1 if other is None else other, str(other))
                attributes.notes.add("roi_boolean", Severity.INFO, roi=name, relation=relation, other=shown)


def _note_frames(attributes: Attributes, rois: tuple[RoiFacts, ...]) -> None:
    """Say when the ROIs of one set lie in several frames of reference."""
    drawn = [roi.frame for roi in rois if roi.contour_count and roi.frame]
    if len(set(drawn)) > 1:
        listed = ", ".join(f"{frame} ({drawn.count(frame)})" for frame in dict.fromkeys(drawn))
        attributes.notes.add("structures_several_frames", count=len(set(drawn)), frames=listed)


def _stack(
    name: str, frame: str, contours: tuple[_Contour, ...], closed: tuple[_Contour, ...]
) -> Callable[[], ContourStack]:
    @cache
    def stack() -> ContourStack:
        if contours and not closed:
            raise NotYet(
                f"ROI {name!r} has no closed planar contour.",
                value=", ".join(sorted({contour.kind for contour in contours})),
                remedy="Use a structure drawn with closed planar contours.",
            )
        try:
            return ContourStack(frame=frame, polygons=_polygons(name, closed))
        except NotYet as error:
            raise NotYet(f"ROI {name!r}: {error.what}", value=error.value, remedy=error.remedy) from error
        except InputError as error:
            raise InputError(f"ROI {name!r}: {error.what}", value=error.value, remedy=error.remedy) from error

    return stack


def _polygons(name: str, closed: tuple[_Contour, ...]) -> tuple[FloatArray, ...]:
    """All polygons of one ROI: one parse for all its strings, cut up afterwards."""
    counts = [contour.data.count(b"\\") + 1 for contour in closed]
    for contour, count in zip(closed, counts, strict=True):
        if count % 3:
            raise _malformed(name, contour.data, f"{count} numbers")
    if not closed:
        return ()
    try:
        values = decimal_array(b"\\".join(contour.data.strip(b" \x00") for contour in closed))
    except ValueError:
        raise _malformed(name, *_first_malformed(closed)) from None
    points = values.reshape(-1, 3)
    if not np.all(np.isfinite(points)):
        raise _malformed(name, b"", "a number that is not finite")
    if np.abs(points).max(initial=0.0) > FARTHEST_MM or np.ptp(points, axis=0).max() > WIDEST_MM:
        raise _malformed(name, b"", f"points up to {np.abs(points).max():g} mm away")
    ends = np.cumsum(np.array(counts) // 3)
    starts = ends - np.array(counts) // 3
    closes = (ends - starts > 3) & (np.abs(points[starts] - points[ends - 1]).max(axis=1) < CLOSING_MM)
    # a last point that repeats the first is left out
    return tuple(
        points[low:high] for low, high in zip(starts.tolist(), (ends - closes).tolist(), strict=True)
    )


def _first_malformed(closed: tuple[_Contour, ...]) -> tuple[bytes, str]:
    for contour in closed:
        for part in contour.data.strip(b" \x00").split(b"\\"):
            try:
                decimal_array(part)
                if not part.strip():
                    return contour.data, "an empty number"
            except ValueError:
                return contour.data, part.decode("latin-1")[:LONGEST_SHOWN]
    return b"", ""


def _malformed(name: str, data: bytes, value: str) -> InputError:
    return InputError(
        f"{tag_text('ContourData')} of ROI {name!r} is not a list of points.",
        value=value or data.decode("latin-1")[:LONGEST_SHOWN],
        remedy="Export the structure set again, or leave this structure out.",
    )
