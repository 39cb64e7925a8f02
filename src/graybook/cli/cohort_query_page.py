"""A guarded answer comes in; its table as text, or as one JSON document, goes out."""

from __future__ import annotations

from typing import Any

from graybook.cohort.answer import Answer, Cell
from graybook.cohort.fields import FIELDS, NOT_KNOWN
from graybook.cohort.ledger import ALL
from graybook.text import Language, number_text, phrase

__all__ = ["document", "page", "percent_of", "sql_page"]

HIDDEN = {"small": "query_small", "beside": "query_beside"}


def percent_of(answer: Answer, cell: Cell, total: str | None) -> float | None:
    """The share of a cell in a total, where both numbers are shown. [%]"""
    if total is None or cell.persons is None:
        return None
    if total == "pool":
        whole: int | None = answer.pool_persons
    else:
        key = {"row": (cell.row, ALL), "column": (ALL, cell.column), "all": (ALL, ALL)}[total]
        whole = answer.cells[key].persons if key in answer.cells else None
    return round(100 * cell.persons / whole, 1) if whole else None


def document(answer: Answer, percent: str | None) -> dict[str, Any]:
    """The answer as one JSON document, the same for every engine."""
    query = answer.query
    cells = []
    for cell in answer.cells.values():
        one: dict[str, Any] = {"row": cell.row, "column": cell.column, "persons": cell.persons}
        one["hidden"] = cell.hidden or None
        if query.of is not None:
            one["values"] = list(cell.values) or None
        if percent is not None:
            one["percent"] = percent_of(answer, cell, percent)
        cells.append(one)
    return {
        "query": query.document(),
        "unit": None if query.of is None else FIELDS[query.of].unit,
        "pool": answer.pool,
        "pool_persons": answer.pool_persons,
        "rows": list(answer.rows),
        "columns": list(answer.columns),
        "cells": cells,
    }


def page(answer: Answer, percent: str | None, language: Language) -> str:
    """The answer as a table of text, and what its marks mean."""
    query = answer.query
    columns = [*answer.columns, ALL] if answer.columns else [ALL]
    header = [query.rows or "", *(_label(column, language) for column in columns)]
    lines = [header]
    for row in [*answer.rows, ALL]:
        cells = [answer.cells[(row, column)] for column in columns]
        lines.append([_label(row, language), *(_text(answer, cell, percent, language) for cell in cells)])
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    table = ["  ".join(_padded(line, widths)).rstrip() for line in lines]
    return "\n".join([_title(answer, language), "", *table, "", *_legend(answer, language)]) + "\n"


def _padded(line: list[str], widths: list[int]) -> list[str]:
    first, *rest = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]


def _label(name: str, language: Language) -> str:
    if name == ALL:
        return phrase("query_total", language)
    return phrase("query_not_known", language) if name == NOT_KNOWN else name


def _text(answer: Answer, cell: Cell, percent: str | None, language: Language) -> str:
    """One cell: its persons, a percentage, a statistic."""
    parts = [phrase(HIDDEN[cell.hidden], language) if cell.hidden else str(cell.persons)]
    share = percent_of(answer, cell, percent)
    if share is not None:
        parts.append(f"({number_text(share, language, decimals=1)} %)")
    if answer.query.of is not None and cell.persons != 0:
        digits = 2 if answer.query.measure in ("mean", "sum") else 0
        parts.append("/".join(number_text(value, language, decimals=digits) for value in cell.values) or "-")
    return " ".join(parts)


def _title(answer: Answer, language: Language) -> str:
    query = answer.query
    measured = "" if query.of is None else f", {query.measure} {query.of} [{FIELDS[query.of].unit}]"
    where = "".join(f", {condition}" for condition in query.where)
    asked = f"{query.scope.value}{measured}{where}"
    return phrase("query_title", language, persons=answer.pool_persons, asked=asked)


def _legend(answer: Answer, language: Language) -> list[str]:
    """What the marks in the table mean; only those that are in it."""
    cells = answer.cells.values()
    found = [f"{key}_means" for why, key in HIDDEN.items() if any(cell.hidden == why for cell in cells)]
    if answer.query.of is not None and any(cell.persons != 0 and not cell.values for cell in cells):
        found.append("query_no_value_means")
    return [phrase(key, language) for key in (*found, "query_logged")]


def sql_page(found: dict[str, str]) -> str:
    """SQL by name, as a script with comments."""
    return "\n\n".join(f"-- {name}\n{sql};" for name, sql in found.items()) + "\n"
