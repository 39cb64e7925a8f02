"""Read image: the attributes of a CT, MR, PET or NM image come in; its geometry and a source of its voxels go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.facts import Header, ImageSliceFacts
from graybook.dicom.parsing import reason
from graybook.dicom.pixels import LARGEST_VOXELS, decoded, missing_bytes
from graybook.dicom.read_activity import activity
from graybook.dicom.read_frames import Frames, enhanced_frames, nuclear_frames
from graybook.dicom.walk import SourceFile
from graybook.errors import UnreadableFile
from graybook.geometry.arrays import FloatArray

__all__ = ["image_slice"]

GEOMETRY = {"ImagePositionPatient": 3, "ImageOrientationPatient": 6, "PixelSpacing": 2}


def image_slice(attributes: Attributes, header: Header, source: SourceFile) -> ImageSliceFacts:
    """The facts of one image file, of one slice or many; :class:`NotUsed` when it has no usable geometry or pixels."""
    path = header.path
    if "LOCALIZER" in attributes.code("ImageType").split("\\"):
        raise NotUsed(reason("image_is_localizer", path))
    count = attributes.whole("NumberOfFrames") or 1
    rows, columns = attributes.whole("Rows"), attributes.whole("Columns")
    if not rows or not columns or "PixelData" not in attributes:
        raise NotUsed(reason("pixel_data_missing", path))
    if not 0 < count * rows * columns <= LARGEST_VOXELS:
        raise NotUsed(reason("image_multiframe", path, value=f"{count:.6g} frames"))
    frames = _frames(attributes, count)
    if (attributes.whole("SamplesPerPixel") or 1) != 1:
        raise NotUsed(reason("image_in_colour", path))
    missing = missing_bytes(attributes, count)
    if missing:
        raise NotUsed(reason("pixel_data_truncated", path, missing=missing))
    return ImageSliceFacts(
        header=header,
        position_mm=frames.positions_mm[0],
        orientation=frames.orientation,
        patient_position=attributes.code("PatientPosition"),
        rows=rows,
        columns=columns,
        pixel_spacing_mm=frames.pixel_spacing_mm,
        voxels=_voxels(source, frames.scales, several=_has_several(attributes, count)),
        frames_mm=frames.positions_mm if _has_several(attributes, count) else (),
        activity=activity(attributes, frames.scales),
    )


def _has_several(attributes: Attributes, count: int) -> bool:
    return count > 1 or "PerFrameFunctionalGroupsSequence" in attributes


def _frames(attributes: Attributes, count: int) -> Frames:
    if "PerFrameFunctionalGroupsSequence" in attributes:
        return enhanced_frames(attributes, count)
    if attributes.code("Modality") == "NM":
        return nuclear_frames(attributes, count)
    values = {name: attributes.numbers(name) for name in GEOMETRY}
    for name, wanted in GEOMETRY.items():
        if len(values[name]) != wanted:
            raise NotUsed(reason("image_without_geometry", attributes.notes.path, attribute=name))
    if count != 1:
        raise NotUsed(reason("image_multiframe", attributes.notes.path, value=f"{count} frames"))
    x, y, z = values["ImagePositionPatient"]
    slope = attributes.number("RescaleSlope") or 1.0
    return Frames(
        positions_mm=((x, y, z),),
        orientation=values["ImageOrientationPatient"],
        pixel_spacing_mm=(values["PixelSpacing"][0], values["PixelSpacing"][1]),
        scales=((slope, attributes.number("RescaleIntercept") or 0.0),),
    )


def _voxels(
    source: SourceFile, scales: Sequence[tuple[float, float]], *, several: bool
) -> Callable[[], FloatArray]:
    slopes, intercepts = np.array(scales, dtype=np.float32).T[:, :, None, None]

    def voxels() -> FloatArray:
        _, stored = decoded(source, len(scales))
        with np.errstate(over="ignore", invalid="ignore"):
            values = stored.astype(np.float32) * slopes + intercepts
        if not np.all(np.isfinite(values)):
            raise UnreadableFile(
                f"Rescale Slope (0028,1053) and Intercept (0028,1052) of {source.path} give no numbers.",
                value=scales[0],
                remedy="Export the image again.",
            )
        return np.asarray(values if several else values[0])

    return voxels
