"""Refined samples: hot spots far smaller than the organ, tolerances, halves; truth in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.refinement import refined_samples, structure_doses
from graybook.dvh.sampling import structure_samples
from graybook.dvh.statistics import max_gy, mean_gy, near_maximum_gy
from graybook.geometry import ContourStack, Grid, GridField
from graybook.geometry._peak_kernels import highest_in_boxes

FRAME = "1.2.3"


def cylinder(radius: float, length: float, slice_mm: float = 3.0) -> ContourStack:
    """A blunt cylinder about z."""
    angle = 2.0 * np.pi * np.arange(240) / 240
    planes = np.arange(0.5 * slice_mm, length, slice_mm) - 0.5 * length
    return ContourStack(
        frame=FRAME,
        polygons=tuple(
            np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.full(240, z)]) for z in planes
        ),
    )


def spots(*spots_of: tuple[np.ndarray, float]) -> GridField:
    """1 Gy and Gaussian spots of 3 mm width (centre, peak), on a grid of 1 mm, each spot on a voxel, up to 20 mm about them."""
    centres = np.array([centre for centre, _ in spots_of])
    low, high = np.floor(centres.min(axis=0)) - 20.0, np.ceil(centres.max(axis=0)) + 20.0
    x, y, z = (np.arange(a, b + 0.5) for a, b in zip(low, high, strict=True))
    values = np.full((len(z), len(y), len(x)), 1.0)
    for centre, peak in spots_of:
        parts = [np.exp(-((axis - c) ** 2) / 18.0) for axis, c in zip((z, y, x), centre[::-1], strict=True)]
        values += peak * parts[0][:, None, None] * parts[1][:, None] * parts[2]
    grid = Grid(frame=FRAME, shape=values.shape, origin_mm=low, spacing_mm=np.ones(3), axes=np.eye(3))
    return GridField(grid=grid, values=values)


def near_peak_gy(peak: float, volume_mm3: float) -> float:
    """Lowest dose of the ball of this volume about a Gaussian spot of 3 mm width on 1 Gy.

    On the 1 mm grid the dose between centres is lower by up to 3/8 of the curvature: the width is that of the
    Gaussian with a sixth of a square millimetre more in each direction (a tent's variance), the peak lower accordingly.
    """
    radius, variance = np.cbrt(3.0 * volume_mm3 / (4.0 * np.pi)), 9.0 + 1.0 / 6.0
    return 1.0 + peak * (9.0 / variance) ** 1.5 * float(np.exp(-(radius**2) / (2.0 * variance)))


@pytest.mark.parametrize("seed", range(6))
def test_a_spot_of_millimetres_in_an_organ_of_litres(seed: int) -> None:
    """D0.03cc and D0.1cc of a 50 Gy spot of 3 mm width anywhere in 6 litres are those of its balls, their volumes within 10 %."""
    rng = np.random.default_rng(seed)
    centre = rng.integers([-60, -60, -80], [60, 60, 80]).astype(float)
    field = spots((centre, 50.0))
    found = structure_doses(cylinder(100.0, 189.0), [field])
    dose, volumes = found.inner[0].high, found.samples.volumes_cm3
    for volume_cm3 in (0.03, 0.1):
        low, high = (near_peak_gy(50.0, 1000.0 * volume_cm3 * share) for share in (1.1, 0.9))
        assert low <= (near_maximum_gy(dose, volumes, volume_cm3) or 0.0) <= high
    assert found.samples.volume_cm3 == pytest.approx(np.pi * 100.0**2 * 189.0 / 1000.0, rel=2e-4)
    assert len(dose) < 100_000


def test_two_spots_alike_are_both_refined() -> None:
    """Two spots of 40 Gy share the near-maximum: D0.1cc is the dose of two balls of 0.05 cm³."""
    field = spots((np.array([30.0, 10.0, -40.0]), 40.0), (np.array([-25.0, -33.0, 51.0]), 40.0))
    found = structure_doses(cylinder(80.0, 180.0), [field])
    got = near_maximum_gy(found.inner[0].high, found.samples.volumes_cm3, 0.1)
    assert near_peak_gy(40.0, 55.0) <= (got or 0.0) <= near_peak_gy(40.0, 45.0)


def test_every_field_is_refined_where_it_is_hottest() -> None:
    """Two fields with one spot each, far apart: both near-maxima are right on the same samples."""
    fields = [spots((np.array([x, 5.0, 20.0]), 30.0)) for x in (-40.0, 45.0)]
    found = structure_doses(cylinder(80.0, 180.0), fields)
    for values in found.inner:
        got = near_maximum_gy(values.high, found.samples.volumes_cm3, 0.03)
        assert near_peak_gy(30.0, 33.0) <= (got or 0.0) <= near_peak_gy(30.0, 27.0)


def linear_grid() -> GridField:
    """1 Gy/mm along x from 100 Gy in the middle, 5 mm voxels."""
    x = np.arange(-150.0, 150.1, 5.0)
    values = np.broadcast_to(100.0 + x, (61, 61, 61))
    grid = Grid(
        frame=FRAME,
        shape=(61, 61, 61),
        origin_mm=np.full(3, -150.0),
        spacing_mm=np.full(3, 5.0),
        axes=np.eye(3),
    )
    return GridField(grid=grid, values=values)


def test_a_linear_dose_keeps_its_mean_and_its_cap() -> None:
    """Across a cylinder of radius 60: mean 100 Gy within 0.05; the 0.1 cm³ farthest along x, by its segment, within 0.3 Gy."""
    found = structure_doses(cylinder(60.0, 120.0), [linear_grid()])
    dose, volumes = found.inner[0].low, found.samples.volumes_cm3
    assert mean_gy(dose, volumes) == pytest.approx(100.0, abs=0.05)
    # a segment of height h of a circle has area about 4/3 h sqrt(2 R h)
    height = (0.1e3 / 120.0 * 0.75 / np.sqrt(120.0)) ** (2.0 / 3.0)
    assert near_maximum_gy(dose, volumes, 0.1) == pytest.approx(160.0 - height, abs=0.3)
    assert max_gy(dose, found.outer[0].low) == pytest.approx(160.0, abs=0.05)


def test_a_stricter_tolerance_takes_more_samples() -> None:
    """In a dose of pure noise the halves agree to the tolerance asked for, by more samples the stricter it is."""
    noise = np.random.default_rng(4).uniform(0.0, 60.0, (61, 61, 61))
    field = GridField(grid=linear_grid().grid, values=noise)
    counts = []
    for tolerance in (0.01, 0.002):
        found = structure_doses(cylinder(60.0, 120.0), [field], tolerance=tolerance)
        dose, volumes, second = found.inner[0].low, found.samples.volumes_cm3, found.samples.second_half
        counts.append(len(dose))
        for level in (10.0, 25.0, 35.0, 50.0):
            first = volumes[~second & (dose >= level)].sum() / volumes[~second].sum()
            other = volumes[second & (dose >= level)].sum() / volumes[second].sum()
            # a step of 0.1 % of the highest dose, 0.06 Gy, holds up to 0.2 % of the volume
            assert abs(first - other) / 2.0 <= tolerance + 0.002
    assert counts[1] > 2 * counts[0]


def test_both_halves_sample_the_whole() -> None:
    """Each half has half the volume within 2 %, in the plain and in the refined samples."""
    organ = cylinder(60.0, 120.0)
    for samples in (structure_samples(organ), refined_samples(organ, [linear_grid()])):
        half = samples.volumes_cm3[samples.second_half].sum()
        assert half == pytest.approx(0.5 * samples.volume_cm3, rel=0.02)


def test_an_empty_stack_has_no_samples() -> None:
    """No contour, no samples, no error."""
    found = structure_doses(ContourStack(frame=FRAME, polygons=()), [linear_grid()])
    assert found.samples.volume_cm3 == 0.0
    assert found.outer[0].low.size == 0


@pytest.mark.parametrize("uneven", [False, True])
def test_no_value_near_a_point_is_higher_than_the_bound(uneven: bool) -> None:
    """Random voxels on a turned grid, even and uneven planes: 400 blocks, 50 places in each, none above its bound."""
    rng = np.random.default_rng(8)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    if np.linalg.det(turn) < 0:
        turn[:, 0] *= -1
    planes = np.cumsum(rng.uniform(1.0, 4.0, 20)) if uneven else None
    grid = Grid(
        frame=FRAME,
        shape=(20, 17, 23),
        origin_mm=np.array([3.0, -20.0, 7.0]),
        spacing_mm=np.array([2.0, 3.0, 2.5]),
        axes=turn,
        planes_mm=None if planes is None else planes - planes[0],
    )
    field = GridField(grid=grid, values=rng.uniform(0.0, 60.0, (20, 17, 23)) ** 2 / 60.0)
    points = grid.points_at(rng.uniform(-2.0, 24.0, (400, 3)))
    reach = rng.uniform(0.1, 9.0, (400, 3)) * rng.uniform(0.1, 1.0, (400, 1))
    lattice = field.lattice(np.eye(4))
    known = field.sample(points + rng.uniform(-1.0, 1.0, (400, 3)) * reach).high
    for value in (np.full(400, np.inf), known):
        boxes = np.column_stack([value, points, reach])
        bounds = highest_in_boxes(*lattice[:3], boxes, *lattice[3:], 30.0)
        for place in rng.uniform(-1.0, 1.0, (50, 1, 3)):
            assert np.all(field.sample(points + place * reach).high <= bounds + 1e-9)
