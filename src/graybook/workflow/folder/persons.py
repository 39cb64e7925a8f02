"""Objects of a folder come in; groups that are one person each go out, with what forbids adding their doses (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from graybook.files.person_settings import IdentitySetting
from graybook.files.settings import Settings
from graybook.record import Finding, Identity, Person, Refusal, Severity
from graybook.record.assessment import Param
from graybook.record.person import same_spelling
from graybook.workflow.folder.adoption import Group, adopt
from graybook.workflow.folder.identities import (
    ATTRIBUTES,
    NAME,
    Profile,
    contradiction,
    correction_block,
    identity_block,
    ids_text,
    names_agree,
    profile_of,
    same_ins,
    shown,
)
from graybook.workflow.folder.objects import Object

__all__ = ["PersonObjects", "conflict", "identities_of", "linked", "persons_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PersonObjects:
    """The files of one person.

    ``refusals`` say why identity is not established: doses may be listed and measured, never added.
    """

    person: Person
    objects: tuple[Object, ...]
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def persons_of(objects: Iterable[Object], settings: Settings) -> tuple[PersonObjects, ...]:
    """One group per person, in the order of identifiers.

    Same Patient ID and issuer is one person unless birth dates, sexes, INS or names contradict it; then each spelling stands alone
    and every sum is refused. An ``[[identity]]`` of the settings joins identifiers and overrules a name, nothing else: any other
    wrong value must be corrected. An equal INS only proposes the link. An object linked by UID to another person's
    objects goes with what refers to it, and both are refused.
    """
    groups = _by_identifier(objects, settings)
    adopt(groups)
    groups = [group for group in groups if group.objects]
    _propose(groups)
    found = [_person(group) for group in groups]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.person.identities[0].value, one.person.name, one.objects[0].header.path),
        )
    )


def _by_identifier(objects: Iterable[Object], settings: Settings) -> list[Group]:
    ordered = sorted(objects, key=lambda fact: fact.header.path)
    profiles = {fact.header.path: profile_of(fact.header, settings) for fact in ordered}
    issuers: dict[str, set[str]] = {}
    for profile in profiles.values():
        issuers.setdefault(profile.patient_id, set()).add(profile.issuer)
    links = linked(settings)
    keyed: dict[str, tuple[tuple[IdentitySetting, ...], list[Object]]] = {}
    for fact in ordered:
        key, stated = _key(profiles[fact.header.path], issuers, links)
        keyed.setdefault(key, (stated, []))[1].append(fact)
    groups: list[Group] = []
    for key, (stated, facts) in keyed.items():
        groups.extend(_established(key, facts, profiles, stated))
    return groups


def linked(settings: Settings) -> tuple[tuple[IdentitySetting, ...], ...]:
    """The ``[[identity]]`` entries; those that share an identifier stand together, for they speak of one person."""
    chains: list[list[IdentitySetting]] = []
    for one in settings.identities:
        meeting = [chain for chain in chains if any(_share(one, other) for other in chain)]
        chains = [chain for chain in chains if chain not in meeting]
        chains.append([*(other for chain in meeting for other in chain), one])
    return tuple(tuple(chain) for chain in chains)


def _share(one: IdentitySetting, other: IdentitySetting) -> bool:
    return any(
        first.value == second.value
        and (first.issuer == second.issuer or not (first.issuer and second.issuer))
        for first in one.identities
        for second in other.identities
    )


def _key(
    profile: Profile, issuers: dict[str, set[str]], links: Sequence[tuple[IdentitySetting, ...]]
) -> tuple[str, tuple[IdentitySetting, ...]]:
    """What files of one person share: a named user's word, the identifier and its issuer, else name and birth date."""
    named = issuers[profile.patient_id] - {""}
    issuer = profile.issuer or (next(iter(named)) if len(named) == 1 else "")
    for number, chain in enumerate(links):
        if any(one.names(profile.patient_id, issuer) for one in chain):
            return f"stated {number}", chain
    if not profile.patient_id:
        return f"name {profile.name}|{profile.birth_date}|{profile.study}", ()
    return f"id {profile.patient_id}|{issuer}", ()


