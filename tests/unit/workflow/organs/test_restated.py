"""Metrics at another α/β, from samples that are kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose, PhaseSamples
from graybook.dvh.metrics import evaluate, parse
from graybook.dvh.sampling import StructureSamples
from graybook.geometry import Grid, GridField
from graybook.geometry.arrays import FloatArray
from graybook.report.result import Metrics
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.restated import restated
from graybook.workflow.organs.result import OrganDoses

NAMES = {
    "mean_gy": "mean",
    "min_gy": "min",
    "max_gy": "max",
    "d0_03cc_gy": "D0.03cc",
    "d0_1cc_gy": "D0.1cc",
    "d2cc_gy": "D2cc",
    "d50_gy": "median",
}
GRID = Grid(frame="now", shape=(2, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[1, 1, 1], axes=np.eye(3))
POINTS = 40


def dose(name: str, fractions: tuple[int, ...]) -> CourseDose:
    """A course of phases with these fractions; what it gives is said by the samples."""
    field = GridField(grid=GRID, values=np.zeros(GRID.shape))
    phases = tuple(
        PhaseDose(id=f"{name}{k}", field=field, planned=n, delivered=n) for k, n in enumerate(fractions)
    )
    return CourseDose(id=name, phases=phases)


def course(
    name: str, fractions: tuple[int, ...], volumes_cm3: FloatArray, rng: np.random.Generator
) -> CourseOnOrgan:
    """Random doses at the points; one in five lies outside the grid, from nothing to 20 Gy."""
    phases = []
    for n in fractions:
        low = rng.uniform(0, 60, POINTS + 3)
        inside = rng.uniform(size=POINTS + 3) > 0.2
        low[~inside] = 0.0
        high = np.where(inside, low, 20.0)
        phases.append(
            PhaseSamples(low_gy=low, high_gy=high, inside=inside, fractions_low=(n, n), fractions_high=(n, n))
        )
    return CourseOnOrgan(dose=dose(name, fractions), samples=tuple(phases), volumes_cm3=volumes_cm3)


def by_the_formula(on: CourseOnOrgan, alpha_beta_gy: float, *, high: bool) -> FloatArray:
    """n d (d + α/β) / (2 + α/β), phase after phase."""
    total = np.zeros(POINTS + 3)
    for sample in on.samples:
        n = sample.fractions_low[0]
        d = (sample.high_gy if high else sample.low_gy) / n
        total += n * d * (d + alpha_beta_gy) / (2.0 + alpha_beta_gy)
    return total


def expected(total_gy: FloatArray, volumes_cm3: FloatArray) -> Metrics:
    """The metrics one by one."""
    found = {
        name: evaluate(parse(text), total_gy[:POINTS], volumes_cm3, total_gy[POINTS:])
        for name, text in NAMES.items()
    }
    return Metrics.model_validate(found)


def assert_same(one: Metrics, other: Metrics) -> None:
    """To a billionth of a gray, but for the sixth decimal that results are rounded to."""
    for name in NAMES:
        mine, theirs = getattr(one, name), getattr(other, name)
        if theirs is None:
            assert mine is None
        else:
            assert mine == pytest.approx(round(theirs, 6), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    alpha_beta_gy=st.floats(0.5, 20.0),
    fractions=st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=2), min_size=1, max_size=3),
    size_cm3=st.sampled_from([0.02, 0.5, 30.0]),
)
def test_metrics_are_those_of_the_formula(
    seed: int, alpha_beta_gy: float, fractions: list[list[int]], size_cm3: float
) -> None:
    """Any doses and fractionations: each metric of the sum is what the formula and the metric language give, at both ends."""
    rng = np.random.default_rng(seed)
    volumes = rng.uniform(0.0, 2 * size_cm3 / POINTS, POINTS)
    samples = StructureSamples(
        frame="now",
        points_mm=np.zeros((POINTS, 3)),
        volumes_cm3=volumes,
        extreme_points_mm=np.zeros((3, 3)),
    )
    courses = tuple(course(f"c{k}", tuple(each), volumes, rng) for k, each in enumerate(fractions))
    organ = OrganDoses(samples=samples, mapped=courses, courses=tuple(one.id for one in courses))
    (found,) = restated([(organ, alpha_beta_gy)])
    for high, mine in ((False, found.cumulative), (True, found.cumulative_upper)):
        total = sum((by_the_formula(on, alpha_beta_gy, high=high) for on in courses), np.zeros(POINTS + 3))
        assert_same(mine, expected(total, volumes))
    customary = [
        evaluate(parse("D0.1cc"), by_the_formula(on, alpha_beta_gy, high=False)[:POINTS], volumes)
        for on in courses
    ]
    if None in customary:
        assert found.point_sum.customary_d0_1cc_gy is None
    else:
        assert found.point_sum.customary_d0_1cc_gy == pytest.approx(
            sum(one for one in customary if one is not None), abs=1e-6
        )


def test_organ_without_a_mapped_course() -> None:
    """A course on its own anatomy alone: a point sum, and no sum over courses."""
    rng = np.random.default_rng(1)
    volumes = np.full(POINTS, 0.05)
    own = course("a", (20,), volumes, rng)
    samples = StructureSamples(
        frame="now",
        points_mm=np.zeros((POINTS, 3)),
        volumes_cm3=volumes,
        extreme_points_mm=np.zeros((3, 3)),
    )
    (found,) = restated([(OrganDoses(samples=samples, mapped=(), native={"a": own}, courses=("a",)), 3.0)])
    assert found.cumulative == Metrics()
    assert found.point_sum.customary_d0_03cc_gy is not None
