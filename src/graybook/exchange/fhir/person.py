"""A person comes in and a Patient resource goes out, and the other way."""

from __future__ import annotations

import re
from typing import Any

from graybook.exchange.fhir.codes import code_of, meaning
from graybook.exchange.fhir.document import Resource
from graybook.exchange.fhir.elements import Element, day, text
from graybook.exchange.fhir.profiles import CARRIERS, LABELS
from graybook.exchange.fhir.written import unknown
from graybook.record.assessment import Finding, Severity
from graybook.record.person import Identity, Person

__all__ = ["patient_resource", "person_of"]

INS = "1.2.250.1.213.1.4.8"
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)


def patient_resource(person: Person, identifier: str, extensions: list[dict[str, Any]]) -> dict[str, Any]:
    """The Patient of a person; what the profile asks for and nobody knows is said to be absent."""
    found: dict[str, Any] = {
        "resourceType": "Patient",
        "id": identifier,
        "meta": {"profile": list(CARRIERS["patient"])},
    }
    if extensions:
        found["extension"] = extensions
    identities = list(person.identities)
    if person.ins and all(one.value != person.ins for one in identities):
        identities.append(Identity(value=person.ins, issuer=INS))
    found["identifier"] = [_identifier(one) for one in identities]
    found["name"] = [_name(person.name, "official")] if person.name else [{"extension": [unknown()]}]
    if person.birth_name:
        found["name"].append(_name(person.birth_name, "maiden"))
    found["gender"] = code_of("gender", person.sex) or "unknown"
    if person.birth_date is not None:
        found["birthDate"] = person.birth_date.isoformat()
    return found


def _identifier(identity: Identity) -> dict[str, Any]:
    issuer = identity.issuer
    if _OID.fullmatch(issuer):
        return {"system": f"urn:oid:{issuer}", "value": identity.value}
    if _ADDRESS.fullmatch(issuer):
        return {"system": issuer, "value": identity.value}
    found: dict[str, Any] = {"system": LABELS, "value": identity.value}
    return found | ({"assigner": {"display": issuer}} if issuer else {})


def _name(name: str, use: str) -> dict[str, Any]:
    family, _, rest = name.partition("^")
    given = [one for one in rest.split("^")[:2] if one]
    found: dict[str, Any] = {"use": use}
    if family:
        found["family"] = family
    return found | ({"given": given} if given else {})


def person_of(resource: Resource) -> tuple[Person, tuple[Finding, ...]]:
    """The person of a Patient, and what of it could not be kept."""
    element = resource.element
    identities = tuple(
        dict.fromkeys(
            Identity(value=value, issuer=_issuer(one))
            for one in element.children("identifier")
            if (value := text(one.child("value")))
        )
    )
    findings = []
    if not identities:
        identities = (Identity(value=resource.id or resource.name),)
        findings.append(_said("exchange_person_without_identifier", resource, element.place, resource.name))
    born = element.child("birthDate")
    if text(born) and day(born) is None:
        findings.append(_said("exchange_date_not_whole", resource, f"{element.place}.birthDate", text(born)))
    names = list(element.children("name"))
    maiden = next((one for one in names if _use(one) == "maiden"), None)
    usual = next((one for one in names if _use(one) in ("official", "usual")), None) or next(
        (one for one in names if _use(one) not in ("maiden", "old")), None
    )
    person = Person(
        identities=identities,
        name=_person_name(usual),
        birth_name=_person_name(maiden),
        birth_date=day(born),
        sex=meaning("gender", text(element.child("gender"))),
        ins=next((one.value for one in identities if one.issuer == INS), ""),
    )
    return person, tuple(findings)


def _said(code: str, resource: Resource, place: str, value: str) -> Finding:
    params = {"path": place, "value": value[:60]}
    return Finding(code=code, severity=Severity.WARNING, subject=resource.name, params=params)


def _issuer(identifier: Element) -> str:
    assigner = identifier.child("assigner")
    system = text(identifier.child("system"))
    if system == LABELS:
        return text(assigner.child("display")) if assigner is not None else ""
    return system.removeprefix("urn:oid:")


def _use(name: Element) -> str:
    return text(name.child("use"))


def _person_name(name: Element | None) -> str:
    if name is None:
        return ""
    given = [text(one) for one in name.children("given")]
    return "^".join([text(name.child("family")), *given]).rstrip("^")
