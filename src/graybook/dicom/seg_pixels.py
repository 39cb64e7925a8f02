"""Segmentation pixels: the attributes of a SEG come in; a source of the values of any of its frames goes out.

Binary frames are packed eight to the byte, without a gap between frames (PS3.5 8.1.1). Uncompressed ones are read frame by frame,
so that a file of a hundred organs is not unpacked for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataelem import RawDataElement
from pydicom.uid import DeflatedExplicitVRLittleEndian

from graybook.dicom.attributes import Attributes, NotUsed
from graybook.dicom.parsing import reason
from graybook.dicom.pixels import LARGEST_VOXELS, decoded, is_native
from graybook.dicom.walk import SourceFile
from graybook.errors import UnreadableFile

__all__ = ["SegmentPixels", "segment_pixels"]

Frame = npt.NDArray[Any]
BITS = (1, 8, 16)


@dataclass(frozen=True, kw_only=True)
class SegmentPixels:
    """Where the values of frames lie; ``place`` is that of the first byte of uncompressed ones, None for those to be decoded."""

    source: SourceFile
    frames: int
    rows: int
    columns: int
    bits: int
    place: int | None

    def values(self, wanted: Sequence[int]) -> Iterator[Frame]:
        """The stored values of some frames, each rows x columns."""
        if self.place is None:
            _, stored = decoded(self.source, self.frames)
            yield from (stored[frame] for frame in wanted)
            return
        with self.source.open() as stream:
            for frame in wanted:
                first = frame * self.rows * self.columns * self.bits
                last = first + self.rows * self.columns * self.bits
                stream.seek(self.place + first // 8)
                data = stream.read((last + 7) // 8 - first // 8)
                yield self._frame(data, first % 8)

    def _frame(self, data: bytes, skipped: int) -> Frame:
        count = self.rows * self.columns
        if self.bits == 1:
            stored = np.unpackbits(np.frombuffer(data, dtype=np.uint8), bitorder="little")[skipped:][:count]
        else:
            stored = np.frombuffer(data[: count * self.bits // 8], dtype=f"<u{self.bits // 8}")
        if len(stored) < count:
            raise UnreadableFile(
                f"PixelData (7FE0,0010) of {self.source.path} ends early.",
                value=len(data),
                remedy="Export the segmentation again.",
            )
        return np.asarray(stored.reshape(self.rows, self.columns))


def segment_pixels(attributes: Attributes, source: SourceFile, count: int) -> SegmentPixels:
    """The pixels of a SEG of ``count`` frames; :class:`NotUsed` when they cannot all be there."""
    rows, columns, bits = (attributes.whole(name) for name in ("Rows", "Columns", "BitsAllocated"))
    if not rows or not columns or bits not in BITS or min(rows, columns) < 1:
        raise _unusable(attributes, f"{rows} x {columns}, {bits} bits")
    element = attributes.element("PixelData")
    native = is_native(attributes.dataset)
    if native:
        held = getattr(element, "length", 0) or len(getattr(element, "value", None) or b"")
        missing = (count * rows * columns * bits + 7) // 8 - held
        if missing > 0:
            raise NotUsed(reason("pixel_data_truncated", attributes.notes.path, missing=missing))
    syntax = getattr(getattr(attributes.dataset, "file_meta", None), "TransferSyntaxUID", None)
    plain = native and syntax != DeflatedExplicitVRLittleEndian and isinstance(element, RawDataElement)
    place = element.value_tell if plain and isinstance(element, RawDataElement) else None
    if isinstance(element, RawDataElement) and not element.is_little_endian:
        place = None
    if (1 if place is not None else count) * rows * columns > LARGEST_VOXELS:
        raise _unusable(attributes, f"{count} x {rows} x {columns} voxels")
    return SegmentPixels(source=source, frames=count, rows=rows, columns=columns, bits=bits, place=place)


def _unusable(attributes: Attributes, value: str) -> NotUsed:
    return NotUsed(reason("segmentation_unusable", attributes.notes.path, value=value))
