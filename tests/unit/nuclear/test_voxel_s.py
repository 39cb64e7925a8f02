"""Voxel S: what is refused, what is kept, what is said to be lost."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import InputError, NotComparable, UsageError
from graybook.nuclear.rebinning import averaged_over, rebinned
from graybook.nuclear.voxel_s import resampled_voxel_s_dose, voxel_s_dose
from graybook.nuclear.voxel_s_kernel import voxel_s_kernel

CUBE = (4.42, 4.42, 4.42)


def point(shape: tuple[int, int, int], place: tuple[int, int, int], mbq_h: float = 1.0) -> np.ndarray:
    """All activity in one voxel."""
    amounts = np.zeros(shape)
    amounts[place] = mbq_h
    return amounts


def test_one_voxel_gives_the_kernel() -> None:
    """A single active voxel is surrounded by the table itself: 0.226, 3.39e-3 and 1.12e-6 mGy/(MBq s)."""
    dose = voxel_s_dose(point((13, 13, 13), (6, 6, 6)), spacing_mm=CUBE, nuclide_name="177Lu")
    in_table = dose.gy / 3.6
    assert in_table[6, 6, 6] == pytest.approx(0.226)
    assert in_table[6, 6, 7] == in_table[5, 6, 6] == pytest.approx(3.39e-3)
    assert in_table[1, 11, 1] == pytest.approx(1.12e-6, rel=1e-6)
    assert in_table[0, 6, 6] == 0.0
    assert dose.lost_at_border == pytest.approx(0.0, abs=1e-12)


def test_convolution_is_the_plain_sum() -> None:
    """A random map gives what adding the kernel voxel by voxel gives."""
    amounts = np.random.default_rng(7).random((5, 6, 7))
    found = voxel_s_dose(amounts, spacing_mm=CUBE, nuclide_name="Y-90").gy
    values = voxel_s_kernel("Y-90", "soft", 4.42).values
    plain = np.zeros((15, 16, 17))
    for z, y, x in np.ndindex(amounts.shape):
        plain[z : z + 11, y : y + 11, x : x + 11] += amounts[z, y, x] * values
    assert found == pytest.approx(plain[5:10, 5:11, 5:12], rel=1e-12)


def test_energy_at_the_border_is_said() -> None:
    """Activity in a corner voxel loses to the outside all but its own octant, and half of what lies on the planes of it."""
    dose = voxel_s_dose(point((9, 9, 9), (0, 0, 0)), spacing_mm=CUBE, nuclide_name="Y-90")
    values = voxel_s_kernel("Y-90", "soft", 4.42).values
    assert dose.lost_at_border == pytest.approx(1.0 - values[5:, 5:, 5:].sum() / values.sum(), rel=1e-9)
    assert dose.lost_at_border > 0.2


@pytest.mark.parametrize(
    "spacing_mm", [(4.6, 4.6, 4.6), (4.42, 4.42, 5.0), (4.42, 4.42, 4.45), (1.0, 1.0, 1.0)]
)
def test_other_voxels_are_refused(spacing_mm: tuple[float, float, float]) -> None:
    """Another size, or voxels that are no cubes, have no kernel; the remedy names the one to resample to and the others."""
    with pytest.raises(NotComparable) as caught:
        voxel_s_dose(np.ones((2, 2, 2)), spacing_mm=spacing_mm, nuclide_name="Lu-177")
    assert caught.value.value == spacing_mm
    assert "Resample" in caught.value.remedy
    assert "local deposition" in caught.value.remedy


def test_a_hair_of_size_is_allowed_and_keeps_the_energy() -> None:
    """Voxels of 4.4180 mm take the kernel of 4.42 mm, with the dose of their own smaller mass."""
    exact = voxel_s_dose(np.ones((3, 3, 3)), spacing_mm=CUBE, nuclide_name="Lu-177")
    near = voxel_s_dose(np.ones((3, 3, 3)), spacing_mm=(4.418,) * 3, nuclide_name="Lu-177")
    assert near.gy == pytest.approx(exact.gy * (4.42 / 4.418) ** 3, rel=1e-12)


@pytest.mark.parametrize("name", ["Ho-166", "Ac-225", "Tb-161"])
def test_nuclides_without_kernels(name: str) -> None:
    """No kernel of another nuclide stands in."""
    with pytest.raises(NotComparable) as caught:
        voxel_s_dose(np.ones((2, 2, 2)), spacing_mm=CUBE, nuclide_name=name)
    assert "I-131, Lu-177, Y-90" in caught.value.remedy


def test_what_is_no_activity_is_refused() -> None:
    """Negative and unknown activities, an unknown tissue and an unknown nuclide."""
    with pytest.raises(UsageError):
        voxel_s_dose(np.full((2, 2, 2), -1.0), spacing_mm=CUBE, nuclide_name="Lu-177")
    with pytest.raises(UsageError):
        voxel_s_dose(np.full((2, 2, 2), np.nan), spacing_mm=CUBE, nuclide_name="Lu-177")
    with pytest.raises(UsageError):
        voxel_s_dose(np.ones((2, 2, 2)), spacing_mm=CUBE, nuclide_name="Lu-177", tissue="lung")
    with pytest.raises(InputError):
        voxel_s_dose(np.ones((2, 2, 2)), spacing_mm=CUBE, nuclide_name="Lu-1777")


def test_no_activity_is_no_dose() -> None:
    """A map without activity gives a map without dose, and nothing is lost."""
    dose = voxel_s_dose(np.zeros((3, 3, 3)), spacing_mm=CUBE, nuclide_name="Lu-177")
    assert not dose.gy.any()
    assert dose.lost_at_border == 0.0


def test_what_is_known_of_a_kernel_travels_with_the_dose() -> None:
    """Medium, density, closure, reach and source are in the result."""
    dose = voxel_s_dose(np.ones((2, 2, 2)), spacing_mm=CUBE, nuclide_name="lutetium 177", tissue="bone")
    assert (dose.nuclide, dose.tissue, dose.density_g_per_cm3) == ("Lu-177", "bone", 1.85)
    assert dose.closure == pytest.approx(0.990, abs=0.001)
    assert dose.reach_mm == pytest.approx(5.5 * 4.42)
    assert "Lanconelli" in dose.source


def test_rebinning_keeps_sums() -> None:
    """Whatever the two sizes, not a becquerel is gained or lost, and evenly spread activity stays even."""
    amounts = np.random.default_rng(3).random((4, 5, 6))
    for to_mm in (1.7, 4.42, 30.0):
        assert rebinned(amounts, from_mm=(3.0, 4.0, 5.0), to_mm=to_mm).sum() == pytest.approx(amounts.sum())
    even = rebinned(np.ones((4, 4, 4)), from_mm=(3.0,) * 3, to_mm=2.0)
    assert even == pytest.approx(np.full((6, 6, 6), 8.0 / 27.0))
    back = averaged_over(np.full((6, 6, 6), 2.5), from_mm=2.0, to_mm=(3.0,) * 3, shape=(4, 4, 4))
    assert back == pytest.approx(np.full((4, 4, 4), 2.5))


def test_cubes_between_two_sizes_are_not_resampled() -> None:
    """Voxels of 4.6 mm get the kernel between those of 4.42 and 4.8 mm, which holds energy as these do, and says so."""
    dose = resampled_voxel_s_dose(
        point((15, 15, 15), (7, 7, 7)), spacing_mm=(4.6,) * 3, nuclide_name="Lu-177"
    )
    assert (dose.kernel_mm, dose.of_sizes_mm, dose.resampled_from_mm) == (4.6, (4.42, 4.8), None)
    assert 0.9577 < dose.closure < 0.9611
    energy_kev = dose.gy.sum() * 4.6**3 * 1e-3 * 1.04 * 1e-3 / 3.6e9 / 1.602176634e-16
    assert energy_kev / 147.923 == pytest.approx(dose.closure, rel=1e-5)
    assert dose.lost_at_border == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("spacing_mm", "kernel_mm", "of_sizes_mm"), [
    ((3.27, 3.9, 3.9), 3.9, (3.9,)), ((5.0, 4.6, 4.6), 4.6, (4.42, 4.8)), ((1.0, 2.0, 12.0), 3.0, (3.0,)),
    ((12.0, 12.0, 12.0), 9.28, (9.28,)), ((2.0, 2.0, 2.0), 2.21, (2.21,)),
])  # fmt: skip
def test_resampled_dose_keeps_the_energy(
    spacing_mm: tuple[float, float, float], kernel_mm: float, of_sizes_mm: tuple[float, ...]
) -> None:
    """Voxels that no kernel has go through cubes, of two sides of the voxel if these are alike: all energy comes back."""
    amounts = point((61, 41, 41), (30, 20, 20))
    dose = resampled_voxel_s_dose(amounts, spacing_mm=spacing_mm, nuclide_name="Lu-177")
    assert (dose.kernel_mm, dose.of_sizes_mm, dose.resampled_from_mm) == (kernel_mm, of_sizes_mm, spacing_mm)
    grams = np.prod(spacing_mm) * 1e-3 * 1.04
    energy_kev = dose.gy.sum() * grams * 1e-3 / 3.6e9 / 1.602176634e-16
    assert energy_kev / 147.923 == pytest.approx(dose.closure * (1.0 - dose.lost_at_border), rel=1e-5)
    assert dose.lost_at_border < 0.01


def test_resampling_leaves_a_kernels_own_voxels_alone() -> None:
    """Voxels that have a kernel are convolved as they are."""
    amounts = np.random.default_rng(5).random((4, 4, 4))
    plain = voxel_s_dose(amounts, spacing_mm=CUBE, nuclide_name="I-131")
    same = resampled_voxel_s_dose(amounts, spacing_mm=CUBE, nuclide_name="I-131")
    assert same.resampled_from_mm is None
    assert np.array_equal(plain.gy, same.gy)
