"""Attributes: a pydicom dataset comes in; texts, numbers, dates and items go out, and what was odd is noted, never raised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import isfinite

import numpy as np
from pydicom.charset import python_encoding
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from graybook.dicom._kernels import plain_decimals
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.record.assessment import Finding, Param, Severity

__all__ = ["Attributes", "NotUsed", "Notes", "decimal_array", "tag_text"]

EARLIEST_YEAR = 1850
"""Nobody alive was born before."""
MOVED_YEARS = 160
"""Dates of a de-identified file stand up to so many years before the true ones (`graybook.record.ProjectKey.days`)."""
SHORT_TEXT = 128
"""Numbers in a text of up to so many bytes are read one by one; longer ones in bulk."""

LONGEST_SHOWN = 60
SHORT = 256
"""A list of numbers shorter than this is parsed one by one. [byte]"""
PLAIN = frozenset({"AS", "CS", "DA", "DT", "LO", "PN", "SH", "TM", "UI"})
"""Value Representations that are text of one line; without accents their bytes are the text."""
ESCAPE = b"\x1b"
ONE_BYTE = frozenset({"iso8859", "ascii", "latin_1", *(f"iso8859_{part}" for part in range(1, 16)), "utf8"})
"""Encodings of one byte a letter, in which valid UTF-8 is all but never meant; and UTF-8 itself."""


class NotUsed(Exception):
    """A file that is understood but not used; ``finding`` is the reason."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


@dataclass(kw_only=True)
class Notes:
    """What reading one file had to say, each sentence once."""

    path: str
    findings: list[Finding] = field(default_factory=list)
    character_sets: tuple[str, ...] = ()
    """Specific Character Sets that the file declares and that are known."""
    dates_moved: bool = False
    """Whether the file says that its dates were shifted (Longitudinal Temporal Information Modified)."""

    def earliest(self, year: int) -> int:
        """The year before which a date is none, in this file."""
        return year - MOVED_YEARS if self.dates_moved else year

    def add(self, code: str, severity: Severity = Severity.WARNING, **params: Param) -> None:
        """Note a finding about the file."""
        finding = Finding(
            code=code, severity=severity, subject=self.path, params={"file": self.path, **params}
        )
        if finding not in self.findings:
            self.findings.append(finding)


def tag_text(keyword: str) -> str:
    """The keyword with its tag, as a reader finds it in any viewer.

    Examples
    --------
    >>> tag_text("DoseGridScaling")
    'DoseGridScaling (3004,000E)'
    """
    tag = Tag(tag_for_keyword(keyword) or 0)
    return f"{keyword} ({tag.group:04X},{tag.element:04X})"


def decimal_array(text: bytes) -> FloatArray:
    """The numbers of a DICOM decimal string, parsed in one go; ValueError when one of them is none.

    Examples
    --------
    >>> decimal_array(b"1.5\\\\-2e1 ").tolist()
    [1.5, -20.0]
    """
    text = text.rstrip(b" \x00")
    if not text:
        return np.empty(0)
    if len(text) >= SHORT:
        values = np.empty(text.count(b"\\") + 1)
        if plain_decimals(np.frombuffer(text, dtype=np.uint8), values) == len(values):
            return values
    if b"_" in text:
        raise ValueError("a number with an underscore is none of DICOM's")
    return np.array([float(part) for part in text.split(b"\\")])


