"""Limit: one published limit with the conditions its source states (rule 12), as every rulebook holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from graybook.errors import InputError

__all__ = ["Conditions", "DoseOf", "Limit", "Namespace", "Scale"]

_REMEDY = "mend the row of the table or rulebook"


class Namespace(StrEnum):
    """Kinds of figure that never stand for each other (rule 12)."""

    FIRST_COURSE = "first-course constraint"
    CUMULATIVE = "cumulative limit"
    OBSERVED = "observed dose"


class DoseOf(StrEnum):
    """Which dose is compared."""

    ALL = "all courses"
    """The sum over all courses."""
    REFERENCE = "reference course"
    """The course that is asked about, alone."""
    SHARE = "share of the reference course"
    """The reference course's metric over that of the sum of all courses, 0 to 1."""


class Scale(StrEnum):
    """What the Gy of a limit are."""

    EQD2 = "EQD2"
    BED = "BED"
    PHYSICAL = "physical"
    REPORTED = "as reported"
    """The source does not say, or uses a scale of its own: never judged."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """
    Under what the source looked (rule 12); None or empty where it states nothing that was read.

    Parameters
    ----------
    interval_months
        Shortest and longest interval between the end of an earlier course and the start of the reference course. [months]
    courses
        Fewest and most courses in the sum, the reference course counted.
    fractions
        Fewest and most fractions of the reference course.
    fraction_gy
        Lowest and highest dose per fraction of the reference course's prescription. [Gy]
    modalities
        What may have irradiated, as :class:`graybook.record.Modality` values.
    each_course_max_gy
        No course alone may exceed this, by the limit's metric and on its scale. [Gy]
    recovery_in_source
        "yes": the limit is on undiscounted doses of patients whose tissue had time to recover, so recovery is in it already.
        "no": a tolerance without recovery. "discounted": the source discounted the earlier dose itself.
    """

    interval_months: tuple[float | None, float | None] | None = None
    courses: tuple[int, int | None] | None = None
    fractions: tuple[int, int] | None = None
    fraction_gy: tuple[float, float] | None = None
    modalities: tuple[str, ...] = ()
    each_course_max_gy: float | None = None
    recovery_in_source: Literal["yes", "no", "discounted"] = "yes"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """
    One limit. A range that a source gives is two limits.

    Parameters
    ----------
    id
        Stable key, for example ``rulach2021-spinalcord-max``.
    namespace
        Which of the three kinds it is.
    organ
        TG-263 name of the structure the source used; several joined by a slash. The structure is a condition too.
    metric
        In the language of :mod:`graybook.dvh.metrics`: ``max``, ``D0.1cc``, ``V20Gy[%]``, ``CV700cc<21Gy``; "Dmax" is ``max``.
    op, value, unit
        ``<``, ``<=``, ``>`` or ``>=``, the figure, and ``Gy``, ``%``, ``cm³`` or empty. An observed dose has an empty ``op``.
    dose_of, scale, alpha_beta_gy
        Which dose, what its Gy are, and the α/β the source used. [Gy]
    rounding
        How far beyond the figure the source itself still counts as within: "near". In ``unit``; half a unit of the last printed
        digit where the source says nothing.
    schedule
        The schedule the figure comes from as ``dose/fractions`` (``14/1``): under another α/β the limit is re-derived from it.
    conditions
        Rule 12.
    endpoint, population
        What harm it guards against, and in whom it was seen.
    origin
        Which author's column of the source.
    source, source_text, tier, primary_checked, note
        Evidence: key, citation, how it was read, whether in the primary, remarks.
    default
        Whether the default rulebook holds it; never of tier ``secondary-repo``.
    author, changed_on, reason, place
        Of a centre's own row: who, when, why, and its file and line.
    """

    id: str
    namespace: Namespace
    organ: str
    metric: str
    op: str
    value: float
    unit: str
    dose_of: DoseOf = DoseOf.ALL
    scale: Scale = Scale.EQD2
    alpha_beta_gy: float | None = None
    rounding: float = 0.0
    schedule: str = ""
    conditions: Conditions = field(default_factory=Conditions)
    endpoint: str = ""
    population: str = ""
    origin: str = ""
    source: str
    source_text: str
    tier: str
    primary_checked: bool
    note: str = ""
    default: bool = False
    author: str = ""
    changed_on: date | None = None
    reason: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        """Refuse a limit that limits nothing, has no source, or is a default that nobody checked."""
        ops = ("",) if self.namespace is Namespace.OBSERVED else ("<", "<=", ">", ">=")
        if self.op not in ops:
            raise InputError(f"Limit {self.id}: unknown comparison", value=self.op, remedy=_REMEDY)
        if not (self.value > 0 and self.rounding >= 0):
            raise InputError(f"Limit {self.id}: the figure must be above 0", value=self.value, remedy=_REMEDY)
        if not self.source.strip() or not self.source_text.strip() or not self.tier:
            raise InputError(f"Limit {self.id}: no source", value=self.source, remedy=_REMEDY)
        if self.default and self.tier == "secondary-repo":
            raise InputError(
                f"Limit {self.id}: what was read in a repository alone is never a default",
                value=self.tier,
                remedy=_REMEDY,
            )

    @property
    def organs(self) -> tuple[str, ...]:
        """Structures the row speaks of, one by one."""
        return tuple(self.organ.split("/"))

    @property
    def at_most(self) -> bool:
        """Whether less is better."""
        return self.op in ("<", "<=")
