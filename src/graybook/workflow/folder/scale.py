"""A planned dose comes in; whether its Gy are those of all fractions, as far as the files can tell, goes out (rule 6)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from graybook.dicom.facts import DoseReferenceFacts, FractionGroupFacts
from graybook.dvh.sampling import structure_samples
from graybook.dvh.statistics import dose_at_percent_gy
from graybook.errors import InputError
from graybook.geometry import GridField
from graybook.record import Finding, Modality, Refusal
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import PlannedDose

__all__ = ["ScaleVerdict", "beam_total_gy", "scale_of"]

TOLERANCE = 1.25
"""A ratio is near 1/n, 1 or n within this factor."""

BEAM_TOLERANCE = 1.05
"""Σ BeamDose × n agrees with a prescription within this factor."""

FAR = 50.0
"""Ratios beyond this, or below its inverse, are wrong units: gray for centigray is 100."""

COVERED = 0.5
"""Share of a target that must lie in the grid for its median to be compared."""

COVERING = 90.0
"""Percent of a brachytherapy target that its prescription dose covers: the inside of it gets a multiple. [%]"""

HIGHEST = "Dmax"

HIGHEST_MEANS_TOTAL_FROM = 10
"""The highest dose may be several times the prescription for good reasons: it hints at a factor n only from this n on."""


@dataclass(frozen=True, kw_only=True)
class ScaleVerdict:
    """What is to be said of the scale; a refusal means that the dose must not be used until answered."""

    findings: tuple[Finding, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Check:
    """A dose found against a dose expected for all fractions, named by a symbol that any language reads. [Gy]"""

    symbol: str
    found_gy: float
    expected_gy: float

    @property
    def ratio(self) -> float:
        return self.found_gy / self.expected_gy


def scale_of(planned: PlannedDose, field: GridField | None = None) -> ScaleVerdict:
    """Check the scale of a planned dose against what its plan asks for.

    Prescription points and target medians against TargetPrescriptionDose, beam points against Σ BeamDose × n; where neither is
    there, the highest dose of the grid. A ratio near 1/n or n is a refusal until ``dose_scale`` in the settings answers; nothing to
    check against is a warning.

    Parameters
    ----------
    field
        The dose, when it is already loaded.
    """
    notes = Notes()
    if planned.volume is None:
        return ScaleVerdict()
    loaded = field or GridField(grid=planned.volume.grid, values=planned.volume.voxels())
    _say_beam_sum(planned, notes)
    checks = list(_checks(planned, loaded))
    verdicts = [(_near(check, planned.fractions_planned or 1), check) for check in checks]
    suspects = [(near, check) for near, check in verdicts if near in ("1/n", "n", "100")]
    agreeing = [check for near, check in verdicts if near == "1"]
    if suspects:
        _say_suspect(planned, *suspects[0], notes)
    elif agreeing:
        notes.tell("scale_checked", planned.name, **_values(planned, agreeing[0]))
    elif checks:
        notes.warn("scale_unclear", planned.name, **_values(planned, checks[0]))
    else:
        notes.warn("scale_not_checkable", planned.name, plan=planned.name)
    return ScaleVerdict(findings=tuple(notes.findings), refusals=tuple(notes.refusals))


def _values(planned: PlannedDose, check: _Check) -> dict[str, str | float | int | None]:
    return {
        "plan": planned.name,
        "check": check.symbol,
        "found_gy": round(check.found_gy, 6),
        "expected_gy": round(check.expected_gy, 6),
        "fractions": planned.fractions_planned,
    }


def _say_suspect(planned: PlannedDose, near: str, check: _Check, notes: Notes) -> None:
    values = _values(planned, check)
    if planned.setting.dose_scale:
        notes.warn("scale_stated", planned.name, answer=planned.setting.dose_scale, **values)
    else:
        notes.refuse("dose_scale_suspect", planned.name, ratio=round(check.ratio, 6), near=near, **values)


def _near(check: _Check, fractions: int) -> str:
    """Which of 1/n, 1 and n the ratio is near; "100" for one that only wrong units explain; empty when none."""
    if check.found_gy <= 0:
        return ""
    candidates = {"1": 1.0}
    if fractions > 1:
        candidates["1/n"] = 1.0 / fractions
        if check.symbol != HIGHEST or fractions >= HIGHEST_MEANS_TOTAL_FROM:
            candidates["n"] = float(fractions)
    name, factor = min(candidates.items(), key=lambda item: abs(math.log(check.ratio / item[1])))
    if abs(math.log(check.ratio / factor)) <= math.log(TOLERANCE):
        return name
    return "100" if not 1.0 / FAR < check.ratio < FAR else ""


def _groups(planned: PlannedDose) -> tuple[FractionGroupFacts, ...]:
    if planned.plan is None:
        return ()
    return (planned.group,) if planned.group is not None else planned.plan.fraction_groups


def beam_total_gy(planned: PlannedDose) -> float | None:
    """Σ BeamDose × fractions over the fraction groups; None when a beam or a number of fractions is not stated. [Gy]"""
    total = 0.0
    groups = _groups(planned)
    for group in groups:
        doses = [beam.dose_gy for beam in group.beams] + _setup_doses_gy(group)
        n = planned.fractions_planned if len(groups) == 1 else group.fractions_planned
        if not doses or n is None or None in doses:
            return None
        total += n * sum(dose for dose in doses if dose is not None)
    return total if total > 0 else None


def _setup_doses_gy(group: FractionGroupFacts) -> list[float | None]:
    """Brachy Application Setup Doses of a fraction; a None stands for each that is not stated. [Gy]"""
    unstated = max(0, len(group.setup_numbers) - len(group.setup_doses_gy))
    return [*group.setup_doses_gy, *[None] * unstated]


def _targets(planned: PlannedDose) -> list[DoseReferenceFacts]:
    """References of the plan that prescribe a dose to a target; none for one fraction group of several."""
    if planned.plan is None or planned.group is not None:
        return []
    return [
        reference
        for reference in planned.plan.dose_references
        if reference.prescription_gy and reference.reference_type.upper() == "TARGET"
    ]


def _say_beam_sum(planned: PlannedDose, notes: Notes) -> None:
    total = beam_total_gy(planned)
    asked = [reference.prescription_gy for reference in _targets(planned) if reference.prescription_gy]
    if total is None or not asked:
        return
    nearest = min(asked, key=lambda dose: abs(math.log(total / dose)))
    values = {
        "plan": planned.name,
        "fractions": planned.fractions_planned,
        "sum_gy": round(total, 6),
        "prescribed_gy": nearest,
    }
    if abs(math.log(total / nearest)) <= math.log(BEAM_TOLERANCE):
        notes.tell("beam_dose_sum", planned.name, **values)
    else:
        notes.warn("beam_dose_sum_differs", planned.name, **values)


def _checks(planned: PlannedDose, field: GridField) -> Iterator[_Check]:
    found = [*_at_points(planned, field), *_in_targets(planned, field), *_at_beams(planned, field)]
    yield from found
    if found or planned.modality is Modality.BRACHYTHERAPY:  # beside a source the highest dose says nothing
        return
    asked = [reference.prescription_gy for reference in _targets(planned) if reference.prescription_gy]
    total = beam_total_gy(planned)
    checks = [
        _Check(symbol=HIGHEST, found_gy=float(field.values.max()), expected_gy=expected)
        for expected in ([max(asked)] if asked else []) + ([] if total is None else [total])
    ]
    agreeing = [check for check in checks if _near(check, planned.fractions_planned or 1) == "1"]
    yield from agreeing or checks


def _dose_at(point_mm: tuple[float, float, float], field: GridField) -> float | None:
    sample = field.sample(np.array([point_mm], dtype=np.float64))
    return float(sample.low[0]) if bool(sample.inside[0]) else None


def _at_points(planned: PlannedDose, field: GridField) -> Iterator[_Check]:
    for reference in _targets(planned):
        if reference.point_mm is None or reference.prescription_gy is None:
            continue
        found = _dose_at(reference.point_mm, field)
        if found is not None:
            yield _Check(symbol="D(point)", found_gy=found, expected_gy=reference.prescription_gy)


def _in_targets(planned: PlannedDose, field: GridField) -> Iterator[_Check]:
    drawn = {} if planned.structures is None else {one.number: one for one in planned.structures.structures}
    for reference in _targets(planned):
        structure = drawn.get(reference.roi_number or -1)
        if structure is None or reference.prescription_gy is None:
            continue
        try:
            samples = structure_samples(structure.contours())
        except InputError:
            continue  # what is wrong with the structure is said where the structure is reported
        if samples.frame != field.frame or not len(samples.volumes_cm3):
            continue
        sampled = field.sample(samples.points_mm)
        inside = sampled.inside
        if samples.volumes_cm3[inside].sum() < COVERED * samples.volume_cm3:
            continue
        percent = COVERING if planned.modality is Modality.BRACHYTHERAPY else 50.0
        found = dose_at_percent_gy(sampled.low[inside], samples.volumes_cm3[inside], percent)
        if found is not None:
            yield _Check(
                symbol=f"D{percent:g}%({structure.name})",
                found_gy=float(found),
                expected_gy=reference.prescription_gy,
            )


def _at_beams(planned: PlannedDose, field: GridField) -> Iterator[_Check]:
    """The dose at the one point where all beams state theirs, against their sum over all fractions."""
    groups = _groups(planned)
    points = {beam.point_mm for group in groups for beam in group.beams}
    points |= {point for group in groups for point in group.setup_points_mm}
    total = beam_total_gy(planned)
    if total is None or len(points) != 1:
        return
    point = points.pop()
    found = None if point is None else _dose_at(point, field)
    if found is not None:
        yield _Check(symbol="D(beam point)", found_gy=found, expected_gy=total)
