"""A text of TOML that can be read comes in; the line on which each of its tables, keys and items stands goes out."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Lines", "Place", "toml_lines"]

Place = tuple[str | int, ...]
"""Keys and numbers (from 0) that lead to a value: ``("recovery", 0, "steps", 1, "share")``."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines of a file by place; the file itself, ``()``, begins on line 1."""

    places: Mapping[Place, int]

    def of(self, place: Place) -> int:
        """The line of a place, or of what it lies in where it does not stand in the file itself."""
        while place and place not in self.places:
            place = place[:-1]
        return self.places.get(place, 1)


def toml_lines(text: str) -> Lines:
    """
    Where everything stands in a text that :mod:`tomllib` has read; tables and lists within a line have their lines too.

    Examples
    --------
    >>> toml_lines('[[recovery]]\\nsteps = [\\n  {share = 0.25},\\n]').of(("recovery", 0, "steps", 0, "share"))
    3
    """
    walk = _Walk(text)
    with suppress(RecursionError):  # lists within lists within lists: what was found so far serves
        walk.document()
    return Lines(places=walk.places)


_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_KEY = re.compile(
    r"""\s*(?:(?P<bare>[A-Za-z0-9_-]+)|(?P<quoted>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'))\s*(?P<dot>\.?)"""
)
_TEXT = re.compile(r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#=]+")


class _Walk:
    """One pass over the text: a place is noted where it is first met."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ends = [found.start() for found in re.finditer("\n", text)]
        self.places: dict[Place, int] = {(): 1}
        self.lasts: dict[Place, int] = {}
        """Number of the last table of each list of tables."""

    def document(self) -> None:
        """All tables and keys."""
        table: Place = ()
        while self.skip() < len(self.text):
            before = self.at
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            if self.at == before:  # cannot be in a text that was read; never wait for it
                return

    def skip(self) -> int:
        """Past blanks and comments."""
        found = _BLANK.match(self.text, self.at)
        self.at = self.at if found is None else found.end()
        return self.at

    def note(self, place: Place, at: int) -> None:
        """The line of a place, unless an earlier one is known."""
        self.places.setdefault(place, bisect_left(self.ends, at) + 1)

    def header(self) -> Place:
        """``[table]`` or ``[[table]]``: where its keys go."""
        start, many = self.at, self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        keys = self.keys()
        self.at = self.text.find("]", self.at) % len(self.text) + (2 if many else 1)
        table: Place = ()
        for key in keys[:-1]:
            table = (*table, key)
            self.note(table, start)
            table = (*table, self.lasts[table]) if table in self.lasts else table
        table = (*table, *keys[-1:])
        self.note(table, start)
        if many:
            self.lasts[table] = self.lasts.get(table, -1) + 1
            table = (*table, self.lasts[table])
            self.note(table, start)
        return table

    def keys(self) -> list[str]:
        """A key and those joined to it by dots."""
        keys = []
        while found := _KEY.match(self.text, self.at):
            self.at = found.end()
            keys.append(found["bare"] or str(tomllib.loads(f"key = {found['quoted']}")["key"]))
            if not found["dot"]:
                break
        return keys

    def pair(self, table: Place) -> None:
        """``key = value``."""
        start, place = self.at, table
        for key in self.keys():
            place = (*place, key)
            self.note(place, start)
        equals = self.text.find("=", self.at)
        self.at = len(self.text) if equals < 0 else equals + 1
        self.value(place)

    def value(self, place: Place) -> None:
        """A value, with what lies in it."""
        start = self.skip()
        opening = self.text[start : start + 1]
        if opening == "[":
            self.items(place)
        elif opening == "{":
            self.inline(place)
        elif found := (_TEXT if opening in ("'", '"') else _PLAIN).match(self.text, start):
            self.at = found.end()

    def items(self, place: Place) -> None:
        """A list: each item by its number."""
        self.at += 1
        number = 0
        while (at := self.skip()) < len(self.text) and self.text[at] != "]":
            if self.text[at] == ",":
                self.at += 1
                continue
            self.note((*place, number), at)
            self.value((*place, number))
            number += 1
            if self.at == at:
                return
        self.at += 1

    def inline(self, place: Place) -> None:
        """A table in braces: each of its keys."""
        self.at += 1
        while (at := self.skip()) < len(self.text) and self.text[at] != "}":
            if self.text[at] == ",":
                self.at += 1
                continue
            self.pair(place)
            if self.at == at:
                return
        self.at += 1
