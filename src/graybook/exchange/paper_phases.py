"""The phases of a course as others state them come in; phases on paper, and what they lack, go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from graybook.exchange.computed import HIGH_DOSE_RATE, TOTAL_TOLERANCE_GY, given_phases, is_given
from graybook.exchange.course_facts import CourseFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.record import Finding, Fractionated, Modality, Phase, Prescription, Region, Severity, Status
from graybook.record.assessment import Param
from graybook.tables.fhir import fhir_codes
from graybook.tables.structure_names import root, side, tg263_name
from graybook.tables.treatment_sites import organ_at

__all__ = ["Said", "phases_of", "region_of"]

SIDES = {"left": "left", "right": "right", "bilateral": "both"}
"""Words of the tables of codes for the side, and those of a region."""


NOT_IN_PHASES = "in no phase"
GOING_ON = "still going on when stated"
"""Labels of phases that keep open what a document does not say."""


class Said:
    """Findings in the order in which they are made, each once."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def say(self, code: str, subject: str, severity: Severity = Severity.WARNING, **params: Param) -> None:
        """Note a finding."""
        found = Finding(code=code, severity=severity, subject=subject, params=params)
        if found not in self.findings:
            self.findings.append(found)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where what is being read stands: a phase of the facts, or a course that states no phase of its own."""

    course: str
    label: str
    modality: Modality
    code: str
    status: Status


def phases_of(course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: Said) -> list[Phase]:
    """The phases of a course; one without doses where nothing but its existence is stated."""
    phases = [phase for one in course.phases for phase in _phases(one, course, label, volumes, said)]
    phases += _of_whole_course(course, label, volumes, said)
    phases = phases or [_empty(course, label)]
    return [*phases, *_missing(course, label, volumes, said), *_open(course, label, said)]


def _missing(course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: Said) -> list[Phase]:
    """What the course states above its phases: a phase of which nobody says whether it was given, so that no sum looks whole."""
    if not is_given(course.status):
        return []
    asked = []
    for total in course.doses:
        parts = [
            dose.dose_gy
            for phase in given_phases(course)
            for dose in phase.doses
            if dose.volume == total.volume
        ]
        known = [one for one in parts if one is not None]
        if total.dose_gy is None or not known or len(known) < len(parts):
            continue
        missing_gy = round(total.dose_gy - fsum(known), 6)
        if missing_gy > TOTAL_TOLERANCE_GY:
            volume = volumes[total.volume]
            said.say(
                "import_phases_below",
                label,
                path=volume.name,
                value=total.dose_gy,
                phases=fsum(known),
                missing=missing_gy,
            )
            asked.append(Prescription(target=volume.name, dose_gy=missing_gy, region=_place_of(volume)))
    return [_unsure(course, label, NOT_IN_PHASES, tuple(asked))] if asked else []


def _open(course: CourseFacts, label: str, said: Said) -> list[Phase]:
    """A phase of unknown status after what was given of a course that was going on: more may have been given since."""
    going_on = course.unfinished or any(one.unfinished for one in course.phases)
    if not going_on:
        return []
    said.say("import_unfinished", label)
    return [_unsure(course, label, GOING_ON, ())]


def _unsure(course: CourseFacts, label: str, what: str, asked: tuple[Prescription, ...]) -> Phase:
    return Phase(
        id=f"{course.key}/{what}",
        label=f"{label}, {what}",
        status=Status.UNKNOWN,
        modality=course.modality,
        prescriptions=asked,
        intent=course.intent,
        order_known=True,
    )


def _phases(
    phase: PhaseFacts, course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: Said
) -> list[Phase]:
    """One phase for each number of fractions that its doses state; most state none of their own."""
    place = _Place(
        course=label,
        label=phase.label.strip() or phase.key,
        modality=phase.modality if _says_modality(phase) else course.modality,
        code=phase.modality_code or course.modality_code,
        status=phase.status,
    )
    groups: dict[int | None, list[VolumeDose]] = {}
    for dose in phase.doses:
        own = dose.fractions if dose.dose_gy is not None or phase.fractions_delivered is None else None
        n = phase.fractions_delivered if own is None else own
        groups.setdefault(None if dose.uniform is False else n, []).append(dose)
    if not groups:
        groups[phase.fractions_delivered] = []
    return [
        Phase(
            id=phase.key if len(groups) == 1 else f"{phase.key}/{number}",
            label=place.label,
            status=phase.status,
            modality=place.modality,
            **_in_doubt(_fractions(n, place, doses, said), course, doses, label, said),
            prescriptions=_prescriptions(doses, place, course, volumes, said),
            plan_uids=phase.uids,
            start_date=phase.start_date,
            end_date=phase.end_date,
            intent=course.intent,
            order_known=True,
        )
        for number, (n, doses) in enumerate(groups.items(), start=1)
    ]


def _in_doubt(
    found: dict[str, Any], course: CourseFacts, doses: Sequence[VolumeDose], label: str, said: Said
) -> dict[str, Any]:
    """The number of fractions of the only phase as a range, where the course states another for the same dose."""
    n, here = found.get("fractions_delivered"), {one.volume: one.dose_gy for one in doses}
    others = {
        one.fractions
        for one in course.doses
        if one.fractions and one.dose_gy is not None and one.dose_gy == here.get(one.volume)
    }
    if n is None or len(given_phases(course)) != 1 or not others - {n}:
        return found
    least, most = min({n, *others}), max({n, *others})
    said.say("import_fractions_differ", label, value=f"{least}-{most}")
    return {"fractions_range": (least, most), "fractions_source": "document"}


def _says_modality(phase: PhaseFacts) -> bool:
    """Whether a phase states what irradiated, be it something that the record has no word for (neutrons)."""
    return phase.modality is not Modality.UNKNOWN or bool(phase.modality_code)


def _of_whole_course(
    course: CourseFacts, label: str, volumes: dict[str, VolumeFacts], said: Said
) -> list[Phase]:
    """Doses that only the course states; of those without equal fractions the number of fractions stays unknown."""
    named = {dose.volume for phase in course.phases for dose in phase.doses}
    groups: dict[int | None, list[VolumeDose]] = {}
    for dose in course.doses:
        if dose.volume not in named and dose.dose_gy is not None:
            if dose.uniform is not True:
                said.say("import_fractions_not_uniform", label, path=volumes[dose.volume].name)
            groups.setdefault(dose.fractions if dose.uniform is True else None, []).append(dose)
    place = _Place(
        course=label,
        label=label,
        modality=course.modality,
        code=course.modality_code,
        status=course.status,
    )
    return [
        Phase(
            id=f"{course.key}/course/{number}",
            label=label,
            status=course.status,
            modality=course.modality,
            **_fractions(n, place, doses, said),
            prescriptions=_prescriptions(doses, place, course, volumes, said),
            start_date=course.start_date,
            end_date=course.end_date,
            intent=course.intent,
            order_known=True,
        )
        for number, (n, doses) in enumerate(groups.items(), start=1)
    ]


def _empty(course: CourseFacts, label: str) -> Phase:
    """The one phase of a course of which nothing but its existence is stated."""
    return Phase(
        id=f"{course.key}/course",
        label=label,
        status=course.status,
        modality=course.modality,
        start_date=course.start_date,
        end_date=course.end_date,
        intent=course.intent,
        order_known=True,
    )


def _fractions(n: int | None, place: _Place, doses: Sequence[VolumeDose], said: Said) -> dict[str, Any]:
    """What a phase says of its fractions: nothing where they are no fractions of short sessions of a known radiation."""
    n = n or None
    if place.modality is Modality.UNKNOWN and any(one.dose_gy for one in doses):
        code = "import_modality_other" if place.code else "import_modality_unknown"
        said.say(code, place.course, path=place.label, value=place.code, fractions=n or "?")
        return {}
    slow = place.modality is Modality.BRACHYTHERAPY and place.code not in HIGH_DOSE_RATE
    if slow and n is not None and doses:
        said.say("import_not_short_sessions", place.course, path=place.label, value=n)
        n = None
    elif n is None and doses:
        said.say("import_fractions_unknown", place.course, path=place.label)
    if n is None:
        return {}
    return {"fractions_planned": n, "fractions_delivered": n, "delivery": Fractionated(fractions=n)}


def _prescriptions(
    doses: Iterable[VolumeDose],
    place: _Place,
    course: CourseFacts,
    volumes: dict[str, VolumeFacts],
    said: Said,
) -> tuple[Prescription, ...]:
    found = []
    given = place.status.counts and place.status is not Status.PROPOSED
    for dose in doses:
        volume = volumes[dose.volume]
        if dose.dose_gy is None and not given:
            continue
        if dose.dose_gy is None:
            said.say("import_dose_without_unit", place.course, path=volume.name, value=dose.as_found)
        elif dose.dose_gy > 0.0:
            region = _place_of(volume)
            if region is None and not region_of(course.site, course.laterality).site:
                said.say("import_site_unknown", place.course, path=volume.name, value=volume.site)
            found.append(Prescription(target=volume.name, dose_gy=dose.dose_gy, region=region))
    return tuple(found)


def _place_of(volume: VolumeFacts) -> Region | None:
    """Where a volume lies: its code, else its name when it is an organ's; None when neither says."""
    region = region_of(volume.site, volume.laterality)
    if region.site:
        return region
    label = tg263_name(volume.name)
    if label is not None:
        lies = {"L": "left", "R": "right"}.get(side(label) or "", "")
        return Region(site=root(label), side=lies)
    return Region(organs=(volume.name,)) if volume.kind == "OAR" else None


def region_of(site: str, laterality: str) -> Region:
    """The region of a code of a site and one of a side; empty where the tables know no such site."""
    organ = organ_at(site) or ""
    words = {one.code: one.means for one in fhir_codes("laterality")}
    return Region(site=organ, side=SIDES.get(words.get(laterality, ""), "") if organ else "")
