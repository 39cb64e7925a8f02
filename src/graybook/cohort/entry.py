"""A part of ``result.json`` as decoded, its numbers as decimals, comes in; typed values go out, or which key breaks which rule."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from graybook.errors import InputError
from graybook.record import Finding, Severity

__all__ = ["EDITION", "VERSION", "Entry", "NotPooled", "scaled"]

VERSION = re.compile(
    r"[0-9]{1,4}(\.[0-9]{1,6}){1,3}((a|b|rc)[0-9]{1,4})?(\.post[0-9]{1,4})?(\.dev[0-9]{1,6})?"
)
"""What a version of Graybook looks like: no word of a person fits."""

EDITION = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
"""What an edition of the tables looks like."""

LARGEST = 1_000_000
"""More than this of a unit, Gy or cm³, is an error of the input."""

_EXACT = Context(prec=60)


class NotPooled(InputError):
    """A record that cannot enter the pool, and why.

    Parameters
    ----------
    code
        Key of the sentence in the catalogue.
    params
        What the sentence needs: the key in the file and the bad value among it.
    """

    def __init__(self, code: str, **params: str | int | None) -> None:
        said = ", ".join(f"{key} {value}" for key, value in params.items())
        super().__init__(f"{code}: {said}", remedy="Leave the record out, or assess the folder again.")
        self.finding = Finding(code=code, severity=Severity.ERROR, params=params)

    def of(self, subject: str) -> Finding:
        """What is said of it, with the file that it is about."""
        one = self.finding
        return Finding(code=one.code, severity=one.severity, subject=subject, params=one.params)


def scaled(number: Decimal, places: int) -> int:
    """A decimal number in units of 10^-places, rounded half to even: exact, whatever digits it was written with.

    Examples
    --------
    >>> scaled(Decimal("94.089831"), 6), scaled(Decimal("0.1234565"), 6), scaled(Decimal("456.564525"), 3)
    (94089831, 123456, 456565)
    """
    unit = Decimal(1).scaleb(-places)
    return int(number.quantize(unit, rounding=ROUND_HALF_EVEN, context=_EXACT).scaleb(places, _EXACT))


class Entry:
    """One JSON object and where it stands. Every key asked for must be there: a default is never taken for a fact."""

    def __init__(self, values: object, path: str = "") -> None:
        if not isinstance(values, dict):
            raise NotPooled("pool_wrong_key", key=path or "result.json", expected="an object")
        self.values: dict[str, Any] = values
        self.path = path

    def key(self, key: str) -> str:
        """Where a key stands: ``structures.3.cumulative.mean_gy``."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, expected: str) -> NotPooled:
        """What to raise for a value of another type than the schema says; the value itself is not shown."""
        return NotPooled("pool_wrong_key", key=self.key(key), expected=expected)

    def value(self, key: str) -> Any:
        """What stands under a key, null as None."""
        if key not in self.values:
            raise self.wrong(key, "missing")
        return self.values[key]

    def maybe_text(self, key: str) -> str | None:
        """A text, or None."""
        value = self.value(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def text(self, key: str) -> str:
        """A text that must be there; it may be empty."""
        value = self.maybe_text(key)
        if value is None:
            raise self.wrong(key, "a text")
        return value

    def one_of(self, key: str, known: Collection[str]) -> str | None:
        """One of the words the schema knows; None where the key is null or empty."""
        value = self.maybe_text(key)
        if not value:
            return None
        if value not in known:
            raise self.wrong(key, " | ".join(sorted(known)))
        return value

    def plain(self, key: str, form: re.Pattern[str], expected: str) -> str:
        """A text of one form, as versions and editions are: nothing else that a person wrote enters the pool."""
        value = self.text(key)
        if not form.fullmatch(value):
            raise self.wrong(key, expected)
        return value

    def maybe_flag(self, key: str) -> bool | None:
        """True, false, or None."""
        value = self.value(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "true | false")
        return value

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.maybe_flag(key)
        if value is None:
            raise self.wrong(key, "true | false")
        return value

    def whole(self, key: str) -> int | None:
        """A whole number, or None."""
        value = self.value(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(key, "a whole number")
        if abs(value) > LARGEST:
            raise NotPooled("pool_out_of_range", key=self.key(key), value=_shown(Decimal(value)))
        return value

    def amount(self, key: str, places: int = 6) -> int | None:
        """A number from 0 on in units of 10^-places (µGy of Gy: 6; mm³ of cm³: 3), or None."""
        value = self.value(key)
        return None if value is None else self._amount(key, value, places)

    def ends(self, key: str, places: int = 6) -> tuple[int | None, int | None]:
        """Both ends of a range, low first; None twice where there is none."""
        value = self.value(key)
        if value is None:
            return None, None
        if not isinstance(value, list) or len(value) != 2:
            raise self.wrong(key, "[low, high]")
        low, high = (self._amount(f"{key}.{at}", one, places) for at, one in enumerate(value))
        if low > high:
            raise NotPooled("pool_out_of_range", key=self.key(key), value=f"{value[0]} > {value[1]}")
        return low, high

    def _amount(self, key: str, value: object, places: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.wrong(key, "a number")
        number = Decimal(value)
        if not number.is_finite():
            raise NotPooled("pool_not_finite", key=self.key(key), value=str(number))
        if not 0 <= number <= LARGEST:
            raise NotPooled("pool_out_of_range", key=self.key(key), value=_shown(number))
        return scaled(number, places)

    def day(self, key: str) -> date | None:
        """A day, or None where it is null or empty."""
        value = self.maybe_text(key)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise NotPooled("pool_no_day", key=self.key(key)) from None

    def entry(self, key: str) -> Entry:
        """The object under a key."""
        return Entry(self.value(key), self.key(key))

    def entries(self, key: str) -> list[Entry]:
        """The objects of a list, in order."""
        value = self.value(key)
        if not isinstance(value, list):
            raise self.wrong(key, "a list")
        return [Entry(one, f"{self.key(key)}.{at}") for at, one in enumerate(value)]


def _shown(number: Decimal) -> str:
    """A number as it was written, cut where it is long."""
    text = str(number)
    return text if len(text) <= 24 else f"{text[:24]}…"
