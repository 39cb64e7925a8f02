"""Doses of several plans come in; those whose plans a person says were given together go out with their plans (rule 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graybook.dicom.facts import DoseFacts, PlanFacts
from graybook.files.settings import Settings
from graybook.workflow.folder.links import Links
from graybook.workflow.folder.objects import Objects

__all__ = ["SharedDose", "shared_doses"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SharedDose:
    """One dose for several plans given in the same sessions; ``dose`` reads as the PLAN dose of them all."""

    dose: DoseFacts
    plans: tuple[PlanFacts, ...]


def shared_doses(objects: Objects, links: Links, settings: Settings) -> tuple[SharedDose, ...]:
    """MULTI_PLAN doses that may stand for their plans: all stated concurrent, of equal fractions, none with a dose of its own."""
    own = {
        plan.header.path
        for dose in objects.doses
        if len(dose.plan_uids) < 2 and (plan := links.plan_of_dose.get(dose.header.path)) is not None
    }
    found = []
    for dose in objects.doses:
        plans = tuple(plan for plan in objects.plans if plan.header.sop_instance_uid in dose.plan_uids)
        complete = len(plans) > 1 and len(plans) == len(set(dose.plan_uids))
        if not complete or any(plan.header.path in own for plan in plans):
            continue
        numbers = {plan.fractions_planned for plan in plans}
        rejected = any(plan.approval.upper() == "REJECTED" for plan in plans)
        if _stated(plans, settings) and len(numbers) == 1 and None not in numbers and not rejected:
            found.append(SharedDose(dose=replace(dose, summation="PLAN", plan_uids=()), plans=plans))
    taken = [plan.header.path for one in found for plan in one.plans]
    return tuple(one for one in found if all(taken.count(plan.header.path) == 1 for plan in one.plans))


def _stated(plans: Sequence[PlanFacts], settings: Settings) -> bool:
    """Whether one group of the settings names all the plans as given in the same sessions."""
    return any(
        all(plan.label in group or plan.header.sop_instance_uid in group for plan in plans)
        for setting in settings.courses
        for group in setting.concurrent
    )
