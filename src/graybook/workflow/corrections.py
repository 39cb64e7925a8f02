"""Corrections: the settings of ``graybook.toml`` come in; what they mean for registrations and α/β goes out, with who said it."""

from __future__ import annotations

from collections.abc import Sequence

from graybook.dicom.facts import RegistrationFacts
from graybook.files.settings import RegistrationSetting, Settings
from graybook.geometry import Affine
from graybook.record import Override, Structure
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
            for from_frame, to_frame, _ in facts.links:
                chosen.setdefault(frozenset((from_frame, to_frame)), set()).add(facts.header.sop_instance_uid)
    links = []
    for facts in registrations:
        uid = facts.header.sop_instance_uid
        for from_frame, to_frame, matrix in facts.links:
            if from_frame != to_frame and uid in chosen.get(frozenset((from_frame, to_frame)), {uid}):
                transform = Affine(from_frame=from_frame, to_frame=to_frame, matrix=matrix)
                links.append(Link(transform=transform, source=uid, error_mm=_error_mm(stated.get(uid))))
    return tuple(links)


def _error_mm(setting: RegistrationSetting | None) -> float | None:
    return None if setting is None else setting.error_mm


def alpha_beta_override(structure: Structure, settings: Settings) -> tuple[float, Override] | None:
    """The α/β a user gave for a structure, by its name as found before its TG-263 name, and who gave it; None without one."""
    by_name = [one for one in settings.alpha_betas if one.structure and one.structure == structure.name]
    by_label = [one for one in settings.alpha_betas if one.tg263 and one.tg263 == structure.tg263]
    for setting in (*by_name, *by_label):
        subject = setting.tg263 or setting.structure
        for override in settings.overrides:
            if override.key.startswith(f"alpha_beta {subject}:"):
                return setting.value_gy, override
    return None
