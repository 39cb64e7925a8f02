"""Biological: the mean dose of one phase, its course in time and ranges of repair come in; BED and EQD2 as intervals go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, inf, sqrt

import numpy as np

from graybook.errors import InputError, NotComparable, UsageError
from graybook.geometry.arrays import FloatArray
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.equieffective import eqd2_of_bed_gy
from graybook.radiobiology.exponential_sum import ExponentialSum
from graybook.radiobiology.lea_catcheside import DALE, extrapolated, protracted_bed_gy
from graybook.radiobiology.model import alpha_beta
from graybook.radiobiology.repair import Repair, decay_constant
from graybook.record.delivery import Decaying
from graybook.record.organ_doses import MeanDose

__all__ = ["ALPHA_SOURCE", "SOURCE", "BiologicalDose", "bed_per_voxel_gy", "biological_dose", "sum_of_cycles"]

SOURCE = DALE

ALPHA_SOURCE = "assumption: the effect of α particles grows with dose alone (no term in dose squared)"
"""Why the α share has no quadratic term; an RBE is a person's own and stands beside."""

_SAME_DOSE = 1e-3


@dataclass(frozen=True, kw_only=True)
class BiologicalDose:
    """BED and EQD2 of one organ from one phase, or of several phases each on its own and then summed.

    Parameters
    ----------
    bed_gy, bed_low_gy, bed_high_gy
        At the best dose; at the lower end of the dose with the smallest G; at the upper end with the largest G. The best value is
        None where the dose is only an interval, or nothing is known of its course in time. [Gy]
    eqd2_gy, eqd2_low_gy, eqd2_high_gy
        The same in 2 Gy fractions. [Gy]
    g_factor, g_low, g_high
        Lea-Catcheside factor. None of a sum of phases: each has its own.
    alpha_gy
        Share by α particles in these numbers, counted once, gray for gray. [Gy]
    rbe, bed_rbe_weighted_gy
        RBE that a person set for that share, and BED with it; None without one. Never part of ``bed_gy``.
    extrapolated
        G·D exceeds the fraction up to which the linear-quadratic model was validated.
    phases
        How many phases are in it.
    """

    bed_gy: float | None
    bed_low_gy: float
    bed_high_gy: float
    eqd2_gy: float | None
    eqd2_low_gy: float
    eqd2_high_gy: float
    g_factor: float | None
    g_low: float | None
    g_high: float | None
    alpha_beta_gy: float
    repair_half_time_h: tuple[float, float]
    alpha_gy: float = 0.0
    rbe: float | None = None
    bed_rbe_weighted_gy: float | None = None
    extrapolated: bool = False
    phases: int = 1


