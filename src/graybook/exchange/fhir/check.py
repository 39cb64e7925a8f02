"""A FHIR document comes in; every rule it breaks that can be seen without a server goes out, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graybook.exchange.computed import cumulative_eqd2_gy
from graybook.exchange.course_facts import MetricKind, PersonFacts, VolumeDose
from graybook.exchange.fhir.amounts import compared, course_findings, dose_findings
from graybook.exchange.fhir.courses import ReadCourses, read_courses, read_doses
from graybook.exchange.fhir.document import document_of
from graybook.exchange.fhir.links import link_findings
from graybook.exchange.fhir.notes import code_notes, course_notes, missing_values
from graybook.exchange.fhir.profiles import OSIRIS, named
from graybook.exchange.fhir.rules import rule_findings
from graybook.exchange.fhir.unread import unread_findings
from graybook.exchange.fhir.versions import current
from graybook.record.assessment import Finding
from graybook.record.person import Identity, Person

__all__ = ["check_fhir", "checked"]


def check_fhir(document: object) -> tuple[Finding, ...]:
    """What a document breaks of the profiles of radiotherapy, and what it contradicts of itself.

    What needs a server is not looked at: value sets of sites and diagnoses, resources elsewhere, the narrative.

    Parameters
    ----------
    document
        A Bundle, or one resource, as read from JSON.

    Raises
    ------
    InputError
        It is no JSON object.
    """
    return checked(document)[1]


def checked(document: object) -> tuple[ReadCourses, tuple[Finding, ...]]:
    """The courses of a document in their current versions, and all findings on the document."""
    whole = document_of(document)
    latest, superseded = current(whole)
    read = read_courses(latest)
    cumulative = list(_cumulative(read))
    found = [
        *(
            one
            for resource in whole.resources
            if _has_rules(resource.profile, named(resource.element))
            for one in rule_findings(resource)
        ),
        *missing_values(whole),
        *link_findings(whole),
        *superseded,
        *dose_findings(latest),
        *code_notes(latest),
        *read.findings,
        *course_notes(read),
        *course_findings(read),
        *cumulative,
        *unread_findings(whole),
    ]
    return read, _each_once(found)


def _has_rules(profile: str, addresses: tuple[str, ...]) -> bool:
    """Whether our table speaks of a resource: not of one that says it follows the guide of OSIRIS."""
    return bool(profile) and not any(one.startswith(OSIRIS) for one in addresses)


def _cumulative(read: ReadCourses) -> Iterator[Finding]:
    """Metrics that stand beside the person: sums over courses."""
    for resource in read.document.of("patient"):
        doses: tuple[VolumeDose, ...] = read_doses(read, resource)
        person = Person(identities=(Identity(value=resource.name),))
        facts = PersonFacts(person=person, courses=read.courses, volumes=tuple(read.volumes.values()))
        for dose in doses:
            name = read.volumes[dose.volume].name
            for metric in dose.metrics:
                found = None
                if metric.alpha_beta_gy is not None and metric.kind is MetricKind.EQD2:
                    found = cumulative_eqd2_gy(facts, name, alpha_beta_gy=metric.alpha_beta_gy)
                yield from compared(metric, name, found, resource)


def _each_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    found = {(one.code, one.subject, tuple(sorted(map(str, one.params.items())))): one for one in findings}
    return tuple(found.values())
