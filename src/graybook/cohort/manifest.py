"""A pool's folder comes in; what it says of itself, and the Parquet files that are its table, go out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from graybook.cohort.schema import SCHEMA_VERSION
from graybook.errors import InputError

__all__ = [
    "FAILURES",
    "MANIFEST",
    "PARTS",
    "TABLES",
    "Manifest",
    "manifest_text",
    "read_manifest",
    "table_files",
]

MANIFEST, FAILURES, PARTS, TABLES = "pool.json", "failures.jsonl", "parts", "table"
"""What lies in a pool: only the manifest and the tables it names may leave it."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What ``pool.json`` holds. Nothing in it is of one person, and no clock, path or host is in it.

    Parameters
    ----------
    project
        Whose key the pseudonyms are made with.
    persons, rows
        In the table.
    without_rows
        Persons whose newest result has no structure: they have no row.
    records
        Results given, each file once.
    older, twice
        Results of a person with a newer one, and files with the same content as another.
    failed
        Results that could not enter, by reason.
    left_out
        Values of results in the pool that found no place in it, by reason.
    files
        The table, relative to the folder.
    """

    project: str
    persons: int
    rows: int
    without_rows: int = 0
    records: int = 0
    older: int = 0
    twice: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    software_version: str = ""
    schema_version: str = SCHEMA_VERSION


def manifest_text(manifest: Manifest) -> str:
    """``pool.json`` as text."""
    return json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"


def read_manifest(pool: Path) -> Manifest:
    """The manifest of a pool.

    Raises
    ------
    graybook.errors.InputError
        The folder is no pool, its building was not finished, or another version of Graybook built it.
    """
    file = pool / MANIFEST
    try:
        values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        version = values["schema_version"]
        manifest = Manifest(**{**values, "files": tuple(values["files"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "This folder is no pool, or its building was not finished.",
            value=str(file),
            remedy="Run graybook cohort build; it goes on where it stopped.",
        ) from error
    if version != SCHEMA_VERSION:
        raise InputError(
            "This pool was built by another version of Graybook.",
            value=f"schema {version}, this version reads {SCHEMA_VERSION}",
            remedy="Build it again with this version.",
        )
    return manifest


def table_files(pool: Path) -> tuple[Path, ...]:
    """The Parquet files that are the pool's table, in the order of the pseudonyms."""
    return tuple(pool / one for one in read_manifest(pool).files)
