"""The linear-quadratic model with complete repair between fractions: dose per fraction in, BED or EQD2 out."""

from __future__ import annotations

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray

__all__ = ["LQ_VALID_TO_GY", "bed_gy", "eqd2_gy", "eqd2_of_fractions_gy"]

LQ_VALID_TO_GY = 10.0
"""Dose per fraction above which the model is extrapolated. [Gy] Brenner 2008, PMC2750078."""


def _checked(alpha_beta_gy: float) -> float:
    if not alpha_beta_gy > 0:
        raise UsageError(
            "α/β must be positive.", value=alpha_beta_gy, remedy="Give α/β in Gy, 2 or 3 for late effects."
        )
    return alpha_beta_gy


def bed_gy(fraction_gy: FloatArray, *, fractions: float, alpha_beta_gy: float) -> FloatArray:
    r"""
    Biologically effective dose of equal fractions.

    .. math:: \mathrm{BED} = n d \left(1 + \frac{d}{\alpha/\beta}\right)

    Parameters
    ----------
    fraction_gy
        Dose per fraction in each voxel. [Gy]
    fractions
        Number of fractions given.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient of the tissue. [Gy]

    Returns
    -------
    BED, same shape as ``fraction_gy``. [Gy]

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694.
    """
    return fractions * fraction_gy * (1.0 + fraction_gy / _checked(alpha_beta_gy))


def eqd2_of_fractions_gy(fraction_gy: FloatArray, *, fractions: float, alpha_beta_gy: float) -> FloatArray:
    r"""
    Equieffective dose in 2 Gy fractions of ``fractions`` equal fractions.

    .. math:: \mathrm{EQD2} = n d \frac{d + \alpha/\beta}{2 + \alpha/\beta}

    Parameters
    ----------
    fraction_gy
        Dose per fraction in each voxel. [Gy]
    fractions
        Number of fractions given.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient of the tissue. [Gy]

    Returns
    -------
    EQD2, same shape as ``fraction_gy``. [Gy]

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694.

    Examples
    --------
    Twelve of thirty 2 Gy fractions:

    >>> import numpy as np
    >>> float(eqd2_of_fractions_gy(np.array(2.0), fractions=12, alpha_beta_gy=3.0))
    24.0
    """
    _checked(alpha_beta_gy)
    return fractions * fraction_gy * (fraction_gy + alpha_beta_gy) / (2.0 + alpha_beta_gy)


def eqd2_gy(dose_gy: FloatArray, *, fractions: int, alpha_beta_gy: float) -> FloatArray:
    """
    Equieffective dose in 2 Gy fractions of a total dose given in equal fractions.

    Parameters
    ----------
    dose_gy
        Total dose of all ``fractions`` in each voxel. [Gy]
    fractions
        Number of equal fractions, at least 1.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient of the tissue. [Gy]

    Returns
    -------
    EQD2, same shape as ``dose_gy``. [Gy]

    Examples
    --------
    Sixty gray in twenty fractions, late-responding tissue:

    >>> import numpy as np
    >>> float(eqd2_gy(np.array(60.0), fractions=20, alpha_beta_gy=3.0))
    72.0
    """
    if fractions < 1:
        raise UsageError(
            "At least one fraction is needed.", value=fractions, remedy="Give the number of fractions."
        )
    return eqd2_of_fractions_gy(dose_gy / fractions, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
