"""The ``[clinical]`` table comes in; the clinical headings of a re-irradiation, as a person states them, go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from graybook.files._tables import Entry

__all__ = [
    "RECURRENCES",
    "VITAL",
    "ClinicalSetting",
    "LateToxicitySetting",
    "OutcomeSetting",
    "ToxicitySetting",
    "clinical_setting",
]

RECURRENCES = ("in field", "marginal", "out of field", "no recurrence")
VITAL = ("alive", "dead")
KEYS = (
    *("intent", "histology", "performance_status", "recurrence", "toxicity", "cumulative_concern", "outcome"),
)
OUTCOME_KEYS = (
    *("vital_status", "last_follow_up", "death_date", "recurrence", "recurrence_date", "toxicity"),
)


@dataclass(frozen=True, kw_only=True)
class ToxicitySetting:
    """A toxicity of an earlier course: CTCAE term and grade, 0 for none."""

    term: str
    grade: int
    course: str = ""


@dataclass(frozen=True, kw_only=True)
class LateToxicitySetting:
    """A toxicity after the reference course: CTCAE term and grade, 0 for none, at an organ; the day it was first seen."""

    term: str
    grade: int
    organ: str = ""
    date: date | None = None


@dataclass(frozen=True, kw_only=True)
class OutcomeSetting:
    """What happened after the reference course; empty or None where nobody says.

    ``recurrence`` is None when nobody says, False when the person was followed and had none.
    """

    vital_status: str = ""
    last_follow_up: date | None = None
    death_date: date | None = None
    recurrence: bool | None = None
    recurrence_date: date | None = None
    toxicities: tuple[LateToxicitySetting, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClinicalSetting:
    """What the headings hold; empty where nobody filled them.

    ``cumulative_concern`` is a physician's word on toxicity from cumulative dose without overlap; None when not stated.
    """

    intent: str = ""
    histology: str = ""
    performance_status: str = ""
    recurrence: str = ""
    toxicities: tuple[ToxicitySetting, ...] = ()
    cumulative_concern: bool | None = None
    outcome: OutcomeSetting | None = None


def clinical_setting(entry: Entry) -> ClinicalSetting:
    """The ``[clinical]`` table."""
    entry.only(KEYS)
    outcome = entry.table("outcome")
    concern = entry.flag("cumulative_concern") if "cumulative_concern" in entry.values else None
    return ClinicalSetting(
        intent=entry.text("intent"),
        histology=entry.text("histology"),
        performance_status=entry.text("performance_status"),
        recurrence=entry.text("recurrence", among=RECURRENCES),
        toxicities=tuple(_toxicity(one) for one in entry.tables("toxicity")),
        cumulative_concern=concern,
        outcome=None if outcome is None else _outcome(outcome),
    )


def _toxicity(entry: Entry) -> ToxicitySetting:
    entry.only(("course", "term", "grade"), stamp=False)
    return ToxicitySetting(term=_term(entry), grade=_grade(entry), course=entry.selector("course"))


def _term(entry: Entry) -> str:
    entry.required("term")
    return entry.text("term")


def _grade(entry: Entry) -> int:
    entry.required("grade")
    grade = entry.whole("grade", least=0)
    if grade is None or grade > 5:
        raise entry.refuse("grade", "is no CTCAE grade", value=grade, remedy="Write grade = 0 to 5.")
    return grade


def _late_toxicity(entry: Entry) -> LateToxicitySetting:
    entry.only(("organ", "term", "grade", "date"), stamp=False)
    return LateToxicitySetting(
        term=_term(entry), grade=_grade(entry), organ=entry.text("organ"), date=entry.day("date")
    )


def _outcome(entry: Entry) -> OutcomeSetting:
    """The ``[clinical.outcome]`` table, whose days must agree with each other."""
    entry.only(OUTCOME_KEYS, stamp=False)
    vital, death = entry.text("vital_status", among=VITAL), entry.day("death_date")
    seen, returned = entry.day("last_follow_up"), entry.day("recurrence_date")
    if death is not None and vital == "alive":
        raise entry.refuse("death_date", "is that of a person alive", value=death, remedy="Correct one.")
    for key, day in (("last_follow_up", seen), ("recurrence_date", returned)):
        if death is not None and day is not None and day > death:
            raise entry.refuse(key, "is after death_date", value=day, remedy="Correct one of the two.")
    recurrence = entry.flag("recurrence") if "recurrence" in entry.values else None
    if returned is not None and recurrence is False:
        raise entry.refuse("recurrence_date", "is given without one", value=returned, remedy="Correct one.")
    return OutcomeSetting(
        vital_status=vital or ("dead" if death else ""),
        last_follow_up=seen,
        death_date=death,
        recurrence=True if returned is not None else recurrence,
        recurrence_date=returned,
        toxicities=tuple(_late_toxicity(one) for one in entry.tables("toxicity")),
    )
