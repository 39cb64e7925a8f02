"""A plan and the treatment records come in; its sessions, completed and only begun, with their first and last day, go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from graybook.dicom.facts import FractionGroupFacts, PlanFacts, TreatmentRecordFacts

__all__ = ["Sessions", "recorded_sessions"]


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """The sessions that treatment records tell of: completed, and begun but not completed.

    ``most_a_day`` is the most completed ones on one day, at least 1. ``by_date`` are those that only a date tells apart, so that
    two on one day count as one.
    """

    completed: int = 0
    partial: int = 0
    first: date | None = None
    last: date | None = None
    most_a_day: int = 1
    by_date: int = 0


def recorded_sessions(
    plan: PlanFacts | None,
    plan_uids: Sequence[str],
    group: FractionGroupFacts | None,
    records: Sequence[TreatmentRecordFacts],
) -> Sessions:
    """The distinct sessions of one plan: by fraction number, else by date, else one a record."""
    by_session: dict[tuple[object, ...], list[TreatmentRecordFacts]] = {}
    for record in records:
        if not set(record.plan_uids) & set(plan_uids):
            continue
        if group is not None and record.fraction_group not in (None, group.number):
            continue
        for key in _keys(record):
            by_session.setdefault(key, []).append(record)
    beams = _beams(plan, group)
    given = [session for session in by_session.values() if _complete(session, beams)]
    complete = len(given)
    days = sorted(
        record.treatment_date
        for session in by_session.values()
        for record in session
        if record.treatment_date
    )
    return Sessions(
        completed=complete,
        partial=len(by_session) - complete,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        most_a_day=max(_most_a_day(given), _most_of_a_beam(by_session)),
        by_date=sum(key[0] == "date" for key in by_session),
    )


def _most_a_day(sessions: Sequence[Sequence[TreatmentRecordFacts]]) -> int:
    """The most sessions that were all given on one day."""
    days = [{one.treatment_date for one in session} for session in sessions]
    alone = Counter(day for found in days if len(found) == 1 for day in found if day is not None)
    return max(alone.values(), default=1)


def _most_of_a_beam(by_session: Mapping[tuple[object, ...], Sequence[TreatmentRecordFacts]]) -> int:
    """How often, at most, every beam of a day is recorded as whole where only the date tells sessions apart."""
    often = [1]
    for key, session in by_session.items():
        given = Counter(beam for one in session if one.complete for beam in one.delivered_beams)
        if key[0] == "date" and given:
            often.append(min(given.values()))
    return max(often)


def _keys(record: TreatmentRecordFacts) -> list[tuple[object, ...]]:
    if record.fraction_numbers:
        return [("fraction", record.fraction_group, number) for number in record.fraction_numbers]
    if record.treatment_date is not None:
        return [("date", record.treatment_date)]
    return [("record", record.header.path)]


def _beams(plan: PlanFacts | None, group: FractionGroupFacts | None) -> frozenset[int]:
    if plan is None:
        return frozenset()
    groups = (group,) if group is not None else plan.fraction_groups
    return (
        frozenset(beam.number for group in groups for beam in group.beams)
        if len(groups) == 1
        else frozenset()
    )


def _complete(session: Sequence[TreatmentRecordFacts], beams: frozenset[int]) -> bool:
    """Whether the records of one session say that all of it was given."""
    told = {beam for record in session for beam in record.delivered_beams}
    if beams and told and not beams <= told:
        return False
    if all(record.complete for record in session):
        return True
    whole = {beam for record in session if record.complete for beam in record.delivered_beams}
    return bool(beams) and beams <= whole
