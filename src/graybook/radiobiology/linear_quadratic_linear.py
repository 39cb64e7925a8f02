"""High dose per fraction, linear-quadratic-linear (Astrahan 2008): total dose in, BED out. Its parameters are the user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.model import Validity, above_zero, alpha_beta, doses, whole_number

__all__ = ["LinearQuadraticLinear"]


@dataclass(frozen=True, kw_only=True)
class LinearQuadraticLinear:
    r"""
    Equal fractions whose effect goes on in a straight line beyond a transition dose.

    .. math::

        \mathrm{BED} = n \left[ d_T \left(1 + \frac{d_T}{\alpha/\beta}\right) + \frac{\gamma}{\alpha} (d - d_T) \right]
        \quad (d > d_T), \qquad
        \mathrm{BED} = n\, d \left(1 + \frac{d}{\alpha/\beta}\right) \quad (d \le d_T)

    Parameters
    ----------
    fractions
        Number of equal fractions, n.
    transition_gy
        Dose per fraction where the line begins, d_T. [Gy]
    gamma_over_alpha
        Slope of the line over that of the linear-quadratic curve at 0, γ/α.
    parameters_source
        Where d_T and γ/α were read; there is no model without.

    Notes
    -----
    No d_T or γ/α is shipped: no publication of them was read. Those who cite Astrahan differ in γ/α itself: LQL-Equiv
    (Voyant et al. 2014, doi:10.1016/j.rpor.2013.08.004) takes 1, RadComp leaves it open, others take the slope of the curve at d_T,
    1 + 2 d_T / (α/β). So it is always stated.

    References
    ----------
    Astrahan 2008, Med Phys 35:4161, doi:10.1118/1.2969065; the form as RadComp and LQL-Equiv give it, the primary not opened.

    Examples
    --------
    Three fractions of 10 Gy, the line from 6 Gy on with three times the first slope:

    >>> model = LinearQuadraticLinear(
    ...     fractions=3, transition_gy=6.0, gamma_over_alpha=3.0, parameters_source="an example"
    ... )
    >>> float(model.bed_gy(np.array(30.0), alpha_beta_gy=3.0))
    90.0
    """

    fractions: int
    transition_gy: float
    gamma_over_alpha: float
    parameters_source: str

    name: ClassVar[str] = "linear-quadratic-linear"
    formula: ClassVar[str] = (
        "BED = n · d · (1 + d / (α/β)) (d ≤ d_T), BED = n · (d_T · (1 + d_T / (α/β)) + γ/α · (d − d_T)) (d > d_T)"
    )
    validity: ClassVar[Validity] = Validity(code="user_parameters")

    def __post_init__(self) -> None:
        whole_number(self.fractions, "fractions")
        above_zero(self.transition_gy, "transition dose", "Gy")
        above_zero(self.gamma_over_alpha, "slope γ/α", "a plain number")
        if not self.parameters_source.strip():
            raise UsageError(
                "A linear-quadratic-linear model without a source of its parameters.",
                value=(self.transition_gy, self.gamma_over_alpha),
                remedy="Name where the transition dose and γ/α were read; Graybook ships none.",
            )

    @classmethod
    def tangent(
        cls, *, fractions: int, transition_gy: float, alpha_beta_gy: float, parameters_source: str
    ) -> LinearQuadraticLinear:
        """The line that is the tangent of the linear-quadratic curve at the transition dose. [Gy]"""
        return cls(
            fractions=fractions,
            transition_gy=transition_gy,
            gamma_over_alpha=1.0 + 2.0 * transition_gy / alpha_beta(alpha_beta_gy),
            parameters_source=parameters_source,
        )

    @property
    def source(self) -> str:
        """Citation of the formula and of the parameters."""
        return f"Astrahan 2008, doi:10.1118/1.2969065; parameters: {self.parameters_source}"

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose. [Gy]"""
        fraction = doses(dose_gy) / self.fractions
        curved = np.minimum(fraction, self.transition_gy)
        straight = np.maximum(fraction - self.transition_gy, 0.0)
        effect = curved * (1.0 + curved / alpha_beta(alpha_beta_gy)) + self.gamma_over_alpha * straight
        return np.asarray(self.fractions * effect)

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Nowhere by dose: how far the parameters reach is their source's to say. [Gy]"""
        return np.zeros(np.shape(dose_gy), dtype=np.bool_)
