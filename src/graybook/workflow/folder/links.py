"""The objects of one person come in; dose → plan → structure set → image series by UID, or inferred and said so, go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from graybook.dicom.facts import DoseFacts, Header, ImageSliceFacts, PlanFacts, StructureSetFacts
from graybook.record import Finding, Severity
from graybook.tables.nuclides import nuclide_name
from graybook.workflow.folder.administrations import THERAPEUTIC
from graybook.workflow.folder.objects import Objects

__all__ = ["Links", "frame_of_structures", "links_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Links:
    """Which object belongs to which; keys are paths, a missing key is a missing link.

    Parameters
    ----------
    plan_of_dose
        Path of an RTDOSE to its plan; doses of several plans have none.
    structures_of
        Path of an RTPLAN or RTDOSE to its structure set.
    series_of
        Path of an RTSTRUCT to the Series Instance UIDs of its images.
    frame_of
        Path of any object to its Frame of Reference UID, its own or that of what it refers to; empty when unknown.
    """

    plan_of_dose: dict[str, PlanFacts] = field(default_factory=dict)
    structures_of: dict[str, StructureSetFacts] = field(default_factory=dict)
    series_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    frame_of: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def frame_of_structures(structures: StructureSetFacts) -> str:
    """The frame of a structure set: its own, else the one all its ROIs share; empty when there is no one frame."""
    frames = {roi.frame for roi in structures.rois if roi.frame}
    if len(frames) == 1:
        return frames.pop()
    return structures.header.frame if not frames else ""


def links_of(objects: Objects) -> Links:
    """Every link of one person's objects. An unambiguous inferred link replaces a missing one, with a warning."""
    links = Links()
    findings: list[Finding] = []
    for structures in objects.structure_sets:
        links.frame_of[structures.header.path] = frame_of_structures(structures)
    for plan in objects.plans:
        _link_plan(plan, objects, links, findings)
    for dose in objects.doses:
        links.frame_of[dose.header.path] = dose.grid.frame if dose.grid is not None else dose.header.frame
    for dose in objects.doses:
        _link_dose(dose, objects, links, findings)
    for structures in objects.structure_sets:
        _link_images(structures, objects, links, findings)
    return Links(
        plan_of_dose=links.plan_of_dose,
        structures_of=links.structures_of,
        series_of=links.series_of,
        frame_of=links.frame_of,
        findings=tuple(findings),
    )


def _by_uid(structure_sets: Iterable[StructureSetFacts], uids: Sequence[str]) -> StructureSetFacts | None:
    return next((one for one in structure_sets if one.header.sop_instance_uid in uids), None)


def _link_plan(plan: PlanFacts, objects: Objects, links: Links, findings: list[Finding]) -> None:
    path = plan.header.path
    found = _by_uid(objects.structure_sets, plan.structure_set_uids)
    links.frame_of[path] = plan.header.frame or (links.frame_of[found.header.path] if found else "")
    if found is None and links.frame_of[path]:
        found = _inferred_structures(plan.header, plan.structure_set_uids, objects, links, findings)
    if found is not None:
        links.structures_of[path] = found


def _inferred_structures(
    header: Header, uids: Sequence[str], objects: Objects, links: Links, findings: list[Finding]
) -> StructureSetFacts | None:
    frame = links.frame_of[header.path]
    candidates = [one for one in objects.structure_sets if frame and links.frame_of[one.header.path] == frame]
    same_study = [one for one in candidates if one.header.study_uid == header.study_uid]
    narrowed = same_study or candidates
    if uids:
        findings.append(_missing(header, "RTSTRUCT", uids[0]))
    if len(narrowed) == 1:
        findings.append(_inferred(header, "RTSTRUCT", narrowed[0].header))
        return narrowed[0]
    if narrowed:
        findings.append(_ambiguous(header, "RTSTRUCT", [one.header for one in narrowed]))
    return None


def _link_dose(dose: DoseFacts, objects: Objects, links: Links, findings: list[Finding]) -> None:
    path = dose.header.path
    if len(dose.plan_uids) < 2:
        plan = _plan_of(dose, objects, links, findings)
        if plan is not None:
            links.plan_of_dose[path] = plan
            if not links.frame_of[plan.header.path]:
                links.frame_of[plan.header.path] = links.frame_of[path]
    own = links.plan_of_dose.get(path)
    found = (links.structures_of.get(own.header.path) if own else None) or _by_uid(
        objects.structure_sets, dose.structure_set_uids
    )
    if found is None:
        found = _inferred_structures(dose.header, dose.structure_set_uids, objects, links, findings)
    if found is not None:
        links.structures_of[path] = found
        if own is not None:
            links.structures_of.setdefault(own.header.path, found)


