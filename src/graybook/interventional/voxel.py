"""A map of activity and regions of it come in; concentrations by a named calibration, and doses of regions, go out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np

from graybook.errors import NotComparable, UsageError
from graybook.geometry.arrays import FloatArray

__all__ = ["Calibration", "RegionDose", "local_deposition_gy", "region_dose", "relative_gbq_per_ml"]

KG_PER_G = 1e-3


class Calibration(StrEnum):
    """How voxels become activity."""

    PATIENT_RELATIVE = "patient-relative"
    """All that a region of the image holds is a known part of the activity delivered: needs no calibrated camera."""
    ABSOLUTE = "absolute"
    """The image's own Bq/ml."""


def relative_gbq_per_ml(
    values: FloatArray, volumes_ml: FloatArray, *, delivered_gbq: float, share_inside: float = 1.0
) -> float:
    r"""
    Concentration per unit of the image, when a region holds a known part of the activity delivered.

    .. math:: \frac{A \, p}{\sum_i v_i V_i}

    Parameters
    ----------
    values
        Of the voxels that the region touches, in any unit proportional to activity per volume.
    volumes_ml
        Volume of the region in each of them. [ml]
    delivered_gbq
        Activity that reached the patient, at infusion. [GBq]
    share_inside
        Its part in the region: for the liver, 1 less the share of the lungs.

    References
    ----------
    EANM standard operational procedure of dosimetry in radioembolisation with 90Y, doi:10.1186/s40658-021-00394-3.

    Examples
    --------
    >>> relative_gbq_per_ml(np.array([1.0, 3.0]), np.array([1.0, 1.0]), delivered_gbq=2.0)
    0.5
    """
    total = float(np.sum(values * volumes_ml))
    if not (total > 0.0 and isfinite(total)):
        raise NotComparable(
            "The image holds no activity in the region that the calibration is by.",
            value=total,
            remedy="Check that image and region belong together.",
        )
    if not (delivered_gbq > 0.0 and 0.0 < share_inside <= 1.0):
        raise UsageError(
            "A patient-relative calibration needs the activity delivered, and its share inside.",
            value=(delivered_gbq, share_inside),
            remedy="Give GBq, and a share above 0 up to 1.",
        )
    return delivered_gbq * share_inside / total


def local_deposition_gy(
    gbq_per_ml: FloatArray, *, density_g_cm3: float, constant_j_per_gbq: float
) -> FloatArray:
    """
    Dose where a concentration decays for good, all energy staying where it is.

    Parameters
    ----------
    gbq_per_ml
        At infusion. [GBq/ml]
    density_g_cm3
        Of the tissue. [g/cm³]
    constant_j_per_gbq
        Energy of all decays in place. [J/GBq]

    Examples
    --------
    >>> local_deposition_gy(np.array([1e-3]), density_g_cm3=1.0, constant_j_per_gbq=50.0)
    array([50.])
    """
    if not (density_g_cm3 > 0.0 and constant_j_per_gbq > 0.0):
        raise UsageError(
            "Density and constant must be above 0.",
            value=(density_g_cm3, constant_j_per_gbq),
            remedy="Give g/cm³, and J/GBq.",
        )
    return np.asarray(gbq_per_ml * (constant_j_per_gbq / (density_g_cm3 * KG_PER_G)), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class RegionDose:
    """
    Dose of one region, voxels weighted with the part of them that it fills.

    Parameters
    ----------
    volume_ml
        Of the part that lies in the image. [ml]
    mean_gy, d95_gy, d70_gy, d50_gy, max_gy
        Mean, dose that so many per cent of the volume receive at least, and highest voxel. [Gy]
    """

    volume_ml: float
    mean_gy: float
    d95_gy: float
    d70_gy: float
    d50_gy: float
    max_gy: float


def region_dose(dose_gy: FloatArray, volumes_ml: FloatArray) -> RegionDose:
    """
    Dose of one region.

    Parameters
    ----------
    dose_gy
        Of the voxels that the region touches. [Gy]
    volumes_ml
        Volume of the region in each of them; below 0 where it is a difference of two sampled regions whose errors differ: that
        counts in volume and mean, which are then right, and in no share of the volume. [ml]

    Examples
    --------
    >>> found = region_dose(np.array([10.0, 20.0, 30.0]), np.array([1.0, 1.0, 2.0]))
    >>> found.mean_gy, found.d95_gy, found.d50_gy, found.max_gy
    (22.5, 10.0, 30.0, 30.0)
    """
    kept = volumes_ml > 0.0
    dose, volumes = dose_gy[kept], volumes_ml[kept]
    total, net = float(np.sum(volumes)), float(np.sum(volumes_ml))
    if not net > 0.0:
        raise NotComparable(
            "Nothing of the region lies in the image.",
            remedy="Check that image and region share a frame, and that the region is not smaller than a voxel.",
        )
    order = np.argsort(-dose, kind="stable")
    falling, filled = dose[order], np.cumsum(volumes[order])
    d95, d70, d50 = (_reached(falling, filled, share * total) for share in (0.95, 0.70, 0.50))
    return RegionDose(
        volume_ml=net,
        mean_gy=float(np.sum(dose_gy * volumes_ml)) / net,
        d95_gy=d95,
        d70_gy=d70,
        d50_gy=d50,
        max_gy=float(falling[0]),
    )


def _reached(falling: FloatArray, filled: FloatArray, volume_ml: float) -> float:
    """The dose that the most loaded ``volume_ml`` receive at least; a thousandth of a per cent short is there. [Gy]"""
    place = int(np.searchsorted(filled, volume_ml * (1.0 - 1e-5)))
    return float(falling[min(place, len(falling) - 1)])
