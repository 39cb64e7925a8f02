"""Parsing: the bytes of one file come in; a dataset that is DICOM and complete goes out, or the reason why not."""

from __future__ import annotations

import hashlib
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from typing import BinaryIO

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from graybook.dicom.attributes import Notes, NotUsed
from graybook.dicom.contour_items import CONTOURS, NotPlain, end_of_items
from graybook.dicom.walk import SourceFile
from graybook.record.assessment import Finding, Severity

__all__ = ["dataset_of", "digest_of", "header_dataset", "reason", "said_warnings"]

PREAMBLE = 128
FIRST_GROUPS = (b"\x02\x00", b"\x04\x00", b"\x08\x00", b"\x00\x02", b"\x00\x04", b"\x00\x08")
UNDEFINED = 0xFFFFFFFF
END_OF_FILE = re.compile(r"end of file|delimiter not found|No tag to read", re.IGNORECASE)
SMALLEST_ELEMENT = 8
FIRST_BYTES = 1 << 16
"""Read at once: the header of most images lies within. [byte]"""
META_BYTES = 1024
PIECE = 1 << 20
LARGEST_OBJECT = 1 << 30
"""An object without pixels that is larger, or inflates to more, is not read. [byte]"""
MOST_ITEMS = 300_000
"""An object of more sequence items is not read: ten times a large structure set."""
MOST_EMPTY_ITEMS, SMALLEST_ITEM = 50_000, 40
"""Nor one of more items than this that are shorter than any item that says something. [byte]"""
ITEM_BYTES = b"\xfe\xff\x00\xe0"
ITEM, SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
PIXELS = frozenset({(0x7FE0, 0x0008), (0x7FE0, 0x0009), (0x7FE0, 0x0010)})
CONTOURS_BYTES, UNDEFINED_BYTES = b"\x06\x30\x39\x00", b"\xff\xff\xff\xff"
STRUCTURE_SET = b"1.2.840.10008.5.1.4.1.1.481.3"
DEFLATED = b"1.2.840.10008.1.2.1.99"


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


def digest_of(source: SourceFile) -> Callable[[], str]:
    """A source of the SHA-256 of a file's bytes, read in pieces when first asked for."""

    @cache
    def digest() -> str:
        found = hashlib.sha256()
        with source.open() as stream:
            while piece := stream.read(PIECE):
                found.update(piece)
        return found.hexdigest()

    return digest


def header_dataset(source: SourceFile, notes: Notes) -> FileDataset:
    """The dataset of a file without its pixels: PixelData keeps its length and place, and an empty value.

    An object without pixels is read whole. :class:`NotUsed` when it is not DICOM, a DICOM directory, or cut short.
    """
    with source.open() as stream:
        start = stream.read(FIRST_BYTES)
        _check_start(start, notes)
        dataset = _headed(start, stream, source.size, notes)
        if dataset is None:
            if source.size > LARGEST_OBJECT:
                raise NotUsed(reason("file_too_large", notes.path))
            return dataset_of(start + stream.read(LARGEST_OBJECT), notes)
    return _named(dataset, notes)


def _check_start(data: bytes, notes: Notes) -> None:
    if data[PREAMBLE : PREAMBLE + 4] != b"DICM" and data[:2] not in FIRST_GROUPS:
        raise NotUsed(reason("not_dicom", notes.path, Severity.INFO))


def _headed(start: bytes, stream: BinaryIO, length: int, notes: Notes) -> FileDataset | None:
    """The dataset up to its pixels, where they begin within the first bytes; else None."""
    if DEFLATED in start[:META_BYTES] or STRUCTURE_SET in start[:META_BYTES]:
        return None  # the whole file is needed
    opening = BytesIO(start)
    with said_warnings():
        try:
            dataset = pydicom.dcmread(opening, stop_before_pixels=True, force=True)
        except Exception:
            return None  # the whole file is read instead, and what is wrong with it said then
    pixels = _pixel_element(dataset, start, opening.tell())
    if pixels is None:
        return None
    if not _is_complete(pixels, stream, length):
        raise NotUsed(reason("truncated", notes.path))
    dataset._dict[pixels.tag] = pixels
    return dataset


