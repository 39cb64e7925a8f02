"""The shift envelope (rule 10c): earlier doses displaced by the alignment's error come in; lowest and highest metric go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["ASSUMED_SHIFT_MM", "shift_directions", "shift_extremes"]

ASSUMED_SHIFT_MM = 3.0
"""Shift taken when an alignment states no error; always printed as assumed. [mm]"""

EXHAUSTIVE = 2
"""Up to this many displaced courses every combination is tried; beyond, the search moves one course at a time."""

Metric = Callable[[FloatArray, FloatArray], float | None]
"""From a dose at n points [Gy] and their volumes [cm³] to a number, None when undefined."""


def shift_directions() -> FloatArray:
    """No shift, and 26 unit vectors to the faces, edges and corners of a cube; shape (27, 3)."""
    cube = np.array(list(product((0, -1, 1), repeat=3)), dtype=np.float64)
    lengths = np.linalg.norm(cube, axis=1)
    lengths[0] = 1.0
    directions: FloatArray = cube / lengths[:, None]
    return directions


def shift_extremes(
    fixed_gy: FloatArray, shifted_gy: Sequence[FloatArray], volumes_cm3: FloatArray, metric: Metric
) -> tuple[float, float] | None:
    """
    Lowest and highest value of a metric when every earlier course is displaced on its own.

    Parameters
    ----------
    fixed_gy
        EQD2 of what is not displaced, shape (n,). [Gy]
    shifted_gy
        For each displaced course its EQD2 under each shift, shape (shifts, n); row 0 is no shift. [Gy]
    volumes_cm3
        Of the points, shape (n,). [cm³]
    metric
        Of a dose at the points and their volumes.

    Returns
    -------
    (low, high) [Gy], or None when the metric is undefined. Every combination of shifts is tried for one or two displaced courses;
    for more the search moves one course at a time from the best common shift, and is a search, not a proof.
    """
    start = metric(_total(fixed_gy, shifted_gy, [0] * len(shifted_gy)), volumes_cm3)
    if start is None:
        return None
    if not shifted_gy:
        return start, start

    def value(choice: Sequence[int]) -> float:
        found = metric(_total(fixed_gy, shifted_gy, choice), volumes_cm3)
        return start if found is None else found

    rows = len(shifted_gy[0])
    if len(shifted_gy) <= EXHAUSTIVE:
        values = [value(choice) for choice in product(range(rows), repeat=len(shifted_gy))]
        return min(start, *values), max(start, *values)
    return _climbed(value, len(shifted_gy), rows, start, sign=-1.0), _climbed(
        value, len(shifted_gy), rows, start, sign=1.0
    )


def _total(fixed_gy: FloatArray, shifted_gy: Sequence[FloatArray], choice: Sequence[int]) -> FloatArray:
    total = fixed_gy.copy()
    for doses, row in zip(shifted_gy, choice, strict=True):
        total += doses[row]
    return total


def _climbed(
    value: Callable[[Sequence[int]], float], courses: int, rows: int, start: float, *, sign: float
) -> float:
    choice = max(([row] * courses for row in range(rows)), key=lambda one: sign * value(one))
    best = sign * value(choice)
    while True:
        before = best
        for course in range(courses):
            options = [[*choice[:course], row, *choice[course + 1 :]] for row in range(rows)]
            choice = max(options, key=lambda one: sign * value(one))
            best = max(best, sign * value(choice))
        if best <= before:
            return sign * max(best, sign * start)
