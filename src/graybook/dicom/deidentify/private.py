"""A dataset comes in; its private elements that may stay go out, with what is done to each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from graybook.dicom.background_marks import CHECK_FIRST
from graybook.dicom.biological import FOR_PLANNING, RADIONUCLIDE
from graybook.dicom.marks import NOTICE
from graybook.tables.deidentification import PrivateElement, private_elements

__all__ = ["OWN_WORDS", "kept_private"]

OWN_WORDS = frozenset({"EQD2", "BED", *FOR_PLANNING, RADIONUCLIDE, NOTICE, CHECK_FIRST, "YES", "NO"})
"""The only values that a private element of words may have."""


def kept_private(dataset: Dataset) -> Iterator[tuple[BaseTag, PrivateElement | None]]:
    """The private elements that may stay, each after its creator; None stands for a creator."""
    tags = [tag for tag in sorted(dataset._dict) if tag.group & 1]
    creators = {tag: _text(dataset, tag) for tag in tags if 0x10 <= tag.element <= 0xFF}
    told: set[BaseTag] = set()
    for tag in tags:
        block = Tag(tag.group, tag.element >> 8)
        known = private_elements().get((tag.group, creators.get(block, ""), tag.element & 0xFF))
        if tag.element < 0x1000 or known is None:
            continue
        if block not in told:
            told.add(block)
            yield block, None
        yield tag, known


def _text(dataset: Dataset, tag: BaseTag) -> str:
    with suppress(Exception):
        value = dataset[tag].value
        text = value.decode("ascii") if isinstance(value, bytes) else str(value)
        return text.strip(" \x00")
    return ""
