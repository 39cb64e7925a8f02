"""One organ of one cycle comes in; what was measured of it, its dose with band and curve, and its BED, go out as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from graybook.errors import Cancelled, GraybookError
from graybook.files.nuclear_settings import OrganWish
from graybook.files.settings import Settings
from graybook.record import (
    AlphaBetaWish,
    DoseOrigin,
    Finding,
    IntervalKind,
    MeanDose,
    RepairWish,
    Severity,
)
from graybook.tables.nuclides import nuclide, nuclide_name
from graybook.workflow.nuclear.biology import Biology, biology_of
from graybook.workflow.nuclear.cycles import Cycle
from graybook.workflow.nuclear.organ_band import Band, organ_band
from graybook.workflow.nuclear.organ_curve import HalfLife, OrganCurve, organ_curve
from graybook.workflow.nuclear.organ_dose import OrganDose, VoxelDoses, organ_dose
from graybook.workflow.nuclear.organ_points import OrganPoints

__all__ = ["Assumed", "MeasuredOrgan", "measured_organ", "wish_for"]


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What people state beside the images: ``graybook.toml``, and assumptions of a run."""

    settings: Settings
    alpha_betas: Sequence[AlphaBetaWish] = ()
    repairs: Sequence[RepairWish] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredOrgan:
    """One organ in one cycle, measured on images."""

    points: OrganPoints
    curve: OrganCurve
    physical: OrganDose
    band: Band
    mean: MeanDose
    biology: Biology


def wish_for(organ: OrganPoints, cycle: Cycle, wishes: Sequence[OrganWish]) -> OrganWish | None:
    """The wish that speaks of an organ most closely: of its cycle before its nuclide before all; the later of two alike."""
    names = {organ.organ, organ.structure.name}
    fitting = [
        one
        for one in wishes
        if one.organ in names
        and one.cycle in (None, cycle.number)
        and (not one.nuclide or nuclide_name(one.nuclide) == cycle.nuclide)
    ]
    return max(fitting, key=lambda one: (one.cycle is not None, bool(one.nuclide)), default=None)


def measured_organ(
    points: OrganPoints,
    cycle: Cycle,
    known: HalfLife | None,
    assumed: Assumed,
    voxels: VoxelDoses,
) -> tuple[MeasuredOrgan | None, list[Finding]]:
    """The dose of an organ in one cycle, None with the reason where it cannot be had; what is to be said beside it."""
    wish = wish_for(points, cycle, assumed.settings.nuclear.organs)
    try:
        curve = organ_curve(points, wish, nuclide(cycle.nuclide).half_life_h, known)
    except Cancelled:
        raise
    except GraybookError as error:
        return None, [_unknown("nuclear_curve_unknown", points, cycle, error)]
    try:
        physical = organ_dose(points, curve, cycle.nuclide, wish, voxels)
    except Cancelled:
        raise
    except GraybookError as error:
        return None, [_unknown("nuclear_dose_unknown", points, cycle, error)]
    band = organ_band(points, curve, physical.mass, wish)
    mean = _mean_dose(points, curve, physical, band, wish)
    biology = biology_of(
        mean,
        points.structure,
        site=cycle.course.site,
        settings=assumed.settings,
        wish=wish,
        alpha_betas=assumed.alpha_betas,
        repairs=assumed.repairs,
    )
    found = MeasuredOrgan(
        points=points, curve=curve, physical=physical, band=band, mean=mean, biology=biology
    )
    return found, _said(found, cycle)


def _mean_dose(
    points: OrganPoints, curve: OrganCurve, physical: OrganDose, band: Band, wish: OrganWish | None
) -> MeanDose:
    dose_gy = physical.used.dose_gy
    low, high = band.of(dose_gy)
    return MeanDose(
        organ=points.organ,
        mean_gy=dose_gy,
        low_gy=min(low, dose_gy),
        high_gy=max(high, dose_gy),
        interval=IntervalKind.BAND,
        origin=DoseOrigin.IMAGES,
        method=physical.used.method,
        source=_measured_on(points),
        decaying=None if curve.curve is None else curve.curve.decaying(dose_gy / curve.mbq_h),
        half_life_h=curve.half_life_h,
        alpha_gy=physical.alpha_gy,
        rbe=None if wish is None else wish.rbe,
    )


def _measured_on(points: OrganPoints) -> str:
    """Kind and hours of the images, in no language: ``NM 4, 24, 72 h``."""
    kinds = "/".join(dict.fromkeys(one.image.facts.modality or "?" for one in points.points))
    return f"{kinds} {', '.join(f'{one.hours:.3g}' for one in points.points)} h"


def _unknown(code: str, points: OrganPoints, cycle: Cycle, error: GraybookError) -> Finding:
    params: dict[str, str | float | int | None] = {
        "organ": points.organ,
        "cycle": cycle.number,
        "why": str(error),
    }
    return Finding(code=code, severity=Severity.WARNING, subject=points.organ, params=params)


def _one_time(found: MeasuredOrgan, cycle: Cycle) -> Finding:
    """What an estimate from one time rests on."""
    known, between = found.curve.known, found.curve.half_life_h
    params: dict[str, str | float | int | None] = {
        "organ": found.points.organ,
        "cycle": cycle.number,
        "hours": f"{found.points.latest.hours:.1f}",
    }
    if known is None:
        low, high = between or (0.0, 0.0)
        params = {**params, "low": f"{low:.0f}", "high": f"{high:.0f}"}
        return Finding(code="nuclear_one_time_hanscheid", subject=found.points.organ, params=params)
    params["half_life"] = f"{known.hours:.1f}"
    if known.cycle is not None:
        params["other"] = known.cycle
        return Finding(code="nuclear_one_time_of_cycle", subject=found.points.organ, params=params)
    params["source"] = known.source
    return Finding(code="nuclear_one_time_of_source", subject=found.points.organ, params=params)


def _said(found: MeasuredOrgan, cycle: Cycle) -> list[Finding]:
    """What a reader must know of a dose that was computed."""
    organ, points = found.points.organ, found.points.points
    said: list[Finding] = []

    def tell(code: str, severity: Severity = Severity.WARNING, **params: str | float | int) -> None:
        values: Mapping[str, str | float | int] = {"organ": organ, **params}
        said.append(Finding(code=code, severity=severity, subject=organ, params=values))

    if found.curve.fit is None:
        said.append(_one_time(found, cycle))
    bare = [one for one in points if not one.recovery.source]
    if bare:
        percent = round(100.0 * (1.0 - exp(-max(one.recovery.sd_share for one in bare))), 1)
        tell("nuclear_recovery_missing", volume=found.points.volume_cm3, share=percent)
    if any(one.recovery.above_measured for one in points):
        tell("nuclear_recovery_extrapolated", Severity.INFO, volume=found.points.volume_cm3)
    if found.band.missing:
        tell("nuclear_errors_not_stated", Severity.INFO, what=", ".join(found.band.missing))
    if found.biology.repair.basis == "no entry" and found.biology.dose is not None:
        low, high = found.biology.repair.half_time_h
        tell("nuclear_repair_unknown", low=f"{low:g}", high=f"{high:g}")
    if found.mean.alpha_gy and found.mean.rbe is None:
        tell("nuclear_alpha_unweighted", alpha=found.mean.alpha_gy)
    return said
