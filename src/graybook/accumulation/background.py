r"""Background: the earlier EQD2 and a new dose come in; what a planning system should be given of the earlier dose goes out.

A planning system adds doses in Gy and counts fractions once. It is right about an earlier dose only for the new dose that was
expected when the earlier dose was turned into Gy: :func:`base_gy`. For any other it is wrong, by how much says :func:`read_eqd2_gy`
against :func:`true_eqd2_gy`. E is EQD2, P that of the earlier courses, D the new physical dose in n fractions, B the base dose.
"""

from __future__ import annotations

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.radiobiology.isoeffective import isoeffective_gy
from graybook.radiobiology.linear_quadratic import eqd2_gy

__all__ = ["base_gy", "read_eqd2_gy", "remaining_gy", "true_eqd2_gy"]


def remaining_gy(
    prior_eqd2_gy: FloatArray, *, limit_eqd2_gy: float, fractions: int, alpha_beta_gy: float
) -> FloatArray:
    r"""
    The physical dose that a limit leaves at each point, in n fractions.

    .. math:: R = E^{-1}(E_{limit} - P), \qquad E(R) = \frac{R \, (R / n + \alpha/\beta)}{2 + \alpha/\beta}

    BED\ :sub:`limit` − BED\ :sub:`prior` inverted, divided by 1 + 2 / (α/β) on both sides.

    Parameters
    ----------
    prior_eqd2_gy
        EQD2 of the earlier courses. [Gy]
    limit_eqd2_gy
        At the same α/β. [Gy]
    fractions
        Of the new dose.
    alpha_beta_gy
        Of the tissue. [Gy]

    Returns
    -------
    Physical dose; 0 where nothing is left. [Gy]

    Examples
    --------
    Of a limit of 50 Gy, 30 Gy used, none used, all used:

    >>> remaining_gy(np.array([30.0, 0.0, 60.0]), limit_eqd2_gy=50.0, fractions=10, alpha_beta_gy=2.0).round(3).tolist()
    [20.0, 35.826, 0.0]
    """
    return isoeffective_gy(limit_eqd2_gy - prior_eqd2_gy, fractions=fractions, alpha_beta_gy=alpha_beta_gy)


def base_gy(
    prior_eqd2_gy: FloatArray, new_gy: FloatArray, *, fractions: int, alpha_beta_gy: float
) -> FloatArray:
    r"""
    The physical dose that, added to one expected new dose and converted once, gives the cumulative EQD2.

    .. math:: B = E^{-1}(P + E(D)) - D

    It is never below 0: E rises with the dose, so that P ≥ 0 puts the inverse at or above D. It is never above the dose
    isoeffective to P alone: E is convex with E(0) = 0, hence E(B' + D) ≥ E(B') + E(D).

    Parameters
    ----------
    prior_eqd2_gy
        EQD2 of the earlier courses. [Gy]
    new_gy
        The expected physical dose of all fractions. [Gy]
    fractions, alpha_beta_gy
        Of the new dose, of the tissue.

    Returns
    -------
    Physical dose. [Gy]

    Examples
    --------
    Earlier 30 Gy EQD2, with no new dose and under 30 Gy in 30 fractions:

    >>> base_gy(np.array(30.0), np.array([0.0, 30.0]), fractions=30, alpha_beta_gy=2.0).round(3).tolist()
    [37.082, 24.853]
    """
    whole = true_eqd2_gy(prior_eqd2_gy, new_gy, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
    base: FloatArray = isoeffective_gy(whole, fractions=fractions, alpha_beta_gy=alpha_beta_gy) - new_gy
    return np.maximum(base, 0.0)  # of rounding alone


def true_eqd2_gy(
    prior_eqd2_gy: FloatArray, new_gy: FloatArray, *, fractions: int, alpha_beta_gy: float
) -> FloatArray:
    """
    The cumulative EQD2: each course converted by itself, then added (rule 3). [Gy]

    Examples
    --------
    >>> float(true_eqd2_gy(np.array(30.0), np.array(30.0), fractions=30, alpha_beta_gy=2.0))
    52.5
    """
    return prior_eqd2_gy + eqd2_gy(new_gy, fractions=fractions, alpha_beta_gy=alpha_beta_gy)


def read_eqd2_gy(base: FloatArray, new_gy: FloatArray, *, fractions: int, alpha_beta_gy: float) -> FloatArray:
    r"""
    The EQD2 that a planning system reads: base and new dose added in Gy and converted once.

    .. math:: E(B + D') \ne P + E(D') \quad \text{but for the dose that B was made for}

    With f times that dose it misses the truth by 2 B D (f − 1) / (n (2 + α/β)): it reads too much of a larger dose, and too little
    of a smaller one.

    Parameters
    ----------
    base
        Loaded as physical dose. [Gy]
    new_gy
        Physical dose of all fractions. [Gy]
    fractions, alpha_beta_gy
        Of the new dose, of the tissue.

    Examples
    --------
    Earlier 30 Gy EQD2 under 30 Gy in 30 fractions, of which 52.5 is true: the base dose; the dose isoeffective to the earlier one
    alone; the earlier EQD2 as it is:

    >>> bases = np.array([24.853, 37.082, 30.0])
    >>> read_eqd2_gy(bases, np.array(30.0), fractions=30, alpha_beta_gy=2.0).round(1).tolist()
    [52.5, 71.0, 60.0]
    """
    return eqd2_gy(base + new_gy, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
