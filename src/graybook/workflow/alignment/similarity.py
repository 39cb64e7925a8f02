"""Similarity: two images of one frame of reference come in; whether they show the patient alike goes out (rule 8)."""

from __future__ import annotations

import numpy as np

from graybook.geometry import GridField
from graybook.geometry.arrays import FloatArray
from graybook.record import Image

__all__ = ["ALIKE", "correlation"]

ALIKE = 0.7
"""Correlation from which two images of one frame count as showing the patient alike. Our own choice: no source was found."""

PER_AXIS = 40
"""Sample points along each axis of the region both images cover."""


def correlation(first: Image, second: Image) -> float | None:
    """Pearson correlation of two images over what both cover; None when they share no region or no contrast, or are of two kinds.

    Both must lie in one frame of reference. Samples stand on a regular lattice, so the same images give the same number.
    """
    if first.modality != second.modality:
        return None
    low = np.maximum(_corners(first).min(axis=0), _corners(second).min(axis=0))
    high = np.minimum(_corners(first).max(axis=0), _corners(second).max(axis=0))
    if np.any(high <= low):
        return None
    steps = [np.linspace(low[axis], high[axis], PER_AXIS) for axis in range(3)]
    points = np.stack([one.ravel() for one in np.meshgrid(*steps, indexing="ij")], axis=1)
    samples = [GridField(grid=image.grid, values=image.voxels()).sample(points) for image in (first, second)]
    both = samples[0].inside & samples[1].inside
    a, b = samples[0].low[both], samples[1].low[both]
    if len(a) < PER_AXIS or np.ptp(a) == 0.0 or np.ptp(b) == 0.0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _corners(image: Image) -> FloatArray:
    nz, ny, nx = image.grid.shape
    return image.grid.points_at(
        np.array([[x, y, z] for x in (0, nx - 1) for y in (0, ny - 1) for z in (0, nz - 1)], dtype=np.float64)
    )
