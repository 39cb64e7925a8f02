"""Synthetic doses: the closed forms against what can be worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from graybook.geometry.transform import Affine
from graybook.workflow.demo.courses import COURSES, REFERENCE
from graybook.workflow.demo.doses import Arrangement, Beam, dose_gy

HERE = Affine.identity("1")


def opposed(**changes: float) -> Arrangement:
    """Two opposed fields 100 mm x 120 mm from front and back, 40 Gy at the origin."""
    beams = tuple(Beam(gantry_deg=g, half_width_mm=50.0, half_length_mm=60.0) for g in (0.0, 180.0))
    return Arrangement(isocentre_mm=(0.0, 0.0, 0.0), peak_gy=40.0, beams=beams, **changes)


def at(arrangement: Arrangement, *point: float) -> float:
    """Dose at one point of the reference frame. [Gy]"""
    return float(dose_gy(arrangement, np.array([point]), HERE)[0])


def test_opposed_fields_follow_the_hyperbolic_cosine() -> None:
    """On the axis of two opposed fields the dose is peak x cosh(mu t)."""
    arrangement = opposed(attenuation_per_mm=0.005)
    for t in (-70.0, -20.0, 0.0, 45.0):
        assert at(arrangement, 0.0, t, 0.0) == pytest.approx(40 * np.cosh(0.005 * t), rel=1e-6)


def test_field_edge_is_the_half_dose() -> None:
    """At the geometric edge the dose is half of the middle's (erf(0) = 0), wide beyond it little is left."""
    arrangement = opposed()
    assert at(arrangement, 50.0, 0.0, 0.0) == pytest.approx(20.0, rel=2e-3)
    assert at(arrangement, 0.0, 0.0, 60.0) == pytest.approx(20.0, rel=2e-3)
    assert at(arrangement, 110.0, 0.0, 0.0) < 0.05


def test_penumbra_is_realistic() -> None:
    """80 % to 20 % takes 5 to 12 mm, as for a linear accelerator at depth."""
    x = np.arange(30.0, 75.0, 0.1)
    profile = dose_gy(opposed(), np.column_stack([x, 0 * x, 0 * x]), HERE) / 40
    width = x[np.argmax(profile < 0.2)] - x[np.argmax(profile < 0.8)]
    assert 5 < width < 12


def test_beam_from_the_left_weakens_to_the_right() -> None:
    """Gantry 90 of a head-first supine patient shines from +x to -x."""
    left = Arrangement(
        isocentre_mm=(0.0, 0.0, 0.0),
        peak_gy=1.0,
        beams=(Beam(gantry_deg=90.0, half_width_mm=30.0, half_length_mm=30.0),),
        attenuation_per_mm=0.004,
    )
    assert at(left, 60.0, 0.0, 0.0) / at(left, -60.0, 0.0, 0.0) == pytest.approx(
        np.exp(0.004 * 120), rel=1e-6
    )


def test_no_dose_in_the_air() -> None:
    """2 cm in front of the skin there is less than a thousandth of the dose."""
    assert at(opposed(), 0.0, -140.0, 0.0) < 0.04


def test_isocentre_gets_the_peak_in_every_plan() -> None:
    """Whatever its frame, each plan gives its peak at its isocentre, seen from its own frame and from the reference."""
    for course in COURSES:
        for plan in course.plans:
            own = np.array([plan.arrangement.isocentre_mm])
            there = course.to_reference.apply(own, frame=course.frame)
            peak = pytest.approx(plan.arrangement.peak_gy, rel=1e-6)
            assert course.physical_dose_gy(plan, own)[0] == peak
            assert course.physical_dose_at_reference_gy(plan, there)[0] == peak


def cord_eqd2_gy() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Heights along the cord's axis and EQD2 (α/β 2) there by course. [mm, Gy]"""
    z = np.arange(-110.0, 111.0, 1.0)
    points = np.column_stack([0 * z, 78 + 0.0005 * z**2, z])
    found = {}
    for course in COURSES:
        total = np.zeros(len(z))
        for plan in course.plans:
            dose = course.physical_dose_at_reference_gy(plan, points)
            total += dose * (dose / plan.fractions + 2.0) / 4.0
        found[course.key] = total
    return z, found


def test_story_puts_the_cord_between_sixty_and_seventyfive() -> None:
    """The proposed plan takes the cord's axis from below 50 Gy to 60-75 Gy EQD2: a case for a tumour board."""
    _, by_course = cord_eqd2_gy()
    assert (by_course["2009"] + by_course["2019"]).max() < 50
    assert 60 < sum(by_course.values()).max() < 75


def test_hot_spots_lie_apart() -> None:
    """Each course is hottest for the cord at another height, so the sum of maxima exceeds the maximum of the sum by 5 Gy."""
    z, by_course = cord_eqd2_gy()
    heights = sorted(z[dose.argmax()] for dose in by_course.values())
    assert all(b - a > 20 for a, b in pairwise(heights))
    assert sum(d.max() for d in by_course.values()) > sum(by_course.values()).max() + 5


def test_targets_are_covered() -> None:
    """90 % of the prescription reaches every point on the surface of the ellipsoid a little inside each target."""
    directions = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=float)
    for course in COURSES:
        for plan in course.plans:
            organ, _ = course.targets[plan.target]
            half = 0.5 * (organ.high_mm - organ.low_mm) * 0.6
            x, y = organ.middle(0.0)
            points = np.array([x, y, 0.5 * (organ.high_mm + organ.low_mm)]) + half * directions
            dose = course.physical_dose_at_reference_gy(plan, points)
            assert dose.min() > 0.9 * plan.prescription_gy


def test_reference_is_the_last_course() -> None:
    """The proposed course comes last and its frame is the reference frame."""
    assert REFERENCE is COURSES[-1]
    assert {course.to_reference.to_frame for course in COURSES} == {REFERENCE.frame}


def test_second_phase_of_the_lymphoma_lies_below_all_else() -> None:
    """Para-aortic nodes: the end of the cord gets less than 0.1 Gy, the middle of the left kidney's lower half above 18 Gy."""
    lymphoma = COURSES[0]
    nodes = lymphoma.plans[1]
    points = np.array([[0.0, 84.0, -111.0], [60.0, 46.0, -166.0], [-62.0, 44.0, -166.0]])
    cord, left, right = lymphoma.physical_dose_at_reference_gy(nodes, points)
    assert cord < 0.1
    assert left > 18.0
    assert right < 0.5
