"""Landmarks, the way there and back, and contours carried over, against distances known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.geometry import ContourStack
from graybook.registration.quality import agreement
from graybook.registration.quality.interior import Interior
from phantoms import aligned


def ball(radius_mm: float, frame: str, x_mm: float = 0.0) -> Interior:
    """A ball by circles 1 mm apart."""
    angles = np.linspace(0.0, 2 * np.pi, 96, endpoint=False)
    polygons = []
    for z in np.arange(0.5 - radius_mm, radius_mm, 1.0):
        r = np.sqrt(radius_mm**2 - z**2)
        polygons.append(np.stack([x_mm + r * np.cos(angles), r * np.sin(angles), np.full(96, z)], axis=1))
    return Interior(stack=ContourStack(frame=frame, polygons=tuple(polygons)))


def test_interior_of_a_ball() -> None:
    """Its volume is 4/3 pi r³, and it holds the points within r, planes of 1 mm aside."""
    body = ball(20.0, "a", 5.0)
    assert body.volume_cm3 == pytest.approx(33.51, rel=0.01)
    points = np.array(
        [[5.0, 0, 0], [24.0, 0, 0], [26.0, 0, 0], [5.0, 0, 18.5], [5.0, 0, 21.5], [np.nan, 0, 0]]
    )
    assert body.contains(points).tolist() == [True, True, False, True, False, False]
    inside = body.points(500)
    assert len(inside) == 500
    assert np.linalg.norm(inside - [5, 0, 0], axis=1).max() <= 20.6


def test_interior_with_a_hole() -> None:
    """Polygons of one plane combine by exclusive or: a hole is outside."""
    square = np.array([[0.0, 0, 0], [40, 0, 0], [40, 40, 0], [0, 40, 0]])
    hole = 0.5 * square + [10.0, 10.0, 0.0]
    body = Interior(stack=ContourStack(frame="a", polygons=(square, hole)))
    assert body.contains(np.array([[5.0, 5, 0], [20.0, 20, 0], [35, 35, 0]])).tolist() == [True, False, True]


def test_equal_bodies_agree() -> None:
    """A structure carried onto itself: Dice 1, distance 0."""
    found = agreement.overlap(ball(20, aligned.FIXED), ball(20, aligned.MOVING), aligned.shifted(np.zeros(3)))
    assert found == pytest.approx((1.0, 0.0, 0.0), abs=1e-9)


def test_shifted_bodies_disagree() -> None:
    """Two balls of radius R, d apart: Dice = 1 - 3d/4R + d³/16R³; 10 mm of 20: 0.6328. Knowing the shift mends it."""
    here, there = ball(20, aligned.FIXED), ball(20, aligned.MOVING, 10.0)
    found = agreement.overlap(here, there, aligned.shifted(np.zeros(3)))
    assert found.dice == pytest.approx(0.6328, abs=0.015)
    assert 4.0 < found.mean_mm < 6.0
    assert agreement.overlap(here, there, aligned.shifted(np.array([10.0, 0, 0]))).dice > 0.97


def test_bodies_far_apart_do_not_overlap() -> None:
    """A partner 300 mm away is nowhere to be found: Dice 0, the distance infinite."""
    found = agreement.overlap(
        ball(20, aligned.FIXED), ball(20, aligned.MOVING, 300.0), aligned.shifted(np.zeros(3))
    )
    assert found == (0.0, np.inf, np.inf)


def test_there_and_back() -> None:
    """3 mm there and 2 mm back miss by 1 mm."""
    back = (
        aligned.shifted(np.array([3.0, 0, 0]))
        .inverse()
        .then(
            aligned.Affine(
                from_frame=aligned.FIXED,
                to_frame=aligned.FIXED,
                matrix=aligned.shifted(np.array([1.0, 0, 0])).matrix,
            )
        )
    )
    missed = agreement.inconsistencies_mm(aligned.shifted(np.array([3.0, 0, 0])), back, np.zeros((2, 3)))
    assert missed == pytest.approx([1.0, 1.0])


def test_a_landmark_that_cannot_be_carried() -> None:
    """Outside a deformation's grid a landmark's error is infinite, not left out."""
    still = aligned.transform(np.copy, 20.0)
    errors = agreement.landmark_errors_mm(still, np.array([[0.0, 0, 0], [999.0, 0, 0]]), np.zeros((2, 3)))
    assert errors.tolist() == [0.0, np.inf]
