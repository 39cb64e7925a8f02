"""A table of landmark pairs comes in; points of the fixed image and where they truly lie in the moving one go out."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np

from graybook.errors import InputError, UsageError
from graybook.geometry.arrays import FloatArray

__all__ = ["HEADER", "read_landmarks"]

HEADER = ("x", "y", "z", "moved_x", "moved_y", "moved_z")
"""Columns, as of ``points.csv``: a place in the fixed image and the same place in the moving one. [mm], LPS"""

REMEDY = f"Begin the file with the line {','.join(HEADER)} and give one pair a line, in mm, LPS; further columns are ignored."


def read_landmarks(path: Path) -> tuple[FloatArray, FloatArray]:
    """Points (n, 3) of the fixed image and the same places (n, 3) in the moving one. [mm]

    Raises
    ------
    graybook.errors.UsageError
        The file cannot be read.
    graybook.errors.InputError
        A column is missing, a line is not six finite numbers, or there is no pair.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The file of landmarks cannot be read.", value=str(error), remedy=REMEDY) from error
    rows = list(csv.reader(text.splitlines()))
    names = [name.strip().casefold() for name in rows[0]] if rows else []
    missing = [name for name in HEADER if name not in names]
    if missing:
        raise InputError(
            f"{path.name} lacks the column {missing[0]}.",
            value=",".join(names) or "an empty file",
            remedy=REMEDY,
        )
    places = [names.index(name) for name in HEADER]
    pairs = [
        _pair(row, places, f"{path.name}, line {number}")
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    if not pairs:
        raise InputError(f"{path.name} holds no pair of landmarks.", value=len(rows), remedy=REMEDY)
    found = np.array(pairs)
    return found[:, :3], found[:, 3:]


def _pair(row: list[str], places: list[int], where: str) -> list[float]:
    try:
        values = [float(row[place]) for place in places]
    except (ValueError, IndexError):
        values = []
    if not values or not all(map(math.isfinite, values)):
        raise InputError(f"{where} is not a pair of landmarks.", value=",".join(row), remedy=REMEDY)
    return values
