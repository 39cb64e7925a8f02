"""Samples of a structure: volumes, conventions along z, and what they must not depend on."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from graybook.dvh.sampling import StructureSamples, structure_samples, usual_count
from graybook.dvh.slices import SliceModel, slabs
from graybook.errors import InputError
from graybook.geometry import ContourStack

ANGLE = 2.0 * np.pi * np.arange(100) / 100


def disc(z: float, radius: float = 10.0, x: float = 0.0, y: float = 0.0) -> np.ndarray:
    """A regular polygon (100, 3) with the area of the circle."""
    grown = radius * np.sqrt(2 * np.pi / 100 / np.sin(2 * np.pi / 100))
    return np.column_stack([x + grown * np.cos(ANGLE), y + grown * np.sin(ANGLE), np.full(100, z)])


def stack(*polygons: np.ndarray) -> ContourStack:
    """A contour stack."""
    return ContourStack(frame="1.2.3", polygons=polygons)


def volume_mm3(contours: ContourStack, **options: object) -> float:
    """Volume of its samples."""
    return 1000.0 * structure_samples(contours, target_count=3000, **options).volume_cm3  # type: ignore[arg-type]


AREA = np.pi * 100.0


def test_a_cylinder_ends_half_a_slice_beyond_its_planes() -> None:
    """Blunt ends: four planes 3 mm apart are 12 mm long in both models with caps."""
    contours = stack(*[disc(z) for z in (0.0, 3.0, 6.0, 9.0)])
    for model in (SliceModel.PRISM, SliceModel.MOULDED):
        samples = structure_samples(contours, model=model)
        assert samples.volume_cm3 == pytest.approx(12.0 * AREA / 1000.0, rel=1e-6)
        assert samples.extreme_points_mm[:, 2].min() == pytest.approx(-1.5)
        assert samples.extreme_points_mm[:, 2].max() == pytest.approx(10.5)
        assert samples.model is model
        assert samples.frame == "1.2.3"


def test_one_plane_is_as_thick_as_a_slice() -> None:
    """A structure of one plane takes the image's slice spacing, 1 mm when it is not known."""
    assert volume_mm3(stack(disc(5.0)), slice_thickness_mm=2.5) == pytest.approx(2.5 * AREA, rel=1e-6)
    assert volume_mm3(stack(disc(5.0))) == pytest.approx(1.0 * AREA, rel=1e-6)


def test_uneven_spacing_divides_midway() -> None:
    """Planes at 0, 2, 5, 9: caps of 1 and 2 mm, boundaries midway, 12 mm in all."""
    contours = stack(*[disc(z) for z in (0.0, 2.0, 5.0, 9.0)])
    assert volume_mm3(contours) == pytest.approx((1.0 + 9.0 + 2.0) * AREA, rel=1e-6)


def test_a_gap_is_not_filled() -> None:
    """Two pieces one above the other with empty slices between stay apart; each ends by half a slice."""
    contours = stack(*[disc(z) for z in (0.0, 3.0, 6.0, 21.0, 24.0, 27.0)])
    samples = structure_samples(contours)
    assert samples.volume_cm3 == pytest.approx(18.0 * AREA / 1000.0, rel=1e-6)
    z = samples.points_mm[:, 2]
    assert not np.any((z > 7.5) & (z < 19.5))


def test_a_change_of_spacing_is_not_a_gap() -> None:
    """A structure drawn on every slice below and on every second above is one piece."""
    contours = stack(*[disc(z) for z in (0.0, 3.0, 6.0, 12.0, 18.0)])
    assert volume_mm3(contours) == pytest.approx((1.5 + 18.0 + 3.0) * AREA, rel=1e-6)


def test_two_planes_far_apart_are_two_pieces() -> None:
    """Two lone planes are joined only when no slice can lie between them."""
    far, near = stack(disc(0.0), disc(9.0)), stack(disc(0.0), disc(3.0))
    assert volume_mm3(far, slice_thickness_mm=3.0) == pytest.approx(6.0 * AREA, rel=1e-6)
    assert volume_mm3(near, slice_thickness_mm=3.0) == pytest.approx(6.0 * AREA, rel=1e-6)
    assert volume_mm3(stack(disc(0.0), disc(30.0))) == pytest.approx(2.0 * AREA, rel=1e-6)


def test_islands_side_by_side_keep_their_own_ends() -> None:
    """A short and a long cylinder side by side are each their own length."""
    contours = stack(*[disc(z) for z in (0, 3, 6, 9, 12)], *[disc(z, x=50.0) for z in (3, 6)])
    assert volume_mm3(contours) == pytest.approx((15.0 + 6.0) * AREA, rel=1e-6)


def test_a_fork_is_a_prism_where_it_forks() -> None:
    """Where one section overlaps two above it each goes on unchanged to the middle."""
    contours = stack(
        *[disc(z, radius=15.0) for z in (0.0, 2.0)],
        *[disc(z, radius=6.0, x=x) for z in (4.0, 6.0) for x in (-8.0, 8.0)],
    )
    expected = 4.0 * np.pi * 225.0 + 2 * 4.0 * np.pi * 36.0
    assert volume_mm3(contours) == pytest.approx(expected, rel=1e-6)