def _plan_of(dose: DoseFacts, objects: Objects, links: Links, findings: list[Finding]) -> PlanFacts | None:
    for plan in objects.plans:
        if plan.header.sop_instance_uid in dose.plan_uids or (
            not dose.plan_uids and dose.header.sop_instance_uid in plan.dose_uids
        ):
            return plan
    if dose.plan_uids:
        findings.append(_missing(dose.header, "RTPLAN", dose.plan_uids[0]))
        return None
    if dose.summation.upper() not in ("PLAN", ""):
        return None
    return _inferred_plan(dose, objects, links, findings)


def _inferred_plan(
    dose: DoseFacts, objects: Objects, links: Links, findings: list[Finding]
) -> PlanFacts | None:
    """The only plan of the dose's frame (and study) that no dose refers to, when no other dose could take it."""
    frame = links.frame_of[dose.header.path]
    named = {uid for one in objects.doses for uid in one.plan_uids}
    free = [
        plan
        for plan in objects.plans
        if frame and links.frame_of[plan.header.path] == frame and plan.header.sop_instance_uid not in named
    ]
    plans = [plan for plan in free if plan.header.study_uid == dose.header.study_uid] or free
    rivals = [
        one
        for one in objects.doses
        if not one.plan_uids and one is not dose and links.frame_of[one.header.path] == frame
    ]
    if len(plans) == 1 and not rivals:
        findings.append(_inferred(dose.header, "RTPLAN", plans[0].header))
        return plans[0]
    if plans:
        findings.append(_ambiguous(dose.header, "RTPLAN", [plan.header for plan in plans]))
    return None


def _link_images(
    structures: StructureSetFacts, objects: Objects, links: Links, findings: list[Finding]
) -> None:
    path = structures.header.path
    series = objects.series()
    named = tuple(uid for uid in structures.image_series_uids if uid in series)
    if named:
        links.series_of[path] = named
        return
    frame = links.frame_of[path]
    near = {uid: slices[0] for uid, slices in series.items() if frame and slices[0].header.frame == frame}
    same = [uid for uid, first in near.items() if first.header.modality == "CT"] or list(near)
    if structures.image_series_uids:
        findings.append(_missing(structures.header, "image series", structures.image_series_uids[0]))
    if len(same) == 1:
        links.series_of[path] = (same[0],)
        findings.append(
            Finding(
                code="image_inferred_by_frame",
                subject=path,
                params={"path": path, "series": same[0], "frame": frame},
            )
        )
    elif same and not _is_of_activity(structures, list(near.values()), links):
        findings.append(
            _ambiguous(structures.header, "image series", [series[uid][0].header for uid in same])
        )


def _is_of_activity(structures: StructureSetFacts, near: Sequence[ImageSliceFacts], links: Links) -> bool:
    """Whether its regions are on images of therapeutic activity: they lie in its frame, alone or with CT, and no plan needs it.

    Its regions are taken on each of these images by its frame; none of them has to be chosen.
    """
    if any(one is structures for one in links.structures_of.values()):
        return False
    shown = [one.activity for one in near if one.header.modality != "CT"]
    known = [one for one in shown if one is not None]
    return len(known) == len(shown) and any(nuclide_name(one.nuclide) in THERAPEUTIC for one in known)


def _missing(header: Header, kind: str, uid: str) -> Finding:
    return Finding(
        code="link_target_missing",
        subject=header.path,
        params={"path": header.path, "kind": kind, "uid": uid},
    )


def _inferred(header: Header, kind: str, target: Header) -> Finding:
    return Finding(
        code="link_inferred",
        subject=header.path,
        params={"path": header.path, "kind": kind, "target": target.path},
    )


def _ambiguous(header: Header, kind: str, targets: Sequence[Header]) -> Finding:
    return Finding(
        code="link_ambiguous",
        severity=Severity.WARNING,
        subject=header.path,
        params={
            "path": header.path,
            "kind": kind,
            "count": len(targets),
            "targets": ", ".join(target.path for target in targets),
        },
    )
