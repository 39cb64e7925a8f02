"""The sampling error that stands beside an organ's metrics."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.phase_dose import PhaseDose, PhaseSamples
from graybook.dvh.sampling import StructureSamples
from graybook.geometry import Grid, GridField
from graybook.workflow.organs.dose import CourseOnOrgan
from graybook.workflow.organs.result import OrganDoses, metrics, metrics_error, point_sum


def samples(volumes_cm3: list[float], second_half: list[bool]) -> StructureSamples:
    """Samples anywhere."""
    return StructureSamples(
        frame="1",
        points_mm=np.zeros((len(volumes_cm3), 3)),
        volumes_cm3=np.array(volumes_cm3),
        extreme_points_mm=np.zeros((0, 3)),
        second_half=np.array(second_half),
    )


def test_error_of_two_unlike_halves() -> None:
    """Halves of 10 and 20 Gy: every sampled metric is 15 give or take 5; extremes are found, not sampled."""
    organ = samples([2.0, 2.0], [False, True])
    error = metrics_error(np.array([10.0, 20.0]), organ)
    assert [error.mean_gy, error.d50_gy, error.d0_03cc_gy, error.d0_1cc_gy, error.d2cc_gy] == [5.0] * 5
    assert [error.min_gy, error.max_gy] == [None, None]


def test_no_error_where_there_is_no_metric() -> None:
    """In an organ of 1 cm³ neither D2cc nor its error is defined."""
    organ = samples([0.25, 0.25, 0.25, 0.25], [False, True, False, True])
    dose = np.array([10.0, 10.0, 12.0, 12.0])
    assert metrics(dose, np.zeros(0), organ.volumes_cm3).d2cc_gy is None
    assert metrics_error(dose, organ).d2cc_gy is None
    assert metrics_error(dose, organ).mean_gy == pytest.approx(0.0, abs=1e-9)


def test_a_course_to_come_keeps_its_share_of_the_bound_free() -> None:
    """0.02 cm³ at 40 Gy in 20 in 6.25 Gy EQD2: the bound of D0.03cc is 6.25 alone, and D0.015cc, 40, beside one that is to come."""
    physical = np.array([40.0, 10.0])
    sampled = PhaseSamples(
        low_gy=physical,
        high_gy=physical,
        inside=np.array([True, True]),
        fractions_low=(20, 20),
        fractions_high=(20, 20),
    )
    grid = Grid(frame="1", shape=(2, 2, 2), origin_mm=np.zeros(3), spacing_mm=np.ones(3), axes=np.eye(3))
    field = GridField(grid=grid, values=np.zeros((2, 2, 2)))
    phase = PhaseDose(id="P", field=field, planned=20, delivered=20)
    organ = samples([0.02, 0.98], [False, True])
    on = CourseOnOrgan(
        dose=CourseDose(id="C", phases=(phase,)), samples=(sampled,), volumes_cm3=organ.volumes_cm3
    )
    doses = OrganDoses(samples=organ, mapped=(on,), courses=("C",))
    assert point_sum(doses, 2.0).bound_d0_03cc_gy == pytest.approx(6.25)
    later = point_sum(doses, 2.0, to_come=1)
    assert later.bound_d0_03cc_gy == pytest.approx(40.0)
    assert (later.customary_d0_03cc_gy, later.max_sum_gy) == (pytest.approx(6.25), pytest.approx(40.0))
