"""High dose per fraction, universal survival curve (Park 2008): total dose in, BED out. Its parameters are the user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from graybook.errors import NotComparable, UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.model import Validity, above_zero, alpha_beta, doses, whole_number

__all__ = ["UniversalSurvivalCurve"]

ROUNDING = 0.02
"""How far, as a share, the α/β asked for may be from the curve's own: parameters are printed rounded."""


@dataclass(frozen=True, kw_only=True)
class UniversalSurvivalCurve:
    r"""
    Equal fractions: linear-quadratic up to a transition dose, then the final slope of a multi-target curve.

    .. math::

        \mathrm{BED} = \frac{D - n D_q}{\alpha D_0} \quad (d \ge d_T), \qquad
        d_T = \frac{2 D_q}{1 - \alpha D_0}, \qquad
        \alpha/\beta = \frac{4\, \alpha D_0 D_q}{(1 - \alpha D_0)^2}

    Parameters
    ----------
    fractions
        Number of equal fractions, n.
    alpha_per_gy
        Initial slope, α. [1/Gy]
    d0_gy
        Inverse of the final slope, D₀. [Gy]
    dq_gy
        Where the final line meets full survival, D_q. [Gy]
    parameters_source
        Where they were read; there is no model without.

    Notes
    -----
    Both parts meet with one slope only at one α/β, which follows from the parameters; another α/β is refused, for these
    parameters are of another tissue than it. No parameters are shipped: no publication of them was read.

    References
    ----------
    Park et al. 2008, Int J Radiat Oncol Biol Phys 70:847-852, doi:10.1016/j.ijrobp.2007.10.059; the form as public code that
    cites it gives it, the primary not opened. That the two parts meet with one slope was worked out anew.

    Examples
    --------
    >>> curve = UniversalSurvivalCurve(
    ...     fractions=3, alpha_per_gy=0.25, d0_gy=2.0, dq_gy=2.0, parameters_source="an example"
    ... )
    >>> curve.transition_gy, curve.alpha_beta_gy, float(curve.bed_gy(np.array(60.0), alpha_beta_gy=16.0))
    (8.0, 16.0, 108.0)
    """

    fractions: int
    alpha_per_gy: float
    d0_gy: float
    dq_gy: float
    parameters_source: str

    name: ClassVar[str] = "universal survival curve"
    formula: ClassVar[str] = (
        "BED = n · d · (1 + d / (α/β)) (d ≤ d_T), BED = (D − n · D_q) / (α · D_0) (d > d_T), "
        "d_T = 2 · D_q / (1 − α · D_0), α/β = 4 · α · D_0 · D_q / (1 − α · D_0)²"
    )
    validity: ClassVar[Validity] = Validity(code="user_parameters")

    def __post_init__(self) -> None:
        whole_number(self.fractions, "fractions")
        above_zero(self.alpha_per_gy, "initial slope α", "1/Gy")
        above_zero(self.d0_gy, "inverse final slope D0", "Gy")
        above_zero(self.dq_gy, "quasi-threshold dose Dq", "Gy")
        if self.alpha_per_gy * self.d0_gy >= 1:
            raise UsageError(
                "The final slope of a survival curve must be steeper than the initial one.",
                value=f"α·D0 = {self.alpha_per_gy * self.d0_gy:g}",
                remedy="Give α and D0 whose product is below 1.",
            )
        if not self.parameters_source.strip():
            raise UsageError(
                "A universal survival curve without a source of its parameters.",
                value=(self.alpha_per_gy, self.d0_gy, self.dq_gy),
                remedy="Name where α, D0 and Dq were read; Graybook ships none.",
            )

    @property
    def source(self) -> str:
        """Citation of the formula and of the parameters."""
        return f"Park et al. 2008, doi:10.1016/j.ijrobp.2007.10.059; parameters: {self.parameters_source}"

    @property
    def transition_gy(self) -> float:
        """Dose per fraction where the final slope begins. [Gy]"""
        return 2.0 * self.dq_gy / (1.0 - self.alpha_per_gy * self.d0_gy)

    @property
    def alpha_beta_gy(self) -> float:
        """The α/β at which both parts meet with one slope. [Gy]"""
        ratio = self.alpha_per_gy * self.d0_gy
        return 4.0 * ratio * self.dq_gy / (1.0 - ratio) ** 2

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose; :class:`NotComparable` when the α/β is not that of the curve. [Gy]"""
        if abs(alpha_beta(alpha_beta_gy) / self.alpha_beta_gy - 1.0) > ROUNDING:
            raise NotComparable(
                f"The parameters of the universal survival curve belong to an α/β of {self.alpha_beta_gy:.3g} Gy.",
                value=alpha_beta_gy,
                remedy="Ask at that α/β, or give the parameters of this tissue.",
            )
        fraction = doses(dose_gy) / self.fractions
        curved = np.minimum(fraction, self.transition_gy)
        straight = np.maximum(fraction - self.transition_gy, 0.0)
        effect = curved * (1.0 + curved / self.alpha_beta_gy)
        effect = effect + straight / (self.alpha_per_gy * self.d0_gy)
        return np.asarray(self.fractions * effect)

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Nowhere by dose: how far the parameters reach is their source's to say. [Gy]"""
        return np.zeros(np.shape(dose_gy), dtype=np.bool_)
