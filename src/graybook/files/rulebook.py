"""A centre's rulebook, TOML or CSV, comes in; the limits to judge by go out, or every mistake with its line (rule 12)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from graybook.files._document import read_text_file, toml_tables
from graybook.files._limit_csv import csv_tables
from graybook.files._limit_rows import LIMIT_KEYS, limit_of
from graybook.files._lines import Lines
from graybook.files._noted import Faults, Noted, Stamp
from graybook.tables import edition
from graybook.tables.limit import Limit
from graybook.tables.rulebook import DEFAULT, RULEBOOKS, Rulebook, rulebook

__all__ = ["parse_rulebook", "read_rulebook"]

NONE = "none"
"""Base of a rulebook that holds its own rows only."""

TOP = ("name", "base", "drop", "adopt")
ABOVE_CSV = ("name", "base", "author", "date", "reason", "source")


def read_rulebook(path: Path) -> Rulebook:
    """
    The rulebook of a file: its own rows on those of its base.

    Parameters
    ----------
    path
        TOML with ``[[limit]]`` tables, or CSV (by its ending) with one limit a line; in UTF-8.

    Raises
    ------
    graybook.errors.UsageError
        There is no such file.
    graybook.errors.InputError
        Anything in it is wrong; all mistakes are told together, each with its line.
    """
    file = read_text_file(path, "rulebook")
    return parse_rulebook(file.text, name=file.name, sha256=file.sha256)


def parse_rulebook(text: str, *, name: str, sha256: str = "") -> Rulebook:
    """
    The rulebook of a text that stands in a file called ``name``; else as :func:`read_rulebook`.

    Examples
    --------
    >>> parse_rulebook('''
    ... author = "A. Physicist"
    ... date = 2026-01-31
    ... reason = "decided by the department"
    ... base = "none"
    ... [[limit]]
    ... organ = "SpinalCord"
    ... rule = "max <= 60 Gy"
    ... alpha_beta_gy = 2.0
    ... recovery_in_source = "yes"
    ... source = "rulach2021"
    ... ''', name="ours.toml").limits[0].value
    60.0
    """
    faults = Faults(name)
    values, lines = _tables(text, name, faults)
    top = Noted.whole(name, values, lines, faults)
    top.only((*TOP, "limit"))
    stamp, called, base = top.stamp(), _name(top, name), _base(top)
    tables = top.tables("limit")
    for one in tables:
        if not _is_csv(name):
            one.only(LIMIT_KEYS, above=TOP)
    rows = [limit_of(one, stamp, book=called) for one in tables]
    _check_ids(tables, rows)
    dropped = _dropped(top, base, stamp)
    adopted = _adopted(top, base, stamp)
    own = [one for one in rows if one is not None]
    _check_dropped(tables, rows, dropped)
    if not top.faulty and not tables and len(dropped) == len(base.limits) and not adopted:
        top.note("limit", "is missing: the rulebook holds no limit", value=None, remedy="Add a [[limit]].")
    if not top.faulty and not (tables or dropped or adopted or "base" in values):
        top.note(
            "limit",
            "is missing: the file says nothing",
            value=None,
            remedy='Add a [[limit]], or write base = "cumulative" for the default limits.',
        )
    faults.tell()
    return base.changed(
        called,
        [*adopted, *own],
        dropped=dropped,
        sha256=sha256 or hashlib.sha256(text.encode("utf-8")).hexdigest(),
    )


def _is_csv(name: str) -> bool:
    return Path(name).suffix.lower() == ".csv"


def _tables(text: str, name: str, faults: Faults) -> tuple[Mapping[str, object], Lines]:
    if _is_csv(name):
        return csv_tables(text, name, columns=LIMIT_KEYS, above=ABOVE_CSV, faults=faults)
    return toml_tables(text, name)


def _name(top: Noted, file: str) -> str:
    """The name stated, else that of the file without its ending; never that of a rulebook that ships."""
    name = top.text("name") or Path(file).stem
    if name in (*RULEBOOKS, NONE) or not name.isprintable():
        top.note(
            "name",
            "must be a name of its own, on one line",
            value=name,
            remedy='Write name = "Hospital A, 2026", say, at the top of the file.',
        )
    return name


def _base(top: Noted) -> Rulebook:
    base = top.text("base", among=(*RULEBOOKS, NONE)) or DEFAULT
    return Rulebook(name=NONE, limits=(), edition=edition()) if base == NONE else rulebook(base)


def _check_ids(tables: Sequence[Noted], rows: Sequence[Limit | None]) -> None:
    seen: dict[str, str] = {}
    for one, row in zip(tables, rows, strict=True):
        if row is None:
            continue
        if row.id in seen:
            one.note(
                "id", f"is that of {seen[row.id]} too", value=row.id, remedy='Give each its own: id = "...".'
            )
        seen.setdefault(row.id, row.place)


def _dropped(top: Noted, base: Rulebook, of_file: Stamp) -> tuple[Limit, ...]:
    """Rows of the base that are not used, with who left them out."""
    return _picked(top, "drop", {one.id: one for one in base.limits}, f"no row of {base.name}", of_file)


def _adopted(top: Noted, base: Rulebook, of_file: Stamp) -> tuple[Limit, ...]:
    """Rows of the edition that the base does not hold; what was not checked in its primary stays marked so."""
    there = {one.id for one in base.limits}
    known = {one.id: one for one in rulebook("all").limits if one.id not in there}
    return _picked(top, "adopt", known, "no row of the tables that the base lacks", of_file)


def _picked(top: Noted, key: str, known: Mapping[str, Limit], says: str, of_file: Stamp) -> tuple[Limit, ...]:
    names = top.texts(key)
    for name in names:
        if name not in known:
            top.note(key, f"names {says}", value=name, remedy=_suggestion(name, known))
    if names:
        top.signed(of_file, "no row is dropped or adopted")
    place = f"{top.entry.file}, line {top.entry.line(key)}"
    return tuple(
        replace(
            known[name], author=of_file.author, changed_on=of_file.day, reason=of_file.reason, place=place
        )
        for name in dict.fromkeys(names)
        if name in known
    )


def _suggestion(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name, sorted(known), n=3, cutoff=0.5)
    return (
        f"Did you mean {' or '.join(close)}?" if close else "graybook tables show all --all names the rows."
    )


def _check_dropped(tables: Sequence[Noted], rows: Sequence[Limit | None], dropped: Sequence[Limit]) -> None:
    gone = {one.id for one in dropped}
    for one, row in zip(tables, rows, strict=True):
        if row is not None and row.id in gone:
            one.note(
                "id",
                "is dropped above",
                value=row.id,
                remedy="A row of that id takes its place: do not drop it.",
            )
