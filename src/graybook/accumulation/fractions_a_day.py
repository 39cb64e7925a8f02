"""Fractions a day: how many and how far apart come in; what damage they leave to each other, H_m, goes out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf

from graybook.radiobiology.incomplete_repair import mean_h_factor
from graybook.radiobiology.repair import decay_constant
from graybook.record.delivery import DAY_H

__all__ = ["AT_ONCE", "NEVER", "FractionsADay"]

AT_ONCE, NEVER = 0.0, inf
"""Half-times of complete repair between fractions, and of none within the day. [h]"""


@dataclass(frozen=True, kw_only=True)
class FractionsADay:
    """Several fractions of one day.

    Parameters
    ----------
    per_day
        How many, at least 2.
    interval_h
        Between two of them. [h]
    """

    per_day: int
    interval_h: float

    def incomplete_repair(self, fractions: int, half_time_h: float) -> float:
        """
        H_m of a number of fractions (a mean over them) in tissue of a half-time of repair. [h]

        Examples
        --------
        >>> twice = FractionsADay(per_day=2, interval_h=6.0)
        >>> round(twice.incomplete_repair(60, 4.0), 6), twice.incomplete_repair(60, AT_ONCE)
        (0.353553, 0.0)
        >>> twice.incomplete_repair(60, NEVER)
        1.0
        """
        return mean_h_factor(fractions, self.per_day, self._remaining(self.interval_h, half_time_h))

    def left_over_night(self, half_time_h: float) -> float:
        """Share of the damage of a day's last fraction that is there when the next day's first is given."""
        return self._remaining(DAY_H - (self.per_day - 1) * self.interval_h, half_time_h)

    @staticmethod
    def _remaining(hours: float, half_time_h: float) -> float:
        return 1.0 if half_time_h == NEVER else exp(-decay_constant(half_time_h) * hours)
