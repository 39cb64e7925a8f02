"""A table file of the edition comes in; rows go out as text, each with its source and tier, or a refusal."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from graybook.errors import InputError

__all__ = [
    "PRIMARY_CHECKED",
    "TIERS",
    "Row",
    "edition",
    "number",
    "optional_number",
    "parsed_rows",
    "place_of",
    "table_rows",
    "yes_or_no",
]

_EDITION = "2026-11"

TIERS = (
    "derivation",
    "primary-table",
    "primary-abstract",
    "secondary-curated",
    "secondary-repo",
    "assigned",
)
"""How a row was read, best first; ``assigned`` is Graybook's own choice, not a published figure."""

PRIMARY_CHECKED = {"primary checked": True, "primary not checked": False}
"""What the column ``verified`` may hold."""

_PRIMARY_TIERS = TIERS[:3]
_REMEDY = "restore the file from the package, or complete the row as the README beside it says"


class Row(dict[str, str]):
    """Cells of one row by column; ``line`` is its line in the file."""

    line: int = 0


def place_of(row: dict[str, str], file: str) -> str:
    """Table and line of a row, for a message."""
    line = row.line if isinstance(row, Row) else 0
    return f"Table {file}, line {line}" if line else f"Table {file}"


def edition() -> str:
    """Edition of the tables in use: year and month.

    Examples
    --------
    >>> edition()
    '2026-11'
    """
    return _EDITION


@cache
def _text(file: str) -> str:
    return files("graybook.tables").joinpath("data", _EDITION, file).read_text(encoding="utf-8")


def table_rows(file: str, columns: Sequence[str], *, evidence: bool = True) -> tuple[Row, ...]:
    """Rows of one file of the edition.

    Parameters
    ----------
    file
        Name of the file in the folder of the edition.
    columns
        The columns the file must have, in order.
    evidence
        Whether each row must carry source, tier and check (all files but the list of sources).
    """
    return parsed_rows(_text(file), file=file, columns=columns, evidence=evidence)


def parsed_rows(text: str, *, file: str, columns: Sequence[str], evidence: bool = True) -> tuple[Row, ...]:
    """Rows of a table given as text; refused when a column, a source, a tier or a check is missing.

    Raises
    ------
    InputError
        The header is another one, a row is too long or too short, or carries no evidence.
    """
    lines = csv.reader(text.splitlines())
    header = next(lines, [])
    expected = [*columns, "source", "tier", "verified"] if evidence else list(columns)
    if header != expected:
        raise InputError(f"Table {file}: the columns are not the expected ones", value=header, remedy=_REMEDY)
    rows = []
    for cells in lines:
        where = f"Table {file}, line {lines.line_num}"
        if len(cells) != len(header):
            raise InputError(f"{where}: wrong number of cells", value=cells, remedy=_REMEDY)
        row = Row(zip(header, (cell.strip() for cell in cells), strict=True))
        row.line = lines.line_num
        if evidence:
            _require_evidence(row, where)
        rows.append(row)
    return tuple(rows)


def _require_evidence(row: Row, where: str) -> None:
    if not row["source"]:
        raise InputError(f"{where}: the row has no source", value=row, remedy=_REMEDY)
    if row["tier"] not in TIERS:
        raise InputError(f"{where}: the row has no known tier", value=row["tier"], remedy=_REMEDY)
    if row["verified"] not in PRIMARY_CHECKED:
        raise InputError(
            f"{where}: the row does not say if its primary was checked", value=row, remedy=_REMEDY
        )
    if PRIMARY_CHECKED[row["verified"]] != (row["tier"] in _PRIMARY_TIERS):
        raise InputError(f"{where}: tier and check contradict each other", value=row, remedy=_REMEDY)


def number(row: dict[str, str], column: str, file: str) -> float:
    """The finite number in a cell."""
    try:
        value = float(row[column])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(
            f"{place_of(row, file)}: {column} is not a number", value=row[column], remedy=_REMEDY
        )
    return value


def optional_number(row: dict[str, str], column: str, file: str) -> float | None:
    """The finite number in a cell, or None for an empty cell."""
    return number(row, column, file) if row[column] else None


def yes_or_no(row: dict[str, str], column: str, file: str) -> bool:
    """Whether a cell says ``yes``; anything but ``yes`` and ``no`` is refused."""
    if row[column] not in ("yes", "no"):
        raise InputError(
            f"{place_of(row, file)}: {column} is neither yes nor no", value=row[column], remedy=_REMEDY
        )
    return row[column] == "yes"
