"""Proton RBE of McNamara et al. (2015): total absorbed dose and LET in, BED out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from graybook.radiobiology.variable_rbe import VariableRbe

__all__ = ["McNamara2015"]


@dataclass(frozen=True, kw_only=True, eq=False)
class McNamara2015(VariableRbe):
    r"""
    Fit to published in vitro survival data; both limits depend on LET.

    .. math::

        \mathrm{RBE_{max}} = p_0 + p_1 \frac{\mathrm{LET}_d}{\alpha/\beta}, \qquad
        \mathrm{RBE_{min}} = p_2 + p_3 \sqrt{\alpha/\beta}\; \mathrm{LET}_d

    The coefficients stand in the table ``rbe.csv``. matRad has p₀ 0.999064 in place of 0.99064.

    References
    ----------
    McNamara et al. 2015, Phys Med Biol 60:8399, doi:10.1088/0031-9155/60/21/8399.

    Examples
    --------
    >>> import numpy as np
    >>> model = McNamara2015(fractions=1, let_kev_um=np.array([2.5]))
    >>> round(float(model.rbe(np.array([2.0]), alpha_beta_gy=2.0)[0]), 4)
    1.1936
    """

    name: ClassVar[str] = "McNamara 2015"
    formula: ClassVar[str] = (
        "BED = D · (RBE_max + RBE_min² · d / (α/β)), "
        "RBE_max = p0 + p1 · LET / (α/β), RBE_min = p2 + p3 · √(α/β) · LET"
    )
