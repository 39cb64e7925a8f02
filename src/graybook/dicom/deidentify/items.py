"""A dataset or an item of a sequence comes in; the same with nothing in it that names anybody goes out, at any depth."""

from __future__ import annotations

import copy
from contextlib import suppress

from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from graybook.dicom.attributes import Attributes, Notes, NotUsed
from graybook.dicom.deidentify.actions import action_of, kind_of_vr
from graybook.dicom.deidentify.cleaning import Cleaning
from graybook.dicom.deidentify.codes import CodedValue, coded_value
from graybook.dicom.deidentify.private import OWN_WORDS, kept_private
from graybook.dicom.deidentify.uids import replaced_uid
from graybook.dicom.deidentify.values import written
from graybook.dicom.header import declare_character_sets
from graybook.dicom.parsing import reason
from graybook.tables.deidentification import PrivateElement

__all__ = ["cleaned"]

DEEPEST = 60
"""No object has items in items so deep."""
NUMERIC = b"0123456789+-eE. \\\x00"
CODES = ("CodeValue", "LongCodeValue", "URNCodeValue")

Element = DataElement | RawDataElement


def cleaned(dataset: Dataset, cleaning: Cleaning, notes: Notes, depth: int = 0) -> Dataset:
    """A new dataset with what may stay; the one that came in keeps its values."""
    if depth > DEEPEST:
        raise NotUsed(reason("deidentify_too_deep", notes.path))
    if depth and "SpecificCharacterSet" in dataset:
        notes = Notes(path=notes.path)
        declare_character_sets(Attributes(dataset, notes))
    attributes = Attributes(dataset, notes)
    result = Dataset()
    for tag, element in sorted(dataset._dict.items()):
        if tag.group & 1:
            continue
        found = _element(tag, element, attributes, cleaning, depth)
        if found is not None:
            result._dict[tag] = found
    if any(keyword in dataset for keyword in CODES) and "CodingSchemeDesignator" in dataset:
        _write_code(attributes, result, cleaning)
    _add_private(attributes, result, cleaning)
    result.set_original_encoding(*dataset.original_encoding)
    result._read_charset = result._character_set
    return result


def _element(
    tag: BaseTag, element: Element, attributes: Attributes, cleaning: Cleaning, depth: int
) -> Element | None:
    action = action_of(tag)
    if action == "code":
        return None  # written with its scheme and meaning, or not at all
    if action == "remove":
        _tell_removed(tag, element, cleaning)
        return None
    vr = dictionary_VR(tag)
    kind = kind_of_vr(vr)
    if not _fits(element.VR, vr):
        cleaning.tell("kind_of_value_wrong")
        return None
    if kind == "sequence":
        return _sequence(tag, element, attributes, cleaning, depth, empty=action == "empty")
    if kind in ("number", "decimal", "bulk"):
        return None if action == "empty" else _number(element, kind, cleaning)
    values = written(attributes.text(dictionary_keyword(tag)), vr, action, cleaning)
    if values is None:
        _tell_removed(tag, element, cleaning)
        return None
    return DataElement(tag, vr, values[0] if len(values) == 1 else values or "")


def _fits(stated: str | None, known: str) -> bool:
    """Whether the kind of value that a file states is the dictionary's; texts of all kinds fit each other, and numbers."""
    found, kind = kind_of_vr(stated), kind_of_vr(known)
    if stated is None or found == kind or stated == "UN" or stated in known.split(" or "):
        return True
    one_line = {"text", "name", "date", "time", "uid", "code", "age"}
    numbers = {"number", "decimal"}
    return (found in one_line and kind in one_line) or (found in numbers and kind in numbers)


def _tell_removed(tag: BaseTag, element: Element, cleaning: Cleaning) -> None:
    group = tag.group & 0xFF00
    if group == 0x6000:
        cleaning.tell("overlay_removed")
    elif tag.group in (0xFFFA, 0x4FFE, 0x0400):
        cleaning.tell("signature_removed")
    elif kind_of_vr(element.VR or _vr(tag)) in ("text", "name") and element.value:
        cleaning.tell("text_removed")


def _vr(tag: BaseTag) -> str:
    return dictionary_VR(tag) if dictionary_has_tag(tag) else "UN"


