"""Values by column come in; whole rows go out, with keys, technical columns, and something in every obligatory column."""

from __future__ import annotations

from datetime import date
from typing import Any

from graybook.errors import UsageError
from graybook.exchange.osiris.notes import Notes
from graybook.exchange.osiris.values import FICTIVE, SHORT_FICTIVE
from graybook.record.assessment import Severity
from graybook.tables import osiris
from graybook.tables.osiris import Column

__all__ = ["Cell", "Tables"]

Cell = str | int | float | bool | None
LARGEST_INTEGER = 2_147_483_647
"""Of PostgreSQL's ``integer``: some SNOMED CT identifiers are longer."""
LOAD = 1
"""The number of the load in the technical column of each row."""


class Tables:
    """Rows by table, in the order of the schema, each row with the columns in theirs.

    Parameters
    ----------
    created
        Day of the technical columns.
    """

    def __init__(self, created: date, notes: Notes) -> None:
        self._created = created
        self._notes = notes
        self._columns: dict[str, list[Column]] = {}
        for column in osiris.columns():
            self._columns.setdefault(column.table, []).append(column)
        self._rows: dict[str, list[dict[str, Cell]]] = {table: [] for table in self._columns}

    def rows(self) -> dict[str, list[dict[str, Cell]]]:
        """All rows by table; a table without rows has none."""
        return self._rows

    def size(self, table: str, column: str) -> int:
        """How many characters a column takes."""
        found = next(one for one in self._columns[table] if one.name == column)
        if found.size is None:
            raise UsageError("The column has no size.", value=column, remedy="Ask for one of text.")
        return found.size

    def add(self, table: str, **values: Any) -> int:
        """Add a row and give its key: its number in the table, from 1."""
        key = len(self._rows[table]) + 1
        row: dict[str, Cell] = {}
        for column in self._columns[table]:
            row[column.name] = self._cell(column, key, values)
        self._rows[table].append(row)
        return key

    def _cell(self, column: Column, key: int, values: dict[str, Any]) -> Cell:
        if column.name in values:
            fitted = self._fitted(column, values[column.name])
            if fitted is not None or not column.required:
                return fitted
        elif column.key:
            return key
        elif column.name == "TK_LoadProcID":
            return LOAD
        elif column.type == "timestamp":
            return f"{self._created.isoformat()} 00:00:00"
        elif not column.required:
            return None
        fictive = FICTIVE[column.type]
        if column.size is not None and len(str(fictive)) > column.size:
            fictive = SHORT_FICTIVE
        code = "exchange_osiris_fictive_answer" if column.type == "boolean" else "exchange_osiris_fictive"
        self._notes.count(code, column.table, Severity.WARNING, column=column.name, value=str(fictive))
        return fictive

    def _fitted(self, column: Column, value: Any) -> Cell:
        """The value as the column takes it; None, with a finding, where it has no room for it."""
        if isinstance(value, date):
            return value.isoformat()
        if value is None or isinstance(value, float):
            return value
        found: Cell = value
        if column.type == "integer":
            found = _code(value)
            fits = isinstance(found, int) and 0 <= found <= LARGEST_INTEGER
        else:
            found = str(value).replace("\x00", "")
            fits = column.size is None or len(found) <= column.size
        if fits:
            return found
        self._notes.warn("exchange_osiris_no_room", column.table, column=column.name, value=str(value)[:80])
        return None


def _code(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None
