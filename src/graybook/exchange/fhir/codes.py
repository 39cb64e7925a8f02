"""Codes of FHIR come in, nouns of the record go out, and the other way; no text of a terminology passes."""

from __future__ import annotations

import re

from graybook.exchange.course_facts import CourseFacts, PhaseFacts
from graybook.exchange.fhir.elements import Element, codings, number, text
from graybook.exchange.fhir.profiles import SNOMED, UCUM
from graybook.record.course import Modality
from graybook.tables.fhir import fhir_codes

__all__ = [
    "code_in",
    "code_of",
    "concept_code",
    "energy_element",
    "energy_of",
    "known_code",
    "meaning",
    "modality_code",
    "modality_of",
]

_CONCEPT = re.compile(r"[1-9]\d{5,17}", re.ASCII)
_ENERGY = re.compile(r"(\d+(?:\.\d+)?) ?([A-Za-z]+)", re.ASCII)


def meaning(name: str, code: str) -> str:
    """What a code of a set means to the record; empty where it means nothing to it."""
    return next((one.means for one in fhir_codes(name) if one.code == code), "")


def code_of(name: str, means: str) -> str:
    """The current code of a set that means this; empty where none does, or where several do."""
    found = [one.code for one in fhir_codes(name) if one.means == means and not one.old]
    return found[0] if len(found) == 1 and means else ""


def code_in(element: Element | None, *, system: str = SNOMED) -> str:
    """The first code of a system in a CodeableConcept, without blanks around it; empty where there is none."""
    return next((one.code.strip() for one in codings(element) if one.system == system), "")


def known_code(name: str, element: Element | None) -> str:
    """The first code in a CodeableConcept that is one of a set; empty where none is."""
    listed = {one.code for one in fhir_codes(name)}
    found = (one.code.strip() for one in codings(element) if one.system == SNOMED)
    return next((one for one in found if one in listed), "")


def concept_code(element: Element | None) -> str:
    """The first code of SNOMED CT in a CodeableConcept, of any set; empty for what cannot be one."""
    found = code_in(element)
    return found if _CONCEPT.fullmatch(found) else ""


def modality_of(code: str) -> Modality:
    """The modality that a code means.

    Examples
    --------
    >>> modality_of("1156506007").value, modality_of("80347004").value
    ('photon', 'unknown')
    """
    word = meaning("modality", code)
    return Modality(word) if word else Modality.UNKNOWN


def modality_code(given: PhaseFacts | CourseFacts) -> str:
    """The code that states a modality: its own, else the only one that means it; empty where several do, or none."""
    return given.modality_code or code_of("modality", given.modality.value)


def energy_of(element: Element | None) -> str:
    """An energy in words, ``6 MV``, or an isotope, ``Ir-192``; empty where neither is stated."""
    if element is None:
        return ""
    quantity = element.child("valueQuantity")
    if quantity is None:
        return meaning("isotope", code_in(element.child("valueCodeableConcept")))
    value, unit = number(quantity.child("value")), text(quantity.child("code"))
    known = meaning("energy_unit", unit) and text(quantity.child("system")) == UCUM
    return f"{value:g} {unit}" if value is not None and known else ""


def energy_element(energy: str) -> dict[str, object] | None:
    """The value that states an energy or isotope in words; None where the words are neither."""
    if isotope := code_of("isotope", energy):
        return {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": isotope}]}}
    found = _ENERGY.fullmatch(energy)
    if found is None or not meaning("energy_unit", found[2]):
        return None
    value = float(found[1])
    size: float | int = int(value) if value == int(value) else value
    return {"valueQuantity": {"value": size, "unit": found[2], "system": UCUM, "code": found[2]}}
