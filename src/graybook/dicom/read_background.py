"""Read background: a file made for a planning system comes in; its dose and what it is valid for go out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pydicom
from pydicom.errors import InvalidDicomError

from graybook.dicom.background_marks import BackgroundMarks, background_marks
from graybook.dicom.facts import DoseFacts
from graybook.dicom.reading import read_file
from graybook.dicom.walk import files_of
from graybook.errors import InputError, UnreadableFile, UsageError

__all__ = ["BackgroundDose", "read_background", "read_plain_dose"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BackgroundDose:
    """The dose with its marks."""

    dose: DoseFacts
    marks: BackgroundMarks


def read_plain_dose(path: Path) -> DoseFacts:
    """
    The RT Dose in a file.

    Raises
    ------
    graybook.errors.UsageError
        There is no such file.
    graybook.errors.InputError
        It is no RT Dose with voxels.
    """
    if not path.is_file():
        raise UsageError("There is no such file.", value=str(path), remedy="Name an RT Dose.")
    (source,) = files_of(path)
    fact = read_file(source)
    if not isinstance(fact, DoseFacts) or fact.grid is None or fact.problem is not None:
        code = getattr(getattr(fact, "reason", None) or getattr(fact, "problem", None), "code", None)
        raise InputError(
            "The file is no RT Dose that can be used.",
            value=f"{path.name}: {code}" if code else path.name,
            remedy="Name an RT Dose with its voxels in Gy.",
        )
    return fact


def read_background(path: Path) -> BackgroundDose:
    """
    A file that Graybook made for a planning system.

    Raises
    ------
    graybook.errors.InputError
        It is none, or came back without its private elements: nobody can tell what it is valid for.
    """
    dose = read_plain_dose(path)
    try:
        marks = background_marks(pydicom.dcmread(path, stop_before_pixels=True))
    except InvalidDicomError as error:
        raise UnreadableFile(
            "The file is no DICOM.", value=path.name, remedy="Name a file of OUT."
        ) from error
    if marks is None:
        raise InputError(
            "The file does not say which plan, number of fractions and α/β it is valid for.",
            value=path.name,
            remedy="Name the file as `graybook background` wrote it: a copy from another system has lost its marks.",
        )
    return BackgroundDose(dose=dose, marks=marks)
