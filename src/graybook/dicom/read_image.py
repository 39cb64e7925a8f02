"""Read image: a CT slice's attributes come in; its geometry and a source of its voxels go out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.facts import Header, ImageSliceFacts
from graybook.dicom.parsing import reason
from graybook.dicom.pixels import decoded, missing_bytes
from graybook.dicom.walk import SourceFile
from graybook.geometry.arrays import FloatArray

__all__ = ["image_slice"]

GEOMETRY = {"ImagePositionPatient": 3, "ImageOrientationPatient": 6, "PixelSpacing": 2}


def image_slice(attributes: Attributes, header: Header, source: SourceFile) -> ImageSliceFacts:
    """The facts of one slice; :class:`NotUsed` when it has no usable geometry or pixels."""
    path = header.path
    if "LOCALIZER" in attributes.code("ImageType").split("\\"):
        raise NotUsed(reason("image_is_localizer", path))
    values = {name: attributes.numbers(name) for name in GEOMETRY}
    for name, count in GEOMETRY.items():
        if len(values[name]) != count:
            raise NotUsed(reason("image_without_geometry", path, attribute=name))
    rows, columns = attributes.whole("Rows"), attributes.whole("Columns")
    if not rows or not columns or "PixelData" not in attributes:
        raise NotUsed(reason("pixel_data_missing", path))
    if (attributes.whole("NumberOfFrames") or 1) != 1:
        raise NotUsed(reason("image_multiframe", path))
    missing = missing_bytes(attributes, 1)
    if missing:
        raise NotUsed(reason("pixel_data_truncated", path, missing=missing))
    x, y, z = values["ImagePositionPatient"]
    return ImageSliceFacts(
        header=header,
        position_mm=(x, y, z),
        orientation=values["ImageOrientationPatient"],
        patient_position=attributes.code("PatientPosition"),
        rows=rows,
        columns=columns,
        pixel_spacing_mm=(values["PixelSpacing"][0], values["PixelSpacing"][1]),
        voxels=_voxels(attributes, source),
    )


def _voxels(attributes: Attributes, source: SourceFile) -> Callable[[], FloatArray]:
    slope = attributes.number("RescaleSlope")
    intercept = attributes.number("RescaleIntercept") or 0.0
    if slope is None or slope == 0:
        slope = 1.0

    def voxels() -> FloatArray:
        _, stored = decoded(source, 1)
        return np.asarray(stored[0].astype(np.float32) * np.float32(slope) + np.float32(intercept))

    return voxels
