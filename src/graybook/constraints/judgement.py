"""Judgement: a limit, a measured value and the case come in; met, near, exceeded or not assessable goes out (rules 9, 11, 12)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graybook.record.assessment import Finding
from graybook.record.scenario import Recovery
from graybook.tables.limit import Limit

__all__ = ["Case", "ConditionCheck", "Judgement", "Measured", "Status"]


class Status(StrEnum):
    """What a limit says of a dose."""

    MET = "met"
    NEAR = "near"
    EXCEEDED = "exceeded"
    NOT_ASSESSABLE = "not assessable"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """
    What is compared, in the limit's unit, at both ends of rule 9; None where it cannot be had, and then ``why`` says it.

    ``basis`` is what it was taken from: 3D sum, 3D sum with envelope, point sum, course.
    """

    low: float | None
    high: float | None
    basis: str = ""
    why: Finding | None = None


@dataclass(frozen=True, kw_only=True)
class Case:
    """
    What is known of one structure of one person, for the conditions of rule 12.

    Parameters
    ----------
    structure
        Its TG-263 name; None when not known.
    alpha_beta_gy
        It was computed at. [Gy]
    courses
        Courses counted, the reference course among them.
    intervals_months
        Of each earlier course, its end to the start of the reference course; None where a date is missing. [months]
    fractions
        Fewest and most fractions of the reference course; None when not known.
    fraction_gy
        Prescribed dose per fraction of the reference course; None when not known. [Gy]
    modalities
        Of all courses counted.
    course_values
        The limit's metric of each course alone, upper end, on the limit's scale; None where not known. [Gy]
    recovery
        What a person assumes for this organ.
    complete
        False when a course is missing from the sum: values are lower bounds.
    """

    structure: str | None
    alpha_beta_gy: float | None
    courses: int
    intervals_months: tuple[float | None, ...] = ()
    fractions: tuple[int, int] | None = None
    fraction_gy: float | None = None
    modalities: frozenset[str] = frozenset()
    course_values: tuple[float | None, ...] = ()
    recovery: Recovery | None = None
    complete: bool = True


@dataclass(frozen=True, kw_only=True)
class ConditionCheck:
    """One condition of a limit: what the source asks, what the case has, and whether it holds; None when nobody knows."""

    name: str
    required: str
    found: str
    holds: bool | None


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """
    What a limit says.

    Parameters
    ----------
    limit
        As judged: re-derived at another α/β, or raised by recovery, where that is legitimate.
    margin
        From the upper end to the limit, in the limit's unit: positive is room, negative is excess; None without a value.
    reason
        Why it is what it is, as a code of the catalogue with its parameters.
    conditions
        Every condition the source states, checked.
    """

    status: Status
    limit: Limit
    measured: Measured
    margin: float | None
    reason: Finding
    conditions: tuple[ConditionCheck, ...] = ()
