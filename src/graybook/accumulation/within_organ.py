"""Search within an organ: doses at its points come in; the highest sum when each may come from near by in it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graybook.accumulation._kernels.nearby import highest_in_cells
from graybook.dvh.statistics import near_maxima_gy
from graybook.errors import UsageError
from graybook.geometry.arrays import BoolArray, FloatArray, IntArray
from graybook.units import DOSE_DECIMALS

__all__ = ["MovedDose", "highest_within_organ_gy", "near_maxima_within_organ_gy"]

CELLS = 64
"""Cells along the longest edge of an organ at most: few enough to keep, many enough to search."""

ROUND_OFF_MM = 1e-6
"""Points as far away as the distance are within it, whatever arithmetic makes of them. [mm]"""

ROUND_OFF_GY = 10.0**-DOSE_DECIMALS
"""Doses are told apart down to this: an even dose stays even. [Gy]"""

FIRST = 4.0
"""Points that stand for so many times the largest volume are searched first, to know what is too cold to matter."""

BLOCK = 2_000
"""Points that are searched before asking again what is too cold."""


@dataclass(frozen=True, kw_only=True, eq=False)
class MovedDose:
    """
    One course that may lie off, on an organ.

    Parameters
    ----------
    organ_mm
        Points of the organ as the course drew it, shape (m, 3); NaN where nothing is carried to. [mm]
    organ_gy
        The course's dose at them. [Gy]
    distance_mm
        How far a dose may come from. [mm]
    here_gy
        The course's dose as mapped at the points that are asked about, shape (n,): it counts where no point of the organ is
        within the distance. [Gy]
    """

    organ_mm: FloatArray
    organ_gy: FloatArray
    distance_mm: float
    here_gy: FloatArray

    def __post_init__(self) -> None:
        if not self.distance_mm >= 0.0:
            raise UsageError(
                "A dose comes from a distance that is not negative.",
                value=self.distance_mm,
                remedy="Give the error of the alignment in mm.",
            )

    @cached_property
    def _cubes(self) -> _Cubes:
        return _Cubes(self.organ_mm, self.organ_gy, self._reach_mm)

    @property
    def _reach_mm(self) -> float:
        return self.distance_mm + ROUND_OFF_MM

    def ceiling_gy(self, points_mm: FloatArray) -> FloatArray:
        """What the highest is nowhere above, at all points: quickly found. [Gy]"""
        bound: FloatArray = np.maximum(self._cubes.ceiling(points_mm), self.here_gy)
        return bound + ROUND_OFF_GY

    def near(self, points_mm: FloatArray, chosen: IntArray) -> _Near:
        """The search at points of these numbers, or some of them."""
        sources = self._cubes.around(points_mm[chosen])
        return _Near(self.organ_mm[sources], self.organ_gy[sources], self._reach_mm)


class _Cubes:
    """An organ's points in cubes as large as the distance."""

    def __init__(self, points_mm: FloatArray, dose_gy: FloatArray, reach_mm: float) -> None:
        self.known = np.flatnonzero(_finite(points_mm) & np.isfinite(dose_gy))
        points = points_mm[self.known]
        self.origin = points.min(axis=0, initial=np.inf) if len(points) else np.zeros(3)
        extent = float((points.max(axis=0) - self.origin).max()) if len(points) else 0.0
        self.side = max(reach_mm, extent / (CELLS - 1))
        at = self._cell(points)
        # a cube of nothing all around, so that every neighbour exists
        self.shape = tuple(int(one) for one in at.max(axis=0, initial=0) + 3)
        self.cells = np.ravel_multi_index(tuple((at + 1).T), self.shape)
        maxima = np.full(self.shape, -np.inf)
        np.maximum.at(maxima.reshape(-1), self.cells, dose_gy[self.known])
        self.highest = _spread(maxima)

    def _cell(self, points_mm: FloatArray) -> IntArray:
        found: IntArray = np.floor((points_mm - self.origin) / self.side).astype(np.int64)
        return found

    def _numbers(self, points_mm: FloatArray) -> tuple[BoolArray, IntArray]:
        """Which points lie in the cubes or beside them, and the numbers of theirs."""
        at = self._cell(np.where(_finite(points_mm)[:, None], points_mm, -1e9)) + 1
        inside = np.ones(len(at), dtype=np.bool_)
        for axis, n in enumerate(self.shape):
            inside &= (at[:, axis] >= 0) & (at[:, axis] < n)
        return inside, np.ravel_multi_index(tuple(at[inside].T), self.shape)

    def ceiling(self, points_mm: FloatArray) -> FloatArray:
        """The highest dose in a point's cube and those beside it; -inf where there is none. [Gy]"""
        bound = np.full(len(points_mm), -np.inf)
        inside, cells = self._numbers(points_mm)
        bound[inside] = self.highest.reshape(-1)[cells]
        return bound

    def around(self, points_mm: FloatArray) -> IntArray:
        """Numbers of the organ's points in the cubes of some points and those beside them."""
        asked = np.zeros(self.shape)
        asked.reshape(-1)[self._numbers(points_mm)[1]] = 1.0
        numbers: IntArray = self.known[_spread(asked).reshape(-1)[self.cells] > 0.0]
        return numbers


