"""A cell of a table as it stands comes in; the text, number, day or quantity it states goes out, or None.

OSIRIS has obligatory columns and no word for what is not known: 999999, "Unknown" and 1 January 1000 stand there instead.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

__all__ = ["FICTIVE", "SHORT_FICTIVE", "Quantity", "day", "is_missing", "quantity", "text", "uid", "whole"]

FICTIVE: dict[str, str | int | bool] = {
    "varchar": "Unknown",
    "char": "Unknown",
    "date": "1000-01-01",
    "integer": -1,
    "decimal": -1,
    "boolean": False,
}
"""What is written into an obligatory column when nothing is known, by type: nothing that could be taken for a measurement."""

SHORT_FICTIVE = "?"
"""The same, where a column has no room for the word."""

_MISSING = {"", "?", "unknown", "999999", "999999.0", "1000-01-01", "-1", "nan"}
_DAY = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?", re.ASCII
)
_QUANTITY = re.compile(
    r"(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?)|[Uu]nknown)\s*([A-Za-z].*)?", re.ASCII | re.DOTALL
)
_UID = re.compile(r"(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d*)){2,})", re.ASCII)
_LONGEST_UID = 64


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number, None where it is not stated, and the unit behind it, empty where none stands there."""

    number: float | None
    unit: str


def text(value: Any) -> str | None:
    """The text of a cell without blanks around it; None where it states nothing.

    Raises
    ------
    ValueError
        It is neither a text, a number nor a date.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | date | None):
        raise ValueError("no cell of a table")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    found = str(value).strip() if value is not None else ""
    return None if found.casefold() in _MISSING or found.startswith("1000-01-01") else found


def is_missing(value: Any) -> bool:
    """Whether a cell holds something that stands for nothing: 999999, Unknown, 1 January 1000."""
    if value is None or isinstance(value, bool):
        return False
    try:
        return text(value) is None and str(value).strip() != ""
    except ValueError:
        return False


def whole(value: Any) -> int | None:
    """The whole number of a cell, zero or more; None where it states none; a ValueError where it is something else.

    Examples
    --------
    >>> whole("16"), whole(16.0), whole("999999")
    (16, 16, None)
    """
    found = text(value)
    if found is None:
        return None
    if not re.fullmatch(r"\d{1,18}(\.0*)?", found, re.ASCII):
        raise ValueError("no whole number")
    return int(found.partition(".")[0])


def day(value: Any) -> date | None:
    """The day of a cell; None where it states none; a ValueError where it is not written as year, month, day."""
    if isinstance(value, datetime):
        value = value.date()
    found = text(value)
    if found is None:
        return None
    match = _DAY.fullmatch(found)
    try:
        return date.fromisoformat(match[1] if match else "")
    except ValueError as fault:
        raise ValueError("no day") from fault


def quantity(value: Any) -> Quantity | None:
    """The number and the unit of a cell; None where neither stands there; a ValueError where it is something else.

    Examples
    --------
    >>> quantity("266 cGy"), quantity(4256)
    (Quantity(number=266.0, unit='cGy'), Quantity(number=4256.0, unit=''))
    """
    found = text(value)
    if found is None:
        return None
    match = _QUANTITY.fullmatch(found)
    if match is None:
        raise ValueError("no quantity")
    number = float(match[1]) if match[1] else None
    if number is not None and not math.isfinite(number):
        raise ValueError("no quantity")
    return Quantity(number=number, unit=(match[2] or "").strip())


def uid(value: str | None) -> str:
    """The DICOM UID in a text, without ``urn:oid:``; empty where it is none."""
    match = _UID.fullmatch(value or "")
    return match[1] if match and len(match[1]) <= _LONGEST_UID else ""
