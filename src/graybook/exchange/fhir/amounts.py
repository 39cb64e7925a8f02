"""Doses and metrics of a document come in; what contradicts itself, has no unit or cannot be reckoned goes out as findings."""

from __future__ import annotations

import math
from collections.abc import Iterator

from graybook.exchange.computed import (
    TOTAL_TOLERANCE_GY,
    given_phases,
    is_given,
    largest_fraction_gy,
    volume_eqd2_gy,
)
from graybook.exchange.course_facts import BiologicalMetric, CourseFacts, MetricKind, VolumeFacts
from graybook.exchange.fhir.courses import ReadCourses
from graybook.exchange.fhir.document import Document, Resource
from graybook.exchange.fhir.doses import StatedDose, doses_of, unit_contradicts
from graybook.exchange.fhir.elements import Element, is_missing, number, text
from graybook.exchange.fhir.profiles import UCUM
from graybook.exchange.fhir.rules import shown
from graybook.exchange.metric import metric_text
from graybook.radiobiology import LQ_VALID_TO_GY
from graybook.record.assessment import Finding, Param, Severity

__all__ = ["course_findings", "dose_findings"]

METRIC_TOLERANCE_GY = 0.05
"""[Gy] What one decimal leaves open: a sum of physical doses of two courses converted once differs by more."""
CENTIGRAY = 0.01
ALPHA_BETA_GY = 3.0
"""[Gy] Any value shows whether EQD2 can be reckoned."""


def dose_findings(document: Document) -> Iterator[Finding]:
    """What is said of each dose and metric by itself."""
    for resource in document.of("course", "phase", "plan", "patient"):
        for dose in doses_of(resource):
            yield from _unit(resource, dose)
            for quantity in dose.metrics():
                yield from _metric_text(resource, quantity)


def _unit(resource: Resource, dose: StatedDose) -> Iterator[Finding]:
    if dose.gy is not None or dose.total is None:
        return
    quantity = dose.total.child("valueQuantity")
    value = number(quantity.child("value")) if quantity is not None else _figures(dose.as_found)
    where: dict[str, Param] = {"path": dose.total.place, "value": dose.as_found}
    if value is not None and value < 0.0:
        yield _finding("exchange_dose_negative", Severity.ERROR, resource, where)
    elif quantity is not None and value is None:
        pass
    elif quantity is not None and quantity.child("comparator") is not None:
        yield _finding("exchange_dose_is_bound", Severity.WARNING, resource, where)
    elif quantity is not None and text(quantity.child("system")) == UCUM and text(quantity.child("code")):
        code = (
            "exchange_dose_unit_contradicts" if unit_contradicts(quantity) else "exchange_dose_unit_unknown"
        )
        yield _finding(code, Severity.WARNING, resource, where)
    elif dose.as_found and (value is None or _has_unit_text(quantity)):
        yield _finding("exchange_dose_unit_not_coded", Severity.WARNING, resource, where)
    elif dose.as_found:
        in_cgy = value * CENTIGRAY if value is not None else None
        said = where | {"if_cgy": in_cgy, "fractions": dose.fractions}
        yield _finding("exchange_dose_without_unit", Severity.WARNING, resource, said)
    each = _figures(dose.each)
    if value is not None and each is not None and dose.fractions:
        product = each * dose.fractions
        if not math.isclose(product, value, rel_tol=1e-3):
            said = where | {"each": dose.each, "fractions": dose.fractions}
            yield _finding("exchange_fraction_dose_contradicts", Severity.WARNING, resource, said)


def _has_unit_text(quantity: Element | None) -> bool:
    return quantity is not None and bool(text(quantity.child("unit")) or text(quantity.child("code")))


def _figures(words: str) -> float | None:
    plain = words.strip()
    if not plain or not plain.isascii() or is_missing(plain):
        return None
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _metric_text(resource: Resource, quantity: Element) -> Iterator[Finding]:
    unit, code = text(quantity.child("unit")), text(quantity.child("code"))
    said = metric_text(unit)
    where: dict[str, Param] = {"path": quantity.place, "value": shown(unit)}
    if said.documented and not said.upstream:
        yield _finding("exchange_metric_upstream_rejects", Severity.INFO, resource, where)
    elif said.upstream and not said.documented:
        yield _finding("exchange_metric_upstream_accepts", Severity.WARNING, resource, where)
    elif not said.documented:
        yield _finding("exchange_metric_not_read", Severity.WARNING, resource, where)
    if code not in ("", "Gy"):
        yield _finding(
            "exchange_metric_unit_contradicts", Severity.WARNING, resource, where | {"code": shown(code)}
        )


