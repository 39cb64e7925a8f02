"""The words of a question come in; the question, checked and in one spelling, goes out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from graybook.cohort.fields import NOT_KNOWN, Kind, field_named
from graybook.cohort.schema import Scope
from graybook.errors import UsageError

__all__ = ["MEASURES", "Condition", "Measure", "Query"]

Measure = Literal["persons", "mean", "sum", "median", "quartiles"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
SIGNS = re.compile(r"\s*([a-z0-9_]+)\s*(<=|>=|=|<|>)\s*(.*?)\s*")


@dataclass(frozen=True, kw_only=True)
class Condition:
    """What rows must be: a field, a sign, and one value, or for ``=`` several of which one must hold."""

    field: str
    sign: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        field = field_named(self.field)
        if self.sign != "=" and field.kind in (Kind.TEXT, Kind.FLAG):
            raise UsageError(
                f"{self.field} has no order.", value=str(self), remedy=f"Write {self.field}=VALUE[,VALUE]."
            )
        if field.kind is Kind.AMOUNT and self.sign == "=" and set(self.values) != {NOT_KNOWN}:
            raise UsageError(
                f"Who has one exact {self.field} would be single persons.",
                value=str(self),
                remedy=f"Write {self.field}>=LOW and {self.field}<HIGH, or {self.field}={NOT_KNOWN}.",
            )
        for value in self.values:
            if not (value == NOT_KNOWN and self.sign == "="):
                field.stored(value)

    def __str__(self) -> str:
        return f"{self.field}{self.sign}{','.join(self.values)}"

    @classmethod
    def parsed(cls, text: str) -> Self:
        """A condition as written: ``structure=SpinalCord,Brainstem``, ``eqd2_d0_03cc>=40``."""
        match = SIGNS.fullmatch(text)
        if match is None or not match[3]:
            raise UsageError(
                "A condition is a field, one of = < <= > >=, and a value.",
                value=text,
                remedy='Write for example --where structure=SpinalCord --where "eqd2_d0_03cc>=40".',
            )
        values = [part.strip() for part in match[3].split(",")] if match[2] == "=" else [match[3]]
        return cls(field=match[1], sign=match[2], values=tuple(sorted(set(values))))


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question to a pool.

    Parameters
    ----------
    rows, columns
        Fields whose categories make the rows and columns of the answer; None for a total only.
    measure
        What is given of each cell beside its number of persons.
    of
        The field that is measured; None for ``persons``.
    scope
        Whether rows of the sum of all courses are asked, or rows of single courses.
    where
        What rows must be.
    """

    rows: str | None = None
    columns: str | None = None
    measure: Measure = "persons"
    of: str | None = None
    scope: Scope = Scope.CUMULATIVE
    where: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", tuple(sorted(set(self.where), key=str)))
        for name in filter(None, (self.rows, self.columns, self.of)):
            field_named(name)
        if self.columns is not None and self.rows in (None, self.columns):
            raise UsageError(
                "Columns stand beside rows of another field.",
                value=f"rows {self.rows}, columns {self.columns}",
                remedy="Give --rows one field and --columns another.",
            )
        if (self.measure == "persons") != (self.of is None):
            raise UsageError(
                "A measure other than persons is of a field, and only such a measure.",
                value=f"{self.measure} of {self.of or 'nothing'}",
                remedy="Write for example --measure mean --of eqd2_d0_03cc.",
            )
        if self.of is not None and field_named(self.of).kind is not Kind.AMOUNT:
            raise UsageError(
                f"{self.of} is a category: its mean or sum would count persons.",
                value=self.of,
                remedy=f"Ask for persons, with --rows {self.of}.",
            )

    @property
    def topics(self) -> frozenset[str]:
        """What it speaks of."""
        named = (self.rows, self.columns, *(condition.field for condition in self.where))
        return frozenset(field_named(name).topic for name in named if name is not None)

    def document(self) -> dict[str, Any]:
        """The question as one JSON object, in one spelling."""
        return {
            "rows": self.rows,
            "columns": self.columns,
            "measure": self.measure,
            "of": self.of,
            "scope": self.scope.value,
            "where": [str(condition) for condition in self.where],
        }

    @property
    def sha256(self) -> str:
        """What names the question in the log."""
        return hashlib.sha256(json.dumps(self.document(), sort_keys=True).encode()).hexdigest()

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Self:
        """A question as :meth:`document` wrote it."""
        where: Iterable[str] = document["where"]
        return cls(
            rows=document["rows"],
            columns=document["columns"],
            measure=document["measure"],
            of=document["of"],
            scope=Scope(document["scope"]),
            where=tuple(map(Condition.parsed, where)),
        )
