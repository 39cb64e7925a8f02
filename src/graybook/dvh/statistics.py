"""Statistics: doses of weighted samples come in; near-maximum, dose at a share, mean, gEUD and extremes go out.

**Which quantile.** D_v is the largest dose that samples of at least v cm³ together reach: the step function, not
a line drawn between its corners. Two reasons. It keeps rule 10 exact: where a + b exceeds D_{v/2}(a) + D_{v/2}(b),
a exceeds D_{v/2}(a) or b exceeds D_{v/2}(b), and both sets are smaller than v/2, so
D_v(a + b) <= D_{v/2}(a) + D_{v/2}(b) holds for every pair of doses on the same samples; interpolating between
corners breaks it by up to the distance of neighbouring values. And it costs no accuracy: the samples of
:mod:`graybook.dvh.sampling` lie so that their doses are dense on every axis, and a corner is at most one sample's
volume wide (under 1/100 of 0.03 cm³ in an organ of 100 cm³), while a line between corners would add nothing that is known.
V and D are each other's inverse in the same sense: D_v >= d exactly when V(d) >= v, for every d and v. So D_v falls as v
grows, V falls as d grows, V(D_v) is at least v, and V(D(V(d))) is V(d).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.dvh._kernels.quantiles import highest_share, highest_shares
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray

__all__ = [
    "SLACK",
    "dose_at_percent_gy",
    "equivalent_uniform_gy",
    "homogeneity",
    "max_gy",
    "mean_gy",
    "median_gy",
    "min_gy",
    "near_maxima_gy",
    "near_maximum_gy",
    "volume_above_cm3",
    "volume_below_cm3",
]

SLACK = 1e-9
"""Relative slack of a volume reached, for round-off: three samples of 0.01 cm³ are 0.03 cm³."""


def near_maximum_gy(dose_gy: FloatArray, volumes_cm3: FloatArray, volume_cm3: float) -> float | None:
    """The dose that the hottest ``volume_cm3`` receive at least, D_v; None when the structure is smaller. [Gy]

    Parameters
    ----------
    dose_gy
        Doses (n,). [Gy]
    volumes_cm3
        Volumes (n,) of the samples. [cm³]
    volume_cm3
        v. [cm³]

    Examples
    --------
    >>> near_maximum_gy(np.array([5.0, 50.0, 50.0]), np.array([9.96, 0.02, 0.02]), 0.03)
    50.0
    >>> near_maximum_gy(np.array([5.0]), np.array([0.01]), 0.03) is None
    True
    """
    dose, volumes = _checked(dose_gy, volumes_cm3)
    if not volume_cm3 > 0.0:
        raise UsageError(
            "A near-maximum needs a volume above zero.",
            value=volume_cm3,
            remedy="Use max for the point maximum.",
        )
    if volumes.sum() * (1.0 + SLACK) < volume_cm3:
        return None
    return float(highest_share(dose, volumes, volume_cm3 * (1.0 - SLACK)))


def near_maxima_gy(
    dose_gy: FloatArray, volumes_cm3: FloatArray, of_cm3: Sequence[float]
) -> tuple[float | None, ...]:
    """:func:`near_maximum_gy` of several volumes, at little more than the cost of one. [Gy]

    Examples
    --------
    >>> near_maxima_gy(np.array([5.0, 50.0, 50.0]), np.array([9.96, 0.02, 0.02]), [0.03, 0.1, 20.0])
    (50.0, 5.0, None)
    """
    dose, volumes = _of_one_length(dose_gy, volumes_cm3)
    if not all(one > 0.0 for one in of_cm3):
        raise UsageError(
            "A near-maximum needs a volume above zero.",
            value=list(of_cm3),
            remedy="Use max for the point maximum.",
        )
    low, high = float(dose.min(initial=np.inf)), float(dose.max(initial=-np.inf))
    if not np.isfinite(high - low):
        _check_finite(dose)
    total = float(volumes.sum())
    most = total * (1.0 + SLACK)
    asked = np.array([one for one in of_cm3 if one <= most]) * (1.0 - SLACK)
    found = np.empty(len(asked))
    if len(asked):
        highest_shares(dose, volumes, low, high, total, asked, found)
    values = iter(found.tolist())
    return tuple(next(values) if one <= most else None for one in of_cm3)


def dose_at_percent_gy(dose_gy: FloatArray, volumes_cm3: FloatArray, percent: float) -> float | None:
    """The dose that the hottest ``percent`` % of the volume receive at least, D_p%; None without samples. [Gy]

    Examples
    --------
    >>> dose_at_percent_gy(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4), 75.0)
    2.0
    """
    if not 0.0 < percent <= 100.0:
        raise UsageError(
            "A share of the volume lies above 0 and up to 100 %.",
            value=percent,
            remedy="Use min or max for the ends.",
        )
    total = float(np.sum(volumes_cm3))
    return near_maximum_gy(dose_gy, volumes_cm3, total * percent / 100.0) if total > 0.0 else None


def median_gy(dose_gy: FloatArray, volumes_cm3: FloatArray) -> float | None:
    """The dose that the hotter half of the volume receives at least; None without samples. [Gy]"""
    return dose_at_percent_gy(dose_gy, volumes_cm3, 50.0)


def mean_gy(dose_gy: FloatArray, volumes_cm3: FloatArray) -> float | None:
    """The mean over the volume; None without samples. [Gy]

    Examples
    --------
    >>> mean_gy(np.array([1.0, 4.0]), np.array([2.0, 1.0]))
    2.0
    """
    dose, volumes = _checked(dose_gy, volumes_cm3)
    total = float(volumes.sum())
    return float((dose * volumes).sum()) / total if total > 0.0 else None


def equivalent_uniform_gy(dose_gy: FloatArray, volumes_cm3: FloatArray, exponent: float) -> float | None:
    """The generalised equivalent uniform dose, (Σ v_i D_i^a)^(1/a) with Σ v_i = 1; None without samples. [Gy]

    Large positive a lean to the hottest part (serial organs), negative a to the coldest (targets), a = 1 is the mean. With a
    negative a, any part without dose makes it 0, the limit. A negative dose counts as none.

    Parameters
    ----------
    dose_gy
        Doses (n,). [Gy]
    volumes_cm3
        Volumes (n,) of the samples. [cm³]
    exponent
        a, not 0.

    References
    ----------
    Niemierko A, A generalized concept of equivalent uniform dose (EUD), Med Phys 26 (1999) 1100 (abstract).
    Wu Q et al., Int J Radiat Oncol Biol Phys 52 (2002) 224.

    Examples
    --------
    >>> equivalent_uniform_gy(np.array([1.0, 7.0]), np.ones(2), 2.0)
    5.0
    >>> equivalent_uniform_gy(np.array([2.0, 6.0]), np.ones(2), -1.0)
    3.0
    """
    dose, volumes = _checked(dose_gy, volumes_cm3)
    if not np.isfinite(exponent) or exponent == 0.0:
        raise UsageError(
            "The exponent of a gEUD is a number other than 0.",
            value=exponent,
            remedy="Use max or min for the limits, mean for a = 1.",
        )
    total = float(volumes.sum())
    if total <= 0.0:
        return None
    dose, volumes = np.maximum(dose[volumes > 0.0], 0.0), volumes[volumes > 0.0]
    scale = float(dose.max() if exponent > 0.0 else dose.min())  # no power overflows
    if scale <= 0.0:
        return 0.0
    power = float((volumes * (dose / scale) ** exponent).sum()) / total
    return scale * float(np.exp(np.log(power) / exponent))


def homogeneity(dose_gy: FloatArray, volumes_cm3: FloatArray) -> float | None:
    """The homogeneity index of ICRU 83, (D2% - D98%) / D50%, 0 when even; None without samples or where D50% is 0.

    References
    ----------
    ICRU Report 83, J ICRU 10(1) (2010), doi 10.1093/jicru/ndq002.

    Examples
    --------
    >>> homogeneity(np.array([45.0, 50.0, 60.0]), np.ones(3))
    0.3
    """
    near_max, near_min, middle = (dose_at_percent_gy(dose_gy, volumes_cm3, p) for p in (2.0, 98.0, 50.0))
    if near_max is None or near_min is None or middle is None or middle <= 0.0:
        return None
    return (near_max - near_min) / middle


def min_gy(dose_gy: FloatArray, extreme_dose_gy: FloatArray | None = None) -> float | None:
    """The lowest dose in the interior samples and on the surface; None without either. [Gy]"""
    found = [float(np.min(doses)) for doses in (dose_gy, extreme_dose_gy) if doses is not None and len(doses)]
    return min(found) if found else None


def max_gy(dose_gy: FloatArray, extreme_dose_gy: FloatArray | None = None) -> float | None:
    """The highest dose in the interior samples and on the surface; None without either. [Gy]"""
    found = [float(np.max(doses)) for doses in (dose_gy, extreme_dose_gy) if doses is not None and len(doses)]
    return max(found) if found else None


def volume_above_cm3(dose_gy: FloatArray, volumes_cm3: FloatArray, threshold_gy: float) -> float:
    """The volume that receives at least ``threshold_gy``. [cm³]

    Examples
    --------
    >>> volume_above_cm3(np.array([10.0, 20.0, 30.0]), np.ones(3), 20.0)
    2.0
    """
    dose, volumes = _checked(dose_gy, volumes_cm3)
    return float(volumes[dose >= threshold_gy].sum())


def volume_below_cm3(dose_gy: FloatArray, volumes_cm3: FloatArray, threshold_gy: float) -> float:
    """The volume that receives less than ``threshold_gy``: the critical volume of rule 13. [cm³]"""
    dose, volumes = _checked(dose_gy, volumes_cm3)
    return float(volumes[dose < threshold_gy].sum())


def _checked(dose_gy: FloatArray, volumes_cm3: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Doses and volumes as float64 arrays of one length, every dose finite."""
    dose, volumes = _of_one_length(dose_gy, volumes_cm3)
    if not np.isfinite(dose.sum()):
        _check_finite(dose)
    return dose, volumes


def _of_one_length(dose_gy: FloatArray, volumes_cm3: FloatArray) -> tuple[FloatArray, FloatArray]:
    dose = np.ascontiguousarray(dose_gy, dtype=np.float64)
    volumes = np.ascontiguousarray(volumes_cm3, dtype=np.float64)
    if dose.ndim != 1 or dose.shape != volumes.shape:
        raise UsageError(
            "Doses and volumes of the samples disagree.",
            value=(dose.shape, volumes.shape),
            remedy="Give one dose and one volume per sample.",
        )
    return dose, volumes


def _check_finite(dose: FloatArray) -> None:
    if not np.all(np.isfinite(dose)):
        raise UsageError(
            "A sample has a dose that is not a number.",
            value=float(dose[~np.isfinite(dose)][0]),
            remedy="Check the dose grid.",
        )
