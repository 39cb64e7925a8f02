"""Doses of one organ come in; quantiles, and numbers of persons by interval and dose, go out, none of which shows few persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from graybook.cohort.audit import FLOOR
from graybook.cohort.bands import Band, band_of
from graybook.cohort.expressions import NOT_GIVEN
from graybook.cohort.schema import UGY_PER_GY, Scope

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.expr.types import Table

__all__ = ["PERCENTILES", "Tile", "organ_rows", "quantiles_gy", "tiles"]

PERCENTILES = (10, 25, 50, 75, 90)
DAYS_A_YEAR = 365.25
YEARS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Lower edges of intervals. [a]"""
WIDTHS_GY = (10, 20, 40)
"""Doses are parted at multiples of the first of them that gives each interval no more than :data:`MOST_TILES`. [Gy]"""
MOST_TILES = 9


def organ_rows(table: Table, names: Sequence[str]) -> pa.Table:
    """Cumulative rows of some organs: a row for each person and organ."""
    rows = table.filter(
        table.scope == Scope.CUMULATIVE.value,
        table.status != NOT_GIVEN,
        ~table.apart,
        table.structure.isin(list(names)),
    )
    columns = ("structure", "person", "eqd2_d0_03cc_ugy", "eqd2_mean_ugy", "lower_bound", "interval_days")
    return rows.select(*columns).order_by("structure", "person").to_pyarrow()


def quantiles_gy(doses_ugy: Sequence[int], *, total: int) -> dict[int, int]:
    """
    Percentiles of doses in whole Gy, each with eleven persons or more on either side of it, by the low end of their band.

    Parameters
    ----------
    total
        Persons of the whole pool: what is shown must not tell more of their number than its band.

    Examples
    --------
    >>> quantiles_gy([one * 1_000_000 for one in range(1, 46)], total=200)
    {25: 12, 50: 23, 75: 34}
    """
    persons = band_of(len(doses_ugy), total).low
    told = [one for one in PERCENTILES if persons * min(one, 100 - one) >= 100 * FLOOR]
    if not told:
        return {}
    found = np.percentile(np.asarray(doses_ugy, dtype=float) / UGY_PER_GY, told)
    return {one: int(np.rint(value)) for one, value in zip(told, found, strict=True)}


@dataclass(frozen=True, kw_only=True)
class Tile:
    """Persons whose interval and dose lie between these edges: the lower ones belong to it; None is open."""

    years: tuple[float, float | None]
    dose_gy: tuple[int, int | None]
    persons: Band


def tiles(interval_days: Sequence[int], dose_ugy: Sequence[int], *, total: int) -> tuple[Tile, ...]:
    """
    Persons by interval between courses and cumulative dose, each in one tile of eleven persons or more.

    Neighbouring intervals are put together until each holds 22 persons, then neighbouring bands of dose in each of them until each
    holds 11: nobody is left out, and the outermost tiles are open. Empty where there are persons for one interval only.

    Parameters
    ----------
    total
        Persons of the whole pool, whose bands the numbers take.
    """
    years = np.asarray(interval_days, dtype=float) / DAYS_A_YEAR
    slots = np.searchsorted(YEARS, years, side="right") - 1
    intervals = _joined(np.bincount(slots, minlength=len(YEARS)), 2 * FLOOR, total)
    if len(intervals) < 2:
        return ()
    doses = [
        np.asarray(dose_ugy, dtype=np.int64)[(slots >= first) & (slots < after)] for first, after in intervals
    ]
    for width in WIDTHS_GY:
        counts = [np.bincount(own // (width * UGY_PER_GY)) for own in doses]
        runs = [_joined(one, FLOOR, total) for one in counts]
        if max(map(len, runs)) <= MOST_TILES:
            break
    found = []
    for (first, after), counted, joined in zip(intervals, counts, runs, strict=True):
        ends = (YEARS[first], YEARS[after] if after < len(YEARS) else None)
        for low, high in joined:
            top = high * width if high < len(counted) else None
            persons = band_of(int(counted[low:high].sum()), total)
            found.append(Tile(years=ends, dose_gy=(low * width, top), persons=persons))
    return tuple(found)


def _joined(counts: npt.NDArray[np.int64], least: int, total: int) -> list[tuple[int, int]]:
    """Runs of places, the last one excluded, whose bands begin at so many or more; what is left at the end joins the last run."""
    runs: list[tuple[int, int]] = []
    start = held = 0
    for place, count in enumerate(counts.tolist()):
        held += count
        if band_of(held, total).low >= least:
            runs.append((start, place + 1))
            start, held = place + 1, 0
    if runs:
        runs[-1] = (runs[-1][0], len(counts))
    return runs
