"""Written syntaxes: a plainly written DICOM file comes in; the same object in another transfer syntax stands in its place after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from graybook.errors import UsageError

__all__ = ["SYNTAXES", "rewrite"]

_PLAIN = {
    "implicit": ImplicitVRLittleEndian,
    "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}
_COMPRESSED = {"RLE": RLELossless, "JPEG-LS": JPEGLSLossless, "JPEG 2000": JPEG2000Lossless}

SYNTAXES = ("explicit", *_PLAIN, *_COMPRESSED)
"""The ways a file can be written; ``explicit`` is how Graybook writes."""


def rewrite(path: Path, syntax: str) -> None:
    """Write a file of 16-bit voxels, or of none, anew in one of :data:`SYNTAXES`; the object stays the same.

    JPEG 2000 takes no fewer than 32 rows and columns.
    """
    if syntax not in SYNTAXES:
        raise UsageError("No such way to write a file.", value=syntax, remedy=f"Use one of {SYNTAXES}.")
    if syntax == "explicit":
        return
    dataset = pydicom.dcmread(path)
    if syntax in _COMPRESSED:
        if "PixelData" in dataset:
            dataset.compress(_COMPRESSED[syntax], generate_instance_uid=False)
        dataset.save_as(path)
        return
    big = syntax == "big endian"
    if big and "PixelData" in dataset:
        dataset.PixelData = np.frombuffer(dataset.PixelData, dtype="<u2").byteswap().tobytes()
    dataset.file_meta.TransferSyntaxUID = _PLAIN[syntax]
    pydicom.dcmwrite(
        path, dataset, implicit_vr=syntax == "implicit", little_endian=not big, force_encoding=True
    )
