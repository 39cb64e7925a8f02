"""Bands of histograms: doses of samples come in, batch by batch; 5, 50 and 95 % of the cumulative volume at each dose go out."""

from __future__ import annotations

import numpy as np

from graybook.accumulation._kernels.samples import shares_above
from graybook.accumulation.followed import Followed
from graybook.geometry.arrays import FloatArray

__all__ = ["DvhBands"]

BINS = 128
"""Doses of a curve."""

LEVELS = (0.05, 0.5, 0.95)


class DvhBands:
    """Curves of all samples of one structure.

    Parameters
    ----------
    followed
        The points.
    volumes_cm3
        Of all points of the structure (k,). [cm³]
    samples
        How many there will be.
    highest_gy
        About the highest dose of any. [Gy]
    """

    def __init__(self, followed: Followed, volumes_cm3: FloatArray, samples: int, highest_gy: float) -> None:
        self._followed = followed
        self._width = max(highest_gy, 0.1) / (BINS - 2)
        assumptions = len(followed.nominal_doses)
        self._curves = np.empty((samples, assumptions, BINS), dtype=np.float32)
        everywhere = np.empty((1, assumptions, BINS))
        doses = np.ascontiguousarray(followed.nominal_doses[None])
        shares_above(doses, volumes_cm3, 0, len(volumes_cm3), self._width, everywhere)
        at_rest = np.ascontiguousarray(self._at_rest())
        there = np.empty((1, assumptions, BINS))
        shares_above(at_rest, self._volumes, 0, at_rest.shape[2], self._width, there)
        self._offset = everywhere[0] - there[0]

    @property
    def _volumes(self) -> FloatArray:
        first, last = self._followed.even
        return np.ascontiguousarray(self._followed.volumes_cm3[first:last])

    def _at_rest(self) -> FloatArray:
        first, last = self._followed.even
        found: FloatArray = self._followed.nominal_doses[None][:, :, self._followed.chosen[first:last]]
        return found

    def add(self, first: int, doses: FloatArray) -> None:
        """Take doses (samples, assumptions, n) at the points followed as samples ``first`` and following."""
        curves = np.empty((*doses.shape[:2], BINS))
        shares_above(doses, self._followed.volumes_cm3, *self._followed.even, self._width, curves)
        self._curves[first : first + len(doses)] = curves

    def found(self) -> tuple[FloatArray, FloatArray]:
        """Doses (b,) [Gy] and levels of the samples' volumes (assumptions, 3, b) [%], laid upon the curve at all points."""
        levels = np.moveaxis(np.quantile(self._curves.astype(np.float64), LEVELS, axis=0), 0, 1)
        percent = np.clip(100.0 * (levels + self._offset[:, None]), 0.0, 100.0)
        return np.arange(BINS) * self._width, percent
