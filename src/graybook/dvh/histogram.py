"""Histogram: doses of weighted samples come in; the cumulative or differential dose-volume curve goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graybook.dvh.statistics import volume_above_cm3
from graybook.errors import UsageError
from graybook.geometry.arrays import FloatArray, read_only

__all__ = ["DifferentialDvh", "Dvh", "cumulative", "differential", "even_edges_gy", "thinned"]

THIN_POINTS = 400
"""Most points of a curve for plots and tables."""

MOST_BINS = 1_000_000
"""Most bins of a curve."""

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


@dataclass(frozen=True, kw_only=True, eq=False)
class DifferentialDvh:
    """A differential dose-volume histogram.

    Parameters
    ----------
    edges_gy
        Edges (n + 1,) of the bins, rising; a bin holds its lower edge. [Gy]
    volume_cm3
        Volume (n,) whose dose lies in each bin; not divided by the bin's width. [cm³]
    """

    edges_gy: FloatArray
    volume_cm3: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges_gy", read_only(self.edges_gy))
        object.__setattr__(self, "volume_cm3", read_only(self.volume_cm3))
        if self.edges_gy.ndim != 1 or self.edges_gy.size != self.volume_cm3.size + 1:
            raise UsageError(
                "Bins and their edges disagree.",
                value=(self.edges_gy.shape, self.volume_cm3.shape),
                remedy="Give one edge more than volumes.",
            )
        if np.any(np.diff(self.edges_gy) <= 0.0) or np.any(self.volume_cm3 < 0.0):
            raise UsageError(
                "The edges of bins rise, and no bin holds less than nothing.",
                remedy="Sort the edges.",
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


def differential(curve: Dvh) -> DifferentialDvh:
    """The volume between neighbouring doses of a cumulative curve; what lies above its last dose is in no bin.

    Examples
    --------
    >>> curve = cumulative(np.array([0.5, 1.5, 1.7]), np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 2.0]))
    >>> differential(curve).volume_cm3.tolist()
    [1.0, 6.0]
    """
    return DifferentialDvh(edges_gy=curve.dose_gy, volume_cm3=-np.diff(curve.volume_cm3))


def even_edges_gy(dose_gy: FloatArray, width_gy: float) -> FloatArray:
    """Multiples of a width from 0, or from below the least dose where that is negative, to just above the highest. [Gy]

    Examples
    --------
    >>> even_edges_gy(np.array([0.12, 0.3]), 0.1).tolist()
    [0.0, 0.1, 0.2, 0.3, 0.4]

    Raises
    ------
    graybook.errors.UsageError
        The width is not above zero, or makes more than a million bins.
    """
    highest = max(float(np.max(dose_gy, initial=0.0)), 0.0)
    lowest = min(float(np.min(dose_gy, initial=0.0)), 0.0)
    if not (width_gy > 0.0 and (highest - lowest) / width_gy <= MOST_BINS):
        raise UsageError(
            "The width of a bin must be above zero and leave at most a million bins.",
            value=f"{width_gy:g} Gy, doses from {lowest:g} to {highest:g} Gy",
            remedy="Choose another width of the bins.",
        )
    first = int(np.floor(lowest / width_gy))
    edges: FloatArray = np.round(np.arange(first, np.floor(highest / width_gy) + 2.0) * width_gy, 9)
    # rounding must leave no dose outside
    below = [edges[0] - width_gy] if edges[0] > lowest else []
    above = [edges[-1] + width_gy] if edges[-1] <= highest else []
    return np.concatenate([below, edges, above])
