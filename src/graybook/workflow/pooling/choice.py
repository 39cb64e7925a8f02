"""The parts of all results come in; one part for each human, under the pseudonym of all their identifiers, goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.cohort.person import united
from graybook.record import Finding, Severity
from graybook.record.project_key import ProjectKey
from graybook.workflow.pooling.parts import Failed, Part

__all__ = ["Choice", "Chosen", "chosen"]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The result that speaks for a person."""

    part: Part
    person: str
    days: int
    """By how many more days dates move than they have in the part. [d]"""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Every person of the pool, sorted by pseudonym, and what is said of the other results."""

    persons: tuple[Chosen, ...]
    older: tuple[Finding, ...] = ()
    twice: tuple[Finding, ...] = ()
    failed: tuple[Finding, ...] = ()


def chosen(parts: Sequence[Part], broken: Sequence[Failed], key: ProjectKey) -> Choice:
    """Each person once, by the newest result.

    By none, where the newest cannot enter, results of one day differ, or two births stand under one identifier.
    """
    persons: list[Chosen] = []
    older: list[Finding] = []
    twice: list[Finding] = []
    failed: list[Finding] = []
    for places in united([*(one.identities for one in parts), *(one.identities for one in broken)]):
        group, same = _once([parts[at] for at in places if at < len(parts)])
        if not group:
            continue
        twice += [_said("pool_twice", one, Severity.INFO) for one in same]
        day = max(one.created for one in group)
        newest = [one for one in group if one.created == day]
        lost = [broken[at - len(parts)].created for at in places if at >= len(parts)]
        code = (
            "pool_newest_failed" if any(one is None or one >= day for one in lost) else _fault(group, newest)
        )
        if code:
            failed += [_said(code, one, Severity.ERROR) for one in group]
            continue
        older += [_said("pool_older", one, Severity.INFO) for one in group if one.created < day]
        persons.append(_chosen(newest[0], group, key))
    persons.sort(key=lambda one: one.person)
    return Choice(persons=tuple(persons), older=tuple(older), twice=tuple(twice), failed=tuple(failed))


def _once(group: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """Each content once, and the files that hold one again."""
    first: dict[str, Part] = {}
    same = [one for one in group if first.setdefault(one.name, one) is not one]
    return list(first.values()), same


def _fault(group: Sequence[Part], newest: Sequence[Part]) -> str:
    """Why nobody can say which result speaks for the person; empty where one does."""
    births = {one.born for one in group if one.born is not None}
    sexes = {one.sex for one in group if one.sex is not None}
    if len(births) > 1 or len(sexes) > 1:
        return "pool_two_persons"
    return "pool_same_day" if len(newest) > 1 else ""


def _chosen(part: Part, group: Sequence[Part], key: ProjectKey) -> Chosen:
    person = key.person(one for part in group for one in part.identities)
    own = key.person(part.identities)
    return Chosen(part=part, person=person, days=key.days(person) - key.days(own))


def _said(code: str, part: Part, severity: Severity) -> Finding:
    return Finding(
        code=code, severity=severity, subject=part.shown, params={"date": part.created.isoformat()}
    )
