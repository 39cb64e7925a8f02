"""One file comes in; its dataset with clocks written out, and afterwards what became of each attribute, go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from pydicom.datadict import dictionary_has_tag, dictionary_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import BaseTag

from graybook.dicom.attributes import Attributes, Notes
from graybook.dicom.moments import moment_of, parsed_date_time
from graybook.dicom.parsing import dataset_of, said_warnings
from graybook.dicom.walk import SourceFile

__all__ = ["OffsetOf", "attribute_changes", "whole_object", "write_offsets"]

OffsetOf = Callable[[datetime], timedelta | None]
"""Gives the offset from UTC of a moment in the clock of the place, or None."""

PAIRS = (("AcquisitionDate", "AcquisitionTime"), ("SeriesDate", "SeriesTime"))
"""Dates and times that activity is reckoned from."""
DEEPEST = 60


def whole_object(source: SourceFile) -> FileDataset:
    """The dataset of a file with its pixels.

    Raises
    ------
    NotUsed
        It is not DICOM, or cut short.
    """
    with source.open() as stream:
        data = stream.read()
    return dataset_of(data, Notes(path=source.path))


def write_offsets(dataset: Dataset, offset_of: OffsetOf) -> None:
    """Give a dataset that states none its offset from UTC, and each of its date-times its own; in place."""
    with said_warnings():
        attributes = Attributes(dataset, Notes(path=""))
        if attributes.text("TimezoneOffsetFromUTC"):
            return
        for element in list(_moments(dataset)):
            element.value = _with_offset(str(element.value), offset_of)
        known = (moment_of(attributes, day, clock, None) for day, clock in PAIRS)
        offsets = {offset_of(one) for one in known if one is not None}
        found = offsets.pop() if len(offsets) == 1 else None
        if found is not None:
            dataset.TimezoneOffsetFromUTC = _dicom_text(found)


def _moments(dataset: Dataset, depth: int = 0) -> Iterator[DataElement]:
    """Every element of a date-time with one value, at any depth."""
    for tag in sorted(dataset._dict):
        held = dataset._dict[tag]
        if held.VR not in ("DT", "SQ", None) or tag.group & 1:
            continue
        with suppress(Exception):
            element = dataset[tag]
            if element.VR == "DT" and element.VM == 1:
                yield element
            elif element.VR == "SQ" and depth < DEEPEST:
                for item in element.value:
                    yield from _moments(item, depth + 1)


def _with_offset(text: str, offset_of: OffsetOf) -> str:
    moment = parsed_date_time(text.strip(), None)
    if moment is None or moment.tzinfo is not None:
        return text
    offset = offset_of(moment)
    return text if offset is None else text.strip() + _dicom_text(offset)


def _dicom_text(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60.0)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{rest:02d}"


def attribute_changes(before: Dataset, after: Dataset) -> Counter[tuple[str, str]]:
    """How many elements of each attribute were kept, replaced, removed or added, sequences item by item.

    An attribute is told by its keyword; a private one as "private", one that no dictionary knows as "unknown".
    """
    found: Counter[tuple[str, str]] = Counter()
    with said_warnings():
        _count(before, after, found, 0)
    return found


def _count(before: Dataset, after: Dataset, found: Counter[tuple[str, str]], depth: int) -> None:
    for tag in sorted({*before._dict, *after._dict}):
        old, new = before._dict.get(tag), after._dict.get(tag)
        if new is None:
            found[_name(tag), "removed"] += 1
        elif old is None:
            found[_name(tag), "added"] += 1
        elif new is old:
            found[_name(tag), "kept"] += 1
        elif new.VR == "SQ" and depth < DEEPEST:
            _count_items(before, after, tag, found, depth)
        else:
            found[_name(tag), "kept" if _same(before, after, tag) else "replaced"] += 1


def _count_items(
    before: Dataset, after: Dataset, tag: BaseTag, found: Counter[tuple[str, str]], depth: int
) -> None:
    with suppress(Exception):
        old, new = list(before[tag].value or []), list(after[tag].value or [])
        found[_name(tag), "kept" if new or not old else "removed"] += 1
        for one, other in zip(old, new, strict=False):
            _count(one, other, found, depth + 1)


def _same(before: Dataset, after: Dataset, tag: BaseTag) -> bool:
    old, new = before._dict[tag], after._dict[tag]
    if isinstance(old, RawDataElement) and isinstance(new, RawDataElement):
        return bool(old.value == new.value)
    with suppress(Exception):
        return bool(before[tag].value == after[tag].value)
    return False


def _name(tag: BaseTag) -> str:
    if tag.group & 1:
        return "private"
    return dictionary_keyword(tag) if dictionary_has_tag(tag) else "unknown"
