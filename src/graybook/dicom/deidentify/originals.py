"""A dataset comes in; every value that must not be found in what is written, and every value that may, go out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from pydicom.charset import python_encoding
from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from graybook.dicom.attributes import Attributes, Notes
from graybook.dicom.deidentify.actions import BULK, DECIMALS, NUMBERS, action_of, kind_of_vr
from graybook.dicom.deidentify.codes import CodedValue, is_public, kept_meaning
from graybook.dicom.deidentify.guard import BIRTH, Guard, guard_of, named_in, search_forms
from graybook.dicom.deidentify.private import OWN_WORDS, kept_private
from graybook.dicom.deidentify.terms import TERMS
from graybook.dicom.deidentify.texts import code_string, dose_mark, nuclide_or_agent, structure_stays
from graybook.dicom.deidentify.uids import stays
from graybook.dicom.header import declare_character_sets
from graybook.dicom.parsing import said_warnings
from graybook.tables.deidentification import PrivateElement
from graybook.tables.structure_names import tg263_name

__all__ = ["NUMERIC", "Originals", "originals", "vr_of"]

UID_FORM = re.compile(rb"\d+(?:\.\d+){3,}")
PRINTABLE, RUN = re.compile(rb"[\x20-\x7e]{2,}"), re.compile(rb"[\x20-\x7e]{6,}")
NUMERIC = NUMBERS | DECIMALS | (BULK - {"UN"})
"""Values that are not read: numbers, voxels, fields."""
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
CODES = ("CodeValue", "LongCodeValue", "URNCodeValue")


@dataclass(frozen=True, kw_only=True)
class Originals:
    """What was in files before.

    Parameters
    ----------
    values
        Each value that must not survive, with the attribute it stood in.
    kept
        Values that the published lists let stay, wherever they stand.
    standing
        Those of them that stay whoever the person is: TG-263 names, codes and terms of the standard.
    names
        Names, identifiers and places, whole and by words, with the attribute: never among what may stay but for ``standing``.
    encodings
        Encodings of the files' character sets.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    encodings: frozenset[str] = frozenset({"utf-8"})

    def __or__(self, other: Originals) -> Originals:
        """What was in both."""
        return Originals(
            values={**other.values, **self.values},
            kept=self.kept | other.kept,
            standing=self.standing | other.standing,
            names={**other.names, **self.names},
            encodings=self.encodings | other.encodings,
        )


def originals(dataset: Dataset) -> Originals:
    """The original values of one file: names, identifiers, UIDs, dates and texts, at any depth, private ones too.

    Numbers, code strings, ages and times of day are none: they stay by rule. So are values that the published lists let stay.
    """
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    kept: dict[str, bool] = {}
    with said_warnings():
        attributes = Attributes(dataset, Notes(path=""))
        declare_character_sets(attributes)
        guard = guard_of(dataset)
        for text, keyword in named_in(dataset):
            for form in () if keyword == BIRTH else search_forms(text, keyword):
                names.setdefault(form, keyword)
        for found, where in (*_of_meta(dataset), *_of(dataset, kept, attributes.notes, guard)):
            for value in _forms(found):
                values.setdefault(value, where)
        stated = attributes.text("SpecificCharacterSet").split("\\")
    encodings = {"utf-8", *(python_encoding[name] for name in stated if name in python_encoding)}
    return Originals(
        values=values,
        kept=frozenset(kept),
        standing=frozenset(text for text, stands in kept.items() if stands),
        names=names,
        encodings=frozenset(encodings),
    )


def _of_meta(dataset: Dataset) -> Iterator[tuple[str, str]]:
    for element in getattr(dataset, "file_meta", None) or ():
        text = str(element.value)
        told = element.VR in ("AE", "SH", "LO") or (element.VR == "UI" and not stays(text))
        if told and text and not element.keyword.startswith("Implementation"):
            yield text, element.keyword
    for match in RUN.finditer(getattr(dataset, "preamble", None) or b""):
        yield match[0].decode(), "preamble"


def _of(dataset: Dataset, kept: dict[str, bool], notes: Notes, guard: Guard) -> Iterator[tuple[str, str]]:
    attributes = Attributes(dataset, notes)
    if "SpecificCharacterSet" in dataset:
        attributes = Attributes(dataset, Notes(path=""))
        declare_character_sets(attributes)
    code = _code(attributes)
    own = dict(kept_private(dataset))
    for tag in sorted(dataset._dict):
        with suppress(Exception):
            vr = vr_of(dataset, tag)
            if vr in NUMERIC:
                continue
            element = dataset[tag]
            where = element.keyword or f"({tag.group:04X},{tag.element:04X})"
            if tag in own and _stays_private(own[tag], element.value, kept):
                continue
            if element.VR == "SQ":
                for item in element.value or ():
                    yield from _of(item, kept, attributes.notes, guard)
            elif isinstance(element.value, bytes):
                for text in _texts_in(element.value):
                    if not (tag.group & 1 and NUMBER.fullmatch(text)):
                        yield text, where
            else:
                for text in _parts(attributes, tag, element.value):
                    if _may_stay(tag, vr, text, code, guard):
                        kept[text] = kept.get(text, False) or _stands(tag, vr, text)
                    elif _is_told(tag, vr, text):
                        yield text, where


