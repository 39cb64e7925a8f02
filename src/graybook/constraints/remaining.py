"""Remaining: what is used of a limit comes in; the dose that is left, and how far a plan may be scaled, goes out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graybook.radiobiology.isoeffective import isoeffective_gy

__all__ = ["dose_left_gy", "largest_scaling", "left_eqd2_gy"]

Excess = Callable[[float], float]
"""From a factor on a plan's dose to how far a limit is exceeded."""

CLOSE = 1e-7
"""How closely a scaled plan meets its limit, in the limit's unit."""

STEPS = 200
"""Enough to halve any interval of factors to its last bit."""

MOST_SCALING = 1024.0
"""A plan that may be scaled further than this has nothing to do with the limit."""


def left_eqd2_gy(limit_gy: float, used_gy: float) -> float:
    """What a limit leaves of itself; nothing where it is used up. EQD2 [Gy]"""
    return max(0.0, limit_gy - used_gy)


def dose_left_gy(limit_gy: float, used_gy: float, *, fractions: int, alpha_beta_gy: float) -> float:
    """The uniform physical dose in n fractions that, added to what is used, meets a limit exactly; 0 when nothing is left. [Gy]"""
    left = np.array(left_eqd2_gy(limit_gy, used_gy))
    return float(isoeffective_gy(left, fractions=fractions, alpha_beta_gy=alpha_beta_gy))


def largest_scaling(excess: Excess, *, most: float = MOST_SCALING) -> float | None:
    """
    The largest factor on a plan's physical dose with which the sum still meets a limit.

    Parameters
    ----------
    excess
        From the factor to how far the limit is exceeded, in the limit's unit; it must not fall when the factor rises. For a figure
        that must be at least so much it is the figure that is missing.
    most
        Factors above this are not looked at.

    Returns
    -------
    The last factor found that meets the limit, at most 1e-7 below it where the figure changes without steps; 0 where the
    earlier courses alone use the limit up; None where ``most`` still meets it.

    Examples
    --------
    Twenty gray are left, and the plan gives ten:

    >>> round(largest_scaling(lambda factor: 10.0 * factor - 20.0), 9)
    2.0
    """
    if excess(0.0) >= 0.0:
        return 0.0
    low, high = 0.0, min(1.0, most)
    while excess(high) <= 0.0:
        low, high = high, min(2.0 * high, most)
        if low == high:
            return None
    return _last_that_meets(excess, low, high)


def _last_that_meets(excess: Excess, low: float, high: float) -> float:
    """Between a factor that meets a limit and one that does not, the last that does.

    By secants whose further end loses half its weight each time it stays (the Illinois rule); every fourth step halves, so that a
    figure that rises in steps is found as well.
    """
    below, above = excess(low), excess(high)
    was_above: bool | None = None
    for step in range(STEPS):
        middle = low - below * (high - low) / (above - below) if step % 4 < 3 else 0.5 * (low + high)
        if not low < middle < high:
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
        found = excess(middle)
        is_above = found > 0.0
        if is_above:
            high, above = middle, found
            below *= 0.5 if was_above is True else 1.0
        else:
            low, below = middle, found
            above *= 0.5 if was_above is False else 1.0
            if found >= -CLOSE:
                break
        was_above = is_above
    return low
