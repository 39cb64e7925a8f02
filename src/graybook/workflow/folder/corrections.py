"""Corrections: the settings of ``graybook.toml`` come in; what they mean for registrations and α/β goes out, with who said it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook.dicom.facts import RegistrationFacts
from graybook.files.settings import Settings
from graybook.geometry import Affine
from graybook.geometry.transform import Transform
from graybook.record import AlphaBetaWish, Override, Structure
from graybook.record.alignment import Approval
from graybook.registration import Link

__all__ = ["alpha_beta_override", "links_of_registrations"]


def links_of_registrations(
    registrations: Sequence[RegistrationFacts], settings: Settings
) -> tuple[Link, ...]:
    """The links between frames; where the user named one registration between two frames, the others between them are left out."""
    stated = {one.use: one for one in settings.registrations}
    chosen: dict[frozenset[str], set[str]] = {}
    for facts in registrations:
        if facts.header.sop_instance_uid in stated:
            for pair in facts.joined:
                chosen.setdefault(frozenset(pair), set()).add(facts.header.sop_instance_uid)
    links = []
    for facts in registrations:
        uid = facts.header.sop_instance_uid
        error_mm = stated[uid].error_mm if uid in stated else None
        approvals = (*_of_file(facts), *_of_settings(uid, settings))
        for transform in _transforms(facts, chosen):
            links.append(Link(transform=transform, source=uid, error_mm=error_mm, approvals=approvals))
    return tuple(links)


def _transforms(facts: RegistrationFacts, chosen: dict[frozenset[str], set[str]]) -> Iterator[Transform]:
    """What a registration holds between frames for which the user named it, or none; the vectors of others are not read."""
    uid = facts.header.sop_instance_uid

    def is_used(start: str, end: str) -> bool:
        return start != end and uid in chosen.get(frozenset((start, end)), {uid})

    for start, end, matrix in facts.links:
        if is_used(start, end):
            yield Affine(from_frame=start, to_frame=end, matrix=matrix)
    for one in facts.deformations:
        if is_used(one.from_frame, one.to_frame):
            yield one.displacement()


def _of_file(facts: RegistrationFacts) -> tuple[Approval, ...]:
    """The approval that the file itself records."""
    if facts.approval != "APPROVED":
        return ()
    return (Approval(who=facts.reviewed_by, when=facts.reviewed_on, reason="ApprovalStatus APPROVED"),)


def _of_settings(uid: str, settings: Settings) -> tuple[Approval, ...]:
    return tuple(one.approval for one in settings.approvals if one.registration == uid)


def alpha_beta_override(
    structure: Structure, settings: Settings, wishes: Sequence[AlphaBetaWish] = ()
) -> tuple[float, Override] | None:
    """The α/β a user gave for a structure, by its name as found before its TG-263 name, and who gave it; None without one.

    ``wishes`` (of ``--options`` or a scenario) come before those of ``graybook.toml``.
    """
    named = [one for one in wishes if one.structure and one.structure == structure.name]
    labelled = [one for one in wishes if one.tg263 and one.tg263 == structure.tg263]
    for wish in (*named, *labelled):
        return wish.value_gy, wish.by
    by_name = [one for one in settings.alpha_betas if one.structure and one.structure == structure.name]
    by_label = [one for one in settings.alpha_betas if one.tg263 and one.tg263 == structure.tg263]
    for setting in (*by_name, *by_label):
        subject = setting.tg263 or setting.structure
        for override in settings.overrides:
            if override.key.startswith(f"alpha_beta {subject}:"):
                return setting.value_gy, override
    return None
