"""Written RTSTRUCT: named axial polygons come in, an RT Structure Set goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.charset import default_encoding
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage, RTStructureSetStorage

from graybook.dicom.write_header import NOON, SeriesHeader, day_text, header_dataset, reference, save
from graybook.geometry.arrays import FloatArray

__all__ = ["WrittenRoi", "rtstruct_dataset", "write_rtstruct"]

CONTOUR_DATA = Tag(0x3006, 0x0050)
DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"
COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class WrittenRoi:
    """One region of interest to be written.

    Parameters
    ----------
    number
        ROI Number.
    name
        ROI Name.
    polygons
        Arrays (n, 3), xyz in mm, LPS, each closed and in one axial plane.
    interpreted_type
        RT ROI Interpreted Type: ORGAN, PTV, GTV, EXTERNAL … or empty.
    geometric_type
        Contour Geometric Type of every contour.
    algorithm
        ROI Generation Algorithm: MANUAL, SEMIAUTOMATIC or AUTOMATIC.
    description
        ROI Description; empty for none.
    """

    number: int
    name: str
    polygons: Sequence[FloatArray]
    interpreted_type: str = "ORGAN"
    geometric_type: str = "CLOSED_PLANAR"
    algorithm: str = "MANUAL"
    description: str = ""


def rtstruct_dataset(
    header: SeriesHeader,
    *,
    uid: str,
    label: str,
    rois: Sequence[WrittenRoi],
    image_series_uid: str = "",
    image_uids: Mapping[float, str] | None = None,
) -> Dataset:
    """An RT Structure Set.

    Parameters
    ----------
    header
        Person, study, series; its frame is the frame of the contours.
    uid
        SOP Instance UID.
    label
        Structure Set Label, at most 16 characters.
    rois
        What to write.
    image_series_uid
        CT series the contours were drawn on, in the same study; empty when there is none.
    image_uids
        CT slices of that series by their z. [mm]
    """
    frame = header.frame
    ds = header_dataset(header, sop_class=RTStructureSetStorage, uid=uid, modality="RTSTRUCT")
    ds.InstanceNumber = 1
    ds.StructureSetLabel = label
    ds.StructureSetDate = day_text(header.day)
    ds.StructureSetTime = NOON
    slices = dict(image_uids or {})
    ds.ReferencedFrameOfReferenceSequence = [_frame_item(frame, header.study_uid, image_series_uid, slices)]
    ds.StructureSetROISequence = [_roi_item(roi, frame) for roi in rois]
    ds.ROIContourSequence = [_contour_item(roi, slices) for roi in rois]
    ds.RTROIObservationsSequence = [_observation_item(roi) for roi in rois]
    ds.ApprovalStatus = "UNAPPROVED"
    return ds


def _frame_item(frame: str, study_uid: str, series_uid: str, slices: Mapping[float, str]) -> Dataset:
    item = Dataset()
    item.FrameOfReferenceUID = frame
    if series_uid:
        series = Dataset()
        series.SeriesInstanceUID = series_uid
        series.ContourImageSequence = [reference(CTImageStorage, slices[z]) for z in sorted(slices)]
        study = reference(DETACHED_STUDY, study_uid)
        study.RTReferencedSeriesSequence = [series]
        item.RTReferencedStudySequence = [study]
    return item


def _roi_item(roi: WrittenRoi, frame: str) -> Dataset:
    item = Dataset()
    item.ROINumber = roi.number
    item.ReferencedFrameOfReferenceUID = frame
    item.ROIName = roi.name
    item.ROIGenerationAlgorithm = roi.algorithm
    if roi.description:
        item.ROIDescription = roi.description
    return item


def _contour_item(roi: WrittenRoi, slices: Mapping[float, str]) -> Dataset:
    item = Dataset()
    item.ROIDisplayColor = list(COLOURS[roi.number % len(COLOURS)])
    item.ReferencedROINumber = roi.number
    if roi.polygons:
        item.ContourSequence = [_polygon_item(roi, polygon, slices) for polygon in roi.polygons]
    return item


def _polygon_item(roi: WrittenRoi, polygon: FloatArray, slices: Mapping[float, str]) -> Dataset:
    item = Dataset()
    z_mm = float(polygon[0][2])
    nearest = min(slices, key=lambda z: abs(z - z_mm), default=None)
    if nearest is not None and abs(nearest - z_mm) < 0.01:
        item.ContourImageSequence = [reference(CTImageStorage, slices[nearest])]
    item.ContourGeometricType = roi.geometric_type
    item.NumberOfContourPoints = len(polygon)
    # Numbers become text here once, in the encoding of the file: pydicom would make an object of each coordinate.
    text = "\\".join(
        f"{value:.4f}" for value in (np.asarray(polygon, dtype=np.float64) + 0.0).ravel()
    ).encode()
    text += b" " * (len(text) % 2)
    item[CONTOUR_DATA] = RawDataElement(CONTOUR_DATA, "DS", len(text), text, 0, False, True)
    item.set_original_encoding(False, True, default_encoding)
    return item


def _observation_item(roi: WrittenRoi) -> Dataset:
    item = Dataset()
    item.ObservationNumber = roi.number
    item.ReferencedROINumber = roi.number
    item.RTROIInterpretedType = roi.interpreted_type
    item.ROIInterpreter = ""
    return item


def write_rtstruct(
    path: Path,
    *,
    header: SeriesHeader,
    uid: str,
    label: str,
    rois: Sequence[WrittenRoi],
    image_series_uid: str = "",
    image_uids: Mapping[float, str] | None = None,
) -> str:
    """Write an RT Structure Set (parameters as :func:`rtstruct_dataset`); gives its SOP Instance UID."""
    dataset = rtstruct_dataset(
        header, uid=uid, label=label, rois=rois, image_series_uid=image_series_uid, image_uids=image_uids
    )
    return save(dataset, path)
