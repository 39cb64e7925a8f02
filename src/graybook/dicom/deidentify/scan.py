"""Original values and written files come in; every place where a value survives goes out, without the value."""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from graybook.dicom.attributes import Attributes, Notes
from graybook.dicom.deidentify.actions import action_of, kind_of_vr
from graybook.dicom.deidentify.codes import LOCAL
from graybook.dicom.deidentify.guard import guard_words
from graybook.dicom.deidentify.objects import METHOD, METHOD_CODES, SAFE_PRIVATE
from graybook.dicom.deidentify.originals import NUMERIC, Originals, vr_of
from graybook.dicom.deidentify.terms import TERMS
from graybook.dicom.deidentify.texts import STAND_IN
from graybook.dicom.deidentify.values import MIDNIGHT, PLACEHOLDER
from graybook.dicom.parsing import said_warnings

__all__ = ["Leak", "leaks"]

SHORTEST = 6
"""Shorter values are no proof when their bytes are found; they are looked for as values of elements. [byte]"""
SHORTEST_NAME = 3
LONG = 8
CHARACTER_SET = 0x00080005
TABLE_BITS = 22
SPREAD = np.uint64(0x9E3779B97F4A7C15)
DEFLATED = b"1.2.840.10008.1.2.1.99"
META_LENGTH, META_BEGIN = slice(140, 144), 144
UID_FORM = re.compile(r"\d+(\.\d+){2,}")
NUMBER = re.compile(r"[\d.:/-]+")
CONTINUED_BEFORE, CONTINUED_AFTER = re.compile(rb"\d\.?$"), re.compile(rb"\.?\d")
OWN = (
    METHOD,
    *METHOD_CODES,
    *METHOD_CODES.values(),
    *SAFE_PRIVATE,
    PLACEHOLDER,
    MIDNIGHT,
    LOCAL,
    "YES",
    "DCM",
    "GRAYBOOK",
    "MODIFIED",
)
NAMES = frozenset({"PatientName", "PatientID", "PatientBirthName", "OtherPatientIDs", "OtherPatientNames"})


@dataclass(frozen=True, kw_only=True)
class Leak:
    """An original value that was found in a file.

    Parameters
    ----------
    file
        Name of the file it was found in.
    attribute
        Where it stood originally.
    place
        ``bytes at N``, ``file name``, or the attribute whose value it is now.
    """

    file: str
    attribute: str
    place: str


def leaks(found: Originals, files: Iterable[Path], *, own_texts: Iterable[str] = ()) -> tuple[Leak, ...]:
    """
    Every place in the files, and in their names, where an original value survives.

    Values of six bytes and more are searched in all bytes, whatever their case; shorter ones are compared with the values of
    elements, and shorter names with the words of other files. What the published lists let stay is no leak, nor is a value within
    such a text. Of :attr:`Originals.names` each is one but where the text stays whoever the person is.

    Parameters
    ----------
    found
        The originals of all files.
    files
        What was written: objects, reports, lists.
    own_texts
        Sentences of our own that the files hold.
    """
    search = _Search(found, tuple(own_texts))
    return tuple(leak for file in files for leak in search.of_file(file))


