"""Physical DVH: a folder comes in; every plan's dose over its own structures, beside the planning system's, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graybook.dicom.facts import DoseFacts, DvhFacts
from graybook.dvh.isodose import FieldVolumes
from graybook.dvh.metrics import Metric, evaluate, metric_errors
from graybook.dvh.refinement import StructureDoses, structure_doses
from graybook.dvh.sampling import StructureSamples
from graybook.dvh.statistics import max_gy, mean_gy, min_gy
from graybook.errors import InputError
from graybook.geometry import FieldSamples, GridField
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress, silent
from graybook.record import Finding, Refusal, Structure
from graybook.record.assessment import Param
from graybook.units import rounded_gy
from graybook.workflow.folder.plan_doses import SESSIONS
from graybook.workflow.folder.planned import PlannedDose
from graybook.workflow.folder.scale import scale_of
from graybook.workflow.folder.scan import PersonScan, scan

if TYPE_CHECKING:
    from graybook.workflow.folder.curves import PhysicalCurves

__all__ = ["DosedStructure", "PhysicalDvhs", "PlanDvhs", "physical_dvhs"]


@dataclass(frozen=True, kw_only=True)
class DosedStructure:
    """Physical dose of all planned fractions on one structure. [Gy, cm³]

    ``upper`` holds the same figures at the upper end of rule 9 where part of the structure lies outside the grid;
    ``metrics_error`` the sampling error of each metric, in its own unit, None where nothing is sampled.
    """

    name: str
    volume_cm3: float | None
    outside_grid_cm3: float | None
    min_gy: float | None
    mean_gy: float | None
    max_gy: float | None
    metrics: dict[str, float | None]
    metrics_error: dict[str, float | None]
    upper: dict[str, float | None] | None
    tps: dict[str, float | None] | None


@dataclass(frozen=True, kw_only=True)
class PlanDvhs:
    """One plan, or one dose without a plan."""

    id: str
    label: str | None
    person: str
    quantity: str
    structures: tuple[DosedStructure, ...]


@dataclass(frozen=True, kw_only=True)
class PhysicalDvhs:
    """All plans of a folder, and what must be said."""

    plans: tuple[PlanDvhs, ...]
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(kw_only=True)
class _Said:
    curves: PhysicalCurves | None = None
    findings: list[Finding] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def physical_dvhs(
    folder: Path,
    metrics: Sequence[Metric] = (),
    progress: Progress = silent,
    *,
    names: Path | None = None,
    curves: PhysicalCurves | None = None,
) -> PhysicalDvhs:
    """
    DVH figures of every plan with a dose over its own structures; doses of different plans are never added.

    Parameters
    ----------
    folder
        A folder tree or zip of DICOM, of one or many persons.
    metrics
        Parsed by :func:`graybook.dvh.metrics.parse`; their texts are the keys of ``metrics``.
    progress
        Told of every plan.
    names
        A centre's file of structure names.
    curves
        Keeps the whole curve of every structure too.
    """
    said = _Said(curves=curves)
    plans = []
    scanned = scan(folder, progress, names=names)
    scanned.require_settings()
    said.findings += scanned.findings
    for person in scanned.persons:
        said.findings += person.findings
        said.refusals += person.refusals
        said.refusals += person.identity_refusals
        for planned in person.planned:
            progress(planned.name)
            plan = _plan(planned, person, metrics, said)
            if plan is not None:
                plans.append(plan)
    return PhysicalDvhs(plans=tuple(plans), findings=tuple(said.findings), refusals=tuple(said.refusals))


def _plan(
    planned: PlannedDose, person: PersonScan, metrics: Sequence[Metric], said: _Said
) -> PlanDvhs | None:
    if planned.volume is None:
        return None
    try:
        dose = GridField(grid=planned.volume.grid, values=planned.volume.voxels())
    except InputError as error:
        params = {"phase": planned.name, "course": planned.name, "why": str(error)}
        said.refusals.append(Refusal(code="dose_unreadable", subject=planned.id, params=params))
        return None
    scale = scale_of(planned, dose)
    said.findings += scale.findings
    said.refusals += scale.refusals
    structures = () if planned.structures is None else planned.structures.structures
    owner = person.ids[0] if person.ids else ""
    if said.curves is not None:
        said.curves.begin(planned, owner)
    found = []
    isodoses = FieldVolumes(field=dose)
    for structure in structures:
        dosed = _structure(structure, dose, isodoses, planned, metrics, said)
        if dosed is not None:
            found.append(dosed)
    return PlanDvhs(
        id=planned.id,
        label=planned.label,
        person=owner,
        quantity=planned.volume.quantity.value,
        structures=tuple(found),
    )


def _structure(
    structure: Structure,
    dose: GridField,
    isodoses: FieldVolumes,
    planned: PlannedDose,
    metrics: Sequence[Metric],
    said: _Said,
) -> DosedStructure | None:
    params: dict[str, Param] = {"course": planned.name}
    try:
        contours = structure.contours()
        if contours.is_empty:
            return None  # the reader has said that it has no closed contour
        if contours.frame != dose.frame:
            code = "structure_in_other_frame"
            said.refusals.append(
                Refusal(code=code, subject=structure.name, params={**params, "frame": contours.frame})
            )
            return None
        doses = structure_doses(contours, [dose])
    except InputError as error:
        params["why"] = str(error)
        said.refusals.append(Refusal(code="structure_unreadable", subject=structure.name, params=params))
        return None
    tps = _tps(structure, planned.doses)
    return _dosed(structure.name, doses, isodoses, metrics, tps, said.curves)


def _dosed(
    name: str,
    doses: StructureDoses,
    isodoses: FieldVolumes,
    metrics: Sequence[Metric],
    tps: dict[str, float | None] | None,
    curves: PhysicalCurves | None,
) -> DosedStructure:
    samples, inner, outer = doses.samples, doses.inner[0], doses.outer[0]
    if curves is not None:
        curves.keep(name, samples, inner)
    low = _figures(inner, outer, samples, isodoses, metrics, high=False)
    covered = bool(inner.inside.all())
    errors = metric_errors(
        metrics, inner.low, samples.volumes_cm3, samples.second_half, field_volumes=isodoses
    )
    return DosedStructure(
        name=name,
        volume_cm3=round(samples.volume_cm3, 6),
        outside_grid_cm3=round(float(samples.volumes_cm3[~inner.inside].sum()), 6),
        min_gy=low["min_gy"],
        mean_gy=low["mean_gy"],
        max_gy=low["max_gy"],
        metrics={metric.text: low[metric.text] for metric in metrics},
        metrics_error={metric.text: rounded_gy(error) for metric, error in zip(metrics, errors, strict=True)},
        upper=None if covered else _figures(inner, outer, samples, isodoses, metrics, high=True),
        tps=tps,
    )


def _figures(
    inner: FieldSamples,
    outer: FieldSamples,
    samples: StructureSamples,
    isodoses: FieldVolumes,
    metrics: Sequence[Metric],
    *,
    high: bool,
) -> dict[str, float | None]:
    dose: FloatArray = inner.high if high else inner.low
    extremes: FloatArray = outer.high if high else outer.low
    figures = {
        "min_gy": rounded_gy(min_gy(dose, extremes)),
        "mean_gy": rounded_gy(mean_gy(dose, samples.volumes_cm3)),
        "max_gy": rounded_gy(max_gy(dose, extremes)),
    }
    for metric in metrics:
        value = evaluate(metric, dose, samples.volumes_cm3, extremes, isodoses)
        figures[metric.text] = rounded_gy(value)
    return figures


def _tps(structure: Structure, doses: Sequence[DoseFacts]) -> dict[str, float | None] | None:
    """The planning system's own figures for the structure, when exactly one dose file states them."""
    stated: list[DvhFacts] = [
        dvh
        for dose in doses
        if dose.summation.upper() not in SESSIONS  # of one session, not of the plan
        for dvh in dose.dvhs
        if dvh.roi_number == structure.number
    ]
    if len(stated) != 1:
        return None
    dvh = stated[0]
    return {
        "volume_cm3": None if dvh.volume_cm3 is None else round(float(np.float64(dvh.volume_cm3)), 6),
        "min_gy": rounded_gy(dvh.min_gy),
        "mean_gy": rounded_gy(dvh.mean_gy),
        "max_gy": rounded_gy(dvh.max_gy),
    }
