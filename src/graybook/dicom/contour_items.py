"""Contour items: the bytes of an ROI Contour Sequence come in; kinds and texts of its contours, by ROI number, go out.

A structure set holds thousands of items of four elements each. Where they are plain (little endian, every length right, nothing
unusual) they are read here straight from the bytes; anything else is left to pydicom, which gives the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct
from struct import error as StructError

__all__ = ["CONTOURS", "NotPlain", "contour_items", "end_of_items"]

CONTOURS = 0x30060039
"""ROI Contour Sequence."""
CONTOUR_SEQUENCE, KIND, DATA, NUMBER = 0x30060040, 0x30060042, 0x30060050, 0x30060084
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
UNDEFINED = 0xFFFFFFFF

LONG = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
"""Value Representations with a length of four bytes."""
SHORT = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split(b" ")  # and with one of two bytes
)
WHOLE = re.compile(rb" *\+?([0-9]{1,9}) *\x00?")
CODE = re.compile(rb"[ \x00]*([A-Za-z0-9_ ]*?)[ \x00]*")

_TAG_LENGTH = Struct("<HHI").unpack_from
_SHORT_LENGTH = Struct("<H").unpack_from
_LENGTH = Struct("<I").unpack_from

Items = list[tuple[int, list[tuple[str, bytes]]]]


class NotPlain(Exception):
    """The bytes are not as simple as that."""


def contour_items(data: bytes, *, implicit: bool) -> Items:
    """For each item of an ROI Contour Sequence its Referenced ROI Number and (Contour Geometric Type, Contour Data) pairs.

    Parameters
    ----------
    data
        The value of the sequence, little endian, without a delimiter at its end.
    implicit
        Whether Value Representations are left out.
    """
    try:
        return [_roi(data, *item, implicit) for item in _items(data, 0, len(data), implicit, delimited=False)]
    except StructError as error:
        raise NotPlain from error


def end_of_items(data: bytes, place: int, *, implicit: bool) -> int:
    """Where the delimiter of a sequence of undefined length stands whose first item begins at ``place``."""
    try:
        return _end(data, place, len(data), implicit)
    except StructError as error:
        raise NotPlain from error


def _roi(data: bytes, start: int, end: int, implicit: bool) -> tuple[int, list[tuple[str, bytes]]]:
    number = None
    contours: list[tuple[str, bytes]] = []
    for tag, vr, begin, stop in _elements(data, start, end, implicit):
        if tag == NUMBER:
            match = WHOLE.fullmatch(data[begin:stop])
            if match is None:
                raise NotPlain
            number = int(match[1])
        elif tag == CONTOUR_SEQUENCE:
            if vr not in (b"", b"SQ"):
                raise NotPlain
            items = _items(data, begin, stop, implicit, delimited=False)
            contours = [_contour(data, *item, implicit) for item in items]
    if number is None:
        raise NotPlain
    return number, contours


def _contour(data: bytes, start: int, end: int, implicit: bool) -> tuple[str, bytes]:
    kind, points = "", b""
    for tag, vr, begin, stop in _elements(data, start, end, implicit):
        if tag == DATA:
            points = data[begin:stop]
        elif tag == KIND:
            match = CODE.fullmatch(data[begin:stop])
            if match is None or vr not in (b"", b"CS"):
                raise NotPlain
            kind = match[1].decode("ascii").upper()
    return kind, points


def _items(
    data: bytes, place: int, end: int, implicit: bool, *, delimited: bool
) -> Iterator[tuple[int, int]]:
    """Where each item's elements begin and end; up to the sequence's delimiter when it has one."""
    while delimited or place < end:
        group, element, length = _TAG_LENGTH(data, place)
        tag = group << 16 | element
        place += 8
        if delimited and tag == SEQUENCE_END:
            yield place - 8, -1
            return
        if tag != ITEM:
            raise NotPlain
        stop = place + length if length != UNDEFINED else _item_end(data, place, end, implicit)
        if stop > end:
            raise NotPlain
        yield place, stop
        place = stop + (8 if length == UNDEFINED else 0)
    if place != end:
        raise NotPlain


def _end(data: bytes, place: int, end: int, implicit: bool) -> int:
    for start, stop in _items(data, place, end, implicit, delimited=True):
        if stop < 0:
            return start
    raise NotPlain


def _item_end(data: bytes, place: int, end: int, implicit: bool) -> int:
    """Where the delimiter of an item of undefined length stands."""
    for tag, _, begin, _ in _elements(data, place, end, implicit, delimited=True):
        if tag == ITEM_END:
            return begin
    raise NotPlain


def _elements(
    data: bytes, place: int, end: int, implicit: bool, *, delimited: bool = False
) -> Iterator[tuple[int, bytes, int, int]]:
    """Tag, Value Representation (empty when left out), begin and end of the value of each element."""
    while delimited or place < end:
        group, element, length = _TAG_LENGTH(data, place)
        tag = group << 16 | element
        if tag == ITEM_END and delimited:
            yield tag, b"", place, place
            return
        vr = b""
        begin = place + 8
        if not implicit:
            vr = data[place + 4 : place + 6]
            if vr in SHORT:
                (length,) = _SHORT_LENGTH(data, place + 6)
            elif vr in LONG:
                (length,) = _LENGTH(data, begin)
                begin += 4
            else:
                raise NotPlain
        if group == 0xFFFE or (length == UNDEFINED and vr not in (b"", b"SQ")):
            raise NotPlain
        stop = _end(data, begin, end, implicit) if length == UNDEFINED else begin + length
        place = stop + (8 if length == UNDEFINED else 0)
        if place > end:
            raise NotPlain
        yield tag, vr, begin, stop
    if place != end:
        raise NotPlain
