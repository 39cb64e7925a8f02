"""Pixels: a file's attributes come in; how many bytes there must be, and a source of the decoded values, go out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSNearLossless,
)

from graybook.dicom.attributes import Attributes, Notes, NotUsed
from graybook.dicom.parsing import dataset_of, said_warnings
from graybook.dicom.walk import SourceFile
from graybook.errors import UnreadableFile
from graybook.geometry.arrays import FloatArray

__all__ = [
    "PlainPixels",
    "decoded",
    "is_lossy",
    "is_native",
    "missing_bytes",
    "plain_pixels",
    "undecodable_syntax",
]

SYNTAX = Tag("TransferSyntaxUID")

DEFAULTS: dict[str, Any] = {
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "PixelRepresentation": 0,
}
"""What a grey-scale image means when it leaves these out."""
LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless})
"""Transfer syntaxes that always lose."""
UNDEFINED = 0xFFFFFFFF
LARGEST_VOXELS = 1 << 28
"""An object that claims more is broken, or beyond what this version reads (512 x 512 x 1024)."""


def is_native(dataset: Dataset) -> bool:
    """Whether the pixels are stored uncompressed; False too for a transfer syntax nobody knows."""
    syntax = _syntax(dataset)
    return syntax is None or _stores_native(syntax)


@cache
def _stores_native(syntax: UID) -> bool:
    try:
        return not syntax.is_compressed or bool(syntax.is_deflated)
    except (AttributeError, ValueError):
        return False


def _syntax(dataset: Dataset) -> UID | None:
    """The transfer syntax as it stands in the file; asked for every slice of a folder, so no element is made of it."""
    meta = getattr(dataset, "file_meta", None)
    element = None if meta is None else meta._dict.get(SYNTAX)
    if element is None or not element.value:
        return None
    value = element.value
    return UID(value.decode("latin-1").rstrip("\x00 ") if isinstance(value, bytes) else str(value))


def undecodable_syntax(dataset: Dataset) -> str:
    """The name of the transfer syntax when no decoder for its pixels is there; empty when they can be decoded."""
    syntax = _syntax(dataset)
    return "" if syntax is None or _stores_native(syntax) else _without_decoder(syntax)


@cache
def _without_decoder(syntax: UID) -> str:
    try:
        return "" if get_decoder(syntax).is_available else str(syntax.name)
    except NotImplementedError:
        return str(syntax.name)


def is_lossy(attributes: Attributes) -> bool:
    """Whether the pixels were compressed with losses, by their syntax or by what the file says."""
    return _syntax(attributes.dataset) in LOSSY or attributes.text("LossyImageCompression") == "01"


def missing_bytes(attributes: Attributes, frames: int) -> int:
    """How many bytes of native pixel data are missing; 0 when complete, compressed, or of unknown size."""
    rows, columns, bits = (attributes.whole(name) for name in ("Rows", "Columns", "BitsAllocated"))
    if not (rows and columns and bits) or not is_native(attributes.dataset):
        return 0
    expected = rows * columns * frames * (bits // 8) * (attributes.whole("SamplesPerPixel") or 1)
    element = attributes.dataset.get_item("PixelData")
    held = getattr(element, "length", 0) or len(element.value or b"")
    return int(max(0, expected - held))


@dataclass(frozen=True, kw_only=True)
class PlainPixels:
    """Where uncompressed values lie in a file, and how each is written.

    Parameters
    ----------
    place
        The first of their bytes.
    dtype
        Of one stored value.
    shape
        Frames, rows, columns.
    """

    place: int
    dtype: np.dtype[Any]
    shape: tuple[int, int, int]

    def scaled(self, source: SourceFile, scaling: float) -> FloatArray:
        """The stored values times ``scaling``, read plane by plane: nothing is held twice."""
        values = np.empty(self.shape)
        size = self.dtype.itemsize * self.shape[1] * self.shape[2]
        try:
            with source.open() as stream:
                stream.seek(self.place)
                for plane in values:
                    stored = np.frombuffer(stream.read(size), dtype=self.dtype).reshape(self.shape[1:])
                    np.multiply(stored, scaling, out=plane, dtype=np.float64)
        except (OSError, ValueError) as error:
            raise _broken(source, str(error)) from error
        return values


def plain_pixels(attributes: Attributes, frames: int) -> PlainPixels | None:
    """The pixels left in the file by reading its header, when they need no decoding; else None."""
    element = attributes.element("PixelData")
    if not isinstance(element, RawDataElement) or element.value or not element.is_little_endian:
        return None
    names = ("Rows", "Columns", "BitsAllocated", "BitsStored", "SamplesPerPixel", "PixelRepresentation")
    rows, columns, bits, stored, samples, signed = (attributes.whole(name) for name in names)
    if (
        not (rows and columns and bits in (8, 16, 32))
        or stored not in (None, 0, bits)
        or samples not in (None, 1)
    ):
        return None
    size = frames * rows * columns
    if signed not in (None, 0, 1) or not is_native(attributes.dataset) or size > LARGEST_VOXELS:
        return None
    dtype = np.dtype(f"<{'i' if signed else 'u'}{bits // 8}")
    if not size * dtype.itemsize <= element.length < UNDEFINED:
        return None
    return PlainPixels(place=element.value_tell, dtype=dtype, shape=(frames, rows, columns))


def decoded(source: SourceFile, frames: int) -> tuple[Dataset, npt.NDArray[Any]]:
    """The dataset, read again, and its stored values as frames x rows x columns.

    Parameters
    ----------
    source
        The file.
    frames
        How many frames it must hold.
    """
    with said_warnings():
        try:
            with source.open() as stream:
                dataset = dataset_of(stream.read(), Notes(path=source.path))
            _complete(dataset, frames)
            if frames * int(dataset.Rows) * int(dataset.Columns) > LARGEST_VOXELS:
                raise _broken(source, f"{frames} x {dataset.Rows} x {dataset.Columns} voxels")
            values = pixel_array(dataset)
        except NotUsed as error:
            raise _broken(source, error.finding.code) from error
        except UnreadableFile:
            raise
        except Exception as error:
            raise _broken(source, str(error) or type(error).__name__) from error
    if values.ndim == 2:
        values = values[np.newaxis]
    if values.ndim != 3 or values.shape[0] != frames:
        raise _broken(source, f"shape {values.shape}")
    return dataset, values


def _complete(dataset: Dataset, frames: int) -> None:
    """Add what the decoder needs and a grey-scale file may leave out."""
    if not getattr(dataset, "file_meta", None):
        dataset.file_meta = FileMetaDataset()
    if "TransferSyntaxUID" not in dataset.file_meta:
        dataset.file_meta.TransferSyntaxUID = _found_syntax(dataset)
    for keyword, value in DEFAULTS.items():
        if getattr(dataset, keyword, None) in (None, ""):
            setattr(dataset, keyword, value)
    if not getattr(dataset, "BitsStored", None):
        dataset.BitsStored = dataset.BitsAllocated
    if frames > 1 and not getattr(dataset, "NumberOfFrames", None):
        dataset.NumberOfFrames = frames


def _found_syntax(dataset: Dataset) -> UID:
    """The transfer syntax of a file that names none, by what was found on reading it."""
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _broken(source: SourceFile, detail: str) -> UnreadableFile:
    return UnreadableFile(
        f"PixelData (7FE0,0010) of {source.path} cannot be decoded.",
        value=detail,
        remedy="Export the object again, uncompressed if need be.",
    )
