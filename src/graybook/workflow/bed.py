"""One dose and how it is given come in; its BED, its EQD2 and the model they rest on go out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite

import numpy as np

from graybook.errors import UsageError
from graybook.radiobiology import LinearQuadratic, Model, eqd2_of_bed_gy, eqdx_gy
from graybook.radiobiology.constant_rate import ConstantRate
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.incomplete_repair import IncompleteRepair
from graybook.radiobiology.repair import Repair

__all__ = ["Bed", "Given", "bed_of", "model_of"]


@dataclass(frozen=True, kw_only=True)
class Given:
    """
    How a dose is given; what is None was not said.

    Parameters
    ----------
    fractions, per_day, interval_h
        Number of fractions; fractions a day and the time between them. [h]
    effective_half_life_h, repair_half_life_h
        Of the dose rate, and of the damage. [h]
    duration_h
        How long the source stays; without an effective half-life, how long the rate is constant. [h]
    """

    fractions: int | None = None
    per_day: int | None = None
    interval_h: float | None = None
    effective_half_life_h: float | None = None
    repair_half_life_h: float | None = None
    duration_h: float | None = None

    def said(self) -> frozenset[str]:
        """Names of what was said."""
        return frozenset(one.name for one in fields(self) if getattr(self, one.name) is not None)


@dataclass(frozen=True, kw_only=True)
class Bed:
    """
    What one dose amounts to.

    Parameters
    ----------
    model
        The model that was used.
    bed_gy, eqd2_gy
        The results. [Gy]
    reference_fraction_gy, eqdx_gy
        Another reference fraction and the dose in it; None when 2 Gy was asked for. [Gy]
    g_factor, h_factor, left_over_night
        Share of the quadratic effect left by protraction; addition to it within a day; share of the damage that a night leaves.
    outside_validity
        Whether the model is extrapolated.
    """

    given: Given
    dose_gy: float
    alpha_beta_gy: float
    model: Model
    bed_gy: float
    eqd2_gy: float
    reference_fraction_gy: float | None
    eqdx_gy: float | None
    g_factor: float | None
    h_factor: float | None
    left_over_night: float | None
    outside_validity: bool


def bed_of(dose_gy: float, given: Given, *, alpha_beta_gy: float, reference_fraction_gy: float = 2.0) -> Bed:
    """
    BED and EQD2 of one dose.

    Parameters
    ----------
    dose_gy
        Total dose. [Gy]
    given
        How it is given.
    alpha_beta_gy
        Of the tissue. [Gy]
    reference_fraction_gy
        Fraction size of a further equieffective dose; 2 Gy asks for none. [Gy]

    Examples
    --------
    >>> found = bed_of(60.0, Given(fractions=30), alpha_beta_gy=10.0)
    >>> round(found.bed_gy, 6), round(found.eqd2_gy, 6), found.outside_validity
    (72.0, 60.0, False)
    """
    if not isfinite(dose_gy):
        raise UsageError("The dose is not a number.", value=dose_gy, remedy="Give the total dose in Gy.")
    model = model_of(given)
    dose = np.array(dose_gy)
    bed = model.bed_gy(dose, alpha_beta_gy=alpha_beta_gy)
    other = eqdx_gy(bed, alpha_beta_gy=alpha_beta_gy, reference_fraction_gy=reference_fraction_gy)
    asked = reference_fraction_gy != 2.0
    daily = model if isinstance(model, IncompleteRepair) else None
    return Bed(
        given=given,
        dose_gy=dose_gy,
        alpha_beta_gy=alpha_beta_gy,
        model=model,
        bed_gy=float(bed),
        eqd2_gy=float(eqd2_of_bed_gy(bed, alpha_beta_gy=alpha_beta_gy)),
        reference_fraction_gy=reference_fraction_gy if asked else None,
        eqdx_gy=float(other) if asked else None,
        g_factor=model.g_factor if isinstance(model, ConstantRate | DecayingSource) else None,
        h_factor=None if daily is None else daily.h_factor,
        left_over_night=None if daily is None else daily.left_over_night,
        outside_validity=bool(model.outside_validity(dose)),
    )


def model_of(given: Given) -> Model:
    """The model of a delivery; a :class:`UsageError` where too much or too little was said."""
    said = given.said()
    if given.fractions is not None:
        return _fractionated(given, said)
    _none_of(
        said & {"per_day", "interval_h"},
        "Fractions a day need their number.",
        "Add --fractions, or leave {} out.",
    )
    if not said:
        raise UsageError(
            "How the dose is given is not said.",
            remedy="Give --fractions, or --effective-half-life-h (or --duration-h) together with --repair-half-life-h.",
        )
    if given.repair_half_life_h is None:
        raise UsageError(
            "A protracted dose needs the half-time of repair.",
            value=_options(said),
            remedy="Add --repair-half-life-h, or give --fractions instead.",
        )
    repair = Repair.single(given.repair_half_life_h)
    if given.effective_half_life_h is not None:
        return DecayingSource(
            half_life_h=given.effective_half_life_h, repair=repair, duration_h=given.duration_h
        )
    if given.duration_h is None:
        raise UsageError(
            "A repair half-time says nothing of how the dose is given.",
            value=_options(said),
            remedy="Add --effective-half-life-h, --duration-h for a constant rate, or --fractions with --per-day.",
        )
    return ConstantRate(duration_h=given.duration_h, repair=repair)


def _fractionated(given: Given, said: frozenset[str]) -> Model:
    _none_of(
        said & {"effective_half_life_h", "duration_h"},
        "A dose is given in fractions or protracted, not both; a fraction counts as given at once.",
        "Leave out --fractions, or {}.",
    )
    daily = {"per_day", "interval_h", "repair_half_life_h"}
    if not said & daily or (said & daily == {"per_day"} and given.per_day == 1):
        return LinearQuadratic(fractions=given.fractions or 0)
    if given.per_day is None or given.interval_h is None or given.repair_half_life_h is None:
        raise UsageError(
            "Several fractions a day need their number a day, the interval and the repair half-time.",
            value=_options(said & daily),
            remedy=f"Add {_options(daily - said)}, or leave {_options(said & daily)} out.",
        )
    return IncompleteRepair(
        fractions=given.fractions or 0,
        per_day=given.per_day,
        interval_h=given.interval_h,
        repair_half_time_h=given.repair_half_life_h,
    )


def _none_of(found: frozenset[str], what: str, remedy: str) -> None:
    if found:
        raise UsageError(what, value=_options(found), remedy=remedy.format(_options(found)))


def _options(names: frozenset[str] | set[str]) -> str:
    return ", ".join("--" + one.name.replace("_", "-") for one in fields(Given) if one.name in names)
