"""Objects of a folder come in; groups that are one person each go out, with what forbids adding their doses (rule 8)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from graybook.dicom.facts import (
    DoseFacts,
    ImageSliceFacts,
    PlanFacts,
    StructureSetFacts,
    TreatmentRecordFacts,
)
from graybook.files.settings import Settings
from graybook.record import Finding, Identity, Person, Refusal, Severity
from graybook.record.assessment import Param
from graybook.workflow.objects import Object

__all__ = ["PersonObjects", "persons_of", "plain_name"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonObjects:
    """The files of one person.

    ``refusals`` say why identity is not established: doses may be listed and measured, never added.
    """

    person: Person
    objects: tuple[Object, ...]
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What one file says of its person."""

    patient_id: str
    issuer: str
    name: str
    birth_date: date | None
    sex: str
    study: str = ""


@dataclass(kw_only=True, eq=False)
class _Group:
    key: str
    objects: list[Object] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def plain_name(name: str) -> str:
    """A DICOM person name to compare by: upper case, no accents, hyphens or apostrophes, no trailing ``^``.

    Examples
    --------
    >>> plain_name("Lefèvre-d'Arc^Zoé^^") == plain_name("LEFEVRE DARC^ZOE")
    True
    """
    folded = unicodedata.normalize("NFKD", name.split("=")[0]).upper()
    letters = "".join(sign for sign in folded if sign.isalnum() or sign == "^")
    return letters.rstrip("^")


def persons_of(objects: Iterable[Object], settings: Settings) -> tuple[PersonObjects, ...]:
    """One group per person, in the order of identifiers.

    Same Patient ID and issuer is one person unless birth dates, sexes or names contradict it; then each spelling stands alone and
    every sum is refused. A ``[[same_person]]`` of the settings joins identifiers. An object linked by UID to another person's
    objects goes with what refers to it, and both are refused.
    """
    groups = _by_identifier(objects, settings)
    _adopt(groups)
    found = [_person(group) for group in groups if group.objects]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.person.identities[0].value, one.person.name, one.objects[0].header.path),
        )
    )


def _profile(fact: Object) -> Profile:
    header = fact.header
    named = header.patient_id.strip() or plain_name(header.patient_name)
    return Profile(
        patient_id=header.patient_id.strip(),
        issuer=header.issuer_of_patient_id.strip(),
        name=plain_name(header.patient_name),
        birth_date=header.birth_date,
        sex=header.sex.strip().upper(),
        study="" if named else header.study_uid or header.path,
    )


def _by_identifier(objects: Iterable[Object], settings: Settings) -> list[_Group]:
    ordered = sorted(objects, key=lambda fact: fact.header.path)
    profiles = {id(fact): _profile(fact) for fact in ordered}
    issuers: dict[str, set[str]] = {}
    for profile in profiles.values():
        issuers.setdefault(profile.patient_id, set()).add(profile.issuer)
    keyed: dict[str, list[Object]] = {}
    for fact in ordered:
        keyed.setdefault(_key(profiles[id(fact)], issuers, settings), []).append(fact)
    groups: list[_Group] = []
    for key, facts in keyed.items():
        groups.extend(_established(key, facts, [profiles[id(fact)] for fact in facts]))
    return groups


def _key(profile: Profile, issuers: dict[str, set[str]], settings: Settings) -> str:
    """What files of one person share: a named user's word, the identifier and its issuer, else name and birth date."""
    for number, same in enumerate(settings.same_persons):
        if profile.patient_id in same.ids:
            return f"stated {number}"
    if not profile.patient_id:
        return f"name {profile.name}|{profile.birth_date}|{profile.study}"
    named = issuers[profile.patient_id] - {""}
    issuer = profile.issuer or (next(iter(named)) if len(named) == 1 else "")
    return f"id {profile.patient_id}|{issuer}"


def _established(key: str, facts: list[Object], profiles: list[Profile]) -> list[_Group]:
    """The group itself, or, when its files contradict each other, one refused group for each spelling."""
    distinct = sorted(set(profiles), key=lambda one: (one.patient_id, one.name, str(one.birth_date), one.sex))
    pairs = [(one, other) for place, one in enumerate(distinct) for other in distinct[place + 1 :]]
    conflict = next(((a, b, why) for a, b in pairs if (why := _contradiction(a, b))), None)
    group = _Group(key=key, objects=facts)
    subject = distinct[0].patient_id
    if conflict is None:
        group.findings.extend(_doubts(distinct, pairs, subject))
        return [group]
    first, second, why = conflict
    params: dict[str, Param] = {
        "id": first.patient_id,
        "what": why,
        "first": _shown(first, why),
        "second": _shown(second, why),
    }
    if key.startswith("stated"):
        group.findings.append(Finding(code="identity_confirmed_by_user", subject=subject, params=params))
        return [group]
    refusal = Refusal(code="identity_conflict", subject=subject, params=params)
    return [
        _Group(
            key=f"{key}|{number}",
            objects=[fact for fact, own in zip(facts, profiles, strict=True) if own == profile],
            refusals=[refusal],
        )
        for number, profile in enumerate(distinct)
    ]


def _contradiction(one: Profile, other: Profile) -> str:
    """What says that two profiles are two people: "birth date", "sex", "name", or nothing."""
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return "birth date"
    if {one.sex, other.sex} == {"M", "F"}:
        return "sex"
    supported = one.birth_date is not None and one.birth_date == other.birth_date
    if one.name and other.name and one.name != other.name and not supported:
        return "name"
    return ""


