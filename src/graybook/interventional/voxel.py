"""A map of activity and masks come in; activity per voxel by a named calibration, and doses of compartments, go out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from graybook.errors import NotComparable, UsageError
from graybook.geometry.arrays import BoolArray, FloatArray

__all__ = [
    "Calibration",
    "RegionDose",
    "absolute_gbq",
    "local_deposition_gy",
    "patient_relative_gbq",
    "region_dose",
]

BQ_PER_GBQ = 1e9


class Calibration(StrEnum):
    """How voxels become activity."""

    PATIENT_RELATIVE = "patient-relative"
    """All that the patient holds in the image is the activity delivered: needs no calibrated camera."""
    ABSOLUTE = "absolute"
    """The image's own Bq/ml."""


def patient_relative_gbq(
    values: FloatArray, inside: BoolArray, *, delivered_gbq: float, share_inside: float = 1.0
) -> FloatArray:
    """
    Activity of each voxel when the voxels inside hold a known part of the activity delivered.

    Parameters
    ----------
    values
        In any unit that is proportional to activity per volume; zyx.
    inside
        The region that holds it: the perfused volume, or all of the body that the image shows; zyx.
    delivered_gbq
        Activity that reached the patient, at infusion. [GBq]
    share_inside
        Its share inside: 1 less the share of the lungs where they lie outside.

    References
    ----------
    EANM standard operational procedure of dosimetry in radioembolisation with 90Y, doi:10.1186/s40658-021-00394-3.
    """
    total = float(values[inside].sum(dtype=np.float64))
    if not total > 0.0:
        raise NotComparable(
            "The image holds no activity in the region that the calibration is by.",
            value=total,
            remedy="Check that image and region belong together.",
        )
    return np.asarray(values * (delivered_gbq * share_inside / total), dtype=np.float64)


def absolute_gbq(bq_per_ml: FloatArray, *, voxel_ml: float, decay_factor: float) -> FloatArray:
    """
    Activity of each voxel at infusion, of an image in Bq/ml.

    Parameters
    ----------
    bq_per_ml
        True at one moment; zyx. [Bq/ml]
    voxel_ml
        Volume of a voxel. [ml]
    decay_factor
        Activity at infusion over activity at that moment.
    """
    if not (voxel_ml > 0.0 and decay_factor > 0.0):
        raise UsageError(
            "A voxel has a volume, and a decay a factor above 0.",
            value=(voxel_ml, decay_factor),
            remedy="Give the voxel in ml.",
        )
    return np.asarray(bq_per_ml * (voxel_ml * decay_factor / BQ_PER_GBQ), dtype=np.float64)


def local_deposition_gy(
    activity_gbq: FloatArray, *, voxel_ml: float, density_g_cm3: float, constant_j_per_gbq: float
) -> FloatArray:
    """
    Dose of each voxel when all its decays, for good, leave their energy in it.

    Parameters
    ----------
    activity_gbq
        Of each voxel at infusion; zyx. [GBq]
    voxel_ml, density_g_cm3
        Volume [ml] and density [g/cm³] of a voxel.
    constant_j_per_gbq
        Energy of all decays in place. [J/GBq]

    Examples
    --------
    >>> local_deposition_gy(np.array([1e-3]), voxel_ml=1.0, density_g_cm3=1.0, constant_j_per_gbq=50.0)
    array([50.])
    """
    mass_kg = voxel_ml * density_g_cm3 * 1e-3
    if not mass_kg > 0.0:
        raise UsageError("A voxel has a mass.", value=mass_kg, remedy="Give its volume and density.")
    return np.asarray(activity_gbq * (constant_j_per_gbq / mass_kg), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class RegionDose:
    """
    Dose of one region.

    Parameters
    ----------
    activity_gbq, mass_kg
        In it [GBq], and of it [kg].
    mean_gy, d95_gy, d70_gy, d50_gy, max_gy
        Mean, dose that so many per cent of its voxels receive at least, and highest voxel. [Gy]
    """

    activity_gbq: float
    mass_kg: float
    mean_gy: float
    d95_gy: float
    d70_gy: float
    d50_gy: float
    max_gy: float


def region_dose(
    dose_gy: FloatArray,
    activity_gbq: FloatArray,
    inside: BoolArray,
    *,
    voxel_ml: float,
    density_g_cm3: float,
) -> RegionDose:
    """
    Dose of the voxels inside a region.

    Parameters
    ----------
    dose_gy, activity_gbq
        Of each voxel; zyx. [Gy], [GBq]
    inside
        The region; zyx.
    voxel_ml, density_g_cm3
        Of a voxel. [ml], [g/cm³]
    """
    count = int(np.count_nonzero(inside))
    if count == 0:
        raise NotComparable(
            "No voxel of the image lies in the region.",
            remedy="Check that image and region share a frame, and that the region is not smaller than a voxel.",
        )
    doses = dose_gy[inside]
    low, middle, half = (float(np.quantile(doses, share)) for share in (0.05, 0.30, 0.50))
    return RegionDose(
        activity_gbq=float(activity_gbq[inside].sum(dtype=np.float64)),
        mass_kg=count * voxel_ml * density_g_cm3 * 1e-3,
        mean_gy=float(doses.mean(dtype=np.float64)),
        d95_gy=low,
        d70_gy=middle,
        d50_gy=half,
        max_gy=float(doses.max()),
    )
