"""A TOML table and its place come in; checked values of the asked type go out, or an error with file, line, key and remedy."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from graybook.errors import InputError
from graybook.files._lines import Lines, Place
from graybook.record.override import Override

__all__ = ["Entry", "LineError"]

_STAMP = ("author", "date", "reason", "source")
_MOST = sys.float_info.max


def nearest(word: str, known: Collection[str]) -> str:
    """What to write instead of an unknown word: the nearest known one first."""
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    listed = ", ".join(sorted(known))
    return f'Did you mean "{close[0]}"? Known here: {listed}.' if close else f"Known here: {listed}."


class LineError(InputError):
    """An error that knows the line it speaks of; 0 where lines are not known."""

    line: int = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table of a file that a person wrote.

    Parameters
    ----------
    file
        Name of the file, for messages.
    where
        The table and its number: ``[[course]] 2``.
    values
        Its keys and values as TOML gave them.
    lines, place
        Where what stands in the file, and which place this table is; without lines messages name none.
    """

    file: str
    where: str
    values: Mapping[str, object]
    lines: Lines | None = None
    place: Place = ()

    def line(self, key: str = "") -> int:
        """The line of the first key that is named and is there, else of the table; 0 where lines are not known."""
        if self.lines is None:
            return 0
        there = [word for word in (key.strip('"'), *re.findall(r"[\w-]+", key)) if word in self.values]
        return self.lines.of((*self.place, *there[:1]))

    def refuse(self, key: str, problem: str, *, value: object, remedy: str) -> LineError:
        """The error for one key, naming the file, the line and the table."""
        line = self.line(key)
        where = ", ".join(part for part in (self.file, f"line {line}" if line else "", self.where) if part)
        error = LineError(f"{where}: {key} {problem}.", value=value, remedy=remedy)
        error.line = line
        return error

    def only(self, known: Collection[str], *, stamp: bool = True) -> None:
        """Refuse keys that are not known, with the nearest known one; a table below another carries no ``stamp``."""
        allowed = {*known, *(_STAMP if stamp else ())}
        for key, value in self.values.items():
            if key not in allowed:
                raise self.refuse(
                    f'"{key}"', "is not a key of this table", value=value, remedy=nearest(key, allowed)
                )

    def text(self, key: str, *, among: Collection[str] = (), blank: bool = False) -> str:
        """A text; empty when absent, and when written empty only if ``blank``."""
        value = self.values.get(key, "")
        if not isinstance(value, str) or (key in self.values and not value.strip() and not blank):
            raise self.refuse(key, "must be a text", value=value, remedy=f'Write {key} = "...".')
        if among and value and value not in among:
            raise self.refuse(key, "has a value that is not known", value=value, remedy=nearest(value, among))
        return value.strip()

    def whole(self, key: str, *, least: int) -> int | None:
        """A whole number of at least ``least``; None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.refuse(
                key,
                f"must be a whole number of at least {least}",
                value=value,
                remedy=f"Write {key} = {least + 1}, say.",
            )
        return value

    def span(self, low: str, high: str) -> tuple[int, int] | None:
        """Two whole numbers above 0, the smaller first; None when both are absent."""
        least, most = self.whole(low, least=1), self.whole(high, least=1)
        if least is None and most is None:
            return None
        if least is None or most is None or least > most:
            raise self.refuse(
                f"{low} and {high}",
                "must both be given, the smaller first",
                value=(least, most),
                remedy=f"Write {low} = 5 and {high} = 25, say.",
            )
        return least, most

    def positive(self, key: str) -> float | None:
        """A number above 0; None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _MOST:
            raise self.refuse(key, "must be a number above 0", value=value, remedy=f"Write {key} = 2.0, say.")
        return float(value)

    def day(self, key: str) -> date | None:
        """A date, as TOML writes it or as text; None when absent."""
        value = self.values.get(key)
        if isinstance(value, datetime):
            return value.date()
        if value is None or isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise self.refuse(
                key, "is not a date", value=value, remedy=f"Write {key} = 2026-01-31 (year-month-day)."
            ) from None

    def tables(self, key: str) -> tuple[Entry, ...]:
        """The tables below a key; empty when absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(
                key, "must be a list of tables", value=value, remedy=f"Write {key} = [{{ ... }}]."
            )
        return tuple(
            Entry(
                file=self.file,
                where=f"{self.where}, {key} {number}",
                values=item,
                lines=self.lines,
                place=(*self.place, key, number - 1),
            )
            for number, item in enumerate(value, start=1)
        )

    def table(self, key: str) -> Entry | None:
        """The one table below a key; None when absent."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(key, "must be a table", value=value, remedy=f"Write {key} = {{ ... }}.")
        where, place = f"{self.where}, {key}", (*self.place, key)
        return Entry(file=self.file, where=where, values=value, lines=self.lines, place=place)

    def flag(self, key: str) -> bool:
        """true or false; false when absent."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, "must be true or false", value=value, remedy=f"Write {key} = true.")
        return value

    def texts(self, key: str, *, blank: bool = False) -> tuple[str, ...]:
        """A list of texts, empty ones only when ``blank``; empty when absent."""
        return self._texts(key, self.values.get(key, []), blank=blank)

    def groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """A list of lists of texts, each with two or more; empty when absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.refuse(
                key, "must be a list of lists", value=value, remedy=f'Write {key} = [["A", "B"]].'
            )
        groups = tuple(self._texts(key, group) for group in value)
        if any(len(group) < 2 for group in groups):
            raise self.refuse(
                key,
                "needs two plans or more in each group",
                value=value,
                remedy=f'Write {key} = [["A", "B"]].',
            )
        return groups

    def _texts(self, key: str, value: object, *, blank: bool = False) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(
            isinstance(item, str) and (blank or item.strip()) for item in value
        ):
            raise self.refuse(
                key, "must be a list of texts", value=value, remedy=f'Write {key} = ["...", "..."].'
            )
        return tuple(item.strip() for item in value)

    def selector(self, key: str) -> str:
        """A text or a date, as text; empty when absent."""
        value = self.values.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        return self.text(key, blank=key == "patient_id")

    def required(self, *keys: str) -> None:
        """Refuse the table unless it has at least one of the keys."""
        if not any(key in self.values for key in keys):
            raise self.refuse(
                " or ".join(keys), "is missing", value=dict(self.values), remedy=f'Add {keys[0]} = "...".'
            )

    def said(self) -> str:
        """Who states this table, when, why and from which source, in one line."""
        day = self.day("date")
        by = ", ".join(one for one in (self.text("author"), day.isoformat() if day else "") if one)
        return "; ".join(one for one in (by, self.text("reason"), self.text("source")) if one)

    def overrides(self, subject: str, *, whole: str = "") -> tuple[Override, ...]:
        """One override for each key that changes something, with author, date, reason and source.

        An entry that states something of its own, instead of changing what files say, is one override called ``whole``.
        """
        day = self.day("date")
        if day is None:
            raise self.refuse(
                "date",
                "is missing",
                value=None,
                remedy="Add date = 2026-01-31 (year-month-day): nothing is overridden without it.",
            )
        for key in ("author", "reason"):
            if not self.text(key):
                raise self.refuse(
                    key,
                    "is missing",
                    value=None,
                    remedy=f'Add {key} = "...": nothing is overridden without it.',
                )
        table = self.where.split("]")[0].strip("[")
        changed = {key: value for key, value in self.values.items() if key not in (*_STAMP, "evidence")}
        if whole:
            changed = {whole: list(changed.values())}
        return tuple(
            Override(
                key=f"{table} {subject}: {key}",
                value=_shown(value),
                author=self.text("author"),
                date=day,
                reason=self.text("reason"),
                source=self.text("source") or self.text("evidence"),
            )
            for key, value in changed.items()
        )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return " ".join(_shown(item) for item in value.values())
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)
