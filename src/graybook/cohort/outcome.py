"""What happened after the reference course, as ``result.json`` says it, comes in; days from its start and grades go out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from graybook.cohort.agreement import contradiction, day_by
from graybook.cohort.entry import Entry, NotPooled
from graybook.tables.structure_names import tg263_name

__all__ = ["Outcome", "outcome_of"]

VITAL = ("alive", "dead")
HIGHEST_GRADE = DEATH = 5
"""Of CTCAE: the highest is death from it."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Columns of the pool by name; of toxicity by structure, as named in the file or by its TG-263 name."""

    columns: dict[str, str | int | bool | None] = field(default_factory=dict)
    toxicity: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    elsewhere: int = 0
    """How many toxicities name no organ: the pool has no place for them."""
    before: int = 0
    """How many days lie before the reference course: they say nothing of what followed it, and are left out."""
    seen_later: int = 0
    """1 where something was seen after the day last seen: until when the person was followed is then not known."""

    def at(self, name: str, structure: str) -> tuple[int | None, int | None]:
        """Highest grade at a structure and the first day of that grade. [d]"""
        found: tuple[int, int | None] | None = None
        for told in {name, structure} & set(self.toxicity):
            found = _worse(found, self.toxicity[told])
        return (None, None) if found is None else found


def outcome_of(result: Entry, start: date | None, created: date | None) -> Outcome:
    """What ``clinical.outcome`` says; nothing where nobody says.

    Raises
    ------
    NotPooled
        Two of its values cannot both be true, or a day is after the one on which the result was made.
    """
    clinical = result.entry("clinical")
    if clinical.values.get("outcome") is None:
        return Outcome()
    told = clinical.entry("outcome")
    death = _death(told, created)
    seen, returned = (_until(told, key, death, created) for key in ("last_follow_up", "recurrence_date"))
    vital, recurrence = told.one_of("vital_status", VITAL), told.maybe_flag("recurrence")
    if returned is not None and recurrence is not True:
        raise contradiction(told, "recurrence_date", returned, told.key("recurrence"))
    since = _Since(start)
    worst: dict[str, tuple[int, int | None]] = {}
    elsewhere = 0
    last = returned
    for one in told.entries("toxicity"):
        organ, day = one.text("organ"), _until(one, "date", death, created)
        found = _grade(one, vital), since.days(day)
        last = max((at for at in (last, day) if at is not None), default=None)
        if not organ:
            elsewhere += 1
            continue
        for name in {organ, tg263_name(organ) or organ}:
            worst[name] = _worse(worst.get(name), found)
    seen_later = vital != "dead" and None not in (last, seen) and last > seen  # type: ignore[operator]
    columns: dict[str, str | int | bool | None] = {
        "vital_status": vital,
        "follow_up_days": None if seen_later else since.days(death if vital == "dead" else seen),
        "recurrence": recurrence,
        "recurrence_days": since.days(returned),
    }
    return Outcome(
        columns=columns, toxicity=worst, elsewhere=elsewhere, before=since.before, seen_later=int(seen_later)
    )


def _death(told: Entry, created: date | None) -> date | None:
    """The day of death, which only the dead have."""
    death = day_by(told, "death_date", created)
    if death is not None and told.one_of("vital_status", VITAL) != "dead":
        raise contradiction(told, "death_date", death, told.key("vital_status"))
    return death


def _until(entry: Entry, key: str, death: date | None, created: date | None) -> date | None:
    """A day on which the person was alive and the result not yet made."""
    day_by(entry, key, created)
    return day_by(entry, key, death, other="clinical.outcome.death_date")


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


def _grade(one: Entry, vital: str | None) -> int:
    grade = one.whole("grade")
    if grade is None:
        raise one.wrong("grade", "a whole number")
    if not 0 <= grade <= HIGHEST_GRADE:
        raise NotPooled("pool_out_of_range", key=one.key("grade"), value=grade)
    if grade == DEATH and vital == "alive":
        raise contradiction(one, "grade", grade, "clinical.outcome.vital_status")
    return grade


def _worse(old: tuple[int, int | None] | None, new: tuple[int, int | None]) -> tuple[int, int | None]:
    """The higher grade; of equal ones the first day that is known."""
    if old is None or new[0] > old[0]:
        return new
    if new[0] < old[0]:
        return old
    days = [day for _, day in (old, new) if day is not None]
    return new[0], min(days, default=None)
