"""Bodies in closed form, held against sums over points and polygons that know nothing of the closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.bodies import (
    Body,
    Cone,
    Cylinder,
    GaussianDose,
    LinearDose,
    Sphere,
    SteepDose,
    contours,
    curve_cm3,
    metrics,
    on_grid,
)
from graybook.errors import UsageError
from graybook.geometry import Grid

CENTRE = (13.3, -187.1, 41.2)
BODIES: dict[str, Body] = {
    "sphere": Sphere(radius_mm=9.0, centre_mm=CENTRE),
    "cylinder": Cylinder(radius_mm=7.0, length_mm=20.0, centre_mm=CENTRE),
    "lying cylinder": Cylinder(radius_mm=7.0, length_mm=20.0, along=1, centre_mm=CENTRE),
    "cone": Cone(radius_mm=8.0, height_mm=20.0, centre_mm=CENTRE),
    "collared cone": Cone(radius_mm=8.0, height_mm=18.0, collar_mm=2.0, centre_mm=CENTRE),
    "lying cone": Cone(radius_mm=8.0, height_mm=20.0, along=1, centre_mm=CENTRE),
}


def inside(name: str, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Which points lie in a body, from its definition; coordinates from the centre."""
    return np.asarray(
        {
            "sphere": lambda: x**2 + y**2 + z**2 <= 81,
            "cylinder": lambda: (x**2 + y**2 <= 49) & (abs(z) <= 10),
            "lying cylinder": lambda: (x**2 + z**2 <= 49) & (abs(y) <= 10),
            "cone": lambda: (np.hypot(x, y) <= 0.4 * (z + 10)) & (z <= 10),
            "collared cone": lambda: (np.hypot(x, y) <= np.minimum(8 / 18 * (z + 9), 8)) & (abs(z - 1) <= 10),
            "lying cone": lambda: (np.hypot(x, z) <= 0.4 * (y + 10)) & (y <= 10),
        }[name]()
    )


@pytest.mark.parametrize("name", BODIES)
def test_volumes_beyond_are_the_sum_of_points(name: str) -> None:
    """Along every axis the volume beyond a coordinate is that of the points of a fine lattice, within 0.2 %."""
    step = 0.2
    line = np.arange(-12, 12, step) + step / 2
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    held = inside(name, x, y, z)
    total = held.sum() * step**3
    for axis, coordinate in enumerate((x, y, z)):
        for at in (-8.0, -5.0, -1.6, 0.0, 0.8, 3.0, 6.4, 9.6):
            counted = (held & (coordinate > at)).sum() * step**3
            found = float(BODIES[name].volume_beyond_mm3(np.array(at + CENTRE[axis]), axis))
            assert found == pytest.approx(counted, abs=0.002 * total)
        mean = CENTRE[axis] + float(coordinate[held].mean())
        assert BODIES[name].centroid_mm[axis] == pytest.approx(mean, abs=0.02)
        low, high = BODIES[name].span_mm(axis)
        assert low == pytest.approx(CENTRE[axis] + coordinate[held].min(), abs=0.75)
        assert high == pytest.approx(CENTRE[axis] + coordinate[held].max(), abs=0.75)


@pytest.mark.parametrize("name", [name for name in BODIES if name != "collared cone"])
def test_contours_enclose_the_sections(name: str) -> None:
    """The contours' areas, summed over fine planes, are the volume; no two points lie more than 0.2 mm apart."""
    step = 0.05
    planes = CENTRE[2] + np.arange(-12, 12, step) + step / 2
    total = 0.0
    for polygon in contours(BODIES[name], planes).polygons:
        u, v = polygon[:, 0] - CENTRE[0], polygon[:, 1] - CENTRE[1]
        total += 0.5 * abs(np.sum(u * np.roll(v, -1) - np.roll(u, -1) * v)) * step
        gaps = np.hypot(u - np.roll(u, -1), v - np.roll(v, -1))
        assert gaps.min() > 0.0
        assert gaps.max() <= 0.21
    volume = float(BODIES[name].volume_beyond_mm3(np.array(-1e6), 0))
    assert total == pytest.approx(volume, rel=0.002)


def test_published_truth() -> None:
    """The nine metrics are those of the bodies of Nelms 2015 without extension (Gy and cm³, to 4 digits)."""
    lying_cylinder = Cylinder(radius_mm=12.0, length_mm=24.0, along=1)
    lying_cone = Cone(radius_mm=12.0, height_mm=24.0, along=1)
    names = ("V", "D99", "D95", "D5", "D1", "D0.03cc", "Dmean")
    for body, axis, values in (
        (Sphere(radius_mm=12.0), 1, (7.2382, 5.4137, 7.2484, 24.7516, 26.5863, 27.0965, 16.0)),
        (lying_cylinder, 1, (10.8573, 4.2400, 5.2000, 26.8000, 27.7600, 27.9337, 16.0)),
        (lying_cylinder, 2, (10.8573, 4.7880, 6.3354, 25.6646, 27.2120, 27.6670, 16.0)),
        (lying_cone, 1, (3.6191, 9.1706, 12.8417, 27.5931, 27.9197, 27.9335, 22.0)),
        (lying_cone, 2, (3.6191, 6.2111, 8.2957, 23.7043, 25.7889, 25.9518, 16.0)),
    ):
        found = metrics(body, LinearDose(axis=axis))
        assert [found[name] for name in names] == pytest.approx(values, abs=1e-4)
        assert (found["Dmin"], found["Dmax"]) == (4.0, 28.0)


