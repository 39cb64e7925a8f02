"""Course runs: a course and several assumptions come in; its EQD2 for many samples of its physical dose goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graybook.accumulation._kernels.samples import add_courses
from graybook.accumulation.correlated_errors import Displacement
from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.sessions import concurrent_runs, sequential_runs
from graybook.accumulation.uncertain import Assumption
from graybook.errors import UsageError
from graybook.geometry import Affine, GridField, MappedField
from graybook.geometry.arrays import BoolArray, FloatArray
from graybook.geometry.field import Field
from graybook.radiobiology.model import alpha_beta

__all__ = ["CourseRuns", "PlannedDoses", "course_runs", "displaced_doses_at", "doses_at", "is_on_grid"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedDoses:
    """Planned doses of phases, both ends of rule 9 (samples, phases, n): one array where they are the same. [Gy]"""

    low: FloatArray
    high: FloatArray


def doses_at(dose: CourseDose, points_mm: FloatArray) -> PlannedDoses:
    """Planned doses at points (samples, n, 3). [Gy]"""
    samples, n = points_mm.shape[:2]
    found = [phase.sample(points_mm.reshape(-1, 3)) for phase in dose.phases]
    low = np.stack([one.low_gy.reshape(samples, n) for one in found], axis=1)
    if all(one.high_gy is one.low_gy for one in found):
        return PlannedDoses(low=low, high=low)
    return PlannedDoses(low=low, high=np.stack([one.high_gy.reshape(samples, n) for one in found], axis=1))


def displaced_doses_at(dose: CourseDose, displacement: Displacement) -> PlannedDoses:
    """Planned doses at displaced points: of phases on grids in one pass, of others point by point. [Gy]"""
    on_grids = [_grid(phase.field) for phase in dose.phases]
    shape = (displacement.samples, len(dose.phases), len(displacement.points_mm))
    low, high, certain = np.empty(shape), np.empty(shape), True
    for k, found in enumerate(on_grids):
        if found is None:
            return doses_at(dose, displacement.all_mm)
        certain &= displacement.doses(*found, k, low, high)
    return PlannedDoses(low=low, high=low if certain else high)


def is_on_grid(field: Field) -> bool:
    """Whether a field is a grid in its own frame, or seen through an affine transform."""
    return _grid(field) is not None


def _grid(field: Field) -> tuple[GridField, FloatArray] | None:
    """The grid of a field and the matrix (4x4) that leads to its frame; None of another kind of field."""
    if isinstance(field, GridField):
        return field, np.eye(4)
    if (
        isinstance(field, MappedField)
        and isinstance(field.field, GridField)
        and isinstance(field.transform, Affine)
    ):
        return field.field, field.transform.matrix
    return None


@dataclass(frozen=True, kw_only=True, eq=False)
class CourseRuns:
    """How a course's planned doses become EQD2 under each of several assumptions: as the kernel takes it."""

    ends: BoolArray
    phases: FloatArray
    sessions: FloatArray
    repair: FloatArray
    alpha_beta: FloatArray
    kept: FloatArray

    def add(self, doses: PlannedDoses, factors: FloatArray, total: FloatArray) -> None:
        """Add EQD2 to ``total`` (samples, assumptions, n): of each sample's physical dose times its factor. [Gy]"""
        add_courses(
            doses.low,
            doses.high,
            factors,
            self.ends,
            self.phases,
            self.sessions,
            self.repair,
            self.alpha_beta,
            self.kept,
            total,
        )

    def eqd2(self, doses: PlannedDoses, factors: FloatArray) -> FloatArray:
        """EQD2 (samples, assumptions, n). [Gy]"""
        total = np.zeros((len(factors), len(self.kept), doses.low.shape[2]))
        self.add(doses, factors, total)
        return total


def course_runs(dose: CourseDose, assumptions: Sequence[Assumption]) -> CourseRuns:
    """The runs of a course's sessions under each assumption: the same as :func:`.equieffective.course_eqd2` takes."""
    found = [_runs(dose, one) for one in assumptions]
    longest = max(len(runs) for runs in found)
    count = len(assumptions)
    phases = np.zeros((count, longest, len(dose.phases)))
    sessions, repair = np.zeros((count, longest)), np.zeros((count, longest))
    for a, runs in enumerate(found):
        for r, (given, h_factor, weights) in enumerate(runs):
            sessions[a, r], repair[a, r], phases[a, r] = given, h_factor, weights
    kept = np.array([one.kept.get(dose.id, 1.0) for one in assumptions])
    if not ((kept >= 0.0) & (kept <= 1.0)).all():
        raise UsageError(
            "The share of a dose that is kept lies between 0 (all recovered from) and 1 (nothing recovered from).",
            value=kept.tolist(),
            remedy="Give a recovery between 0 and 1.",
        )
    return CourseRuns(
        ends=np.array([one.high for one in assumptions]),
        phases=phases,
        sessions=sessions,
        repair=repair,
        alpha_beta=np.array([alpha_beta(one.alpha_beta_gy) for one in assumptions]),
        kept=kept,
    )


def _runs(dose: CourseDose, assumption: Assumption) -> list[tuple[int, float, FloatArray]]:
    """Of each run its sessions, the H of incomplete repair, and the share of each phase's planned dose in one of them."""
    fractions = [phase.fractions_high if assumption.high else phase.fractions_low for phase in dose.phases]
    found: list[tuple[int, float, FloatArray]] = []
    for group in dose.all_groups(concurrent=dose.id in assumption.concurrent):
        given = [fractions[index][1] for index in group]
        for run in concurrent_runs(given) if len(group) > 1 else sequential_runs(given):
            members = [group[member] for member in run.phases]
            weights = np.zeros(len(dose.phases))
            for index in members:
                weights[index] = 1.0 / fractions[index][0]
            h_factor = max(dose.phases[index].incomplete_repair[assumption.high] for index in members)
            found.append((run.sessions, h_factor, weights))
    return found
