"""A pool that is open for questions comes in; all numbers of its report, in bands that show no few persons, go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from graybook.cohort.audit import FLOOR
from graybook.cohort.bands import Band, band_of, enough
from graybook.cohort.completeness import graded, missing, person_table, structures
from graybook.cohort.curves import CoarseCurve
from graybook.cohort.distributions import Tile, organ_rows, quantiles_gy, tiles
from graybook.cohort.follow_up import fates, recurrence, survival, toxicities, unfollowed
from graybook.cohort.manifest import Manifest
from graybook.progress import Progress, silent
from graybook.report.cohort_result import (
    CohortResult,
    CurveResult,
    DoseResult,
    FailedResult,
    MissingResult,
    OrganResult,
    PartResult,
    Persons,
    TileResult,
    TilesResult,
    ToxicityOfOrgan,
)

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["description"]

ORGANS_DRAWN = 12
ORGANS_BY_INTERVAL = 4
FEW = 2 * FLOOR
"""An organ's doses are described from here on: half of them on either side of the median."""


def description(
    table: Table, manifest: Manifest, *, notice: str, progress: Progress = silent
) -> CohortResult:
    """
    What a pool holds, and first what it lacks.

    Raises
    ------
    graybook.errors.NotComparable
        The pool holds fewer persons than may be shown.
    """
    people = person_table(table)
    total = people.num_rows
    enough(total)
    progress("persons", 0.3)
    followed = fates(people)
    lacking = sorted(missing(people, unfollowed(followed, total=total)), key=lambda one: -one.order)
    counted = structures(table).to_pylist()
    shown = [row for row in counted if band_of(row["persons"], total).low >= FLOOR]
    shown.sort(key=lambda row: (-band_of(row["persons"], total).low, row["structure"]))
    progress("organs", 0.5)
    doses, by_interval = _doses(table, [row["structure"] for row in shown], total)
    progress("curves", 0.7)
    return CohortResult(
        notice=notice,
        project=manifest.project,
        version=manifest.software_version,
        tables_editions=_values(table, "tables_edition"),
        floor=FLOOR,
        persons=total,
        without_rows=_persons(band_of(manifest.without_rows, total + manifest.without_rows)),
        rows=manifest.rows,
        records=manifest.records,
        older=manifest.older,
        twice=manifest.twice,
        failed=[FailedResult(code=code, files=n) for code, n in sorted(manifest.failed.items())],
        missing=[
            MissingResult(group=one.group, code=one.code, persons=_persons(one.persons), of=_persons(one.of))
            for one in lacking
            if one.persons.high
        ],
        complete=[one.code for one in lacking if not one.persons.high and one.of.high],
        grades=_parts(graded(people)),
        organs=[_organ(row, total) for row in shown],
        organs_of_few=len(counted) - len(shown),
        fates=_parts(followed),
        toxicities=[
            ToxicityOfOrgan(name=name, stated=_persons(a), grade_2=_persons(b), grade_3=_persons(c))
            for name, (a, b, c) in toxicities(table, total=total).items()
        ],
        doses=doses,
        tiles=by_interval,
        curves=[*_curve("survival", survival(people, followed)), *_curve("recurrence", recurrence(people))],
    )


def _persons(band: Band) -> Persons:
    return Persons(**asdict(band))


def _parts(bands: dict[str, Band]) -> list[PartResult]:
    return [PartResult(code=code, persons=_persons(band)) for code, band in bands.items()]


def _values(table: Table, column: str) -> list[str]:
    return sorted(str(one) for one in table.select(column).distinct().to_pyarrow()[column].to_pylist())


def _organ(row: dict[str, Any], total: int) -> OrganResult:
    columns = ("persons", "no_dose", "no_histogram", "paper", "lower_bound")
    return OrganResult(name=row["structure"], **{one: _persons(band_of(row[one], total)) for one in columns})


def _doses(table: Table, names: Sequence[str], total: int) -> tuple[list[DoseResult], list[TilesResult]]:
    """Distributions of the organs that most persons have, and of some of them by interval."""
    rows = organ_rows(table, names[:ORGANS_DRAWN]).to_pylist()
    doses: list[DoseResult] = []
    by_interval: list[TilesResult] = []
    for name in names[:ORGANS_DRAWN]:
        own = [row for row in rows if row["structure"] == name and row["eqd2_d0_03cc_ugy"] is not None]
        if band_of(len(own), total).low < FEW:
            continue
        means = [row["eqd2_mean_ugy"] for row in own if row["eqd2_mean_ugy"] is not None]
        doses.append(
            DoseResult(
                name=name,
                persons=_persons(band_of(len(own), total)),
                lower_bound=_persons(band_of(sum(row["lower_bound"] for row in own), total)),
                near_maximum_gy=quantiles_gy([row["eqd2_d0_03cc_ugy"] for row in own], total=total),
                mean_gy=quantiles_gy(means, total=total),
            )
        )
        again = [row for row in own if row["interval_days"] is not None and row["interval_days"] >= 0]
        found = tiles(
            [row["interval_days"] for row in again],
            [row["eqd2_d0_03cc_ugy"] for row in again],
            total=total,
        )
        if found and len(by_interval) < ORGANS_BY_INTERVAL:
            by_interval.append(_tiles(name, found, band_of(len(again), total)))
    return doses, by_interval


def _tiles(name: str, found: Sequence[Tile], persons: Band) -> TilesResult:
    return TilesResult(
        name=name,
        persons=_persons(persons),
        tiles=[
            TileResult(years=one.years, dose_gy=one.dose_gy, persons=_persons(one.persons)) for one in found
        ],
    )


def _curve(code: str, curve: CoarseCurve | None) -> Iterator[CurveResult]:
    if curve is not None:
        yield CurveResult(
            code=code,
            days=list(curve.days),
            percent=list(curve.percent),
            low=list(curve.low),
            high=list(curve.high),
            followed=[_persons(one) for one in curve.at_risk],
        )
