"""Written headers: a person, a study and a series come in, datasets with the modules every object shares go out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pydicom.valuerep import DSfloat, format_number_as_ds

from graybook.dicom.marks import uid_from
from graybook.record.person import Person

__all__ = ["SeriesHeader", "day_text", "decimal", "decimals", "header_dataset", "reference", "save"]

IMPLEMENTATION_UID = uid_from("graybook", "implementation")
NOON = "120000"
"""Time of day of everything written: a constant, so that no clock enters a file."""


@dataclass(frozen=True, kw_only=True)
class SeriesHeader:
    """The person, study, series and frame a written object belongs to.

    Parameters
    ----------
    person
        Whose object it is; the first identity is written.
    study_uid, series_uid
        Study and Series Instance UID.
    day
        Date of study, series and content; the clock is never asked.
    frame
        Frame of Reference UID; empty for objects without one.
    series_description, study_description, study_id
        As shown by viewers.
    series_number
        Number of the series in the study.
    manufacturer, model, software, institution
        Who made the object, with which version. Only Graybook's own results say "Graybook".
    """

    person: Person
    study_uid: str
    series_uid: str
    day: date
    frame: str = ""
    series_description: str = ""
    study_description: str = ""
    study_id: str = "1"
    series_number: int = 1
    manufacturer: str = "Synthetic"
    model: str = "Closed forms"
    software: str = "1"
    institution: str = ""

    def on(self, day: date) -> SeriesHeader:
        """The same on another day."""
        return replace(self, day=day)

    def in_series(self, series_uid: str) -> SeriesHeader:
        """The same in another series."""
        return replace(self, series_uid=series_uid)


def day_text(day: date | None) -> str:
    """A DICOM date; empty when there is none."""
    return "" if day is None else day.strftime("%Y%m%d")


def decimal(value: float) -> DSfloat:
    """A decimal string of at most 16 characters, as precise as these allow."""
    return DSfloat(format_number_as_ds(float(value) + 0.0))


def decimals(values: npt.ArrayLike) -> list[DSfloat]:
    """Decimal strings of an array, flattened."""
    return [decimal(value) for value in np.asarray(values, dtype=np.float64).ravel()]


def reference(sop_class: str, uid: str) -> Dataset:
    """An item that refers to one SOP instance."""
    item = Dataset()
    item.ReferencedSOPClassUID = sop_class
    item.ReferencedSOPInstanceUID = uid
    return item


def header_dataset(header: SeriesHeader, *, sop_class: str, uid: str, modality: str) -> Dataset:
    """A dataset with Patient, General Study, Series, Frame of Reference, General Equipment and SOP Common filled."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = uid
    ds.InstanceCreationDate = day_text(header.day)
    ds.InstanceCreationTime = NOON
    ds.StudyDate = ds.SeriesDate = day_text(header.day)
    ds.StudyTime = ds.SeriesTime = NOON
    ds.AccessionNumber = ""
    ds.ReferringPhysicianName = ""
    ds.StudyID = header.study_id
    ds.StudyInstanceUID = header.study_uid
    ds.SeriesInstanceUID = header.series_uid
    ds.SeriesNumber = header.series_number
    ds.Modality = modality
    ds.Manufacturer = header.manufacturer
    ds.ManufacturerModelName = header.model
    ds.SoftwareVersions = header.software
    ds.OperatorsName = ""
    if header.institution:
        ds.InstitutionName = header.institution
    if header.study_description:
        ds.StudyDescription = header.study_description
    if header.series_description:
        ds.SeriesDescription = header.series_description
    if header.frame:
        ds.FrameOfReferenceUID = header.frame
        ds.PositionReferenceIndicator = ""
    _add_person(ds, header.person)
    return ds


def _add_person(ds: Dataset, person: Person) -> None:
    identity = person.identities[0]
    ds.PatientName = person.name
    ds.PatientID = identity.value
    if identity.issuer:
        ds.IssuerOfPatientID = identity.issuer
    ds.PatientBirthDate = day_text(person.birth_date)
    ds.PatientSex = person.sex if person.sex in ("M", "F", "O") else ""


def save(dataset: Dataset, path: Path) -> str:
    """Write ``dataset`` as a DICOM file, explicit VR little endian, folders made; gives its SOP Instance UID."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "GRAYBOOK"
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = FileDataset(str(path), dataset, preamble=b"\0" * 128, file_meta=meta)
    whole.save_as(path, enforce_file_format=True, little_endian=True, implicit_vr=False)
    return str(dataset.SOPInstanceUID)
