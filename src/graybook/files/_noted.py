"""Tables of a file come in; checked values go out, and every mistake of the file in one error, each with its line."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from graybook.errors import InputError
from graybook.files._lines import Lines, Place
from graybook.files._tables import Entry, LineError
from graybook.record.override import Override
from graybook.tables.structure_names import kind_of, labels, tg263_name

__all__ = ["STAMP_KEYS", "Faults", "Noted", "Stamp"]

STAMP_KEYS = ("author", "date", "reason", "source")

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Who says so, when, why and from where; what is not stated is empty or None."""

    author: str = ""
    day: date | None = None
    reason: str = ""
    source: str = ""

    def override(self, key: str, value: str, *, source: str = "") -> Override:
        """What is changed, with this stamp."""
        if self.day is None:
            raise InputError(
                f"The override of {key} has no date.", value=value, remedy="Add date = 2026-01-31."
            )
        return Override(
            key=key,
            value=value,
            author=self.author,
            date=self.day,
            reason=self.reason,
            source=source or self.source,
        )


class Faults:
    """The mistakes found in one file so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[InputError] = []

    def tell(self) -> None:
        """Raise what was found: one mistake as it is, several as one error that lists them by line."""
        if len(self.found) == 1:
            raise self.found[0]
        if self.found:
            ordered = sorted(self.found, key=lambda one: one.line if isinstance(one, LineError) else 0)
            listed = "".join(f"\n- {one}" for one in ordered)
            raise InputError(
                f"{self.file} has {len(ordered)} mistakes:{listed}\n",
                remedy="Mend each of these lines; nothing is computed before.",
            )


@dataclass(frozen=True, kw_only=True)
class Noted:
    """
    One table whose mistakes are noted instead of raised: reading goes on to the next key.

    Parameters
    ----------
    entry
        The table.
    faults
        Where mistakes go.
    own
        Those of this table.
    """

    entry: Entry
    faults: Faults
    own: list[InputError] = field(default_factory=list)

    @classmethod
    def whole(cls, file: str, values: Mapping[str, object], lines: Lines, faults: Faults) -> Noted:
        """The file itself: what stands above its first table."""
        entry = Entry(file=file, where="", values=values, lines=lines)
        return cls(entry=entry, faults=faults)

    @property
    def faulty(self) -> bool:
        """Whether anything in this table was wrong."""
        return bool(self.own)

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self.entry.values

    def note(self, key: str, problem: str, *, value: object, remedy: str) -> None:
        """One mistake."""
        self._keep(self.entry.refuse(key, problem, value=value, remedy=remedy))

    def _keep(self, error: InputError) -> None:
        self.own.append(error)
        self.faults.found.append(error)

    def keep(self, give: Callable[[], T], otherwise: T) -> T:
        """What is given; if it cannot be, the mistake is noted."""
        try:
            return give()
        except InputError as error:
            self._keep(error)
            return otherwise

    def only(
        self,
        known: Collection[str],
        *,
        above: Collection[str] = (),
        passing: Collection[str] = (),
        stamp: bool = True,
    ) -> None:
        """Note each key that is not known, but those in ``passing``; one that belongs ``above`` all tables is sent there."""
        allowed = {*known, *(STAMP_KEYS if stamp else ())}
        here = "table" if self.entry.place else "file"
        for key, value in self.entry.values.items():
            if key in allowed or key in passing:
                continue
            close = difflib.get_close_matches(key, sorted(allowed), n=1, cutoff=0.5)
            known_here = f"Known here: {', '.join(sorted(allowed))}."
            remedy = f'Did you mean "{close[0]}"? {known_here}' if close else known_here
            if key in above:
                remedy = f'Write "{key}" above the first table of the file: below a table it belongs to that table.'
            self.note(f'"{key}"', f"is not a key of this {here}", value=value, remedy=remedy)

    def missing(self, key: str, example: str) -> None:
        """Note that a key is missing, unless it is there."""
        if not self.has(key):
            self.note(key, "is missing", value=None, remedy=f"Add {key} = {example}.")

    def text(self, key: str, *, among: Collection[str] = ()) -> str:
        """A text; empty when absent or wrong."""
        return self.keep(lambda: self.entry.text(key, among=among), "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a date counts as the text it is written as."""
        value = self.entry.values.get(key, [])
        if isinstance(value, list):
            value = [one.isoformat() if _is_day(one) else one for one in value]
        dated = replace(self.entry, values={**self.entry.values, key: value})
        return self.keep(lambda: dated.texts(key), ())

    def flag(self, key: str) -> bool:
        """true or false; false when absent or wrong."""
        return self.keep(lambda: self.entry.flag(key), False)

    def day(self, key: str) -> date | None:
        """A date; None when absent or wrong."""
        return self.keep(lambda: self.entry.day(key), None)

    def whole_number(self, key: str, *, least: int) -> int | None:
        """A whole number; None when absent or wrong."""
        return self.keep(lambda: self.entry.whole(key, least=least), None)

    def number(self, key: str, says: str, fits: Callable[[float], bool], example: str) -> float | None:
        """A number that fits what the message ``says`` of it; None when absent or wrong."""
        value = self.entry.values.get(key)
        if value is None:
            return None
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not abs(value) <= sys.float_info.max or not fits(value):  # type: ignore[arg-type]
            self.note(key, f"must be a number {says}", value=value, remedy=f"Write {key} = {example}, say.")
            return None
        return float(value)  # type: ignore[arg-type]

    def above_zero(self, key: str, example: str = "2.0") -> float | None:
        """A number above 0; None when absent or wrong."""
        return self.number(key, "above 0", lambda value: value > 0, example)

    def organ(self, key: str, *, several: bool = False) -> str:
        """A TG-263 name that Graybook knows, or ``several`` joined by slashes; empty when absent, wrong, or that of a target."""
        name = self.text(key)
        parts = [one.strip() for one in name.split("/")] if several else [name]
        known = [self._is_organ(key, one) for one in parts if name]
        return "/".join(parts) if all(known) else ""

    def _is_organ(self, key: str, name: str) -> bool:
        label = tg263_name(name)
        if label == name:
            return True
        if kind_of(name, None) == "target":
            self.note(
                key, "names a target, not an organ", value=name, remedy=f'Write {key} = "SpinalCord", say.'
            )
            return False
        close = [label] if label else difflib.get_close_matches(name, sorted(labels()), n=3, cutoff=0.6)
        listed = " or ".join(f'"{one}"' for one in close)
        self.note(
            key,
            "is not a TG-263 name that Graybook knows",
            value=name,
            remedy=f"Did you mean {listed}?"
            if close
            else 'Names are such as "SpinalCord", "Brainstem", "Lung_L".',
        )
        return False

    def tables(self, key: str) -> tuple[Noted, ...]:
        """The tables of a name, ``[[key]]`` at the top of the file; none when absent or wrong."""
        top = not self.entry.place
        value = self.entry.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            wanted = f"[[{key}]] tables, two brackets" if top else f"{key} = [{{ ... }}, {{ ... }}]"
            self.note(key, "must be a list of tables", value=value, remedy=f"Write {wanted}.")
            return ()
        found = self.entry.tables(key)
        if top:
            found = tuple(replace(one, where=f"[[{key}]] {n}") for n, one in enumerate(found, start=1))
        return tuple(self._below(one) for one in found)

    def table(self, key: str) -> Noted | None:
        """The one table of a name, ``[key]``; None when absent or wrong."""
        value = self.entry.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note(key, "must be one table", value=value, remedy=f"Write [{key}], one bracket.")
            return None
        place: Place = (*self.entry.place, key)
        return self._below(replace(self.entry, where=f"[{key}]", values=value, place=place))

    def _below(self, entry: Entry) -> Noted:
        return Noted(entry=entry, faults=self.faults)

    def stamp(self, of_file: Stamp | None = None) -> Stamp:
        """Author, date, reason and source of this table, those of the file where it states none of its own."""
        of_file = of_file or Stamp()
        return Stamp(
            author=self.text("author") or (_WRONG if self.has("author") else of_file.author),
            day=self.day("date") or (_WRONG_DAY if self.has("date") else of_file.day),
            reason=self.text("reason") or (_WRONG if self.has("reason") else of_file.reason),
            source=self.text("source") or (_WRONG if self.has("source") else of_file.source),
        )

    def signed(self, of_file: Stamp, what: str) -> Stamp:
        """The stamp of this table; what is missing of author, date and reason is noted."""
        stamp = self.stamp(of_file)
        stated = {"author": stamp.author, "date": stamp.day, "reason": stamp.reason}
        lacking = [key for key, value in stated.items() if not value]
        if lacking:
            examples = {"author": '"A. Physicist"', "date": "2026-01-31", "reason": '"..."'}
            self.note(
                " and ".join(lacking),
                "is missing" if len(lacking) == 1 else "are missing",
                value=None,
                remedy=f"Add {', '.join(f'{key} = {examples[key]}' for key in lacking)} here or at the top of the file: "
                f"{what} without.",
            )
        return stamp


_WRONG, _WRONG_DAY = "-", date.min
"""Stand where a value is there and was noted as wrong, so that it is not noted as missing too."""


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
