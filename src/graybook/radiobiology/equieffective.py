"""BED comes in; the equieffective dose in fractions of 2 Gy, or of any other size, goes out."""

from __future__ import annotations

from graybook.geometry.arrays import FloatArray
from graybook.radiobiology.model import above_zero, alpha_beta

__all__ = ["eqd2_of_bed_gy", "eqdx_gy"]


def eqdx_gy(bed_gy: FloatArray, *, alpha_beta_gy: float, reference_fraction_gy: float) -> FloatArray:
    r"""
    Total dose in reference fractions that has a given BED.

    .. math:: \mathrm{EQD}_x = \frac{\mathrm{BED}}{1 + x / (\alpha/\beta)}

    Parameters
    ----------
    bed_gy
        Biologically effective dose. [Gy]
    alpha_beta_gy
        Of the tissue; the same that made the BED. [Gy]
    reference_fraction_gy
        Dose of a reference fraction, x. [Gy]

    References
    ----------
    Fowler 1989, Br J Radiol 62:679-694, doi:10.1259/0007-1285-62-740-679.

    Examples
    --------
    A BED of 100 Gy at 3 Gy is 60 Gy in 2 Gy and 50 Gy in 3 Gy:

    >>> import numpy as np
    >>> [round(float(eqdx_gy(np.array(100.0), alpha_beta_gy=3.0, reference_fraction_gy=x)), 6) for x in (2.0, 3.0)]
    [60.0, 50.0]
    """
    reference = above_zero(reference_fraction_gy, "reference fraction", "Gy")
    return bed_gy / (1.0 + reference / alpha_beta(alpha_beta_gy))


def eqd2_of_bed_gy(bed_gy: FloatArray, *, alpha_beta_gy: float) -> FloatArray:
    """
    Total dose in fractions of 2 Gy that has a given BED. [Gy]

    Examples
    --------
    >>> import numpy as np
    >>> float(eqd2_of_bed_gy(np.array(110.0), alpha_beta_gy=2.0))
    55.0
    """
    return eqdx_gy(bed_gy, alpha_beta_gy=alpha_beta_gy, reference_fraction_gy=2.0)
