"""A planned dose, its treatment records and the user's word come in; whether and how far it was given goes out (rule 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.dicom.facts import TreatmentRecordFacts
from graybook.record import Status
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import PlannedDose
from graybook.workflow.folder.sessions import Sessions, recorded_sessions

__all__ = ["NEVER_GIVEN_INTENTS", "Sessions", "Standing", "sessions_of", "standing_of"]

NEVER_GIVEN_INTENTS = ("VERIFICATION", "MACHINE_QA", "RESEARCH", "SERVICE")
"""Plan Intents that never reach a patient's record as dose."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """A planned dose and whether it was given.

    ``decided`` is True when records or a person say so, not an assumption.
    """

    planned: PlannedDose
    status: Status
    fractions_delivered: int | None
    sessions: Sessions
    decided: bool


def sessions_of(planned: PlannedDose, records: Sequence[TreatmentRecordFacts]) -> Sessions:
    """The distinct sessions of one plan: by fraction number, else by date, else one a record."""
    return recorded_sessions(planned.plan, planned.plan_uids, planned.group, records)


def standing_of(
    planned: PlannedDose, records: Sequence[TreatmentRecordFacts], course_status: Status | None, notes: Notes
) -> Standing:
    """Whether and how far a planned dose was given, before rivals are looked at.

    A person's word comes first, then intent and approval, then treatment records; without any, given as planned: assumed, and said.
    """
    sessions = sessions_of(planned, records)
    if sessions.partial:
        notes.warn("partial_sessions", planned.name, plan=planned.name, count=sessions.partial)
    setting = planned.setting
    status = setting.status or (course_status if setting.fractions_delivered is None else None)
    if status is not None or setting.fractions_delivered is not None:
        return _stated(planned, status, sessions, notes)
    plan = planned.plan
    if plan is not None and plan.intent.upper() in NEVER_GIVEN_INTENTS:
        notes.warn("plan_not_counted_intent", planned.name, plan=planned.name, intent=plan.intent.upper())
        return Standing(
            planned=planned, status=Status.NOT_GIVEN, fractions_delivered=0, sessions=sessions, decided=True
        )
    if plan is not None and plan.approval.upper() == "REJECTED":
        notes.warn("plan_not_counted_rejected", planned.name, plan=planned.name)
        return Standing(
            planned=planned, status=Status.NOT_GIVEN, fractions_delivered=0, sessions=sessions, decided=True
        )
    if sessions.completed or sessions.partial:
        return _recorded(planned, sessions, notes)
    return Standing(
        planned=planned,
        status=Status.ASSUMED_DELIVERED,
        fractions_delivered=planned.fractions_planned,
        sessions=sessions,
        decided=False,
    )


def _stated(planned: PlannedDose, status: Status | None, sessions: Sessions, notes: Notes) -> Standing:
    """What a person said: a status, a number of fractions, or both; said of a whole course it decides nothing among rivals."""
    delivered = planned.setting.fractions_delivered
    n = planned.fractions_planned
    if status in (Status.NOT_GIVEN, Status.ALTERNATIVE, Status.UNKNOWN):
        delivered = None if status is Status.UNKNOWN else 0
    elif delivered is None:
        delivered = sessions.completed if sessions.completed and status is Status.PARTLY_DELIVERED else n
    if status is None:
        status = _by_number(delivered or 0, n)
    if n is not None and delivered is not None and delivered > n:
        notes.warn(
            "more_sessions_than_planned", planned.name, plan=planned.name, recorded=delivered, planned=n
        )
    if status is Status.PARTLY_DELIVERED and delivered == n:
        notes.warn("partly_delivered_without_number", planned.name, plan=planned.name)
    if sessions.completed and delivered is not None and delivered != sessions.completed:
        notes.warn(
            "stated_against_records",
            planned.name,
            plan=planned.name,
            stated=delivered,
            recorded=sessions.completed,
        )
    if status.counts:
        _say_overruled(planned, notes)
    own_word = planned.setting.status is not None or planned.setting.fractions_delivered is not None
    return Standing(
        planned=planned,
        status=status,
        fractions_delivered=delivered,
        sessions=sessions,
        decided=own_word or sessions.completed > 0,
    )


def _say_overruled(planned: PlannedDose, notes: Notes) -> None:
    """Say that a person's word counts a plan whose intent or rejection says that it treated nobody."""
    plan = planned.plan
    if plan is not None and plan.intent.upper() in NEVER_GIVEN_INTENTS:
        notes.warn("intent_overruled", planned.name, plan=planned.name, intent=plan.intent.upper())
    if plan is not None and plan.approval.upper() == "REJECTED":
        notes.warn("rejection_overruled", planned.name, plan=planned.name)


def _by_number(delivered: int, planned: int | None) -> Status:
    if delivered == 0:
        return Status.NOT_GIVEN
    return Status.PARTLY_DELIVERED if planned is not None and delivered < planned else Status.DELIVERED


def _recorded(planned: PlannedDose, sessions: Sessions, notes: Notes) -> Standing:
    n, delivered = planned.fractions_planned, sessions.completed
    if n is not None and delivered > n:
        notes.warn(
            "more_sessions_than_planned", planned.name, plan=planned.name, recorded=delivered, planned=n
        )
    status = Status.PARTLY_DELIVERED if delivered == 0 else _by_number(delivered, n)
    if status is Status.PARTLY_DELIVERED:
        notes.tell("partly_delivered", planned.name, plan=planned.name, recorded=delivered, planned=n)
    return Standing(
        planned=planned, status=status, fractions_delivered=delivered, sessions=sessions, decided=True
    )