def _number(element: Element, kind: str, cleaning: Cleaning) -> Element | None:
    """The element with its very bytes; a decimal that holds anything but numbers goes."""
    if kind == "decimal" or element.VR in ("DS", "IS"):
        value = element.value
        plain = value if isinstance(value, bytes) else _decimal_text(value).encode("ascii", "replace")
        if plain.translate(None, NUMERIC):
            cleaning.tell("kind_of_value_wrong")
            return None
    return element if isinstance(element, RawDataElement) else copy.copy(element)


def _decimal_text(value: object) -> str:
    if value is None:
        return ""
    parts = value if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue" else [value]
    return "\\".join(str(part) for part in parts)  # type: ignore[attr-defined]


def _sequence(
    tag: BaseTag, element: Element, attributes: Attributes, cleaning: Cleaning, depth: int, *, empty: bool
) -> DataElement | None:
    if empty:
        return DataElement(tag, "SQ", Sequence())
    try:
        items = _items(element, attributes.dataset)
    except RecursionError:
        raise NotUsed(reason("deidentify_too_deep", attributes.notes.path)) from None
    except Exception:
        cleaning.tell("kind_of_value_wrong")
        return None
    found = [cleaned(item, cleaning, attributes.notes, depth + 1) for item in items]
    return DataElement(tag, "SQ", Sequence(found))


def _items(element: Element, dataset: Dataset) -> list[Dataset]:
    """The items of a sequence, also of one whose kind of value the file does not know."""
    if isinstance(element, RawDataElement):
        if element.VR == "UN":
            element = element._replace(VR="SQ", is_implicit_VR=True, is_little_endian=True)
        element = convert_raw_data_element(element, encoding=dataset._character_set, ds=dataset)
    value = element.value or []
    if any(not isinstance(item, Dataset) for item in value):
        raise ValueError("no sequence")
    return list(value)


def _write_code(attributes: Attributes, result: Dataset, cleaning: Cleaning) -> None:
    """The code of a code item, its value where it stood."""
    keyword = next(one for one in CODES if one in attributes)
    found = coded_value(
        CodedValue(
            attributes.text(keyword),
            attributes.text("CodingSchemeDesignator"),
            attributes.text("CodingSchemeVersion"),
            attributes.text("CodeMeaning"),
        ),
        cleaning.key,
    )
    fits = keyword != "URNCodeValue" or found.scheme in ("DCM",)
    setattr(result, keyword if fits else "LongCodeValue", found.value)
    result.CodingSchemeDesignator = found.scheme
    if found.version:
        result.CodingSchemeVersion = found.version
    if "CodeMeaning" in attributes:
        result.CodeMeaning = cleaning.said(found.meaning)


def _add_private(attributes: Attributes, result: Dataset, cleaning: Cleaning) -> None:
    dataset = attributes.dataset
    private = {tag for tag in dataset._dict if tag.group & 1 and tag.element > 0xFF}
    for tag, known in kept_private(dataset):
        found = dataset._dict[tag] if known is None else _private(dataset, tag, known, cleaning)
        if found is not None:
            result._dict[tag] = found
            private.discard(tag)
            if known is not None:
                cleaning.tell("private_kept")
    cleaning.done["private_removed"] += len(private)


def _private(dataset: Dataset, tag: BaseTag, known: PrivateElement, cleaning: Cleaning) -> Element | None:
    raw = dataset._dict[tag]
    if known.action == "number":
        return _number(raw, "decimal" if known.vr in ("DS", "IS") else "number", cleaning)
    with suppress(Exception):
        value = dataset[tag].value
        text = value.decode("ascii") if isinstance(value, bytes) else value
        parts = [str(one) for one in text] if not isinstance(text, str) else text.strip(" \x00").split("\\")
        if known.action == "uid":
            return DataElement(tag, known.vr, [replaced_uid(one, cleaning.key) for one in parts])
        if known.action == "time":
            values = written("\\".join(parts), known.vr, "time", cleaning)
            return DataElement(tag, known.vr, values)
        if set(parts) <= OWN_WORDS:
            return DataElement(tag, known.vr, parts)
    return None
