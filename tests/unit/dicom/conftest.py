"""Tiny DICOM objects, built in memory and saved, for the tests of the readers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

STORAGE = "1.2.840.10008.5.1.4.1.1."


def item(**values: Any) -> Dataset:
    """A dataset of the attributes given; lists of datasets become sequences."""
    dataset = Dataset()
    for keyword, value in values.items():
        is_items = isinstance(value, list) and (not value or isinstance(value[0], Dataset))
        setattr(dataset, keyword, Sequence(value) if is_items else value)
    return dataset


def made(sop: str, modality: str, uid: str, **values: Any) -> Dataset:
    """An object with a header."""
    return item(
        SOPClassUID=STORAGE + sop,
        SOPInstanceUID=uid,
        Modality=modality,
        PatientID="P1",
        PatientName="Phantom^One",
        PatientBirthDate="19500102",
        PatientSex="F",
        StudyInstanceUID="1.2.3.1",
        SeriesInstanceUID="1.2.3.2",
        FrameOfReferenceUID="1.2.3.9",
        StudyDate="20200304",
        Manufacturer="Maker",
        **values,
    )


def dose(values: Any = None, uid: str = "1.2.3.50", **changes: Any) -> Dataset:
    """An RTDOSE, 16 bit, relative offsets, of stored values zyx."""
    stored = np.arange(24).reshape(4, 2, 3) if values is None else np.asarray(values)
    dataset = made(
        "481.2",
        "RTDOSE",
        uid,
        Rows=stored.shape[1],
        Columns=stored.shape[2],
        NumberOfFrames=stored.shape[0],
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16,
        BitsStored=16,
        HighBit=15,
        PixelRepresentation=0,
        ImagePositionPatient=[-10, -20, -30],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        PixelSpacing=[2, 5],
        GridFrameOffsetVector=[3.0 * k for k in range(stored.shape[0])],
        DoseUnits="GY",
        DoseType="PHYSICAL",
        DoseSummationType="PLAN",
        DoseGridScaling="0.01",
        PixelData=stored.astype("<u2").tobytes(),
    )
    return changed(dataset, **changes)


def ct(z_mm: float = 0.0, uid: str = "", **changes: Any) -> Dataset:
    """A CT slice of 2 rows and 3 columns."""
    dataset = made(
        "2",
        "CT",
        uid or f"1.2.3.7.{int(1000 + z_mm * 10)}",
        Rows=2,
        Columns=3,
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16,
        BitsStored=16,
        HighBit=15,
        PixelRepresentation=1,
        RescaleSlope="2",
        RescaleIntercept="-1000",
        PatientPosition="HFS",
        ImagePositionPatient=[-5, -6, z_mm],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        PixelSpacing=[1.5, 2.5],
        PixelData=np.arange(6, dtype="<i2").tobytes(),
    )
    return changed(dataset, **changes)


def rtstruct(contours: list[Dataset], **changes: Any) -> Dataset:
    """An RTSTRUCT of one ROI, number 1, "Cord"."""
    dataset = made(
        "481.3",
        "RTSTRUCT",
        "1.2.3.60",
        StructureSetLabel="SET",
        StructureSetROISequence=[item(ROINumber=1, ROIName="Cord", ReferencedFrameOfReferenceUID="1.2.3.9")],
        ROIContourSequence=[item(ReferencedROINumber=1, ContourSequence=contours)],
        RTROIObservationsSequence=[item(ReferencedROINumber=1, RTROIInterpretedType="ORGAN")],
    )
    return changed(dataset, **changes)


def contour(points: Any, kind: str = "CLOSED_PLANAR") -> Dataset:
    """One contour."""
    flat = np.asarray(points, dtype=float).ravel().tolist()
    return item(ContourGeometricType=kind, NumberOfContourPoints=len(flat) // 3, ContourData=flat)


def changed(dataset: Dataset, **changes: Any) -> Dataset:
    """The dataset with attributes set, or deleted where the value is None."""
    for keyword, value in changes.items():
        if value is None:
            if keyword in dataset:
                delattr(dataset, keyword)
        else:
            is_items = isinstance(value, list) and value and isinstance(value[0], Dataset)
            setattr(dataset, keyword, Sequence(value) if is_items else value)
    return dataset


def coded(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The bytes of a DICOM file."""
    if not getattr(dataset, "file_meta", None):
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", STORAGE + "2")
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3")
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def tiny() -> SimpleNamespace:
    """Builders of tiny DICOM objects."""
    return SimpleNamespace(
        item=item,
        made=made,
        dose=dose,
        ct=ct,
        rtstruct=rtstruct,
        contour=contour,
        coded=coded,
        changed=changed,
    )


@pytest.fixture
def read() -> Callable[..., Any]:
    """Reads one object, as a file of the name given."""
    from graybook.dicom.reading import read_file
    from graybook.dicom.walk import SourceFile

    def reader(what: Dataset | bytes, path: str = "a.dcm") -> Any:
        data = what if isinstance(what, bytes) else coded(what)
        return read_file(SourceFile(path=path, open=lambda: BytesIO(data), size=len(data)))

    return reader


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Writes files (datasets or bytes) under a fresh folder."""

    def write(files: dict[str, Dataset | bytes]) -> Path:
        for name, what in files.items():
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(what if isinstance(what, bytes) else coded(what))
        return tmp_path / "in"

    return write
