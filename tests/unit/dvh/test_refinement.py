"""Refined samples: hot spots far smaller than the organ, tolerances, halves; truth in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from graybook.dvh.refinement import refined_samples, structure_doses
from graybook.dvh.sampling import structure_samples
from graybook.dvh.statistics import max_gy, mean_gy, near_maximum_gy
from graybook.geometry import ContourStack, FieldSamples, Grid, GridField

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


@dataclass(frozen=True)
class Spots:
    """A background of 1 Gy and Gaussian spots of one width: exact, and with an exact bound."""

    centres: np.ndarray
    peaks: np.ndarray
    sigma_mm: float
    frame: str = FRAME

    def _value(self, distance: np.ndarray) -> np.ndarray:
        return 1.0 + np.max(self.peaks * np.exp(-(distance**2) / (2.0 * self.sigma_mm**2)), axis=1)

    def sample(self, points_mm: np.ndarray) -> FieldSamples:
        """The highest of the spots at each point."""
        distance = np.linalg.norm(points_mm[:, None, :] - self.centres, axis=2)
        value = self._value(distance)
        return FieldSamples(low=value, high=value, inside=np.ones(len(value), dtype=np.bool_))

    def highest_near(self, points_mm: np.ndarray, reach_mm: np.ndarray, threshold: float) -> np.ndarray:
        """The highest value in upright blocks about the points: at the nearest place to each spot."""
        away = np.maximum(np.abs(points_mm[:, None, :] - self.centres) - reach_mm[:, None, :], 0.0)
        return self._value(np.linalg.norm(away, axis=2))


def near_peak_gy(peak: float, sigma_mm: float, volume_mm3: float) -> float:
    """Lowest dose of the ball of this volume about a Gaussian spot on 1 Gy."""
    radius = np.cbrt(3.0 * volume_mm3 / (4.0 * np.pi))
    return 1.0 + peak * float(np.exp(-(radius**2) / (2.0 * sigma_mm**2)))


@pytest.mark.parametrize("seed", range(6))
def test_a_spot_of_millimetres_in_an_organ_of_litres(seed: int) -> None:
    """D0.03cc and D0.1cc of a 50 Gy spot of 3 mm width anywhere in 6 litres are those of its balls, their volumes within 10 %."""
    rng = np.random.default_rng(seed)
    centre = np.array([rng.uniform(-60, 60), rng.uniform(-60, 60), rng.uniform(-80, 80)])
    field = Spots(centre[None], np.array([50.0]), 3.0)
    found = structure_doses(cylinder(100.0, 189.0), [field])
    dose, volumes = found.inner[0].low, found.samples.volumes_cm3
    for volume_cm3 in (0.03, 0.1):
        low, high = (near_peak_gy(50.0, 3.0, 1000.0 * volume_cm3 * share) for share in (1.1, 0.9))
        assert low <= (near_maximum_gy(dose, volumes, volume_cm3) or 0.0) <= high
    assert found.samples.volume_cm3 == pytest.approx(np.pi * 100.0**2 * 189.0 / 1000.0, rel=2e-4)
    assert len(dose) < 100_000


def test_two_spots_alike_are_both_refined() -> None:
    """Two spots of 40 Gy share the near-maximum: D0.1cc is the dose of two balls of 0.05 cm³."""
    field = Spots(np.array([[30.0, 10.0, -40.0], [-25.0, -33.0, 51.0]]), np.array([40.0, 40.0]), 3.0)
    found = structure_doses(cylinder(80.0, 180.0), [field])
    got = near_maximum_gy(found.inner[0].low, found.samples.volumes_cm3, 0.1)
    assert got == pytest.approx(near_peak_gy(40.0, 3.0, 50.0), abs=0.4)


def test_every_field_is_refined_where_it_is_hottest() -> None:
    """Two fields with one spot each, far apart: both near-maxima are right on the same samples."""
    fields = [Spots(np.array([[x, 5.0, 20.0]]), np.array([30.0]), 3.0) for x in (-40.0, 45.0)]
    found = structure_doses(cylinder(80.0, 180.0), fields)
    for values in found.inner:
        got = near_maximum_gy(values.low, found.samples.volumes_cm3, 0.03)
        assert got == pytest.approx(near_peak_gy(30.0, 3.0, 30.0), abs=0.3)


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
    reach = rng.uniform(0.1, 9.0, (400, 3))
    bounds = field.highest_near(points, reach, 30.0)
    for place in rng.uniform(-1.0, 1.0, (50, 1, 3)):
        assert np.all(field.sample(points + place * reach).high <= bounds + 1e-9)
