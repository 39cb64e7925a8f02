"""Points: a table of points in a text file comes in, arrays in mm, LPS, go out; and such tables are written."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from graybook.errors import InputError, UnreadableFile, UsageError
from graybook.geometry.arrays import FloatArray, points_array

__all__ = ["read_pairs", "read_points", "write_points"]

HEADER = ("x", "y", "z")
MOVED = ("moved_x", "moved_y", "moved_z")
ERROR = "error_mm"
DECIMALS = 6
"""Of what is computed; points that came in go out digit by digit. [mm]"""


def read_points(path: Path) -> FloatArray:
    """Points (n, 3) of a table whose first line names ``x,y,z``, or of an elastix point file. [mm, LPS]

    Other columns are passed over. An elastix file begins with the word ``point`` and the number of points.

    Raises
    ------
    graybook.errors.InputError
        No such header, or a line without three finite numbers: the message names the line.
    """
    text = _text(path)
    first = text.split(maxsplit=1)[:1]
    if first in (["point"], ["index"]):
        return _of_elastix(path.name, text.splitlines())
    return _columns(path.name, text, HEADER)


def read_pairs(path: Path) -> tuple[FloatArray, FloatArray]:
    """Pairs of points (n, 3) of a table with the columns ``x,y,z,moved_x,moved_y,moved_z``: fixed, moving. [mm, LPS]"""
    both = _columns(path.name, _text(path), (*HEADER, *MOVED))
    return both[:, :3].copy(), both[:, 3:].copy()


def _text(path: Path) -> str:
    if not path.is_file():
        raise UsageError("There is no such file.", value=path.name, remedy="Give a file of points.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            f"{path.name}: the points cannot be read.", value=str(error), remedy="Save it as UTF-8 text."
        ) from error


def _columns(name: str, text: str, wanted: tuple[str, ...]) -> FloatArray:
    rows = list(csv.reader(io.StringIO(text)))
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if not set(wanted) <= set(header):
        raise InputError(
            f"{name}, line 1: the columns {','.join(wanted)} are not all named.",
            value=",".join(header),
            remedy=f"Begin with a line {','.join(wanted)}; points are in mm, LPS.",
        )
    places = [header.index(column) for column in wanted]
    points = [
        [_number(name, line, wanted[at], row, place) for at, place in enumerate(places)]
        for line, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    return _filled(name, points, len(wanted))


def _number(name: str, line: int, column: str, row: Sequence[str], place: int) -> float:
    text = row[place].strip() if place < len(row) else ""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(
            f"{name}, line {line}: {column} is not a finite number.",
            value=text,
            remedy="Write three numbers a line, in mm, with a decimal point.",
        )
    return number


def _filled(name: str, points: list[list[float]], width: int) -> FloatArray:
    if not points:
        raise InputError(f"{name}: it holds no point.", value=0, remedy="Write a line for each point.")
    return np.array(points, dtype=np.float64).reshape(-1, width)


def _of_elastix(name: str, lines: list[str]) -> FloatArray:
    """Points of elastix's own format: its kind, the number of points, then one a line."""
    filled = [(number, line.split()) for number, line in enumerate(lines, start=1) if line.strip()]
    if filled[0][1] != ["point"]:
        raise InputError(
            f"{name}, line {filled[0][0]}: points in mm are needed.",
            value=" ".join(filled[0][1]),
            remedy='Write "point" and coordinates in mm, LPS, instead of voxel indices.',
        )
    rows = filled[2:]
    points = [
        [_number(name, line, column, cells, place) for place, column in enumerate(HEADER)]
        for line, cells in rows
    ]
    stated = filled[1][1] if len(filled) > 1 else []
    if stated != [str(len(rows))]:
        raise InputError(
            f"{name}: it states another number of points than it holds.",
            value=f"{' '.join(stated)} stated, {len(rows)} found",
            remedy="Mend the number on its second line, or add what is missing.",
        )
    return _filled(name, points, 3)


def write_points(
    path: Path,
    points_mm: FloatArray,
    *,
    moved_mm: FloatArray | None = None,
    error_mm: FloatArray | None = None,
) -> None:
    """Write points (n, 3), and where asked where they lie in another image and the error there: a row a point, in their order.

    The columns are ``x,y,z``, then ``moved_x,moved_y,moved_z`` and ``error_mm``; an error that nothing supports is ``inf``.
    """
    points = points_array(points_mm)
    columns = [*HEADER]
    rows = [[repr(float(number)) for number in point] for point in points]
    if moved_mm is not None:
        columns += MOVED
        for row, place in zip(rows, points_array(moved_mm), strict=True):
            row += [_rounded(number) for number in place]
    if error_mm is not None:
        columns += [ERROR]
        for row, error in zip(rows, np.asarray(error_mm, dtype=np.float64), strict=True):
            row.append(_rounded(error))
    text = "".join(",".join(row) + "\n" for row in (columns, *rows))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8", newline="\n")
    beside.replace(path)


def _rounded(number: float) -> str:
    """At most six decimals, and never a minus nought."""
    return repr(round(float(number), DECIMALS) + 0.0)
