"""Reading: a folder tree or a zip comes in; one fact per file goes out, used or with the reason why not."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from graybook.dicom.attributes import Attributes, Notes, NotUsed
from graybook.dicom.facts import FileFacts, Header, ImageSliceFacts, OtherFacts
from graybook.dicom.header import header_of
from graybook.dicom.parsing import digest_of, header_dataset, reason, said_warnings
from graybook.dicom.pixels import undecodable_syntax
from graybook.dicom.read_deformable import deformable
from graybook.dicom.read_image import image_slice
from graybook.dicom.read_records import treatment_record
from graybook.dicom.read_registration import registration
from graybook.dicom.read_rrdsr import radiopharmaceutical_dose
from graybook.dicom.read_rtdose import dose
from graybook.dicom.read_rtplan import plan
from graybook.dicom.read_rtstruct import structure_set
from graybook.dicom.read_seg import segmentation
from graybook.dicom.series_activity import with_series_activity
from graybook.dicom.walk import SourceFile, files_of
from graybook.errors import InputError
from graybook.progress import Progress
from graybook.record.assessment import Severity

__all__ = ["SETTINGS_FILE", "read_file", "read_folder"]

SETTINGS_FILE = "graybook.toml"
STEP = "reading"

Reader = Callable[[Attributes, Header, SourceFile], FileFacts]

STORAGE = "1.2.840.10008.5.1.4.1.1."
IMAGES = ("2", "2.1", "2.2", "4", "4.1", "4.4", "20", "128", "128.1", "130", "13.1.1")
"""CT, MR and PET, each plain, enhanced and legacy converted; NM; X-Ray 3D (cone beam CT of an angiography system)."""
READERS: dict[str, Reader] = {
    **{STORAGE + number: image_slice for number in IMAGES},
    STORAGE + "481.2": dose,
    STORAGE + "481.3": lambda attributes, header, _: structure_set(attributes, header),
    STORAGE + "481.5": lambda attributes, header, _: plan(attributes, header, is_ion=False),
    STORAGE + "481.8": lambda attributes, header, _: plan(attributes, header, is_ion=True),
    STORAGE + "481.4": lambda attributes, header, _: treatment_record(attributes, header),
    STORAGE + "481.6": lambda attributes, header, _: treatment_record(attributes, header),
    STORAGE + "481.7": lambda attributes, header, _: treatment_record(attributes, header),
    STORAGE + "481.9": lambda attributes, header, _: treatment_record(attributes, header),
    STORAGE + "88.68": lambda attributes, header, _: radiopharmaceutical_dose(attributes, header),
    STORAGE + "66.4": segmentation,
    STORAGE + "66.7": segmentation,
    STORAGE + "66.1": lambda attributes, header, _: registration(attributes, header),
    STORAGE + "66.3": lambda attributes, header, source: deformable(attributes, header, _again(source)),
}
"""What reads an object, by SOP Class."""
BY_MODALITY = {
    "CT": "2",
    "MR": "4",
    "NM": "20",
    "PT": "128",
    "RTDOSE": "481.2",
    "RTSTRUCT": "481.3",
    "RTPLAN": "481.5",
    "RTRECORD": "481.4",
    "REG": "66.1",
    "SEG": "66.4",
}
"""The SOP Class of an object that leaves it out."""
DIRECTORY = "1.2.840.10008.1.3.10"


def _again(source: SourceFile) -> Callable[[], Attributes]:
    """Reads a file's attributes once more; what there was to say of them was said."""

    def attributes() -> Attributes:
        notes = Notes(path=source.path)
        with said_warnings():
            return Attributes(header_dataset(source, notes), notes)

    return attributes


def read_folder(folder: Path, progress: Progress) -> tuple[FileFacts, ...]:
    """One fact for every file of a folder tree or zip, in sorted order.

    Parameters
    ----------
    folder
        A folder, a .zip or one file.
    progress
        Told the share of files read.
    """
    sources = list(files_of(folder))
    facts: list[FileFacts] = []
    for index, source in enumerate(sources):
        progress(STEP, index / len(sources))
        facts.append(read_file(source))
    progress(STEP, 1.0)
    return tuple(with_series_activity(_without_duplicates(facts)))


def read_file(source: SourceFile) -> FileFacts:
    """The facts of one file; whatever is wrong with it becomes its reason, never an exception."""
    if source.problem:
        severity = Severity.INFO if source.problem == "archive_opened" else Severity.WARNING
        return _other(source, reason(source.problem, source.path, severity, detail=source.detail))
    if source.path == SETTINGS_FILE:
        return _other(source, reason("settings", source.path, Severity.INFO))
    if source.path.rpartition("/")[2] == SETTINGS_FILE:
        return _other(source, reason("settings_elsewhere", source.path, Severity.WARNING))
    return _of_object(source)


def _other(source: SourceFile, finding: object, header: Header | None = None) -> OtherFacts:
    return OtherFacts(header=header, path=source.path, reason=finding)  # type: ignore[arg-type]


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _of_object(source: SourceFile) -> FileFacts:
    notes = Notes(path=source.path)
    header: Header | None = None
    with said_warnings() as said:
        try:
            attributes = Attributes(header_dataset(source, notes), notes)
            header = header_of(attributes, digest_of(source))
            facts = _reader(header)(attributes, header, source)
            if isinstance(facts, ImageSliceFacts) and (syntax := undecodable_syntax(attributes.dataset)):
                raise NotUsed(reason("syntax_not_read", source.path, syntax=syntax))
        except NotUsed as error:
            return _other(source, error.finding, header)
        except InputError as error:
            return _other(source, reason("object_unusable", source.path, detail=str(error)), header)
        except (OSError, zipfile.BadZipFile, zlib.error) as error:
            return _other(source, reason("file_unreadable", source.path, detail=_said(error)), header)
        except Exception as error:
            return _other(source, reason("dicom_unreadable", source.path, detail=_said(error)), header)
    if said:
        notes.add("dicom_not_conformant", Severity.INFO, count=len(said), detail=said[0])
    return _with_findings(facts, notes)


def _with_findings(facts: FileFacts, notes: Notes) -> FileFacts:
    if isinstance(facts, OtherFacts) or not notes.findings:
        return facts
    return replace(facts, header=replace(facts.header, findings=tuple(notes.findings)))


def _reader(header: Header) -> Reader:
    sop_class = header.sop_class_uid or STORAGE + BY_MODALITY.get(header.modality, "")
    reader = READERS.get(sop_class)
    if reader is not None:
        return reader
    if sop_class == DIRECTORY:
        raise NotUsed(reason("dicom_directory", header.path, Severity.INFO))
    raise NotUsed(
        reason("modality_not_read", header.path, Severity.INFO, modality=header.modality or sop_class)
    )


def _without_duplicates(facts: list[FileFacts]) -> list[FileFacts]:
    """The facts, later copies of an object replaced by the reason; the first by path is the one used."""
    first: dict[str, Header] = {}
    kept: list[FileFacts] = []
    for fact in facts:
        if isinstance(fact, OtherFacts):
            kept.append(fact)
            continue
        known = first.setdefault(fact.header.sop_instance_uid, fact.header)
        if known is fact.header:
            kept.append(fact)
            continue
        same = known.sha256 == fact.header.sha256
        finding = reason(
            "duplicate" if same else "conflicting_duplicate",
            fact.header.path,
            Severity.INFO if same else Severity.WARNING,
            first=known.path,
        )
        kept.append(OtherFacts(header=fact.header, path=fact.header.path, reason=finding))
    return kept
