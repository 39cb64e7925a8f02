"""Complication probability: equieffective doses of an organ and the parameters of a first-course model come in; per cent go out.

No such model was validated on a sum of courses: every result carries the label that says so, and is shown only when asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from graybook.dvh.statistics import equivalent_uniform_gy
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray
from graybook.tables.ntcp import NtcpParameters

__all__ = ["LABEL", "Complication", "complication", "lyman_percent"]

LABEL = "ntcp_extrapolated"
"""Code of the sentence that stands with every result."""


@dataclass(frozen=True, kw_only=True)
class Complication:
    """A probability at both ends of the dose (rule 9), its model, and the code of its label. [%]"""

    parameters: NtcpParameters
    low_percent: float
    high_percent: float
    label: str = LABEL


def complication(
    parameters: NtcpParameters, low_gy: FloatArray, high_gy: FloatArray, volumes_cm3: FloatArray
) -> Complication | None:
    """
    The probability of a complication after the sum of courses, extrapolated from a first course; None without samples.

    Parameters
    ----------
    parameters
        Of a Lyman-Kutcher-Burman model whose primary was read.
    low_gy, high_gy
        Equieffective doses (n,) at the lower and the upper end, EQD2. [Gy]
    volumes_cm3
        Volumes (n,) of the samples. [cm³]

    Raises
    ------
    UsageError
        The parameters may not be computed with.
    """
    td50_gy, m, n = parameters.td50_gy, parameters.m, parameters.n
    if not parameters.usable or td50_gy is None or m is None or n is None:
        raise UsageError(
            f"The model {parameters.id} may not be computed with: {parameters.reason}.",
            value=parameters.tier,
            remedy="Use a model that `graybook.tables.ntcp.usable_ntcp` gives.",
        )
    found = [lyman_percent(dose, volumes_cm3, td50_gy=td50_gy, m=m, n=n) for dose in (low_gy, high_gy)]
    low, high = found
    if low is None or high is None:
        return None
    return Complication(parameters=parameters, low_percent=min(low, high), high_percent=max(low, high))


def lyman_percent(
    dose_gy: FloatArray, volumes_cm3: FloatArray, *, td50_gy: float, m: float, n: float
) -> float | None:
    r"""
    The Lyman-Kutcher-Burman probability of a complication; None without samples. [%]

    .. math:: P = \Phi\left(\frac{\mathrm{gEUD}_{1/n} - \mathrm{TD}_{50}}{m\,\mathrm{TD}_{50}}\right)

    Parameters
    ----------
    dose_gy
        Doses (n,) on the scale of the parameters. [Gy]
    volumes_cm3
        Volumes (n,) of the samples. [cm³]
    td50_gy
        Dose to the whole organ that gives a half. [Gy]
    m
        Slope: standard deviation of the dose-effect curve as a share of ``td50_gy``.
    n
        Volume parameter: near 0 the hottest part decides, at 1 the mean.

    References
    ----------
    Lyman JT, Complication probability as assessed from dose-volume histograms, Radiat Res Suppl 8 (1985) S13.
    Kutcher GJ, Burman C, Int J Radiat Oncol Biol Phys 16 (1989) 1623.

    Examples
    --------
    Half of the patients at TD50, and 84.13 % one standard deviation above:

    >>> import numpy as np
    >>> lyman_percent(np.full(2, 50.0), np.ones(2), td50_gy=50.0, m=0.1, n=0.5)
    50.0
    >>> round(lyman_percent(np.full(2, 55.0), np.ones(2), td50_gy=50.0, m=0.1, n=0.5), 2)
    84.13
    """
    if not (td50_gy > 0 and m > 0 and n > 0):
        raise UsageError(
            "The parameters of a Lyman-Kutcher-Burman model are positive.",
            value=(td50_gy, m, n),
            remedy="Give TD50 in Gy, m and n as published.",
        )
    uniform_gy = equivalent_uniform_gy(dose_gy, volumes_cm3, 1.0 / n)
    if uniform_gy is None:
        return None
    deviations = (uniform_gy - td50_gy) / (m * td50_gy)
    return 50.0 * math.erfc(-deviations / math.sqrt(2.0))
