"""The folder of the tables comes in; editions, the files of the one in use, and their rows as they stand go out."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from graybook.errors import UsageError
from graybook.tables._rows import Row, edition, parsed_rows
from graybook.tables.sources import FILE as SOURCES

__all__ = ["editions", "table_files", "table_of"]


def editions() -> tuple[str, ...]:
    """Editions that ship, oldest first."""
    folder = files("graybook.tables").joinpath("data")
    return tuple(sorted(one.name for one in folder.iterdir() if one.is_dir()))


@cache
def table_files() -> tuple[str, ...]:
    """Files of the edition in use, in the order of names; the list of sources among them."""
    folder = files("graybook.tables").joinpath("data", edition())
    return tuple(sorted(one.name for one in folder.iterdir() if one.name.endswith(".csv")))


def table_of(name: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """
    Columns and rows of a table of the edition, by the name of its file with or without ``.csv``.

    Raises
    ------
    UsageError
        There is no such table.
    InputError
        A row carries no evidence.

    Examples
    --------
    >>> columns, rows = table_of("recovery")
    >>> columns[:3], rows[0]["name"]
    (('name', 'organ', 'convention'), 'doi2021')
    """
    file = name if name.endswith(".csv") else f"{name}.csv"
    if file not in table_files():
        known = ", ".join(one.removesuffix(".csv") for one in table_files())
        raise UsageError("No table of that name", value=name, remedy=f"use one of {known}")
    text = files("graybook.tables").joinpath("data", edition(), file).read_text(encoding="utf-8")
    columns = tuple(next(csv.reader(text.splitlines()), ()))
    evidence = file != SOURCES
    expected = columns[:-3] if evidence else columns
    return columns, parsed_rows(text, file=file, columns=expected, evidence=evidence)
