"""A plan and the doses linked to it come in; the doses that are the plan, each once, go out (rule 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from graybook.dicom.facts import DoseFacts, FractionGroupFacts, PlanFacts
from graybook.errors import InputError
from graybook.geometry.arrays import FloatArray, read_only
from graybook.geometry.grid import Grid
from graybook.workflow.folder.notes import Notes

__all__ = ["SESSIONS", "GroupDoses", "doses_of_plan", "same_grid", "summed_voxels", "usable_doses"]

SAME_MM = 1e-3
"""Two grids whose origins and spacings differ by less are one. [mm]"""

SETS = ("FRACTION", "BEAM", "BRACHY")
"""Kinds of dose that are only part of a plan; used when no PLAN dose is there and the set is complete."""

SESSIONS = ("FRACTION_SESSION", "BEAM_SESSION", "BRACHY_SESSION")
"""Kinds of dose that are of one session; used when no other dose is there and treatment records say that the set is complete."""

NUMBERED = {"BEAM": "beam number", "BRACHY": "application setup number"}
"""Kinds of partial dose that name their part by a number, and what it is called."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupDoses:
    """The doses whose sum is one plan, or one fraction group of it when ``group`` is given; none when it has no usable dose.

    ``sessions`` is the number of sessions that the doses are the sum of; None when they are of all planned fractions.
    """

    doses: tuple[DoseFacts, ...] = ()
    group: FractionGroupFacts | None = None
    sessions: int | None = None


def usable_doses(doses: Sequence[DoseFacts], notes: Notes) -> tuple[DoseFacts, ...]:
    """The doses that may be a plan's: the others are refused, or listed with the reason."""
    kept = []
    for dose in doses:
        path, summation = dose.header.path, dose.summation.upper()
        if dose.dose_type.upper() == "ERROR":
            notes.refuse_file(path, "dose_type_error")
        elif dose.units.upper() == "RELATIVE":
            notes.refuse_file(path, "dose_relative")
        elif dose.units.upper() != "GY":
            notes.refuse_file(path, "dose_units_not_gray", units=dose.units)
        elif dose.problem is not None:
            notes.refuse_file(
                path, dose.problem.code, **{k: v for k, v in dose.problem.params.items() if k != "path"}
            )
        elif dose.grid is None:
            notes.refuse_file(path, "dose_without_grid")
        elif summation.endswith("_SESSION") and summation not in SESSIONS:
            notes.refuse_file(path, "dose_session_not_yet", summation=summation)
        elif summation == "MULTI_PLAN" or len(dose.plan_uids) > 1:
            notes.leave_out(path, "dose_multi_plan")
        elif summation not in ("PLAN", "", *SETS, *SESSIONS):
            notes.refuse_file(path, "dose_summation_not_yet", summation=summation)
        else:
            if not summation:
                notes.warn("dose_summation_missing", path, path=path)
            kept.append(dose)
    return tuple(kept)


def doses_of_plan(
    plan: PlanFacts | None, doses: Sequence[DoseFacts], name: str, notes: Notes
) -> tuple[GroupDoses, ...]:
    """The doses of one plan: its PLAN dose, else a complete set; a set beside a PLAN dose is never summed with it.

    ``name`` is what the plan is called in messages; ``plan`` is None when only doses are here.
    """
    whole = [dose for dose in doses if dose.summation.upper() in ("PLAN", "")]
    parts = [dose for dose in doses if dose.summation.upper() in SETS]
    if whole:
        for dose in parts:
            notes.leave_out(
                dose.header.path,
                "dose_not_summed_twice",
                summation=dose.summation,
                plan=name,
                used=whole[0].header.path,
            )
        return _whole(plan, whole, name, notes)
    kinds = {kind: [dose for dose in parts if dose.summation.upper() == kind] for kind in SETS}
    problems = {kind: _incomplete(plan, kinds[kind], kind) for kind in SETS if kinds[kind]}
    for kind, problem in problems.items():
        if problem or plan is None:
            continue
        for dose in parts:
            if dose not in kinds[kind]:
                notes.leave_out(
                    dose.header.path, "dose_not_summed_twice", summation=dose.summation, plan=name,
                    used=kinds[kind][0].header.path,
                )  # fmt: skip
        return _set(plan, kinds[kind], kind, name, notes)
    for kind, problem in problems.items():
        paths = ", ".join(dose.header.path for dose in kinds[kind])
        notes.refuse("incomplete_dose_set", name, plan=name, summation=kind, paths=paths, missing=problem)
        for dose in kinds[kind]:
            notes.leave_out(
                dose.header.path,
                "incomplete_dose_set",
                plan=name,
                summation=kind,
                paths=paths,
                missing=problem,
            )
    return (GroupDoses(),)


