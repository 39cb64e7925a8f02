"""Wording: keys, codes and values of a result come in; words and numbers of one language go out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from graybook.text import Language, date_text, keys, number_text, phrase
from graybook.text.numbers import DASH, activity_number_text

__all__ = ["Wording", "person_name", "wrappable"]

_DAYS_A_MONTH = 30.4375
_BREAK = "\u200b"
_TOGETHER = re.compile(r"(?<=α/β) (?=\d)|(?<=Σ) (?=D)")
_HIGH_PUNCTUATION = re.compile(r" (?=[:;?!%»])|(?<=«) ")


def person_name(name: str) -> str:
    """A DICOM person name as people read it.

    Examples
    --------
    >>> person_name("DE LA TOUR^Marie-Anne^^Dr")
    'DE LA TOUR Marie-Anne'
    """
    parts = [part.strip() for part in name.split("=")[0].split("^")]
    return " ".join(part for part in [parts[0].upper(), *parts[1:3]] if part)


def wrappable(text: str, longest: int = 14) -> str:
    """The text with places to break inside words that are too long for a column (UIDs, names with underscores)."""
    return re.sub(
        rf"\S{{{longest + 1},}}",
        lambda word: re.sub(
            rf"([^\W_]{{{longest}}})(?=[^\W_])",
            rf"\1{_BREAK}",
            re.sub(r"([_/.\\^])", rf"\1{_BREAK}", word[0]),
        ),
        text,
    )


class Wording:
    """One language's words for the report.

    Calling it gives the sentence of a key of ``text/data/report.toml``, without its ``report_``.

    Parameters
    ----------
    language
        "en" or "fr".
    pages
        What the keys begin with: "report", or the name of other pages.
    """

    def __init__(self, language: Language, pages: str = "report") -> None:
        self.language = language
        self._pages = pages
        self._known = frozenset(keys())

    def __call__(self, key: str, /, **params: object) -> str:
        """The sentence of a key, filled in."""
        text = _TOGETHER.sub("\u00a0", phrase(f"{self._pages}_{key}", self.language, **params))
        return _HIGH_PUNCTUATION.sub("\u00a0", text) if self.language == "fr" else text

    def term(self, group: str, value: str) -> str:
        """A coded word (status, modality, kind, severity ...) in this language, or as it stands when not known."""
        key = f"{group}_{re.sub(r'[^a-z0-9]+', '_', value.lower()).strip('_')}"
        return self(key) if f"{self._pages}_{key}" in self._known else value

    def number(self, value: float | None, decimals: int = 2) -> str:
        """A number with fixed decimals, or a dash."""
        return number_text(value, self.language, decimals=decimals)

    def short(self, value: float | None) -> str:
        """A number without idle zeros: 36, 2.5, 42.56; a dash for None."""
        if value is None:
            return DASH
        text = self.number(value)
        return text.rstrip("0").rstrip(".,") if "." in text or "," in text else text

    def activity(self, activity_gbq: float | None) -> str:
        """An activity without idle zeros, a small one with its significant digits; a dash for None. [GBq]"""
        text = activity_number_text(activity_gbq, self.language)
        return text.rstrip("0").rstrip(".,") if "." in text or "," in text else text

    def gy(self, value: float | None) -> str:
        """A dose with its unit. [Gy]"""
        return DASH if value is None else f"{self.number(value)}\u00a0Gy"

    def date(self, day: str | None) -> str:
        """An ISO date as this language prints it; what is no ISO date stands as it is."""
        if not day:
            return DASH
        try:
            return date_text(date.fromisoformat(day[:10]), self.language)
        except ValueError:
            return day

    def interval(self, days: int | None) -> str:
        """A number of days as days, months or years and months; a dash when not known. [d]"""
        if days is None:
            return DASH
        if days < 0:
            return "\u2212" + self.interval(-days)
        if days < 60:
            return self("days", n=days)
        months = round(days / _DAYS_A_MONTH)
        if months < 24:
            return self("months", n=months)
        years, rest = divmod(months, 12)
        return self("years_months", y=years, m=rest) if rest else self("years", y=years)

    def series(self, items: Iterable[str]) -> str:
        """Items with semicolons, in French with a space before each."""
        return ("\u00a0; " if self.language == "fr" else "; ").join(items)

    def listing(self, items: list[str], most: int = 5) -> str:
        """Items with commas, no more than ``most``, then how many more."""
        shown = items[:most]
        if len(items) > most:
            return ", ".join(shown) + " " + self("and_more", n=len(items) - most)
        return ", ".join(shown)
