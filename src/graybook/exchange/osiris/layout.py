"""Tables as a database or pivot files hold them come in; rows of facts go out, each with its place and a key of its own.

Names of tables and columns are compared without case and without the blanks that the pivot files have behind some of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graybook.errors import InputError
from graybook.exchange.osiris import values
from graybook.exchange.osiris.notes import Notes
from graybook.record.assessment import Severity
from graybook.tables import osiris

__all__ = ["Row", "Rows", "children", "read_rows"]

_PREFIX = "osiris_pivot_"
_NEEDED = ("person", "course", "phase", "plan", "dose", "volume", "beam")
_REMEDY = "Give the tables Course, Phase, Plan, Dose_To_Volume and ROI_Volume, or OSIRIS_pivot_CourseRT.csv and its like."


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """One row: the facts of a noun as they stand, by name.

    Parameters
    ----------
    place
        Table and key, for a message: ``Phase 6``.
    """

    table: str
    place: str
    cells: Mapping[str, Any]
    columns: Mapping[str, str]
    notes: Notes

    def text(self, field: str) -> str | None:
        """What a cell says, or None; what cannot be read is reported."""
        found: str | None = self._read(field, values.text)
        return found

    def key(self, field: str = "key") -> str:
        """A key, empty where there is none."""
        return self.text(field) or ""

    def whole(self, field: str) -> int | None:
        """The whole number of a cell, or None."""
        found: int | None = self._read(field, values.whole)
        return found

    def day(self, field: str) -> Any:
        """The day of a cell, or None."""
        return self._read(field, values.day)

    def quantity(self, field: str) -> values.Quantity | None:
        """The number and unit of a cell, or None."""
        found: values.Quantity | None = self._read(field, values.quantity)
        return found

    def _read(self, field: str, reading: Callable[[Any], Any]) -> Any:
        value = self.cells.get(field)
        try:
            return reading(value)
        except (ValueError, OverflowError):
            self.refuse(field)
            return None

    def refuse(self, field: str) -> None:
        """Report a cell whose value is not what the column is for."""
        self.notes.warn(
            "exchange_osiris_unreadable",
            self.place,
            column=self.columns.get(field, field),
            value=_shown(self.cells.get(field)),
        )


Rows = dict[str, list[Row]]


def read_rows(tables: Mapping[str, Any], notes: Notes) -> Rows:
    """Rows by noun: person, course, link, phase, plan, dose, volume, beam, energy.

    Raises
    ------
    InputError
        Nothing in it is a radiotherapy table of OSIRIS.
    """
    if not isinstance(tables, Mapping):
        raise InputError("This is not a set of OSIRIS tables.", value=type(tables).__name__, remedy=_REMEDY)
    found = {_plain(name): (_shown_name(name), rows) for name, rows in tables.items()}
    for name in sorted(_shown_name(one) for one in tables if found[_plain(one)][0] != _shown_name(one)):
        notes.warn("exchange_osiris_table_unread", name)
    sql, pivot = _names(sql=True), _names(sql=False)
    used = {noun: name for noun, name in sql.items() if name in found}
    if not used.keys() - {"person"}:
        used = {noun: name for noun, name in pivot.items() if name in found}
    if not used.keys() - {"person"}:
        raise InputError(
            "No radiotherapy table of OSIRIS was found.",
            value=", ".join(sorted(original for original, _ in found.values()))[:200] or "no table",
            remedy=_REMEDY,
        )
    is_sql = any(name in sql.values() for noun, name in used.items() if noun != "person")
    for noun in _NEEDED:
        if noun not in used:
            notes.warn("exchange_osiris_table_missing", _title(noun, sql=is_sql))
    if "energy" not in used:
        notes.info("exchange_osiris_table_missing", _title("energy", sql=is_sql))
    for name in sorted(found.keys() - set(used.values())):
        notes.info("exchange_osiris_table_unread", found[name][0])
    return {noun: _rows(noun, *found[name], sql=is_sql, notes=notes) for noun, name in used.items()}


def _shown(value: Any) -> str:
    try:
        return str(value)[:60]
    except ValueError:  # an integer of more digits than Python prints
        return type(value).__name__


def _plain(name: Any) -> str:
    return _shown_name(name).casefold().removeprefix(_PREFIX)


def _shown_name(name: Any) -> str:
    """The name of a table or file as people know it: without ``.csv``."""
    return re.sub(r"\.csv$", "", str(name).strip(), flags=re.IGNORECASE)


def _names(*, sql: bool) -> dict[str, str]:
    pairs = ((one.noun, one.table if sql else one.pivot) for one in osiris.fields())
    return {noun: name.casefold() for noun, name in pairs if name}


def _title(noun: str, *, sql: bool) -> str:
    return next(one.table if sql else one.pivot for one in osiris.fields() if one.noun == noun)


def _rows(noun: str, table: str, rows: Any, *, sql: bool, notes: Notes) -> list[Row]:
    places = {
        one.name: (one.column if sql else one.pivot_column) for one in osiris.fields() if one.noun == noun
    }
    places = {name: column for name, column in places.items() if column}
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes):
        notes.error("exchange_osiris_row_unreadable", table)
        return []
    found = []
    present: set[str] = set()
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, Mapping):
            notes.error("exchange_osiris_row_unreadable", f"{table}, row {number}")
            continue
        cells = _cells(table, row, notes)
        present |= cells.keys()
        found.append(_row(table, number, cells, places, notes))
    for column in places.values():
        if found and column.casefold() not in present:
            notes.warn("exchange_osiris_column_missing", table, column=column)
    return _unique(table, found, notes)


def _cells(table: str, row: Mapping[Any, Any], notes: Notes) -> dict[str, tuple[str, Any]]:
    cells: dict[str, tuple[str, Any]] = {}
    for name, value in row.items():
        plain = str(name).strip().casefold()
        if plain in cells and cells[plain][1] != value:
            notes.count("exchange_osiris_column_twice", table, Severity.WARNING, column=str(name).strip())
            value = None
        cells[plain] = (str(name).strip(), value)
    return cells


def _row(
    table: str, number: int, cells: dict[str, tuple[str, Any]], places: Mapping[str, str], notes: Notes
) -> Row:
    taken = {name: cells.get(column.casefold(), ("", None))[1] for name, column in places.items()}
    wanted = {column.casefold() for column in places.values()}
    for plain, (name, value) in cells.items():
        if plain in wanted and values.is_missing(value):
            notes.count("exchange_osiris_missing_value", table, column=name, value=str(value).strip()[:20])
        elif plain not in wanted and _says_something(plain, value):
            notes.count("exchange_osiris_column_unread", table, column=name)
    try:
        key = values.text(taken.get("key")) if "key" in taken else str(number)
    except ValueError:
        key = None
    place = f"{table} {key[:60]}" if key else f"{table}, row {number}"
    return Row(table=table, place=place, cells=taken, columns=places, notes=notes)


def _says_something(column: str, value: Any) -> bool:
    if column.startswith(("tk_", "td_")) or value is None or values.is_missing(value):
        return False
    return not (isinstance(value, str) and not value.strip())


def _unique(table: str, rows: list[Row], notes: Notes) -> list[Row]:
    """Rows with a key of their own: copies count once, and two rows of one key that differ are not used."""
    if not rows or "key" not in rows[0].columns:
        return rows
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        if key := row.key():
            by_key.setdefault(key, []).append(row)
        else:
            notes.error("exchange_osiris_key_missing", row.place)
    kept = []
    for same in by_key.values():
        if any(row.cells != same[0].cells for row in same):
            notes.error("exchange_osiris_key_twice", same[0].place, count=len(same))
            continue
        if len(same) > 1:
            notes.info("exchange_osiris_copies", same[0].place, count=len(same))
        kept.append(same[0])
    return kept


def children(rows: Sequence[Row], field: str, parents: Sequence[Row], target: str) -> dict[str, list[Row]]:
    """Rows by the key of the row they point to; those that point to none are reported and left out."""
    known = {parent.key() for parent in parents}
    found: dict[str, list[Row]] = {key: [] for key in known}
    for row in rows:
        key = row.key(field)
        if key in known:
            found[key].append(row)
        else:
            row.notes.error(
                "exchange_osiris_dangling",
                row.place,
                column=row.columns.get(field, field),
                value=key[:60] or None,
                target=target,
            )
    return found
