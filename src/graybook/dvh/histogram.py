"""Histogram: doses of weighted samples come in; the cumulative dose-volume curve goes out, exact or thinned for show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.dvh.statistics import volume_above_cm3
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray, read_only

__all__ = ["Dvh", "cumulative", "thinned"]

THIN_POINTS = 400
"""Most points of a curve for plots and tables."""

THIN_STEPS_GY = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Dose steps a thinned curve may have. [Gy]"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Dvh:
    """A cumulative dose-volume histogram.

    Parameters
    ----------
    dose_gy
        Doses in rising order. [Gy]
    volume_cm3
        The volume that receives at least that dose; never rises. [cm³]
    """

    dose_gy: FloatArray
    volume_cm3: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "dose_gy", read_only(self.dose_gy))
        object.__setattr__(self, "volume_cm3", read_only(self.volume_cm3))
        if self.dose_gy.ndim != 1 or self.dose_gy.shape != self.volume_cm3.shape:
            raise UsageError(
                "Doses and volumes of a curve disagree.",
                value=(self.dose_gy.shape, self.volume_cm3.shape),
                remedy="Give one volume per dose.",
            )
        if np.any(np.diff(self.dose_gy) < 0.0) or np.any(np.diff(self.volume_cm3) > 0.0):
            raise UsageError(
                "A cumulative curve rises in dose and never in volume.",
                remedy="Sort by dose and sum from the top.",
            )


def cumulative(dose_gy: FloatArray, volumes_cm3: FloatArray, edges_gy: FloatArray | None = None) -> Dvh:
    """The curve of the volume receiving at least each dose: at every dose that occurs, or at ``edges_gy``.

    Examples
    --------
    >>> curve = cumulative(np.array([30.0, 10.0, 10.0]), np.array([1.0, 2.0, 0.5]))
    >>> curve.dose_gy.tolist(), curve.volume_cm3.tolist()
    ([0.0, 10.0, 30.0], [3.5, 3.5, 1.0])
    """
    volume_above_cm3(dose_gy, volumes_cm3, 0.0)  # refuses arrays that disagree
    dose = np.asarray(dose_gy, dtype=np.float64)
    order = np.argsort(dose, kind="stable")
    rising = dose[order]
    # sums from the top: the small volumes of the hot end keep all their digits
    above = np.append(np.cumsum(np.asarray(volumes_cm3, dtype=np.float64)[order][::-1])[::-1], 0.0)
    if edges_gy is None:
        edges = np.unique(rising)
        if edges.size == 0 or edges[0] > 0.0:
            edges = np.append(0.0, edges)
    else:
        edges = np.sort(np.asarray(edges_gy, dtype=np.float64))
    return Dvh(dose_gy=edges, volume_cm3=above[np.searchsorted(rising, edges, side="left")])


def thinned(dose_gy: FloatArray, volumes_cm3: FloatArray, *, points: int = THIN_POINTS) -> Dvh:
    """The curve at even dose steps from 0 to just above the highest dose, in at most ``points`` points where 10 Gy steps suffice.

    Examples
    --------
    >>> thinned(np.array([0.02, 0.03]), np.ones(2)).dose_gy.tolist()
    [0.0, 0.01, 0.02, 0.03, 0.04]
    """
    highest = max(float(np.max(dose_gy, initial=0.0)), 0.0)
    step = next((s for s in THIN_STEPS_GY if highest / s + 2.0 <= points), THIN_STEPS_GY[-1])
    decimals = 2
    edges = np.round(np.arange(int(np.floor(highest / step + 1e-9)) + 2) * step, decimals)
    return cumulative(dose_gy, volumes_cm3, edges)
