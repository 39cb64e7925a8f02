"""The files of persons come in; each is written de-identified under its new UID, once, and what was done to it goes out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.dataset import Dataset

import graybook
from graybook.dicom.attributes import NotUsed
from graybook.dicom.deidentify import Guard, deidentified, encoded, guard_of, replaced_uid
from graybook.dicom.facts import Header
from graybook.dicom.parsing import reason
from graybook.dicom.rewriting import OffsetOf, attribute_changes, whole_object, write_offsets
from graybook.dicom.walk import SourceFile
from graybook.record import Finding
from graybook.record.project_key import ProjectKey
from graybook.tables import edition
from graybook.workflow.deidentifying.journal import Copy, Earlier, Journal
from graybook.workflow.deidentifying.people import LeftOut, Pseudonymous
from graybook.workflow.deidentifying.places import UNFINISHED

__all__ = ["Copies", "copies", "new_path"]

Planned = tuple[Pseudonymous, Header, str]
"""A person, one of their files, and where it goes."""


@dataclass(frozen=True, kw_only=True)
class Copies:
    """All files of the persons of a run, those that were read but may not leave, and each person's guard by pseudonym."""

    copies: tuple[Copy, ...]
    left_out: tuple[LeftOut, ...]
    guards: Mapping[str, Guard] = field(default_factory=dict)


def new_path(person: Pseudonymous, header: Header, key: ProjectKey, *, number: int = 1) -> str:
    """Where a file goes: the person's folder, its new UID; ``number`` above 1 where a UID stands in several files."""
    uid = replaced_uid(header.sop_instance_uid, key)
    return f"{person.pseudonym}/{uid}{'' if number == 1 else f'-{number}'}.dcm"


def copies(
    persons: tuple[Pseudonymous, ...],
    sources: Mapping[str, SourceFile],
    key: ProjectKey,
    out: Path,
    *,
    offset_of: OffsetOf,
    clock: str,
    earlier: Earlier,
    seen: Callable[[str, SourceFile, Dataset], None],
    progress: Callable[[float], None],
) -> Copies:
    """
    Write the files of all persons; those that an earlier run wrote from the same bytes are left as they are.

    All files of a person are read before the first one is written: no text that stays in one may hold a name of another.

    Of these persons OUT holds nothing else afterwards; other persons of earlier runs stay.

    Parameters
    ----------
    offset_of, clock
        Gives the offset from UTC of moments without one; a word for how, so that another clock writes the files anew.
    earlier
        Of :func:`earlier_copies`.
    seen
        Told of every source with its person's pseudonym and its dataset, before anything is written.
    progress
        Told the share that is done.
    """
    planned = list(_planned(persons, key))
    journal = Journal(out, key, earlier)
    done: list[Copy] = []
    left: list[LeftOut] = []
    try:
        guards, broken = _guards(planned, sources, seen, lambda share: progress(share / 2))
        left += broken
        readable = [one for one in planned if one[1].path not in {refused.path for refused in broken}]
        for place, (person, header, path) in enumerate(readable):
            progress(0.5 + place / len(readable) / 2)
            guard = guards[person.pseudonym]
            try:
                mark = _mark(header, clock, key, guard)
                made = earlier.copies.get(path)
                if made is None or made.input != mark or not _holds(out / path, made.sha256):
                    with _left_out_if_broken(header.path):
                        dataset = whole_object(sources[header.path])
                        write_offsets(dataset, offset_of)
                        made, data = _made(dataset, person, header, key, path, mark, guard)
                    _write(out / path, data)
                    journal.add(made)
                done.append(made)
            except NotUsed as refused:
                left.append(LeftOut(path=header.path, reason=refused.finding))
    finally:
        journal.close()
    others = earlier.of_others({one.pseudonym for one in persons})
    _remove(out, {*earlier.copies} - {*others.copies} - {one.file for one in done})
    return Copies(copies=tuple(sorted(done, key=lambda one: one.file)), left_out=tuple(left), guards=guards)


def _guards(
    planned: Sequence[Planned],
    sources: Mapping[str, SourceFile],
    seen: Callable[[str, SourceFile, Dataset], None],
    progress: Callable[[float], None],
) -> tuple[dict[str, Guard], list[LeftOut]]:
    """What no text of each person's files may hold, and the files that cannot be read."""
    guards = {person.pseudonym: Guard() for person, _, _ in planned}
    broken: list[LeftOut] = []
    for place, (person, header, _) in enumerate(planned):
        progress(place / len(planned))
        try:
            with _left_out_if_broken(header.path):
                dataset = whole_object(sources[header.path])
                seen(person.pseudonym, sources[header.path], dataset)
                guards[person.pseudonym] |= guard_of(dataset)
        except NotUsed as refused:
            broken.append(LeftOut(path=header.path, reason=refused.finding))
    return guards, broken


@contextmanager
def _left_out_if_broken(path: str) -> Iterator[None]:
    """Whatever breaks on one file leaves that file out; a disk that does not answer ends the run."""
    try:
        yield
    except (NotUsed, OSError):
        raise
    except Exception:  # what it says may quote the file
        raise NotUsed(reason("deidentify_failed", path)) from None


def _planned(persons: tuple[Pseudonymous, ...], key: ProjectKey) -> Iterator[Planned]:
    taken: Counter[str] = Counter()
    for person in persons:
        for header in person.headers:
            first = new_path(person, header, key)
            taken[first] += 1
            yield person, header, new_path(person, header, key, number=taken[first])


def _mark(header: Header, clock: str, key: ProjectKey, guard: Guard) -> str:
    return key.digest("file", header.sha256, clock, guard.text, graybook.__version__, edition()).hex()[:32]


def _made(
    dataset: Dataset,
    person: Pseudonymous,
    header: Header,
    key: ProjectKey,
    path: str,
    mark: str,
    guard: Guard,
) -> tuple[Copy, bytes]:
    result, findings = deidentified(dataset, key, person.pseudonym, guard)
    data = encoded(result)
    made = Copy(
        file=path,
        input=mark,
        sha256=hashlib.sha256(data).hexdigest(),
        modality=header.modality,
        said=_said(findings),
        attributes=_by_attribute(attribute_changes(dataset, result)),
    )
    return made, data


def _write(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(place.name + UNFINISHED)
    fresh.write_bytes(data)
    fresh.replace(place)


def _said(findings: tuple[Finding, ...]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for one in findings:
        count = one.params.get("count")
        counted[one.code] += int(count) if isinstance(count, int | float) else 1
    return dict(sorted(counted.items()))


def _by_attribute(changes: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (name, what), count in sorted(changes.items()):
        found.setdefault(name, {})[what] = count
    return found


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _remove(out: Path, names: set[str]) -> None:
    """Take away what an earlier run wrote and this one does not."""
    for name in sorted(names):
        (out / name).unlink(missing_ok=True)
