"""Agreement of two dose-volume curves: tabulated curves come in; the share of bins that agree goes out.

The measure is that of M. Ebert et al., Phys. Med. Biol. 55 (2010) N337 (gamma of DVHs), as SlicerRT's tests use it: for
every bin (d, v) of the published table, the least over all points (D, V) of the other curve of
sqrt(((V - v) / volume tolerance)^2 + ((D - d) / dose tolerance)^2); the bin agrees where that is at most 1. Tolerances:
1 % of the structure's volume, 1 % of the highest dose of the dose grid. All bins of a patient's structures are pooled.

SlicerRT's test code divides *percentages* of volume by one hundredth of the volume in *cm³*: its tolerance is 1 % only for
a structure of 100 cm³, next to nothing for a lens, and infinite for a body. Both readings are offered; the figures on the
page are of the definition, SlicerRT's arithmetic stands beside them because SlicerRT's own thresholds were set with it.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "TabulatedCurve", "agreeing", "key_of", "tabulated_curves"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class TabulatedCurve:
    """A cumulative curve of a table: doses [Gy], volumes [% of ``volume_cm3``]."""

    name: str
    volume_cm3: float
    dose_gy: Array
    percent: Array

    @property
    def rising(self) -> npt.NDArray[np.bool_]:
        """Bins whose dose lies above the one before; others are damaged."""
        return np.concatenate([[True], np.diff(self.dose_gy) > 0.0])

    def raised(self, by_gy: float) -> TabulatedCurve:
        """The curve with every bin but that of 0 Gy at a dose higher by this."""
        return replace(self, dose_gy=np.where(self.dose_gy > 0.0, self.dose_gy + by_gy, self.dose_gy))

    @property
    def mean_gy(self) -> float:
        """Mean dose: the area under the curve, trapezia between undamaged bins. [Gy]"""
        dose, fraction = self.dose_gy[self.rising], self.percent[self.rising] / 100.0
        return float(np.sum((fraction[1:] + fraction[:-1]) / 2.0 * np.diff(dose)))


def tabulated_curves(path: Path) -> dict[str, TabulatedCurve]:
    """The curves of a table as SlicerRT writes and reads it, by the letters and digits of their names."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    curves = {}
    for column in range(0, len(rows[0]) - 1, 2):
        stated = re.fullmatch(r"(.+?)(?:_DvhArray)? Value \(% of ([\d.]+) cc\)", rows[0][column + 1])
        if stated is None:
            raise ValueError(f"{path.name}: {rows[0][column + 1]!r} is no heading of volumes")
        cells = [row[column : column + 2] for row in rows[1:]]
        values = np.array([[float(cell) for cell in pair] for pair in cells if len(pair) == 2 and all(pair)])
        # SlicerRT's reader takes a bin of no dose and no volume for the padding behind a shorter curve
        values = values[np.any(values != 0.0, axis=1)]
        curves[key_of(stated[1])] = TabulatedCurve(
            name=stated[1], volume_cm3=float(stated[2]), dose_gy=values[:, 0], percent=values[:, 1]
        )
    return curves


def key_of(name: str) -> str:
    """A name's letters and digits, by which tables and contours are matched."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def agreeing(
    table: TabulatedCurve,
    dose_gy: Array,
    percent: Array,
    *,
    volume_tolerance_percent: float,
    dose_tolerance_gy: float,
) -> npt.NDArray[np.bool_]:
    """Which bins of ``table`` have a point of the other curve (doses rising) within one tolerance, root of squares."""
    found = np.zeros(len(table.dose_gy), dtype=bool)
    low = np.searchsorted(dose_gy, table.dose_gy - dose_tolerance_gy, side="left")
    high = np.searchsorted(dose_gy, table.dose_gy + dose_tolerance_gy, side="right")
    for k, (dose, volume) in enumerate(zip(table.dose_gy, table.percent, strict=True)):
        near = slice(low[k], high[k])  # points further off in dose alone cannot agree
        along = (dose_gy[near] - dose) / dose_tolerance_gy
        across = (percent[near] - volume) / volume_tolerance_percent
        found[k] = bool(np.any(along**2 + across**2 <= 1.0))
    return found