class _Search:
    """Originals made ready to be searched for, many at once."""

    def __init__(self, found: Originals, own_texts: tuple[str, ...]) -> None:
        own = {*own_texts, *OWN}
        self.own = {text.casefold() for text in own}
        self.standing = self.own | {text.casefold() for text in found.standing}
        self.kept = self.standing | {text.casefold() for text in found.kept}
        self.standing_bytes = {text.encode().lower() for text in (*own, *found.standing)}
        self.kept_bytes = self.standing_bytes | {text.encode().lower() for text in found.kept}
        values = {value: where for value, where in found.values.items() if value.casefold() not in self.kept}
        self.patterns: dict[bytes, str] = {}
        self.short: dict[str, str] = {}
        self.add(values, found.encodings)
        self.short_names = {
            value: where for value, where in self.short.items() if where in NAMES and not value.isdecimal()
        }
        self.guarded_bytes: set[bytes] = set()
        self.guarded: dict[str, str] = {}
        self.add_names(found.names, found.encodings)
        self.indexes = [_Index(self.patterns, size) for size in (LONG, SHORTEST)]
        self.covers: dict[bytes, tuple[bytes, ...]] = {}

    def add(self, values: Mapping[str, str], encodings: Iterable[str]) -> None:
        """Values to be searched for: long ones in all bytes, short ones in elements."""
        for value, where in values.items():
            for encoded in _encoded(value, encodings):
                if len(encoded) >= SHORTEST:
                    self.patterns[encoded] = where
                else:
                    self.short[value.casefold()] = where

    def add_names(self, names: Mapping[str, str], encodings: Iterable[str]) -> None:
        """Names: in all bytes too, but for those that are a TG-263 name or a term, which are compared with elements alone."""
        for value, where in names.items():
            folded = value.casefold()
            if folded in self.own:
                continue
            for encoded in _encoded(value, encodings):
                if len(encoded) >= SHORTEST and folded not in self.standing:
                    self.patterns[encoded] = where
                    self.guarded_bytes.add(encoded)
                elif len(folded) >= SHORTEST_NAME:
                    self.guarded[folded] = where

    def of_file(self, file: Path) -> Iterator[Leak]:
        """The leaks of one file and its name."""
        data = file.read_bytes()
        name = file.name.lower().encode()
        for _, where in self._in_bytes(name):
            yield Leak(file=file.name, attribute=where, place="file name")
        for place, where in self._in_bytes(_inflated(data).lower()):
            yield Leak(file=file.name, attribute=where, place=f"bytes at {place}")
        yield from self._in_elements(file, data)

    def _in_bytes(self, data: bytes) -> Iterator[tuple[int, str]]:
        padded = data + b"\0" * LONG
        for index in self.indexes:
            for pattern, begin in index.candidates(padded):
                whole = padded.startswith(pattern, begin) and _stands_alone(pattern, padded, begin)
                if whole and not self._is_covered(pattern, padded, begin):
                    yield begin, self.patterns[pattern]

    def _is_covered(self, pattern: bytes, data: bytes, begin: int) -> bool:
        """Whether the place lies within a text that may stay."""
        if pattern not in self.covers:
            texts = self.standing_bytes if pattern in self.guarded_bytes else self.kept_bytes
            self.covers[pattern] = tuple(text for text in texts if pattern in text)
        end = begin + len(pattern)
        for text in self.covers[pattern]:
            at = data.find(text, max(0, begin - len(text)), end + len(text))
            while at >= 0:
                if at <= begin and end <= at + len(text):
                    return True
                at = data.find(text, at + 1, end + len(text))
        return False

    def _in_elements(self, file: Path, data: bytes) -> Iterator[Leak]:
        if data[128:132] == b"DICM":
            with said_warnings():
                dataset = pydicom.dcmread(BytesIO(data), stop_before_pixels=True)
                for tag, place, text in _element_texts(dataset):
                    if (where := self._short(tag, text)) is not None:
                        yield Leak(file=file.name, attribute=where, place=place)
            return
        present = guard_words(data.decode("utf-8", "replace"))
        own = frozenset().union(*(guard_words(text) for text in self.kept))
        names = {
            **{one: where for one, where in self.guarded.items() if not one.isdecimal()},
            **self.short_names,
        }
        for value in sorted(names):
            if value in present - own:
                yield Leak(file=file.name, attribute=names[value], place="text")

    def _short(self, tag: BaseTag, text: str) -> str | None:
        folded = text.casefold()
        if folded in self.own or STAND_IN.fullmatch(text):
            return None
        if (where := self._guarded(tag, folded)) is not None:
            return where
        if folded in self.kept or vr_kind(tag) == "code":
            return None
        if folded in self.short:
            return self.short[folded]
        words = guard_words(folded) & self.short_names.keys()
        return self.short_names[min(words)] if words else None

    def _guarded(self, tag: BaseTag, folded: str) -> str | None:
        """A name that an element's text is, or has among its words, unless the text stays there whoever the person is."""
        if folded in self.standing and _may_stand(tag, folded):
            return None
        words = guard_words(folded)
        if UID_FORM.fullmatch(folded):
            words = frozenset()
        found = sorted((words | {folded}) & self.guarded.keys())
        return self.guarded[found[0]] if found else None


