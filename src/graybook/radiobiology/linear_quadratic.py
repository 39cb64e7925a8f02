"""The linear-quadratic model with complete repair between fractions: dose per fraction in, BED or EQD2 out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.radiobiology.model import Validity, alpha_beta, doses, whole_number

__all__ = [
    "BRENNER",
    "FOWLER",
    "LQ_VALID_TO_GY",
    "LinearQuadratic",
    "bed_gy",
    "eqd2_gy",
    "eqd2_of_fractions_gy",
]

LQ_VALID_TO_GY = 10.0
"""Dose per fraction above which the model is extrapolated. [Gy] Brenner 2008, PMC2750078."""

BRENNER = "Brenner 2008, Semin Radiat Oncol, PMC2750078"
FOWLER = "Fowler 1989, Br J Radiol 62:679-694, doi:10.1259/0007-1285-62-740-679"


@dataclass(frozen=True, kw_only=True)
class LinearQuadratic:
    r"""
    Equal fractions, each given at once, with complete repair between them.

    .. math:: \mathrm{BED} = D \left(1 + \frac{D / n}{\alpha/\beta}\right)

    Parameters
    ----------
    fractions
        Number of equal fractions, n.

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694. Reasonably well validated up to about 10 Gy a fraction: Brenner 2008, PMC2750078.

    Examples
    --------
    Sixty gray in thirty fractions, late-responding tissue:

    >>> import numpy as np
    >>> round(float(LinearQuadratic(fractions=30).bed_gy(np.array(60.0), alpha_beta_gy=3.0)), 6)
    100.0
    """

    fractions: int

    name: ClassVar[str] = "linear-quadratic"
    formula: ClassVar[str] = "BED = D · (1 + d / (α/β)), d = D / n"
    source: ClassVar[str] = FOWLER
    validity: ClassVar[Validity] = Validity(code="fraction", limit=LQ_VALID_TO_GY, source=BRENNER)

    def __post_init__(self) -> None:
        whole_number(self.fractions, "fractions")

    def bed_gy(self, dose_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
        """Biologically effective dose. [Gy]"""
        dose = doses(dose_gy)
        return dose * (1.0 + dose * (1.0 / (self.fractions * alpha_beta(alpha_beta_gy))))

    def outside_validity(self, dose_gy: FloatArray) -> BoolArray:
        """Where a fraction exceeds the dose up to which the model was validated. [Gy]"""
        return doses(dose_gy) / self.fractions > LQ_VALID_TO_GY


def bed_gy(fraction_gy: FloatArray, *, fractions: float, alpha_beta_gy: float) -> FloatArray:
    r"""
    Biologically effective dose of equal fractions.

    .. math:: \mathrm{BED} = n d \left(1 + \frac{d}{\alpha/\beta}\right)

    Parameters
    ----------
    fraction_gy
        Dose per fraction in each voxel. [Gy]
    fractions
        Number of fractions given.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient of the tissue. [Gy]

    Returns
    -------
    BED, same shape as ``fraction_gy``. [Gy]

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694.
    """
    return fractions * fraction_gy * (1.0 + fraction_gy / alpha_beta(alpha_beta_gy))


def eqd2_of_fractions_gy(fraction_gy: FloatArray, *, fractions: float, alpha_beta_gy: float) -> FloatArray:
    r"""
    Equieffective dose in 2 Gy fractions of ``fractions`` equal fractions.

    .. math:: \mathrm{EQD2} = n d \frac{d + \alpha/\beta}{2 + \alpha/\beta}

    Parameters
    ----------
    fraction_gy
        Dose per fraction in each voxel. [Gy]
    fractions
        Number of fractions given.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient of the tissue. [Gy]

    Returns
    -------
    EQD2, same shape as ``fraction_gy``. [Gy]

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694.

    Examples
    --------
    Twelve of thirty 2 Gy fractions:

    >>> import numpy as np
    >>> float(eqd2_of_fractions_gy(np.array(2.0), fractions=12, alpha_beta_gy=3.0))
    24.0
    """
    alpha_beta(alpha_beta_gy)
    return fractions * fraction_gy * (fraction_gy + alpha_beta_gy) / (2.0 + alpha_beta_gy)


def eqd2_gy(dose_gy: FloatArray, *, fractions: int, alpha_beta_gy: float) -> FloatArray:
    """
    Equieffective dose in 2 Gy fractions of a total dose given in equal fractions.

    Parameters
    ----------
    dose_gy
        Total dose of all ``fractions`` in each voxel. [Gy]
    fractions
        Number of equal fractions, at least 1.
    alpha_beta_gy
        Ratio of the linear to the quadratic coefficient of the tissue. [Gy]

    Returns
    -------
    EQD2, same shape as ``dose_gy``. [Gy]

    Examples
    --------
    Sixty gray in twenty fractions, late-responding tissue:

    >>> import numpy as np
    >>> float(eqd2_gy(np.array(60.0), fractions=20, alpha_beta_gy=3.0))
    72.0
    """
    if fractions < 1:
        raise UsageError(
            "At least one fraction is needed.", value=fractions, remedy="Give the number of fractions."
        )
    return eqd2_of_fractions_gy(dose_gy / fractions, fractions=fractions, alpha_beta_gy=alpha_beta_gy)
