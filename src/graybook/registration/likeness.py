"""Likeness: two images on one voxel grid come in; how alike their windows are, and its slope by the second image, go out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graybook.geometry.arrays import BoolArray
from graybook.registration._kernels.correlation import box_sums, correlation_terms, slopes_of
from graybook.registration.volume import Volume

__all__ = ["FLOOR", "LocalCorrelation", "intensities"]

Voxels = npt.NDArray[np.float32]

FLOOR = 0.08
"""Contrast (standard deviation) below which a window counts for little, in the unit of :func:`intensities`. Own choice."""

MOVING_FLOOR = 0.0125
"""Noise of the second image (10 HU of CT), so that windows of nothing but noise do not explain each other. Own choice."""

CT_RANGE_HU = (-1000.0, 600.0)
CT_UNIT_HU = 800.0
"""Air to soft tissue to light bone; what is denser (metal) counts as dense bone. Own choice."""


def intensities(volume: Volume) -> Voxels:
    """Voxels in a unit that makes contrasts of about one: HU cut and scaled for CT, percentiles 1 to 99 for all else."""
    if volume.modality == "CT":
        low, high, unit = *CT_RANGE_HU, CT_UNIT_HU
    else:
        seen = volume.values if volume.mask is None else volume.values[volume.mask]
        seen = seen[np.isfinite(seen)]
        low, high = (float(value) for value in np.percentile(seen[:: max(1, seen.size // 200_000)], (1, 99)))
        unit = max(high - low, 1e-6)
    values = np.nan_to_num(volume.values, nan=low)
    return np.asarray((np.clip(values, low, high) - low) / unit, dtype=np.float32)


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalCorrelation:
    """How much of the fixed image's variance in cubic windows the moving image explains, averaged where there is contrast.

    In each window that is the squared correlation: linear changes of brightness and contrast from place to place do not
    matter (lungs that hold more air, MR fields, cone beams). Between images of one kind an inverted contrast counts against;
    between two kinds it does not. Only the fixed image says how much a window counts, so no warping can gain by adding contrast.
    """

    fixed: Voxels
    weights: Voxels
    radius: int
    signed: bool
    count: Voxels
    mean: Voxels
    variance: Voxels
    total: float

    @classmethod
    def of(cls, fixed: Voxels, support: BoolArray, *, radius: int, signed: bool) -> LocalCorrelation:
        """Prepared for a fixed image (zyx) and the voxels that count; ``radius`` of the windows in voxels."""
        weights = support.astype(np.float32)
        count = box_sums(weights, radius)
        whole = np.maximum(count, 1.0)
        mean = box_sums(weights * fixed, radius) / whole
        variance = np.maximum(box_sums(weights * fixed * fixed, radius) / whole - mean * mean, 0.0)
        count = np.where(support, count, 0.0).astype(np.float32)
        content = float(np.sum(np.where(count > 0, variance / (variance + FLOOR**2), 0.0), dtype=np.float64))
        return cls(
            fixed=fixed, weights=weights, radius=radius, signed=signed,
            count=count, mean=mean, variance=variance, total=max(content, 1.0),
        )  # fmt: skip

    def unlikeness(self, moving: Voxels, slopes: Voxels) -> float:
        """One less the mean share explained by the warped moving image; its slopes by every voxel are written to ``slopes``."""
        weighed = self.weights * moving
        sums = box_sums(weighed, self.radius)
        products = box_sums(weighed * self.fixed, self.radius)
        weighed *= moving
        squares = box_sums(weighed, self.radius)
        terms = [np.empty_like(moving) for _ in range(3)]
        planes = np.empty(moving.shape[0])
        correlation_terms(
            self.count,
            self.mean,
            self.variance,
            sums,
            squares,
            products,
            FLOOR**2,
            MOVING_FLOOR**2,
            self.signed,
            *terms,
            planes,
        )
        backs = [box_sums(term, self.radius) for term in terms]
        slopes_of(self.weights, self.fixed, moving, *backs, -1.0 / self.total, slopes)
        return 1.0 - float(np.sum(planes)) / self.total
