"""Cycles with their measured organs come in; the nuclear result, with every choice that moves the answer, goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graybook.nuclear.biological import BiologicalDose
from graybook.nuclear.time_integrated import TimeIntegrated
from graybook.record import EvidenceGrade, MeanDose, OrganDoses
from graybook.report.nuclear_result import (
    ChainMemberResult,
    CycleResult,
    DoseChoice,
    ExponentialResult,
    OrganCycleResult,
    TimeIntegratedChoice,
    TimePointResult,
)
from graybook.tables.structure_names import tg263_name
from graybook.units import rounded_cm3, rounded_gy
from graybook.workflow.nuclear.biology import Biology
from graybook.workflow.nuclear.cycles import Cycle
from graybook.workflow.nuclear.measured import MeasuredOrgan

__all__ = ["FilledCycle", "cycle_result", "grade_of"]

DIGITS = 9
"""Significant digits of what is not a dose or volume: beyond a float's own noise, and the same on every machine."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FilledCycle:
    """A cycle with the doses of its organs.

    Parameters
    ----------
    measured
        By organ, from images.
    doses
        All mean doses of the phase, those of images first.
    biology
        By organ, of every one of the doses.
    """

    cycle: Cycle
    measured: Mapping[str, MeasuredOrgan]
    doses: OrganDoses
    biology: Mapping[str, Biology]


def grade_of(filled: FilledCycle) -> EvidenceGrade:
    """A with dose from images, structures and all; C by activity; D with nothing but that it was given."""
    if filled.measured:
        return EvidenceGrade.A
    return EvidenceGrade.C if filled.cycle.given.activity_gbq is not None else EvidenceGrade.D


def cycle_result(filled: FilledCycle) -> CycleResult:
    """One cycle."""
    cycle, given = filled.cycle, filled.cycle.given
    origins = {one.origin.value for one in filled.doses.doses}
    origin = "images" if "images" in origins else next(iter(sorted(origins)), "unknown")
    moment = given.started.isoformat() if given.started is not None else None
    return CycleResult(
        course=cycle.course.id,
        phase=cycle.phase.id,
        number=cycle.number,
        given=moment or (given.date.isoformat() if given.date is not None else None),
        nuclide=cycle.nuclide,
        agent=given.agent,
        activity_gbq=given.activity_gbq,
        extravasation_percent=given.extravasation_percent,
        evidence_grade=grade_of(filled).value,
        origin=origin,
        organs=[_organ(one, filled) for one in filled.doses.doses],
    )


def _organ(dose: MeanDose, filled: FilledCycle) -> OrganCycleResult:
    measured = filled.measured.get(dose.organ) if dose.origin.value == "images" else None
    biology = filled.biology[dose.organ]
    weighted = None
    if dose.rbe is not None and dose.mean_gy is not None:
        weighted = dose.mean_gy + (dose.rbe - 1.0) * dose.alpha_gy
    values: dict[str, object] = {
        "organ": dose.organ,
        "tg263": tg263_name(dose.organ),
        "dose_gy": rounded_gy(dose.mean_gy),
        "low_gy": rounded_gy(dose.low_gy),
        "high_gy": rounded_gy(dose.high_gy),
        "interval": dose.interval.value,
        "method": dose.method,
        "source": dose.source,
        "alpha_gy": rounded_gy(dose.alpha_gy),
        "rbe": dose.rbe,
        "rbe_weighted_gy": rounded_gy(weighted),
        **_biology(biology),
        **({} if measured is None else _measured(measured)),
    }
    return OrganCycleResult.model_validate(values)


