"""Doses: the phases of a course come in; fields of photon-isoeffective dose with their fractions go out, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.fractions_a_day import FractionsADay
from graybook.accumulation.phase_dose import PhaseDose
from graybook.errors import InputError, UsageError
from graybook.geometry import GridField, MappedField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.neighbourhood import highest_within, lowest_within
from graybook.geometry.transform import Transform
from graybook.record import Course, Finding, Fractionated, Phase, Quantity, Refusal, Status
from graybook.workflow.folder.planned import PlannedDose
from graybook.workflow.folder.scale import scale_of

__all__ = ["LoadedCourse", "bounded_within", "day_of", "hottest_point_mm", "load_course", "seen_from"]


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadedCourse:
    """A course with its doses loaded.

    Parameters
    ----------
    dose
        Phases that can be summed, in the course's own frame; None when there is none.
    grids
        Phase id to its field on its own grid, also of phases that cannot be converted.
    complete
        False when a phase that counts has no dose that can be summed: sums with this course are lower bounds.
    order_known
        False when two or more phases count and sequential was only the default (rule 2).
    """

    course: Course
    dose: CourseDose | None
    grids: dict[str, GridField]
    complete: bool
    order_known: bool
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def load_course(course: Course, planned: Mapping[str, PlannedDose]) -> LoadedCourse:
    """Read the doses of the phases that count and check their scale (rule 6); what cannot be used is said, never dropped.

    ``planned`` holds, by phase id, the plan and files each phase came from.
    """
    findings: list[Finding] = []
    refusals: list[Refusal] = []
    grids: dict[str, GridField] = {}
    usable: list[tuple[Phase, PhaseDose]] = []
    counted = [phase for phase in course.phases if phase.status.counts]
    for phase in counted:
        field = _field(phase, course, findings, refusals)
        if field is None:
            continue
        scale = scale_of(planned[phase.id], field)
        findings += scale.findings
        refusals += scale.refusals
        if scale.refusals:
            continue
        grids[phase.id] = field
        if phase.fractions_planned is None and phase.fractions_range is None:
            findings.append(
                Finding(code="phase_not_converted", subject=phase.id, params=_naming(phase, course))
            )
            continue
        if phase.fractions_planned is None and phase.fractions_range is not None:
            n_min, n_max = phase.fractions_range
            params = {
                **_naming(phase, course),
                "n_min": n_min,
                "n_max": n_max,
                "source": phase.fractions_source,
            }
            findings.append(Finding(code="fractions_bracketed", subject=phase.id, params=params))
        usable.append((phase, _phase_dose(phase, field)))
    if not usable and not course.undecided and not _known_not_given(course):
        findings.append(
            Finding(code="course_without_dose", subject=course.id, params={"course": course.label})
        )
    return LoadedCourse(
        course=course,
        dose=_course_dose(course, usable) if usable and not course.undecided else None,
        grids=grids,
        complete=len(usable) == len(counted) and bool(counted or _known_not_given(course)),
        order_known=len(usable) < 2 or all(phase.order_known for phase, _ in usable),
        findings=tuple(findings),
        refusals=tuple(refusals),
    )


def _known_not_given(course: Course) -> bool:
    return bool(course.phases) and all(
        phase.status in (Status.NOT_GIVEN, Status.ALTERNATIVE) for phase in course.phases
    )


def _naming(phase: Phase, course: Course) -> dict[str, str | float | int | None]:
    return {"phase": phase.label or phase.id, "course": course.label}


def _field(
    phase: Phase, course: Course, findings: list[Finding], refusals: list[Refusal]
) -> GridField | None:
    if phase.dose is None:
        findings.append(Finding(code="phase_without_dose", subject=phase.id, params=_naming(phase, course)))
        return None
    if phase.dose.quantity not in (Quantity.PHYSICAL, Quantity.RBE_WEIGHTED):
        refusals.append(
            Refusal(
                code="dose_quantity_not_summable",
                subject=phase.id,
                params={**_naming(phase, course), "quantity": phase.dose.quantity.value},
            )
        )
        return None
    try:
        return GridField(grid=phase.dose.grid, values=phase.dose.voxels())
    except InputError as error:
        refusals.append(
            Refusal(
                code="dose_unreadable", subject=phase.id, params={**_naming(phase, course), "why": str(error)}
            )
        )
        return None


def _phase_dose(phase: Phase, field: GridField) -> PhaseDose:
    return PhaseDose(
        id=phase.id,
        field=field,
        planned=phase.fractions_planned,
        delivered=phase.fractions_delivered,
        partial=phase.sessions_partial,
        fractions_range=phase.fractions_range,
        day=day_of(phase),
    )


def day_of(phase: Phase) -> FractionsADay | None:
    """How several fractions a day were given; None for one a day, and where nobody says."""
    given = phase.delivery
    if not isinstance(given, Fractionated) or given.interval_h is None:
        return None
    return FractionsADay(per_day=given.per_day, interval_h=given.interval_h)


def _course_dose(course: Course, usable: Sequence[tuple[Phase, PhaseDose]]) -> CourseDose:
    index = {phase.id: place for place, (phase, _) in enumerate(usable)}
    groups: list[tuple[int, ...]] = []
    for phase, _ in usable:
        together = {index[phase.id], *(index[other] for other in phase.concurrent_with if other in index)}
        if len(together) > 1 and not any(together & set(group) for group in groups):
            groups.append(tuple(sorted(together)))
    return CourseDose(id=course.id, phases=tuple(dose for _, dose in usable), groups=tuple(groups))


def seen_from(dose: CourseDose, transform: Transform) -> CourseDose:
    """The course's dose seen from ``transform.from_frame``; ``transform`` leads to the course's own frame."""
    phases = tuple(
        replace(phase, field=MappedField(field=phase.field, transform=transform)) for phase in dose.phases
    )
    return replace(dose, phases=phases)


def hottest_point_mm(loaded: LoadedCourse) -> FloatArray | None:
    """The voxel centre of the highest dose of any phase, xyz in the course's frame; None without dose. [mm]"""
    if not loaded.grids:
        return None
    field = max(loaded.grids.values(), key=lambda one: float(one.values.max()))
    z, y, x = np.unravel_index(int(np.argmax(field.values)), field.values.shape)
    point: FloatArray = field.grid.points_at(np.array([[x, y, z]], dtype=np.float64))[0]
    return point


def bounded_within(dose: CourseDose, distance_mm: float) -> tuple[CourseDose, CourseDose]:
    """The course's dose, in its own frame, bounded from below and above over a distance around each point. [mm]"""
    lowest, highest = [], []
    for phase in dose.phases:
        if not isinstance(phase.field, GridField):
            raise UsageError(
                "Only doses on their own grids can be bounded.",
                value=phase.id,
                remedy="Bound before mapping.",
            )
        lowest.append(replace(phase, field=lowest_within(phase.field, distance_mm)))
        highest.append(replace(phase, field=highest_within(phase.field, distance_mm)))
    return replace(dose, phases=tuple(lowest)), replace(dose, phases=tuple(highest))
