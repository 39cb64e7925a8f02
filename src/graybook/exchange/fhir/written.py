"""Keys of a record come in; ids, addresses and identifiers of a document go out, the same for the same record."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graybook.exchange.course_facts import PersonFacts, VolumeFacts
from graybook.exchange.fhir.profiles import ABSENT, DICOM_UID, LABELS, MADE, SNOMED
from graybook.record.assessment import Finding, Param, Severity

__all__ = ["Written", "concept", "extension", "unknown"]

KINDS = {"course": "Procedure", "phase": "Procedure", "volume": "BodyStructure", "person": "Patient"}
"""The resource of each noun."""
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


def extension(address: str, **value: Any) -> dict[str, Any]:
    """An extension: its address, and its value or parts."""
    return {"url": address, **value}


def concept(code: str, system: str = SNOMED) -> dict[str, Any]:
    """A CodeableConcept: a code without its text."""
    return {"coding": [{"system": system, "code": code}]}


def unknown() -> dict[str, str]:
    """The extension by which FHIR says that a value is not known."""
    return {"url": ABSENT, "valueCode": "unknown"}


@dataclass(kw_only=True)
class Written:
    """A document while it is written.

    Parameters
    ----------
    volumes
        Keys of the volumes that something written refers to.
    """

    facts: PersonFacts
    volumes: set[str] = field(default_factory=set)
    said: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def say(self, code: str, subject: str, severity: Severity, **params: Param) -> None:
        """Keep a finding; one that was kept already is not repeated."""
        one = Finding(code=code, severity=severity, subject=subject, params=params)
        self.said.setdefault((code, subject, str(params)), one)

    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order in which they were made."""
        return tuple(self.said.values())

    def volume(self, key: str) -> VolumeFacts:
        """The volume of a key."""
        return next(one for one in self.facts.volumes if one.key == key)

    def id(self, noun: str, key: str) -> str:
        """The id of a course, phase, volume or person: its key where that may be one, else figures drawn from it."""
        known = self.ids.get((noun, key))
        if known is None:
            taken = {one for (other, _), one in self.ids.items() if KINDS[other] == KINDS[noun]}
            known = key if _ID.fullmatch(key) and key not in taken else self._digest(noun, key).hex()[:32]
            self.ids[noun, key] = known
        return known

    def _digest(self, *parts: str) -> bytes:
        """32 bytes that stand for parts of this person's record, and for those of nobody else."""
        people = sorted(f"{one.issuer}\x1f{one.value}" for one in self.facts.person.identities)
        return hashlib.sha256("\x1e".join([*people, *parts]).encode()).digest()

    def address(self, kind: str, identifier: str) -> str:
        """By which references lead to a resource."""
        return f"urn:uuid:{uuid.UUID(bytes=self._digest(kind, identifier)[:16], version=5)}"

    def reference(self, noun: str, key: str) -> dict[str, Any]:
        """A Reference to the resource of a course, phase, volume or person."""
        return {"reference": self.address(KINDS[noun], self.id(noun, key))}

    @cached_property
    def _shared(self) -> set[str]:
        """UIDs that name several phases: none of them is the name of one."""
        uids = [uid for course in self.facts.courses for phase in course.phases for uid in set(phase.uids)]
        uids += [course.uid for course in self.facts.courses if course.uid]
        return {uid for uid, times in Counter(uids).items() if times > 1}

    def identifiers(self, key: str, label: str, uids: tuple[str, ...]) -> list[dict[str, Any]]:
        """Identifiers of a resource: the name that people know it by, and what names it for good.

        The profiles ask for both. Where the record has none, one is made from what it says, and marked so that it is not read back.
        """
        usual: dict[str, Any] = {"use": "usual", "system": LABELS, "value": label or key}
        if not label:
            usual["assigner"] = {"display": MADE}
        own = [one for one in uids if one not in self._shared]
        if len(own) < len(uids):
            self.say("exchange_uid_shared", label or key, Severity.INFO)
        official = [{"use": "official", "system": DICOM_UID, "value": f"urn:oid:{one}"} for one in own]
        return [usual, *(official or [self._made(key, label)])]

    def _made(self, key: str, label: str) -> dict[str, Any]:
        self.say("exchange_uid_made", label or key, Severity.INFO)
        made = int.from_bytes(self._digest("uid", key, label)[:16], "big")
        return {
            "use": "official",
            "system": DICOM_UID,
            "value": f"urn:oid:2.25.{made}",
            "assigner": {"display": MADE},
        }
