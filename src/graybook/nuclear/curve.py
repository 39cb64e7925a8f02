"""Curve: amplitudes and rates of the exponentials that add up to an activity come in; the activity and its integral go out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import expm1, fsum, inf, log

import numpy as np
import numpy.typing as npt

from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.record.delivery import Decaying

__all__ = ["Curve", "CurveModel"]


class CurveModel(StrEnum):
    """Shapes of a time-activity curve."""

    MONO = "mono"
    """A·exp(-λt): uptake over before the first image."""
    UPTAKE = "uptake"
    """A·(exp(-λ₁t) - exp(-λ₂t)): nothing there at the start, then uptake and one washout."""
    BI = "bi"
    """A₁·exp(-λ₁t) + A₂·exp(-λ₂t): two washouts, uptake over before the first image."""
    TRI = "tri"
    """A₁·exp(-λ₁t) + A₂·exp(-λ₂t) - (A₁ + A₂)·exp(-λ₃t): nothing there at the start, uptake, two washouts."""

    @property
    def parameters(self) -> int:
        """How many numbers a fit has to find."""
        return {"mono": 2, "uptake": 3, "bi": 4, "tri": 5}[self.value]


@dataclass(frozen=True, kw_only=True)
class Curve:
    r"""
    Activity of a region after the start of the administration, as it is there: decay included.

    .. math:: A(t) = \sum_i a_i e^{-\lambda_i t}, \qquad \tilde{A} = \int_0^\infty A\,dt = \sum_i \frac{a_i}{\lambda_i}

    Parameters
    ----------
    amplitudes_mbq
        a_i, of either sign. [MBq]
    rates_per_h
        λ_i, physical decay included; all above 0. [1/h]
    model
        Shape by name.

    Examples
    --------
    A hundred megabecquerel that halve every 50 h:

    >>> curve = Curve(amplitudes_mbq=(100.0,), rates_per_h=(log(2) / 50,), model="mono")
    >>> round(curve.integral_mbq_h, 6), round(curve.effective_half_life_h, 6)
    (7213.475204, 50.0)
    >>> curve.activity_mbq([50.0]).round(6).tolist()
    [50.0]
    """

    amplitudes_mbq: tuple[float, ...]
    rates_per_h: tuple[float, ...]
    model: str

    def __post_init__(self) -> None:
        if not self.amplitudes_mbq or len(self.amplitudes_mbq) != len(self.rates_per_h):
            raise UsageError(
                "Each exponential of a curve needs an amplitude and a rate.",
                value=(self.amplitudes_mbq, self.rates_per_h),
                remedy="Give as many rates as amplitudes, at least one.",
            )
        if not all(0.0 < rate < inf for rate in self.rates_per_h):
            raise UsageError(
                "A rate of a curve is not above 0, so its integral has no end.",
                value=self.rates_per_h,
                remedy="Give rates in 1/h, above 0; physical decay is part of them.",
            )

    def activity_mbq(self, hours: npt.ArrayLike) -> FloatArray:
        """Activity at times after the start of the administration. [MBq]"""
        times = np.asarray(hours, dtype=np.float64)
        terms = zip(self.amplitudes_mbq, self.rates_per_h, strict=True)
        total = np.zeros(times.shape)
        for amplitude, rate in terms:
            total = total + amplitude * np.exp(-rate * times)
        return total

    @property
    def integral_mbq_h(self) -> float:
        """From the start for ever: time-integrated activity. [MBq h]"""
        return self.integral_between_mbq_h(0.0, inf)

    def integral_between_mbq_h(self, start_h: float, end_h: float) -> float:
        """From one time to another, which may be infinite. [MBq h]"""
        return fsum(
            a / rate * float(np.exp(-rate * start_h)) * -expm1(-rate * (end_h - start_h))
            for a, rate in zip(self.amplitudes_mbq, self.rates_per_h, strict=True)
        )

    @property
    def effective_half_life_h(self) -> float:
        """Of the slowest exponential that has an amplitude, ln 2 / λ. [h]"""
        seen = [rate for a, rate in zip(self.amplitudes_mbq, self.rates_per_h, strict=True) if a != 0]
        return log(2.0) / min(seen or self.rates_per_h)

    def decaying(self, gy_per_mbq_h: float) -> Decaying:
        """The dose rate that follows this curve, for a dose per time-integrated activity. [Gy/(MBq h)]"""
        return Decaying(
            amplitudes_gy_per_h=np.array(self.amplitudes_mbq) * gy_per_mbq_h,
            rates_per_h=np.array(self.rates_per_h),
        )
