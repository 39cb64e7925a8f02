"""The tables of published limits of an edition come in; one tuple of limits goes out, each complete with its conditions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Literal, TypeVar

from graybook.errors import GraybookError, InputError
from graybook.tables._rows import (
    PRIMARY_CHECKED,
    Row,
    number,
    optional_number,
    parsed_rows,
    place_of,
    table_rows,
    yes_or_no,
)
from graybook.tables.limit import Conditions, DoseOf, Limit, Namespace, Scale
from graybook.tables.sources import source_text

__all__ = ["FILES", "limits", "parsed_limits"]

FILES = ("reirradiation_limits.csv", "first_course_constraints.csv")
"""Where the limits stand: cumulative limits and observed doses, and first-course constraints."""

_COLUMNS = (
    "id", "namespace", "organ", "metric", "op", "value", "unit", "dose_of", "scale", "alpha_beta_gy",
    "rounding", "schedule", "interval_min_months", "interval_max_months", "courses_min", "courses_max",
    "fractions_min", "fractions_max", "fraction_min_gy", "fraction_max_gy", "modalities", "each_course_max_gy",
    "recovery_in_source", "endpoint", "population", "origin", "default", "note",
)  # fmt: skip
_REMEDY = "restore the file from the package, or mend the cell as the README beside it says"
_Name = TypeVar("_Name", bound=StrEnum)


@cache
def limits() -> tuple[Limit, ...]:
    """Every limit of the edition, all namespaces, in the order of the tables."""
    return tuple(_limit(row, file) for file in FILES for row in table_rows(file, _COLUMNS))


def parsed_limits(text: str, *, file: str) -> tuple[Limit, ...]:
    """Limits of a table given as text; a faulty cell is refused with its line and column."""
    return tuple(_limit(row, file) for row in parsed_rows(text, file=file, columns=_COLUMNS))


def _limit(row: Row, file: str) -> Limit:
    try:
        return Limit(
            id=row["id"],
            namespace=_named(row, "namespace", Namespace, file),
            organ=row["organ"],
            metric=row["metric"],
            op=row["op"],
            value=number(row, "value", file),
            unit=row["unit"],
            dose_of=_named(row, "dose_of", DoseOf, file),
            scale=_named(row, "scale", Scale, file),
            alpha_beta_gy=optional_number(row, "alpha_beta_gy", file),
            rounding=number(row, "rounding", file),
            schedule=row["schedule"],
            conditions=_conditions(row, file),
            endpoint=row["endpoint"],
            population=row["population"],
            origin=row["origin"],
            source=row["source"],
            source_text=source_text(row["source"]),
            tier=row["tier"],
            primary_checked=PRIMARY_CHECKED[row["verified"]],
            note=row["note"],
            default=yes_or_no(row, "default", file),
        )
    except GraybookError as error:
        if error.what.startswith("Table "):
            raise
        raise InputError(
            f"{place_of(row, file)}: {error.what}", value=error.value, remedy=error.remedy
        ) from None


def _conditions(row: Row, file: str) -> Conditions:
    courses = _whole(row, "courses", file)
    fractions = _whole(row, "fractions", file)
    return Conditions(
        interval_months=_span(row, "interval_min_months", "interval_max_months", file),
        courses=None if courses is None else (courses[0] or 1, courses[1]),
        fractions=_both(row, "fractions", fractions, file),
        fraction_gy=_both(row, "fraction", _span(row, "fraction_min_gy", "fraction_max_gy", file), file),
        modalities=tuple(part for part in row["modalities"].split(";") if part),
        each_course_max_gy=optional_number(row, "each_course_max_gy", file),
        recovery_in_source=_recovery(row, file),
    )


_Number = TypeVar("_Number", int, float)


def _span(row: Row, low: str, high: str, file: str) -> tuple[float | None, float | None] | None:
    span = (optional_number(row, low, file), optional_number(row, high, file))
    if span[0] is not None and span[1] is not None and span[0] > span[1]:
        raise _refusal(row, low, file, "is above the highest")
    return None if span == (None, None) else span


def _whole(row: Row, name: str, file: str) -> tuple[int | None, int | None] | None:
    span = _span(row, f"{name}_min", f"{name}_max", file)
    if span is None:
        return None
    for column, value in zip((f"{name}_min", f"{name}_max"), span, strict=True):
        if value is not None and (value < 1 or value != int(value)):
            raise _refusal(row, column, file, "is not a whole number of at least 1")
    low, high = span
    return None if low is None else int(low), None if high is None else int(high)


def _both(
    row: Row, name: str, span: tuple[_Number | None, _Number | None] | None, file: str
) -> tuple[_Number, _Number] | None:
    if span is None:
        return None
    low, high = span
    if low is None or high is None:
        raise InputError(
            f"{place_of(row, file)}: {name} has one end alone", value=(low, high), remedy=_REMEDY
        )
    return low, high


def _named(row: Row, column: str, names: type[_Name], file: str) -> _Name:
    try:
        return names(row[column])
    except ValueError:
        raise _refusal(row, column, file, f"is none of {_listed([one.value for one in names])}") from None


def _recovery(row: Row, file: str) -> Literal["yes", "no", "discounted"]:
    known: tuple[Literal["yes", "no", "discounted"], ...] = ("yes", "no", "discounted")
    found = next((one for one in known if one == row["recovery_in_source"]), None)
    if found is None:
        raise _refusal(row, "recovery_in_source", file, f"is none of {_listed(known)}")
    return found


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _refusal(row: Row, column: str, file: str, why: str) -> InputError:
    return InputError(f"{place_of(row, file)}: {column} {why}", value=row[column], remedy=_REMEDY)