def _stays_private(known: PrivateElement | None, value: object, kept: dict[str, bool]) -> bool:
    """Whether a private element is a creator's name, a number or a word that stays; its text is noted among those."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    text = text.strip(" \x00")
    stays_here = known is None or known.action == "number" or (known.action == "words" and text in OWN_WORDS)
    if stays_here:
        kept[text] = True
    return stays_here


def _is_told(tag: BaseTag, vr: str, text: str) -> bool:
    """Whether a value is an original; a private text that is a number is none: it may repeat one that stays.

    Nor is a text that would stay but for a name in it: another file may hold it without that name, and the name is searched itself.
    """
    kind = kind_of_vr(vr)
    if not tag.group & 1 and action_of(tag) == "keep":
        return False
    if tag.group & 1 and kind == "text" and NUMBER.fullmatch(text):
        return False
    return kind in ("text", "name", "uid", "date")


def vr_of(dataset: Dataset, tag: BaseTag) -> str:
    """The kind of value that an attribute has by the dictionary, else by the file; UN where neither knows."""
    if not tag.group & 1 and dictionary_has_tag(tag):
        return dictionary_VR(tag)
    return dataset._dict[tag].VR or "UN"


def _parts(attributes: Attributes, tag: BaseTag, value: object) -> list[str]:
    """The values of an element as texts, read as the readers read them."""
    known = not tag.group & 1 and dictionary_has_tag(tag)
    if known:
        text = attributes.text(dictionary_keyword(tag))
        single = dictionary_VR(tag) in ("ST", "LT", "UT", "UR")
        parts = text.splitlines() if single else text.split("\\")
    else:
        listed = isinstance(value, list | tuple) or type(value).__name__ == "MultiValue"
        parts = [str(one) for one in (value if listed else [value])]  # type: ignore[attr-defined]
    return [part.strip(" \x00\r\n") for part in parts if part.strip(" \x00\r\n")]


def _texts_in(value: bytes) -> Iterator[str]:
    """Texts in a value of unknown kind: all of it where it is printable, and whatever looks like a UID."""
    plain = value.strip(b" \x00")
    if PRINTABLE.fullmatch(plain):
        yield from (part.strip() for part in plain.decode().split("\\"))
    for match in UID_FORM.finditer(value):
        if not stays(match[0].decode()):
            yield match[0].decode()


def _code(attributes: Attributes) -> CodedValue | None:
    keyword = next((one for one in CODES if one in attributes), None)
    if keyword is None or "CodingSchemeDesignator" not in attributes:
        return None
    value, scheme = attributes.text(keyword), attributes.text("CodingSchemeDesignator")
    return CodedValue(value, scheme, "", attributes.text("CodeMeaning"))


def _may_stay(tag: BaseTag, vr: str, text: str, code: CodedValue | None, guard: Guard) -> bool:
    """Whether the published lists let the value stay where it is."""
    action = action_of(tag) if not tag.group & 1 else "remove"
    if vr == "TM":
        return action == "time"
    if vr == "UI":
        return stays(text, names_class=action == "class")
    if action == "code" and code is not None:
        keyword = dictionary_keyword(tag)
        return kept_meaning(code) == text if keyword == "CodeMeaning" else is_public(code)
    if vr == "CS":
        told = not (action == "keep" and text in TERMS) and guard.gives_away(text)
        return action in ("code_string", "keep") and not told and code_string(text) == text
    if action == "structure":
        return structure_stays(text, guard)
    if action == "marks":
        return dose_mark(text) == text
    if action == "nuclide":
        return nuclide_or_agent(text) == text
    return action in ("offset", "fraction_pattern") or (action == "keep" and not guard.gives_away(text))


def _stands(tag: BaseTag, vr: str, text: str) -> bool:
    """Whether a value that may stay does so whoever the person is."""
    action = action_of(tag)
    if action == "structure":
        return tg263_name(text) is not None
    return action not in ("code_string", "keep") or (vr == "CS" and text in TERMS)


def _forms(value: str) -> Iterator[str]:
    """A value and what it is made of: the groups and parts of a name, the day of a date-time."""
    yield value
    if "^" in value or "=" in value:
        yield from (part.strip() for part in re.split(r"[\^=]", value) if part.strip())
    if re.fullmatch(r"\d{8}\d*(\.\d*)?([+-]\d{4})?", value) and value[:2] in ("18", "19", "20"):
        yield value[:8]
        yield f"{value[:4]}-{value[4:6]}-{value[6:8]}"
        yield f"{value[6:8]}/{value[4:6]}/{value[:4]}"
