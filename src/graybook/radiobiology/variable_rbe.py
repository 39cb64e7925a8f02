"""What the proton models with variable RBE share: total absorbed dose and LET in each voxel in, RBE and BED out.

Each published model is a file of its own: :mod:`mcnamara`, :mod:`wedenberg`, :mod:`carabe`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray, read_only
from graybook.radiobiology.linear_quadratic import BRENNER, LQ_VALID_TO_GY
from graybook.radiobiology.model import Validity, alpha_beta, doses, whole_number
from graybook.tables.rbe import RbeRow, rbe_row

__all__ = ["VariableRbe", "rbe"]


def rbe(
    fraction_gy: FloatArray, rbe_max: FloatArray, rbe_min: FloatArray, *, alpha_beta_gy: float
) -> FloatArray:
    r"""
    RBE at a dose per fraction, from its limits at dose 0 and at large dose.

    .. math::

        \mathrm{RBE}(d) = \frac{\sqrt{(\alpha/\beta)^2 + 4 d (\alpha/\beta) \mathrm{RBE_{max}}
        + 4 d^2 \mathrm{RBE_{min}}^2} - \alpha/\beta}{2 d}

    Parameters
    ----------
    fraction_gy
        Absorbed dose per fraction; at 0 the RBE is its upper limit. [Gy]
    rbe_max, rbe_min
        The limits.
    alpha_beta_gy
        Of the tissue, for photons. [Gy]

    References
    ----------
    Carabe et al. 2012, Phys Med Biol 57:1159, doi:10.1088/0031-9155/57/5/1159.

    Examples
    --------
    >>> one = np.ones(1)
    >>> float(rbe(np.array([2.0]), one, one, alpha_beta_gy=3.0)[0])
    1.0
    """
    ratio = alpha_beta(alpha_beta_gy)
    linear = rbe_max + rbe_min**2 * fraction_gy / ratio
    # the same without a difference of near equals, so that it holds at dose 0
    return np.asarray(2.0 * linear / (1.0 + np.sqrt(1.0 + 4.0 * fraction_gy / ratio * linear)))


@dataclass(frozen=True, kw_only=True, eq=False)
class VariableRbe:
    r"""
    Equal fractions of protons whose RBE depends on LET, dose per fraction and α/β.

    .. math:: \mathrm{BED} = D \left(\mathrm{RBE_{max}} + \mathrm{RBE_{min}}^2 \frac{d}{\alpha/\beta}\right)

    The dose is the absorbed one: a dose that holds an RBE already (RTDOSE of type EFFECTIVE) is none of it.

    Parameters
    ----------
    fractions
        Number of equal fractions, n.
    let_kev_um
        Dose-averaged LET in water of the protons in each voxel, of the shape of the dose. [keV/µm]
    """

    fractions: int
    let_kev_um: FloatArray

    name: ClassVar[str]
    formula: ClassVar[str]
    validity: ClassVar[Validity] = Validity(code="variable_rbe", limit=LQ_VALID_TO_GY, source=BRENNER)

    def __post_init__(self) -> None:
        whole_number(self.fractions, "fractions")
        let = read_only(self.let_kev_um)
        if bool((let < 0).any()) or bool(np.isinf(let).any()):
            raise UsageError(
                "An LET is below 0, or infinite.",
                value=(float(np.nanmin(let)), float(np.nanmax(let))),
                remedy="Give the dose-averaged LET in keV/µm.",
            )
        object.__setattr__(self, "let_kev_um", let)

    @property
    def source(self) -> str:
        """Citation of the coefficients, and how they were read."""
        row = rbe_row(self.name, "rbe_max")
        return f"{row.source_text} ({row.tier})"

    def limits(self, *, alpha_beta_gy: float) -> tuple[FloatArray, FloatArray]:
        """RBE as the dose goes to 0, and as it becomes large, in each voxel."""
        highest, lowest = (rbe_row(self.name, quantity) for quantity in ("rbe_max", "rbe_min"))
        ratio = alpha_beta(alpha_beta_gy)
        return self._limit(highest, ratio), self._limit(lowest, ratio)

    def rbe(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """RBE in each voxel, for its dose per fraction. [-]"""
        fraction = self._fraction_gy(dose_gy)
        return rbe(fraction, *self.limits(alpha_beta_gy=alpha_beta_gy), alpha_beta_gy=alpha_beta_gy)

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose. [Gy]"""
        fraction = self._fraction_gy(dose_gy)
        highest, lowest = self.limits(alpha_beta_gy=alpha_beta_gy)
        return np.asarray(self.fractions * fraction * (highest + lowest**2 * fraction / alpha_beta_gy))

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where a fraction exceeds the dose up to which the linear-quadratic model was validated. [Gy]"""
        return self._fraction_gy(dose_gy) > LQ_VALID_TO_GY

    def _limit(self, row: RbeRow, ratio: float) -> FloatArray:
        """Of the RBE; below 0 it would rise again once squared, so it ends there."""
        limit = row.offset + row.slope * ratio**row.alpha_beta_power * self.let_kev_um
        return np.asarray(np.maximum(limit, 0.0))

    def _fraction_gy(self, dose_gy: FloatArray) -> FloatArray:
        found = doses(dose_gy)
        if found.shape != self.let_kev_um.shape:
            raise UsageError(
                "Dose and LET are not given at the same points.",
                value=(found.shape, self.let_kev_um.shape),
                remedy="Sample the LET on the grid of the dose.",
            )
        return found / self.fractions
