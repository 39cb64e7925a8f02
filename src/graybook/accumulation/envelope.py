"""The shift envelope (rule 10c): earlier doses displaced by the alignment's error come in; lowest and highest metric go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from graybook.geometry.arrays import FloatArray

__all__ = ["ASSUMED_SHIFT_MM", "shift_directions", "shift_extremes"]

ASSUMED_SHIFT_MM = 3.0
"""Shift taken when an alignment states no error; always printed as assumed. [mm]"""

SWEEPS = 3
"""Coordinate sweeps of the search over independent shifts; it ends earlier when nothing moves."""


def shift_directions() -> FloatArray:
    """No shift, and 26 unit vectors to the faces, edges and corners of a cube; shape (27, 3)."""
    cube = np.array(list(product((0, -1, 1), repeat=3)), dtype=np.float64)
    lengths = np.linalg.norm(cube, axis=1)
    lengths[0] = 1.0
    directions: FloatArray = cube / lengths[:, None]
    return directions


def shift_extremes(
    fixed_gy: FloatArray, shifted_gy: Sequence[FloatArray], metric: Callable[[FloatArray], float | None]
) -> tuple[float, float] | None:
    """
    Lowest and highest value of a metric when every earlier course is displaced on its own.

    Parameters
    ----------
    fixed_gy
        EQD2 of what is not displaced, shape (n,). [Gy]
    shifted_gy
        For each displaced course its EQD2 under each shift, shape (shifts, n); row 0 is no shift. [Gy]
    metric
        From a dose at the n points to a number, None when undefined.

    Returns
    -------
    (low, high) [Gy], or None when the metric is undefined. The search starts from the best common shift and then moves one course
    at a time, so it finds the extremes over all combinations when two courses are displaced one at a time; with three or more it
    is a search, not a proof.
    """
    start = metric(_total(fixed_gy, shifted_gy, [0] * len(shifted_gy)))
    if start is None:
        return None
    if not shifted_gy:
        return start, start
    return (
        _extreme(fixed_gy, shifted_gy, metric, start, sign=-1.0),
        _extreme(fixed_gy, shifted_gy, metric, start, sign=1.0),
    )


def _total(fixed_gy: FloatArray, shifted_gy: Sequence[FloatArray], choice: Sequence[int]) -> FloatArray:
    total = fixed_gy.copy()
    for doses, row in zip(shifted_gy, choice, strict=True):
        total += doses[row]
    return total


def _extreme(
    fixed_gy: FloatArray,
    shifted_gy: Sequence[FloatArray],
    metric: Callable[[FloatArray], float | None],
    start: float,
    *,
    sign: float,
) -> float:
    def value(choice: Sequence[int]) -> float:
        found = metric(_total(fixed_gy, shifted_gy, choice))
        return -np.inf if found is None else sign * found

    rows = len(shifted_gy[0])
    choice = max(([row] * len(shifted_gy) for row in range(rows)), key=value)
    best = value(choice)
    for _ in range(SWEEPS if len(shifted_gy) > 1 else 0):
        before = best
        for course in range(len(shifted_gy)):
            options = [[*choice[:course], row, *choice[course + 1 :]] for row in range(rows)]
            choice = max(options, key=value)
            best = max(best, value(choice))
        if best <= before:
            break
    return sign * max(best, sign * start)
