"""Cohort build: results of many persons come in; a pool, one table under pseudonyms of a project, goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import graybook
from graybook.cohort.ledger import LEDGER
from graybook.cohort.manifest import (
    BUILDINGS,
    FAILURES,
    MANIFEST,
    PARTS,
    TABLES,
    Manifest,
    manifest_text,
    read_manifest,
)
from graybook.errors import InputError, UsageError
from graybook.files.project_key_file import project_key
from graybook.progress import Progress, silent
from graybook.record import Finding
from graybook.record.project_key import ProjectKey
from graybook.text import Language
from graybook.workflow.pooling.buildings import tidied_buildings, written_buildings
from graybook.workflow.pooling.choice import Choice, chosen
from graybook.workflow.pooling.listing import counted, write_private, written_list
from graybook.workflow.pooling.lock import LOCK, held
from graybook.workflow.pooling.parts import Failed, Part, left_out_findings, made_part, part_file
from graybook.workflow.pooling.records import RecordFiles, records_in
from graybook.workflow.pooling.table import written_table

__all__ = ["Built", "build"]

OURS = {MANIFEST, FAILURES, BUILDINGS, PARTS, TABLES, LOCK, LEDGER}


@dataclass(frozen=True, kw_only=True)
class Built:
    """A pool, and every result that is not in it or not whole."""

    pool: Path
    manifest: Manifest
    findings: tuple[Finding, ...]


def build(
    records: Iterable[Path],
    pool: Path,
    *,
    project: str,
    key_file: Path | None = None,
    language: Language = "en",
    progress: Progress = silent,
) -> Built:
    """
    Build a pool from folders or files of results; one built in part is gone on with.

    Each result is read alone and its rows written before the next, so that memory does not grow with them; an identical result
    of an earlier run is not read again. The pool changes at once, when its manifest is replaced.

    Parameters
    ----------
    records
        Folders of results, and files.
    pool
        The pool's folder.
    project
        The research project; its key is made at first use.
    key_file
        Where the key lies, when not in the user's data folder.
    language
        Of the list of results that are not in the pool.
    progress
        Told of every result.

    Raises
    ------
    graybook.errors.UsageError
        POOL holds something else, or a pool of another project, or the key.
    graybook.errors.InputError
        There is no result at all.
    """
    files, empty = records_in(records)
    if not files:
        raise InputError(
            "There is no result.json to pool.",
            value=", ".join(one.subject for one in empty),
            remedy="Name folders that graybook assess wrote, folders of such, or result.json files.",
        )
    key = project_key(project, key_file, out=pool)
    _made_pool(pool, project)
    with held(pool):
        return _built(files, empty, pool, key, language, progress)


def _built(
    files: Sequence[RecordFiles],
    empty: Sequence[Finding],
    pool: Path,
    key: ProjectKey,
    language: Language,
    progress: Progress,
) -> Built:
    parts, broken = _parts(files, pool, key, progress)
    choice = chosen(parts, broken, key)
    tables, n_rows = written_table(choice.persons, pool, progress)
    whole = [one for person in choice.persons for one in left_out_findings(person.part)]
    failed = [*(one.finding for one in broken), *empty, *choice.failed]
    findings = (*failed, *choice.older, *choice.twice, *whole)
    manifest = _manifest(key.project, choice, tables, n_rows, len(files), failed, whole)
    written_list(findings, pool / FAILURES, language)
    written_buildings(choice.persons, pool)
    write_private(pool / MANIFEST, manifest_text(manifest))
    tidied_buildings(pool)
    _tidied(pool, {part_file(pool, one.name) for one in parts} | {pool / one for one in tables})
    return Built(pool=pool, manifest=manifest, findings=findings)


def _made_pool(pool: Path, project: str) -> None:
    if (pool / MANIFEST).exists():
        try:
            told = read_manifest(pool).project
        except InputError:
            told = project  # of another version: built again
        if told != project:
            raise UsageError(
                f"This pool is of project {told}.",
                value=str(pool),
                remedy=f"Name another folder for project {project}.",
            )
    try:
        pool.mkdir(parents=True, exist_ok=True, mode=0o700)
        others = sorted(one.name for one in pool.iterdir() if one.name.removesuffix(".tmp") not in OURS)
        (pool / PARTS).mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            "POOL cannot be made as a folder.",
            value=f"{pool}: {error.strerror}",
            remedy="Name a folder that can be written to.",
        ) from error
    if others:
        raise UsageError(
            "POOL holds other files.", value=", ".join(others[:5]), remedy="Name a new folder, or a pool."
        )


def _parts(
    files: Sequence[RecordFiles], pool: Path, key: ProjectKey, progress: Progress
) -> tuple[list[Part], list[Failed]]:
    """The part of every result, and why some have none."""
    parts: list[Part] = []
    failed: list[Failed] = []
    for at, one in enumerate(files):
        progress(f"{at + 1}/{len(files)}", at / len(files))
        made = made_part(one, pool, key)
        if isinstance(made, Part):
            parts.append(made)
        else:
            failed.append(made)
    return parts, failed


def _manifest(
    project: str,
    choice: Choice,
    tables: tuple[str, ...],
    n_rows: int,
    records: int,
    failed: Sequence[Finding],
    left_out: Sequence[Finding],
) -> Manifest:
    return Manifest(
        project=project,
        persons=sum(one.part.rows > 0 for one in choice.persons),
        without_rows=sum(one.part.rows == 0 for one in choice.persons),
        rows=n_rows,
        records=records,
        older=len(choice.older),
        twice=len(choice.twice),
        failed=counted(failed),
        left_out=counted(left_out),
        files=tables,
        software_version=graybook.__version__,
    )


def _tidied(pool: Path, kept: set[Path]) -> None:
    """Take away what no result given stands behind any more: who left the pool is nowhere in it."""
    for folder in (pool / PARTS, pool / TABLES):
        for file in folder.iterdir():
            if file not in kept:
                file.unlink()
