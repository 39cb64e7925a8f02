"""Dose whose rate is a sum of exponentials, such as uptake and washout: total dose in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum, inf
from typing import ClassVar

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.lea_catcheside import DALE, VALIDITY, extrapolated, protracted_bed_gy
from graybook.radiobiology.model import Validity, above_zero
from graybook.radiobiology.repair import Repair

__all__ = ["ExponentialSum"]

TIMES = 400
"""At how many times, spread over all time constants, the dose rate is looked at."""


@dataclass(frozen=True, kw_only=True)
class ExponentialSum:
    r"""
    One delivery whose dose rate is a sum of exponentials, for ever.

    .. math::

        R(t) = \sum_i a_i e^{-\lambda_i t}, \qquad D = \sum_i \frac{a_i}{\lambda_i}, \qquad
        G = \frac{2}{D^2} \sum_{i,j} \frac{a_i a_j}{(\lambda_i + \lambda_j)(\lambda_i + \mu)}

    Parameters
    ----------
    amplitudes
        a_i, of either sign and in any one unit: only their ratios count, the dose itself is the points'.
    rates_per_h
        λ_i. [1/h]
    repair
        Half-times of repair.

    References
    ----------
    Lea and Catcheside 1942, J Genet 44:216-245; the sum follows by integrating term by term.

    Examples
    --------
    Uptake and washout of a radiopharmaceutical in a kidney:

    >>> import numpy as np
    >>> kidney = ExponentialSum(
    ...     amplitudes=(1.0, -1.0), rates_per_h=(0.014081426, 0.845429128), repair=Repair.single(2.8)
    ... )
    >>> round(kidney.g_factor, 8), round(float(kidney.bed_gy(np.array(20.0), alpha_beta_gy=2.6)), 6)
    (0.05362138, 28.249443)
    """

    amplitudes: tuple[float, ...]
    rates_per_h: tuple[float, ...]
    repair: Repair

    name: ClassVar[str] = "sum of exponentials"
    formula: ClassVar[str] = (
        "BED = D · (1 + G · D / (α/β)), G = 2 / S² · Σ_ij a_i · a_j / ((λ_i + λ_j) · (λ_i + μ)), S = Σ_i a_i / λ_i"
    )
    source: ClassVar[str] = DALE
    validity: ClassVar[Validity] = VALIDITY

    def __post_init__(self) -> None:
        if not self.amplitudes or len(self.amplitudes) != len(self.rates_per_h):
            raise UsageError(
                "Each exponential of the dose rate needs an amplitude and a rate.",
                value=(self.amplitudes, self.rates_per_h),
                remedy="Give as many rates as amplitudes, at least one.",
            )
        for rate in self.rates_per_h:
            above_zero(rate, "rate of an exponential", "1/h")
        largest = max(abs(amplitude) for amplitude in self.amplitudes)
        if not largest < inf or self._total() <= 0 or min(self._rates_seen()) < -1e-9 * largest:
            raise UsageError(
                "The dose rate is below 0 at some time, or has no dose in all.",
                value=(self.amplitudes, self.rates_per_h),
                remedy="Give amplitudes whose sum of exponentials is never below 0.",
            )

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
        terms = list(zip(self.amplitudes, self.rates_per_h, strict=True))
        pairs = fsum(a * b / ((first + second) * (first + rate)) for a, first in terms for b, second in terms)
        return 2.0 * pairs / self._total() ** 2

    def _total(self) -> float:
        return fsum(a / rate for a, rate in zip(self.amplitudes, self.rates_per_h, strict=True))

    def _rates_seen(self) -> list[float]:
        """The dose rate at times from well before the fastest to well after the slowest exponential."""
        start, end = 1e-3 / max(self.rates_per_h), 20.0 / min(self.rates_per_h)
        times = [0.0, *(start * (end / start) ** (k / TIMES) for k in range(TIMES + 1))]
        return [
            fsum(a * exp(-rate * time) for a, rate in zip(self.amplitudes, self.rates_per_h, strict=True))
            for time in times
        ]
