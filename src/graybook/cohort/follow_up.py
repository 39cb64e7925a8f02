"""What happened to persons comes in; how many were followed, and curves of death and recurrence, go out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graybook.cohort.audit import FLOOR
from graybook.cohort.bands import Band, band_of, bands_of_parts
from graybook.cohort.curves import CoarseCurve, coarse_incidence, coarse_survival
from graybook.cohort.expressions import NOT_GIVEN
from graybook.cohort.schema import Scope

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.expr.types import Table

__all__ = ["FATES", "fates", "recurrence", "survival", "toxicities", "unfollowed"]

FATES = ("nothing", "status_only", "alive", "dead")
"""Nobody says; alive or dead without a day; alive, or dead, with the days of follow-up."""
TOXIC = (2, 3)
"""Grades from which toxicity is counted."""


def _fate(vital: str | None, days: int | None) -> str:
    if vital is None:
        return "nothing"
    return vital if _known(days) else "status_only"


def _known(days: int | None) -> bool:
    return days is not None and days >= 0


def fates(persons: pa.Table) -> dict[str, Band]:
    """All persons by what is known of their being alive."""
    rows = persons.select(["vital_status", "follow_up_days"]).to_pylist()
    found = [_fate(row["vital_status"], row["follow_up_days"]) for row in rows]
    return dict(zip(FATES, bands_of_parts([found.count(fate) for fate in FATES]), strict=True))


def unfollowed(bands: dict[str, Band], *, total: int) -> dict[str, tuple[Band, Band]]:
    """What :func:`fates` says of missing states and days: persons who lack them, and whom it concerns."""
    nothing = bands["nothing"]
    stated = Band(low=total - nothing.high, high=total - nothing.low)
    return {
        "vital_status": (nothing, Band(low=total, high=total)),
        "follow_up": (bands["status_only"], stated),
    }


def _followed(persons: pa.Table) -> list[dict[str, Any]]:
    """Persons whose state and days of follow-up are known."""
    columns = ["vital_status", "follow_up_days", "recurrence", "recurrence_days"]
    rows = persons.select(columns).to_pylist()
    return [row for row in rows if _fate(row["vital_status"], row["follow_up_days"]) in ("alive", "dead")]


def survival(persons: pa.Table, bands: dict[str, Band]) -> CoarseCurve | None:
    """Share alive, from the start of the reference course; None where too few are followed, or too few died.

    Parameters
    ----------
    bands
        Of :func:`fates`: the number followed at the start is the sum of those alive and dead, and is told no closer.
    """
    rows = _followed(persons)
    if band_of(len(rows), persons.num_rows).low < FLOOR:
        return None
    days = [row["follow_up_days"] for row in rows]
    curve = coarse_survival(days, [row["vital_status"] == "dead" for row in rows], total=persons.num_rows)
    if curve is None:
        return None
    alive, dead = bands["alive"], bands["dead"]
    first = Band(low=alive.low + dead.low, high=min(alive.high + dead.high, persons.num_rows))
    return replace(curve, at_risk=(first, *curve.at_risk[1:]))


def recurrence(persons: pa.Table) -> CoarseCurve | None:
    """Share with a recurrence, with death before it as the competing event; None where too few are followed or had one.

    Persons of whom nobody says whether the disease came back, or when, are left out.
    """
    rows = [
        row
        for row in _followed(persons)
        if row["recurrence"] is False or (row["recurrence"] and _known(row["recurrence_days"]))
    ]
    if band_of(len(rows), persons.num_rows).low < FLOOR:
        return None
    days = [row["recurrence_days"] if row["recurrence"] else row["follow_up_days"] for row in rows]
    cause = [1 if row["recurrence"] else 2 * (row["vital_status"] == "dead") for row in rows]
    return coarse_incidence(np.asarray(days), np.asarray(cause), total=persons.num_rows)


def toxicities(table: Table, *, total: int) -> dict[str, tuple[Band, ...]]:
    """By organ: persons of whom toxicity is stated, then those with each of :data:`TOXIC` or more; few persons are left out."""
    rows = table.filter(
        table.scope == Scope.CUMULATIVE.value, table.status != NOT_GIVEN, table.toxicity_grade.notnull()
    )
    counted = (
        rows.group_by("structure")
        .aggregate(
            stated=rows.person.nunique(),
            **{f"grade_{one}": rows.person.nunique(where=rows.toxicity_grade >= one) for one in TOXIC},
        )
        .order_by("structure")
        .to_pyarrow()
        .to_pylist()
    )
    return {
        row["structure"]: tuple(
            band_of(row[key], total) for key in ("stated", *(f"grade_{one}" for one in TOXIC))
        )
        for row in counted
        if band_of(row["stated"], total).low >= FLOOR
    }
