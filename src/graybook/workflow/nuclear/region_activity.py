"""A region placed in an activity image comes in; its volume and the activity within it go out."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np

from graybook.geometry.arrays import FloatArray, IntArray
from graybook.workflow.nuclear.images import ActivityImage
from graybook.workflow.nuclear.regions import PlacedRegion

__all__ = ["RegionVoxels", "activity_mbq", "mean_of", "noise_share", "region_voxels"]

BQ_PER_MBQ = 1e6

VOXELS_PER_INDEPENDENT = (4.0 * pi * (2.0 / 2.3548200450309493) ** 2) ** 1.5
"""Voxels that a blur of two voxels' full width at half maximum makes one of."""

LEAST_NOISE = 0.01
"""No activity of a region is known better than this by chance alone: an assumption, so that no point outweighs all others."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RegionVoxels:
    """A region as shares of an image's voxels.

    Parameters
    ----------
    indices
        Flat index into the image of each voxel that the region touches, rising.
    volumes_cm3
        Volume of the region in each of them. [cm³]
    volume_cm3
        Of the whole region as it was drawn. [cm³]
    outside_share
        Share of it that lies outside the image.
    """

    indices: IntArray
    volumes_cm3: FloatArray
    volume_cm3: float
    outside_share: float


def region_voxels(placed: PlacedRegion, image: ActivityImage) -> RegionVoxels:
    """The voxels of an image that a region touches, each with the volume of the region in it."""
    points, volumes = placed.region.sample()
    total = float(volumes.sum())
    if placed.transform is not None:
        volumes = volumes * placed.transform.volume_ratios(points)
        points = placed.transform.apply(points, frame=placed.region.frame)
    nz, ny, nx = image.grid.shape
    indices = np.full((len(points), 3), -1, dtype=np.int64)
    there = np.isfinite(points).all(axis=1) & np.isfinite(volumes)
    places = np.clip(image.grid.indices_of(points[there]), -1.0, float(max(image.grid.shape)))
    indices[there] = np.rint(places).astype(np.int64)
    x, y, z = indices.T
    inside = (x >= 0) & (y >= 0) & (z >= 0) & (x < nx) & (y < ny) & (z < nz)
    flat = (z[inside] * ny + y[inside]) * nx + x[inside]
    summed = np.asarray(np.bincount(flat, weights=volumes[inside]), dtype=np.float64)
    touched = np.flatnonzero(summed)
    missing = 1.0 - float(volumes[inside].sum()) / float(volumes[there].sum()) if there.any() else 1.0
    return RegionVoxels(
        indices=touched, volumes_cm3=summed[touched], volume_cm3=total, outside_share=max(missing, 0.0)
    )


def activity_mbq(voxels: RegionVoxels, bq_per_ml: FloatArray) -> float:
    """Activity in a region: concentration times volume, voxel by voxel. [MBq]"""
    return float(np.sum(bq_per_ml.ravel()[voxels.indices] * voxels.volumes_cm3)) / BQ_PER_MBQ


def mean_of(voxels: RegionVoxels, values: FloatArray) -> float:
    """Mean over a region of what each voxel of the image holds."""
    total = float(np.sum(voxels.volumes_cm3))
    return float(np.sum(values.ravel()[voxels.indices] * voxels.volumes_cm3)) / total


def noise_share(voxels: RegionVoxels, bq_per_ml: FloatArray) -> float:
    r"""
    Standard deviation by chance of a region's activity, as a share of it, from how its voxels scatter.

    The scatter of all voxels, uneven uptake and blurred borders among it, over the square root of the number of independent ones:
    blur makes one of so many as a Gaussian of two voxels' full width holds, :math:`(4\pi\sigma^2)^{3/2}`. Rather too large, then.
    """
    values = bq_per_ml.ravel()[voxels.indices]
    weights = voxels.volumes_cm3 / np.sum(voxels.volumes_cm3)
    mean = float(np.sum(weights * values))
    if not mean > 0.0:
        return 1.0
    scatter = float(np.sqrt(np.sum(weights * (values - mean) ** 2))) / mean
    independent = max(1.0 / float(np.sum(weights**2)) / VOXELS_PER_INDEPENDENT, 1.0)
    return max(scatter / float(np.sqrt(independent)), LEAST_NOISE)
