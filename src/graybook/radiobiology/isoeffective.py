"""Isoeffective dose: EQD2 comes in; the physical dose in n equal fractions with the same effect goes out."""

from __future__ import annotations

import numpy as np

from graybook.geometry.arrays import FloatArray
from graybook.radiobiology.model import alpha_beta, whole_number

__all__ = ["isoeffective_gy"]


def isoeffective_gy(eqd2_gy: FloatArray, *, fractions: int, alpha_beta_gy: float) -> FloatArray:
    r"""
    The physical dose in equal fractions that has an EQD2: the linear-quadratic model solved for the dose.

    .. math:: D = n d, \qquad d = \frac{1}{2} \left(\sqrt{(\alpha/\beta)^2 + \frac{4 E (2 + \alpha/\beta)}{n}} - \alpha/\beta\right)

    Parameters
    ----------
    eqd2_gy
        The effect E; what is below 0 is no dose. [Gy]
    fractions
        The dose is given in, at least 1.
    alpha_beta_gy
        Of the tissue. [Gy]

    Returns
    -------
    Physical dose, same shape as ``eqd2_gy``. [Gy]

    Examples
    --------
    Twenty gray EQD2 to a cord are 20 Gy in ten fractions; thirty are one session of 10 Gy:

    >>> round(float(isoeffective_gy(np.array(20.0), fractions=10, alpha_beta_gy=2.0)), 6)
    20.0
    >>> round(float(isoeffective_gy(np.array(30.0), fractions=1, alpha_beta_gy=2.0)), 6)
    10.0
    """
    whole_number(fractions, "fractions")
    ratio = alpha_beta(alpha_beta_gy)
    # the root's difference loses digits where the dose is small: its conjugate does not
    share = 4.0 * np.maximum(eqd2_gy, 0.0) * (2.0 + ratio) / fractions
    dose: FloatArray = fractions * 0.5 * share / (np.sqrt(ratio**2 + share) + ratio)
    return dose