def _finite(points_mm: FloatArray) -> BoolArray:
    return np.isfinite(points_mm[:, 0] + points_mm[:, 1] + points_mm[:, 2])


def _spread(cubes: FloatArray) -> FloatArray:
    """The highest of each cube and the 26 beside it."""
    for axis in range(3):
        padded = np.pad(cubes, [(1, 1) if one == axis else (0, 0) for one in range(3)], mode="edge")
        moved = [np.take(padded, np.arange(k, k + cubes.shape[axis]), axis=axis) for k in range(3)]
        cubes = np.maximum.reduce(moved)
    return cubes


class _Near:
    """Some of an organ's points in small cells, in each the hottest first."""

    def __init__(self, points_mm: FloatArray, dose_gy: FloatArray, reach_mm: float) -> None:
        dose = np.round(dose_gy, DOSE_DECIMALS)
        self.reach_mm = reach_mm
        self.is_empty = not len(dose)
        if self.is_empty:
            return
        self.origin = points_mm.min(axis=0)
        extent = float((points_mm.max(axis=0) - self.origin).max())
        self.side = max(reach_mm / 4.0, extent / (CELLS - 1))
        at = np.floor((points_mm - self.origin) / self.side).astype(np.int64)
        self.shape = at.max(axis=0) + 1
        cell = np.ravel_multi_index(tuple(at.T), tuple(self.shape))
        order = np.lexsort((-dose, cell))
        self.starts = np.searchsorted(cell[order], np.arange(int(self.shape.prod()) + 1)).astype(np.int64)
        self.points = np.ascontiguousarray(points_mm[order])
        self.dose = np.ascontiguousarray(dose[order])

    def highest(self, points_mm: FloatArray, *, bound: bool) -> FloatArray:
        """The highest dose within reach, or what bounds it; -inf where there is none. [Gy]"""
        highest = np.full(len(points_mm), -np.inf)
        if self.is_empty:
            return highest
        asked = _finite(points_mm)
        found = np.empty(int(asked.sum()))
        highest_in_cells(
            self.points,
            self.dose,
            self.starts,
            self.shape,
            self.origin,
            self.side,
            self.reach_mm,
            int(bound),
            np.ascontiguousarray(points_mm[asked]),
            found,
        )
        highest[asked] = found
        return highest


def highest_within_organ_gy(dose: MovedDose, points_mm: FloatArray) -> FloatArray:
    """
    The highest dose of an organ's points within a distance of other points: what a course may have given there if its
    alignment is off by no more, and if organ lies on organ.

    Parameters
    ----------
    dose
        The course on the organ.
    points_mm
        Where it is asked, shape (n, 3). [mm]

    Returns
    -------
    Shape (n,), rounded to 1e-6 Gy; ``here_gy`` where the organ has no point within the distance. [Gy]

    Examples
    --------
    A hot point 2 mm away counts, one 4 mm away does not:

    >>> organ = np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [4.0, 0.0, 0.0]])
    >>> here = np.array([[0.0, 0.0, 0.0], [9.0, 0.0, 0.0]])
    >>> one = MovedDose(
    ...     organ_mm=organ, organ_gy=np.array([10.0, 20.0, 50.0]), distance_mm=3.0, here_gy=np.zeros(2)
    ... )
    >>> highest_within_organ_gy(one, here)
    array([20.,  0.])
    """
    everywhere = np.arange(len(points_mm))
    found = dose.near(points_mm, everywhere).highest(points_mm, bound=False)
    highest: FloatArray = np.where(np.isneginf(found), dose.here_gy, found)
    return highest


