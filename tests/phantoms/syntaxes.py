"""Syntaxes: a folder of plainly written DICOM comes in; the same files in another transfer syntax go out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

__all__ = ["WAYS", "rewrite"]


def _written(dataset: Dataset, path: Path, syntax: str) -> None:
    if syntax == ExplicitVRBigEndian and "PixelData" in dataset:
        dataset.PixelData = np.frombuffer(dataset.PixelData, dtype="<u2").byteswap().tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    little = syntax != ExplicitVRBigEndian
    implicit = syntax == ImplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, implicit_vr=implicit, little_endian=little, force_encoding=True)


def _compressed(dataset: Dataset, path: Path, syntax: str) -> None:
    if "PixelData" in dataset:
        dataset.compress(syntax, generate_instance_uid=False)
    dataset.save_as(path)


def _bare(dataset: Dataset, path: Path, syntax: str) -> None:
    """Without preamble or file meta information, as some archives keep them."""
    del dataset.file_meta
    dataset.preamble = None
    pydicom.dcmwrite(path, dataset, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)


WAYS: dict[str, tuple[Callable[[Dataset, Path, str], None], str]] = {
    "implicit": (_written, ImplicitVRLittleEndian),
    "big endian": (_written, ExplicitVRBigEndian),
    "deflated": (_written, DeflatedExplicitVRLittleEndian),
    "RLE": (_compressed, RLELossless),
    "JPEG-LS": (_compressed, JPEGLSLossless),
    "JPEG 2000": (_compressed, JPEG2000Lossless),
    "no preamble, implicit": (_bare, ImplicitVRLittleEndian),
    "no preamble, explicit": (_bare, "explicit"),
}


def rewrite(folder: Path, way: str) -> None:
    """Write every file of a folder anew in one of the ways; JPEG 2000 encoders take no less than 32 rows and columns."""
    write, syntax = WAYS[way]
    for file in folder.rglob("*.dcm"):
        write(pydicom.dcmread(file), file, syntax)