def _established(
    key: str, facts: list[Object], profiles: dict[str, Profile], stated: tuple[IdentitySetting, ...]
) -> list[Group]:
    """The group itself, or, when its files contradict each other, one refused group for each spelling."""
    distinct = sorted(
        {profiles[fact.header.path] for fact in facts},
        key=lambda one: (one.patient_id, one.name, str(one.birth_date), one.sex, one.ins),
    )
    pairs = [(one, other) for place, one in enumerate(distinct) for other in distinct[place + 1 :]]
    conflicts = [(a, b, why) for a, b in pairs if (why := contradiction(a, b))]
    conflicts.sort(key=lambda one: one[2] == NAME)
    group = Group(key=key, objects=facts, profiles=profiles, stated=stated)
    subject = distinct[0].patient_id
    if not conflicts:
        group.findings.extend(_doubts(distinct, pairs, subject))
        return [group]
    first, second, why = conflicts[0]
    if stated and why == NAME:
        params: dict[str, Param] = {"what": why, "first": shown(first, why), "second": shown(second, why)}
        group.findings.append(Finding(code="identity_confirmed_by_user", subject=subject, params=params))
        return [group]
    refusal = conflict(first, second, why)
    return [
        Group(
            key=f"{key}|{number}",
            objects=[fact for fact in facts if profiles[fact.header.path] == profile],
            profiles=profiles,
            refusals=[refusal],
        )
        for number, profile in enumerate(distinct)
    ]


def conflict(first: Profile, second: Profile, why: str) -> Refusal:
    """The refusal of two profiles; a name may be overruled by ``[[identity]]``, any other value only be corrected."""
    params: dict[str, Param] = {
        "id": first.patient_id if first.patient_id == second.patient_id else _both_ids(first, second),
        "what": why,
        "first": shown(first, why),
        "second": shown(second, why),
    }
    if why == NAME:
        params["ids"] = ids_text(identities_of([first, second]))
        return Refusal(code="identity_conflict", subject=first.patient_id, params=params)
    params["block"] = correction_block(
        why, patient_id=second.patient_id, wrong=shown(second, why), right=shown(first, why)
    )
    params["attribute"] = ATTRIBUTES[why]
    return Refusal(code="identity_value_conflict", subject=first.patient_id, params=params)


def _both_ids(first: Profile, second: Profile) -> str:
    return f"{first.patient_id} = {second.patient_id}"


def identities_of(profiles: Iterable[Profile]) -> tuple[Identity, ...]:
    """The identifiers of profiles, in order, an empty one last; one without issuer is left out beside the same number with one."""
    found = {(one.patient_id, one.issuer) for one in profiles}
    with_issuer = {value for value, issuer in found if issuer}
    kept = [(value, issuer) for value, issuer in found if issuer or value not in with_issuer]
    kept.sort(key=lambda one: (not one[0], one))
    return tuple(Identity(value=value, issuer=issuer) for value, issuer in kept)


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
        (pair for pair in pairs if pair[0].names and pair[1].names and not names_agree(*pair)), None
    )
    if unlike is not None:
        yield Finding(
            code="names_differ",
            subject=subject,
            params={"id": subject, "first": unlike[0].name, "second": unlike[1].name},
        )
    if len({(profile.patient_id, profile.issuer) for profile in distinct}) > len(identities_of(distinct)):
        yield Finding(code="issuer_missing", severity=Severity.INFO, subject=subject, params={"id": subject})


def _propose(groups: Sequence[Group]) -> None:
    """Say of persons with one INS that they may be one: it proposes the link and never makes it."""
    for place, group in enumerate(groups):
        for other in groups[place + 1 :]:
            if group.refusals or other.refusals:
                continue
            ins = next((a for a in _ins(group) for b in _ins(other) if same_ins(a, b)), "")
            if not ins:
                continue
            both = identities_of([*group.own, *other.own])
            params: dict[str, Param] = {
                "ins": ins,
                "ids": ids_text(both),
                "block": identity_block(both, ins=ins),
            }
            for one in (group, other):
                one.findings.append(Finding(code="ins_proposes_identity", subject=ins, params=params))


def _ins(group: Group) -> tuple[str, ...]:
    return tuple(sorted({one.ins for one in group.own if one.ins}))


def _person(group: Group) -> PersonObjects:
    objects = tuple(sorted(group.objects, key=lambda fact: fact.header.path))
    usual = group.identifier  # counted once: it reads every file's ID
    own = [fact for fact in objects if same_spelling(fact.header.patient_id) == usual] or [objects[0]]
    told = list(objects) if group.stated else own
    if group.stated:  # the name in use is the latest
        told.sort(key=lambda fact: fact.header.date or date.min, reverse=True)
    headers = [fact.header for fact in told]
    known = [group.profiles[one.path] for one in headers]
    person = Person(
        identities=identities_of(known),
        name=next((header.patient_name for header in headers if header.patient_name), ""),
        birth_name=next((header.birth_name for header in headers if header.birth_name), ""),
        birth_date=next((one.birth_date for one in known if one.birth_date), None),
        sex=next((one.sex for one in known if one.sex), ""),
        ins=next((one.ins for one in known if one.ins), ""),
        asserted_by="; ".join(dict.fromkeys(one.author for one in group.stated)),
        asserted_on=max((one.date for one in group.stated if one.date), default=None),
    )
    return PersonObjects(
        person=person, objects=objects, findings=tuple(group.findings), refusals=tuple(group.refusals)
    )
