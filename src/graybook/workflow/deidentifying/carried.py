"""``graybook.toml`` and the persons written come in; each person's own, de-identified, is written beside their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from graybook.dicom.deidentify import Guard
from graybook.dicom.facts import FileFacts, ImageSliceFacts
from graybook.dicom.reading import read_file
from graybook.dicom.walk import files_of
from graybook.files.settings import FILE_NAME, Settings
from graybook.record.project_key import ProjectKey
from graybook.workflow.deidentifying.clocks import moments_of
from graybook.workflow.deidentifying.copies import Copies, new_path
from graybook.workflow.deidentifying.naming import Naming
from graybook.workflow.deidentifying.people import Pseudonymous
from graybook.workflow.deidentifying.selectors import Selectors, selectors_of
from graybook.workflow.deidentifying.statements import Statements, statements
from graybook.workflow.deidentifying.words import Words
from graybook.workflow.folder.scan import PersonScan, scan_facts
from graybook.workflow.nuclear.image_scale import camera_text

__all__ = ["carried"]


def carried(
    text: str,
    persons: Sequence[Pseudonymous],
    facts: Sequence[FileFacts],
    settings: Settings,
    key: ProjectKey,
    out: Path,
    written: Copies,
) -> dict[str, Statements]:
    """What ``graybook.toml`` says of each person, by pseudonym, written into the person's folder where anything is left of it."""
    if not text.strip():
        for person in persons:
            _write(out / person.pseudonym / FILE_NAME, "")
        return {}
    scanned = scan_facts(facts, settings).persons
    there = {one.file for one in written.copies}
    found: dict[str, Statements] = {}
    for person in persons:
        cameras = _cameras(person, key, out, there)
        words = Words(key=key, guard=written.guards.get(person.pseudonym, Guard()))
        own = _scan_of(person, scanned)
        names = (
            Selectors(cameras=cameras)
            if own is None
            else selectors_of(own, settings, key, person.days, cameras)
        )
        found[person.pseudonym] = statements(
            text, person, Naming(names, words), words, moments_of(person.objects), alone=len(persons) == 1
        )
        _write(out / person.pseudonym / FILE_NAME, found[person.pseudonym].text)
    return found


def _scan_of(person: Pseudonymous, scanned: Sequence[PersonScan]) -> PersonScan | None:
    own = set(person.person.identities)
    return next((one for one in scanned if own & set(one.record.person.identities)), None)


def _cameras(person: Pseudonymous, key: ProjectKey, out: Path, there: set[str]) -> dict[str, str]:
    """What cameras are called, old and new; the new names are read from the files as they were written."""
    found: dict[str, str] = {}
    for fact in person.objects:
        if not isinstance(fact, ImageSliceFacts) or fact.activity is None:
            continue
        old, path = camera_text(fact.activity.camera), new_path(person, fact.header, key)
        if old in found or path not in there:
            continue
        new = read_file(next(files_of(out / path)))
        if isinstance(new, ImageSliceFacts) and new.activity is not None:
            found[old] = camera_text(new.activity.camera)
    return {old: new for old, new in found.items() if new}


def _write(path: Path, text: str) -> None:
    if not text:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
