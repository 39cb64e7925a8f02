"""The files of persons come in; each is written de-identified under its new UID, once, and what was done to it goes out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

import graybook
from graybook.dicom.attributes import NotUsed
from graybook.dicom.deidentify import deidentified, encoded, replaced_uid
from graybook.dicom.facts import Header
from graybook.dicom.rewriting import OffsetOf, attribute_changes, whole_object, write_offsets
from graybook.dicom.walk import SourceFile
from graybook.errors import InputError
from graybook.record import Finding
from graybook.record.project_key import ProjectKey
from graybook.tables import edition
from graybook.workflow.deidentifying.people import LeftOut, Pseudonymous
from graybook.workflow.deidentifying.places import JOURNAL, REPORT, REPORT_PAGE, UNFINISHED

__all__ = ["Copies", "Copy", "Earlier", "copies", "earlier_copies", "fingerprint", "new_path"]

CHANGES = ("kept", "replaced", "removed", "added")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One file of OUT.

    Parameters
    ----------
    file
        Its path in OUT.
    input
        What stands in the project for the SHA-256 of the file it was made from, and for how it was made.
    sha256
        Of its own bytes.
    modality
        CT, RTDOSE ...
    said
        Codes of findings, with how often.
    attributes
        How many elements of each attribute were kept, replaced, removed and added.
    """

    file: str
    input: str
    sha256: str
    modality: str
    said: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Copies:
    """All files of the persons of a run, and those that were read but may not leave."""

    copies: tuple[Copy, ...]
    left_out: tuple[LeftOut, ...]


def fingerprint(key: ProjectKey) -> str:
    """Tells a project's key from another, and nothing of it."""
    return key.digest("key").hex()[:16]


def new_path(person: Pseudonymous, header: Header, key: ProjectKey, *, number: int = 1) -> str:
    """Where a file goes: the person's folder, its new UID; ``number`` above 1 where a UID stands in several files."""
    uid = replaced_uid(header.sop_instance_uid, key)
    return f"{person.pseudonym}/{uid}{'' if number == 1 else f'-{number}'}.dcm"


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What earlier runs of a project wrote into OUT: files by path, and what was said of persons' settings."""

    copies: Mapping[str, Copy] = field(default_factory=dict)
    findings: tuple[Mapping[str, object], ...] = ()

    def of_others(self, pseudonyms: Collection[str]) -> Earlier:
        """The same without some persons."""
        return Earlier(
            copies={
                path: one for path, one in self.copies.items() if path.partition("/")[0] not in pseudonyms
            },
            findings=tuple(one for one in self.findings if one.get("subject") not in pseudonyms),
        )


def earlier_copies(out: Path, key: ProjectKey) -> Earlier:
    """
    What earlier runs with this key wrote, as the report, or the journal of a stopped run, tells it; nothing without either.

    Raises
    ------
    graybook.errors.InputError
        OUT was written with another key, or its report cannot be read.
    """
    found: dict[str, Copy] = {}
    findings: tuple[Mapping[str, object], ...] = ()
    try:
        for line in _told(out):
            if "file" in line:
                found[str(line["file"])] = Copy(**line)
            elif line["key"] == fingerprint(key):
                findings = tuple(line["findings"])
            else:
                raise InputError(
                    "OUT was written with the key of another project.",
                    value=str(out),
                    remedy="Name another OUT, or the key it was written with (--key).",
                )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "OUT holds a report of de-identification that cannot be read.",
            value=str(out),
            remedy="Name another OUT.",
        ) from None
    return Earlier(copies=found, findings=findings)


def _told(out: Path) -> Iterator[dict[str, Any]]:
    if (out / REPORT).is_file():
        document = json.loads((out / REPORT).read_text(encoding="utf-8"))
        yield {"key": document["key"], "findings": document["findings"]}
        yield from document["files"]
    if (out / JOURNAL).is_file():
        lines = (out / JOURNAL).read_text(encoding="utf-8").splitlines(keepends=True)
        yield from (json.loads(line) for line in lines if line.endswith("\n"))