def biological_dose(
    dose: MeanDose, *, alpha_beta_gy: float, repair_half_time_h: tuple[float, float]
) -> BiologicalDose:
    r"""
    BED and EQD2 of the mean dose that one phase gave an organ.

    .. math::

        \mathrm{BED} = D_\alpha + D_\beta \left(1 + G \frac{D_\beta}{\alpha/\beta}\right), \qquad
        \mathrm{EQD2} = \frac{\mathrm{BED}}{1 + 2/(\alpha/\beta)}

    BED grows with dose and with G, and G with the repair half-time and with the speed of the delivery, so that the ends of the
    interval are BED at the ends of all three. Where the curve was measured, G comes from it; else from both ends of the effective
    half-life; where nothing is known of the course in time, G is anything from 0 to 1.

    One call is one phase: one administration. G of a dose holds for that dose given in one go, so doses of several
    administrations are never added before this; :func:`sum_of_cycles` adds their BED after it.

    The α share has no quadratic term: an assumption (tracks are so dense that one is enough), as is that both shares act
    independently of each other. Without an RBE it is counted gray for gray, and with one the weighted value stands beside.

    Parameters
    ----------
    dose
        Of one phase. The α share keeps its proportion over the interval.
    alpha_beta_gy
        Of the tissue. [Gy]
    repair_half_time_h
        Shortest and longest half-time of repair to reckon with; the best value is at their geometric mean. [h]

    References
    ----------
    Lea and Catcheside 1942, J Genet 44:216-245; Dale 1985, Br J Radiol 58:515-528.

    Examples
    --------
    A kidney, 23 Gy with an effective half-life of 50 h:

    >>> from graybook.record.organ_doses import DoseOrigin, IntervalKind
    >>> kidney = MeanDose(
    ...     organ="Kidney_L", mean_gy=23.0, low_gy=23.0, high_gy=23.0, interval=IntervalKind.POINT,
    ...     origin=DoseOrigin.STATED, half_life_h=(50.0, 50.0),
    ... )
    >>> found = biological_dose(kidney, alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    >>> round(found.bed_gy, 3), round(found.eqd2_gy, 3), round(found.g_factor, 6)
    (33.79, 19.098, 0.05303)
    """
    ratio = alpha_beta(alpha_beta_gy)
    g_low, g_best, g_high = _g_factors(dose, _checked_repair(repair_half_time_h))
    alpha = _alpha_share(dose)
    low, high = _bed(dose.low_gy, alpha, g_low, ratio), _bed(dose.high_gy, alpha, g_high, ratio)
    known = dose.mean_gy is not None and g_best is not None
    best = (
        _bed(dose.mean_gy, alpha, g_best, ratio) if dose.mean_gy is not None and g_best is not None else None
    )
    weighted = None
    if known and best is not None and dose.rbe is not None and dose.mean_gy is not None:
        weighted = best + (dose.rbe - 1.0) * alpha * dose.mean_gy
    return BiologicalDose(
        bed_gy=best,
        bed_low_gy=low,
        bed_high_gy=high,
        eqd2_gy=None if best is None else _eqd2(best, ratio),
        eqd2_low_gy=_eqd2(low, ratio),
        eqd2_high_gy=_eqd2(high, ratio),
        g_factor=g_best,
        g_low=g_low,
        g_high=g_high,
        alpha_beta_gy=ratio,
        repair_half_time_h=repair_half_time_h,
        alpha_gy=dose.alpha_gy,
        rbe=dose.rbe,
        bed_rbe_weighted_gy=weighted,
        extrapolated=bool(extrapolated(np.array(dose.high_gy * (1.0 - alpha)), g_high)),
    )


def sum_of_cycles(cycles: Sequence[BiologicalDose]) -> BiologicalDose:
    """
    Sum of the BED of phases, each with its own G: what several administrations come to.

    Holds where the phases lie far apart against repair and decay. The ends are added as they stand: errors that cycles share
    (calibration, volume, α/β) are not averaged away.

    Examples
    --------
    Four cycles of 6 Gy to a kidney; 24 Gy put into one formula would give 35.75 Gy:

    >>> from graybook.record.organ_doses import DoseOrigin, IntervalKind
    >>> cycle = MeanDose(
    ...     organ="Kidney_L", mean_gy=6.0, low_gy=6.0, high_gy=6.0, interval=IntervalKind.POINT,
    ...     origin=DoseOrigin.STATED, half_life_h=(50.0, 50.0),
    ... )
    >>> one = biological_dose(cycle, alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    >>> round(sum_of_cycles([one] * 4).bed_gy, 3)
    26.937
    """
    if not cycles:
        raise UsageError("A sum of no cycles has no BED.", remedy="Give the BED of at least one cycle.")
    first = cycles[0]
    if any(
        (one.alpha_beta_gy, one.repair_half_time_h) != (first.alpha_beta_gy, first.repair_half_time_h)
        for one in cycles
    ):
        raise NotComparable(
            "BED of different α/β or repair cannot be added.",
            value=[(one.alpha_beta_gy, one.repair_half_time_h) for one in cycles],
            remedy="Compute each cycle with the same α/β and repair half-times.",
        )
    best = _total([one.bed_gy for one in cycles])
    low, high = fsum(one.bed_low_gy for one in cycles), fsum(one.bed_high_gy for one in cycles)
    ratio = first.alpha_beta_gy
    return BiologicalDose(
        bed_gy=best,
        bed_low_gy=low,
        bed_high_gy=high,
        eqd2_gy=None if best is None else _eqd2(best, ratio),
        eqd2_low_gy=_eqd2(low, ratio),
        eqd2_high_gy=_eqd2(high, ratio),
        g_factor=None,
        g_low=None,
        g_high=None,
        alpha_beta_gy=ratio,
        repair_half_time_h=first.repair_half_time_h,
        alpha_gy=fsum(one.alpha_gy for one in cycles),
        rbe=first.rbe if len({one.rbe for one in cycles}) == 1 else None,
        bed_rbe_weighted_gy=_weighted_total(cycles),
        extrapolated=any(one.extrapolated for one in cycles),
        phases=sum(one.phases for one in cycles),
    )


