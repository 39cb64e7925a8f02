"""Base errors: blocks of voxels with earlier EQD2 and new dose come in; where and by how much a base dose misleads goes out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graybook.accumulation.background import base_gy, read_eqd2_gy, true_eqd2_gy
from graybook.geometry.arrays import FloatArray, IntArray

__all__ = ["SHARES", "BaseErrors", "Misread", "MissedDose", "misread"]

SHARES = (0.8, 1.2)
"""Of the expected dose, at which the error of its base dose is told."""


@dataclass(frozen=True, kw_only=True)
class Misread:
    """One voxel: what is true there, and what is read when the earlier dose alone is loaded in Gy. [Gy]"""

    point_mm: tuple[float, float, float]
    prior_eqd2_gy: float
    prior_isoeffective_gy: float
    new_gy: float
    base_gy: float
    truth_gy: float
    reading_gy: float
    reading_of_eqd2_gy: float

    @property
    def excess_gy(self) -> float:
        """What the isoeffective dose reads too much. [Gy]"""
        return self.reading_gy - self.truth_gy


@dataclass(frozen=True, kw_only=True)
class MissedDose:
    """What the base dose reads at a share of the expected dose, minus the truth; EQD2. [Gy]"""

    share: float
    lowest_gy: float
    highest_gy: float
    reading_at_hottest_gy: float
    truth_at_hottest_gy: float


@dataclass(frozen=True, kw_only=True)
class _Conversion:
    """The formulas of :mod:`graybook.accumulation.background` for one number of fractions and one α/β."""

    fractions: int
    alpha_beta_gy: float

    def base(self, prior: FloatArray, new: FloatArray) -> FloatArray:
        return base_gy(prior, new, fractions=self.fractions, alpha_beta_gy=self.alpha_beta_gy)

    def true(self, prior: FloatArray, new: FloatArray) -> FloatArray:
        return true_eqd2_gy(prior, new, fractions=self.fractions, alpha_beta_gy=self.alpha_beta_gy)

    def read(self, base: FloatArray, new: FloatArray) -> FloatArray:
        return read_eqd2_gy(base, new, fractions=self.fractions, alpha_beta_gy=self.alpha_beta_gy)


@dataclass(kw_only=True, eq=False)
class BaseErrors:
    """
    Extremes over all voxels of one base dose, gathered block by block.

    Parameters
    ----------
    fractions, alpha_beta_gy
        That the base dose is for.
    """

    fractions: int
    alpha_beta_gy: float
    worst: Misread | None = None
    """Where the isoeffective dose alone reads most too much."""
    hottest: Misread | None = None
    """Where the cumulative EQD2 with the expected dose is highest."""
    hottest_within: Misread | None = None
    """The same at the places that are looked at; None without one."""
    _ends: dict[float, tuple[float, float]] = field(default_factory=dict, repr=False)

    def add(
        self,
        points_mm: FloatArray,
        prior_eqd2_gy: FloatArray,
        new_gy: FloatArray,
        base: FloatArray,
        *,
        within: IntArray | None = None,
    ) -> None:
        """Look at a block of voxels; the worst and the hottest within are looked for at the places ``within``, at all for None."""
        by = self._by
        truth = by.true(prior_eqd2_gy, new_gy)
        places = np.arange(len(truth)) if within is None else within
        if len(places):
            alone = by.base(prior_eqd2_gy[places], np.zeros(1))
            excess = by.read(alone, new_gy[places]) - truth[places]
            at = int(places[np.argmax(excess)])
            if self.worst is None or float(excess.max()) > self.worst.excess_gy:
                self.worst = self._at(points_mm[at], prior_eqd2_gy[at], new_gy[at])
            at = int(places[np.argmax(truth[places])])
            if self.hottest_within is None or float(truth[at]) > self.hottest_within.truth_gy:
                self.hottest_within = self._at(points_mm[at], prior_eqd2_gy[at], new_gy[at])
        at = int(np.argmax(truth))
        if self.hottest is None or float(truth[at]) > self.hottest.truth_gy:
            self.hottest = self._at(points_mm[at], prior_eqd2_gy[at], new_gy[at])
        for share in SHARES:
            missed = by.read(base, share * new_gy) - by.true(prior_eqd2_gy, share * new_gy)
            low, high = self._ends.get(share, (np.inf, -np.inf))
            self._ends[share] = (min(low, float(missed.min())), max(high, float(missed.max())))

    @property
    def _by(self) -> _Conversion:
        return _Conversion(fractions=self.fractions, alpha_beta_gy=self.alpha_beta_gy)

    def missed(self) -> tuple[MissedDose, ...]:
        """Errors at each share of the expected dose; none without a voxel."""
        hot = self.hottest_within or self.hottest
        if hot is None:
            return ()
        found = []
        for share, (low, high) in sorted(self._ends.items()):
            new = np.array(share * hot.new_gy)
            found.append(
                MissedDose(
                    share=share,
                    lowest_gy=low,
                    highest_gy=high,
                    reading_at_hottest_gy=float(self._by.read(np.array(hot.base_gy), new)),
                    truth_at_hottest_gy=float(self._by.true(np.array(hot.prior_eqd2_gy), new)),
                )
            )
        return tuple(found)

    def _at(self, point_mm: FloatArray, prior: float, new: float) -> Misread:
        return misread(
            point_mm, float(prior), float(new), fractions=self.fractions, alpha_beta_gy=self.alpha_beta_gy
        )


def misread(
    point_mm: FloatArray, prior_eqd2_gy: float, new_gy: float, *, fractions: int, alpha_beta_gy: float
) -> Misread:
    """One voxel by its earlier EQD2 and its new dose. [Gy]

    Examples
    --------
    >>> found = misread(np.zeros(3), 30.0, 30.0, fractions=30, alpha_beta_gy=2.0)
    >>> found.truth_gy, round(found.reading_gy, 1), round(found.reading_of_eqd2_gy, 1)
    (52.5, 71.0, 60.0)
    """
    by = _Conversion(fractions=fractions, alpha_beta_gy=alpha_beta_gy)
    prior, new = np.array(prior_eqd2_gy), np.array(new_gy)
    alone = by.base(prior, np.array(0.0))
    x, y, z = (float(one) for one in point_mm)
    return Misread(
        point_mm=(x, y, z),
        prior_eqd2_gy=prior_eqd2_gy,
        prior_isoeffective_gy=float(alone),
        new_gy=new_gy,
        base_gy=float(by.base(prior, new)),
        truth_gy=float(by.true(prior, new)),
        reading_gy=float(by.read(alone, new)),
        reading_of_eqd2_gy=float(by.read(prior, new)),
    )
