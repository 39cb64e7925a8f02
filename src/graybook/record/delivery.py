"""Delivery: how a dose arrives in time."""

from __future__ import annotations

from dataclasses import dataclass

from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray

__all__ = ["Continuous", "Decaying", "Delivery", "Fractionated", "Single"]


@dataclass(frozen=True, kw_only=True)
class Fractionated:
    """Equal fractions with complete repair between them.

    Parameters
    ----------
    fractions
        Number of fractions the dose was given in, at least 1.
    interval_h
        Time between fractions; None when at least a day. [h]
    """

    fractions: int
    interval_h: float | None = None

    def __post_init__(self) -> None:
        if self.fractions < 1:
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