def _biology(biology: Biology) -> dict[str, object]:
    low, high = biology.repair.half_time_h
    found: dict[str, object] = {
        "alpha_beta_gy": biology.alpha_beta.value_gy,
        "repair_half_time_h": low if low == high else None,
        "repair_source": biology.repair.source
        if low == high
        else f"{low:g} to {high:g} h: {biology.repair.source}",
    }
    dose: BiologicalDose | None = biology.dose
    if dose is None:
        return found
    return {
        **found,
        "g_factor": _digits(dose.g_factor),
        "bed_gy": rounded_gy(dose.bed_gy),
        "bed_low_gy": rounded_gy(dose.bed_low_gy),
        "bed_high_gy": rounded_gy(dose.bed_high_gy),
        "eqd2_gy": rounded_gy(dose.eqd2_gy),
        "eqd2_low_gy": rounded_gy(dose.eqd2_low_gy),
        "eqd2_high_gy": rounded_gy(dose.eqd2_high_gy),
    }


def _chain(found: MeasuredOrgan) -> list[ChainMemberResult]:
    return [
        ChainMemberResult(
            nuclide=one.nuclide,
            mbq_h=_exact(one.mbq_h),
            alpha_gy=rounded_gy(one.alpha_gy) or 0.0,
            electron_gy=rounded_gy(one.electron_gy) or 0.0,
            recoil_gy=rounded_gy(one.recoil_gy) or 0.0,
            photon_gy=rounded_gy(one.photon_gy) or 0.0,
        )
        for one in found.physical.chain.members
    ]


def _measured(found: MeasuredOrgan) -> dict[str, object]:
    curve, points = found.curve, found.points
    recovered = [one for one in points.points if one.recovery.source]
    sd = curve.used.relative_sd
    whole_sd = None if sd is None else (sd**2 + found.band.systematic_sd**2) ** 0.5 * curve.mbq_h
    own = curve.curve
    return {
        "tg263": points.structure.tg263,
        "volume_cm3": rounded_cm3(points.volume_cm3),
        "mass_g": _digits(found.physical.mass.mass_g),
        "recovery": _digits(sum(one.recovery.coefficient for one in recovered) / len(recovered))
        if recovered
        else None,
        "recovery_source": recovered[0].recovery.source if recovered else "",
        "time_points": [
            TimePointResult(
                hours=_exact(one.hours),
                activity_mbq=_exact(one.activity_mbq),
                sd_mbq=_exact(_point_sd(one.noise_share, found) * one.activity_mbq),
                image=one.image.series_uid,
            )
            for one in points.points
        ],
        "model": curve.used.model,
        "aicc": None if curve.fit is None else _digits(curve.fit.aicc),
        "exponentials": []
        if own is None
        else [
            ExponentialResult(amplitude_mbq=_exact(a), rate_per_h=_exact(rate))
            for a, rate in zip(own.amplitudes_mbq, own.rates_per_h, strict=True)
        ],
        "effective_half_life_h": None if own is None else _digits(own.effective_half_life_h),
        "time_integrated_mbq_h": _digits(curve.mbq_h),
        "time_integrated_sd_mbq_h": _digits(whole_sd),
        "time_integrated_choices": [_choice(one) for one in curve.choices],
        "chain": _chain(found) if found.physical.alpha_gy else [],
        "dose_choices": [
            DoseChoice(
                method=one.method, dose_gy=rounded_gy(one.dose_gy) or 0.0, used=place == 0, note=one.note
            )
            for place, one in enumerate(found.physical.options)
        ],
    }


def _point_sd(noise_share: float, found: MeasuredOrgan) -> float:
    """Of one time: chance, and what all times share. [-]"""
    return float((noise_share**2 + found.band.systematic_sd**2) ** 0.5)


def _choice(one: TimeIntegrated) -> TimeIntegratedChoice:
    at = "" if one.time_h is None else f"{one.time_h:.1f} h"
    notes = [note.value.replace("_", " ") for note in one.notes]
    return TimeIntegratedChoice(
        model=one.model,
        tail=one.tail,
        mbq_h=_exact(one.mbq_h),
        difference_percent=_exact(one.difference_percent),
        used=one.used,
        note=", ".join([*([at] if at else []), *notes]),
    )


def _digits(value: float | None) -> float | None:
    return None if value is None else _exact(value)


def _exact(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
