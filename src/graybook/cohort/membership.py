"""A question and an open pool come in; who is in which cell, and the figures of each cell, go out. Neither leaves the guard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from graybook.cohort.audit import FLOOR, Counts, Flags
from graybook.cohort.engines import Engine
from graybook.cohort.expressions import QUANTILES, ROW_KEY, expressions
from graybook.cohort.fields import FIELDS
from graybook.cohort.ledger import ALL, Key
from graybook.cohort.query import Query
from graybook.errors import GraybookError

__all__ = ["Figures", "Membership", "Unit", "figures_of", "membership_of"]

Unit: TypeAlias = tuple[str, str, str, int]
"""A row of the pool: person, structure, scope, course (0 for the sum of all)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Membership:
    """Who is in which cell of a table.

    Parameters
    ----------
    rows, columns
        Categories in order; empty where the question has none.
    keys
        Cells, then totals of rows, of columns and of all; some may hold nobody.
    members
        Sets, one a key, × persons of the pool.
    units
        For sums and means: rows whose value is not zero, each with the positions of its sets.
    """

    query: Query
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    keys: tuple[Key, ...]
    members: Flags
    units: dict[Unit, list[int]]

    @cached_property
    def counts(self) -> Counts:
        """Persons of each set."""
        counts: Counts = self.members.sum(axis=1, dtype=np.int64)
        return counts

    @property
    def totals(self) -> Flags:
        """Sets that are totals."""
        whole = (ALL,) * 2
        if not self.rows:
            return np.ones(len(self.keys), dtype=np.bool_)
        if not self.columns:
            return np.array([key == whole for key in self.keys], dtype=np.bool_)
        return np.array([ALL in key for key in self.keys], dtype=np.bool_)

    @property
    def inside(self) -> Flags:
        """Cells of a row or column that holds few: a 0 in one would say that the few are elsewhere."""
        few = {key for key, count in zip(self.keys, self.counts, strict=True) if 0 < count < FLOOR}
        return np.array(
            [ALL not in key and bool({(key[0], ALL), (ALL, key[1])} & few) for key in self.keys],
            dtype=np.bool_,
        )

    @property
    def about(self) -> tuple[frozenset[str], ...]:
        """Of each set, what it depends on beside the conditions."""
        row = {FIELDS[self.query.rows].topic} if self.query.rows else set()
        column = {FIELDS[self.query.columns].topic} if self.query.columns else set()
        return tuple(
            frozenset((row if key[0] != ALL else set()) | (column if key[1] != ALL else set()))
            for key in self.keys
        )

    def unit_flags(self, keys: Sequence[Unit]) -> Flags:
        """Sets × rows of the pool, in the order of the keys."""
        at = {key: position for position, key in enumerate(keys)}
        flags = np.zeros((len(self.keys), len(keys)), dtype=np.bool_)
        for unit, sets in self.units.items():
            flags[sets, at[unit]] = True
        return flags


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """What is measured of each cell.

    Parameters
    ----------
    values
        Mean or sum, or quantiles, one tuple a key, in the field's unit.
    unfit
        Cells whose statistic would rest on several rows of a person, or whose quantile would be too near an end.
    """

    values: tuple[tuple[float, ...], ...]
    unfit: Flags


def membership_of(query: Query, engine: Engine, persons: Sequence[str]) -> Membership:
    """Who is in which cell; the engine remembers it while it is open."""
    known: Membership | None = engine.found.get(query.sha256)
    if known is None:
        known = engine.found[query.sha256] = _membership(query, engine, persons)
    return known


def _membership(query: Query, engine: Engine, persons: Sequence[str]) -> Membership:
    found = expressions(engine.table, query)
    members = engine.collected(found["members"]).to_pydict()
    at = {person: position for position, person in enumerate(persons)}
    rows, row_labels = _categories(members.get("r"), query.rows)
    columns, column_labels = _categories(members.get("c"), query.columns)
    keys = _keys(row_labels, column_labels)
    places = _places(rows, columns, row_labels, column_labels, keys)
    flags = np.zeros((len(keys), len(persons)), dtype=np.bool_)
    for person, place in zip(members["person"], _at(places, members), strict=True):
        flags[place, at[person]] = True
    units: dict[Unit, list[int]] = {}
    if "units" in found:
        carried = engine.collected(found["units"]).to_pydict()
        for *unit, place in zip(*(carried[name] for name in ROW_KEY), _at(places, carried), strict=True):
            units.setdefault((unit[0], unit[1], "", 0), []).extend(place)
    return Membership(
        query=query, rows=row_labels, columns=column_labels, keys=keys, members=flags, units=units
    )