def near_maxima_within_organ_gy(
    fixed_gy: FloatArray,
    moved: Sequence[MovedDose],
    points_mm: FloatArray,
    volumes_cm3: FloatArray,
    of_cm3: Sequence[float],
) -> tuple[tuple[float | None, ...], float]:
    """
    Near-maxima and maximum of a sum whose courses may each lie off, organ on organ. [Gy]

    Parameters
    ----------
    fixed_gy
        EQD2 of what does not lie off, shape (n,). [Gy]
    moved
        The others.
    points_mm, volumes_cm3
        Of the organ today, shape (n, 3) and (n,); a volume of 0 counts for the maximum alone. [mm, cm³]
    of_cm3
        The volume v of each D_v. [cm³]

    Returns
    -------
    D_v for each volume, None where the organ is smaller, and the maximum. Points that are too cold to be among the hottest
    whatever the courses do are not searched.
    """
    ceiling = fixed_gy + sum(one.ceiling_gy(points_mm) for one in moved)
    found = _Hottest(fixed_gy, moved, points_mm, volumes_cm3, max(of_cm3), ceiling)
    order = np.argsort(-ceiling, kind="stable")
    enough = int(np.searchsorted(np.cumsum(volumes_cm3[order]), FIRST * max(of_cm3))) + 1
    found.search(order[:enough])
    found.search(np.flatnonzero(found.warm()))
    return found.near(tuple(of_cm3)), float(found.total_gy.max())


class _Hottest:
    """The sum where it was searched, 0 elsewhere, and what it is nowhere above."""

    def __init__(
        self,
        fixed_gy: FloatArray,
        moved: Sequence[MovedDose],
        points_mm: FloatArray,
        volumes_cm3: FloatArray,
        largest_cm3: float,
        ceiling_gy: FloatArray,
    ) -> None:
        self.fixed_gy, self.moved, self.points_mm = fixed_gy, moved, points_mm
        self.volumes_cm3, self.largest_cm3, self.ceiling_gy = volumes_cm3, largest_cm3, ceiling_gy
        self.total_gy = np.zeros(len(fixed_gy))
        self.searched = np.zeros(len(fixed_gy), dtype=np.bool_)
        self.inner = volumes_cm3 > 0.0

    def near(self, of_cm3: tuple[float, ...]) -> tuple[float | None, ...]:
        """Near-maxima of what was searched: no higher than those of all. [Gy]"""
        return near_maxima_gy(self.total_gy[self.inner], self.volumes_cm3[self.inner], of_cm3)

    def warm(self) -> BoolArray:
        """What was not searched and can be among the hottest."""
        least = self.near((self.largest_cm3,))[0] or 0.0
        hot: BoolArray = self.ceiling_gy >= np.where(self.inner, least, self.total_gy.max())
        return hot & ~self.searched

    def search(self, chosen: IntArray) -> None:
        """Search points of these numbers, the hottest first, as long as they can matter."""
        near = [one.near(self.points_mm, chosen) for one in self.moved]
        at = self.points_mm[chosen]
        bounds = [
            np.maximum(cells.highest(at, bound=True), one.here_gy[chosen]) + ROUND_OFF_GY
            for one, cells in zip(self.moved, near, strict=True)
        ]
        self.ceiling_gy[chosen] = self.fixed_gy[chosen] + sum(bounds)
        chosen = chosen[np.argsort(-self.ceiling_gy[chosen], kind="stable")]
        for block in np.array_split(chosen, max(1, len(chosen) // BLOCK)):
            left = block[self.warm()[block]]
            total = self.fixed_gy[left]
            for one, cells in zip(self.moved, near, strict=True):
                found = cells.highest(self.points_mm[left], bound=False)
                total = total + np.where(np.isneginf(found), one.here_gy[left], found)
            self.total_gy[left] = total
            self.searched[left] = True