def _whole(
    plan: PlanFacts | None, doses: Sequence[DoseFacts], name: str, notes: Notes
) -> tuple[GroupDoses, ...]:
    first, *others = sorted(doses, key=lambda dose: dose.header.path)
    if not all(_same_values(first, other) for other in others):
        listed = ", ".join(dose.header.path for dose in (first, *others))
        for dose in (first, *others):
            notes.leave_out(dose.header.path, "two_plan_doses", plan=name, paths=listed)
        notes.refuse("two_plan_doses", name, plan=name, paths=listed)
        return (GroupDoses(),)
    for other in others:
        notes.leave_out(other.header.path, "dose_same_values", other=first.header.path)
    if plan is not None and not _one_number(plan):
        numbers = ", ".join(str(group.fractions_planned) for group in plan.fraction_groups)
        notes.refuse("several_fraction_groups", name, plan=name, numbers=numbers)
        notes.leave_out(first.header.path, "several_fraction_groups", plan=name, numbers=numbers)
        return (GroupDoses(),)
    if plan is not None and len(plan.fraction_groups) > 1:
        notes.warn(
            "several_fraction_groups_together",
            name,
            plan=name,
            fractions=plan.fraction_groups[0].fractions_planned,
        )
    return (GroupDoses(doses=(first,)),)


def _one_number(plan: PlanFacts) -> bool:
    return len({group.fractions_planned for group in plan.fraction_groups}) < 2


def _set(
    plan: PlanFacts, doses: Sequence[DoseFacts], summation: str, name: str, notes: Notes
) -> tuple[GroupDoses, ...]:
    """A complete set as doses per fraction group; refused when the grids are not one."""
    if len(plan.fraction_groups) == 1:
        groups = [GroupDoses(doses=tuple(doses))]
    else:
        groups = [
            GroupDoses(
                group=group, doses=tuple(dose for dose in doses if dose.fraction_group == group.number)
            )
            for group in plan.fraction_groups
        ]
    if any(not same_grid(group.doses[0].grid, dose.grid) for group in groups for dose in group.doses):
        notes.refuse("dose_grids_differ", name, plan=name, summation=summation)
        for dose in doses:
            notes.leave_out(dose.header.path, "dose_grids_differ", plan=name, summation=summation)
        return (GroupDoses(),)
    return tuple(groups)


def _incomplete(plan: PlanFacts | None, doses: Sequence[DoseFacts], summation: str) -> str:
    """What a set of partial doses lacks to be the plan: beams or fraction groups by number; empty when complete."""
    if plan is None:
        return "RTPLAN"
    expected: list[tuple[int | None, int]] = []
    found: list[tuple[int | None, int]] = []
    single = len(plan.fraction_groups) == 1
    for group in plan.fraction_groups:
        own = None if single else group.number
        numbers = _expected(group, summation)
        expected.extend((own, number) for number in numbers)
    for dose in doses:
        own = None if single else dose.fraction_group
        if summation in NUMBERED:
            found.extend((own, number) for number in _numbers(dose, summation))
        elif dose.fraction_group is not None:
            found.append((own, dose.fraction_group))
        elif single:
            found.append((own, plan.fraction_groups[0].number))
    absent = [number for own, number in expected if (own, number) not in found]
    twice = sorted({number for own, number in found if found.count((own, number)) > 1})
    stray = [number for own, number in found if (own, number) not in expected]
    unnamed = [dose for dose in doses if summation in NUMBERED and not _numbers(dose, summation)]
    words = [f"{', '.join(str(number) for number in absent)}"] if absent else []
    words += [f"{number} twice" for number in twice] + [f"{number} unknown" for number in stray]
    words += [NUMBERED[summation] for _ in unnamed[:1]]
    return "; ".join(words) or ("" if expected else NUMBERED.get(summation, "fraction group"))


def _expected(group: FractionGroupFacts, summation: str) -> list[int]:
    """Numbers of the parts of a fraction group: its beams, its application setups, or itself."""
    if summation == "BEAM":
        return [beam.number for beam in group.beams]
    return list(group.setup_numbers) if summation == "BRACHY" else [group.number]


def _numbers(dose: DoseFacts, summation: str) -> tuple[int, ...]:
    return dose.beam_numbers if summation == "BEAM" else dose.setup_numbers


def same_grid(one: Grid | None, other: Grid | None) -> bool:
    """Whether two grids are one: same frame, shape and place."""
    if one is None or other is None:
        return False
    return (
        one.frame == other.frame
        and one.shape == other.shape
        and bool(np.allclose(one.origin_mm, other.origin_mm, atol=SAME_MM, rtol=0))
        and bool(np.allclose(one.spacing_mm, other.spacing_mm, atol=SAME_MM, rtol=0))
        and bool(np.allclose(one.axes, other.axes, atol=1e-4, rtol=0))
        and bool(np.allclose(one.offsets_mm, other.offsets_mm, atol=SAME_MM * one.shape[0], rtol=0))
    )


def _same_values(one: DoseFacts, other: DoseFacts) -> bool:
    if (one.dose_type, one.units) != (other.dose_type, other.units) or not same_grid(one.grid, other.grid):
        return False
    try:
        return bool(np.array_equal(one.voxels(), other.voxels()))
    except InputError:
        return False


def summed_voxels(doses: Sequence[DoseFacts], factor: float) -> Callable[[], FloatArray]:
    """A source of the sum of doses on one grid, times ``factor``; read when called. [Gy]"""

    def voxels() -> FloatArray:
        if len(doses) == 1 and factor == 1.0:
            return doses[0].voxels()
        total = np.zeros(1)
        for dose in doses:
            total = total + np.asarray(dose.voxels(), dtype=np.float64)
        return read_only(total * factor)

    return voxels
