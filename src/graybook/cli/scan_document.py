"""A scan comes in; the one JSON document of ``graybook scan --json`` goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graybook.cli.output import remedy_text, sentence
from graybook.text import Language

if TYPE_CHECKING:
    from graybook.record import Course, Finding, Phase, Refusal
    from graybook.workflow.folder.scan import PersonScan, ScanResult

__all__ = ["document"]


def document(result: ScanResult, language: Language) -> dict[str, Any]:
    """Files, persons and findings as plain values; sentences in the language."""
    error = result.settings_error
    return {
        "files": [
            {
                "path": one.path,
                "used_as": one.used_as,
                "reason": None if one.reason is None else sentence(one.reason, language),
                "reason_code": None if one.reason is None else one.reason.code,
            }
            for one in result.files
        ],
        "persons": [_person(person, language) for person in result.persons],
        "findings": [_finding(one, language) for one in result.findings],
        "settings_error": None
        if error is None
        else {
            "what": error.what,
            "found": None if error.value is None else str(error.value),
            "remedy": error.remedy,
        },
    }


def _person(scan: PersonScan, language: Language) -> dict[str, Any]:
    person = scan.record.person
    return {
        "ids": [{"value": one.value, "issuer": one.issuer} for one in person.identities],
        "name": person.name,
        "birth_date": _day(person.birth_date),
        "sex": person.sex,
        "courses": [_course(course) for course in scan.record.courses],
        "registrations": [one.header.sop_instance_uid for one in scan.registrations],
        "findings": [_finding(one, language) for one in scan.findings],
        "refusals": [_refusal(one, language) for one in (*scan.identity_refusals, *scan.refusals)],
    }


def _course(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "label": course.label,
        "start_date": _day(course.start_date),
        "end_date": _day(course.end_date),
        "evidence_grade": course.evidence_grade.value,
        "modality": course.modality.value,
        "site": course.site,
        "intent": course.intent,
        "frame": course.frame,
        "undecided": course.undecided,
        "images": [image.series_uid for image in course.images],
        "structure_sets": [
            {
                "uid": one.uid,
                "label": one.label,
                "structures": [structure.name for structure in one.structures],
            }
            for one in course.structure_sets
        ],
        "phases": [_phase(phase) for phase in course.phases],
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "id": phase.id,
        "label": phase.label,
        "status": phase.status.value,
        "modality": phase.modality.value,
        "fractions_planned": phase.fractions_planned,
        "fractions_delivered": phase.fractions_delivered,
        "fractions_range": None if phase.fractions_range is None else list(phase.fractions_range),
        "start_date": _day(phase.start_date),
        "end_date": _day(phase.end_date),
        "approval": phase.approval,
        "intent": phase.intent,
        "plan_uids": list(phase.plan_uids),
        "has_dose": phase.dose is not None,
        "quantity": None if phase.dose is None else phase.dose.quantity.value,
        "rbe_model": "" if phase.dose is None else phase.dose.rbe_model,
        "prescriptions": [{"target": one.target, "dose_gy": one.dose_gy} for one in phase.prescriptions],
        "concurrent_with": list(phase.concurrent_with),
        "order_known": phase.order_known,
    }


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _finding(one: Finding, language: Language) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity.value,
        "subject": one.subject,
        "text": sentence(one, language),
    }


def _refusal(one: Refusal, language: Language) -> dict[str, Any]:
    return {
        "code": one.code,
        "subject": one.subject,
        "text": sentence(one, language),
        "remedy": remedy_text(one, language),
    }
