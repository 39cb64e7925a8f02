"""The words in which a pool is asked about: each with its column, its unit and its bands.

Limits of a condition lie on a fixed grid, and so do bands: who may move a limit by little finds single persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from graybook.cohort.schema import (
    DOSE_AT_PERCENT,
    METRICS,
    UGY_PER_GY,
    VOLUME_AT_GY,
    dose_column,
    volume_column,
)
from graybook.errors import UsageError

__all__ = ["FIELDS", "NOT_KNOWN", "Field", "Kind", "field_named"]

NOT_KNOWN = "not-known"
"""What NULL is called in conditions and answers."""


class Kind(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    FLAG = "flag"
    WHOLE = "whole"  # a small whole number: its mean would count persons, so none is given
    AMOUNT = "amount"  # can be measured, and is shown in bands


@dataclass(frozen=True, kw_only=True)
class Field:
    """One word of questions.

    Parameters
    ----------
    column
        Where it stands in the table.
    unit
        Of limits and answers; empty for words and flags.
    factor
        What one unit is in the table.
    step
        Limits are multiples of it. [unit]
    band
        Width of the bands. [unit]
    edges
        Limits of unequal bands, instead. [unit]
    topic
        What it speaks of. Fields of one topic depend on each other: who gets 50 Gy as mean gets it as maximum too.
    """

    name: str
    column: str
    kind: Kind
    unit: str = ""
    factor: int = 1
    step: int = 1
    band: int = 1
    edges: tuple[int, ...] = ()
    topic: str

    def stored(self, value: str) -> str | int | bool:
        """A value as the table holds it."""
        if self.kind is Kind.TEXT:
            return value
        if self.kind is Kind.FLAG:
            if value not in ("yes", "no"):
                raise UsageError(f"{self.name} is yes or no.", value=value, remedy=f"Write {self.name}=yes.")
            return value == "yes"
        try:
            number = Fraction(value)
        except (ValueError, ZeroDivisionError):
            raise UsageError(
                f"{self.name} is a number.", value=value, remedy=f"Write {self.name}>={10 * self.step}."
            ) from None
        if number not in self.edges if self.edges else number % self.band:
            limits = ", ".join(map(str, self.edges)) or f"multiples of {self.band} {self.unit}".rstrip()
            raise UsageError(
                f"Conditions on {self.name} stand on the limits of its bands.",
                value=value,
                remedy=f"Use {limits}. Finer limits could single out one person.",
            )
        return int(number * self.factor)

    def label(self, category: object) -> str:
        """What a category of the table is called in an answer."""
        if category is None:
            return NOT_KNOWN
        if self.kind is Kind.FLAG:
            return "yes" if category else "no"
        if self.kind is Kind.WHOLE:
            return f"{int(str(category)) / self.factor:g} {self.unit}".rstrip()
        if self.kind is Kind.TEXT:
            return str(category)
        index = int(str(category))
        if not self.edges and self.unit == "%" and index * self.band >= 100:
            return "100 %"
        if not self.edges:
            return f"{index * self.band}-{(index + 1) * self.band} {self.unit}"
        if index == 0:
            return f"<{self.edges[0]} {self.unit}"
        low = self.edges[index - 1]
        high = self.edges[index] if index < len(self.edges) else None
        return f">={low} {self.unit}" if high is None else f"{low}-{high} {self.unit}"


def _fields(kind: Kind, topic: str, *names: str) -> list[Field]:
    return [Field(name=name, column=name, kind=kind, topic=topic) for name in names]


def _days(topic: str, *names: str) -> list[Field]:
    edges = (180, 360, 720, 1800, 3600)
    return [
        Field(name=name, column=name, kind=Kind.AMOUNT, unit="d", step=30, edges=edges, topic=topic)
        for name in names
    ]


def _dose(column: str) -> Field:
    return Field(
        name=column.removesuffix("_ugy"),
        column=column,
        kind=Kind.AMOUNT,
        unit="Gy",
        factor=UGY_PER_GY,
        band=10,
        topic="dose",
    )


def _share(column: str) -> Field:
    return Field(
        name=column.removesuffix("_ppm"),
        column=column,
        kind=Kind.AMOUNT,
        unit="%",
        factor=10_000,
        band=10,
        topic="dose",
    )


_DOSES = (
    "physical_mean_ugy",
    "physical_d0_03cc_ugy",
    *(f"eqd2_{metric}_ugy" for metric in METRICS),
    *(f"eqd2_{end}_ugy" for end in ("mean_low", "mean_high", "d0_03cc_low", "d0_03cc_high")),
    *(dose_column(percent) for percent in DOSE_AT_PERCENT),
)

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        *_fields(Kind.TEXT, "sex", "sex"),
        Field(name="age", column="age_years", kind=Kind.AMOUNT, unit="y", step=5, band=10, topic="age"),
        *_fields(Kind.TEXT, "structure", "structure", "kind"),
        *_fields(Kind.WHOLE, "courses", "course", "courses"),
        *_fields(Kind.TEXT, "courses", "modality", "reirradiation"),
        *_fields(Kind.FLAG, "courses", "apart"),
        *_days("courses", "interval_days", "since_first_days"),
        *_fields(Kind.WHOLE, "courses", "fractions"),
        *_fields(Kind.TEXT, "evidence", "status", "evidence_grade", "alignment_use"),
        *_fields(Kind.FLAG, "evidence", "in_sum", "lower_bound"),
        *_fields(Kind.TEXT, "tables", "alpha_beta_basis", "tables_edition", "software_version"),
        Field(name="alpha_beta", column="alpha_beta_mgy", kind=Kind.WHOLE, unit="Gy", factor=1000, topic="structure"),
        *map(_dose, _DOSES),
        *(_share(volume_column(dose_gy)) for dose_gy in VOLUME_AT_GY),
        Field(
            name="volume", column="volume_mm3", kind=Kind.AMOUNT, unit="cm3", factor=1000, step=10,
            edges=(10, 50, 100, 500, 1000), topic="dose",
        ),
        *_fields(Kind.TEXT, "outcome", "vital_status"),
        *_fields(Kind.FLAG, "outcome", "recurrence"),
        *_fields(Kind.WHOLE, "outcome", "toxicity_grade"),
        *_days("outcome", "follow_up_days", "recurrence_days", "toxicity_days"),
    )
}  # fmt: skip
"""Every word that a question may use."""


def field_named(name: str) -> Field:
    """The field of a name that a user wrote."""
    if name not in FIELDS:
        near = [known for known in FIELDS if name and (name in known or known in name)][:5]
        raise UsageError(
            f"The pool has no {name or 'field without a name'}.",
            value=name,
            remedy=f"Use one of: {', '.join(near or list(FIELDS))}.",
        )
    return FIELDS[name]
