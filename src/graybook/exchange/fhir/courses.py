"""Resources of a document come in; courses, phases and volumes as others state them go out, and what of them found no place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from graybook.exchange.course_facts import CourseFacts, PhaseFacts, VolumeDose, VolumeFacts
from graybook.exchange.fhir.codes import concept_code, energy_of, known_code, meaning, modality_of
from graybook.exchange.fhir.document import Document, Resource, reference_text
from graybook.exchange.fhir.doses import StatedDose, doses_of
from graybook.exchange.fhir.elements import Element, codings, day, text, whole
from graybook.exchange.fhir.identifiers import display_name, official_uid
from graybook.exchange.fhir.links import course_of, parents
from graybook.exchange.fhir.profiles import (
    ENERGY,
    FRACTIONS,
    INTENT,
    LATERALITY,
    MODALITY,
    MODALITY_AND_TECHNIQUE,
    OSIRIS,
    REIRRADIATION,
    SESSIONS,
    TECHNIQUE,
    TERMINATION,
)
from graybook.record.assessment import Finding, Param, Severity
from graybook.record.course import Status
from graybook.tables.fhir import fhir_codes

__all__ = ["ReadCourses", "is_unfinished", "read_courses", "read_doses", "status_of"]


@dataclass(kw_only=True)
class ReadCourses:
    """What was read of a document, in its current versions.

    Parameters
    ----------
    places
        The resource behind each course and phase, by its key.
    """

    document: Document
    courses: tuple[CourseFacts, ...] = ()
    volumes: dict[str, VolumeFacts] = field(default_factory=dict)
    places: dict[str, Resource] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    keys: dict[int, str] = field(default_factory=dict)

    def key(self, resource: Resource) -> str:
        """The key of a resource: its id, made unique where two kinds share one."""
        found = self.keys.get(id(resource))
        if found is None:
            plain = resource.id or resource.element.place or resource.kind
            taken = set(self.keys.values())
            found = next(
                one for at in range(len(taken) + 1) if (one := f"{plain}.{at}" if at else plain) not in taken
            )
            self.keys[id(resource)] = found
        return found

    def say(self, code: str, resource: Resource, severity: Severity, **params: Param) -> None:
        """Keep a finding on a resource."""
        where: dict[str, Param] = {"path": resource.element.place or resource.kind}
        self.findings.append(
            Finding(code=code, severity=severity, subject=resource.name, params=where | params)
        )


def read_courses(document: Document) -> ReadCourses:
    """Courses in the order of time, with their phases and volumes."""
    read = ReadCourses(document=document)
    for resource in document.of("volume"):
        key = read.key(resource)
        read.volumes[key] = _volume(resource, key)
    phases: dict[int, list[PhaseFacts]] = {id(one): [] for one in document.of("course")}
    alone = []
    for resource in (*document.of("phase"), *_plans_without_phase(document)):
        above = course_of(document, resource)
        facts = _phase(read, resource)
        if above is None:
            alone.append((resource, facts))
        else:
            phases[id(above)].append(facts)
    courses = [_course(read, one, phases[id(one)]) for one in document.of("course")]
    courses += [_alone(read, resource, facts) for resource, facts in alone]
    read.courses = tuple(sorted(courses, key=lambda one: (one.start_date or date.max, one.key)))
    return read


def status_of(resource: Resource) -> Status:
    """Whether and how far it was given; what is only planned is a proposal, whatever its status says."""
    for category in resource.element.children("category"):
        if any(one.code == code.code for code in fhir_codes("category_planned") for one in codings(category)):
            return Status.PROPOSED
    words = text(resource.element.child("status"))
    return Status(meaning("status", words)) if meaning("status", words) else Status.UNKNOWN


def is_unfinished(resource: Resource) -> bool:
    """Whether it was going on, or paused, when the document was made."""
    return text(resource.element.child("status")) in ("in-progress", "on-hold")


def _period(resource: Resource) -> tuple[date | None, date | None]:
    period = resource.element.child("performedPeriod")
    if period is None:
        return None, None
    return day(period.child("start")), day(period.child("end"))


def _count(resource: Resource, *addresses: str) -> int | None:
    found = (one for address in addresses for one in resource.element.extensions(address))
    return next((whole(one.child("valueUnsignedInt")) for one in found), None)


def _concept(element: Element, address: str, name: str) -> str:
    """The code of an extension, where it is one of a set."""
    found = element.extension(address)
    return known_code(name, found.child("valueCodeableConcept")) if found is not None else ""


def _given(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """Modality, technique and energy, each pair that a resource states."""
    for one in resource.element.extensions(MODALITY_AND_TECHNIQUE):
        techniques = [
            known_code("technique", found.child("valueCodeableConcept"))
            for found in one.extensions(TECHNIQUE)
        ]
        technique = techniques[0] if len(techniques) == 1 else ""
        yield _modality(one), technique, energy_of(one.extension(ENERGY))


def _modality(pair: Element) -> str:
    """The code of a modality, also of one that is none of the set: what is stated is not taken for unsaid."""
    found = pair.extension(MODALITY)
    stated = found.child("valueCodeableConcept") if found is not None else None
    return known_code("modality", stated) or concept_code(stated)


def _phase(read: ReadCourses, resource: Resource) -> PhaseFacts:
    start, end = _period(resource)
    given = list(_given(resource))
    modality, technique, energy = given[0] if len(given) == 1 else ("", "", "")
    plans = _plans(read.document, resource)
    uids = [
        one for one in (official_uid(resource.element), *(official_uid(one.element) for one in plans)) if one
    ]
    doses = read_doses(read, resource)
    if not doses and len(plans) == 1:
        doses = read_doses(read, plans[0])
        if not given:
            modality, technique, energy = next(_given(plans[0]), ("", "", ""))
    elif not doses and len(plans) > 1:
        read.say("exchange_plans_not_added", resource, Severity.WARNING, plans=len(plans))
    key = read.key(resource)
    read.places[key] = resource
    return PhaseFacts(
        key=key,
        label=display_name(resource.element),
        status=status_of(resource),
        modality=modality_of(modality),
        modality_code=modality,
        technique=technique,
        energy=energy,
        fractions_delivered=_count(resource, FRACTIONS, f"{OSIRIS}numberOfFractions"),
        unfinished=is_unfinished(resource),
        start_date=start,
        end_date=end,
        doses=doses,
        uids=tuple(dict.fromkeys(uids)),
    )


def _plans_without_phase(document: Document) -> Iterator[Resource]:
    """Plans that no phase of the document holds: each stands as a phase."""
    for one in document.of("plan"):
        if all(above.profile != "phase" for above in parents(document, one)):
            yield one


def _plans(document: Document, phase: Resource) -> list[Resource]:
    found = [one for one in document.of("plan") if phase in parents(document, one)]
    return [one for one in found if status_of(one) in (Status.DELIVERED, Status.PARTLY_DELIVERED)]


def read_doses(read: ReadCourses, resource: Resource) -> tuple[VolumeDose, ...]:
    """Doses that a resource states, each under the key of its volume; one without a volume is left out, and said."""
    found = []
    for one in doses_of(resource):
        key = _volume_key(read, one)
        if key:
            found.append(one.fact(key))
        else:
            read.say("exchange_dose_without_volume", resource, Severity.WARNING, value=one.as_found)
    return tuple(found)


def _volume_key(read: ReadCourses, dose: StatedDose) -> str:
    found = read.document.referred(dose.volume)
    if found is not None and found.profile == "volume":
        return read.key(found)
    written = reference_text(dose.volume)
    if not written or dose.volume is None:
        return ""
    plain = written.rpartition("/")[2] or written
    key = plain if plain not in read.keys.values() else f"{plain}.outside"
    name = text(dose.volume.child("display")) or plain
    read.volumes.setdefault(key, VolumeFacts(key=key, name=name))
    return key


def _volume(resource: Resource, key: str) -> VolumeFacts:
    element = resource.element
    qualifiers = [known_code("laterality", one) for one in element.children("locationQualifier")]
    return VolumeFacts(
        key=key,
        name=display_name(resource.element) or text(element.child("description")) or key,
        kind=meaning("volume_type", known_code("volume_type", element.child("morphology"))),
        site=concept_code(element.child("location")),
        laterality=next((one for one in qualifiers if one), ""),
        uid=official_uid(resource.element),
    )


def _course(read: ReadCourses, resource: Resource, phases: list[PhaseFacts]) -> CourseFacts:
    element = resource.element
    start, end = _period(resource)
    given = {(modality, technique) for modality, technique, _ in _given(resource)}
    modality, technique = next(iter(given)) if len(given) == 1 else ("", "")
    sites = list(element.children("bodySite"))
    key = read.key(resource)
    read.places[key] = resource
    reirradiation = element.extension(REIRRADIATION)
    flag = reirradiation.child("valueBoolean") if reirradiation is not None else None
    return CourseFacts(
        key=key,
        uid=official_uid(resource.element),
        label=display_name(resource.element),
        status=status_of(resource),
        start_date=start,
        end_date=end,
        intent=_intent(resource),
        modality=modality_of(modality),
        modality_code=modality,
        technique=technique,
        termination=known_code("termination", element.child("statusReason"))
        or _concept(element, TERMINATION, "termination"),
        diagnosis=_diagnosis(resource),
        site=concept_code(sites[0]) if len(sites) == 1 else "",
        laterality=_concept(sites[0], LATERALITY, "laterality") if len(sites) == 1 else "",
        reirradiation=flag.value if flag is not None and isinstance(flag.value, bool) else None,
        sessions=_count(resource, SESSIONS, f"{OSIRIS}numberOfSessions"),
        unfinished=is_unfinished(resource),
        phases=tuple(sorted(phases, key=lambda one: (one.start_date or date.max, one.key))),
        doses=read_doses(read, resource),
    )


def _intent(resource: Resource) -> str:
    for address in (INTENT, f"{OSIRIS}treatmentIntent"):
        found = resource.element.extension(address)
        if found is not None:
            codes = codings(found.child("valueCodeableConcept"))
            return next((word for one in codes if (word := meaning("intent", one.code.strip()))), "")
    return ""


def _diagnosis(resource: Resource) -> str:
    systems = {one.code for one in fhir_codes("icd10")}
    codes = [one for reason in resource.element.children("reasonCode") for one in codings(reason)]
    return next((one.code.strip() for one in codes if one.system in systems), "")


def _alone(read: ReadCourses, resource: Resource, phase: PhaseFacts) -> CourseFacts:
    """A phase whose course is not in the document stands as a course of its own: what it gave is not dropped."""
    read.say("exchange_phase_without_course", resource, Severity.WARNING)
    key = f"{phase.key}.course"
    return CourseFacts(
        key=key,
        label=phase.label,
        status=phase.status,
        start_date=phase.start_date,
        end_date=phase.end_date,
        modality=phase.modality,
        modality_code=phase.modality_code,
        technique=phase.technique,
        unfinished=phase.unfinished,
        phases=(phase,),
    )
