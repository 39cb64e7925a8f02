"""Private elements: a group, its creator and a number come in; the text or number that a vendor keeps there goes out."""

from __future__ import annotations

from contextlib import suppress
from math import isfinite

from pydicom.tag import Tag

from graybook.dicom.attributes import Attributes

__all__ = ["private_number", "private_text"]

FIRST_BLOCK, LAST_BLOCK = 0x10, 0xFF


def private_text(attributes: Attributes, group: int, creator: str, element: int) -> str:
    """The value of a private element as text, wherever in its group the creator's block lies; empty when missing or broken."""
    present = {int(tag) for tag in attributes.dataset.keys()}  # noqa: SIM118 - of the raw elements
    for block in range(FIRST_BLOCK, LAST_BLOCK + 1):
        if (group << 16) + block in present and _value(attributes, group, block) == creator:
            return _value(attributes, group, (block << 8) + element)
    return ""


def private_number(attributes: Attributes, group: int, creator: str, element: int) -> float | None:
    """The same as a finite number; None when it is none."""
    with suppress(ValueError):
        value = float(private_text(attributes, group, creator, element))
        return value if isfinite(value) else None
    return None


def _value(attributes: Attributes, group: int, element: int) -> str:
    with suppress(Exception):  # a private value may be of any kind, or damaged
        found = attributes.dataset.get(Tag(group, element))
        value = None if found is None else found.value
        if value is None:
            return ""
        text = value.decode("ascii") if isinstance(value, bytes) else str(value)
        return text.strip(" \x00")
    return ""
