"""Doses of microspheres voxel by voxel: closed forms of a map that is known."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import NotComparable, UsageError
from graybook.interventional.voxel import local_deposition_gy, region_dose, relative_gbq_per_ml

VOXEL_ML, DENSITY = 0.064, 1.05


def test_patient_relative_calibration_gives_the_partition_model() -> None:
    """Tumour of 27 voxels at 4, liver of 485 at 1: doses are D_N = k A (1-L) / (m_N + 4 m_T) and 4 D_N; energy closes."""
    values = np.concatenate([np.full(27, 4.0), np.full(485, 1.0)])
    volumes = np.full(512, VOXEL_ML)
    per_ml = values * relative_gbq_per_ml(values, volumes, delivered_gbq=0.2, share_inside=0.95)
    dose = local_deposition_gy(per_ml, density_g_cm3=DENSITY, constant_j_per_gbq=49.67)
    voxel_kg = VOXEL_ML * DENSITY * 1e-3
    normal_gy = 49.67 * 0.2 * 0.95 / (485 * voxel_kg + 4.0 * 27 * voxel_kg)
    tumour = region_dose(dose[:27], volumes[:27])
    assert (tumour.mean_gy, tumour.max_gy, tumour.d95_gy) == pytest.approx((4.0 * normal_gy,) * 3)
    assert region_dose(dose[27:], volumes[27:]).mean_gy == pytest.approx(normal_gy)
    whole = region_dose(dose, volumes)
    assert whole.mean_gy * whole.volume_ml * DENSITY * 1e-3 == pytest.approx(49.67 * 0.2 * 0.95)


def test_voxels_count_by_the_part_that_is_filled() -> None:
    """A voxel half in the region counts half, one that is not in it not at all."""
    found = region_dose(np.array([10.0, 40.0, 99.0]), np.array([1.0, 0.5, 0.0]))
    assert (found.volume_ml, found.mean_gy, found.max_gy) == (1.5, 20.0, 40.0)


def test_shares_of_the_volume() -> None:
    """Of doses 1 to 100 in equal voxels, 95 % of the volume receives at least 6, 70 % 31, half of it 51."""
    dose = np.arange(1.0, 101.0)
    found = region_dose(dose, np.ones(100))
    assert (found.d95_gy, found.d70_gy, found.d50_gy, found.max_gy) == (6.0, 31.0, 51.0, 100.0)


def test_empty_regions_are_refused() -> None:
    """No voxel, no activity, no density, no delivered activity: refused, never a dose of 0."""
    some, none = np.ones(2), np.zeros(2)
    with pytest.raises(NotComparable):
        region_dose(some, none)
    with pytest.raises(NotComparable):
        relative_gbq_per_ml(none, some, delivered_gbq=1.0)
    with pytest.raises(UsageError):
        relative_gbq_per_ml(some, some, delivered_gbq=0.0)
    with pytest.raises(UsageError):
        local_deposition_gy(some, density_g_cm3=0.0, constant_j_per_gbq=50.0)