class Attributes:
    """Lenient access to one dataset or sequence item.

    An attribute that is missing gives an empty value; one that is malformed gives an empty value and a note.
    """

    def __init__(self, dataset: Dataset, notes: Notes) -> None:
        self.dataset = dataset
        self.notes = notes

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.dataset

    def _malformed(self, keyword: str, value: object) -> None:
        self.notes.add("attribute_malformed", attribute=tag_text(keyword), value=str(value)[:LONGEST_SHOWN])

    def raw(self, keyword: str) -> bytes | None:
        """The undecoded bytes of an attribute; None when missing or already decoded."""
        element = self.element(keyword)
        return element.value if isinstance(element, RawDataElement) else None

    def element(self, keyword: str) -> DataElement | RawDataElement | None:
        """The element as it was read; None when missing."""
        return self.dataset._dict.get(_tag(keyword))

    def _value(self, keyword: str) -> object:
        raw = self.raw(keyword)
        try:
            element: DataElement | None = self.dataset.get(_tag(keyword))
        except Exception:
            self._malformed(keyword, raw)
            return None if raw is None else raw.decode("latin-1")
        return None if element is None else element.value

    def _plain(self, keyword: str) -> str | None:
        """The text of an attribute without accents, straight from its bytes; None where that is not the whole story."""
        element = self.element(keyword)
        vr = _vr(keyword)
        if element is None:
            return ""
        if not isinstance(element, RawDataElement) or vr not in PLAIN or element.VR not in (None, vr):
            return None
        value = element.value or b""
        if ESCAPE in value:
            return None
        text = value.decode("ascii") if value.isascii() else self._accented(keyword, value)
        return "\\".join(part.strip(" \x00\r\n") for part in text.split("\\"))

    def _accented(self, keyword: str, value: bytes) -> str:
        """Text beyond ASCII, by the character set declared; where that is none or wrong, by what the bytes can be, and said.

        Bytes that fit no reading are kept as ``<E9>``, so that two names never become one by being unreadable.
        """
        declared = [python_encoding[name] for name in self.notes.character_sets]
        readings = ["utf-8", *(["latin-1"] if not declared else declared[:1])]
        if any(encoding not in ONE_BYTE for encoding in declared):
            readings = declared  # what looks like UTF-8 may be another script's bytes
        for encoding in readings:
            with suppress(UnicodeDecodeError, LookupError):
                text = value.decode(encoding)
                if encoding not in declared:
                    code = "charset_missing" if not declared else "charset_wrong"
                    shown = text.strip(" \x00")[:LONGEST_SHOWN]
                    self.notes.add(code, Severity.INFO, attribute=tag_text(keyword), value=shown)
                return text
        text = "".join(chr(byte) if byte < 128 else f"<{byte:02X}>" for byte in value)
        self.notes.add("charset_bytes_kept", attribute=tag_text(keyword), value=text[:LONGEST_SHOWN])
        return text

    def text(self, keyword: str) -> str:
        """The value as text; several values keep their backslashes."""
        plain = self._plain(keyword)
        if plain is not None:
            return plain
        value = self._value(keyword)
        if value is None:
            return ""
        if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue":
            return "\\".join(str(part).strip() for part in value)  # type: ignore[attr-defined]
        return str(value).strip(" \x00\r\n")

    def code(self, keyword: str) -> str:
        """The value as an upper-case code."""
        return self.text(keyword).upper()

    def uid(self, keyword: str) -> str:
        """The value as a UID."""
        return self.text(keyword).strip()

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """All numbers of the value; empty when missing or when one is malformed or not finite (noted)."""
        few = self._few_numbers(keyword)
        if few is not None:
            return few
        try:
            values = self.array(keyword)
        except InputError as error:
            self._malformed(keyword, error.value)
            return ()
        return tuple(float(value) for value in values)

    def _few_numbers(self, keyword: str) -> tuple[float, ...] | None:
        """The numbers of a short, well-formed value without an array in between; None where more care is needed."""
        element = self.element(keyword)
        if element is None or not element.value:
            return ()
        if not isinstance(element, RawDataElement) or len(element.value) > SHORT_TEXT:
            return None
        if _is_short(element, keyword):
            return (float(int.from_bytes(element.value, "little" if element.is_little_endian else "big")),)
        if not _is_decimal(keyword) or b"_" in element.value:
            return None
        try:
            numbers = tuple(float(part) for part in element.value.split(b"\\"))
        except ValueError:
            return None
        return numbers if all(map(isfinite, numbers)) else None

    def array(self, keyword: str) -> FloatArray:
        """All numbers of the value as an array; :class:`InputError` when malformed or not finite."""
        element = self.element(keyword)
        if element is None or element.value is None:
            return np.empty(0)
        raw = element.value if isinstance(element, RawDataElement) else None
        try:
            if isinstance(element, RawDataElement) and _is_short(element, keyword):
                order = "little" if element.is_little_endian else "big"
                values = np.array([float(int.from_bytes(element.value, order))])  # type: ignore[arg-type]
            elif raw is not None and _is_decimal(keyword):
                values = decimal_array(raw)
            else:
                values = np.atleast_1d(np.asarray(self.dataset[keyword].value or [], dtype=np.float64))
        except Exception as error:
            raise _malformed_error(keyword, self._shown(keyword)) from error
        if not np.all(np.isfinite(values)):
            raise _malformed_error(keyword, self._shown(keyword))
        return values

    def _shown(self, keyword: str) -> str:
        raw = self.raw(keyword)
        with suppress(Exception):
            return (raw.decode("latin-1") if raw is not None else str(self.dataset[keyword].value))[
                :LONGEST_SHOWN
            ]
        return ""

    def number(self, keyword: str) -> float | None:
        """The first number of the value; None when missing or malformed."""
        values = self.numbers(keyword)
        return values[0] if values else None

    def whole(self, keyword: str) -> int | None:
        """The value as a whole number; None when missing, malformed or not whole (noted)."""
        value = self.number(keyword)
        if value is None:
            return None
        if value != round(value):
            self._malformed(keyword, value)
            return None
        return int(value)

    def point(self, keyword: str) -> tuple[float, float, float] | None:
        """Three numbers as a point in mm; None when missing or malformed."""
        values = self.numbers(keyword)
        if len(values) == 3:
            return (values[0], values[1], values[2])
        if values:
            self._malformed(keyword, values)
        return None

    def date(self, keyword: str) -> date | None:
        """The value as a date (YYYYMMDD, YYYY.MM.DD or a date-time); None when missing or malformed (noted)."""
        text = self.text(keyword)
        if not text:
            return None
        match = re.match(r"(\d{4})[.-]?(\d{2})[.-]?(\d{2})", text)
        with suppress(ValueError):
            if match and int(match[1]) >= self.notes.earliest(EARLIEST_YEAR):
                return date(int(match[1]), int(match[2]), int(match[3]))
        self._malformed(keyword, text)
        return None

    def items(self, keyword: str) -> tuple[Attributes, ...]:
        """The items of a sequence; empty when missing or broken (noted)."""
        if keyword not in self.dataset:
            return ()
        try:
            found = [item for item in self.dataset[keyword].value or [] if isinstance(item, Dataset)]
        except Exception as error:
            self._malformed(keyword, error)
            return ()
        return tuple(Attributes(item, self.notes) for item in found)

    def below(self, *keywords: str) -> Iterator[Attributes]:
        """The items at the end of a path of sequences."""
        if not keywords:
            yield self
            return
        for item in self.items(keywords[0]):
            yield from item.below(*keywords[1:])


def _is_decimal(keyword: str) -> bool:
    """Whether the dictionary says that the attribute is written as decimal text."""
    return _vr(keyword) in ("DS", "IS")


def _is_short(element: RawDataElement, keyword: str) -> bool:
    """Whether the value is one whole number of two bytes without sign."""
    known = element.VR in ("US", None) and _vr(keyword) == "US"
    return known and element.value is not None and len(element.value) == 2


@cache
def _tag(keyword: str) -> BaseTag:
    return Tag(tag_for_keyword(keyword) or 0)


@cache
def _vr(keyword: str) -> str:
    return dictionary_VR(_tag(keyword))


def _malformed_error(keyword: str, shown: str) -> InputError:
    return InputError(
        f"{tag_text(keyword)} is not a list of finite numbers.",
        value=shown,
        remedy="Export the object again, or mend the attribute.",
    )
