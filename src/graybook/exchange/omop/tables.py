"""Values by column come in; whole rows of OMOP tables go out, each with its number as key."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from graybook.errors import UsageError
from graybook.record.assessment import Finding, Param, Severity
from graybook.tables import omop
from graybook.tables.omop import Column

__all__ = ["Cell", "Tables"]

Cell = str | int | float | None
LARGEST_INTEGER = 2_147_483_647


class Tables:
    """Rows by table, in the order of the model, and what is to be said of them."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Column]] = {}
        for column in omop.columns():
            self._columns.setdefault(column.table, []).append(column)
        self._rows: dict[str, list[dict[str, Cell]]] = {table: [] for table in self._columns}
        self._counts: Counter[tuple[str, Severity, str, tuple[tuple[str, Param], ...]]] = Counter()

    def rows(self) -> dict[str, list[dict[str, Cell]]]:
        """All rows by table; a table without rows has none."""
        return self._rows

    def say(self, code: str, severity: Severity, subject: str = "", **params: Param) -> None:
        """Something to be said; the same thing said again is counted."""
        self._counts[code, severity, subject, tuple(sorted(params.items()))] += 1

    def findings(self) -> tuple[Finding, ...]:
        """All that was said, warnings first."""
        found = [
            Finding(code=code, severity=severity, subject=subject, params={**dict(params), "count": number})
            for (code, severity, subject, params), number in self._counts.items()
        ]
        return tuple(sorted(found, key=lambda one: one.severity is Severity.INFO))

    def concept(self, kind: str, meaning: str) -> int:
        """The concept of a meaning, 0 without one; what was not checked against the vocabulary is counted."""
        found = omop.concept(kind, meaning)
        if found.id == omop.NO_CONCEPT:
            self.say("exchange_omop_no_concept", Severity.INFO, meaning, kind=kind)
        elif not found.checked:
            self.say("exchange_omop_unverified", Severity.INFO, str(found.id), meaning=meaning)
        return found.id

    def add(self, table: str, **values: Any) -> int:
        """Add a row and give its key: its number in the table, from 1."""
        number = len(self._rows[table]) + 1
        values = {f"{table}_id": number, "person_id": 1} | values
        row = {column.name: self._cell(column, values.get(column.name)) for column in self._columns[table]}
        self._rows[table].append(row)
        return number

    def _cell(self, column: Column, value: Any) -> Cell:
        found: Cell = value.isoformat() if isinstance(value, date) else value
        if column.type == "varchar" and found is not None:
            found = str(found).replace("\x00", "")
            if len(found) > (column.size or 0):
                self.say(
                    "exchange_omop_no_room",
                    Severity.WARNING,
                    column.table,
                    column=column.name,
                    value=found[:80],
                )
                found = None
        if column.type == "integer" and isinstance(found, int) and not 0 <= found <= LARGEST_INTEGER:
            self.say(
                "exchange_omop_no_room", Severity.WARNING, column.table, column=column.name, value=str(found)
            )
            found = None
        if found is None and column.required:
            raise UsageError(
                "An obligatory column of OMOP was left empty.",
                value=f"{column.table}.{column.name}",
                remedy="Leave the row out instead.",
            )
        return found
