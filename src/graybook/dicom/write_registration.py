"""Written registration: a transform between two named frames comes in, a Spatial Registration goes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, SpatialRegistrationStorage

from graybook.dicom.write_header import (
    NOON,
    SeriesHeader,
    day_text,
    decimals,
    header_dataset,
    reference,
    save,
)
from graybook.errors import FrameMismatch
from graybook.geometry.arrays import FloatArray
from graybook.geometry.transform import Affine

__all__ = ["WrittenImages", "add_content", "add_references", "registration_dataset", "write_registration"]


class WrittenImages(NamedTuple):
    """The images of one frame that a registration names: study, series, SOP Instance UIDs of the files and their SOP Class."""

    study_uid: str
    series_uid: str
    uids: Sequence[str]
    sop_class: str = CTImageStorage


def registration_dataset(
    header: SeriesHeader,
    *,
    uid: str,
    transform: Affine,
    registered_images: WrittenImages | None = None,
    source_images: WrittenImages | None = None,
    label: str = "REGISTRATION",
    description: str = "",
) -> Dataset:
    """A Spatial Registration of two items: the registered frame (identity) and the source frame with its matrix.

    PS3.3 C.20.2: a matrix maps coordinates of its item's frame into the frame of the object itself.

    Parameters
    ----------
    header
        Person, study, series; its frame is the registered one.
    uid
        SOP Instance UID.
    transform
        From the source frame to the registered frame.
    registered_images, source_images
        The image series that were matched.
    """
    if transform.to_frame != header.frame:
        raise FrameMismatch(
            f"A registration written in frame {header.frame} must lead to that frame.",
            value=transform.to_frame,
            remedy="Use the inverse transform or the other frame's header.",
        )
    ds = header_dataset(header, sop_class=SpatialRegistrationStorage, uid=uid, modality="REG")
    add_content(ds, header, label=label, description=description)
    kind = "RIGID" if transform.is_rigid else "AFFINE"
    ds.RegistrationSequence = [
        _frame_item(transform.to_frame, np.eye(4), "RIGID", registered_images),
        _frame_item(transform.from_frame, transform.matrix, kind, source_images),
    ]
    add_references(ds, header.study_uid, [images for images in (registered_images, source_images) if images])
    return ds


def add_content(ds: Dataset, header: SeriesHeader, *, label: str, description: str) -> None:
    """Fill what a registration says of its content, rigid or deformable."""
    ds.ContentDate = day_text(header.day)
    ds.ContentTime = NOON
    ds.Laterality = ""
    ds.InstanceNumber = 1
    ds.ContentLabel = label
    ds.ContentDescription = description
    ds.ContentCreatorName = ""


def _frame_item(frame: str, matrix: FloatArray, kind: str, images: WrittenImages | None) -> Dataset:
    item = Dataset()
    item.FrameOfReferenceUID = frame
    if images:
        item.ReferencedImageSequence = [reference(images.sop_class, uid) for uid in images.uids]
    step = Dataset()
    step.FrameOfReferenceTransformationMatrixType = kind
    step.FrameOfReferenceTransformationMatrix = decimals(matrix)
    registration = Dataset()
    registration.MatrixSequence = [step]
    registration.RegistrationTypeCodeSequence = []
    item.MatrixRegistrationSequence = [registration]
    return item


def add_references(ds: Dataset, study_uid: str, images: Sequence[WrittenImages]) -> None:
    """Fill the Common Instance Reference module: series of this study, then of other studies."""
    here = [_series_item(one) for one in images if one.study_uid == study_uid]
    if here:
        ds.ReferencedSeriesSequence = here
    others = []
    for one in images:
        if one.study_uid != study_uid:
            item = Dataset()
            item.StudyInstanceUID = one.study_uid
            item.ReferencedSeriesSequence = [_series_item(one)]
            others.append(item)
    if others:
        ds.StudiesContainingOtherReferencedInstancesSequence = others


def _series_item(images: WrittenImages) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = images.series_uid
    item.ReferencedInstanceSequence = [reference(images.sop_class, uid) for uid in images.uids]
    return item


def write_registration(
    path: Path,
    *,
    header: SeriesHeader,
    uid: str,
    transform: Affine,
    registered_images: WrittenImages | None = None,
    source_images: WrittenImages | None = None,
    description: str = "",
) -> str:
    """Write a Spatial Registration (parameters as :func:`registration_dataset`); gives its SOP Instance UID."""
    dataset = registration_dataset(
        header,
        uid=uid,
        transform=transform,
        registered_images=registered_images,
        source_images=source_images,
        description=description,
    )
    return save(dataset, path)
