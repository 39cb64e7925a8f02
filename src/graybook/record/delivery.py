"""Delivery: how a dose arrives in time."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray

__all__ = ["DAY_H", "Continuous", "Decaying", "Delivery", "Fractionated", "Single"]

DAY_H = 24.0
"""[h]"""


@dataclass(frozen=True, kw_only=True)
class Fractionated:
    """Equal fractions, one or several a day.

    Parameters
    ----------
    fractions
        Number of fractions the dose was given in, at least 1; None when only a range is known.
    interval_h
        Time between the fractions of a day; None when there is one a day. [h]
    per_day
        Fractions a day.
    """

    fractions: int | None
    interval_h: float | None = None
    per_day: int = 1

    def __post_init__(self) -> None:
        if self.per_day < 1 or (self.per_day > 1) != (self.interval_h is not None):
            raise InputError(
                "Several fractions a day have an interval between them, and one a day has none.",
                value=(self.per_day, self.interval_h),
                remedy="Give both the fractions a day and the interval, or neither.",
            )
        if self.interval_h is not None and not 0.0 < (self.per_day - 1) * self.interval_h < DAY_H:
            raise InputError(
                "The fractions of a day do not fit into the day.",
                value=(self.per_day, self.interval_h),
                remedy="Give an interval above 0 so short that the fractions of a day are given within it.",
            )
        if self.fractions is not None and self.fractions < 1:
            raise InputError(
                "A fractionated delivery needs at least one fraction.",
                value=self.fractions,
                remedy="Give the number of fractions.",
            )


@dataclass(frozen=True, kw_only=True)
class Single:
    """One acute exposure."""


@dataclass(frozen=True, kw_only=True)
class Continuous:
    """A constant dose rate over a duration. [h]"""

    duration_h: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Decaying:
    """A sum of decaying exponentials: amplitudes [Gy/h] and rates [1/h]."""

    amplitudes_gy_per_h: FloatArray
    rates_per_h: FloatArray


Delivery = Fractionated | Single | Continuous | Decaying
"""How a dose arrives in time; each consumer handles every kind or says it does not."""
