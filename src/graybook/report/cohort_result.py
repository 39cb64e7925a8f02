"""The cohort report's numbers, none of few persons: one pydantic tree that is ``cohort.json`` and all that its page reads."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "CohortResult",
    "CurveResult",
    "DoseResult",
    "FailedResult",
    "MissingResult",
    "OrganResult",
    "PartResult",
    "Persons",
    "TileResult",
    "TilesResult",
    "ToxicityOfOrgan",
    "json_text",
]

SCHEMA_VERSION = "1.0"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Persons(_Model):
    """A number of persons, as a band: both ends belong to it."""

    low: int
    high: int


class FailedResult(_Model):
    """Results that could not enter the pool, for one reason: files, not persons of the pool."""

    code: str
    files: int


class MissingResult(_Model):
    """One thing that records should say, and the persons whose records do not."""

    group: str
    code: str
    persons: Persons
    of: Persons = Field(description="Whom it concerns: all, or those with a second course, or a recurrence.")


class PartResult(_Model):
    """One part of all persons."""

    code: str
    persons: Persons


class OrganResult(_Model):
    """An organ, and for how many persons its cumulative dose is known how well."""

    name: str
    persons: Persons
    no_dose: Persons
    no_histogram: Persons
    paper: Persons = Field(description="With a course of grade C or D in the sum.")
    lower_bound: Persons


class DoseResult(_Model):
    """Percentiles of an organ's cumulative EQD2, in whole Gy; a lower bound counts as the dose it states."""

    name: str
    persons: Persons
    lower_bound: Persons
    near_maximum_gy: dict[int, int] = Field(description="Of D0.03cc, by percentile. [Gy]")
    mean_gy: dict[int, int]


class TileResult(_Model):
    """Persons between two intervals and two doses: the lower edges belong to it. An open end is null."""

    years: tuple[float, float | None]
    dose_gy: tuple[int, int | None]
    persons: Persons


class TilesResult(_Model):
    """An organ's near-maximum cumulative EQD2 by the interval before the reference course: every person in one tile."""

    name: str
    persons: Persons
    tiles: list[TileResult]


class CurveResult(_Model):
    """A curve at some times, from the start of the reference course."""

    code: str = Field(description="survival (Kaplan-Meier) or recurrence (cumulative incidence).")
    days: list[float]
    percent: list[int]
    low: list[int]
    high: list[int]
    followed: list[Persons] = Field(description="Persons followed beyond each time without the event.")


class ToxicityOfOrgan(_Model):
    """Persons of whom toxicity at an organ is stated, and by its highest grade."""

    name: str
    stated: Persons
    grade_2: Persons = Field(description="Grade 2 or higher.")
    grade_3: Persons = Field(description="Grade 3 or higher.")


class CohortResult(_Model):
    """The whole of ``cohort.json``."""

    schema_version: str = SCHEMA_VERSION
    notice: str
    project: str
    version: str = Field(description="Of Graybook, when the pool was built.")
    tables_editions: list[str]
    floor: int = Field(description="No group of fewer persons, but for none, is shown.")
    persons: int
    without_rows: Persons
    rows: int
    records: int = Field(
        description="Files of results that were given, not persons; exact, as the next three."
    )
    older: int = Field(description="Files, of persons with a newer one.")
    twice: int = Field(description="Files, with the same content as another.")
    failed: list[FailedResult] = Field(description="Files that could not enter the pool, by reason.")
    missing: list[MissingResult] = Field(description="What is missing most stands first.")
    complete: list[str] = Field(description="Codes of what no record lacks.")
    grades: list[PartResult]
    organs: list[OrganResult]
    organs_of_few: int = Field(description="Organs, not persons: named for fewer persons than may be shown.")
    fates: list[PartResult]
    toxicities: list[ToxicityOfOrgan]
    doses: list[DoseResult]
    tiles: list[TilesResult]
    curves: list[CurveResult]


def json_text(result: CohortResult) -> str:
    """``cohort.json`` as text: keys in the model's order, two spaces, a final newline."""
    return json.dumps(result.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
