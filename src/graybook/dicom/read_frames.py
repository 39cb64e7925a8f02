"""Read frames: the attributes of a multi-frame image come in; where each frame lies and how it is scaled go out.

Enhanced CT, MR and PET say it in functional groups (PS3.3 C.7.6.16); a reconstructed NM volume by its first slice and the
signed distance of the next (PS3.3 C.8.4.15). Frames that are anything but the slices of one volume are no image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.parsing import reason

__all__ = ["Frames", "enhanced_frames", "nuclear_frames"]

SAME = 1e-4
"""How far direction cosines and pixel spacings of the frames of one volume may differ."""

Point = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Frames:
    """Where the frames of one file lie, and slope and intercept of each."""

    positions_mm: tuple[Point, ...]
    orientation: tuple[float, ...]
    pixel_spacing_mm: tuple[float, float]
    scales: tuple[tuple[float, float], ...]


def enhanced_frames(attributes: Attributes, count: int) -> Frames:
    """The frames of an enhanced object, by its functional groups."""
    shared = next(iter(attributes.items("SharedFunctionalGroupsSequence")), None)
    groups = attributes.items("PerFrameFunctionalGroupsSequence")
    if len(groups) != count:
        raise _no_volume(attributes, f"{len(groups)} functional groups for {count} frames")
    positions, orientations, spacings, scales = [], [], [], []
    for group in groups:
        positions.append(_numbers(attributes, group, shared, "PlanePosition", "ImagePositionPatient", 3))
        orientations.append(
            _numbers(attributes, group, shared, "PlaneOrientation", "ImageOrientationPatient", 6)
        )
        spacings.append(_numbers(attributes, group, shared, "PixelMeasures", "PixelSpacing", 2))
        values = _item(group, shared, "PixelValueTransformationSequence")
        slope = values.number("RescaleSlope") if values is not None else None
        intercept = values.number("RescaleIntercept") if values is not None else None
        scales.append((slope or 1.0, intercept or 0.0))
    for name, each in (("orientation", orientations), ("pixel spacing", spacings)):
        if np.abs(np.array(each) - np.array(each[0])).max() > SAME:
            raise _no_volume(attributes, f"frames differ in {name}")
    return Frames(
        positions_mm=tuple((x, y, z) for x, y, z in positions),
        orientation=orientations[0],
        pixel_spacing_mm=(spacings[0][0], spacings[0][1]),
        scales=tuple(scales),
    )


def _item(group: Attributes, shared: Attributes | None, sequence: str) -> Attributes | None:
    own = group.items(sequence) or (shared.items(sequence) if shared is not None else ())
    return own[0] if own else None


def _numbers(
    attributes: Attributes, group: Attributes, shared: Attributes | None, what: str, keyword: str, count: int
) -> tuple[float, ...]:
    item = _item(group, shared, what + "Sequence")
    values = () if item is None else item.numbers(keyword)
    if len(values) != count:
        raise NotUsed(reason("image_without_geometry", attributes.notes.path, attribute=keyword))
    return values


def nuclear_frames(attributes: Attributes, count: int) -> Frames:
    """The frames of a reconstructed NM volume: its first slice, then along row x column by Spacing Between Slices."""
    kind = attributes.code("ImageType")
    if "RECON TOMO" not in kind.split("\\"):
        code = "nuclear_gated" if "RECON GATED TOMO" in kind.split("\\") else "nuclear_counts"
        raise NotUsed(reason(code, attributes.notes.path, value=kind or "Image Type (0008,0008): -"))
    order = attributes.numbers("SliceVector") or tuple(float(k + 1) for k in range(count))
    if sorted(order) != [float(k + 1) for k in range(count)]:
        raise _no_volume(attributes, "several gates, energies or time slots")
    detector = next(iter(attributes.items("DetectorInformationSequence")), attributes)
    position = detector.numbers("ImagePositionPatient") or attributes.numbers("ImagePositionPatient")
    orientation = detector.numbers("ImageOrientationPatient") or attributes.numbers("ImageOrientationPatient")
    spacing = attributes.numbers("PixelSpacing")
    step = attributes.number("SpacingBetweenSlices") or attributes.number("SliceThickness")
    stated = {
        "ImagePositionPatient": len(position) == 3,
        "ImageOrientationPatient": len(orientation) == 6,
        "PixelSpacing": len(spacing) == 2,
        "SpacingBetweenSlices": bool(step),
    }
    for keyword, is_there in stated.items():
        if not is_there:
            raise NotUsed(reason("image_without_geometry", attributes.notes.path, attribute=keyword))
    normal = np.cross(orientation[:3], orientation[3:])
    places = [np.array(position) + (number - 1.0) * float(step or 0.0) * normal for number in order]
    scale = (attributes.number("RescaleSlope") or 1.0, attributes.number("RescaleIntercept") or 0.0)
    return Frames(
        positions_mm=tuple((float(x), float(y), float(z)) for x, y, z in places),
        orientation=orientation,
        pixel_spacing_mm=(spacing[0], spacing[1]),
        scales=(scale,) * count,
    )


def _no_volume(attributes: Attributes, why: str) -> NotUsed:
    return NotUsed(reason("image_multiframe", attributes.notes.path, value=why))
