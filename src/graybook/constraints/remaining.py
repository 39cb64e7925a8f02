"""Remaining: equieffective doses used and a limit come in; the dose that is left, and how far a plan may be scaled, goes out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.radiobiology.linear_quadratic import eqd2_of_fractions_gy

__all__ = ["dose_left_gy", "largest_scaling", "left_eqd2_gy", "uniform_dose_gy"]

Metric = Callable[[FloatArray], float | None]
"""From EQD2 at the points of a structure to the figure that is limited. [Gy]"""

CLOSE_GY = 1e-9
"""How closely a scaled plan meets its limit. [Gy]"""

MOST_SCALING = 1024.0
"""A plan that may be scaled further than this has nothing to do with the limit."""


def left_eqd2_gy(limit_gy: float, used_gy: float) -> float:
    """What a limit leaves of itself; nothing where it is used up. EQD2 [Gy]"""
    return max(0.0, limit_gy - used_gy)


def uniform_dose_gy(left_gy: FloatArray, *, fractions: int, alpha_beta_gy: float) -> FloatArray:
    r"""
    The physical dose in equal fractions whose EQD2 is what is left: the linear-quadratic model solved for the dose.

    .. math:: D = n d, \qquad d = \frac{1}{2} \left(\sqrt{(\alpha/\beta)^2 + \frac{4 E (2 + \alpha/\beta)}{n}} - \alpha/\beta\right)

    Parameters
    ----------
    left_gy
        EQD2 left, of one figure or at points; what is below 0 leaves nothing. [Gy]
    fractions
        The dose is to be given in, at least 1.
    alpha_beta_gy
        Of the tissue. [Gy]

    Returns
    -------
    Physical dose, same shape as ``left_gy``. [Gy]

    Examples
    --------
    Twenty gray left to a cord are 20 Gy in ten fractions; thirty are one session of 10 Gy:

    >>> import numpy as np
    >>> round(float(uniform_dose_gy(np.array(20.0), fractions=10, alpha_beta_gy=2.0)), 6)
    20.0
    >>> round(float(uniform_dose_gy(np.array(30.0), fractions=1, alpha_beta_gy=2.0)), 6)
    10.0
    """
    if fractions < 1 or not alpha_beta_gy > 0:
        raise UsageError(
            "A dose is left in at least one fraction, at an α/β above 0.",
            value=(fractions, alpha_beta_gy),
            remedy="Give the number of fractions, and α/β in Gy.",
        )
    left = np.maximum(left_gy, 0.0)
    # the root's difference loses digits where little is left: its conjugate does not
    share = 4.0 * left * (2.0 + alpha_beta_gy) / fractions
    fraction_gy = 0.5 * share / (np.sqrt(alpha_beta_gy**2 + share) + alpha_beta_gy)
    dose: FloatArray = fractions * fraction_gy
    return dose


def dose_left_gy(limit_gy: float, used_gy: float, *, fractions: int, alpha_beta_gy: float) -> float:
    """The uniform physical dose in n fractions that, added to what is used, meets a limit exactly; 0 when nothing is left. [Gy]"""
    left = np.array(left_eqd2_gy(limit_gy, used_gy))
    return float(uniform_dose_gy(left, fractions=fractions, alpha_beta_gy=alpha_beta_gy))


def largest_scaling(
    used_gy: FloatArray,
    fraction_gy: FloatArray,
    *,
    fractions: int,
    alpha_beta_gy: float,
    metric: Metric,
    limit_gy: float,
) -> float | None:
    """
    The largest factor on a plan's physical dose with which the sum still meets a limit; found by halving.

    Parameters
    ----------
    used_gy
        EQD2 of the earlier courses at the points of a structure. [Gy]
    fraction_gy
        The plan's dose per fraction there. [Gy]
    fractions, alpha_beta_gy
        Of the plan, of the tissue.
    metric, limit_gy
        What is limited; it must not fall when a dose rises. [Gy]

    Returns
    -------
    0 where the earlier courses alone use the limit up; None where the plan does not reach it however far it is scaled.
    """

    def excess(factor: float) -> float:
        new = eqd2_of_fractions_gy(factor * fraction_gy, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
        value = metric(used_gy + new)
        if value is None:
            raise UsageError(
                "The metric is not defined on this structure.",
                value=len(used_gy),
                remedy="Ask for a metric of a volume that the structure has.",
            )
        return value - limit_gy

    if excess(0.0) >= 0.0:
        return 0.0
    high = 1.0
    while excess(high) < 0.0:
        high *= 2.0
        if high > MOST_SCALING:
            return None
    return _root(excess, 0.0, high)


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function passes 0: the last factor that meets the limit."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        found = excess(middle)
        if -CLOSE_GY <= found <= 0.0:
            return middle
        if found < 0.0:
            low = middle
        else:
            high = middle
    return low