def _finding(code: str, severity: Severity, resource: Resource, params: dict[str, Param]) -> Finding:
    return Finding(code=code, severity=severity, subject=resource.name, params=params)


def course_findings(read: ReadCourses) -> Iterator[Finding]:
    """What is said of the doses of courses together: phases against their course, metrics against what they follow from."""
    for course in read.courses:
        place = read.places.get(course.key)
        if place is None or not is_given(course.status):
            continue
        for dose in course.doses:
            volume = read.volumes[dose.volume]
            yield from _against_phases(course, volume, place)
            yield from _recomputed(course, volume, dose.metrics, place)
            yield from _extrapolated(course, volume, dose.metrics, place)
            known = volume_eqd2_gy(course, dose.volume, ALPHA_BETA_GY) is not None
            if not known and dose.dose_gy is not None:
                params = {"path": place.element.place, "volume": volume.name}
                yield _finding("exchange_eqd2_not_computable", Severity.WARNING, place, {**params})
        for phase in course.phases:
            for dose in phase.doses:
                alone = CourseFacts(key=phase.key, phases=(phase,))
                if phase.key in read.places:
                    yield from _recomputed(
                        alone, read.volumes[dose.volume], dose.metrics, read.places[phase.key]
                    )


def _against_phases(course: CourseFacts, volume: VolumeFacts, place: Resource) -> Iterator[Finding]:
    totals = [one for one in course.doses if one.volume == volume.key]
    parts = [
        (phase, one) for phase in given_phases(course) for one in phase.doses if one.volume == volume.key
    ]
    if len(totals) > 1:
        params: dict[str, Param] = {"path": place.element.place, "volume": volume.name}
        yield _finding("exchange_volume_twice", Severity.WARNING, place, params)
        return
    given = [one.dose_gy for _, one in parts]
    total = totals[0]
    if parts and total.dose_gy is not None and None not in given:
        added = math.fsum(one for one in given if one is not None)
        if abs(added - total.dose_gy) > TOTAL_TOLERANCE_GY:
            params = {
                "path": place.element.place,
                "volume": volume.name,
                "phases": added,
                "course": total.dose_gy,
            }
            yield _finding("exchange_phases_contradict_course", Severity.WARNING, place, params)
    numbers = [
        one.fractions if one.fractions is not None else phase.fractions_delivered for phase, one in parts
    ]
    if parts and total.fractions is not None and None not in numbers:
        count = sum(one for one in numbers if one is not None)
        if count != total.fractions:
            params = {
                "path": place.element.place,
                "volume": volume.name,
                "phases": count,
                "course": total.fractions,
            }
            yield _finding("exchange_fractions_contradict_course", Severity.WARNING, place, params)


def _recomputed(
    course: CourseFacts, volume: VolumeFacts, metrics: tuple[BiologicalMetric, ...], place: Resource
) -> Iterator[Finding]:
    for metric in metrics:
        if metric.alpha_beta_gy is None:
            continue
        found = volume_eqd2_gy(course, volume.key, metric.alpha_beta_gy)
        if found is not None and metric.kind is MetricKind.BED:
            found *= 1.0 + 2.0 / metric.alpha_beta_gy
        yield from compared(metric, volume.name, found, place)


def _extrapolated(
    course: CourseFacts, volume: VolumeFacts, metrics: tuple[BiologicalMetric, ...], place: Resource
) -> Iterator[Finding]:
    """Metrics of fractions larger than those for which the model was validated (rule 4)."""
    largest = largest_fraction_gy(course, volume.key)
    if largest is not None and largest > LQ_VALID_TO_GY and any(one.alpha_beta_gy for one in metrics):
        params: dict[str, Param] = {"path": place.element.place, "volume": volume.name, "fraction": largest}
        yield _finding("exchange_lq_extrapolated", Severity.INFO, place, params)


def compared(
    metric: BiologicalMetric, volume: str, found: float | None, place: Resource
) -> Iterator[Finding]:
    """A stated metric beside what the doses of the document give. [Gy]"""
    params: dict[str, Param] = {
        "path": place.element.place,
        "volume": volume,
        "unit": metric.as_found,
        "stated": metric.value_gy,
    }
    if found is None:
        yield _finding("exchange_metric_not_recomputed", Severity.INFO, place, params)
    elif abs(found - metric.value_gy) > METRIC_TOLERANCE_GY:
        params["recomputed"] = round(found, 6)
        yield _finding("exchange_metric_differs", Severity.ERROR, place, params)
