"""Parsing: the bytes of one file come in; a dataset that is DICOM and complete goes out, or the reason why not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from graybook.dicom.attributes import Notes, NotUsed
from graybook.record.assessment import Finding, Severity

__all__ = ["dataset_of", "reason", "said_warnings"]

PREAMBLE = 128
FIRST_GROUPS = (b"\x02\x00", b"\x04\x00", b"\x08\x00", b"\x00\x02", b"\x00\x04", b"\x00\x08")
UNDEFINED = 0xFFFFFFFF
END_OF_FILE = re.compile(r"end of file|delimiter not found|No tag to read", re.IGNORECASE)
SMALLEST_ELEMENT = 8


def reason(
    code: str, path: str, severity: Severity = Severity.WARNING, **params: str | float | None
) -> Finding:
    """The reason why a file is not used."""
    return Finding(code=code, severity=severity, subject=path, params={"file": path, **params})


@contextmanager
def said_warnings() -> Iterator[list[str]]:
    """Collect what libraries warn of, each message once, instead of letting it reach the screen."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield messages
        finally:
            messages.extend(dict.fromkeys(str(warning.message) for warning in caught))


def dataset_of(data: bytes, notes: Notes) -> FileDataset:
    """The dataset in ``data``; :class:`NotUsed` when it is not DICOM, a DICOM directory, or cut short."""
    if data[PREAMBLE : PREAMBLE + 4] != b"DICM" and data[:2] not in FIRST_GROUPS:
        raise NotUsed(reason("not_dicom", notes.path, Severity.INFO))
    with said_warnings() as said:
        try:
            dataset = pydicom.dcmread(BytesIO(data), force=True)
        except EOFError as error:
            raise NotUsed(reason("truncated", notes.path)) from error
        except Exception as error:
            raise NotUsed(reason("dicom_unreadable", notes.path, detail=str(error))) from error
    if any(END_OF_FILE.search(message) for message in said) or _is_cut_short(dataset, len(data)):
        raise NotUsed(reason("truncated", notes.path))
    if "SOPClassUID" not in dataset and "Modality" not in dataset:
        if "DirectoryRecordSequence" in dataset or "FileSetID" in dataset:
            raise NotUsed(reason("dicom_directory", notes.path, Severity.INFO))
        raise NotUsed(reason("dicom_without_object", notes.path))
    return dataset


def _is_cut_short(dataset: FileDataset, length: int) -> bool:
    """Whether an element has fewer bytes than it announces, or bytes remain that are no element."""
    end = 0
    for element in dataset._dict.values():
        if not isinstance(element, RawDataElement) or element.length == UNDEFINED:
            end = length  # read to its delimiter; a missing delimiter is among the warnings
        elif element.value is not None and len(element.value) < element.length:
            return True
        else:
            end = max(end, element.value_tell + element.length)
    syntax = getattr(dataset.file_meta, "TransferSyntaxUID", None)
    return syntax != DeflatedExplicitVRLittleEndian and 0 < length - end < SMALLEST_ELEMENT
