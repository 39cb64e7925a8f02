"""The pool's table comes in; for how many persons each thing is missing, and how well their doses are known, goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from graybook.cohort.bands import Band, band_of, bands_of_parts
from graybook.cohort.expressions import NOT_GIVEN
from graybook.cohort.schema import Scope, dose_column

if TYPE_CHECKING:
    import pyarrow as pa
    from ibis.expr.types import Table

__all__ = ["MISSING", "Lacking", "Person", "graded", "missing", "person_table", "structures"]

Flags = npt.NDArray[np.bool_]
ORGAN = "organ"
ASSUMED = "assumed delivered"


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """One thing that records should say, and the number of persons whose records do not.

    Parameters
    ----------
    group
        outcome, course, dose, evidence or person.
    code
        What it is.
    persons
        Without it.
    of
        Whom it concerns: all persons, or those with a second course, with a recurrence.
    order
        The share of persons without it, rounded down to twentieths: what is missing most stands first.
    """

    group: str
    code: str
    persons: Band
    of: Band
    order: int


@dataclass(frozen=True, kw_only=True)
class Person:
    """What decides, in a row of :func:`person_table`, whether something is missing, and whom it concerns."""

    group: str
    code: str
    lacks: Callable[[dict[str, Any]], Flags]
    concerns: Callable[[dict[str, Any]], Flags] | None = None


def _null(name: str) -> Callable[[dict[str, Any]], Flags]:
    return lambda row: np.array([one is None for one in row[name]])


def _known(name: str) -> Callable[[dict[str, Any]], Flags]:
    return lambda row: np.array([one is not None for one in row[name]])


def _true(name: str) -> Callable[[dict[str, Any]], Flags]:
    return lambda row: np.array([one is True for one in row[name]])


def _again(row: dict[str, Any]) -> Flags:
    return np.array([one > 1 for one in row["courses"]])


def _beams_again(row: dict[str, Any]) -> Flags:
    return np.array([one > 1 for one in row["beams"]])


def _no_interval(row: dict[str, Any]) -> Flags:
    return np.array([one > 1 for one in row["beams_without_interval"]])  # the first has none before it


MISSING: tuple[Person, ...] = (
    Person(group="outcome", code="vital_status", lacks=_null("vital_status")),
    Person(group="outcome", code="follow_up", lacks=_null("follow_up_days"), concerns=_known("vital_status")),
    Person(group="outcome", code="recurrence", lacks=_null("recurrence")),
    Person(
        group="outcome", code="recurrence_day", lacks=_null("recurrence_days"), concerns=_true("recurrence")
    ),
    Person(group="outcome", code="toxicity", lacks=_null("toxicity_grade")),
    Person(group="course", code="start", lacks=_true("no_start")),
    Person(group="course", code="interval", lacks=_no_interval, concerns=_beams_again),
    Person(group="course", code="fractions", lacks=_true("no_fractions")),
    Person(group="course", code="modality", lacks=_true("no_modality")),
    Person(group="course", code="delivery", lacks=_true("assumed")),
    Person(group="course", code="reirradiation", lacks=_null("reirradiation"), concerns=_again),
    Person(group="dose", code="organs", lacks=_null("organs")),
    Person(group="dose", code="given", lacks=_true("planned")),
    Person(group="dose", code="names", lacks=_true("unnamed")),
    Person(group="dose", code="near_maximum", lacks=_true("no_near_maximum")),
    Person(group="dose", code="histogram", lacks=_true("no_histogram")),
    Person(group="dose", code="physical", lacks=_true("no_physical")),
    Person(group="dose", code="volume", lacks=_true("no_volume")),
    Person(group="dose", code="alpha_beta", lacks=_true("no_alpha_beta")),
    Person(group="evidence", code="alignment", lacks=_true("no_alignment"), concerns=_beams_again),
    Person(group="evidence", code="point_sum", lacks=_true("point_sum"), concerns=_beams_again),
    Person(group="evidence", code="outside_sum", lacks=_true("outside_sum")),
    Person(group="evidence", code="lower_bound", lacks=_true("lower_bound")),
    Person(group="person", code="sex", lacks=_null("sex")),
    Person(group="person", code="age", lacks=_null("age_years")),
)
"""What a record should say. Of organs and courses a thing is missing when one of them lacks it."""


def person_table(table: Table) -> pa.Table:
    """A row for each person, in the order of pseudonyms; what was only planned is left out."""
    given = table.status != NOT_GIVEN
    course = given & (table.scope == Scope.COURSE.value)
    beam = course & ~table.apart
    organ = given & (table.kind == ORGAN) & ~table.apart
    drawn = (table.kind == ORGAN) & ~table.apart & (table.scope == Scope.CUMULATIVE.value)
    total = drawn & given
    whole = ("sex", "age_years", "vital_status", "follow_up_days", "recurrence", "recurrence_days", "courses")
    found = {
        **{name: table[name].max() for name in whole if name != "recurrence"},
        "recurrence": table.recurrence.any(),
        "toxicity_grade": table.toxicity_grade.max(),
        "reirradiation": table.reirradiation.max(),
        "organs": drawn.ifelse(1, None).max(),
        "planned": (drawn & ~given).any(),
        "grade": table.evidence_grade.max(where=given & (table.scope == Scope.CUMULATIVE.value)),
        "no_start": (course & table.start.isnull()).any(),
        "beams": table.course.nunique(where=beam),
        "beams_without_interval": table.course.nunique(where=beam & table.interval_days.isnull()),
        "no_fractions": (beam & table.fractions.isnull()).any(),
        "no_modality": (course & (table.modality.isnull() | (table.modality == "unknown"))).any(),
        "assumed": (course & (table.status == ASSUMED)).any(),
        "unnamed": (total & table.structure.startswith(f"{ORGAN}-")).any(),
        "no_near_maximum": (total & table.eqd2_d0_03cc_ugy.isnull()).any(),
        "no_histogram": (total & table[dose_column(50)].isnull()).any(),
        "no_physical": (beam & organ & table.physical_mean_ugy.isnull()).any(),
        "no_volume": (total & table.volume_mm3.isnull()).any(),
        "no_alpha_beta": (total & (table.alpha_beta_basis.isnull() | (table.alpha_beta_basis == "no entry"))).any(),
        "no_alignment": (total & table.alignment_use.isnull()).any(),
        "point_sum": (total & (table.alignment_use == "point sum only")).any(),
        "outside_sum": (beam & ~table.in_sum).any(),
        "lower_bound": (total & table.lower_bound).any(),
    }  # fmt: skip
    return table.group_by("person").aggregate(**found).order_by("person").to_pyarrow()


def missing(persons: pa.Table, told: Mapping[str, tuple[Band, Band]] | None = None) -> tuple[Lacking, ...]:
    """Each thing with the persons who lack it, in the order of :data:`MISSING`.

    Parameters
    ----------
    told
        Bands in which the same numbers are shown elsewhere, by code, of persons and of whom it concerns: two bands of one number
        would tell more than one.
    """
    row, total = persons.to_pydict(), persons.num_rows
    found = []
    for one in MISSING:
        concerns = np.ones(total, dtype=np.bool_) if one.concerns is None else one.concerns(row)
        band, whom = (told or {}).get(one.code) or (
            band_of(int((one.lacks(row) & concerns).sum()), total),
            band_of(int(concerns.sum()), total),
        )
        found.append(
            Lacking(
                group=one.group,
                code=one.code,
                persons=band,
                of=whom,
                order=20 * band.low // max(whom.high, 1),
            )
        )
    return tuple(found)


def graded(persons: pa.Table, grades: Sequence[str] = ("A", "B", "C", "D")) -> dict[str, Band]:
    """Persons by the worst evidence grade of a course that counts; ``none`` for those without a sum."""
    stated = ["none" if one is None else one for one in persons["grade"].to_pylist()]
    keys = (*grades, "none")
    return dict(zip(keys, bands_of_parts([stated.count(key) for key in keys]), strict=True))


def structures(table: Table) -> pa.Table:
    """Organs with a TG-263 name in cumulative rows: how many persons have each, and how many of them how well."""
    rows = table.filter(
        table.scope == Scope.CUMULATIVE.value,
        table.status != NOT_GIVEN,
        ~table.apart,
        table.kind == ORGAN,
        ~table.structure.startswith(f"{ORGAN}-"),
    )
    person = rows.person
    return (
        rows.group_by("structure")
        .aggregate(
            persons=person.nunique(),
            no_dose=person.nunique(where=rows.eqd2_d0_03cc_ugy.isnull()),
            no_histogram=person.nunique(where=rows[dose_column(50)].isnull()),
            paper=person.nunique(where=rows.evidence_grade.isin(("C", "D"))),
            lower_bound=person.nunique(where=rows.lower_bound),
            toxicity=person.nunique(where=rows.toxicity_grade.notnull()),
        )
        .order_by("structure")
        .to_pyarrow()
    )
