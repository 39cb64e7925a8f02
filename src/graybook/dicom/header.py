"""Header: a dataset and its path come in; what the file says of itself and its person goes out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

from pydicom.charset import python_encoding
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from graybook.dicom.attributes import Attributes
from graybook.dicom.facts import Header
from graybook.dicom.marks import MANUFACTURER, PRIVATE_CREATOR
from graybook.record.assessment import Severity

__all__ = ["declare_character_sets", "header_of"]

DATES = (
    "RTPlanDate",
    "StructureSetDate",
    "TreatmentDate",
    "ContentDate",
    "AcquisitionDate",
    "SeriesDate",
    "StudyDate",
    "InstanceCreationDate",
)
"""Attributes that may date an object, the one closest to it first."""
EARLIEST_YEAR = 1960
"""An object dated earlier carries a placeholder: no treatment was planned on a computer before."""


def header_of(attributes: Attributes, digest: Callable[[], str]) -> Header:
    """The header of a file; its findings are filled in later, when everything was read."""
    declare_character_sets(attributes)
    attributes.notes.dates_moved = attributes.code("LongitudinalTemporalInformationModified") == "MODIFIED"
    day, source = _best_date(attributes)
    uid = attributes.uid("SOPInstanceUID")
    if not uid:
        uid = f"2.25.{uuid.UUID(hex=digest()[:32], version=5).int}"
        attributes.notes.add("uid_missing", Severity.INFO)
    return Header(
        path=attributes.notes.path,
        digest=digest,
        sop_class_uid=attributes.uid("SOPClassUID"),
        sop_instance_uid=uid,
        modality=attributes.code("Modality"),
        patient_id=attributes.text("PatientID"),
        issuer_of_patient_id=attributes.text("IssuerOfPatientID"),
        patient_name=attributes.text("PatientName"),
        birth_name=attributes.text("PatientBirthName"),
        other_ids=_other_ids(attributes),
        birth_date=attributes.date("PatientBirthDate"),
        sex=attributes.code("PatientSex"),
        study_uid=attributes.uid("StudyInstanceUID"),
        series_uid=attributes.uid("SeriesInstanceUID"),
        series_description=attributes.text("SeriesDescription"),
        frame=attributes.uid("FrameOfReferenceUID"),
        date=day,
        date_source=source,
        manufacturer=attributes.text("Manufacturer"),
        made_by_graybook=_made_by_graybook(attributes),
    )


def _other_ids(attributes: Attributes) -> tuple[tuple[str, str], ...]:
    """Further identifiers with their issuers, sorted; the file's own Patient ID too when its issuer has a universal id."""
    found = {(item.text("PatientID"), _issuer(item)) for item in attributes.items("OtherPatientIDsSequence")}
    if any(True for _ in attributes.items("IssuerOfPatientIDQualifiersSequence")):
        found.add((attributes.text("PatientID"), _issuer(attributes)))
    return tuple(sorted(pair for pair in found if pair[0]))


def _issuer(item: Attributes) -> str:
    """The universal id of an identifier's issuer, else its name."""
    universal = [one.text("UniversalEntityID") for one in item.items("IssuerOfPatientIDQualifiersSequence")]
    return next((one for one in universal if one), "") or item.text("IssuerOfPatientID")


def declare_character_sets(attributes: Attributes) -> None:
    """Note the character sets that the file declares; one nobody knows is said."""
    declared = [name for name in attributes.text("SpecificCharacterSet").split("\\") if name]
    known = tuple(name for name in declared if name in python_encoding)
    attributes.notes.character_sets = known
    if len(known) < len(declared):
        attributes.notes.add("charset_unknown", value=", ".join(sorted(set(declared) - set(known))))


def _best_date(attributes: Attributes) -> tuple[date | None, str]:
    """The first plausible date and where it stands; else the first one, noted: de-identified files keep their order."""
    found: list[tuple[date, str]] = []
    for keyword in DATES:
        day = attributes.date(keyword)
        if day is not None and day.year >= attributes.notes.earliest(EARLIEST_YEAR):
            return day, keyword
        if day is not None:
            found.append((day, keyword))
    if not found:
        return None, ""
    day, keyword = found[0]
    attributes.notes.add("date_implausible", Severity.INFO, attribute=keyword, date=day.isoformat())
    return day, keyword


def _made_by_graybook(attributes: Attributes) -> bool:
    """Whether the manufacturer is Graybook and a second mark (private block or series description) says so too."""
    if attributes.text("Manufacturer") != MANUFACTURER:
        return False
    described = attributes.text("SeriesDescription").startswith(PRIVATE_CREATOR)
    return described or _has_private_block(attributes.dataset)


def _has_private_block(dataset: Dataset) -> bool:
    creators = [tag for tag in dataset.keys() if Tag(tag).is_private_creator]  # noqa: SIM118 - of the raw elements
    return any(str(dataset[tag].value) == PRIVATE_CREATOR for tag in creators)
