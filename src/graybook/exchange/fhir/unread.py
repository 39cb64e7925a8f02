"""Resources come in; what of them a course of the record has no place for goes out, once for each kind of element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graybook.exchange.fhir.codes import code_in, meaning
from graybook.exchange.fhir.document import Document, Resource
from graybook.exchange.fhir.elements import text
from graybook.exchange.fhir.profiles import (
    ABSENT,
    DOSE,
    FRACTIONS,
    INTENT,
    MODALITY_AND_TECHNIQUE,
    OSIRIS,
    REIRRADIATION,
    SESSIONS,
    TERMINATION,
    named,
)
from graybook.exchange.fhir.rules import shown
from graybook.record.assessment import Finding, Param, Severity

__all__ = ["unread_findings"]

_EVERY = {
    "resourceType",
    "id",
    "meta",
    "text",
    "language",
    "implicitRules",
    "contained",
    "extension",
    "identifier",
}
_PROCEDURE = {"status", "statusReason", "category", "code", "subject", "performedPeriod", "partOf"}
_NAMES = {
    "course": _EVERY | _PROCEDURE | {"reasonCode", "bodySite"},
    "phase": _EVERY | _PROCEDURE,
    "plan": _EVERY | _PROCEDURE,
    "volume": _EVERY | {"morphology", "location", "locationQualifier", "description", "patient"},
    "patient": _EVERY | {"name", "gender", "birthDate"},
}
_OF_OSIRIS = ("doseToVolume", "dose-to-volume", "numberOfFractions", "numberOfSessions", "treatmentIntent")
_COMMON = {ABSENT, DOSE, MODALITY_AND_TECHNIQUE, *(OSIRIS + one for one in _OF_OSIRIS)}
_EXTENSIONS = {
    "course": _COMMON | {SESSIONS, INTENT, TERMINATION, REIRRADIATION},
    "phase": _COMMON | {FRACTIONS},
    "plan": _COMMON | {FRACTIONS},
    "volume": {ABSENT},
    "patient": {ABSENT, DOSE},
}


def unread_findings(document: Document) -> Iterator[Finding]:
    """Resources that are not read, those of other guides, and elements that are not kept."""
    for resource in document.resources:
        if not resource.profile:
            yield _finding("exchange_resource_not_read", resource, value=shown(resource.kind))
    others = [one for one in document.resources if any(at.startswith(OSIRIS) for at in named(one.element))]
    if others:
        yield _finding("exchange_other_profile", others[0], value=OSIRIS, count=len(others))
    for name, count in sorted(Counter(_unread(document)).items()):
        params: dict[str, Param] = {"value": shown(name), "count": count, "path": name}
        yield Finding(code="exchange_elements_not_read", severity=Severity.INFO, params=params)


def _finding(code: str, resource: Resource, **params: Param) -> Finding:
    where: dict[str, Param] = {"path": resource.element.place or resource.kind}
    return Finding(code=code, severity=Severity.INFO, subject=resource.name, params=where | params)


def _unread(document: Document) -> Iterator[str]:
    for resource in document.resources:
        if not resource.profile:
            continue
        for name in resource.element.value:
            plain = str(name).removeprefix("_")
            if plain not in _NAMES[resource.profile]:
                yield f"{resource.kind} ({resource.profile}): {plain}"
        for one in resource.element.children("extension"):
            address = text(one.child("url"))
            if address and address not in _EXTENSIONS[resource.profile]:
                yield f"{resource.kind} ({resource.profile}): {address.rpartition('/')[2] or address}"
        for one in resource.element.children("locationQualifier"):
            code = code_in(one)
            if code and not meaning("laterality", code):
                yield f"{resource.kind} ({resource.profile}): locationQualifier {code}"
