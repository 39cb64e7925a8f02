"""Structures carried through alignments onto another image's planes."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.sampling import structure_samples
from graybook.geometry import Affine, ContourStack, Displacement, Grid
from graybook.geometry.arrays import FloatArray
from graybook.workflow.alignment.propagation import propagated
from phantoms import rotation

NOW = Grid(frame="now", shape=(41, 60, 60), origin_mm=[-60, -60, -60], spacing_mm=[2, 2, 3], axes=np.eye(3))


def ellipsoid(
    centre: FloatArray, axes: FloatArray, step_mm: float = 2.5, frame: str = "then"
) -> ContourStack:
    """Ellipses on planes of constant z."""
    angles = np.linspace(0.0, 2.0 * np.pi, 120, endpoint=False)
    polygons = []
    for z in np.arange(-np.floor(axes[2] / step_mm) * step_mm, axes[2], step_mm):
        share = 1.0 - (z / axes[2]) ** 2
        if share > 0.003:
            ring = np.sqrt(share) * np.column_stack([axes[0] * np.cos(angles), axes[1] * np.sin(angles)])
            polygons.append(centre + np.column_stack([ring, np.full(len(ring), z)]))
    return ContourStack(frame=frame, polygons=tuple(polygons))


def volume_cm3(stack: ContourStack) -> float:
    """As a histogram counts it."""
    return float(structure_samples(stack).volumes_cm3.sum())


def off_mm(stack: ContourStack, truth: Affine, centre: FloatArray, axes: FloatArray) -> FloatArray:
    """Distance of each vertex, carried back, from the ellipsoid: to first order. [mm]"""
    there = truth.apply(stack.vertices_mm, frame="now") - centre
    level = np.sqrt(((there / axes) ** 2).sum(axis=1))
    slope = np.linalg.norm(there / axes**2, axis=1) / level
    return np.abs((level - 1.0) / slope)


CENTRE, AXES = np.array([10.0, -5.0, 20.0]), np.array([18.0, 12.0, 25.0])
TRUE_CM3 = 4.0 / 3.0 * np.pi * float(AXES.prod()) / 1000.0


@pytest.mark.rule(14)
@pytest.mark.parametrize("degrees", [0.0, 20.0, 90.0])
def test_an_ellipsoid_through_a_turn(degrees: float) -> None:
    """Carried by a turn and a shift: its volume within 2 %, 95 % of the vertices within 0.6 mm of the truth.

    The rest lies at the blunt ends that contours 2.5 mm apart leave of the tips: off by less than a step.
    """
    turn = rotation((1.0, 0.3, 0.0), degrees, (12.0, -3.0, 22.0))
    way = Affine(from_frame="now", to_frame="then", matrix=turn)
    found = propagated(ellipsoid(CENTRE, AXES), way, NOW)
    assert found.frame == "now"
    assert volume_cm3(found) == pytest.approx(TRUE_CM3, rel=0.02)
    off = off_mm(found, way, CENTRE, AXES)
    assert np.percentile(off, 95.0) < 0.6
    assert off.max() < 2.5


def stretched(factor: float, undefined_below_z: float = -np.inf) -> Displacement:
    """Now to then: x is stretched by a factor about 0; nothing is known below a height."""
    x, z = NOW.centres()[:, 0].reshape(NOW.shape), NOW.centres()[:, 2].reshape(NOW.shape)
    vectors = np.zeros((*NOW.shape, 3))
    vectors[..., 0] = (factor - 1.0) * x
    vectors[z < undefined_below_z] = np.nan
    return Displacement.from_vectors(vectors, NOW, to_frame="then")


def test_a_ball_through_a_stretch() -> None:
    """What is twice as wide then is half as large now: within 3 %."""
    ball = ellipsoid(np.zeros(3), np.full(3, 30.0))
    found = propagated(ball, stretched(2.0), NOW)
    assert volume_cm3(found) == pytest.approx(4.0 / 3.0 * np.pi * 27.0 / 2.0, rel=0.03)
    assert np.abs(found.vertices_mm[:, 0]).max() == pytest.approx(15.0, abs=0.5)


@pytest.mark.rule(9)
def test_cut_where_the_deformation_is_not_defined() -> None:
    """Known from z = 0 upwards: half the ball with half a slice below its cut, and no vertex below."""
    ball = ellipsoid(np.zeros(3), np.full(3, 30.0))
    found = propagated(ball, stretched(1.0, undefined_below_z=-0.1), NOW)
    assert found.vertices_mm[:, 2].min() >= -0.1
    assert volume_cm3(found) == pytest.approx(0.5 * 4.0 / 3.0 * np.pi * 27.0 + np.pi * 9.0 * 0.15, rel=0.03)


def test_a_hole_stays_a_hole() -> None:
    """A tube with a hole of half its radius keeps three quarters of its volume."""
    angles = np.linspace(0.0, 2.0 * np.pi, 120, endpoint=False)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    heights = 3.0 * np.arange(-6, 7)
    rings = [np.column_stack([radius * circle, np.full(120, z)]) for z in heights for radius in (20.0, 10.0)]
    way = Affine(from_frame="now", to_frame="then", matrix=np.eye(4))
    found = propagated(ContourStack(frame="then", polygons=tuple(rings)), way, NOW)
    assert volume_cm3(found) == pytest.approx(np.pi * 300.0 * 39.0 / 1000.0, rel=0.03)


def test_nothing_where_it_does_not_reach() -> None:
    """A structure outside the other image has no contours there, and so has one without contours."""
    far = ellipsoid(np.array([500.0, 0.0, 0.0]), np.full(3, 10.0))
    way = Affine(from_frame="now", to_frame="then", matrix=np.eye(4))
    assert propagated(far, way, NOW).is_empty
    assert propagated(ContourStack(frame="then", polygons=()), way, NOW).is_empty
