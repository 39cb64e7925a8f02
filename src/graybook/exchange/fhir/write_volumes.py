"""Volumes and their doses come in; BodyStructures, and extensions of the procedures that gave the doses, go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graybook.exchange.computed import largest_fraction_gy
from graybook.exchange.course_facts import CourseFacts, VolumeDose, VolumeFacts
from graybook.exchange.fhir.codes import code_of
from graybook.exchange.fhir.profiles import CARRIERS, DOSE, METRIC, UCUM, UNIFORM
from graybook.exchange.fhir.written import Written, concept, extension, unknown
from graybook.exchange.metric import unit_text
from graybook.radiobiology import LQ_VALID_TO_GY
from graybook.record.assessment import Severity

__all__ = ["dose_extension", "of_organ", "volume_resource"]

_CGY = 100
_DIGITS = 7


def of_organ(written: Written, dose: VolumeDose, name: str) -> bool:
    """Whether a dose is that of an organ at risk, which is not written; it is said."""
    volume = written.volume(dose.volume)
    if volume.kind != "OAR":
        return False
    written.say("exchange_organ_dose_not_written", name, Severity.INFO, value=volume.name)
    return True


def dose_extension(written: Written, dose: VolumeDose, *, course: CourseFacts | None) -> dict[str, Any]:
    """The dose of a volume: of a whole course where one is given, else of a phase, or of all courses."""
    volume = written.volume(dose.volume)
    written.volumes.add(dose.volume)
    if course is not None and any(one.alpha_beta_gy for one in dose.metrics):
        largest = largest_fraction_gy(course, dose.volume)
        if largest is not None and largest > LQ_VALID_TO_GY:
            name = course.label or course.key
            written.say("exchange_lq_extrapolated", name, Severity.INFO, volume=volume.name, fraction=largest)
    reference = written.reference("volume", dose.volume) | {"display": volume.name}
    parts = [extension("volume", valueReference=reference)]
    if dose.dose_gy is not None:
        quantity = {"value": _number(dose.dose_gy * _CGY), "unit": "cGy", "system": UCUM, "code": "cGy"}
        parts.append(extension("totalDoseDelivered", valueQuantity=quantity))
    elif dose.as_found:
        written.say(
            "exchange_dose_without_unit_not_written", volume.name, Severity.WARNING, value=dose.as_found
        )
    if course is not None:
        if dose.fractions is not None:
            parts.append(extension("fractionsDelivered", valueUnsignedInt=dose.fractions))
        uniform: Mapping[str, Any] = {"valueBoolean": dose.uniform}
        if dose.uniform is None:
            uniform = {"_valueBoolean": {"extension": [unknown()]}}
            written.say("exchange_uniformity_unknown", volume.name, Severity.WARNING)
        parts.append(extension(UNIFORM, **uniform))
    for metric in dose.metrics:
        unit = unit_text(metric)
        amount = {"value": _number(metric.value_gy), "unit": unit, "system": UCUM, "code": "Gy"}
        parts.append(extension(METRIC, valueQuantity=amount))
    return extension(DOSE, extension=parts)


def _number(value: float) -> float | int:
    """A number without the noise of binary fractions, whole where it is."""
    found = round(value, _DIGITS)
    return int(found) if found == int(found) else found


def volume_resource(written: Written, volume: VolumeFacts) -> dict[str, Any]:
    """The BodyStructure of a volume."""
    found: dict[str, Any] = {
        "resourceType": "BodyStructure",
        "id": written.id("volume", volume.key),
        "meta": {"profile": list(CARRIERS["volume"])},
        "identifier": written.identifiers(volume.key, volume.name, (volume.uid,) if volume.uid else ()),
    }
    if kind := code_of("volume_type", volume.kind):
        found["morphology"] = concept(kind)
    if volume.site:
        found["location"] = concept(volume.site)
    if volume.laterality:
        found["locationQualifier"] = [concept(volume.laterality)]
    found["patient"] = written.reference("person", "person")
    return found
