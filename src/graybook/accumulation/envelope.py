"""The shift envelope (rule 10c): earlier doses displaced by the alignment's error come in; lowest and highest metrics go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import product

import numpy as np

from graybook.accumulation._kernels.extremes import pair_extremes
from graybook.dvh._kernels.quantiles import highest_share
from graybook.geometry.arrays import FloatArray

__all__ = ["ASSUMED_SHIFT_MM", "near_maximum_extremes", "shift_directions", "shift_extremes"]

ASSUMED_SHIFT_MM = 3.0
"""Shift taken when an alignment states no error; always printed as assumed. [mm]"""

EXHAUSTIVE = 2
"""Up to this many displaced courses every combination is tried; beyond, the search moves one course at a time."""

Ends = tuple[float, float]
"""Lowest and highest value."""

Measured = Callable[[FloatArray], Sequence[float | None]]
"""From a dose at n points [Gy] to the values of several metrics, None where one is undefined."""


def shift_directions() -> FloatArray:
    """No shift, and 26 unit vectors to the faces, edges and corners of a cube; shape (27, 3)."""
    cube = np.array(list(product((0, -1, 1), repeat=3)), dtype=np.float64)
    lengths = np.linalg.norm(cube, axis=1)
    lengths[0] = 1.0
    directions: FloatArray = cube / lengths[:, None]
    return directions


def shift_extremes(
    fixed_gy: FloatArray, shifted_gy: Sequence[FloatArray], measured: Measured
) -> tuple[Ends | None, ...]:
    """
    Lowest and highest value of metrics when every earlier course is displaced on its own.

    Parameters
    ----------
    fixed_gy
        EQD2 of what is not displaced, shape (n,). [Gy]
    shifted_gy
        For each displaced course its EQD2 under each shift, shape (shifts, n); row 0 is no shift. [Gy]
    measured
        The metrics of a dose at the points.

    Returns
    -------
    (low, high) of each metric, None of one that is undefined without a shift. Every combination of shifts is tried for one or two
    displaced courses; for more the search moves one course at a time from the best common shift, and is a search, not a proof.
    """
    start = measured(_total(fixed_gy, shifted_gy, [0] * len(shifted_gy)))
    if not shifted_gy:
        return tuple(None if one is None else (one, one) for one in start)

    @cache
    def values(choice: tuple[int, ...]) -> tuple[float, ...]:
        found = measured(_total(fixed_gy, shifted_gy, choice))
        pairs = zip(found, start, strict=True)
        return tuple((before or 0.0) if now is None else now for now, before in pairs)

    def signed(choice: tuple[int, ...], *, k: int, sign: float) -> float:
        return sign * values(choice)[k]

    rows, courses = len(shifted_gy[0]), len(shifted_gy)
    ends: list[Ends | None] = []
    for k, one in enumerate(start):
        if one is None:
            ends.append(None)
        elif courses <= EXHAUSTIVE:
            tried = [values(choice)[k] for choice in product(range(rows), repeat=courses)]
            ends.append((min(tried), max(tried)))
        else:
            low, high = (_climbed(partial(signed, k=k, sign=s), courses, rows) for s in (-1.0, 1.0))
            ends.append((-low, high))
    return tuple(ends)


def near_maximum_extremes(
    fixed_gy: FloatArray,
    shifted_gy: Sequence[FloatArray],
    volumes_cm3: FloatArray,
    of_cm3: Sequence[float],
) -> tuple[Ends, ...]:
    """
    As :func:`shift_extremes`, of near-maxima: the same values, found many times faster.

    Parameters
    ----------
    fixed_gy, shifted_gy
        As for :func:`shift_extremes`.
    volumes_cm3
        Of the points, shape (n,); 0 of points that count for the maximum alone. [cm³]
    of_cm3
        The volume v of each D_v, no more than all points together hold; 0 asks for the maximum. [cm³]

    Examples
    --------
    A spot that moves onto another:

    >>> spot = np.array([[10.0, 0.0, 0.0], [0.0, 10.0, 0.0]])
    >>> near_maximum_extremes(np.array([0.0, 5.0, 1.0]), [spot], np.ones(3), [0.0, 2.0])
    ((10.0, 15.0), (1.0, 5.0))
    """
    if len(shifted_gy) > EXHAUSTIVE:

        def measured(dose: FloatArray) -> list[float]:
            return [
                float(dose.max()) if v == 0.0 else float(highest_share(dose, volumes_cm3, v)) for v in of_cm3
            ]

        found = shift_extremes(fixed_gy, shifted_gy, measured)
        return tuple(ends for ends in found if ends is not None)
    rows = [*shifted_gy, *[np.zeros((1, len(fixed_gy)))] * (EXHAUSTIVE - len(shifted_gy))]
    ceiling = fixed_gy + rows[0].max(axis=0) + rows[1].max(axis=0)
    floor = fixed_gy + rows[0].min(axis=0) + rows[1].min(axis=0)
    least = float(highest_share(floor, volumes_cm3, max(of_cm3))) if max(of_cm3) > 0.0 else floor.max()
    # what stays below the least that the near-maximum of the largest volume can be is never among the hottest
    followed = np.flatnonzero(ceiling >= least)
    order = followed[np.argsort(-ceiling[followed], kind="stable")]
    low, high = np.empty(len(of_cm3)), np.empty(len(of_cm3))
    pair_extremes(
        fixed_gy[order],
        np.ascontiguousarray(rows[0][:, order]),
        np.ascontiguousarray(rows[1][:, order]),
        ceiling[order],
        volumes_cm3[order],
        np.array(of_cm3, dtype=np.float64),
        low,
        high,
    )
    return tuple(zip(low.tolist(), high.tolist(), strict=True))


def _total(fixed_gy: FloatArray, shifted_gy: Sequence[FloatArray], choice: Sequence[int]) -> FloatArray:
    total = fixed_gy.copy()
    for doses, row in zip(shifted_gy, choice, strict=True):
        total += doses[row]
    return total


def _climbed(value: Callable[[tuple[int, ...]], float], courses: int, rows: int) -> float:
    """The highest value found from the best common shift on, one course at a time."""
    choice = max(((row,) * courses for row in range(rows)), key=value)
    best = max(value(choice), value((0,) * courses))
    while True:
        before = best
        for course in range(courses):
            options = [(*choice[:course], row, *choice[course + 1 :]) for row in range(rows)]
            choice = max(options, key=value)
            best = max(best, value(choice))
        if best <= before:
            return best
