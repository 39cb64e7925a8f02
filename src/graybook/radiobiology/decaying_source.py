"""Dose of a source that decays, in place for good or for a stated time: total dose in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.lea_catcheside import DALE, VALIDITY, extrapolated, protracted_bed_gy, truncated_g
from graybook.radiobiology.model import Validity, above_zero, at_least_zero
from graybook.radiobiology.repair import Repair, decay_constant

__all__ = ["DecayingSource"]

PERMANENT = "G = λ / (μ + λ), λ = ln 2 / T_eff, μ = ln 2 / T½"
TAKEN_OUT = (
    "G = 2 / (E² · (μ − λ)) · ((1 − exp(−2λT)) / (2λ) − (1 − exp(−(λ + μ)T)) / (λ + μ)), E = (1 − exp(−λT)) / λ, "
    "λ = ln 2 / T_eff, μ = ln 2 / T½"
)
"""The factor G in print."""


@dataclass(frozen=True, kw_only=True)
class DecayingSource:
    r"""
    One delivery whose dose rate falls with a half-life: radionuclide therapy, microspheres, permanent or temporary implants.

    .. math:: G = \frac{\lambda}{\mu + \lambda} = \frac{T_\mathrm{rep}}{T_\mathrm{rep} + T_\mathrm{eff}}

    for a source that stays; for one taken out after T, with :math:`D = (1 - e^{-\lambda T})/\lambda`,

    .. math::

        G = \frac{2}{D^2 (\mu - \lambda)}
            \left(\frac{1 - e^{-2 \lambda T}}{2 \lambda} - \frac{1 - e^{-(\lambda + \mu) T}}{\lambda + \mu}\right)

    Parameters
    ----------
    half_life_h
        Effective half-life in the tissue: physical and biological together, ln 2 / λ. [h]
    repair
        Half-times of repair.
    duration_h
        How long the source stays, T; None for good. [h]

    References
    ----------
    Lea and Catcheside 1942, J Genet 44:216-245; Dale 1985, Br J Radiol 58:515-528.

    Examples
    --------
    A kidney in radionuclide therapy, 23 Gy with an effective half-life of 50 h:

    >>> import numpy as np
    >>> kidney = DecayingSource(half_life_h=50.0, repair=Repair.single(2.8))
    >>> round(float(kidney.bed_gy(np.array(23.0), alpha_beta_gy=2.6)), 3)
    33.790
    """

    half_life_h: float
    repair: Repair
    duration_h: float | None = None

    name: ClassVar[str] = "decaying source"
    source: ClassVar[str] = DALE
    validity: ClassVar[Validity] = VALIDITY

    def __post_init__(self) -> None:
        above_zero(self.half_life_h, "effective half-life", "hours")
        if self.duration_h is not None:
            at_least_zero(self.duration_h, "duration", "hours")

    @property
    def formula(self) -> str:
        """In print, for a source that stays or for one taken out."""
        return f"BED = D · (1 + G · D / (α/β)), {PERMANENT if self.duration_h is None else TAKEN_OUT}"

    @property
    def g_factor(self) -> float:
        """Share of the quadratic effect that is left."""
        return self.repair.mean(self._g)

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose. [Gy]"""
        return protracted_bed_gy(dose_gy, self.g_factor, alpha_beta_gy=alpha_beta_gy)

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where the model is extrapolated. [Gy]"""
        return extrapolated(dose_gy, self.g_factor)

    def _g(self, rate: float) -> float:
        decay = decay_constant(self.half_life_h)
        if self.duration_h is None:
            return decay / (rate + decay)
        if self.duration_h == 0:
            return 1.0
        return 0.0 if rate == inf else truncated_g(decay * self.duration_h, rate * self.duration_h)
