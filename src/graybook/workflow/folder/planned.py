"""One person's objects and their links come in; every plan with its dose, or dose without a plan, goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from graybook.dicom.facts import DoseFacts, FractionGroupFacts, PlanFacts, StructureSetFacts
from graybook.files.settings import PhaseSetting, Settings
from graybook.record import DoseVolume, Modality, Prescription, Quantity, StructureSet
from graybook.workflow.folder.delineations import structure_set_of
from graybook.workflow.folder.links import Links
from graybook.workflow.folder.multi_plan import SharedDose, shared_doses
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.objects import Objects
from graybook.workflow.folder.plan_doses import GroupDoses, doses_of_plan, summed_voxels, usable_doses
from graybook.workflow.folder.quantities import meaning_of, modality_of
from graybook.workflow.folder.session_doses import doses_of_sessions, plan_or_sessions

__all__ = ["PlannedDose", "content_id", "matches", "planned_doses", "prescriptions_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedDose:
    """A plan, or one fraction group of it, or a dose without a plan; nothing is said of what was given.

    Parameters
    ----------
    id
        Derived from content; the id of its phase.
    label
        RT Plan Label; None without a plan.
    name
        What it is called in messages: its label, else the path of its dose.
    volume
        Dose of all planned fractions; None when there is none to use.
    setting
        What ``graybook.toml`` says of it, in the order of the file.
    """

    id: str
    label: str | None
    name: str
    plan: PlanFacts | None
    plan_uids: tuple[str, ...]
    frame: str
    group: FractionGroupFacts | None = None
    doses: tuple[DoseFacts, ...] = ()
    volume: DoseVolume | None = None
    structure_facts: StructureSetFacts | None = None
    structures: StructureSet | None = None
    series_uids: tuple[str, ...] = ()
    modality: Modality = Modality.UNKNOWN
    fractions_planned: int | None = None
    prescriptions: tuple[Prescription, ...] = ()
    date: date | None = None
    date_source: str = ""
    setting: PhaseSetting = field(default_factory=lambda: PhaseSetting(plan=""))

    @property
    def uids(self) -> tuple[str, ...]:
        """SOP Instance UIDs of the plan and its doses."""
        return (*self.plan_uids, *(dose.header.sop_instance_uid for dose in self.doses))


def content_id(start: date | None, uids: Sequence[str]) -> str:
    """An id from a date and UIDs: the same content gives the same id on any machine."""
    digest = hashlib.sha256("\n".join(sorted(uids)).encode("ascii", "replace")).hexdigest()
    return f"{start.isoformat() if start else 'undated'}-{digest[:8]}"


def matches(selector: str, planned: PlannedDose) -> bool:
    """Whether a plan named in the settings is this one: by label or UID."""
    return bool(selector) and (
        selector == planned.label or selector in planned.uids or selector == planned.id
    )


def planned_doses(
    objects: Objects, links: Links, settings: Settings, notes: Notes
) -> tuple[PlannedDose, ...]:
    """Every plan and every dose without a plan, in the order of date, then label."""
    by_plan: dict[str, list[DoseFacts]] = {}
    alone: dict[str, list[DoseFacts]] = {}
    shared = {one.dose.header.path: one for one in shared_doses(objects, links, settings)}
    doses = [shared[path].dose if (path := one.header.path) in shared else one for one in objects.doses]
    found: list[PlannedDose] = []
    for dose in usable_doses(doses, notes):
        if dose.header.path in shared:
            found.append(_planned_together(shared[dose.header.path], links, settings, notes))
            continue
        plan = links.plan_of_dose.get(dose.header.path)
        if plan is not None:
            by_plan.setdefault(plan.header.path, []).append(dose)
        else:
            alone.setdefault(next(iter(dose.plan_uids), dose.header.path), []).append(dose)
    together = {uid for one in found for uid in one.plan_uids}
    for plan in objects.plans:
        if plan.header.sop_instance_uid in together:
            continue
        name = plan.label or plan.name or plan.header.path
        for group in _groups(plan, by_plan.get(plan.header.path, []), name, objects, notes):
            found.append(_planned(plan, group, name, links, settings, notes))
    for lone in alone.values():
        name = lone[0].header.path
        for group in _groups(None, lone, name, objects, notes):
            if group.doses:
                found.append(_planned(None, group, name, links, settings, notes))
    return tuple(sorted(found, key=lambda one: (one.date is None, one.date or date.min, one.name, one.id)))


def _groups(
    plan: PlanFacts | None, doses: Sequence[DoseFacts], name: str, objects: Objects, notes: Notes
) -> tuple[GroupDoses, ...]:
    """The doses that are the plan; those of single sessions only when there is no other."""
    whole, sessions = plan_or_sessions(doses)
    if sessions and not whole:
        return (doses_of_sessions(plan, sessions, objects.records, name, notes),)
    for dose in sessions:
        used = whole[0].header.path
        notes.leave_out(
            dose.header.path, "dose_not_summed_twice", summation=dose.summation, plan=name, used=used
        )
    return doses_of_plan(plan, whole, name, notes)


def _planned(
    plan: PlanFacts | None, group: GroupDoses, name: str, links: Links, settings: Settings, notes: Notes
) -> PlannedDose:
    header = plan.header if plan is not None else group.doses[0].header
    uids = (plan.header.sop_instance_uid,) if plan is not None else group.doses[0].plan_uids
    setting = _setting(plan, group, settings)
    planned = setting.fractions_planned or _fractions(plan, group) or group.sessions
    paths = [header.path, *(dose.header.path for dose in group.doses)]
    structures = next((links.structures_of[path] for path in paths if path in links.structures_of), None)
    frames = [links.frame_of.get(path, "") for path in reversed(paths)]
    number = () if group.group is None else (str(group.group.number),)
    content = (*uids, *(dose.header.sop_instance_uid for dose in group.doses if plan is None), *number)
    return PlannedDose(
        id=content_id(header.date, content),
        label=None if plan is None else plan.label or plan.name,
        name=name,
        plan=plan,
        plan_uids=uids,
        frame=next((frame for frame in frames if frame), ""),
        group=group.group,
        doses=group.doses,
        volume=_volume(plan, group, planned, setting, name, notes),
        structure_facts=structures,
        structures=None if structures is None else structure_set_of(structures, settings),
        series_uids=() if structures is None else links.series_of.get(structures.header.path, ()),
        modality=modality_of(plan),
        fractions_planned=planned,
        prescriptions=() if plan is None else prescriptions_of(plan, structures),
        date=header.date,
        date_source=header.date_source,
        setting=setting,
    )


def _planned_together(one: SharedDose, links: Links, settings: Settings, notes: Notes) -> PlannedDose:
    """One dose that stands for several plans given in the same sessions."""
    name = " + ".join(plan.label or plan.name or plan.header.path for plan in one.plans)
    first = _planned(one.plans[0], GroupDoses(doses=(one.dose,)), name, links, settings, notes)
    uids = tuple(plan.header.sop_instance_uid for plan in one.plans)
    asked = [asked for plan in one.plans for asked in prescriptions_of(plan, first.structure_facts)]
    return replace(
        first, id=content_id(first.date, uids), label=name, plan_uids=uids, prescriptions=tuple(asked)
    )


def _fractions(plan: PlanFacts | None, group: GroupDoses) -> int | None:
    if group.group is not None:
        return group.group.fractions_planned or None
    if plan is None:
        return None
    numbers = {one.fractions_planned for one in plan.fraction_groups}
    return (numbers.pop() or None) if len(numbers) == 1 else None


def _setting(plan: PlanFacts | None, group: GroupDoses, settings: Settings) -> PhaseSetting:
    """What the settings say of this plan: the first word on each matter."""
    names = {uid for dose in group.doses for uid in (dose.header.sop_instance_uid, *dose.plan_uids)}
    if plan is not None:
        names |= {plan.header.sop_instance_uid, plan.label or plan.name}
    own = [one for one in settings.phases if one.plan in names]
    by_day = next((one for one in own if one.fractions_per_day is not None), None)
    return PhaseSetting(
        plan=own[0].plan if own else "",
        status=next((one.status for one in own if one.status is not None), None),
        fractions_planned=next((one.fractions_planned for one in own if one.fractions_planned), None),
        fractions_delivered=next(
            (one.fractions_delivered for one in own if one.fractions_delivered is not None), None
        ),
        fractions_range=next((one.fractions_range for one in own if one.fractions_range), None),
        fractions_per_day=None if by_day is None else by_day.fractions_per_day,
        interval_h=None if by_day is None else by_day.interval_h,
        dose_scale=next((one.dose_scale for one in own if one.dose_scale), ""),
        rbe=next((one.rbe for one in own if one.rbe), ""),
    )


def _volume(
    plan: PlanFacts | None,
    group: GroupDoses,
    fractions: int | None,
    setting: PhaseSetting,
    name: str,
    notes: Notes,
) -> DoseVolume | None:
    if not group.doses or group.doses[0].grid is None:
        return None
    meaning = meaning_of(plan, group.doses, setting.rbe, name, notes)
    factor = meaning.factor
    quantity = meaning.quantity
    if group.sessions is not None:
        factor *= (
            fractions or group.sessions
        ) / group.sessions  # of all planned: the delivered share is sessions / planned
    elif setting.dose_scale == "per_fraction":
        if fractions is None:
            notes.refuse("scale_needs_fractions", name, plan=name)
            quantity = Quantity.UNKNOWN
        else:
            factor *= fractions
            notes.tell("scale_per_fraction_stated", name, plan=name, fractions=fractions)
    return DoseVolume(
        grid=group.doses[0].grid,
        voxels=summed_voxels(group.doses, factor),
        quantity=quantity,
        rbe_model=meaning.rbe_model if quantity is Quantity.RBE_WEIGHTED else "",
    )


def prescriptions_of(plan: PlanFacts, structures: StructureSetFacts | None) -> tuple[Prescription, ...]:
    """What the plan asks for its targets, each named by its ROI, else by its description. [Gy]"""
    names = {} if structures is None else {roi.number: roi.name for roi in structures.rois}
    return tuple(
        Prescription(
            target=names.get(reference.roi_number or 0, "") or reference.description,
            dose_gy=reference.prescription_gy,
            reference_uid=reference.uid,
        )
        for reference in plan.dose_references
        if reference.prescription_gy is not None and reference.reference_type.upper() == "TARGET"
    )