def _shown(profile: Profile, what: str) -> str:
    if what == "birth date":
        return str(profile.birth_date)
    return profile.sex if what == "sex" else profile.name


def _doubts(
    distinct: Sequence[Profile], pairs: Sequence[tuple[Profile, Profile]], subject: str
) -> Iterable[Finding]:
    if not distinct[0].patient_id:
        by = "name and birth date" if distinct[0].name else "study"
        yield Finding(
            code="no_patient_id",
            subject=distinct[0].name,
            params={"name": distinct[0].name or None, "by": by},
        )
    unlike = next(
        (pair for pair in pairs if pair[0].name and pair[1].name and pair[0].name != pair[1].name), None
    )
    if unlike is not None:
        yield Finding(
            code="names_differ",
            subject=subject,
            params={"id": subject, "first": unlike[0].name, "second": unlike[1].name},
        )
    if len({profile.issuer for profile in distinct}) > 1:
        yield Finding(code="issuer_missing", severity=Severity.INFO, subject=subject, params={"id": subject})


def _references(fact: Object) -> tuple[str, ...]:
    """UIDs of the objects (for images, of the series) that a file refers to."""
    if isinstance(fact, DoseFacts):
        return (*fact.plan_uids, *fact.structure_set_uids)
    if isinstance(fact, PlanFacts):
        return fact.structure_set_uids
    if isinstance(fact, StructureSetFacts):
        return fact.image_series_uids
    if isinstance(fact, TreatmentRecordFacts):
        return fact.plan_uids
    return ()


def _name(fact: Object) -> str:
    return fact.header.series_uid if isinstance(fact, ImageSliceFacts) else fact.header.sop_instance_uid


def _adopt(groups: list[_Group]) -> None:
    """Move objects that only another person's objects refer to; refuse both persons."""
    crossings = sorted(
        _crossings(groups), key=lambda one: (not isinstance(one[2], PlanFacts), one[2].header.path)
    )
    said: set[frozenset[str]] = set()
    for group, other, fact in crossings:
        ids = (_identifier(group), _identifier(other))
        if frozenset(ids) not in said:
            said.add(frozenset(ids))
            _say_linked(group, other, fact, ids)
    for kind in (PlanFacts, StructureSetFacts, ImageSliceFacts, TreatmentRecordFacts):
        for group, other, fact in _crossings(groups):
            _move(kind, group, other, fact)


def _crossings(groups: list[_Group]) -> list[tuple[_Group, _Group, Object]]:
    """(who refers, whose object it is, the object) wherever a reference crosses from one person to another."""
    owner: dict[str, list[tuple[_Group, Object]]] = {}
    for group in groups:
        for fact in group.objects:
            owner.setdefault(_name(fact), []).append((group, fact))
    return [
        (group, other, fact)
        for group in groups
        for one in group.objects
        for uid in _references(one)
        for other, fact in owner.get(uid, [])
        if other is not group and not any(holder is group for holder, _ in owner.get(uid, []))
    ]


def _say_linked(group: _Group, other: _Group, fact: Object, ids: tuple[str, str]) -> None:
    params: dict[str, Param] = {
        "kind": fact.header.modality,
        "path": fact.header.path,
        "owner": ids[1],
        "referrer": ids[0],
    }
    for one in (group, other):
        one.findings.append(
            Finding(
                code="linked_object_of_other_person",
                severity=Severity.ERROR,
                subject=fact.header.path,
                params=params,
            )
        )
        one.refusals.append(
            Refusal(code="linked_object_of_other_person", subject=fact.header.path, params=params)
        )


def _move(kind: type[Object], group: _Group, other: _Group, fact: Object) -> None:
    """Give an object to the person whose objects refer to it, unless its own person's objects do so too."""
    if kind is TreatmentRecordFacts:
        records = [one for one in group.objects if isinstance(one, kind) and _name(fact) in _references(one)]
        for record in records:
            group.objects.remove(record)
            other.objects.append(record)
        return
    at_home = any(_name(fact) in _references(one) for one in other.objects)
    if isinstance(fact, kind) and fact in other.objects and not at_home:
        other.objects.remove(fact)
        group.objects.append(fact)


def _identifier(group: _Group) -> str:
    return Counter(fact.header.patient_id for fact in group.objects).most_common(1)[0][0]


def _person(group: _Group) -> PersonObjects:
    objects = tuple(sorted(group.objects, key=lambda fact: fact.header.path))
    own = [fact.header for fact in objects if fact.header.patient_id == _identifier(group)] or [
        objects[0].header
    ]
    stated = group.key.startswith("stated")
    headers = [fact.header for fact in objects] if stated else own
    identities = {(header.patient_id.strip(), header.issuer_of_patient_id.strip()) for header in headers}
    with_issuer = {value for value, issuer in identities if issuer}
    kept = sorted((value, issuer) for value, issuer in identities if issuer or value not in with_issuer)
    person = Person(
        identities=tuple(Identity(value=value, issuer=issuer) for value, issuer in kept),
        name=next((header.patient_name for header in headers if header.patient_name), ""),
        birth_date=next((header.birth_date for header in headers if header.birth_date), None),
        sex=next((header.sex for header in headers if header.sex.strip()), ""),
    )
    return PersonObjects(
        person=person, objects=objects, findings=tuple(group.findings), refusals=tuple(group.refusals)
    )
