"""The planned doses of one course come in; rivals go out settled, or as a choice for the user (rule 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graybook.dicom.facts import DoseReferenceFacts
from graybook.record import Status
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.planned import PlannedDose, matches
from graybook.workflow.folder.statuses import Standing

__all__ = ["are_rivals", "settled"]

SAME_PRESCRIPTION = 1e-3
"""Two prescriptions that differ by less are the same (relative)."""

EXCEEDS = 1.05
"""Plans together exceed a prescription beyond this share of it: room for rounding and for what beams give off the point."""


def _targets(planned: PlannedDose) -> list[tuple[frozenset[str], DoseReferenceFacts]]:
    """The targets a plan names: keys that another plan's target may share, and the reference."""
    if planned.plan is None:
        return []
    found = []
    for reference in planned.plan.dose_references:
        if reference.reference_type.upper() not in ("TARGET", ""):
            continue
        keys = set()
        if reference.uid:
            keys.add(f"uid {reference.uid}")
        if reference.roi_number is not None and planned.structure_facts is not None:
            keys.add(f"roi {planned.structure_facts.header.sop_instance_uid} {reference.roi_number}")
        if keys:
            found.append((frozenset(keys), reference))
    return found


def _beam_total_gy(planned: PlannedDose) -> float | None:
    """Σ BeamDose × fractions of the plan; None when a beam does not say. [Gy]"""
    plan = planned.plan
    if plan is None or planned.fractions_planned is None or len(plan.fraction_groups) != 1:
        return None
    doses = [beam.dose_gy for beam in plan.fraction_groups[0].beams]
    known = [dose for dose in doses if dose is not None]
    return sum(known) * planned.fractions_planned if known and len(known) == len(doses) else None


def are_rivals(one: PlannedDose, other: PlannedDose) -> bool:
    """Whether two plans cannot both have been given in full.

    They name the same target with the same prescription, or together exceed a stated prescription of it, or one replaces the
    other. Plans that name no target, or differ in dose and in fractions, are phases.
    """
    if one.plan is None or other.plan is None or one.plan is other.plan:
        return False
    uids = (one.plan.header.sop_instance_uid, other.plan.header.sop_instance_uid)
    if uids[1] in one.plan.replaces_uids or uids[0] in other.plan.replaces_uids:
        return True
    return any(
        _compete(one, first, other, second)
        for keys, first in _targets(one)
        for others, second in _targets(other)
        if keys & others
    )


def _compete(
    one: PlannedDose, first: DoseReferenceFacts, other: PlannedDose, second: DoseReferenceFacts
) -> bool:
    stated = [dose for dose in (first.prescription_gy, second.prescription_gy) if dose is not None]
    if not stated:
        return False
    total = max(stated)
    beams = (_beam_total_gy(one), _beam_total_gy(other))
    if len(stated) == 2 and abs(stated[0] - stated[1]) <= SAME_PRESCRIPTION * total:
        together = None if beams[0] is None or beams[1] is None else beams[0] + beams[1]
        return together is None or together > EXCEEDS * total
    n = (one.fractions_planned, other.fractions_planned)
    if len(stated) == 2 and n[0] != n[1] and None not in n:
        return False
    doses = [
        reference.prescription_gy if reference.prescription_gy is not None else beam
        for reference, beam in ((first, beams[0]), (second, beams[1]))
    ]
    known = [dose for dose in doses if dose is not None]
    return len(known) == 2 and sum(known) > EXCEEDS * total


def settled(
    standings: Sequence[Standing], use: str, course: str, notes: Notes
) -> tuple[tuple[Standing, ...], bool]:
    """The standings with rivals settled, and whether a choice is left to the user.

    The user's choice comes first, then records, then approval; what lost is *alternative*. An open choice is *unknown*: listed, not
    summed. Two rivals that both have records were both given.
    """
    alive = [one for one in standings if one.status.counts]
    lost: dict[str, Standing] = {}
    ranks = (
        [one for one in alive if matches(use, one.planned)],
        [one for one in alive if one.decided],
        [one for one in alive if one.planned.plan and one.planned.plan.approval.upper() == "APPROVED"],
    )
    for place, strong in enumerate(ranks):
        winners = [one for one in strong if one.planned.id not in lost]
        for one in alive:
            if one in strong or one.planned.id in lost or (one.decided and place > 0):
                continue
            winner = next((other for other in winners if _beats(other, one)), None)
            if winner is not None:
                lost[one.planned.id] = winner
                _say_lost(one, winner, notes)
    left = [one for one in alive if one.planned.id not in lost]
    chosen = {one.planned.id for one in ranks[0]}
    open_choice = [
        one
        for one in left
        if not one.decided
        and one.planned.id not in chosen
        and any(are_rivals(one.planned, other.planned) for other in left if other.planned.id not in chosen)
    ]
    if open_choice:
        _ask(open_choice, course, notes)
    unknown = {one.planned.id for one in open_choice}
    return tuple(_settled(one, lost, unknown) for one in standings), bool(open_choice)


def _beats(winner: Standing, loser: Standing) -> bool:
    """Whether a rival excludes another; one that was stopped does not exclude the plan that replaced it."""
    if not are_rivals(winner.planned, loser.planned):
        return False
    plan = winner.planned.plan
    replaced = (
        plan is not None
        and loser.planned.plan is not None
        and (plan.header.sop_instance_uid in loser.planned.plan.replaces_uids)
    )
    return not (replaced and winner.status is Status.PARTLY_DELIVERED)


def _settled(one: Standing, lost: dict[str, Standing], unknown: set[str]) -> Standing:
    if one.planned.id in lost:
        return replace(one, status=Status.ALTERNATIVE, fractions_delivered=0)
    return replace(one, status=Status.UNKNOWN) if one.planned.id in unknown else one


def _say_lost(one: Standing, winner: Standing, notes: Notes) -> None:
    notes.warn("rival_alternative", one.planned.name, plan=one.planned.name, other=winner.planned.name)
    if one.sessions.completed:
        notes.warn(
            "rival_with_records_set_aside",
            one.planned.name,
            plan=one.planned.name,
            recorded=one.sessions.completed,
        )


def _ask(rivals: Sequence[Standing], course: str, notes: Notes) -> None:
    labels = [one.planned.label or one.planned.name for one in rivals]
    notes.refuse(
        "rival_plans",
        course,
        course=course,
        plans=", ".join(labels),
        first=labels[0],
    )
