"""A person's courses come in; a FHIR bundle in the profiles of CodeX and mCODE goes out, and what it cannot hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from graybook.exchange.course_facts import CourseFacts, PersonFacts, PhaseFacts
from graybook.exchange.exported import Exported
from graybook.exchange.fhir.codes import code_of, energy_element, modality_code
from graybook.exchange.fhir.person import patient_resource
from graybook.exchange.fhir.profiles import (
    CARRIERS,
    ENERGY,
    FRACTIONS,
    INTENT,
    LATERALITY,
    MODALITY,
    MODALITY_AND_TECHNIQUE,
    REIRRADIATION,
    SESSIONS,
    TECHNIQUE,
)
from graybook.exchange.fhir.write_volumes import dose_extension, of_organ, volume_resource
from graybook.exchange.fhir.written import Written, concept, extension, unknown
from graybook.record.assessment import Severity
from graybook.record.course import Status
from graybook.tables.fhir import fhir_techniques

__all__ = ["fhir_bundle"]

ICD10 = "http://hl7.org/fhir/sid/icd-10"
_STATUS = {
    Status.DELIVERED: "completed",
    Status.ASSUMED_DELIVERED: "completed",
    Status.PARTLY_DELIVERED: "stopped",
    Status.NOT_GIVEN: "not-done",
}


def fhir_bundle(facts: PersonFacts, *, created: date) -> Exported:
    """One Bundle: the person, the volumes, each course and its phases; and findings on what found no place in it.

    Doses of organs at risk are left out: a dose delivered to a volume is one that was meant for it. Sums over courses stand as
    biological metrics beside the person, as no profile has a place for them.

    Parameters
    ----------
    created
        Day of the record; the bundle's time, so that the same record gives the same bytes.
    """
    written = Written(facts=facts)
    procedures: list[dict[str, Any]] = []
    for course in facts.courses:
        if course.status not in _STATUS:
            code = (
                "exchange_unknown_not_written"
                if course.status is Status.UNKNOWN
                else "exchange_plan_not_written"
            )
            written.say(code, course.label or course.key, Severity.WARNING, value=course.status.value)
            continue
        procedures.append(_course(written, course))
        procedures += _phases(written, course)
    beside = [dose_extension(written, one, course=None) for one in facts.cumulative]
    if facts.cumulative:
        written.say("exchange_cumulative_beside_person", "", Severity.INFO)
    _say_of_person(written)
    patient = patient_resource(facts.person, written.id("person", "person"), beside)
    volumes = [volume_resource(written, one) for one in facts.volumes if one.key in written.volumes]
    entries = [
        {"fullUrl": written.address(one["resourceType"], one["id"]), "resource": one}
        for one in (patient, *volumes, *procedures)
    ]
    document = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{created.isoformat()}T00:00:00Z",
        "entry": entries,
    }
    return Exported(document=document, findings=written.findings())


def _say_of_person(written: Written) -> None:
    written.say("exchange_fhir_cannot_hold", "", Severity.INFO)
    if written.facts.person.asserted_by:
        written.say("exchange_assertion_not_written", "", Severity.INFO)


def _procedure(
    written: Written, profile: str, given: CourseFacts | PhaseFacts, extensions: list[dict[str, Any]]
) -> dict[str, Any]:
    """What courses and phases have in common, in the order of the profile."""
    if given.status is Status.ASSUMED_DELIVERED:
        written.say("exchange_assumed_written_completed", given.label or given.key, Severity.WARNING)
    if given.status is Status.PARTLY_DELIVERED:
        written.say("exchange_partly_written_stopped", given.label or given.key, Severity.INFO)
    found: dict[str, Any] = {
        "resourceType": "Procedure",
        "id": written.id(profile, given.key),
        "meta": {"profile": list(CARRIERS[profile])},
    }
    if extensions:
        found["extension"] = extensions
    uids = (given.uid,) if isinstance(given, CourseFacts) else given.uids
    found["identifier"] = written.identifiers(given.key, given.label, tuple(one for one in uids if one))
    found["status"] = _STATUS[given.status]
    found["category"] = concept(code_of("category", "delivered"))
    found["code"] = concept(code_of(f"code_{profile}", profile))
    found["subject"] = written.reference("person", "person")
    found["performedPeriod"] = _period(given)
    return found


def _period(given: CourseFacts | PhaseFacts) -> dict[str, Any]:
    days = {"start": given.start_date, "end": given.end_date}
    stated = {name: one.isoformat() for name, one in days.items() if one is not None}
    return stated or {"extension": [unknown()]}


def _course(written: Written, course: CourseFacts) -> dict[str, Any]:
    name = course.label or course.key
    extensions = []
    if course.reirradiation is not None:
        extensions.append(extension(REIRRADIATION, valueBoolean=course.reirradiation))
    if intent := code_of("intent", course.intent):
        extensions.append(extension(INTENT, valueCodeableConcept=concept(intent)))
    elif course.intent:
        written.say("exchange_intent_not_written", name, Severity.INFO, value=course.intent)
    extensions += _modalities(written, course)
    if course.sessions is not None:
        extensions.append(extension(SESSIONS, valueUnsignedInt=course.sessions))
    extensions += [
        dose_extension(written, one, course=course)
        for one in course.doses
        if not of_organ(written, one, name)
    ]
    found = _procedure(written, "course", course, extensions)
    if course.termination:
        found["statusReason"] = concept(course.termination)
    if course.diagnosis:
        found["reasonCode"] = [concept(course.diagnosis, ICD10)]
    else:
        written.say("exchange_reason_missing", name, Severity.WARNING)
    if course.site:
        site = concept(course.site)
        if course.laterality:
            site["extension"] = [extension(LATERALITY, valueCodeableConcept=concept(course.laterality))]
        found["bodySite"] = [site]
    else:
        written.say("exchange_site_missing", name, Severity.INFO)
    if course.grade:
        written.say("exchange_grade_not_written", name, Severity.INFO, value=course.grade)
    return found


def _modalities(written: Written, given: CourseFacts | PhaseFacts) -> list[dict[str, Any]]:
    """Modality with technique and energy: of a course those of its phases, where it is not one for all."""
    sources: list[CourseFacts | PhaseFacts] = [given]
    if isinstance(given, CourseFacts) and not modality_code(given):
        sources = [one for one in given.phases if one.status in _STATUS] or [given]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in sources:
        code = modality_code(one)
        if not code:
            written.say(
                "exchange_modality_not_written",
                one.label or one.key,
                Severity.WARNING,
                value=one.modality.value,
            )
            continue
        parts = [extension(MODALITY, valueCodeableConcept=concept(code))]
        if one.technique and one.technique not in fhir_techniques().get(code, ()):
            name = one.label or one.key
            written.say("exchange_technique_not_written", name, Severity.WARNING, value=one.technique)
        elif one.technique:
            parts.append(extension(TECHNIQUE, valueCodeableConcept=concept(one.technique)))
        if isinstance(given, PhaseFacts) and given.energy:
            if energy := energy_element(given.energy):
                parts.append(extension(ENERGY, **energy))
            else:
                written.say(
                    "exchange_energy_not_written", one.label or one.key, Severity.INFO, value=given.energy
                )
        found.setdefault((code, one.technique), extension(MODALITY_AND_TECHNIQUE, extension=parts))
    return list(found.values())


def _phases(written: Written, course: CourseFacts) -> list[dict[str, Any]]:
    found = []
    for phase in course.phases:
        name = phase.label or phase.key
        if phase.status not in _STATUS:
            code = (
                "exchange_unknown_not_written"
                if phase.status is Status.UNKNOWN
                else "exchange_plan_not_written"
            )
            written.say(code, name, Severity.WARNING, value=phase.status.value)
            continue
        extensions = _modalities(written, phase)
        fractions = _phase_fractions(written, phase)
        if fractions is not None:
            extensions.append(extension(FRACTIONS, valueUnsignedInt=fractions))
        doses = [one for one in phase.doses if not of_organ(written, one, name)]
        extensions += [dose_extension(written, one, course=None) for one in doses]
        one = _procedure(written, "phase", phase, extensions)
        one["partOf"] = [written.reference("course", course.key)]
        if course.diagnosis:
            one["reasonCode"] = [concept(course.diagnosis, ICD10)]
        if phase.dose_uids:
            written.say("exchange_dose_uids_not_written", name, Severity.INFO)
        if phase.fractions_planned is not None and phase.fractions_planned != fractions:
            planned = phase.fractions_planned
            written.say("exchange_planned_fractions_not_written", name, Severity.INFO, value=planned)
        found.append(one)
    return found


def _phase_fractions(written: Written, phase: PhaseFacts) -> int | None:
    """Fractions of a phase: its own, else those that all its doses share."""
    stated = {one.fractions for one in phase.doses if one.fractions is not None}
    if phase.fractions_delivered is None and len(stated) == 1:
        return stated.pop()
    if stated - {phase.fractions_delivered}:
        written.say("exchange_volume_fractions_not_written", phase.label or phase.key, Severity.WARNING)
    return phase.fractions_delivered
