"""A CSV of limits comes in; one table per line, typed as TOML would type it, goes out, with the line of each."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Collection, Iterator

from graybook.errors import InputError
from graybook.files._lines import Lines, Place
from graybook.files._noted import STAMP_KEYS, Faults
from graybook.files._tables import LineError

__all__ = ["csv_tables"]

NUMBERS = re.compile(r"[-+]?(\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
NUMERIC = ("value", "alpha_beta_gy", "rounding", "each_course_max_gy")
"""Columns of numbers, beside those that end in ``_min`` or ``_max``; all others are text, also where it looks like a number."""

_ABOVE = re.compile(r"#\s*(?P<key>\w+)\s*=\s*(?P<value>.+)")


def csv_tables(
    text: str, name: str, *, columns: Collection[str], above: Collection[str], faults: Faults
) -> tuple[dict[str, object], Lines]:
    """
    What TOML with the same content would give: keys from lines ``# key = value`` above the header, and the rows as ``limit``.

    Parameters
    ----------
    text, name
        The file.
    columns
        Columns that are known, in any order; cells are separated by commas or by semicolons.
    above
        Keys that may stand above the header.
    faults
        Where mistakes go.
    """
    values: dict[str, object] = {}
    places: dict[Place, int] = {(): 1}
    rows = _rows(text, name)
    header: list[str] = []
    limits: list[dict[str, object]] = []
    for line, cells in rows:
        first = cells[0].strip() if cells else ""
        if not any(cell.strip() for cell in cells):
            continue
        if not header and first.startswith("#"):
            _read_above(",".join(cells).strip().rstrip(",; "), line, name, above, faults, values, places)
        elif not header:
            header = [cell.strip().lower() for cell in cells]
            _check_header(header, line, name, columns, faults)
        elif len(cells) > len(header):
            _note(
                faults,
                name,
                line,
                "the row has more cells than the header",
                cells,
                "Put a text with commas in quotes.",
            )
        else:
            places[("limit", len(limits))] = line
            limits.append(_typed(header, cells))
    values["limit"] = limits
    return values, Lines(places=places)


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on."""
    lines = list(io.StringIO(text, newline=""))
    header = next((one for one in lines if one.strip() and not one.lstrip().startswith("#")), "")
    reader = csv.reader(lines, delimiter=";" if header.count(";") > header.count(",") else ",", strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{name}, line {start}: this is not valid CSV.",
                value=str(error),
                remedy="Mend that line; a text that holds a comma or a quote stands in quotes.",
            ) from error
        yield start, cells
        start = reader.line_num + 1


def _note(faults: Faults, name: str, line: int, problem: str, value: object, remedy: str) -> None:
    error = LineError(f"{name}, line {line}: {problem}.", value=value, remedy=remedy)
    error.line = line
    faults.found.append(error)


def _read_above(
    text: str,
    line: int,
    name: str,
    above: Collection[str],
    faults: Faults,
    values: dict[str, object],
    places: dict[Place, int],
) -> None:
    """One line above the header: ``# base = none`` says something, any other is a remark."""
    found = _ABOVE.fullmatch(text)
    if found is None:
        return
    key = found["key"]
    if key not in above:
        _note(
            faults,
            name,
            line,
            f'"{key}" is not a key of this file',
            text,
            f"Known here: {', '.join(sorted(above))}.",
        )
        return
    values[key] = found["value"].strip().strip('"')
    places[(key,)] = line


def _check_header(header: list[str], line: int, name: str, columns: Collection[str], faults: Faults) -> None:
    known = sorted({*columns, *STAMP_KEYS})
    for place, column in enumerate(header):
        if column not in known:
            close = difflib.get_close_matches(column, known, n=1, cutoff=0.5)
            remedy = f'Did you mean "{close[0]}"? ' if close else ""
            _note(
                faults,
                name,
                line,
                f'"{column}" is not a column of this file',
                column,
                f"{remedy}Known: {', '.join(known)}.",
            )
        elif column in header[:place]:
            _note(faults, name, line, f'the column "{column}" stands twice', column, "Keep one of the two.")


def _typed(header: list[str], cells: list[str]) -> dict[str, object]:
    """Cells that hold something, by column: numbers where a cell is one, lists where a column holds several."""
    return {
        column: _value(column, cell.strip())
        for column, cell in zip(header, cells, strict=False)
        if cell.strip()
    }


def _value(column: str, cell: str) -> object:
    if column == "modalities":
        return [one.strip() for one in cell.split("/")]
    if not (column in NUMERIC or column.endswith(("_min", "_max"))) or not NUMBERS.fullmatch(cell):
        return cell
    return int(cell) if re.fullmatch(r"[-+]?\d{1,15}", cell) else float(cell)
