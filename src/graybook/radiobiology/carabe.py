"""Proton RBE of Carabe et al. (2012): total absorbed dose and LET in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graybook.radiobiology.variable_rbe import VariableRbe

__all__ = ["Carabe2012"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Carabe2012(VariableRbe):
    r"""
    Both limits depend on LET over α/β.

    .. math::

        \mathrm{RBE_{max}} = p_0 + p_1 \frac{\mathrm{LET}_d}{\alpha/\beta}, \qquad
        \mathrm{RBE_{min}} = p_2 + p_3 \frac{\mathrm{LET}_d}{\alpha/\beta}

    The coefficients stand in the table ``rbe.csv``. PyTRiP and matRad have p₀ 0.843, the TOPAS extensions 0.834; which one the
    publication has was not checked.

    References
    ----------
    Carabe et al. 2012, Phys Med Biol 57:1159, doi:10.1088/0031-9155/57/5/1159.

    Examples
    --------
    >>> import numpy as np
    >>> model = Carabe2012(fractions=1, let_kev_um=np.array([2.5]))
    >>> round(float(model.rbe(np.array([2.0]), alpha_beta_gy=2.0)[0]), 4)
    1.186
    """

    name: ClassVar[str] = "Carabe 2012"
    formula: ClassVar[str] = (
        "BED = D · (RBE_max + RBE_min² · d / (α/β)), "
        "RBE_max = p0 + p1 · LET / (α/β), RBE_min = p2 + p3 · LET / (α/β)"
    )
