"""Dose at a constant rate over a stated time: total dose in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import ClassVar

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.lea_catcheside import DALE, VALIDITY, extrapolated, protracted_bed_gy, truncated_g
from graybook.radiobiology.model import Validity, at_least_zero
from graybook.radiobiology.repair import Repair

__all__ = ["ConstantRate"]


@dataclass(frozen=True, kw_only=True)
class ConstantRate:
    r"""
    One delivery at a constant dose rate, with repair going on meanwhile.

    .. math:: G = \frac{2}{\mu T} \left(1 - \frac{1 - e^{-\mu T}}{\mu T}\right)

    Parameters
    ----------
    duration_h
        T; 0 is a dose given at once. [h]
    repair
        Half-times of repair.

    References
    ----------
    Lea and Catcheside 1942, J Genet 44:216-245; Dale 1985, Br J Radiol 58:515-528.

    Examples
    --------
    Given at once, G is 1; over a time long against repair it tends to 0:

    >>> ConstantRate(duration_h=0.0, repair=Repair.single(1.5)).g_factor
    1.0
    """

    duration_h: float
    repair: Repair

    name: ClassVar[str] = "constant dose rate"
    formula: ClassVar[str] = (
        "BED = D · (1 + G · D / (α/β)), G = 2 / (μT) · (1 − (1 − exp(−μT)) / (μT)), μ = ln 2 / T½"
    )
    source: ClassVar[str] = DALE
    validity: ClassVar[Validity] = VALIDITY

    def __post_init__(self) -> None:
        at_least_zero(self.duration_h, "duration", "hours")

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
        if self.duration_h == 0:
            return 1.0
        return 0.0 if rate == inf else truncated_g(0.0, rate * self.duration_h)
