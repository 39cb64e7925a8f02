"""A centre's file of limits of alignment quality comes in; the limits in use, each change with its author, go out."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

from graybook.errors import InputError, UsageError
from graybook.files._lines import toml_lines
from graybook.files._tables import Entry
from graybook.tables.alignment_thresholds import Thresholds, default_thresholds

__all__ = ["parse_thresholds", "read_thresholds"]

KEYS = ("measure", "tissue", "worse", "sum", "envelope")
TABLE = "alignment_threshold"


def read_thresholds(path: Path) -> Thresholds:
    """The limits of the edition with the changes of a TOML file of ``[[alignment_threshold]]`` tables."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "The file of alignment thresholds cannot be read.",
            value=str(error),
            remedy="Name a TOML file in UTF-8.",
        ) from error
    return parse_thresholds(text, name=path.name)


def parse_thresholds(text: str, *, name: str = "thresholds.toml") -> Thresholds:
    """
    The limits of the edition with the changes that a text of ``[[alignment_threshold]]`` tables makes.

    Each table has ``measure``, ``sum`` or ``envelope`` or both, ``author``, ``date`` and ``reason``; ``tissue`` and ``worse``
    where needed.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{name} is not valid TOML.", value=str(error), remedy="Mend the line it names."
        ) from error
    whole = Entry(file=name, where="the file", values=tables, lines=toml_lines(text))
    whole.only((TABLE,), stamp=False)
    limits = default_thresholds()
    for number, found in enumerate(whole.tables(TABLE), start=1):
        limits = _changed(limits, replace(found, where=f"[[{TABLE}]] {number}"))
    return limits


def _changed(limits: Thresholds, entry: Entry) -> Thresholds:
    entry.only(KEYS)
    entry.required("measure")
    entry.required("sum", "envelope")
    entry.overrides(entry.text("measure"))
    day = entry.day("date")
    measure, tissue = entry.text("measure"), entry.text("tissue")
    worse = entry.text("worse", among=("above", "below"))
    if day is None or measure not in {row.measure for row in limits.rows}:
        known = ", ".join(sorted({row.measure for row in limits.rows}))
        raise entry.refuse("measure", "is not one that has limits", value=measure, remedy=f"Known: {known}.")
    return limits.changed(
        measure,
        tissue=tissue,
        worse=worse,
        sum_limit=_number(entry, "sum"),
        envelope_limit=_number(entry, "envelope"),
        author=entry.text("author"),
        changed_on=day,
        reason=entry.text("reason"),
    )


def _number(entry: Entry, key: str) -> float | None:
    value = entry.values.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise entry.refuse(key, "must be a number", value=value, remedy=f"Write {key} = 2.0, say.")
    return float(value)
