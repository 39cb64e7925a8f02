"""Persons of files and the ``[person]`` of ``graybook.toml`` come in; whose the courses without files are goes out (rule 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graybook.files.person_settings import IdentitySetting, PersonSetting
from graybook.files.settings import Settings
from graybook.record import Identity, Person, Refusal
from graybook.workflow.folder.identities import NAME, Profile, contradiction, corrected, plain_name
from graybook.workflow.folder.persons import PersonObjects, conflict, linked

__all__ = ["with_paper_owner"]


def with_paper_owner(
    persons: Sequence[PersonObjects], settings: Settings
) -> tuple[tuple[PersonObjects, ...], int | None]:
    """The persons, one more when no file is of the person stated, and the place of the one whose the paper courses are.

    The place is None when there are no such courses, or when it cannot be said whose they are: then every sum is refused.
    """
    if not settings.on_paper:
        return tuple(persons), None
    stated = settings.person
    if stated is None or not stated.patient_id:
        if len(persons) == 1:
            return (_checked(persons[0], stated, settings),), 0
        if not persons:
            return ((_alone(stated),), 0) if stated is not None else ((), None)
        refusal = Refusal(code="paper_courses_of_whom", params={"count": len(persons)})
        return tuple(replace(one, refusals=(*one.refusals, refusal)) for one in persons), None
    for place, one in enumerate(persons):
        if _is(one.person, stated, settings):
            return (*persons[:place], _checked(one, stated, settings), *persons[place + 1 :]), place
    return (*persons, _alone(stated)), len(persons)


def _is(person: Person, stated: PersonSetting, settings: Settings) -> bool:
    """Whether an identifier of the person is the one stated, or a named user linked the two."""
    own = Identity(value=stated.patient_id, issuer=stated.issuer)
    if any(_same(own, one) for one in person.identities):
        return True
    for chain in linked(settings):
        named = [one for setting in chain for one in setting.identities]
        if any(_same(own, one) for one in named):
            return any(_same(one, other) for one in named for other in person.identities)
    return False


def _same(one: Identity, other: Identity) -> bool:
    return one.value == other.value and (one.issuer == other.issuer or not (one.issuer and other.issuer))


def _alone(stated: PersonSetting | None) -> PersonObjects:
    assert stated is not None  # noqa: S101  (the caller has asked)
    person = Person(
        identities=(Identity(value=stated.patient_id, issuer=stated.issuer),),
        name=stated.name,
        birth_name=stated.birth_name,
        birth_date=stated.birth_date,
        sex=stated.sex,
        ins=stated.ins,
    )
    return PersonObjects(person=person, objects=())


def _checked(found: PersonObjects, stated: PersonSetting | None, settings: Settings) -> PersonObjects:
    """The person of the files, unless what is stated contradicts it; a linked identifier is added."""
    if stated is None:
        return found
    of_files, of_paper = _of_person(found.person), corrected(_of_setting(stated), settings)
    links = [
        one for chain in linked(settings) for one in chain if one.names(stated.patient_id, stated.issuer)
    ]
    why = contradiction(of_files, of_paper)
    if why and not (why == NAME and links):
        return replace(found, refusals=(*found.refusals, conflict(of_files, of_paper, why)))
    return replace(found, person=_with_identity(found.person, stated, links))


def _of_person(person: Person) -> Profile:
    first = person.identities[0]
    return Profile(
        patient_id=first.value,
        issuer=first.issuer,
        name=plain_name(person.name),
        birth_name=plain_name(person.birth_name),
        birth_date=person.birth_date,
        sex=person.sex,
        ins=person.ins,
    )


def _of_setting(stated: PersonSetting) -> Profile:
    return Profile(
        patient_id=stated.patient_id,
        issuer=stated.issuer,
        name=plain_name(stated.name),
        birth_name=plain_name(stated.birth_name),
        birth_date=stated.birth_date,
        sex=stated.sex,
        ins=stated.ins,
    )


def _with_identity(person: Person, stated: PersonSetting, links: Sequence[IdentitySetting]) -> Person:
    own = Identity(value=stated.patient_id, issuer=stated.issuer)
    if not stated.patient_id or any(_same(own, one) for one in person.identities):
        return person
    return replace(
        person,
        identities=(*person.identities, own),
        asserted_by=person.asserted_by or "; ".join(dict.fromkeys(one.author for one in links)),
        asserted_on=person.asserted_on or max((one.date for one in links if one.date), default=None),
    )
