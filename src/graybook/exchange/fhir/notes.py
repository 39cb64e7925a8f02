"""Courses, phases and codes of a document come in; what a reader should know of them goes out as findings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from graybook.exchange.computed import given_phases, is_given
from graybook.exchange.course_facts import CourseFacts, PhaseFacts
from graybook.exchange.fhir.codes import code_in
from graybook.exchange.fhir.courses import ReadCourses, is_unfinished
from graybook.exchange.fhir.document import Document, Resource
from graybook.exchange.fhir.elements import Element, codings, day, is_missing, text
from graybook.exchange.fhir.profiles import (
    MODALITY,
    MODALITY_AND_TECHNIQUE,
    TECHNIQUE,
    canonical,
)
from graybook.exchange.fhir.rules import shown
from graybook.record.assessment import Finding, Param, Severity
from graybook.record.course import Status
from graybook.tables.fhir import fhir_codes, fhir_techniques

__all__ = ["code_notes", "course_notes", "missing_values"]

MOTION = canonical("C:codexrt-radiotherapy-respiratory-motion-management")
SEEDS = "169359004"
"""The invariant on its techniques names the code with a tab before it, and never fires."""


def _finding(code: str, severity: Severity, resource: Resource, place: str, **params: Param) -> Finding:
    where = {"path": place or resource.kind}
    return Finding(code=code, severity=severity, subject=resource.name, params=where | params)


def missing_values(document: Document) -> Iterator[Finding]:
    """Values that only stand for missing ones: they are read as missing."""
    for resource in document.of("course", "phase", "plan", "volume", "patient"):
        waiting = [resource.element]
        while waiting:
            one = waiting.pop(0)
            if isinstance(one.value, dict):
                waiting += [child for name in one.value for child in one.children(str(name))]
            elif is_missing(one.value) and not one.place.endswith((".gender", ".versionId", ".valueCode")):
                yield _finding(
                    "exchange_missing_value", Severity.WARNING, resource, one.place, value=shown(one.value)
                )


def code_notes(document: Document) -> Iterator[Finding]:
    """Modalities with their techniques, and rules of the guides that cannot find what they look for (each code once)."""
    silent: set[Param] = set()
    for one in _code_notes(document):
        if one.code != "exchange_upstream_never_fires" or one.params["value"] not in silent:
            yield one
        if one.code == "exchange_upstream_never_fires":
            silent.add(one.params["value"])


def _code_notes(document: Document) -> Iterator[Finding]:
    for resource in document.of("course", "phase", "plan"):
        pairs = list(resource.element.extensions(MODALITY_AND_TECHNIQUE))
        for pair in pairs:
            yield from _techniques(resource, pair)
        if not any(_code(pair, MODALITY) for pair in pairs) and resource.profile == "phase":
            yield _finding("exchange_modality_missing", Severity.WARNING, resource, resource.element.place)
        for motion in resource.element.extensions(MOTION):
            if code := code_in(motion.child("valueCodeableConcept")):
                yield _finding(
                    "exchange_upstream_never_fires", Severity.INFO, resource, motion.place, value=code
                )


def _code(pair: Element, address: str) -> str:
    found = pair.extension(address)
    return code_in(found.child("valueCodeableConcept")) if found is not None else ""


def _techniques(resource: Resource, pair: Element) -> Iterator[Finding]:
    modality = _code(pair, MODALITY)
    allowed = fhir_techniques().get(modality)
    if modality == SEEDS:
        yield _finding("exchange_upstream_never_fires", Severity.INFO, resource, pair.place, value=modality)
    for one in pair.extensions(TECHNIQUE):
        technique = code_in(one.child("valueCodeableConcept"))
        if allowed is not None and technique and technique not in allowed:
            yield _finding(
                "exchange_technique_not_allowed",
                Severity.ERROR,
                resource,
                one.place,
                value=technique,
                modality=modality,
            )


def course_notes(read: ReadCourses) -> Iterator[Finding]:
    """What is said of courses as a whole."""
    for course in read.courses:
        resource = read.places.get(course.key)
        if resource is None:
            continue
        yield from _status(resource, course.status)
        yield from _period(resource)
        yield from _sessions(course, resource)
        yield from _overlaps(course, resource)
        yield from _not_kept(resource)
        yield from _first(read, course, resource)
        for phase in course.phases:
            if phase.key in read.places:
                yield from _status(read.places[phase.key], phase.status)
                yield from _period(read.places[phase.key])


def _status(resource: Resource, status: Status) -> Iterator[Finding]:
    written = text(resource.element.child("status"))
    if status is Status.PROPOSED:
        yield _finding(
            "exchange_plan_not_treatment", Severity.WARNING, resource, resource.element.place, value=written
        )
    elif is_unfinished(resource):
        yield _finding(
            "exchange_unfinished", Severity.WARNING, resource, resource.element.place, value=written
        )
    elif status is Status.UNKNOWN:
        value = shown(written) or "–"
        yield _finding(
            "exchange_status_unknown", Severity.WARNING, resource, resource.element.place, value=value
        )


def _period(resource: Resource) -> Iterator[Finding]:
    for period in resource.element.children("performedPeriod"):
        start, end = day(period.child("start")), day(period.child("end"))
        if start is not None and end is not None and end < start:
            value = f"{start} – {end}"
            yield _finding("exchange_period_reversed", Severity.WARNING, resource, period.place, value=value)
        for name in ("start", "end"):
            written = period.child(name)
            if text(written) and day(written) is None:
                place = f"{period.place}.{name}"
                value = shown(text(written))
                yield _finding("exchange_date_not_whole", Severity.WARNING, resource, place, value=value)


def _sessions(course: CourseFacts, resource: Resource) -> Iterator[Finding]:
    numbers = [one.fractions_delivered for one in given_phases(course)]
    known = [one for one in numbers if one is not None]
    if course.sessions is None or not known or len(known) < len(numbers):
        return
    if not max(known) <= course.sessions <= sum(known):
        yield _finding(
            "exchange_sessions_not_fractions",
            Severity.INFO,
            resource,
            resource.element.place,
            sessions=course.sessions,
            fractions=sum(known),
        )


def _overlaps(course: CourseFacts, resource: Resource) -> Iterator[Finding]:
    for one, other in combinations(given_phases(course), 2):
        if not _overlap(one, other):
            continue
        shared = {dose.volume for dose in one.doses} & {dose.volume for dose in other.doses}
        yield _finding(
            "exchange_phases_overlap_on_volume" if shared else "exchange_phases_overlap",
            Severity.WARNING if shared else Severity.INFO,
            resource,
            resource.element.place,
            one=one.label or one.key,
            other=other.label or other.key,
        )


def _overlap(one: PhaseFacts, other: PhaseFacts) -> bool:
    if one.start_date is None or one.end_date is None or other.start_date is None or other.end_date is None:
        return False
    return one.start_date <= other.end_date and other.start_date <= one.end_date


def _not_kept(resource: Resource) -> Iterator[Finding]:
    """What a course summary states and a course of the record has no place for."""
    sites = list(resource.element.children("bodySite"))
    if len(sites) > 1:
        codes = ", ".join(code_in(one) for one in sites)
        yield _finding("exchange_several_sites", Severity.INFO, resource, sites[0].place, value=shown(codes))
    systems = {one.code for one in fhir_codes("icd10")}
    for reason in resource.element.children("reasonCode"):
        codes_of = [one for one in codings(reason) if one.code]
        if codes_of and not any(one.system in systems for one in codes_of):
            yield _finding(
                "exchange_diagnosis_not_kept", Severity.INFO, resource, reason.place, value=codes_of[0].code
            )
    for intent in resource.element.extensions(canonical("M:mcode-procedure-intent")):
        concept = intent.child("valueCodeableConcept")
        if not codings(concept) and concept is not None and text(concept.child("text")):
            value = shown(text(concept.child("text")))
            yield _finding("exchange_intent_not_kept", Severity.INFO, resource, intent.place, value=value)


def _first(read: ReadCourses, course: CourseFacts, resource: Resource) -> Iterator[Finding]:
    """A course said not to irradiate again, after another one to the same site or to a volume of the same name."""
    if course.reirradiation is not False or course.start_date is None:
        return
    for other in read.courses:
        end = other.end_date or other.start_date
        if other is course or not is_given(other.status) or end is None or end > course.start_date:
            continue
        names = _volume_names(read, course) & _volume_names(read, other)
        if names or (course.site and course.site == other.site and course.laterality == other.laterality):
            yield _finding(
                "exchange_reirradiation_denied",
                Severity.WARNING,
                resource,
                resource.element.place,
                other=other.label or other.key,
                value=", ".join(sorted(names)) or course.site,
            )


def _volume_names(read: ReadCourses, course: CourseFacts) -> set[str]:
    doses = [*course.doses, *(dose for phase in course.phases for dose in phase.doses)]
    return {read.volumes[one.volume].name for one in doses}
