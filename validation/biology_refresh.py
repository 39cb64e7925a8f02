"""Refresh: twenty structures under three courses, and the demonstration's patient, come in; the time of a new α/β goes out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from graybook import __version__
from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.dvh.sampling import structure_samples
from graybook.geometry import ContourStack, Grid, GridField
from graybook.radiobiology.linear_quadratic import eqd2_of_fractions_gy
from graybook.report.result import Metrics, StructureResult
from graybook.workflow.cumulative import assess
from graybook.workflow.demo.patient import write_synthetic_patient
from graybook.workflow.organs.dose import doses_on_points
from graybook.workflow.organs.restated import restated
from graybook.workflow.organs.result import OrganDoses
from graybook.workflow.organs.samples import organ_doses
from validation.sections import Options, section, table

__all__ = ["measured"]

STRUCTURES, SMALLEST_MM, LARGEST_MM = 20, 6.0, 62.0
"""Balls from 0.9 to 1,000 cm³, their radii in equal ratios."""

RATIOS_GY = (2.0, 3.0, 10.0, 2.5, 4.0, 1.5, 3.7, 8.0, 0.87, 2.2, 3.3)
"""α/β tried one after the other; the first call is not warm and is told apart. [Gy]"""

COURSES = {"first": (25, 5), "second": (5,), "third": (30,)}
"""Fractions of the phases."""

NAMES = ("mean_gy", "min_gy", "max_gy", "d0_03cc_gy", "d0_1cc_gy", "d2cc_gy", "d50_gy")


def measured(options: Options) -> dict[str, Any]:
    """Both cases."""
    rows, figures = [], {}
    balls = _balls(4 if options.quick else STRUCTURES)
    times = _timed(lambda ratio: restated([(organ, ratio) for organ in balls]))
    plain = _timed(lambda ratio: [_plain(organ, ratio) for organ in balls])
    apart = max(_apart(organ, 3.0) for organ in balls)
    rows.append(_row("balls, three courses", balls, "Graybook", times))
    rows.append(_row("balls, three courses", balls, "one metric after another, in numpy", plain))
    figures["20 structures: warm, ms"] = round(times.warm_ms, 1)
    figures["20 structures: the plain way over it"] = round(plain.warm_ms / times.warm_ms, 1)
    figures["20 structures: largest difference from the plain way, Gy"] = apart
    if not options.quick:
        organs, results = _patient(options.work)
        times = _timed(lambda ratio: restated([(organ, ratio) for organ in organs]))
        rows.append(_row("demonstration, three courses", organs, "Graybook", times))
        figures["demonstration: warm, ms"] = round(times.warm_ms, 1)
        figures["demonstration: structures that differ from result.json"] = _differing(organs, results)
    return section(
        "A new α/β",
        texts=[
            f"Twenty balls of 0.9 to 1,000 cm³ under three courses, one of them of two phases, as `graybook assess` samples them; "
            "and the structures of the demonstration's patient, some of them on several courses' anatomy. From the samples kept, "
            "all metrics of the sum at both ends, what prints as a range, and the point sums with their bounds are computed for "
            f"a new α/β: {len(RATIOS_GY) - 1} values in turn, after a first one.",
            "The plain way beside it computes what is the same: the seven metrics of the sum, each by itself, from the formula "
            "on arrays; no point sums.",
        ],
        tables=[
            table(
                "All metrics at another α/β",
                (
                    "case",
                    "structures",
                    "samples",
                    "way",
                    "first, ms",
                    "warm, median, ms",
                    "processor time, ms",
                ),
                rows,
            )
        ],
        versions={"Graybook": __version__, "numpy": np.__version__},
        figures=figures,
    )


@dataclass(frozen=True, kw_only=True)
class _Times:
    """Of the first call, and of the others the median: by the clock, and what the processor spent. [ms]"""

    first_ms: float
    warm_ms: float
    spent_ms: float


def _row(name: str, organs: Sequence[OrganDoses], way: str, times: _Times) -> list[str]:
    count = sum(len(organ.samples.volumes_cm3) for organ in organs)
    shown = [f"{each:.0f}" for each in (times.first_ms, times.warm_ms, times.spent_ms)]
    return [name, str(len(organs)), f"{count:,}", way, *shown]


def _timed(run: Callable[[float], object]) -> _Times:
    clock, spent = [], []
    for ratio in RATIOS_GY:
        start, used = time.perf_counter(), time.process_time()
        run(ratio)
        clock.append(1e3 * (time.perf_counter() - start))
        spent.append(1e3 * (time.process_time() - used))
    return _Times(
        first_ms=clock[0], warm_ms=statistics.median(clock[1:]), spent_ms=statistics.median(spent[1:])
    )


def _balls(count: int) -> list[OrganDoses]:
    """Balls about the middle of three bell-shaped doses."""
    courses = [_course(name, k, fractions) for k, (name, fractions) in enumerate(COURSES.items())]
    organs = []
    for k, radius in enumerate(np.geomspace(SMALLEST_MM, LARGEST_MM, count)):
        angle = 2.4 * k
        samples = structure_samples(
            _ball(radius, np.array([20 * np.cos(angle), 20 * np.sin(angle), 3.0 * k - 30]))
        )
        mapped = tuple(doses_on_points(course, samples) for course in courses)
        organs.append(OrganDoses(samples=samples, mapped=mapped, courses=tuple(COURSES)))
    return organs


def _ball(radius_mm: float, centre_mm: Any) -> ContourStack:
    angle = np.linspace(0.0, 2 * np.pi, 90, endpoint=False)
    polygons = []
    for z in np.arange(-radius_mm + 0.5, radius_mm, 2.0):
        size = np.sqrt(radius_mm**2 - z**2)
        ring = np.stack([size * np.cos(angle), size * np.sin(angle), np.full(90, z)], axis=1)
        polygons.append(ring + centre_mm)
    return ContourStack(frame="now", polygons=tuple(polygons))


def _course(name: str, number: int, fractions: Sequence[int]) -> CourseDose:
    grid = Grid(frame="now", shape=(90, 90, 90), origin_mm=[-133.5] * 3, spacing_mm=[3.0] * 3, axes=np.eye(3))
    centres = grid.centres()
    phases = []
    for k, n in enumerate(fractions):
        middle = 25.0 * np.array([np.cos(2 * number + k), np.sin(2 * number + k), 0.3 * k])
        bell = np.exp(-0.5 * ((centres - middle) ** 2).sum(axis=1) / 45.0**2)
        field = GridField(grid=grid, values=(2.0 * n * bell).reshape(grid.shape))
        phases.append(PhaseDose(id=f"{name}{k}", field=field, planned=n, delivered=n))
    return CourseDose(id=name, phases=tuple(phases))


def _plain_total(organ: OrganDoses, alpha_beta_gy: float) -> Any:
    total = 0.0
    for on in organ.mapped:
        for sample in on.samples:
            n = sample.fractions_low[0]
            total = total + eqd2_of_fractions_gy(sample.low_gy / n, fractions=n, alpha_beta_gy=alpha_beta_gy)
    return total


def _plain(organ: OrganDoses, alpha_beta_gy: float) -> list[float | None]:
    """The metrics of the sum, each by itself: by a sort of the samples where it is a quantile."""
    total, volumes = _plain_total(organ, alpha_beta_gy), organ.samples.volumes_cm3
    n = len(volumes)
    found: list[float | None] = [
        float((total[:n] * volumes).sum() / volumes.sum()),
        float(total.min()),
        float(total.max()),
    ]
    for volume in (0.03, 0.1, 2.0, 0.5 * float(volumes.sum())):
        order = np.argsort(-total[:n])
        reached = np.searchsorted(np.cumsum(volumes[order]), volume * (1.0 - 1e-9))
        found.append(None if reached == n else float(total[order[reached]]))
    return found


def _apart(organ: OrganDoses, alpha_beta_gy: float) -> float:
    """How far the metrics of one structure are from the plain ones. [Gy]"""
    (found,) = restated([(organ, alpha_beta_gy)])
    pairs = zip(NAMES, _plain(organ, alpha_beta_gy), strict=True)
    return max(
        abs((getattr(found.cumulative, name) or 0.0) - round(plain or 0.0, 6)) for name, plain in pairs
    )


def _patient(work: Path) -> tuple[list[OrganDoses], list[StructureResult]]:
    """The demonstration's structures that have a sum, and what result.json says of them."""
    write_synthetic_patient(work / "patient")
    assessed = assess(work / "patient")
    by_name = {one.name: one for one in assessed.material.result.structures}
    organs, results = [], []
    for organ in assessed.organs:
        result = by_name[organ.structure.name]
        doses = organ_doses(organ, assessed.setting)
        if doses is not None and result.cumulative != Metrics():
            organs.append(doses)
            results.append(result)
    return organs, results


def _differing(organs: Sequence[OrganDoses], results: Sequence[StructureResult]) -> int:
    """Structures whose metrics, restated at their own α/β, are not those of the result."""
    asked = [(organ, one.alpha_beta_gy or 0.0) for organ, one in zip(organs, results, strict=True)]
    return sum(
        (found.cumulative, found.cumulative_upper, found.point_sum)
        != (one.cumulative, one.cumulative_upper, one.point_sum)
        for found, one in zip(restated(asked), results, strict=True)
    )
