"""Proton RBE of Wedenberg et al. (2013): total absorbed dose and LET in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graybook.radiobiology.variable_rbe import VariableRbe

__all__ = ["Wedenberg2013"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Wedenberg2013(VariableRbe):
    r"""
    Fit to ten cell lines; only the linear coefficient depends on LET.

    .. math:: \mathrm{RBE_{max}} = 1 + q \frac{\mathrm{LET}_d}{\alpha/\beta}, \qquad \mathrm{RBE_{min}} = 1

    The coefficient stands in the table ``rbe.csv``. Without LET it is the linear-quadratic model.

    References
    ----------
    Wedenberg et al. 2013, Acta Oncol 52:580, doi:10.3109/0284186X.2012.705892.

    Examples
    --------
    >>> import numpy as np
    >>> model = Wedenberg2013(fractions=1, let_kev_um=np.array([2.5]))
    >>> round(float(model.rbe(np.array([2.0]), alpha_beta_gy=2.0)[0]), 4)
    1.1711
    """

    name: ClassVar[str] = "Wedenberg 2013"
    formula: ClassVar[str] = (
        "BED = D · (RBE_max + RBE_min² · d / (α/β)), RBE_max = 1 + q · LET / (α/β), RBE_min = 1"
    )
