"""A small FHIR document: courses and phases of one person, one volume, as little as the profiles ask for; made for tests."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
C = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/"
M = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
SNOMED, UCUM = "http://snomed.info/sct", "http://unitsofmeasure.org"
PHOTONS, NEUTRONS = "1156506007", "80347004"


def concept(code: str) -> Json:
    """A CodeableConcept of SNOMED CT."""
    return {"coding": [{"system": SNOMED, "code": code}]}


def cgy(value: float, **others: Any) -> Json:
    """A dose as the profiles ask for it."""
    return {"value": value, "unit": "cGy", "system": UCUM, "code": "cGy", **others}


def dose(quantity: Json, fractions: int | None = None, uniform: bool | None = None) -> Json:
    """Dose to the one volume, a brain."""
    parts: list[Json] = [
        {"url": "volume", "valueReference": {"reference": "BodyStructure/brain"}},
        {"url": "totalDoseDelivered", "valueQuantity": quantity},
    ]
    if fractions is not None:
        parts.append({"url": "fractionsDelivered", "valueUnsignedInt": fractions})
    if uniform is not None:
        parts.append({"url": f"{C}codexrt-radiotherapy-uniform-fractionation", "valueBoolean": uniform})
    return {"url": f"{M}mcode-radiotherapy-dose-delivered-to-volume", "extension": parts}


def course(name: str, *doses: Json, modality: str | None = PHOTONS, year: int = 2019, **said: Any) -> Json:
    """A completed course summary."""
    beams = {
        "url": f"{M}mcode-radiotherapy-modality-and-technique",
        "extension": [
            {"url": f"{M}mcode-radiotherapy-modality", "valueCodeableConcept": concept(modality or "")}
        ],
    }
    return {
        "resourceType": "Procedure",
        "id": name,
        "status": "completed",
        "category": concept("1287742003"),
        "code": concept("1217123003"),
        "subject": {"reference": "Patient/p"},
        "identifier": [
            {"use": "usual", "value": name},
            {
                "use": "official",
                "system": "urn:dicom:uid",
                "value": "urn:oid:1.2.9." + "".join(str(ord(one)) for one in name),
            },
        ],
        "performedPeriod": {"start": f"{year}-05-06", "end": f"{year}-05-24"},
        "extension": [*([beams] if modality else []), *doses],
        **said,
    }


def phase(name: str, above: str, quantity: Json, fractions: int, **said: Any) -> Json:
    """A completed phase of a course."""
    found = course(name, dose(quantity), code=concept("1222565005"), **said)
    found["partOf"] = [{"reference": f"Procedure/{above}"}]
    found["extension"].append(
        {"url": f"{C}codexrt-radiotherapy-fractions-delivered", "valueUnsignedInt": fractions}
    )
    return found


def bundle(*resources: Json, **said: Any) -> Json:
    """The document with its person and volume."""
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:oid:1.2.3", "value": "X1"}],
        "name": [{"family": "Doe", "given": ["Jane"]}],
        "gender": "female",
        "birthDate": "1960-05-17",
    }
    brain = {
        "resourceType": "BodyStructure",
        "id": "brain",
        "identifier": [{"use": "usual", "value": "Brain"}],
        "patient": {"reference": "Patient/p"},
        "location": concept("12738006"),
    }
    entries = [
        {"fullUrl": f"http://x/{one['resourceType']}/{one['id']}", "resource": one}
        for one in (patient, brain, *resources)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **said}
