"""Wording of metrics: a text and what is expected next come in; its parts, or an error with a caret under the fault, go out."""

from __future__ import annotations

import re

from graybook.errors import UsageError

__all__ = ["Reader"]

REMEDY = (
    "Write for example D95%, D0.03cc, D95%[%of60Gy], V20Gy[%], V20Gy[cc], V95%of60Gy[%], CV700cc<21Gy, "
    "mean, min, max, median, gEUD(a=8), HI, CI(60Gy), GI(60Gy) or MGI(60Gy)."
)

MOST = 1e9
"""Numbers beyond are taken for a slip."""


class Reader:
    """A place in a text that moves forward over what was expected, and points at what was not."""

    def __init__(
        self, text: str, start: int, end: int, *, what: str = "Metric", remedy: str = REMEDY
    ) -> None:
        own = text[start:end]
        self.what, self.remedy = what, remedy
        self.text = text
        self.end = start + len(own.rstrip())
        self.at = min(start + len(own) - len(own.lstrip()), self.end)
        self.own = text[self.at : self.end]

    def take(self, pattern: str) -> str | None:
        """The text here if it matches, without regard to case; moves behind it."""
        match = re.compile(pattern, re.IGNORECASE).match(self.text, self.at, self.end)
        if match is None:
            return None
        self.at = match.end()
        return match.group()

    def need(self, pattern: str, expected: str) -> str:
        """The text here, which must match."""
        found = self.take(pattern)
        if found is None:
            raise self.error(f"expected {expected}", self.at)
        return found

    def number(self, expected: str, *, signed: bool = False) -> float:
        """The number here: above 0, or with ``signed`` any but 0."""
        start = self.at
        value = float(self.need(r"-?[0-9]+(\.[0-9]+)?" if signed else r"[0-9]+(\.[0-9]+)?", expected))
        if value == 0.0:
            raise self.error(f"expected {expected} {'other than' if signed else 'above'} 0", start)
        if abs(value) >= MOST:
            raise self.error(f"expected {expected} of a size that occurs", start)
        return value

    def dose(self, expected: str) -> float:
        """The dose here. [Gy]"""
        value = self.number(expected)
        self.need("Gy", "Gy")
        return value

    def of_prescription(self) -> float:
        """The prescription behind a per cent sign; the word "of" may be missing. [Gy]"""
        self.take("of")
        return self.dose("of and the prescription, as in %of60Gy")

    def finish(self) -> None:
        """Nothing may follow."""
        if self.at != self.end:
            raise self.error("expected the end", self.at)

    def error(self, reason: str, at: int) -> UsageError:
        """The error that shows the text with a caret under character ``at``."""
        return UsageError(
            f"{self.what} not understood: {reason}.\n    {self.text}\n    {' ' * at}^\n", remedy=self.remedy
        )