def vr_kind(tag: BaseTag) -> str:
    """The sort of value of a standard attribute; empty for others."""
    return kind_of_vr(dictionary_VR(tag)) if not tag.group & 1 and dictionary_has_tag(tag) else ""


def _may_stand(tag: BaseTag, folded: str) -> bool:
    """Whether an attribute may hold a text that stays whoever the person is."""
    if tag.group & 1:
        return True
    action = action_of(tag)
    return action not in ("keep", "code_string") or (vr_kind(tag) == "code" and folded.upper() in TERMS)


class _Index:
    """Patterns by their last bytes, so that all places of a file are looked at only once."""

    def __init__(self, patterns: Iterable[bytes], size: int) -> None:
        wanted = [one for one in patterns if (len(one) >= LONG) == (size == LONG)]
        self.size = size
        self.mask = np.uint64((1 << 8 * size) - 1)
        self.by_key: dict[int, list[bytes]] = defaultdict(list)
        for pattern in wanted:
            self.by_key[int.from_bytes(pattern[-size:], "little")].append(pattern)
        self.keys = np.array(sorted(self.by_key), dtype=np.uint64)
        self.table = np.zeros(1 << TABLE_BITS, dtype=bool)
        self.table[self._slot(self.keys)] = True

    def _slot(
        self, keys: np.ndarray[tuple[int], np.dtype[np.uint64]]
    ) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        return (keys * SPREAD) >> np.uint64(64 - TABLE_BITS)

    def candidates(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Patterns and where they would begin, by their last bytes alone."""
        if not self.by_key:
            return
        for offset in range(LONG):
            count = (len(data) - offset) // LONG
            windows = np.frombuffer(data, dtype="<u8", offset=offset, count=count) & self.mask
            for at in np.nonzero(self.table[self._slot(windows)])[0]:
                for pattern in self.by_key.get(int(windows[at]), ()):
                    begin = offset + LONG * int(at) + self.size - len(pattern)
                    if begin >= 0:
                        yield pattern, begin


def _encoded(value: str, encodings: Iterable[str]) -> Iterator[bytes]:
    """The bytes a value may have: in each encoding, letters beyond ASCII also in the other case, and as JSON escapes them."""
    for text in {value, value.lower(), value.upper()} if not value.isascii() else {value}:
        for encoding in encodings:
            with suppress(UnicodeEncodeError, LookupError):
                yield text.encode(encoding).lower()
        if not text.isascii():
            yield json.dumps(text)[1:-1].encode().lower()


def _stands_alone(pattern: bytes, data: bytes, begin: int) -> bool:
    """Whether a number is no part of a longer one, and a UID does not begin within another."""
    text = pattern.decode("latin-1")
    if not NUMBER.fullmatch(text):
        return True
    end = begin + len(pattern)
    starts = CONTINUED_BEFORE.search(data[max(0, begin - 2) : begin]) is None
    return starts and (
        UID_FORM.fullmatch(text) is not None or CONTINUED_AFTER.match(data[end : end + 2]) is None
    )


def _inflated(data: bytes) -> bytes:
    """The bytes of a file, a deflated dataset inflated."""
    if DEFLATED not in data[:1024]:
        return data
    begin = META_BEGIN + int.from_bytes(data[META_LENGTH], "little")
    try:
        return data[:begin] + zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[begin:])
    except zlib.error:
        return data


def _element_texts(dataset: Dataset) -> Iterator[tuple[BaseTag, str, str]]:
    """Each text, name, UID and code string of a dataset at any depth, with its attribute; numbers are not read."""
    attributes = Attributes(dataset, Notes(path=""))
    for tag in dataset._dict:
        if vr_of(dataset, tag) in NUMERIC:
            continue
        element = dataset[tag]
        if element.VR == "SQ":
            for item in element.value or ():
                yield from _element_texts(item)
        elif kind_of_vr(element.VR) in ("text", "name", "uid", "code") and tag != CHARACTER_SET:
            text = attributes.text(element.keyword) if element.keyword else str(element.value)
            for part in text.split("\\"):
                if part.strip():
                    yield tag, element.keyword or str(element.tag), part.strip()
