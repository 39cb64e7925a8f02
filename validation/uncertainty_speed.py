"""Speed: a thousand samples of twenty structures and three courses; time, and what following some points costs, go out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np

from graybook import __version__
from graybook.accumulation import followed
from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.accumulation.uncertainty import (
    Assumption,
    RandomTerms,
    Simulated,
    UncertainCourse,
    UncertainStructure,
    simulated,
)
from graybook.dvh.metrics import parse_list
from graybook.geometry import GridField
from graybook.geometry.arrays import FloatArray
from graybook.geometry.grid import Grid
from validation.sections import Options, section, table

__all__ = ["measured", "structures"]

SHAPE, STEP_MM = (120, 140, 140), 2.5
STRUCTURES, POINTS, SURFACE = 20, 20_000, 400
ALPHA_BETA_GY = (2.0, 3.0)
METRICS = parse_list("D0.03cc, D0.1cc, max, mean, V30Gy[%], D50%")
SAMPLES, QUICK_SAMPLES = 1000, 50
COMPARED, COMPARED_SAMPLES = 6, 200
COURSES = (((0.0, 0.0, 0.0), 25), ((30.0, 20.0, -20.0), 5), ((-20.0, 30.0, 30.0), 10))
"""Middle of each course's target, and its fractions. [mm]"""


def measured(options: Options) -> dict[str, Any]:
    """Time on one thread and on two, whether digits agree, and how far some points are from all."""
    asked = structures(STRUCTURES)
    terms = RandomTerms(samples=QUICK_SAMPLES if options.quick else SAMPLES)
    simulated(asked[:1], RandomTerms(samples=8))
    rows, results, figures = [], [], {}
    for threads in (1, 2):
        with _threads(threads):
            wall, processor = time.perf_counter(), time.process_time()
            results.append(simulated(asked, terms))
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
        rows.append([threads, f"{wall:.1f}", f"{processor:.1f}"])
        figures[f"threads {threads}: wall, s"] = round(wall, 2)
        figures[f"threads {threads}: processor, s"] = round(processor, 2)
    differing = sum(
        not np.array_equal(one.values, two.values) or not np.array_equal(one.dvh_percent, two.dvh_percent)
        for one, two in zip(*results, strict=True)
    )
    figures["structures that differ between one thread and two"] = differing
    worst, typical = _followed(asked[:COMPARED])
    figures["some points and all: worst difference of a band's end, share of its width"] = round(
        float(worst.max()), 3
    )
    return section(
        "How fast",
        texts=[
            f"{terms.samples} samples, {STRUCTURES} structures of {POINTS} points, {len(COURSES)} courses on grids of "
            f"{SHAPE[2]} × {SHAPE[1]} × {SHAPE[0]} voxels, all of which move and have errors of dose and delivery; "
            f"{len(ALPHA_BETA_GY)} assumptions, {len(METRICS)} metrics and a band of histograms each. Kernels are compiled before. "
            "Wall time is that of a machine on which other programs ran; processor time is what the work took. "
            f"Structures whose digits differ between one thread and two: **{differing}**.",
            f"What following some points costs: the ends of the bands beside those of {COMPARED_SAMPLES} samples at all points, "
            "on the same draws, as a share of the band's width (at least 0.2 in the metric's unit).",
        ],
        tables=[
            table("Time", ("threads", "wall, s", "processor, s"), rows),
            table(
                "Some points and all: difference of the 5 and 95 % ends, % of the band's width",
                ("metric", "median", "worst"),
                [
                    [metric.text, f"{100 * middle:.1f}", f"{100 * most:.1f}"]
                    for metric, middle, most in zip(METRICS, typical, worst, strict=True)
                ],
            ),
        ],
        versions={"graybook": __version__},
        figures=figures,
    )


def structures(count: int) -> list[UncertainStructure]:
    """Ellipsoids of many sizes around three courses."""
    rng = np.random.default_rng(0)
    courses = [_course(f"C{k}", middle, fractions) for k, (middle, fractions) in enumerate(COURSES)]
    found = []
    for k in range(count):
        half = rng.uniform(8.0, 35.0, 3)
        way = rng.normal(size=(POINTS, 3))
        way /= np.linalg.norm(way, axis=1)[:, None]
        radius = np.cbrt(rng.uniform(size=POINTS))
        radius[-SURFACE:] = 1.0
        points = rng.uniform(-90.0, 90.0, 3) + way * radius[:, None] * half
        points[:-SURFACE] = points[np.argsort(points[:-SURFACE, 2])]
        volume = float(np.prod(half)) * np.pi * 4.0 / 3000.0
        found.append(
            UncertainStructure(
                name=f"S{k}",
                points_mm=points,
                volumes_cm3=np.full(POINTS - SURFACE, volume / (POINTS - SURFACE)),
                courses=tuple(
                    UncertainCourse(
                        dose=dose, points_mm=points, error_mm=3.0 + n, dose_sd=0.02, delivery_sd=0.01
                    )
                    for n, dose in enumerate(courses)
                ),
                assumptions=tuple(Assumption(alpha_beta_gy=one) for one in ALPHA_BETA_GY),
                metrics=METRICS,
            )
        )
    return found


def _course(name: str, middle: tuple[float, float, float], fractions: int) -> CourseDose:
    origin = -0.5 * STEP_MM * np.array(SHAPE[::-1])
    z, y, x = np.meshgrid(
        *[start + STEP_MM * np.arange(n) for start, n in zip(origin[::-1], SHAPE, strict=True)], indexing="ij"
    )
    radius = np.sqrt(((x - middle[0]) / 1.2) ** 2 + (y - middle[1]) ** 2 + (z - middle[2]) ** 2)
    values = 50.0 / (1.0 + np.exp((radius - 50.0) / 6.0)) + 2.0
    grid = Grid(frame="1.2.3", shape=SHAPE, origin_mm=origin, spacing_mm=np.full(3, STEP_MM), axes=np.eye(3))
    field = GridField(grid=grid, values=values)
    phase = PhaseDose(id=name, field=field, planned=fractions, delivered=fractions)
    return CourseDose(id=name, phases=(phase,))


def _followed(asked: list[UncertainStructure]) -> tuple[FloatArray, FloatArray]:
    """Worst and median difference of a band's ends between some points and all, over its width (metrics,)."""
    terms = RandomTerms(samples=COMPARED_SAMPLES)
    some = [_ends(one) for one in simulated(asked, terms)]
    with _all_points():
        everywhere = [_ends(one) for one in simulated(asked, terms)]
    shares = []
    for few, many in zip(some, everywhere, strict=True):
        width = np.maximum(many[1] - many[0], 0.2)
        shares.append((np.abs(few - many) / width).reshape(-1, len(METRICS)))
    found = np.concatenate(shares)
    return found.max(axis=0), np.median(found, axis=0)


def _ends(one: Simulated) -> FloatArray:
    return np.quantile(one.values, (0.05, 0.95), axis=1)


@contextmanager
def _all_points() -> Iterator[None]:
    names = ("HOT_POINTS", "EVEN_POINTS", "SURFACE_POINTS")
    before = {name: getattr(followed, name) for name in names}
    for name in names:
        setattr(followed, name, 10**9)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(followed, name, value)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = numba.get_num_threads()
    numba.set_num_threads(min(count, before))
    try:
        yield
    finally:
        numba.set_num_threads(before)
