"""Rows by table come in; one SQL script that loads them into PostgreSQL, all or nothing, goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graybook.tables import osiris
from graybook.tables.osiris import Column

__all__ = ["osiris_sql"]


def osiris_sql(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A script for ``psql``: our own side table if it is not there, the rows with their keys, and the counters set behind them.

    Keys start at 1 in every table: load into an empty schema, or into one of its own, and number the keys anew from there.
    """
    lines = ["SET client_encoding = 'UTF8';", "BEGIN;"]
    for table in tables:
        of_table = [one for one in osiris.columns() if one.table == table]
        if of_table and of_table[0].ours:
            lines.append(_creation(table, of_table))
        lines += [_insertion(table, of_table, row) for row in tables[table]]
        for column in of_table:
            if column.identity and tables[table]:
                sequence = f"pg_get_serial_sequence('{table.lower()}', '{column.name.lower()}')"
                lines.append(f"SELECT setval({sequence}, {len(tables[table])});")
    lines.append("COMMIT;")
    return "\n".join(lines) + "\n"


def _creation(table: str, columns: Sequence[Column]) -> str:
    parts = [f"{one.name} {one.type}{' NOT NULL' if one.required else ''}" for one in columns]
    parts += [f"PRIMARY KEY ({one.name})" for one in columns if one.key]
    return f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(parts)});"


def _insertion(table: str, columns: Sequence[Column], row: Mapping[str, Any]) -> str:
    names = ", ".join(one.name for one in columns)
    cells = ", ".join(_literal(row[one.name]) for one in columns)
    numbered = " OVERRIDING SYSTEM VALUE" if any(one.identity for one in columns) else ""
    return f"INSERT INTO {table} ({names}){numbered} VALUES ({cells});"  # noqa: S608 - names are ours, cells are quoted


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return f"{value!r}"
    escaped = str(value).replace("'", "''").replace("\x00", "")
    return f"E'{escaped.replace(chr(92), chr(92) * 2)}'" if "\\" in escaped else f"'{escaped}'"