def _categories(values: Sequence[Any] | None, name: str | None) -> tuple[dict[Any, str], tuple[str, ...]]:
    """Labels of categories, and in the order of categories; what is not known comes last."""
    if values is None or name is None:
        return {}, ()
    ordered = sorted(set(values), key=lambda value: (value is None, value))
    labels = {value: FIELDS[name].label(value) for value in ordered}
    return labels, tuple(dict.fromkeys(labels.values()))


def _keys(rows: Sequence[str], columns: Sequence[str]) -> tuple[Key, ...]:
    """Cells, then totals."""
    cells = [(row, column) for row in rows for column in (columns or (ALL,))]
    by_row = [(row, ALL) for row in rows if columns]
    by_column = [(ALL, column) for column in columns]
    return (*cells, *by_row, *by_column, (ALL, ALL))


def _places(
    rows: dict[Any, str],
    columns: dict[Any, str],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    keys: Sequence[Key],
) -> dict[tuple[Any, Any], list[int]]:
    """By categories of a row of the pool, the sets it belongs to: its cell and the totals over it."""
    at = {key: position for position, key in enumerate(keys)}
    return {
        (row, column): sorted(
            {
                at[key]
                for key in (
                    (rows.get(row, ALL), columns.get(column, ALL)),
                    (rows.get(row, ALL), ALL),
                    (ALL, columns.get(column, ALL)),
                    (ALL, ALL),
                )
                if key in at
            }
        )
        for row in (rows or {ALL: ALL})
        for column in (columns or {ALL: ALL})
    }


def _at(places: dict[tuple[Any, Any], list[int]], table: dict[str, list[Any]]) -> list[list[int]]:
    """The sets of each row of a collected table."""
    size = len(table["person"])
    rows = table.get("r", [ALL] * size)
    columns = table.get("c", [ALL] * size)
    return [places[pair] for pair in zip(rows, columns, strict=True)]


def figures_of(query: Query, engine: Engine, own: Membership) -> Figures:
    """What the engine measured of each cell; its counts must be those of the membership."""
    found = expressions(engine.table, query)
    at = {key: position for position, key in enumerate(own.keys)}
    values: list[tuple[float, ...]] = [()] * len(own.keys)
    unfit = np.ones(len(own.keys), dtype=np.bool_)
    counted = np.zeros(len(own.keys), dtype=np.int64)
    for name in ("cells", "by_row", "by_column", "all"):
        for record in engine.collected(found[name]).to_pylist() if name in found else ():
            position = at[_key(query, record)]
            counted[position] = record["persons"]
            if record["persons"] and query.of is not None:
                values[position] = _values(query, record)
                unfit[position] = not _fit(query, record)
    if (counted != own.counts).any():
        raise GraybookError("The engine counted other persons than it listed.", remedy="Please report it.")
    return Figures(values=tuple(values), unfit=unfit)


def _key(query: Query, record: dict[str, Any]) -> Key:
    row = FIELDS[query.rows].label(record["r"]) if query.rows and "r" in record else ALL
    column = FIELDS[query.columns].label(record["c"]) if query.columns and "c" in record else ALL
    return row, column


def _values(query: Query, record: dict[str, Any]) -> tuple[float, ...]:
    """The statistic of a cell; quantiles on the grid of limits, so that none is a single person's value."""
    field = FIELDS[query.of or ""]
    if query.measure == "mean":
        return (round(record["total"] / record["rows"] / field.factor, 1),)
    if query.measure == "sum":
        return (float(round(record["total"] / field.factor)),)
    grid = field.factor * field.step
    quantiles = (record[f"q{index}"] for index in range(len(QUANTILES[query.measure])))
    return tuple(float(math.floor(value / grid + 0.5) * field.step) for value in quantiles)


def _fit(query: Query, record: dict[str, Any]) -> bool:
    """Whether each person has one row, and a quantile has enough persons on either side."""
    if record["rows"] != record["persons"]:
        return False
    shares = QUANTILES.get(query.measure, ())
    return all(record["persons"] * min(share, 1 - share) >= FLOOR for share in shares)
