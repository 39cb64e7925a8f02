"""Sections of a plane: exclusive or, holes, islands, keyholes, and their moments."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.slices import Slabs, SliceModel, slabs
from graybook.geometry import ContourStack
from graybook.geometry.arrays import FloatArray


def square(x: float, y: float, side: float) -> np.ndarray:
    """A square with its lower left corner at (x, y)."""
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])


def at(z: float, polygon: np.ndarray) -> np.ndarray:
    """The polygon in the plane z."""
    return np.column_stack([polygon, np.full(len(polygon), z)])


def sections(*polygons: np.ndarray) -> Slabs:
    """The sections of one plane."""
    return slabs(ContourStack(frame="1", polygons=tuple(at(0.0, polygon) for polygon in polygons)))


def areas(*polygons: np.ndarray) -> list[float]:
    """Areas of the sections, rising."""
    found: list[float] = sorted(sections(*polygons).states[:, 6].tolist())
    return found


def only_section(*polygons: np.ndarray) -> tuple[float, FloatArray, FloatArray]:
    """Area, centroid (2,) and spread xx, xy, yy (3,) of the one section."""
    (state,) = sections(*polygons).states
    return float(state[6]), state[:2], state[2:5]


def test_moments_of_a_rectangle() -> None:
    """A rectangle of 4 x 2 has area 8, its centre as centroid and spreads 16/12 and 4/12, far from the origin too."""
    corner = np.array([1000.0, -2000.0])
    area, centroid, spread = only_section(np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [0.0, 2.0]]) + corner)
    assert area == pytest.approx(8.0, rel=1e-12)
    assert centroid == pytest.approx([1002.0, -1999.0], abs=1e-9)
    assert spread == pytest.approx([4 / 3, 0.0, 1 / 3], abs=1e-9)


def test_moments_of_a_triangle() -> None:
    """The right triangle (0,0), (6,0), (0,3): area 9, centroid (2, 1), spreads a²/18, b²/18 and -ab/36."""
    area, centroid, spread = only_section(np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 3.0]]))
    assert area == pytest.approx(9.0)
    assert centroid == pytest.approx([2.0, 1.0])
    assert spread == pytest.approx([2.0, -0.5, 0.5])


def test_a_hole_belongs_to_its_outline() -> None:
    """A square in a square is one section with the difference of the areas, in either order and sense."""
    outer, hole = square(0, 0, 10), square(3, 3, 2)
    assert areas(outer, hole) == pytest.approx([96.0])
    assert areas(hole[::-1], outer) == pytest.approx([96.0])


def test_an_island_in_a_hole_is_a_section_of_its_own() -> None:
    """Three nested squares are a ring and an island."""
    assert areas(square(0, 0, 10), square(2, 2, 6), square(4, 4, 2)) == pytest.approx([4.0, 64.0])


def test_separate_polygons_are_separate_sections() -> None:
    """Two squares apart are two sections, in an order that does not depend on that of the file."""
    one, other = square(0, 0, 2), square(5, 5, 3)
    assert areas(one, other) == pytest.approx([4.0, 9.0])
    assert np.array_equal(sections(one, other).states, sections(other, one).states)


def test_overlapping_polygons_combine_by_exclusive_or() -> None:
    """Two squares of 4 that share 1 x 4 leave 24; a cross of two bars leaves out its middle."""
    assert areas(square(0, 0, 4), square(3, 0, 4)) == pytest.approx([24.0])
    bar = np.array([[0.0, 4.0], [10.0, 4.0], [10.0, 6.0], [0.0, 6.0]])
    assert areas(bar, bar[:, ::-1]) == pytest.approx([32.0])


def test_the_same_polygon_twice_is_nothing() -> None:
    """Exclusive or of a polygon with itself is empty."""
    assert areas(square(0, 0, 4), square(0, 0, 4)) == pytest.approx([0.0])


def test_a_keyhole_is_a_ring() -> None:
    """One polygon that runs in along a line, round the hole and out again has the area of the ring."""
    outer, hole = square(0, 0, 10), square(3, 3, 2)[::-1]
    keyhole = np.concatenate([outer, outer[:1], hole, hole[:1]])
    assert areas(keyhole) == pytest.approx([96.0])


def test_a_figure_of_eight_has_both_loops() -> None:
    """A polygon that crosses itself once keeps the area of both loops."""
    assert areas(np.array([[0.0, 0.0], [4.0, 4.0], [4.0, 0.0], [0.0, 4.0]])) == pytest.approx([8.0], rel=1e-3)


def test_an_explicitly_closed_polygon_is_the_same() -> None:
    """A repeated last point changes nothing."""
    polygon = square(0, 0, 3)
    assert areas(np.concatenate([polygon, polygon[:1]])) == pytest.approx([9.0])


def test_a_line_has_no_area() -> None:
    """Points on a line are a section without area; nothing breaks."""
    assert areas(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])) == [0.0]


def reach_above(below: list[np.ndarray], above: list[np.ndarray]) -> float:
    """How far the first section of a plane reaches towards the next, 3 mm above, whose other neighbour is 3 mm below. [mm]"""
    planes = [*[at(0.0, one) for one in below], *[at(3.0, one) for one in above]]
    return float(
        slabs(ContourStack(frame="1", polygons=tuple(planes)), model=SliceModel.NONE).lengths_mm[0, 1]
    )


def test_sections_that_overlap_are_linked() -> None:
    """Sections of neighbouring planes reach each other when their interiors share a point, seen along the stack.

    An island in a ring's hole does not overlap the ring; without caps it then has no reach at all.
    """
    ring, island, aside = [square(0, 0, 10), square(2, 2, 6)], [square(4, 4, 2)], [square(9, 9, 3)]
    assert reach_above(ring, island) == 0.0
    assert reach_above(island, ring) == 0.0
    assert reach_above(ring, aside) == 1.5
    assert reach_above(ring, ring) == 1.5


def test_a_bow_tie_through_a_vertex_has_both_loops() -> None:
    """Two triangles that meet in a repeated point and wind in opposite senses keep both areas."""
    tie = np.array([[0.0, 0.0], [2.0, 2.0], [4.0, 4.0], [0.0, 4.0], [2.0, 2.0], [4.0, 0.0]])
    assert areas(tie) == pytest.approx([8.0], rel=1e-3)


def test_without_caps_a_cylinder_ends_in_its_planes() -> None:
    """Four squares of 100 mm² 3 mm apart: 9 mm long without caps, 12 mm as a prism with half-slice caps."""
    planes = tuple(at(z, square(0, 0, 10)) for z in (0.0, 3.0, 6.0, 9.0))
    stack = ContourStack(frame="1", polygons=planes)
    for model, length in ((SliceModel.NONE, 9.0), (SliceModel.PRISM, 12.0)):
        assert slabs(stack, model=model).lengths_mm.sum() == pytest.approx(length)
