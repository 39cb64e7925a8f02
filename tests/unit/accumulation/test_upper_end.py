"""The most that earlier courses may have given, against sums worked out here."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.equieffective import CourseDose
from graybook.accumulation.fractions_a_day import FractionsADay
from graybook.accumulation.phase_dose import PhaseDose
from graybook.accumulation.upper_end import EarlierCourses, Ratio
from graybook.geometry import Grid, GridField


def phase(dose_gy: float, planned: int | None = 10, **said: object) -> PhaseDose:
    """Of a dose that rises along x from 0 to ``dose_gy`` over 40 mm; uniform along the rest."""
    grid = Grid(
        frame="F", shape=(3, 3, 5), origin_mm=np.zeros(3), spacing_mm=np.full(3, 10.0), axes=np.eye(3)
    )
    values = np.broadcast_to(np.linspace(0.0, dose_gy, 5), (3, 3, 5))
    return PhaseDose(
        id="p", field=GridField(grid=grid, values=values), planned=planned, delivered=planned, **said
    )


def eqd2(dose: float, n: int, ab: float) -> float:
    """D (D/n + α/β) / (2 + α/β). [Gy]"""
    return dose * (dose / n + ab) / (2.0 + ab)


def test_outside_a_grid_its_nearest_face_counts() -> None:
    """Inside, the dose there; beyond the far face, the highest dose of that face; where nothing is known, the highest of all."""
    earlier = EarlierCourses(courses=(CourseDose(id="a", phases=(phase(20.0),)),))
    points = np.array([[20.0, 10.0, 10.0], [90.0, 10.0, 10.0], [-30.0, 10.0, 10.0], [np.nan] * 3])
    (two, three), inside = earlier.eqd2_gy(points, [Ratio(alpha_beta_gy=2.0), Ratio(alpha_beta_gy=3.0)])
    assert inside.tolist() == [True, False, False, False]
    for found, ab in ((two, 2.0), (three, 3.0)):
        expected = [eqd2(10.0, 10, ab), eqd2(20.0, 10, ab), 0.0, eqd2(20.0, 10, ab)]
        np.testing.assert_allclose(found, expected)
    assert earlier.highest_eqd2_gy(Ratio(alpha_beta_gy=2.0)) == pytest.approx(eqd2(20.0, 10, 2.0))


def test_unknown_order_counts_as_together_where_that_is_worse() -> None:
    """25/25 twice in one course of unknown order is 50.0 and not 37.5 (rule 2); known to be in sequence it is 37.5."""
    course = CourseDose(id="a", phases=(phase(25.0, 25), phase(25.0, 25)))
    end = np.array([[40.0, 10.0, 10.0]])
    for unknown, expected in ((frozenset({"a"}), 50.0), (frozenset(), 37.5)):
        earlier = EarlierCourses(courses=(course,), order_unknown=unknown)
        (found,), _ = earlier.eqd2_gy(end, [Ratio(alpha_beta_gy=2.0)])
        assert float(found[0]) == pytest.approx(expected)


def test_fewest_fractions_and_courses_added_as_effect() -> None:
    """50 Gy in 5 to 25 fractions count as 150 (rule 5); a second course adds its own EQD2, never its Gy (rule 3)."""
    bracketed = CourseDose(id="a", phases=(phase(50.0, None, fractions_range=(5, 25)),))
    second = CourseDose(id="b", phases=(phase(25.0, 5),))
    earlier = EarlierCourses(courses=(bracketed, second))
    (found,), _ = earlier.eqd2_gy(np.array([[40.0, 0.0, 0.0]]), [Ratio(alpha_beta_gy=2.0)])
    assert float(found[0]) == pytest.approx(150.0 + 43.75)


def test_several_fractions_a_day_without_a_known_half_time_count_as_one() -> None:
    """20 fractions of 1 Gy, two a day: without repair within the day 10 of 2 Gy, 20 EQD2; with the half-time of a cord less."""
    course = CourseDose(id="a", phases=(phase(20.0, 20, day=FractionsADay(per_day=2, interval_h=6.0)),))
    ratios = [Ratio(alpha_beta_gy=2.0), Ratio(alpha_beta_gy=2.0, half_time_h=4.0)]
    (never, four_hours), _ = EarlierCourses(courses=(course,)).eqd2_gy(np.array([[40.0, 10.0, 10.0]]), ratios)
    assert float(never[0]) == pytest.approx(20.0)
    # H = 2^(-6/4) between the two of a day: n d (d (1 + H) + 2) / 4
    assert float(four_hours[0]) == pytest.approx(20.0 * (1.0 + 2.0**-1.5 + 2.0) / 4.0)


def test_no_course_gave_nothing() -> None:
    """Without an earlier course the sum is 0 everywhere."""
    (found,), inside = EarlierCourses(courses=()).eqd2_gy(np.zeros((2, 3)), [Ratio(alpha_beta_gy=3.0)])
    assert found.tolist() == [0.0, 0.0]
    assert inside.all()
