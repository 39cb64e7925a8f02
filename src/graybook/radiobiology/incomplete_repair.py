"""Several fractions a day with incomplete repair between them (Thames 1985): total dose in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, fsum
from typing import ClassVar

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.linear_quadratic import BRENNER, LQ_VALID_TO_GY
from graybook.radiobiology.model import Validity, above_zero, alpha_beta, at_least_zero, doses, whole_number
from graybook.radiobiology.repair import decay_constant

__all__ = ["NIGHT_SHARE", "IncompleteRepair", "eqd2_several_a_day_gy", "h_factor", "mean_h_factor"]

NIGHT_SHARE = 0.1
"""Share of the damage that may be left over the night, which the model takes as none: Graybook's own choice."""

DAY_H = 24.0


def h_factor(per_day: int, remaining: float) -> float:
    r"""
    Addition to the quadratic effect by the damage that earlier fractions of the day left, H_m.

    .. math::

        H_m = \frac{2}{m} \sum_{k=1}^{m-1} (m - k)\,\varphi^k
            = \frac{2}{m} \frac{\varphi}{1 - \varphi} \left(m - \frac{1 - \varphi^m}{1 - \varphi}\right)

    Parameters
    ----------
    per_day
        Fractions a day, m.
    remaining
        Share of the damage left after one interval, φ.

    Examples
    --------
    Nothing repaired: m fractions act as one of m times the dose. All repaired: they act apart.

    >>> h_factor(3, 1.0), h_factor(3, 0.0)
    (2.0, 0.0)
    """
    return 2.0 / per_day * fsum((per_day - k) * remaining**k for k in range(1, per_day))


def mean_h_factor(fractions: int, per_day: int, remaining: float) -> float:
    """
    H_m as a mean over all fractions: those left for a shorter last day have the H_m of that day.

    Parameters
    ----------
    fractions
        Number of equal fractions given, n.
    per_day, remaining
        As in :func:`h_factor`.

    Examples
    --------
    Two days of two fractions and one of one, nothing repaired:

    >>> mean_h_factor(5, 2, 1.0)
    0.8
    """
    if fractions < 1:
        return 0.0
    days, rest = divmod(fractions, per_day)
    given = days * per_day * h_factor(per_day, remaining) + (
        rest * h_factor(rest, remaining) if rest else 0.0
    )
    return given / fractions


def eqd2_several_a_day_gy(
    fraction_gy: FloatArray, *, fractions: float, alpha_beta_gy: float, h_factor: float
) -> FloatArray:
    r"""
    EQD2 of equal fractions that leave damage to the next of their day.

    .. math:: \mathrm{EQD2} = n d \, \frac{(1 + H_m) d + \alpha/\beta}{2 + \alpha/\beta}

    Parameters
    ----------
    fraction_gy
        Dose per fraction in each voxel. [Gy]
    fractions
        Number of fractions given.
    alpha_beta_gy
        Of the tissue. [Gy]
    h_factor
        H_m; 0 is complete repair.

    Examples
    --------
    Two fractions of 1 Gy at once are one of 2 Gy:

    >>> import numpy as np
    >>> float(eqd2_several_a_day_gy(np.array(1.0), fractions=2, alpha_beta_gy=2.0, h_factor=1.0))
    2.0
    """
    ratio = alpha_beta(alpha_beta_gy)
    return fractions * fraction_gy * ((1.0 + h_factor) * fraction_gy + ratio) / (2.0 + ratio)


@dataclass(frozen=True, kw_only=True)
class IncompleteRepair:
    r"""
    Equal fractions, several a day at one interval, with repair not complete between them and complete over the night.

    .. math:: \mathrm{BED} = D \left(1 + (1 + H_m) \frac{d}{\alpha/\beta}\right), \qquad \varphi = e^{-\mu\,\Delta T}

    Parameters
    ----------
    fractions
        Number of equal fractions of the whole course; the last day may hold fewer.
    per_day
        Fractions a day, m.
    interval_h
        Between fractions of a day, ΔT. [h]
    repair_half_time_h
        ln 2 / μ; 0 is repair at once. [h]

    References
    ----------
    Thames 1985, Int J Radiat Biol 47:319-339.

    Examples
    --------
    Twice 1.2 Gy six hours apart, half of the damage repaired in four hours:

    >>> import numpy as np
    >>> day = IncompleteRepair(fractions=2, per_day=2, interval_h=6.0, repair_half_time_h=4.0)
    >>> round(day.h_factor, 6), round(float(day.bed_gy(np.array(2.4), alpha_beta_gy=2.0)), 6)
    (0.353553, 4.349117)
    """

    fractions: int
    per_day: int
    interval_h: float
    repair_half_time_h: float

    name: ClassVar[str] = "incomplete repair"
    formula: ClassVar[str] = (
        "BED = D · (1 + (1 + H_m) · d / (α/β)), H_m = 2/m · Σ_{k=1…m−1} (m − k) · φ^k, φ = 2^(−ΔT / T½), d = D / n"
    )
    source: ClassVar[str] = "Thames 1985, Int J Radiat Biol 47:319-339"
    validity: ClassVar[Validity] = Validity(code="night", limit=LQ_VALID_TO_GY, source=BRENNER)

    def __post_init__(self) -> None:
        whole_number(self.fractions, "fractions")
        whole_number(self.per_day, "fractions a day")
        at_least_zero(self.repair_half_time_h, "repair half-time", "hours")
        above_zero(self.interval_h, "interval between fractions of a day", "hours")
        if (self.per_day - 1) * self.interval_h >= DAY_H:
            raise UsageError(
                "The fractions of a day do not fit into the day.",
                value=f"{self.per_day} at {self.interval_h:g} h",
                remedy="Give fewer fractions a day, or a shorter interval.",
            )

    @property
    def h_factor(self) -> float:
        """H_m of a full day."""
        return h_factor(self.per_day, self._remaining(self.interval_h))

    @property
    def left_over_night(self) -> float:
        """Share of the damage of a day's last fraction that is not repaired before the next day's first."""
        return self._remaining(DAY_H - (self.per_day - 1) * self.interval_h)

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose; the fractions left for a shorter last day have the H_m of that day. [Gy]"""
        dose = doses(dose_gy)
        mean_h = mean_h_factor(self.fractions, self.per_day, self._remaining(self.interval_h))
        return dose * (1.0 + (1.0 + mean_h) * (dose / self.fractions) / alpha_beta(alpha_beta_gy))

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where a fraction is too large for the linear-quadratic model; everywhere when a night does not repair. [Gy]"""
        outside: BoolArray = doses(dose_gy) / self.fractions > LQ_VALID_TO_GY
        return outside | (self.per_day > 1 and self.left_over_night > NIGHT_SHARE)

    def _remaining(self, hours: float) -> float:
        return exp(-decay_constant(self.repair_half_time_h) * hours)
