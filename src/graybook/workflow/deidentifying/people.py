"""What was read of a folder comes in; its persons, each with one pseudonym and its files, go out, and what no one's is (rule 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from graybook.dicom.facts import FileFacts, Header, OtherFacts
from graybook.errors import InputError, NotComparable
from graybook.files.settings import Settings
from graybook.record import Finding, Person
from graybook.record.person import identifiers
from graybook.record.project_key import ProjectKey
from graybook.workflow.folder.not_one import not_one
from graybook.workflow.folder.objects import Object, once, without_disputed
from graybook.workflow.folder.paper_owner import with_paper_owner
from graybook.workflow.folder.persons import PersonObjects, persons_of

__all__ = ["Established", "LeftOut", "Pseudonymous", "established", "people"]

OF_OTHER_KINDS = ("modality_not_read", "syntax_not_read")
"""Reasons of files that are whole, and only of no use to Graybook."""
NO_FILES = ("settings", "archive_opened")
"""Reasons that say how a file is used."""
SPLIT = "ins_proposes_identity"
"""One human under two identifiers, as far as the files say; it must be settled before it can no longer be seen."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pseudonymous:
    """One human of the folder and what stands for them.

    Parameters
    ----------
    pseudonym
        Of the project.
    days
        By how many days all dates move. [d]
    person
        As found, for matching only: nothing of it is written.
    objects
        The files to be written.
    has_paper
        Whether the courses of graybook.toml that have no files are this person's.
    """

    pseudonym: str
    days: int
    person: Person
    objects: tuple[Object, ...]
    has_paper: bool = False

    @property
    def headers(self) -> tuple[Header, ...]:
        """Of all files, in the order of their paths."""
        return tuple(sorted((one.header for one in self.objects), key=lambda one: one.path))


@dataclass(frozen=True, kw_only=True, eq=False)
class LeftOut:
    """A file that is not written, and why; its path is an original value."""

    path: str
    reason: Finding


@dataclass(frozen=True, kw_only=True, eq=False)
class Established:
    """The persons of a folder, each one human by somebody's word, and the files that are left out.

    ``owner`` is the place of the one whose courses without files graybook.toml states; None without any.
    """

    groups: tuple[PersonObjects, ...]
    owner: int | None
    left_out: tuple[LeftOut, ...]


def established(facts: Sequence[FileFacts], settings: Settings) -> Established:
    """
    The persons of a folder, one for each human; no key is needed to find that they are not.

    Raises
    ------
    graybook.errors.NotComparable
        Files are not established as one person's, or may be one person's under two identifiers: after de-identification nobody
        could say it any more.
    graybook.errors.InputError
        Files carry no identifier, or there is no file of a person.
    """
    objects, unused = once(without_disputed(facts))
    others = _others(facts, objects)
    groups, owner = with_paper_owner(persons_of([*objects, *others], settings), settings)
    _check_established(groups)
    if not groups:
        raise InputError(
            "The folder holds no whole object of a person.",
            value=f"{len(facts)} files",
            remedy="Run `graybook scan` on the folder: it lists every file with the reason.",
        )
    taken = {one.header.path for one in others}
    left = [one for one in unused if one.path not in taken and one.reason.code not in NO_FILES]
    return Established(
        groups=groups,
        owner=owner,
        left_out=tuple(LeftOut(path=one.path, reason=one.reason) for one in left),
    )


def people(found: Established, key: ProjectKey) -> tuple[Pseudonymous, ...]:
    """The persons with what stands for them under a project's key, by pseudonym."""
    persons = []
    for place, group in enumerate(found.groups):
        pseudonym = key.person(identifiers(group.person.identities, ins=group.person.ins))
        persons.append(
            Pseudonymous(
                pseudonym=pseudonym,
                days=key.days(pseudonym),
                person=group.person,
                objects=group.objects,
                has_paper=place == found.owner,
            )
        )
    return tuple(sorted(persons, key=lambda one: one.pseudonym))


def _others(facts: Sequence[FileFacts], objects: Sequence[Object]) -> list[Object]:
    """Whole objects of kinds that Graybook does not read, each once; those that name nobody are left out."""
    known = {one.header.sop_instance_uid for one in objects}
    found: list[Object] = []
    for fact in facts:
        if not isinstance(fact, OtherFacts) or fact.header is None or fact.reason.code not in OF_OTHER_KINDS:
            continue
        if fact.header.patient_id.strip() and fact.header.sop_instance_uid not in known:
            known.add(fact.header.sop_instance_uid)
            found.append(cast(Object, fact))  # of it, only the header is looked at
    return found


def _check_established(groups: Sequence[PersonObjects]) -> None:
    for group in groups:
        if not any(one.value.strip() for one in group.person.identities):
            first = group.objects[0].header.path if group.objects else "graybook.toml"
            raise InputError(
                "Files carry no Patient ID: whose they are is not known, and they can have no pseudonym.",
                value=f"{len(group.objects)} files, the first is {first}",
                remedy="Take them out of the folder, or say in graybook.toml whose they are: "
                '[[identity]] with ids = ["123456", ""], where "" stands for files without Patient ID.',
            )
    refused = [group for group in groups if group.refusals]
    if any(said.code == "paper_courses_of_whom" for one in refused for said in one.refusals):
        raise InputError(
            "graybook.toml states courses without files, and the folder holds several persons.",
            value=f"{len(groups)} persons",
            remedy="Say whose they are: [person] with patient_id in graybook.toml.",
        )
    if refused:
        raise not_one([one.person for one in refused], [said for one in refused for said in one.refusals])
    split = [group for group in groups if any(one.code == SPLIT for one in group.findings)]
    if split:
        told = next(one for one in split[0].findings if one.code == SPLIT)
        raise NotComparable(
            "Two identifiers carry one INS: one person would become two, and nobody could tell any more.",
            value=str(told.params["ids"]),
            remedy=f"Correct the INS that is wrong, or write in graybook.toml:\n{told.params['block']}",
        )
