"""Protracted dose (Lea and Catcheside): a factor G of the quadratic effect comes in, BED goes out; with the integrals of every G.

One file a course of the dose rate: :mod:`constant_rate`, :mod:`decaying_source`, :mod:`exponential_sum`.
"""

from __future__ import annotations

from math import exp, expm1, fsum

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.linear_quadratic import BRENNER, LQ_VALID_TO_GY
from graybook.radiobiology.model import Validity, alpha_beta, doses

__all__ = ["DALE", "VALIDITY", "decay_moment", "extrapolated", "protracted_bed_gy", "truncated_g"]

DALE = "Lea and Catcheside 1942, J Genet 44:216-245; Dale 1985, Br J Radiol 58:515-528"

VALIDITY = Validity(code="protracted", limit=LQ_VALID_TO_GY, source=BRENNER)
"""G·D is the fraction size whose fractionated course has the same BED, and stands where the dose per fraction does."""

_SMALL = 1e-3


def protracted_bed_gy(dose_gy: FloatArray, g_factor: float, *, alpha_beta_gy: float) -> FloatArray:
    r"""
    BED of a protracted dose.

    .. math::

        \mathrm{BED} = D \left(1 + G \frac{D}{\alpha/\beta}\right), \qquad
        G = \frac{2}{D^2} \int_0^T R(t) \int_0^t R(t')\, e^{-\mu (t - t')}\, dt'\, dt

    Parameters
    ----------
    dose_gy
        Total dose. [Gy]
    g_factor
        Share of the quadratic effect that is left, from 0 (all repaired) to 1 (given at once).
    alpha_beta_gy
        Of the tissue. [Gy]

    References
    ----------
    Lea and Catcheside 1942, J Genet 44:216-245; Dale 1985, Br J Radiol 58:515-528.

    Examples
    --------
    >>> import numpy as np
    >>> float(protracted_bed_gy(np.array(20.0), 0.1, alpha_beta_gy=2.0))
    40.0
    """
    dose = doses(dose_gy)
    return dose * (1.0 + g_factor * dose / alpha_beta(alpha_beta_gy))


def extrapolated(dose_gy: FloatArray, g_factor: float) -> BoolArray:
    """Where G·D exceeds the fraction up to which the linear-quadratic model was validated. [Gy]"""
    return g_factor * doses(dose_gy) > LQ_VALID_TO_GY


def decay_moment(order: int, x: float) -> float:
    r"""
    Moment of an exponential over the unit interval, without loss of digits for small x.

    .. math:: \int_0^1 s^k e^{-x s}\,ds

    Examples
    --------
    >>> decay_moment(0, 0.0), decay_moment(1, 0.0)
    (1.0, 0.5)
    """
    if x < 1.0:
        terms, term = [], 1.0
        for j in range(25):
            terms.append(term / (j + order + 1))
            term *= -x / (j + 1)
        return fsum(terms)
    moment = -expm1(-x) / x
    for k in range(1, order + 1):
        moment = (k * moment - exp(-x)) / x
    return moment


def truncated_g(decay: float, repair: float) -> float:
    r"""
    G of a source that decays over a finite time.

    With :math:`E(x) = (1 - e^{-x})/x`, :math:`a = 2 \lambda T` and :math:`b = (\lambda + \mu) T`:

    .. math:: G = \frac{2}{E(\lambda T)^2} \frac{E(a) - E(b)}{b - a}

    which is, spelled out, :math:`\frac{2}{D^2 (\mu - \lambda)} \left(\frac{1 - e^{-2 \lambda T}}{2 \lambda} -
    \frac{1 - e^{-(\lambda + \mu) T}}{\lambda + \mu}\right)` and holds for λ = 0 and λ = μ too.

    Parameters
    ----------
    decay, repair
        λT and μT, neither below 0.

    Examples
    --------
    >>> truncated_g(0.0, 0.0)
    1.0
    """
    first, second = 2.0 * decay, decay + repair
    step = second - first
    if abs(step) < _SMALL:
        middle = (first + second) / 2.0
        slope = decay_moment(1, middle) + decay_moment(3, middle) * step**2 / 24.0
    else:
        slope = (decay_moment(0, first) - decay_moment(0, second)) / step
    return min(2.0 * slope / decay_moment(0, decay) ** 2, 1.0)
