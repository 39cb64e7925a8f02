"""Organs: courses with their doses and alignments come in; every structure's part of the result and its curves go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graybook.dvh.histogram import thinned
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress
from graybook.record import Finding, Refusal
from graybook.report.material import DvhCurve, StructureCurves
from graybook.report.result import Alternative, StructureResult
from graybook.workflow.alignment.anatomy import Organ
from graybook.workflow.organs.alpha_beta import AlphaBetaChoice
from graybook.workflow.organs.checks import checks_of
from graybook.workflow.organs.dose import eqd2_on_organ
from graybook.workflow.organs.reliance import Reliance, reliance, worst_use
from graybook.workflow.organs.repair import repair_of
from graybook.workflow.organs.repair_findings import repair_findings
from graybook.workflow.organs.result import (
    OrganDoses,
    bounds,
    course_doses,
    metrics_error,
    metrics_of_sum,
    point_sum,
)
from graybook.workflow.organs.samples import Setting, organ_doses
from graybook.workflow.organs.shift_envelope import envelope
from graybook.workflow.organs.shifted_doses import Shift

__all__ = ["AssessedOrgan", "assess_organs", "reassessed", "shifts_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AssessedOrgan:
    """One structure's result (None for one without a contour), its curves, and what is to be said of it.

    ``organ`` is where it stands in the union, ``choice`` the α/β it was computed at, ``doses`` every course on it, ``trusted`` how
    far each moved course may be: what limits and scenarios are computed from.
    """

    result: StructureResult | None
    curves: StructureCurves | None
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...] = ()
    frame: str = ""
    hottest_mm: FloatArray | None = None
    """Its hottest sample, xyz in ``frame``. [mm]"""
    organ: Organ | None = None
    choice: AlphaBetaChoice | None = None
    doses: OrganDoses | None = None
    trusted: Mapping[str, Reliance] = field(default_factory=dict)


def assess_organs(
    organs: Sequence[tuple[Organ, AlphaBetaChoice]], setting: Setting, progress: Progress
) -> tuple[AssessedOrgan, ...]:
    """Every structure in turn."""
    assessed = []
    for place, (organ, choice) in enumerate(organs):
        progress(organ.structure.name, place / len(organs))
        assessed.append(_assessed(organ, choice, setting))
    return tuple(assessed)


def _assessed(organ: Organ, choice: AlphaBetaChoice, setting: Setting) -> AssessedOrgan:
    findings = [] if choice.finding is None else [choice.finding]
    subject = organ.structure.name
    try:
        doses = organ_doses(organ, setting)
    except InputError as error:
        params = {"course": organ.course.label, "why": str(error)}
        refusal = Refusal(code="structure_unreadable", subject=subject, params=params)
        return AssessedOrgan(
            result=_empty(organ, choice, setting), curves=None, findings=(), refusals=(refusal,)
        )
    if doses is None:  # the reader has said that it has no closed contour
        return AssessedOrgan(result=None, curves=None, findings=())
    doses = doses.repairing(repair_of(organ.structure.tg263, setting.repairs))
    summed = _is_summed(organ, doses, setting)
    trusted = _trusted(organ, doses, setting) if summed and choice.value_gy is not None else {}
    result, curves = _result(organ, choice, doses, setting, trusted, summed=summed)
    findings += checks_of(organ, result, doses, setting.courses)
    if organ.structure.kind in ("organ", "other"):
        findings += repair_findings(organ.structure.name, doses, choice.value_gy)
    return AssessedOrgan(
        result=result,
        curves=curves,
        findings=tuple(findings),
        frame=doses.samples.frame,
        hottest_mm=_hottest_mm(doses, choice),
        organ=organ,
        choice=choice,
        doses=doses,
        trusted=trusted,
    )


def reassessed(
    assessed: AssessedOrgan, choice: AlphaBetaChoice, doses: OrganDoses, setting: Setting
) -> AssessedOrgan:
    """An organ at another α/β, or with other courses on it: nothing is sampled anew, and nothing said again."""
    if assessed.organ is None:
        return assessed
    result, curves = _result(
        assessed.organ,
        choice,
        doses,
        setting,
        assessed.trusted,
        summed=_is_summed(assessed.organ, doses, setting),
    )
    return replace(assessed, result=result, curves=curves, choice=choice, doses=doses)


def _is_summed(organ: Organ, doses: OrganDoses, setting: Setting) -> bool:
    return not setting.refused and organ.origin != "own anatomy" and bool(doses.mapped)


def _hottest_mm(doses: OrganDoses, choice: AlphaBetaChoice) -> FloatArray | None:
    if choice.value_gy is None or not doses.mapped:
        return None
    n = len(doses.samples.volumes_cm3)
    dose = eqd2_on_organ(doses.mapped, choice.value_gy, concurrent=frozenset()).low[:n]
    hottest: FloatArray = doses.samples.points_mm[int(np.argmax(dose))]
    return hottest


def _header(organ: Organ, choice: AlphaBetaChoice, setting: Setting) -> dict[str, object]:
    return {
        "name": organ.structure.name,
        "tg263": organ.structure.tg263,
        "kind": organ.structure.kind,
        "origin": organ.origin,
        "origin_course": organ.course.id,
        "alpha_beta_gy": choice.value_gy,
        "alpha_beta_basis": choice.basis,
        "alpha_beta_range_gy": choice.range_gy,
        "alpha_beta_source": choice.source,
        "lower_bound": not setting.complete,
    }


def _empty(organ: Organ, choice: AlphaBetaChoice, setting: Setting) -> StructureResult:
    return StructureResult.model_validate(
        {**_header(organ, choice, setting), "volume_cm3": None, "outside_grid_cm3": None}
    )


def _result(
    organ: Organ,
    choice: AlphaBetaChoice,
    doses: OrganDoses,
    setting: Setting,
    trusted: Mapping[str, Reliance],
    *,
    summed: bool,
) -> tuple[StructureResult, StructureCurves | None]:
    volumes = doses.samples.volumes_cm3
    uncovered = np.zeros(len(volumes), dtype=np.bool_)
    for on in doses.mapped:
        uncovered |= ~on.inside
    values = {
        **_header(organ, choice, setting),
        **({} if doses.repair is None else doses.repair.as_result),
        "volume_cm3": round(float(volumes.sum()), 6),
        "outside_grid_cm3": round(float(volumes[uncovered].sum()), 6),
        "courses": course_doses(doses, choice.value_gy),
    }
    if choice.value_gy is None:
        return StructureResult.model_validate(values), None
    values["point_sum"] = point_sum(
        doses, choice.value_gy, complete=setting.complete, concurrent=setting.order_unknown
    )
    if summed:
        use = worst_use(trusted)
        values |= {
            "use": "" if use is None else use.value,
            **_three_dimensional(choice, doses, trusted, setting),
        }
    return StructureResult.model_validate(values), _curves(organ, choice.value_gy, doses, setting)


def _trusted(organ: Organ, doses: OrganDoses, setting: Setting) -> dict[str, Reliance]:
    """How far each alignment that moves a dose is to be trusted at the organ, by course."""
    names = (setting.names.get(organ.key, organ.structure.name), organ.structure.name)
    return {
        one.dose.id: reliance(setting.alignments[one.dose.id], names, doses.samples)
        for one in setting.movable
    }


def _three_dimensional(
    choice: AlphaBetaChoice, doses: OrganDoses, trusted: Mapping[str, Reliance], setting: Setting
) -> dict[str, object]:
    assert choice.value_gy is not None  # noqa: S101  (the caller has asked)
    low, high = metrics_of_sum(doses, choice.value_gy)
    sampled = eqd2_on_organ(doses.mapped, choice.value_gy, concurrent=frozenset())
    values: dict[str, object] = {
        "cumulative": low,
        "cumulative_upper": high,
        "metrics_error": metrics_error(sampled.low[: len(doses.samples.volumes_cm3)], doses.samples),
        "printed_as_range": bounds(low, high),
    }
    if setting.order_unknown:
        values["concurrent"] = metrics_of_sum(doses, choice.value_gy, setting.order_unknown)[0]
    if choice.alternative_gy is not None:
        other = metrics_of_sum(doses, choice.alternative_gy)[0]
        values["alternative"] = Alternative(
            **other.model_dump(by_alias=True), alpha_beta_gy=choice.alternative_gy
        )
    shifts = shifts_of(trusted, setting)
    values["envelope"] = None if shifts is None else envelope(doses, shifts, choice.value_gy)
    return values


def shifts_of(trusted: Mapping[str, Reliance], setting: Setting) -> tuple[Shift, ...] | None:
    """How far each moved course may lie off at an organ; None where nothing supports an error of one of them."""
    shifts = tuple(
        Shift(course=one, mm=trust.shift_mm, assumed=trust.assumed)
        for one in setting.movable
        if (trust := trusted[one.dose.id]).shift_mm is not None
    )
    return shifts if len(shifts) == len(setting.movable) else None


def _curves(organ: Organ, alpha_beta_gy: float, doses: OrganDoses, setting: Setting) -> StructureCurves:
    volumes = doses.samples.volumes_cm3
    n = len(volumes)

    def curve(course: str, dose_gy: FloatArray) -> DvhCurve:
        found = thinned(dose_gy[:n], volumes)
        return DvhCurve(
            course=course,
            dose_gy=found.dose_gy,
            volume_percent=100.0 * found.volume_cm3 / float(volumes.sum()),
        )

    curves = [curve(on.id, on.eqd2(alpha_beta_gy).low) for on in doses.mapped]
    if not setting.refused and organ.origin != "own anatomy" and doses.mapped:
        interval = eqd2_on_organ(doses.mapped, alpha_beta_gy, concurrent=frozenset())
        curves.append(curve("cumulative", interval.low))
        if not interval.is_certain:
            curves.append(curve("cumulative_upper", interval.high))
    return StructureCurves(structure=organ.structure.name, curves=tuple(curves))
