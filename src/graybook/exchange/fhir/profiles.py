"""Names that FHIR documents go by: canonical addresses, code systems, and which profile a resource follows."""

from __future__ import annotations

from graybook.exchange.fhir.elements import Element, codings
from graybook.tables.fhir import fhir_codes

__all__ = [
    "ABSENT",
    "CARRIERS",
    "DICOM_UID",
    "DOSE",
    "ENERGY",
    "FRACTIONS",
    "INTENT",
    "LABELS",
    "LATERALITY",
    "MADE",
    "METRIC",
    "MODALITY",
    "MODALITY_AND_TECHNIQUE",
    "OSIRIS",
    "REIRRADIATION",
    "SESSIONS",
    "SNOMED",
    "TECHNIQUE",
    "TERMINATION",
    "UCUM",
    "UNIFORM",
    "canonical",
    "named",
    "procedure_profile",
]

SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
DICOM_UID = "urn:dicom:uid"
OSIRIS = "https://ig-osiris.cancer.fr/ig/osiris/StructureDefinition/"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
LABELS = "urn:oid:2.25.129136964304086953645687821467123102739"
"""The system of names and numbers that have no system of their own; a UID drawn once for this purpose."""
MADE = "made by Graybook from what the record says"
"""Who assigned an identifier that a profile asks for and nobody gave: such a one is not read back."""
_BASES = {
    "C": "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/",
    "M": "http://hl7.org/fhir/us/mcode/StructureDefinition/",
}


def canonical(name: str) -> str:
    """The address of a profile or extension by its short name; a name without a base stands for itself.

    Examples
    --------
    >>> canonical("M:mcode-radiotherapy-sessions")
    'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-radiotherapy-sessions'
    >>> canonical("volume")
    'volume'
    """
    base, _, rest = name.partition(":")
    return _BASES[base] + rest if rest and base in _BASES else name


DOSE = canonical("M:mcode-radiotherapy-dose-delivered-to-volume")
SESSIONS = canonical("M:mcode-radiotherapy-sessions")
INTENT = canonical("M:mcode-procedure-intent")
TERMINATION = canonical("M:mcode-treatment-termination-reason")
LATERALITY = canonical("M:mcode-laterality-qualifier")
MODALITY_AND_TECHNIQUE = canonical("M:mcode-radiotherapy-modality-and-technique")
MODALITY = canonical("M:mcode-radiotherapy-modality")
TECHNIQUE = canonical("M:mcode-radiotherapy-technique")
ENERGY = canonical("C:codexrt-radiotherapy-energy-or-isotope")
FRACTIONS = canonical("C:codexrt-radiotherapy-fractions-delivered")
UNIFORM = canonical("C:codexrt-radiotherapy-uniform-fractionation")
METRIC = canonical("C:codexrt-radiobiologic-metric")
REIRRADIATION = canonical("C:codexrt-radiotherapy-course-involves-reirradiation")

CARRIERS = {
    "course": (
        canonical("C:codexrt-radiotherapy-course-summary"),
        canonical("M:mcode-radiotherapy-course-summary"),
    ),
    "phase": (canonical("C:codexrt-radiotherapy-treated-phase"),),
    "plan": (canonical("C:codexrt-radiotherapy-treated-plan"),),
    "volume": (canonical("C:codexrt-radiotherapy-volume"), canonical("M:mcode-radiotherapy-volume")),
    "patient": (canonical("M:mcode-cancer-patient"),),
}
"""Profiles that a resource of each kind names in its ``meta``, the most special one first."""

_OF_OSIRIS = {
    "radiotherapy-course-summary": "course",
    "radiotherapy-phase": "phase",
    "radiotherapy-plan": "plan",
}


def named(resource: Element) -> tuple[str, ...]:
    """The profiles that a resource says it follows, without their versions."""
    return tuple(
        one.value.partition("|")[0]
        for meta in resource.children("meta")
        for one in meta.children("profile")
        if isinstance(one.value, str)
    )


def procedure_profile(resource: Element) -> str:
    """Whether a Procedure is a ``course``, ``phase`` or ``plan``: by its code, else by the profile it names; else empty."""
    for element in resource.children("code"):
        for coding in codings(element):
            for kind in ("course", "phase", "plan"):
                known = (one for one in fhir_codes(f"code_{kind}") if one.code == coding.code.strip())
                if any(one.system in ("*", coding.system) for one in known):
                    return kind
    for address in named(resource):
        for kind, addresses in CARRIERS.items():
            if address in addresses and kind in ("course", "phase", "plan"):
                return kind
        if address.startswith(OSIRIS):
            return _OF_OSIRIS.get(address.removeprefix(OSIRIS), "")
    return ""