def _pixel_element(dataset: FileDataset, start: bytes, place: int) -> RawDataElement | None:
    """The element of pixels that begins at ``place``, its value left where it is; None when there is none."""
    implicit, little = dataset.original_encoding
    order = "<" if little else ">"
    head = start[place : place + 12]
    if len(head) < 12:
        return None
    group, number = struct.unpack(order + "HH", head[:4])
    if (group, number) not in PIXELS:
        return None
    long = implicit or head[4:6] in (b"OB", b"OW", b"OF", b"OD", b"UN")
    if not long:
        return None
    (size,) = struct.unpack(order + "I", head[4:8] if implicit else head[8:])
    vr = None if implicit else head[4:6].decode("ascii")
    told = place + (8 if implicit else 12)
    return RawDataElement(Tag(group, number), vr, size, b"", told, bool(implicit), bool(little))


def _is_complete(pixels: RawDataElement, stream: BinaryIO, length: int) -> bool:
    """Whether all bytes of the pixels are there, and no rest that is no element."""
    if pixels.length != UNDEFINED:
        rest = length - pixels.value_tell - pixels.length
        return rest == 0 or rest >= SMALLEST_ELEMENT
    order = "<" if pixels.is_little_endian else ">"
    place = pixels.value_tell
    while place + SMALLEST_ELEMENT <= length:
        stream.seek(place)
        head = stream.read(SMALLEST_ELEMENT)
        if len(head) < SMALLEST_ELEMENT:
            return False
        group, number, size = struct.unpack(order + "HHI", head)
        if (group, number) == SEQUENCE_END:
            return True
        if (group, number) != ITEM:
            return False
        place += SMALLEST_ELEMENT + int(size)
    return False


def dataset_of(data: bytes, notes: Notes) -> FileDataset:
    """The dataset in ``data``; :class:`NotUsed` when it is not DICOM, a DICOM directory, or cut short."""
    _check_start(data, notes)
    items = data.count(ITEM_BYTES)
    empty = items > MOST_EMPTY_ITEMS and len(data) < SMALLEST_ITEM * items
    if items > MOST_ITEMS or empty or (DEFLATED in data[:META_BYTES] and _inflates_too_far(data)):
        raise NotUsed(reason("file_too_large", notes.path))
    with said_warnings() as said:
        try:
            dataset = _with_contours_unread(data) or pydicom.dcmread(BytesIO(data), force=True)
        except EOFError as error:
            raise NotUsed(reason("truncated", notes.path)) from error
        except Exception as error:
            raise NotUsed(reason("dicom_unreadable", notes.path, detail=str(error))) from error
    if any(END_OF_FILE.search(message) for message in said) or _is_cut_short(dataset, len(data)):
        raise NotUsed(reason("truncated", notes.path))
    return _named(dataset, notes)


def _with_contours_unread(data: bytes) -> FileDataset | None:
    """The dataset with the items of its ROI Contour Sequence left as bytes, where they are plain; None where there is none such.

    pydicom leaves a sequence as bytes when its length is stated, and reads item by item when it is not.
    """
    if CONTOURS_BYTES not in data:
        return None
    stream = BytesIO(data)
    dataset = read_partial(stream, stop_when=_is_open_contours, force=True)
    implicit, little = dataset.original_encoding
    place = stream.tell()
    begin = place + (8 if implicit else 12)
    if place == len(data) or not little or begin > len(data) or data[begin - 4 : begin] != UNDEFINED_BYTES:
        return dataset if place == len(data) else None
    try:
        end = end_of_items(data, begin, implicit=bool(implicit))
    except NotPlain:
        return None
    stream.seek(end + SMALLEST_ELEMENT)
    rest = read_dataset(stream, bool(implicit), True, parent_encoding=dataset._character_set)
    tag, vr = Tag(CONTOURS), None if implicit else "SQ"
    held = RawDataElement(tag, vr, end - begin, data[begin:end], begin, bool(implicit), True)
    dataset._dict.update({tag: held, **rest._dict})
    return dataset


def _is_open_contours(tag: int, _vr: str | None, length: int) -> bool:
    return tag == CONTOURS and length == UNDEFINED


def _inflates_too_far(data: bytes) -> bool:
    """Whether a deflated dataset grows beyond all bounds (a compression bomb), found without keeping it."""
    begin = data.find(DEFLATED) + len(DEFLATED)
    for start in range(begin, min(begin + META_BYTES, len(data))):
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        total, piece = 0, data[start:]
        try:
            while piece and total <= LARGEST_OBJECT:
                total += len(inflater.decompress(piece, PIECE))
                piece = inflater.unconsumed_tail
        except zlib.error:
            continue
        if total > LARGEST_OBJECT:
            return True
    return False


def _named(dataset: FileDataset, notes: Notes) -> FileDataset:
    """The dataset, when it says what it is."""
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
