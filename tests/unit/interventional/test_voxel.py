"""Doses of microspheres voxel by voxel: closed forms of a map that is known."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import NotComparable, UsageError
from graybook.interventional.voxel import (
    absolute_gbq,
    local_deposition_gy,
    patient_relative_gbq,
    region_dose,
)

VOXEL_ML, DENSITY = 0.064, 1.05


def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Concentration 4 in a tumour of 27 voxels, 1 in the rest of a liver of 512, nothing outside."""
    values = np.zeros((12, 12, 12))
    liver = np.zeros(values.shape, dtype=bool)
    liver[2:10, 2:10, 2:10] = True
    tumour = np.zeros(values.shape, dtype=bool)
    tumour[3:6, 3:6, 3:6] = True
    values[liver], values[tumour] = 1.0, 4.0
    return values, liver, tumour


def test_patient_relative_calibration_gives_the_partition_model() -> None:
    """Uniform compartments: voxel doses are D_N = k A / (m_N + r m_T) and r D_N."""
    values, liver, tumour = scene()
    activity = patient_relative_gbq(values, liver, delivered_gbq=0.2, share_inside=0.95)
    dose = local_deposition_gy(activity, voxel_ml=VOXEL_ML, density_g_cm3=DENSITY, constant_j_per_gbq=49.67)
    voxel_kg = VOXEL_ML * DENSITY * 1e-3
    normal_gy = 49.67 * 0.2 * 0.95 / ((512 - 27) * voxel_kg + 4.0 * 27 * voxel_kg)
    parts = {"voxel_ml": VOXEL_ML, "density_g_cm3": DENSITY}
    inside = region_dose(dose, activity, tumour, **parts)
    assert inside.mean_gy == pytest.approx(4.0 * normal_gy)
    assert inside.max_gy == inside.d95_gy == pytest.approx(4.0 * normal_gy)
    assert region_dose(dose, activity, liver & ~tumour, **parts).mean_gy == pytest.approx(normal_gy)
    whole = region_dose(dose, activity, liver, **parts)
    assert whole.activity_gbq == pytest.approx(0.19)
    assert whole.mean_gy * whole.mass_kg == pytest.approx(49.67 * 0.19)


def test_absolute_and_relative_agree_where_the_camera_is_right() -> None:
    """Bq/ml that hold what was delivered, one half-life later, give the same activity per voxel."""
    values, liver, _ = scene()
    relative = patient_relative_gbq(values, liver, delivered_gbq=1.0)
    bq_per_ml = values * (0.5e9 / (values.sum() * VOXEL_ML))
    absolute = absolute_gbq(bq_per_ml, voxel_ml=VOXEL_ML, decay_factor=2.0)
    np.testing.assert_allclose(absolute, relative, rtol=1e-12)


def test_quantiles_are_of_the_volume() -> None:
    """Of doses 0 to 100, 95 % of the volume receives at least 5, 70 % at least 30, half of it 50."""
    dose = np.arange(101.0)
    found = region_dose(dose, dose, np.ones(101, dtype=bool), voxel_ml=1.0, density_g_cm3=1.0)
    assert (found.d95_gy, found.d70_gy, found.d50_gy, found.max_gy) == pytest.approx((5.0, 30.0, 50.0, 100.0))


def test_empty_regions_are_refused() -> None:
    """No voxel, no activity, no volume, no mass: refused, never a dose of 0."""
    nothing = np.zeros((2, 2, 2), dtype=bool)
    zeros = np.zeros((2, 2, 2))
    with pytest.raises(NotComparable):
        region_dose(zeros, zeros, nothing, voxel_ml=1.0, density_g_cm3=1.0)
    with pytest.raises(NotComparable):
        patient_relative_gbq(zeros, ~nothing, delivered_gbq=1.0)
    with pytest.raises(UsageError):
        absolute_gbq(zeros, voxel_ml=0.0, decay_factor=1.0)
    with pytest.raises(UsageError):
        local_deposition_gy(zeros, voxel_ml=1.0, density_g_cm3=0.0, constant_j_per_gbq=50.0)
