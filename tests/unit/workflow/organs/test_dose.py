"""Courses at the points of one organ, summed."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose
from graybook.dvh.sampling import StructureSamples
from graybook.geometry import Grid, GridField
from graybook.workflow.organs.dose import CourseOnOrgan, doses_on_points, eqd2_on_organ


def uniform(name: str, dose_gy: float, fractions: int) -> CourseOnOrgan:
    """A course that gives one dose everywhere, at two points."""
    grid = Grid(frame="now", shape=(3, 3, 3), origin_mm=[-9, -9, -9], spacing_mm=[9, 9, 9], axes=np.eye(3))
    field = GridField(grid=grid, values=np.full((3, 3, 3), dose_gy))
    samples = StructureSamples(
        frame="now",
        points_mm=np.zeros((1, 3)),
        volumes_cm3=np.ones(1),
        extreme_points_mm=np.ones((1, 3)),
    )
    phase = PhaseDose(id="p", field=field, planned=fractions, delivered=fractions)
    return doses_on_points(CourseDose(id=name, phases=(phase,)), samples)


@pytest.mark.rule(11)
def test_a_quarter_of_the_prior_course_recovered_from() -> None:
    """30 Gy in 15, then 30 Gy in 15: 60 Gy, and 52.5 Gy with a quarter of the earlier course's EQD2 recovered from."""
    courses = [uniform("old", 30.0, 15), uniform("new", 30.0, 15)]
    full = eqd2_on_organ(courses, 2.0, concurrent=frozenset())
    less = eqd2_on_organ(courses, 2.0, concurrent=frozenset(), kept={"old": 0.75})
    assert full.low.tolist() == pytest.approx([60.0, 60.0])
    assert less.low.tolist() == pytest.approx([52.5, 52.5])
    assert less.high.tolist() == pytest.approx([52.5, 52.5])
