"""Groups of files, one a person, come in; what only another person's files refer to goes with those, both refused (rule 8)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from graybook.dicom.facts import (
    DoseFacts,
    ImageSliceFacts,
    PlanFacts,
    StructureSetFacts,
    TreatmentRecordFacts,
)
from graybook.files.person_settings import IdentitySetting
from graybook.record import Finding, Identity, Refusal, Severity
from graybook.record.assessment import Param
from graybook.record.person import same_spelling
from graybook.workflow.folder.identities import Profile, ids_text
from graybook.workflow.folder.objects import Object

__all__ = ["Group", "adopt"]


@dataclass(kw_only=True, eq=False)
class Group:
    """The files of one person while it is found out who that is."""

    key: str
    profiles: dict[str, Profile]
    """Of all files, by path."""
    stated: tuple[IdentitySetting, ...] = ()
    """Whoever linked its identifiers."""
    objects: list[Object] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def own(self) -> tuple[Profile, ...]:
        """What its files say, one entry each."""
        return tuple(self.profiles[fact.header.path] for fact in self.objects)

    @property
    def identifier(self) -> str:
        """The Patient ID that most of its files carry."""
        return Counter(same_spelling(fact.header.patient_id) for fact in self.objects).most_common(1)[0][0]


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


def adopt(groups: list[Group]) -> None:
    """Move objects that only another person's objects refer to; refuse both persons."""
    crossings = sorted(
        _crossings(groups), key=lambda one: (not isinstance(one[2], PlanFacts), one[2].header.path)
    )
    said: set[frozenset[str]] = set()
    for group, other, fact in crossings:
        ids = (group.identifier, other.identifier)
        if frozenset(ids) not in said:
            said.add(frozenset(ids))
            _say_linked(group, other, fact, ids)
    for kind in (PlanFacts, StructureSetFacts, ImageSliceFacts, TreatmentRecordFacts):
        for group, other, fact in _crossings(groups):
            _move(kind, group, other, fact)


def _crossings(groups: list[Group]) -> list[tuple[Group, Group, Object]]:
    """(who refers, whose object it is, the object) wherever a reference crosses from one person to another."""
    owner: dict[str, list[tuple[Group, Object]]] = {}
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


def _say_linked(group: Group, other: Group, fact: Object, ids: tuple[str, str]) -> None:
    params: dict[str, Param] = {
        "kind": fact.header.modality,
        "path": fact.header.path,
        "owner": ids[1],
        "referrer": ids[0],
        "ids": ids_text(Identity(value=one) for one in ids),
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


def _move(kind: type[Object], group: Group, other: Group, fact: Object) -> None:
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
