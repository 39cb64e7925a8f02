"""JSON that others wrote comes in, of any shape; its elements with their places go out, and nothing here can fail on it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = [
    "Coding",
    "Element",
    "codings",
    "day",
    "is_missing",
    "number",
    "printable",
    "text",
    "whole",
]

MISSING_NUMBER = 999999
MISSING_DAY = "1000-01-01"
MISSING_WORD = "unknown"
_DAY = re.compile(r"(\d{4})(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Element:
    """A value of a document and where it stands.

    Parameters
    ----------
    place
        Path from the document: ``entry[3].resource.performedPeriod.start``.
    value
        What stands there, as JSON has it.
    """

    place: str
    value: Any

    def children(self, name: str) -> Iterator[Element]:
        """What stands under a name: each item of a list, or the one value; nothing where there is none."""
        found = self.value.get(name) if isinstance(self.value, dict) else None
        place = f"{self.place}.{name}" if self.place else name
        if isinstance(found, list):
            yield from (Element(place=f"{place}[{at}]", value=one) for at, one in enumerate(found))
        elif found is not None:
            yield Element(place=place, value=found)

    def child(self, name: str) -> Element | None:
        """The first that stands under a name, or None."""
        return next(self.children(name), None)

    def extensions(self, address: str) -> Iterator[Element]:
        """Extensions with this address."""
        for one in self.children("extension"):
            if isinstance(one.value, dict) and one.value.get("url") == address:
                yield one

    def extension(self, address: str) -> Element | None:
        """The first extension with this address, or None."""
        return next(self.extensions(address), None)


@dataclass(frozen=True, kw_only=True)
class Coding:
    """A code, its system, and where it stands."""

    system: str
    code: str
    place: str


def is_missing(value: object) -> bool:
    """Whether a value only stands for a missing one: ``Unknown``, 999999, 1000-01-01.

    Examples
    --------
    >>> is_missing("Unknown"), is_missing(999999), is_missing("1000-01-01"), is_missing("4256")
    (True, True, True, False)
    """
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        plain = value.strip().casefold().removeprefix("urn:oid:")
        return plain in (MISSING_WORD, str(MISSING_NUMBER)) or plain.startswith(MISSING_DAY)
    return isinstance(value, int | float) and value == MISSING_NUMBER


def text(element: Element | None) -> str:
    """The text of an element without blanks around it; empty where there is none, or one that stands for none."""
    found = element.value if element is not None else None
    return printable(found.strip()) if isinstance(found, str) and not is_missing(found) else ""


def printable(words: str) -> str:
    """A text with a mark in place of each half of a character, which JSON can hold and no file can."""
    return words if words.isascii() else words.encode("utf-8", "replace").decode("utf-8")


def number(element: Element | None) -> float | None:
    """The finite number of an element, or None; a text of figures is no number."""
    found = element.value if element is not None else None
    if isinstance(found, bool) or not isinstance(found, int | float) or is_missing(found):
        return None
    if isinstance(found, int) and abs(found) > 1e15:
        return None
    return float(found) if math.isfinite(found) else None


def whole(element: Element | None) -> int | None:
    """The whole number from nought of an element, or None."""
    found = number(element)
    return int(found) if found is not None and found >= 0 and found == int(found) else None


def day(element: Element | None) -> date | None:
    """The day of an element as written, in the clock of its place; None where it states no whole day."""
    written = text(element)
    found = _DAY.fullmatch(written)
    if found is None or found[3] is None:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def codings(element: Element | None) -> tuple[Coding, ...]:
    """The codes of a CodeableConcept, of a Coding, or of a plain code."""
    if element is None:
        return ()
    if isinstance(element.value, str):
        return (Coding(system="", code=element.value, place=element.place),)
    found = [*element.children("coding")] or [element]
    codes = []
    for one in found:
        code, system = one.child("code"), one.child("system")
        if code is not None and isinstance(code.value, str) and not is_missing(code.value):
            codes.append(Coding(system=text(system), code=code.value, place=code.place))
    return tuple(codes)
