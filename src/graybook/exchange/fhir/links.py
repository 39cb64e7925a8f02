"""References of a document come in; those that lead nowhere, in a circle, or to another kind of thing go out as findings."""

from __future__ import annotations

from collections.abc import Iterator

from graybook.exchange.fhir.document import Document, Resource, reference_text
from graybook.exchange.fhir.doses import doses_of
from graybook.exchange.fhir.elements import Element, is_missing
from graybook.record.assessment import Finding, Severity

__all__ = ["course_of", "link_findings", "parents"]

_TARGETS = {
    "subject": ("patient",),
    "patient": ("patient",),
    "partOf": ("course", "phase", "plan"),
    "volume": ("volume",),
}


def link_findings(document: Document) -> Iterator[Finding]:
    """What is said of the references between resources."""
    for resource in document.of("course", "phase", "plan", "volume"):
        for what, reference in _references(resource):
            yield from _followed(document, resource, what, reference)
        if resource.profile != "volume" and resource in parents(document, resource):
            yield _finding(
                "exchange_circular_part", resource, resource.element.place + ".partOf", resource.name
            )


def _references(resource: Resource) -> Iterator[tuple[str, Element]]:
    for name in ("subject", "patient", "partOf"):
        for one in resource.element.children(name):
            yield name, one
    for dose in doses_of(resource):
        if dose.volume is not None:
            yield "volume", dose.volume


def _followed(document: Document, resource: Resource, what: str, reference: Element) -> Iterator[Finding]:
    written = reference_text(reference)
    if not written:
        return
    found = document.referred(reference)
    if found is None:
        external = "://" in written or written.startswith("urn:")
        code = "exchange_reference_outside" if external else "exchange_dangling_reference"
        yield _finding(
            code, resource, reference.place, written, Severity.INFO if external else Severity.ERROR
        )
    elif found.profile not in _TARGETS[what]:
        yield _finding("exchange_reference_to_other", resource, reference.place, written)


def _finding(
    code: str, resource: Resource, place: str, value: str, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(
        code=code, severity=severity, subject=resource.name, params={"path": place, "value": value[:120]}
    )


def parents(document: Document, resource: Resource) -> tuple[Resource, ...]:
    """What a resource is part of, directly and further up; each once, also in a circle."""
    found: list[Resource] = []
    waiting = [resource]
    while waiting:
        one = waiting.pop()
        for reference in one.element.children("partOf"):
            above = document.referred(reference)
            if above is not None and not is_missing(reference_text(reference)) and above not in found:
                found.append(above)
                waiting.append(above)
    return tuple(found)


def course_of(document: Document, resource: Resource) -> Resource | None:
    """The course that a phase or plan is part of; None where it leads to none, or to several."""
    courses = [one for one in parents(document, resource) if one.profile == "course"]
    return courses[0] if len(courses) == 1 else None