class _Journal:
    """Says on disk what is done, line by line, so that a stopped run goes on."""

    def __init__(self, out: Path, key: ProjectKey, earlier: Earlier) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self.path = out / JOURNAL
        fresh = self.path.with_name(JOURNAL + UNFINISHED)
        with fresh.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(json.dumps({"key": fingerprint(key), "findings": earlier.findings}) + "\n")
            for one in earlier.copies.values():
                stream.write(json.dumps(asdict(one)) + "\n")
        fresh.replace(self.path)
        for name in (REPORT, REPORT_PAGE):  # until the end, OUT is not finished
            (out / name).unlink(missing_ok=True)
        self.stream = self.path.open("a", encoding="utf-8", newline="\n")

    def add(self, one: Copy) -> None:
        self.stream.write(json.dumps(asdict(one)) + "\n")
        self.stream.flush()

    def close(self) -> None:
        self.stream.close()


def copies(
    persons: tuple[Pseudonymous, ...],
    sources: Mapping[str, SourceFile],
    key: ProjectKey,
    out: Path,
    *,
    offset_of: OffsetOf,
    clock: str,
    earlier: Earlier,
    seen: Callable[[SourceFile, Dataset], None],
    progress: Callable[[float], None],
) -> Copies:
    """
    Write the files of all persons; those that an earlier run wrote from the same bytes are left as they are.

    Of these persons OUT holds nothing else afterwards; other persons of earlier runs stay.

    Parameters
    ----------
    offset_of, clock
        Gives the offset from UTC of moments without one; a word for how, so that another clock writes the files anew.
    earlier
        Of :func:`earlier_copies`.
    seen
        Told of every source with its dataset, before anything of it is written.
    progress
        Told the share that is done.
    """
    planned = list(_planned(persons, key))
    journal = _Journal(out, key, earlier)
    done: list[Copy] = []
    left: list[LeftOut] = []
    try:
        for place, (person, header, path) in enumerate(planned):
            progress(place / len(planned))
            source = sources[header.path]
            try:
                dataset = whole_object(source)
                seen(source, dataset)
                mark = _mark(header, clock, key)
                made = earlier.copies.get(path)
                if made is None or made.input != mark or not _holds(out / path, made.sha256):
                    write_offsets(dataset, offset_of)
                    made = _written(dataset, person, header, key, out, path, mark)
                    journal.add(made)
                done.append(made)
            except NotUsed as refused:
                left.append(LeftOut(path=header.path, reason=refused.finding))
    finally:
        journal.close()
    others = earlier.of_others({one.pseudonym for one in persons})
    _remove(out, {*earlier.copies} - {*others.copies} - {one.file for one in done})
    return Copies(copies=tuple(sorted(done, key=lambda one: one.file)), left_out=tuple(left))


def _planned(
    persons: tuple[Pseudonymous, ...], key: ProjectKey
) -> Iterator[tuple[Pseudonymous, Header, str]]:
    taken: Counter[str] = Counter()
    for person in persons:
        for header in person.headers:
            first = new_path(person, header, key)
            taken[first] += 1
            yield person, header, new_path(person, header, key, number=taken[first])


def _mark(header: Header, clock: str, key: ProjectKey) -> str:
    return key.digest("file", header.sha256, clock, graybook.__version__, edition()).hex()[:32]


def _written(
    dataset: Dataset, person: Pseudonymous, header: Header, key: ProjectKey, out: Path, path: str, mark: str
) -> Copy:
    result, findings = deidentified(dataset, key, person.pseudonym)
    data = encoded(result)
    place = out / path
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(place.name + UNFINISHED)
    fresh.write_bytes(data)
    fresh.replace(place)
    return Copy(
        file=path,
        input=mark,
        sha256=hashlib.sha256(data).hexdigest(),
        modality=header.modality,
        said=_said(findings),
        attributes=_by_attribute(attribute_changes(dataset, result)),
    )


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
