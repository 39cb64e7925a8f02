"""Who a result is of comes in; identifiers, sex and age go out, and which results are of one human."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from graybook.cohort.entry import Entry, NotPooled
from graybook.record import Identity
from graybook.record.person import identifiers

__all__ = ["age_years", "birth_date", "identities_of", "sex", "united"]

SEXES = ("F", "M", "O")
OLDEST = 90
"""[a] All above 89 are this old."""
IMPOSSIBLE = 130
"""[a] Nobody was ever so old: the date is wrong."""


def identities_of(patient: Entry) -> tuple[Identity, ...]:
    """Every identifier of the person, the national one among them, in one spelling, sorted.

    Raises
    ------
    NotPooled
        There is none: nobody could say whether the person is in the pool already.
    """
    told = [Identity(value=patient.text("id"), issuer=patient.maybe_text("issuer") or "")]
    for one in patient.entries("identities"):
        told.append(Identity(value=one.text("value"), issuer=one.maybe_text("issuer") or ""))
    known = identifiers(told, ins=patient.maybe_text("ins") or "")
    if not known or any(not _is_text(part) for one in known for part in (one.issuer, one.value)):
        raise NotPooled("pool_unknown_person", key=patient.key("id"))
    return known


def _is_text(value: str) -> bool:
    """Whether it can be written down: JSON may hold halves of characters."""
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def sex(patient: Entry) -> str | None:
    """F, M or O; None for anything else that files say."""
    found = (patient.maybe_text("sex") or "").strip().upper()
    return found if found in SEXES else None


def birth_date(patient: Entry) -> date | None:
    """The date of birth, where it is known."""
    return patient.day("birth_date")


def age_years(born: date | None, day: date | None, *, key: str = "birth_date") -> int | None:
    """Whole years at a day; 90 for all above 89; None where a date is missing. [a]

    Examples
    --------
    >>> age_years(date(1974, 6, 21), date(2026, 6, 20)), age_years(date(1920, 1, 1), date(2026, 1, 1))
    (51, 90)
    """
    if born is None or day is None:
        return None
    if born > day:
        raise NotPooled("pool_out_of_range", key=key, value="after the reference course")
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if years >= IMPOSSIBLE:
        raise NotPooled(
            "pool_out_of_range", key=key, value=f"{IMPOSSIBLE} years or more before the reference course"
        )
    return min(years, OLDEST)


def united(persons: Sequence[Iterable[Identity]]) -> list[list[int]]:
    """Which of them are one human: those linked by a shared identifier, also through others; places, in order."""
    root = list(range(len(persons)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    holder: dict[Identity, int] = {}
    for at, identities in enumerate(persons):
        for one in identities:
            first, second = sorted((find(holder.setdefault(one, at)), find(at)))
            root[second] = first
    groups: dict[int, list[int]] = {}
    for at in range(len(persons)):
        groups.setdefault(find(at), []).append(at)
    return list(groups.values())
