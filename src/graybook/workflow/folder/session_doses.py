"""The doses of single sessions of a plan and its treatment records come in; the set that stands for the plan goes out (rule 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graybook.dicom.facts import DoseFacts, FractionGroupFacts, PlanFacts, TreatmentRecordFacts
from graybook.errors import InputError
from graybook.record import Severity
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.plan_doses import SESSIONS, GroupDoses, same_grid
from graybook.workflow.folder.sessions import recorded_sessions

__all__ = ["doses_of_sessions", "plan_or_sessions"]

ALIKE = 0.01
"""Sessions are equal when no voxel differs between them by more than this share of the highest dose of a session."""


def plan_or_sessions(doses: Sequence[DoseFacts]) -> tuple[list[DoseFacts], list[DoseFacts]]:
    """The doses of whole plans and their parts, and the doses of single sessions."""
    sessions = [dose for dose in doses if dose.summation.upper() in SESSIONS]
    return [dose for dose in doses if dose not in sessions], sessions


def doses_of_sessions(
    plan: PlanFacts | None,
    doses: Sequence[DoseFacts],
    records: Sequence[TreatmentRecordFacts],
    name: str,
    notes: Notes,
) -> GroupDoses:
    """The doses of all completed sessions of a plan: one a session, equal, on one grid; anything else is refused.

    Their sum over their number is the dose of one fraction. What each session gave is known only as one of as many: a session
    whose dose is not there, or one that differs, would be another fraction for the linear-quadratic model.
    """
    paths = ", ".join(dose.header.path for dose in doses)
    kinds = sorted({dose.summation.upper() for dose in doses})
    values: dict[str, str | int] = {"plan": name, "summation": ", ".join(kinds), "paths": paths}
    recorded = (
        0
        if plan is None
        else recorded_sessions(plan, (plan.header.sop_instance_uid,), None, records).completed
    )
    counts = _counts(plan, doses, kinds)
    if not counts or recorded == 0 or set(counts) != {recorded}:
        values |= {"doses": len(doses), "recorded": recorded}
        return _refused("session_doses_unmatched", doses, name, values, notes)
    if any(not same_grid(doses[0].grid, dose.grid) for dose in doses):
        return _refused("dose_grids_differ", doses, name, values, notes)
    if not all(_alike(part) for part in _parts(doses).values()):
        return _refused("session_doses_differ", doses, name, values, notes)
    notes.tell("session_doses_summed", name, plan=name, summation=kinds[0], sessions=recorded)
    return GroupDoses(doses=tuple(doses), sessions=recorded)


def _refused(
    code: str, doses: Sequence[DoseFacts], name: str, values: dict[str, str | int], notes: Notes
) -> GroupDoses:
    notes.refuse(code, name, **values)
    for dose in doses:
        notes.leave_out(dose.header.path, code, Severity.INFO, **values)
    return GroupDoses()


def _parts(doses: Sequence[DoseFacts]) -> dict[tuple[int, ...], list[DoseFacts]]:
    """The doses of the same part of a session: of one beam, of one setup, or of all of it."""
    found: dict[tuple[int, ...], list[DoseFacts]] = {}
    for dose in doses:
        kind = dose.summation.upper()
        numbers = {"BEAM_SESSION": dose.beam_numbers, "BRACHY_SESSION": dose.setup_numbers}.get(kind, ())
        found.setdefault(numbers, []).append(dose)
    return found


def _counts(plan: PlanFacts | None, doses: Sequence[DoseFacts], kinds: Sequence[str]) -> list[int]:
    """How many doses there are of each part of a session; none when the parts are not those of the plan's one fraction group."""
    if plan is None or len(plan.fraction_groups) != 1 or len(kinds) != 1:
        return []
    group, parts = plan.fraction_groups[0], _parts(doses)
    if any(dose.fraction_group not in (None, group.number) for dose in doses):
        return []
    return [len(part) for part in parts.values()] if set(parts) == _expected(group, kinds[0]) else []


def _expected(group: FractionGroupFacts, kind: str) -> set[tuple[int, ...]]:
    if kind == "BEAM_SESSION":
        return {(beam.number,) for beam in group.beams}
    return {(number,) for number in group.setup_numbers} if kind == "BRACHY_SESSION" else {()}


def _alike(doses: Sequence[DoseFacts]) -> bool:
    """Whether no voxel differs among the doses by more than ``ALIKE`` of the highest; they lie on one grid."""
    try:
        least = most = doses[0].voxels()
        for dose in doses[1:]:
            values = dose.voxels()
            least, most = np.minimum(least, values), np.maximum(most, values)
    except InputError:
        return False
    return float((most - least).max()) <= ALIKE * float(most.max())
