"""A DICOM object, a project's key and a person's pseudonym come in; the de-identified object and what was done to it go out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.tag import Tag
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from graybook.dicom.attributes import Attributes, Notes, NotUsed
from graybook.dicom.deidentify.burned_in import pixel_findings, refusal
from graybook.dicom.deidentify.cleaning import Cleaning
from graybook.dicom.deidentify.fragments import even_fragments
from graybook.dicom.deidentify.guard import Guard, guard_of
from graybook.dicom.deidentify.items import cleaned
from graybook.dicom.deidentify.uids import replaced_uid
from graybook.dicom.header import declare_character_sets
from graybook.dicom.parsing import said_warnings
from graybook.dicom.reading import BY_MODALITY, STORAGE
from graybook.dicom.write_header import IMPLEMENTATION_UID
from graybook.record.assessment import Finding, Severity
from graybook.record.project_key import ProjectKey

__all__ = ["METHOD", "deidentified", "encoded"]

PIXELS = Tag(0x7FE0, 0x0010)
METHOD = "Graybook, DICOM PS3.15 2026c, lists of what stays"
UTF8 = "ISO_IR 192"
METHOD_CODES = {
    "113100": "Basic Application Confidentiality Profile",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
}
SAFE_PRIVATE = ("113111", "Retain Safe Private Option")
"""Codes of context group 7050 (PS3.16)."""
TOLD = {
    "structure_renamed": Severity.INFO,
    "text_removed": Severity.INFO,
    "private_removed": Severity.INFO,
    "private_kept": Severity.INFO,
    "overlay_removed": Severity.INFO,
    "signature_removed": Severity.INFO,
    "date_unreadable": Severity.WARNING,
    "kind_of_value_wrong": Severity.WARNING,
}
"""What is said of a file, by what was counted."""


def deidentified(
    dataset: Dataset, key: ProjectKey, person: str, guard: Guard | None = None
) -> tuple[Dataset, tuple[Finding, ...]]:
    """
    The object without anything that names a person, a hospital or a machine; the one that came in stays as it is.

    Numbers and pixels keep their very bytes, and the transfer syntax stays. Every UID but the standard's own becomes another,
    the same in every file of the project, so that links between files survive.

    Parameters
    ----------
    dataset
        As pydicom reads it; preamble and file meta are made anew.
    key
        Of the project.
    person
        The pseudonym of the one human it belongs to, from :meth:`~graybook.record.ProjectKey.person`.
    guard
        Of all files of the person: what a text that stays must not give away. That of this file alone when not given.

    Raises
    ------
    NotUsed
        The object is not copied; ``finding`` says why, and names it by its new UID.
    """
    with said_warnings():
        attributes = Attributes(dataset, Notes(path=""))
        declare_character_sets(attributes)
        uid = replaced_uid(attributes.uid("SOPInstanceUID"), key)
        sop_class = _class_of(attributes)
        refused = refusal(attributes, sop_class, uid)
        if refused is None and not uid:
            refused = Finding(code="deidentify_without_uid", subject=uid)
        if refused is not None:
            raise NotUsed(refused)
        cleaning = Cleaning(key=key, person=person, guard=guard or guard_of(dataset))
        with _understood(uid):
            result = cleaned(dataset, cleaning, attributes.notes)
            result.SOPClassUID = UID(sop_class)
            _add_method(result, cleaning)
            _declare(result, dataset, attributes, cleaning)
            _add_file_meta(result, dataset)
        return result, (*_told(cleaning, uid), *pixel_findings(attributes, sop_class, uid))


@contextmanager
def _understood(uid: str) -> Iterator[None]:
    """Whatever is wrong with a file becomes the reason why it is not copied."""
    try:
        yield
    except NotUsed as error:
        raise NotUsed(replace(error.finding, subject=uid, params={})) from error
    except Exception as error:
        raise NotUsed(Finding(code="deidentify_not_understood", subject=uid)) from error


def encoded(dataset: Dataset) -> bytes:
    """
    A de-identified object as the bytes of a file, in the transfer syntax it came in.

    Raises
    ------
    NotUsed
        A value that stays cannot be written.
    """
    stream = BytesIO()
    with said_warnings(), _understood(str(dataset.SOPInstanceUID)):
        _make_even(dataset)
        dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def _make_even(dataset: Dataset) -> None:
    pixels = dataset._dict.get(PIXELS)
    if (
        pixels is not None
        and dataset.file_meta.TransferSyntaxUID.is_encapsulated
        and isinstance(pixels.value, bytes)
    ):
        whole = even_fragments(pixels.value)
        if isinstance(pixels, RawDataElement):
            dataset._dict[PIXELS] = pixels._replace(value=whole)
        else:
            pixels.value = whole


def _class_of(attributes: Attributes) -> str:
    stated = attributes.uid("SOPClassUID")
    if stated:
        return stated
    meta = getattr(attributes.dataset, "file_meta", None)
    found = "" if meta is None else str(meta.get("MediaStorageSOPClassUID", ""))
    number = BY_MODALITY.get(attributes.code("Modality"), "")
    return found or (STORAGE + number if number else "")


def _add_method(result: Dataset, cleaning: Cleaning) -> None:
    """Say in the object what was done to it."""
    result.PatientID = result.PatientName = cleaning.person
    result.PatientBirthDate = ""
    result.PatientIdentityRemoved = "YES"
    result.DeidentificationMethod = METHOD
    kept = [SAFE_PRIVATE] if cleaning.done["private_kept"] else []
    result.DeidentificationMethodCodeSequence = [
        _code(value, meaning) for value, meaning in (*METHOD_CODES.items(), *kept)
    ]
    result.LongitudinalTemporalInformationModified = "MODIFIED"


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _declare(result: Dataset, dataset: Dataset, attributes: Attributes, cleaning: Cleaning) -> None:
    """State the character set: UTF-8 where letters beyond ASCII stay, else what the file stated."""
    stated = attributes.text("SpecificCharacterSet").split("\\")
    if cleaning.non_ascii:
        result.SpecificCharacterSet = UTF8
    elif any(stated) and list(attributes.notes.character_sets) == [one for one in stated if one]:
        result.SpecificCharacterSet = stated if len(stated) > 1 else stated[0]
    result.set_original_encoding(*dataset.original_encoding)
    result._read_charset = result._character_set


def _add_file_meta(result: Dataset, dataset: Dataset) -> None:
    """A file meta of our own, with nothing of the old but the transfer syntax; a preamble of zeros."""
    old = getattr(dataset, "file_meta", None)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = result.SOPClassUID
    meta.MediaStorageSOPInstanceUID = result.SOPInstanceUID
    stated = None if old is None else old.get("TransferSyntaxUID")
    meta.TransferSyntaxUID = stated or _plain_syntax(*dataset.original_encoding)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "GRAYBOOK"
    result.file_meta = meta
    result.preamble = b"\0" * 128


def _plain_syntax(implicit: bool | None, little: bool | None) -> UID:
    if implicit is None or little is None:
        return ExplicitVRLittleEndian
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _told(cleaning: Cleaning, subject: str) -> list[Finding]:
    return [
        Finding(
            code=f"deidentify_{what}",
            severity=severity,
            subject=subject,
            params={"count": cleaning.done[what]},
        )
        for what, severity in TOLD.items()
        if cleaning.done[what]
    ]