def bed_per_voxel_gy(decaying: Decaying, *, alpha_beta_gy: float, repair_half_time_h: float) -> FloatArray:
    r"""
    BED in each voxel, whose dose rate is a sum of exponentials of its own amplitudes and shared rates.

    .. math:: \mathrm{BED} = D + \frac{2}{\alpha/\beta} \sum_{ij} \frac{a_i a_j}{(\lambda_i + \lambda_j)(\lambda_i + \mu)}

    Parameters
    ----------
    decaying
        Amplitudes (..., n exponentials) [Gy/h] and rates (n exponentials,). [1/h]
    alpha_beta_gy
        Of the tissue. [Gy]
    repair_half_time_h
        One half-time of repair. [h]

    Returns
    -------
    Of the amplitudes' shape without its last axis. [Gy]

    Examples
    --------
    >>> rate = np.log(2) / 50
    >>> voxels = Decaying(amplitudes_gy_per_h=np.array([[23.0], [6.0]]) * rate, rates_per_h=np.array([rate]))
    >>> bed_per_voxel_gy(voxels, alpha_beta_gy=2.6, repair_half_time_h=2.8).round(3).tolist()
    [33.79, 6.734]
    """
    amplitudes = np.asarray(decaying.amplitudes_gy_per_h, dtype=np.float64)
    rates = np.asarray(decaying.rates_per_h, dtype=np.float64)
    if rates.ndim != 1 or amplitudes.shape[-1:] != rates.shape or not bool((rates > 0).all()):
        raise UsageError(
            "Amplitudes of voxels do not fit their rates.",
            value=(amplitudes.shape, rates.tolist()),
            remedy="Give one amplitude for each rate on the last axis, and rates above 0 in 1/h.",
        )
    dose = (amplitudes / rates).sum(axis=-1)
    repair = decay_constant(repair_half_time_h)
    quadratic = np.zeros(dose.shape)
    for i, first in enumerate(rates):
        for j, second in enumerate(rates):
            quadratic += amplitudes[..., i] * amplitudes[..., j] / ((first + second) * (first + repair))
    return np.asarray(dose + 2.0 * quadratic / alpha_beta(alpha_beta_gy))


def _checked_repair(repair_half_time_h: tuple[float, float]) -> tuple[float, float, float]:
    """Shortest, best and longest half-time of repair. [h]"""
    short, long = repair_half_time_h
    if not 0.0 <= short <= long < inf:
        raise UsageError(
            "The half-times of repair are not a range.",
            value=repair_half_time_h,
            remedy="Give the shortest and the longest in hours; the same twice where there is only one.",
        )
    return short, sqrt(short * long), long


