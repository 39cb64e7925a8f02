"""Synthetic anatomy and contours: closed forms, and outlines drawn in a turned frame."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.geometry.transform import Affine
from graybook.tables.structure_names import tg263_name
from graybook.workflow.demo.anatomy import ORGANS, Organ, ball, hounsfield_units
from graybook.workflow.demo.contours import polygons_of
from graybook.workflow.demo.courses import COURSES


def area_mm2(polygon: np.ndarray) -> float:
    """Area of a closed polygon by the shoelace formula."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(0.5 * abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))))


def test_outline_of_a_turned_ball_lies_on_the_ball() -> None:
    """A ball drawn in a frame turned by 20 degrees and shifted: every vertex maps back onto its surface."""
    angle = np.deg2rad(20)
    matrix = np.eye(4)
    matrix[1:3, 1:3] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, 3] = [5, -3, 11]
    transform = Affine(from_frame="own", to_frame="reference", matrix=matrix)
    organ = Organ(level=ball((4.0, 5.0, 6.0), 30.0), middle=lambda z: (4.0, 5.0), low_mm=-24.0, high_mm=36.0)
    polygons = polygons_of(organ, transform, [float(z) for z in range(-60, 60, 3)])
    points = transform.apply(np.concatenate(polygons), frame="own")
    assert len(polygons) >= 17
    assert np.abs(np.linalg.norm(points - [4, 5, 6], axis=1) - 30).max() < 0.01


def test_cord_has_the_area_of_its_ellipse() -> None:
    """The cord's outline in the reference frame encloses pi x 6.0 x 4.5 mm² in every plane, within 0.2 %."""
    polygons = polygons_of(ORGANS["SpinalCord"], Affine.identity("1"), [-99.0, -51.0, 0.0, 51.0, 99.0])
    assert len(polygons) == 5
    for polygon in polygons:
        assert area_mm2(polygon) == pytest.approx(np.pi * 6.0 * 4.5, rel=2e-3)


def test_heart_has_the_volume_of_its_ellipsoid() -> None:
    """Areas x 3 mm add up to 4/3 pi a b c, within 1 %, in each course's own frame."""
    truth_cm3 = 4 / 3 * np.pi * 52 * 42 * 50 / 1000
    for course in COURSES:
        origin = course.image_grid().origin_mm[2]
        polygons = polygons_of(
            ORGANS["Heart"], course.to_reference, [float(origin + 3 * k) for k in range(110)]
        )
        assert sum(map(area_mm2, polygons)) * 3 / 1000 == pytest.approx(truth_cm3, rel=0.01)


def test_organs_do_not_overlap_where_they_must_not() -> None:
    """Neither lung holds a point of heart, cord, oesophagus or kidney; heart and cord are apart."""
    rng = np.stack(
        np.meshgrid(np.arange(-180, 181, 6.0), np.arange(-118, 119, 6.0), np.arange(-194, 111, 6.0)), axis=-1
    ).reshape(-1, 3)
    inside = {name: organ.level(*rng.T) < 0 for name, organ in ORGANS.items()}
    for lung in ("Lung_L", "Lung_R"):
        for other in ("Heart", "SpinalCord", "Esophagus", "A_Aorta", "Kidney_L", "Kidney_R"):
            assert not np.any(inside[lung] & inside[other]), (lung, other)
    assert not np.any(inside["Heart"] & inside["SpinalCord"])
    assert np.all(inside["External"] | ~inside["Lung_L"])


def test_kidneys_have_the_volumes_of_their_ellipsoids_and_lie_within_every_ct() -> None:
    """4/3 pi a b c within 1 %, drawn in full in the reference frame; in every course's own frame its CT reaches both poles."""
    semi = {"Kidney_R": (27.0, 25.0, 42.0), "Kidney_L": (28.0, 25.0, 43.0)}
    for name, axes in semi.items():
        heights = [-189.0 + 3.0 * k for k in range(32)]
        drawn = polygons_of(ORGANS[name], COURSES[-1].to_reference, heights)
        truth_cm3 = 4 / 3 * np.pi * np.prod(axes) / 1000
        assert sum(map(area_mm2, drawn)) * 3 / 1000 == pytest.approx(truth_cm3, rel=0.01)
        for course in COURSES:
            back, grid = course.to_reference.inverse(), course.image_grid()
            poles = np.array(
                [[*ORGANS[name].middle(0.0), z] for z in (ORGANS[name].low_mm, ORGANS[name].high_mm)]
            )
            own = back.apply(poles, frame=back.from_frame)[:, 2]
            assert own.min() > grid.origin_mm[2] + 3.0
            assert own.max() < grid.origin_mm[2] + 3.0 * (grid.shape[0] - 2)


def test_spine_has_no_kink() -> None:
    """Where the back bends forward again the cord neither jumps nor turns sharply: it turns by under 0.02 a mm."""
    y = np.arange(60.0, 110.0, 0.01)
    heights = np.arange(-190.0, -100.0, 5.0)
    middles = [y[np.argmin(ORGANS["SpinalCord"].level(0 * y, y, np.full(len(y), z)))] for z in heights]
    assert np.abs(np.diff(middles, 2)).max() < 0.02 * 5.0**2


def test_sides_are_the_patients() -> None:
    """LPS: the left lung lies at positive x, the heart leans to it."""
    assert ORGANS["Lung_L"].level(np.array([90.0]), np.array([0.0]), np.array([0.0]))[0] < 0
    assert ORGANS["Lung_R"].level(np.array([-90.0]), np.array([0.0]), np.array([0.0]))[0] < 0
    assert ORGANS["Heart"].middle(-48.0)[0] > 0


def test_hu_are_those_of_tissues() -> None:
    """Air, lung, heart and vertebra have the Hounsfield units a radiologist expects, within the grain."""
    points = np.array([[-200.0, -200, 0], [-90, 20, 0], [20, -40, -50], [0, 54, 8]])
    air, lung, heart, bone = hounsfield_units(*points.T)
    assert air == pytest.approx(-1000, abs=6)
    assert -830 < lung < -500
    assert heart == pytest.approx(46, abs=20)
    assert 150 < bone < 300


def test_hu_repeat() -> None:
    """The grain comes from the voxel's index: the same each time, another with another seed."""
    x, y, z = np.meshgrid(np.arange(30.0), np.arange(30.0), [0.0])
    first = hounsfield_units(x, y, z, seed=1)
    assert np.array_equal(first, hounsfield_units(x, y, z, seed=1))
    assert not np.array_equal(first, hounsfield_units(x, y, z, seed=2))


def test_every_clinics_names_are_understood() -> None:
    """The three clinics name organs differently; each name is recognised as the organ it is."""
    for course in COURSES:
        assert {tg263_name(name) for name in course.names.values()} == set(course.names)
