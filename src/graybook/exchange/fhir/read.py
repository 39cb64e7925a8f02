"""A FHIR document comes in; the person and the courses it states go out, with everything that was found on the way."""

from __future__ import annotations

from graybook.errors import InputError
from graybook.exchange.course_facts import PersonFacts
from graybook.exchange.fhir.check import checked
from graybook.exchange.fhir.courses import ReadCourses, read_doses
from graybook.exchange.fhir.document import made_on, reference_text
from graybook.exchange.fhir.person import person_of
from graybook.record.assessment import Finding, Severity
from graybook.record.person import Identity, Person

__all__ = ["facts_from_fhir"]


def facts_from_fhir(document: object) -> tuple[PersonFacts, tuple[Finding, ...]]:
    """The courses of one person as a document states them, and all findings on it (those of `check_fhir` among them).

    A dose without a unit stays without one, a course that is only planned is a proposal, versions of one course count once, and a
    phase whose course is missing stands as a course of its own.

    Raises
    ------
    InputError
        It is no JSON object, speaks of no person or of several, or holds no course.
    """
    read, findings = checked(document)
    if not read.courses:
        raise InputError(
            "The document holds no radiotherapy course.",
            value=", ".join(sorted({one.kind for one in read.document.resources})) or "no resource",
            remedy="Export course summaries or treated phases: Procedure resources with code 1217123003 or 1222565005.",
        )
    person, said = _person(read)
    cumulative = [dose for resource in read.document.of("patient") for dose in read_doses(read, resource)]
    facts = PersonFacts(
        person=person,
        courses=read.courses,
        volumes=tuple(read.volumes.values()),
        cumulative=tuple(cumulative),
        stated_on=made_on(document),
    )
    return facts, findings + said


def _person(read: ReadCourses) -> tuple[Person, tuple[Finding, ...]]:
    document = read.document
    written: dict[str, str] = {}
    for resource in document.of("course", "phase", "plan"):
        for subject in resource.element.children("subject"):
            found = document.referred(subject)
            name = found.name if found is not None else reference_text(subject)
            if name:
                written.setdefault(name, subject.place)
    patients = document.of("patient")
    names = sorted({*written, *(one.name for one in patients)})
    if len(names) > 1:
        raise InputError(
            "The document speaks of several persons.",
            value=", ".join(names)[:200],
            remedy="Export one person at a time, or one bundle for each.",
        )
    if patients:
        return person_of(patients[0])
    if not names:
        raise InputError(
            "The document does not say whose courses these are: subject is missing.",
            value="Procedure.subject",
            remedy="Export the Patient resource with the courses.",
        )
    place = written[names[0]]
    finding = Finding(
        code="exchange_person_not_in_document",
        severity=Severity.WARNING,
        subject=names[0],
        params={"path": place, "value": names[0]},
    )
    return Person(identities=(Identity(value=names[0].rpartition("/")[2] or names[0]),)), (finding,)