def test_a_ring_has_its_hole() -> None:
    """A tube of radii 10 and 6, hole by exclusive or, has no sample in its hole."""
    planes = (0.0, 2.0, 4.0)
    contours = stack(*[disc(z) for z in planes], *[disc(z, radius=6.0) for z in planes])
    samples = structure_samples(contours)
    assert samples.volume_cm3 == pytest.approx(6.0 * np.pi * 64.0 / 1000.0, rel=1e-6)
    assert np.hypot(*samples.points_mm[:, :2].T).min() > 5.9


def test_a_cone_comes_to_its_tip() -> None:
    """A cone's samples and surface reach its tip within 0.15 mm, and its volume is a third of the cylinder's."""
    contours = stack(*[disc(z, radius=0.5 * z) for z in (1.0, 3.0, 5.0, 7.0, 9.0)])
    samples = structure_samples(contours)
    assert samples.extreme_points_mm[:, 2].min() == pytest.approx(0.0, abs=0.15)
    flat_end = np.pi * 4.5**2
    assert 1000 * samples.volume_cm3 == pytest.approx(flat_end * 9.0 / 3.0 + flat_end * 1.0, rel=0.002)


def test_a_tilted_cylinder_leans() -> None:
    """Sections that move sideways are sheared between planes, not stepped: exact volume, centroid on the axis."""
    contours = stack(*[disc(z, x=0.8 * z) for z in (0.0, 3.0, 6.0, 9.0)])
    samples = structure_samples(contours)
    assert samples.volume_cm3 == pytest.approx(12.0 * AREA / 1000.0, rel=1e-6)
    inner = (samples.points_mm[:, 2] > 0.0) & (samples.points_mm[:, 2] < 9.0)
    x, _, z = samples.points_mm[inner].T
    assert np.average((x - 0.8 * z) ** 2, weights=samples.volumes_cm3[inner]) == pytest.approx(25.0, rel=0.01)


def test_nothing_drawn_is_nothing() -> None:
    """An empty stack has no samples and no volume."""
    samples = structure_samples(stack())
    assert samples.volume_cm3 == 0.0
    assert samples.points_mm.shape == (0, 3)
    assert samples.extreme_points_mm.shape == (0, 3)


def test_contours_without_area_have_a_surface_only() -> None:
    """Points on a line give surface points for the extremes and no volume."""
    line = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    samples = structure_samples(stack(line, line + np.array([0.0, 0.0, 1.0])))
    assert samples.volume_cm3 == 0.0
    assert len(samples.extreme_points_mm) > 0


@pytest.mark.rule(16)
def test_order_of_contours_and_threads_change_nothing() -> None:
    """Polygons in another order, and another number of threads, give the same samples to the last bit."""
    polygons = [disc(z, radius=r, x=x) for z, r in ((0, 8), (2, 9), (4, 7)) for x in (0.0, 40.0)]
    threads = numba.get_num_threads()
    first = structure_samples(stack(*polygons))
    try:
        numba.set_num_threads(1)
        second = structure_samples(stack(*polygons[::-1]))
    finally:
        numba.set_num_threads(threads)
    assert np.array_equal(first.points_mm, second.points_mm)
    assert np.array_equal(first.volumes_cm3, second.volumes_cm3)


def test_counts_follow_the_volume() -> None:
    """A structure of 0.1 cm³ has about 20 000 samples, one of 4 litres about 300 000, and a target is met."""
    small = structure_samples(stack(*[disc(z, radius=2.5) for z in (0.0, 2.5)]), slice_thickness_mm=2.5)
    assert 15_000 < len(small.volumes_cm3) < 60_000
    large = structure_samples(stack(*[disc(z, radius=80.0) for z in np.arange(0.0, 200.0, 3.0)]))
    assert 250_000 < len(large.volumes_cm3) < 400_000
    few = structure_samples(stack(*[disc(z) for z in (0.0, 3.0, 6.0)]), target_count=2000)
    assert 1_000 < len(few.volumes_cm3) < 4_000
    assert usual_count(1e6) == 300_000


def test_no_sample_weighs_much() -> None:
    """No sample of a small organ stands for more than a hundredth of 0.03 cm³."""
    samples = structure_samples(stack(*[disc(z) for z in np.arange(0.0, 100.0, 3.0)]))
    assert samples.volumes_cm3.max() < 0.0003 * 2
    assert samples.volumes_cm3.min() >= 0.0


def test_long_edges_have_surface_points() -> None:
    """A square drawn by its corners has surface points at most 2 mm apart along its edges."""
    square = np.array([[0.0, 0.0, 0.0], [30.0, 0.0, 0.0], [30.0, 30.0, 0.0], [0.0, 30.0, 0.0]])
    samples = structure_samples(stack(square, square + np.array([0.0, 0.0, 3.0])))
    bottom = samples.extreme_points_mm[
        (samples.extreme_points_mm[:, 1] == 0.0) & (samples.extreme_points_mm[:, 2] == 0.0)
    ]
    assert np.diff(np.sort(bottom[:, 0])).max() <= 2.0


def test_slabs_know_their_plane() -> None:
    """Each plane of a stack has its slab, from below up."""
    found = slabs(stack(*[disc(z) for z in (6.0, 0.0, 3.0)]))
    assert found.heights_mm.tolist() == [0.0, 3.0, 6.0]


def test_samples_that_disagree_are_refused() -> None:
    """Points, volumes and surface points of wrong shapes are refused."""
    with pytest.raises(InputError, match="disagree"):
        StructureSamples(
            frame="1", points_mm=np.zeros((2, 3)), volumes_cm3=np.zeros(3), extreme_points_mm=np.zeros((0, 3))
        )