def test_a_falling_dose_mirrors_a_rising_one() -> None:
    """With the gradient turned round the curve is the complement, and cold and hot ends change places."""
    body, up, down = (
        BODIES["cone"],
        LinearDose(axis=2, middle_mm=CENTRE),
        LinearDose(axis=2, per_mm_gy=-1.0, middle_mm=CENTRE),
    )
    rising, falling = metrics(body, up), metrics(body, down)
    assert falling["D99"] == pytest.approx(32.0 - rising["D1"])
    assert falling["Dmin"] == pytest.approx(32.0 - rising["Dmax"])
    doses = np.linspace(4.0, 28.0, 25)
    both = curve_cm3(body, up, doses) + curve_cm3(body, down, 32.0 - doses)
    assert both == pytest.approx(np.full(25, rising["V"]))


def test_flat_ends_lie_half_a_slice_beyond_the_last_plane() -> None:
    """Nelms' reference: on planes through both ends an upright body grows by half a slice there, off them it may shrink."""
    planes = np.arange(-12.0, 13.0, 3.0)
    cylinder = Cylinder(radius_mm=12.0, length_mm=24.0)
    assert cylinder.contoured(planes).span_mm(2) == (-13.5, 13.5)
    cone = Cone(radius_mm=12.0, height_mm=24.0)
    assert cone.contoured(planes).collar_mm == 1.5
    assert cone.contoured(planes).span_mm(2) == (-12.0, 13.5)
    cut = cone.contoured(planes - 2.0)  # last plane at 10, so the end lies at 11.5
    assert cut.span_mm(2) == (-12.0, 11.5)
    assert cut.radius_mm == pytest.approx(12.0 * 23.5 / 24.0)
    assert cut.collar_mm == 0.0
    lying = Cone(radius_mm=12.0, height_mm=24.0, along=1)
    assert lying.contoured(planes) == lying


def test_stanley_truth() -> None:
    """V50 over V100 of Stanley 2021 for diameters of 3 to 20 mm, and 20 Gy on the surface."""
    published = {3: 1.972, 5: 1.530, 7: 1.363, 10: 1.246, 15: 1.160, 20: 1.119}
    for diameter, ratio in published.items():
        dose = SteepDose(radius_mm=diameter / 2, centre_mm=CENTRE)
        assert (dose.reached_at_mm(10.0) / (diameter / 2)) ** 3 == pytest.approx(ratio, abs=1e-3)
        surface = np.array([[CENTRE[0], CENTRE[1] - diameter / 2, CENTRE[2]]])
        assert dose.at(surface) == pytest.approx([20.0])
        edge = np.array([[CENTRE[0], CENTRE[1], CENTRE[2] + dose.reached_at_mm(10.0)]])
        assert dose.at(edge) == pytest.approx([10.0])


def test_gaussian_truth() -> None:
    """Walker and Byrne 2025: 6.065 Gy on the surface, and half of it at a distance that gives a gradient index of 3.69."""
    dose = GaussianDose(radius_mm=2.0, centre_mm=CENTRE)
    assert dose.surface_gy == pytest.approx(6.065, abs=1e-3)
    assert dose.reached_at_mm(dose.surface_gy) == pytest.approx(2.0)
    edge = np.array([[CENTRE[0] + dose.reached_at_mm(3.0), CENTRE[1], CENTRE[2]]])
    assert dose.at(edge) == pytest.approx([3.0])


def test_on_grid_holds_the_dose_at_voxel_centres() -> None:
    """A stored dose is the dose's own value at each voxel's centre; a linear one is linear between them."""
    grid = Grid(
        frame="1.2.3",
        shape=(4, 5, 6),
        origin_mm=np.array([10.0, -190.0, 40.0]),
        spacing_mm=np.array([1.0, 2.0, 3.0]),
        axes=np.eye(3),
    )
    stored = on_grid(LinearDose(axis=1, middle_mm=CENTRE), grid)
    assert stored.values[2, 3, 1] == pytest.approx(16.0 + (-190.0 + 3 * 2.0) - CENTRE[1])
    assert stored.sample(np.array([[12.3, -185.7, 43.3]])).low == pytest.approx([16.0 - 185.7 + 187.1])


def test_what_cannot_be_is_refused() -> None:
    """A body off all planes and an axis that is neither y nor z are refused."""
    with pytest.raises(UsageError, match="No plane"):
        contours(BODIES["sphere"], np.array([0.0, 1.0]))
    with pytest.raises(UsageError, match="along y"):
        Cylinder(radius_mm=1.0, length_mm=1.0, along=0)
