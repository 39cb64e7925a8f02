"""Rows by table go out as CSV texts, one for each table; CSV texts, OSIRIS' pivot files among them, come in as rows by table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from graybook.errors import InputError
from graybook.tables import osiris

__all__ = ["osiris_csv", "tables_from_csv"]

_SEPARATORS = ",;\t"


def osiris_csv(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """One CSV text for each table, by file name: a header, an empty cell for NULL, lines that end with a line feed."""
    found = {}
    for table, rows in tables.items():
        names = [one.name for one in osiris.columns() if one.table == table]
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[_cell(row[name]) for name in names] for row in rows])
        found[f"{table}.csv"] = out.getvalue()
    return found


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def tables_from_csv(files: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Rows by table from texts by file name. Fields are separated by the comma, semicolon or tab that the header holds most of.

    Cells stay texts; an empty one is None. A header that stands twice keeps both columns, the second with a number; cells beyond
    the header stand in a column of their own, so that the reader reports them.

    Raises
    ------
    InputError
        A text is not CSV.
    """
    return {name: _table(name, text) for name, text in files.items()}


def _table(name: str, text: str) -> list[dict[str, Any]]:
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise InputError(
            f"{name} is not a CSV file.", value=str(fault), remedy="Export it again, with quotes closed."
        ) from fault
    if not lines:
        return []
    names = _header(lines[0])
    rows = []
    for cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        row: dict[str, Any] = dict.fromkeys(names)
        row |= {column: cell if cell.strip() else None for column, cell in zip(names, cells, strict=False)}
        if len(cells) > len(names):
            row["(beyond the header)"] = separator.join(cells[len(names) :])
        rows.append(row)
    return rows


def _header(cells: Sequence[str]) -> list[str]:
    names: list[str] = []
    for cell in cells:
        same = sum(one.strip().casefold() == cell.strip().casefold() for one in cells[: len(names)])
        names.append(f"{cell} ({same + 1})" if same else cell)
    return names
