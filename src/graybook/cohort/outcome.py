"""What happened after the reference course, as ``result.json`` says it, comes in; days from its start and grades go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from graybook.cohort.entry import Entry, NotPooled
from graybook.tables.structure_names import tg263_name

__all__ = ["Outcome", "outcome_of"]

VITAL = ("alive", "dead")
HIGHEST_GRADE = 5


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Columns of the pool by name; of toxicity by structure, as named in the file or by its TG-263 name."""

    columns: dict[str, str | int | bool | None] = field(default_factory=dict)
    toxicity: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    elsewhere: int = 0
    """How many toxicities name no organ: the pool has no place for them."""
    before: int = 0
    """How many days lie before the reference course: they say nothing of what followed it, and are left out."""

    def at(self, name: str, structure: str) -> tuple[int | None, int | None]:
        """Highest grade at a structure and the first day of that grade. [d]"""
        found: tuple[int, int | None] | None = None
        for told in {name, structure} & set(self.toxicity):
            found = _worse(found, self.toxicity[told])
        return (None, None) if found is None else found


def outcome_of(result: Entry, start: date | None) -> Outcome:
    """What ``clinical.outcome`` says; nothing where nobody says."""
    clinical = result.entry("clinical")
    if clinical.values.get("outcome") is None:
        return Outcome()
    told = clinical.entry("outcome")
    since = _Since(start)
    vital = told.one_of("vital_status", VITAL)
    death, seen = told.day("death_date"), told.day("last_follow_up")
    recurrence = told.maybe_flag("recurrence")
    columns: dict[str, str | int | bool | None] = {
        "vital_status": vital,
        "follow_up_days": since.days(death if vital == "dead" else seen),
        "recurrence": recurrence,
        "recurrence_days": since.days(told.day("recurrence_date")) if recurrence else None,
    }
    worst: dict[str, tuple[int, int | None]] = {}
    elsewhere = 0
    for one in told.entries("toxicity"):
        organ = one.text("organ")
        found = _grade(one), since.days(one.day("date"))
        if not organ:
            elsewhere += 1
            continue
        for name in {organ, tg263_name(organ) or organ}:
            worst[name] = _worse(worst.get(name), found)
    return Outcome(columns=columns, toxicity=worst, elsewhere=elsewhere, before=since.before)


class _Since:
    """Days from a day, and how many lay before it."""

    def __init__(self, start: date | None) -> None:
        self.start = start
        self.before = 0

    def days(self, day: date | None) -> int | None:
        if day is None or self.start is None:
            return None
        if day < self.start:
            self.before += 1
            return None
        return (day - self.start).days


def _grade(one: Entry) -> int:
    grade = one.whole("grade")
    if grade is None:
        raise one.wrong("grade", "a whole number")
    if not 0 <= grade <= HIGHEST_GRADE:
        raise NotPooled("pool_out_of_range", key=one.key("grade"), value=grade)
    return grade


def _worse(old: tuple[int, int | None] | None, new: tuple[int, int | None]) -> tuple[int, int | None]:
    """The higher grade; of equal ones the first day that is known."""
    if old is None or new[0] > old[0]:
        return new
    if new[0] < old[0]:
        return old
    days = [day for _, day in (old, new) if day is not None]
    return new[0], min(days, default=None)
