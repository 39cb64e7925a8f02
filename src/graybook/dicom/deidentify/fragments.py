"""Compressed pixels as they stood in a file come in; the same in fragments of even length, as the standard asks, go out."""

from __future__ import annotations

import struct

__all__ = ["even_fragments"]

ITEM = b"\xfe\xff\x00\xe0"
HEAD = 8


def even_fragments(value: bytes) -> bytes:
    """
    The items of encapsulated pixels, each of odd length given a zero at its end (PS3.5 A.4); anything else as it is.

    A file with a fragment of odd length breaks the rule, and writers that only make the whole even would break the file. Offsets
    in the table of offsets, the first item, no longer hold when a frame grows, and are left out: they are optional.

    Examples
    --------
    >>> odd = ITEM + bytes(4) + ITEM + b"\\x03\\0\\0\\0abc"
    >>> even_fragments(odd) == ITEM + bytes(4) + ITEM + b"\\x04\\0\\0\\0abc\\0"
    True
    """
    items, place = [], 0
    while value[place : place + 4] == ITEM and place + HEAD <= len(value):
        (length,) = struct.unpack("<I", value[place + 4 : place + HEAD])
        items.append(value[place + HEAD : place + HEAD + length])
        place += HEAD + length
    if place != len(value) or not any(len(one) % 2 for one in items):
        return value
    items[0] = b""
    return b"".join(_item(one + b"\0" * (len(one) % 2)) for one in items)


def _item(data: bytes) -> bytes:
    return ITEM + struct.pack("<I", len(data)) + data