def _g_factors(dose: MeanDose, repair_h: tuple[float, float, float]) -> tuple[float, float | None, float]:
    """Smallest, best and largest factor G."""
    short, best, long = (Repair.single(one) for one in repair_h)
    if dose.high_gy == 0:
        return 0.0, 0.0, 1.0
    if dose.decaying is not None:
        return _g_of_curve(dose, short), _g_of_curve(dose, best), _g_of_curve(dose, long)
    if dose.half_life_h is None:
        return 0.0, None, 1.0
    fast, slow = dose.half_life_h
    if not 0.0 < fast <= slow < inf:
        raise InputError(
            f"The effective half-lives of {dose.organ} are not a range.",
            value=dose.half_life_h,
            remedy="Give the shortest and the longest in hours, above 0.",
        )
    return (
        DecayingSource(half_life_h=slow, repair=short).g_factor,
        DecayingSource(half_life_h=sqrt(fast * slow), repair=best).g_factor,
        DecayingSource(half_life_h=fast, repair=long).g_factor,
    )


def _g_of_curve(dose: MeanDose, repair: Repair) -> float:
    curve = dose.decaying
    if curve is None or curve.amplitudes_gy_per_h.ndim != 1:
        raise NotComparable(
            f"The dose rate of {dose.organ} differs from voxel to voxel; its mean dose has no G of its own.",
            value=None if curve is None else curve.amplitudes_gy_per_h.shape,
            remedy="Give the curve of the organ's mean, or take BED voxel by voxel.",
        )
    model = ExponentialSum(
        amplitudes=tuple(curve.amplitudes_gy_per_h.tolist()),
        rates_per_h=tuple(curve.rates_per_h.tolist()),
        repair=repair,
    )
    total = fsum((curve.amplitudes_gy_per_h / curve.rates_per_h).tolist())
    stated = dose.high_gy if dose.mean_gy is None else dose.mean_gy
    if abs(total - stated) > _SAME_DOSE * max(total, stated):
        raise InputError(
            f"The dose of {dose.organ} is not the integral of its dose rate.",
            value=f"{stated:g} Gy stated, {total:g} Gy integrated",
            remedy="Give a dose rate whose integral over all time is the dose.",
        )
    return model.g_factor


def _alpha_share(dose: MeanDose) -> float:
    """Share of the dose by α particles, from 0 to 1."""
    whole = dose.high_gy if dose.mean_gy is None else dose.mean_gy
    if not 0.0 <= dose.alpha_gy <= whole * (1.0 + 1e-9):
        raise InputError(
            f"The share of α particles in the dose of {dose.organ} is larger than the dose, or below 0.",
            value=f"{dose.alpha_gy:g} of {whole:g} Gy",
            remedy="Give the α share in Gy, as part of the mean dose.",
        )
    if dose.rbe is not None and not 0.0 < dose.rbe < inf:
        raise InputError(
            f"The RBE of {dose.organ} must be above 0.", value=dose.rbe, remedy="Give it as a plain number."
        )
    return min(dose.alpha_gy / whole, 1.0) if whole > 0 else 0.0


def _bed(dose_gy: float, alpha_share: float, g_factor: float, ratio: float) -> float:
    low_let = np.array(dose_gy * (1.0 - alpha_share))
    return dose_gy * alpha_share + float(protracted_bed_gy(low_let, g_factor, alpha_beta_gy=ratio))


def _eqd2(bed: float, ratio: float) -> float:
    return float(eqd2_of_bed_gy(np.array(bed), alpha_beta_gy=ratio))


def _weighted_total(cycles: Sequence[BiologicalDose]) -> float | None:
    """RBE-weighted BED of all cycles; None where no RBE is set, or one with α particles has none."""
    if all(one.rbe is None for one in cycles):
        return None
    return _total([one.bed_gy if one.alpha_gy == 0 else one.bed_rbe_weighted_gy for one in cycles])


def _total(values: Sequence[float | None]) -> float | None:
    """Sum of values that are all known."""
    known = [one for one in values if one is not None]
    return fsum(known) if len(known) == len(values) else None
