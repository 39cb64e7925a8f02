"""Uncertainty: structures, their courses and random terms come in; metrics of every sample and bands of histograms go out.

A seeded Monte Carlo over what is random: where a course's dose lies on the anatomy (a smooth field of displacements, one for each
course and sample, shared by all structures), and how much dose its plan and its delivery gave (one factor each for each course and
sample). What is merely not known (α/β, numbers of fractions, recovery, order of phases) is never drawn: each
:class:`Assumption` is computed on the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numba
import numpy as np

from graybook.accumulation.correlated_errors import (
    BLOCK,
    Displacement,
    ErrorLattice,
    Placed,
    standard_normals,
    stream_key,
)
from graybook.accumulation.course_runs import (
    CourseRuns,
    PlannedDoses,
    course_runs,
    displaced_doses_at,
    doses_at,
    is_on_grid,
)
from graybook.accumulation.dvh_bands import DvhBands
from graybook.accumulation.followed import Followed, followed
from graybook.accumulation.uncertain import (
    CORRELATION_MM,
    SHARE_95,
    Assumption,
    RandomTerms,
    Simulated,
    UncertainCourse,
    UncertainStructure,
)
from graybook.dvh.metrics import Kind
from graybook.geometry.arrays import FloatArray
from graybook.progress import Progress, silent

__all__ = [
    "CORRELATION_MM",
    "SHARE_95",
    "Assumption",
    "RandomTerms",
    "Simulated",
    "UncertainCourse",
    "UncertainStructure",
    "simulated",
]

BATCH = 64
"""Samples computed at once, in blocks."""

NODES_AT_ONCE = 3_000_000
"""Nodes of all samples of a batch, at most, unless one block has more."""

NODES_TOGETHER = 400_000
"""Nodes up to which all structures share a lattice; beyond, each has one of its own, of the same field."""


def simulated(
    structures: Sequence[UncertainStructure],
    terms: RandomTerms,
    *,
    only: frozenset[str] | None = None,
    progress: Progress = silent,
) -> tuple[Simulated, ...]:
    """
    Metrics and bands of structures over samples of the random terms.

    Parameters
    ----------
    structures
        What is asked, and of what courses.
    terms
        How many samples, and how they are drawn.
    only
        Names of the random terms that are on: ``registration``, ``dose`` or ``delivery``, a space, and a course's id; none: all.
        What one term draws does not depend on the others, so the samples of two calls belong together.
    progress
        Told of the share done.

    Returns
    -------
    One for each structure, in their order.

    Notes
    -----
    Structures are shared out among as many threads as numba has. Each is computed by one of them: no digit depends on how
    many there are.
    """
    drawn = _Draws(terms, only)
    asked = [_Asked(structure, drawn) for structure in structures]
    lattice = _lattice(asked, terms)
    if lattice is not None and lattice.nodes > NODES_TOGETHER and len(structures) > 1:
        alone = (simulated([one], terms, only=only, progress=progress) for one in structures)
        return tuple(found for (found,) in alone)
    for one in asked:
        one.place(lattice)
    courses = sorted({key for one in asked for key in one.moving})
    most = (
        BATCH if lattice is None else max(BLOCK, min(BATCH, NODES_AT_ONCE // lattice.nodes // BLOCK * BLOCK))
    )
    together = [one for one in asked if one.on_grids]
    with ThreadPoolExecutor(numba.get_num_threads()) as threads:
        for first in range(0, terms.samples, most):
            progress("uncertainty", first / terms.samples)
            count = min(most, terms.samples - first)
            fields: dict[str, FloatArray] = {}
            if lattice is not None:
                keys = [drawn.key("registration", course) for course in courses]
                nodes = threads.map(partial(lattice.drawn, first=first, samples=count), keys)
                fields = dict(zip(courses, nodes, strict=True))
            run = partial(_Asked.run, first=first, count=count, lattice=lattice, fields=fields)
            list(threads.map(run, together))
            for one in asked:
                if not one.on_grids:
                    run(one)
    return tuple(one.simulated() for one in asked)


class _Draws:
    """The random terms: which are on, and what each draws."""

    def __init__(self, terms: RandomTerms, only: frozenset[str] | None) -> None:
        self.terms = terms
        self.only = only

    def is_on(self, term: str, course: str) -> bool:
        return self.only is None or f"{term} {course}" in self.only

    def key(self, term: str, course: str) -> int:
        return stream_key(self.terms.seed, f"{term} {course}")

    def factors(self, course: UncertainCourse) -> FloatArray:
        """What each sample's physical dose of a course is multiplied by, no less than nothing."""
        found = np.ones(self.terms.samples)
        for term, sd in (("dose", course.dose_sd), ("delivery", course.delivery_sd)):
            if sd > 0.0 and self.is_on(term, course.dose.id):
                found *= 1.0 + sd * standard_normals(self.key(term, course.dose.id), self.terms.samples)
        return np.maximum(found, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _CourseAsked:
    """One course at the points followed."""

    course: UncertainCourse
    runs: CourseRuns
    moves: bool
    points_mm: FloatArray
    factors: FloatArray
    at_rest: PlannedDoses | None


class _Asked:
    """One structure while its samples are computed."""

    def __init__(self, structure: UncertainStructure, draws: _Draws) -> None:
        self.structure = structure
        runs = [course_runs(course.dose, structure.assumptions) for course in structure.courses]
        moves = [
            course.error_mm > 0.0 and draws.is_on("registration", course.dose.id)
            for course in structure.courses
        ]
        self.followed: Followed = followed(structure, runs, moves)
        self.courses = [
            self._course(course, run, moving, draws)
            for course, run, moving in zip(structure.courses, runs, moves, strict=True)
        ]
        self.on_grids = all(
            is_on_grid(phase.field) for course in structure.courses for phase in course.dose.phases
        )
        self.moving = {one.course.dose.id for one in self.courses if one.moves}
        self.points_mm = structure.points_mm[self.followed.chosen]
        self._placed: Placed | None = None
        samples, assumptions = draws.terms.samples, len(structure.assumptions)
        self._values = np.empty((samples, assumptions, len(structure.metrics)))
        highest = self.followed.highest_gy * max(float((one.factors**2).max()) for one in self.courses)
        self._bands = DvhBands(self.followed, structure.volumes_cm3, samples, highest)

    def _course(self, course: UncertainCourse, runs: CourseRuns, moves: bool, draws: _Draws) -> _CourseAsked:
        points = np.ascontiguousarray(course.points_mm[self.followed.chosen])
        return _CourseAsked(
            course=course,
            runs=runs,
            moves=moves,
            points_mm=points,
            factors=draws.factors(course),
            at_rest=None if moves else doses_at(course.dose, points[None]),
        )

    def place(self, lattice: ErrorLattice | None) -> None:
        """Find the points' cells among the nodes."""
        if lattice is not None and self.moving:
            self._placed = lattice.placed(self.points_mm)

    def run(
        self, first: int, count: int, lattice: ErrorLattice | None, fields: dict[str, FloatArray]
    ) -> None:
        """Compute samples ``first`` and following."""
        total = np.zeros((count, len(self.structure.assumptions), len(self.points_mm)))
        for one in self.courses:
            doses = one.at_rest
            if doses is None:
                assert lattice is not None  # noqa: S101  (a course moves)
                assert self._placed is not None  # noqa: S101
                displacement = Displacement(
                    lattice=lattice,
                    nodes=fields[one.course.dose.id],
                    samples=count,
                    placed=self._placed,
                    points_mm=one.points_mm,
                    scale_mm=one.course.error_mm / SHARE_95,
                )
                doses = displaced_doses_at(one.course.dose, displacement)
            one.runs.add(doses, one.factors[first : first + count], total)
        self._values[first : first + count] = self.followed.values(total)
        self._bands.add(first, total)

    def simulated(self) -> Simulated:
        """All samples, laid upon the values at all points."""
        nominal = self.followed.nominal
        values = nominal[:, None] + (
            np.moveaxis(self._values, 0, 1) - self.followed.nominal_followed[:, None]
        )
        most = np.full(len(self.structure.metrics), np.inf)
        for k, metric in enumerate(self.structure.metrics):
            if metric.kind in (Kind.PERCENT_ABOVE, Kind.VOLUME_ABOVE, Kind.CRITICAL_VOLUME):
                whole = (
                    100.0 if metric.kind is Kind.PERCENT_ABOVE else float(self.structure.volumes_cm3.sum())
                )
                most[k] = whole
        dose_gy, percent = self._bands.found()
        return Simulated(
            values=np.clip(values, 0.0, most), nominal=nominal, dvh_dose_gy=dose_gy, dvh_percent=percent
        )


def _lattice(asked: Sequence[_Asked], terms: RandomTerms) -> ErrorLattice | None:
    """The nodes around all points of structures on which a course moves."""
    points = [one.points_mm for one in asked if one.moving]
    return ErrorLattice(points, terms.correlation_mm) if points else None
