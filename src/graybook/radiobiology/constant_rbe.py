"""Protons with one RBE everywhere: total absorbed dose in, BED out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.linear_quadratic import BRENNER, FOWLER, LQ_VALID_TO_GY, bed_gy
from graybook.radiobiology.model import Validity, above_zero, doses, whole_number
from graybook.tables.rbe import constant_rbe, rbe_row

__all__ = ["ConstantRbe"]


@dataclass(frozen=True, kw_only=True)
class ConstantRbe:
    r"""
    Equal fractions of protons: the photon dose of the same effect is RBE times the absorbed dose.

    .. math:: \mathrm{BED} = D\,\mathrm{RBE} \left(1 + \frac{d\,\mathrm{RBE}}{\alpha/\beta}\right)

    The dose is the absorbed one. A dose that holds its RBE already (RTDOSE of type EFFECTIVE) goes into the linear-quadratic
    model as it is.

    Parameters
    ----------
    fractions
        Number of equal fractions, n.
    rbe
        Customary in clinics: 1.1, from the table.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(ConstantRbe(fractions=30).bed_gy(np.array(60.0), alpha_beta_gy=2.2)), 6)
    132.0
    """

    fractions: int
    rbe: float = field(default_factory=constant_rbe)

    name: ClassVar[str] = "constant RBE"
    formula: ClassVar[str] = "BED = D · RBE · (1 + d · RBE / (α/β)), d = D / n"
    validity: ClassVar[Validity] = Validity(code="constant_rbe", limit=LQ_VALID_TO_GY, source=BRENNER)

    def __post_init__(self) -> None:
        whole_number(self.fractions, "fractions")
        above_zero(self.rbe, "RBE", "a plain number")

    @property
    def source(self) -> str:
        """Citation of the formula, and of the RBE when it is the table's."""
        row = rbe_row("constant", "rbe")
        return f"{FOWLER}; RBE {row.source_text} ({row.tier})" if self.rbe == row.offset else FOWLER

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose. [Gy]"""
        fraction = self.rbe * doses(dose_gy) / self.fractions
        return bed_gy(fraction, fractions=self.fractions, alpha_beta_gy=alpha_beta_gy)

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where a fraction, RBE in it, exceeds the dose up to which the linear-quadratic model was validated. [Gy]"""
        return self.rbe * doses(dose_gy) / self.fractions > LQ_VALID_TO_GY
