"""A pool's folder comes in; what it says of itself, its Parquet files, and what its buildings consisted of, go out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from graybook.cohort.schema import SCHEMA_VERSION
from graybook.errors import InputError

__all__ = [
    "BUILDINGS",
    "FAILURES",
    "MANIFEST",
    "PARTS",
    "TABLES",
    "Manifest",
    "buildings_text",
    "changed_persons",
    "manifest_text",
    "pool_name",
    "read_buildings",
    "read_manifest",
    "table_files",
]

MANIFEST, FAILURES, PARTS, TABLES = "pool.json", "failures.jsonl", "parts", "table"
"""What lies in a pool: only the manifest and the tables it names may leave it."""
BUILDINGS = "buildings.jsonl"
"""What stands for each person's rows, of each building that a question was asked of, and of the last; it may not leave the pool."""


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


def pool_name(persons: Iterable[tuple[str, str]]) -> str:
    """What names a building of a pool: the digest of all it consists of, each person with what stands for the result, sorted."""
    text = "\n".join(f"{person} {result}" for person, result in sorted(persons))
    return hashlib.sha256(text.encode()).hexdigest()


def buildings_text(buildings: Mapping[str, Collection[str]]) -> str:
    """``buildings.jsonl`` as text: a line for each building, in the order given."""
    return "".join(
        json.dumps({"pool": name, "rows": sorted(rows)}) + "\n" for name, rows in buildings.items()
    )


def read_buildings(pool: Path) -> dict[str, tuple[str, ...]]:
    """What stands for each person's rows, by the building's name, the oldest first; none where nothing is kept.

    Raises
    ------
    graybook.errors.InputError
        The file is not as Graybook wrote it.
    """
    try:
        lines = (pool / BUILDINGS).read_text(encoding="utf-8").splitlines()
        told: list[dict[str, Any]] = [json.loads(line) for line in lines]
        return {str(one["pool"]): tuple(map(str, one["rows"])) for one in told}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "The file of the pool's earlier buildings is not as Graybook wrote it.",
            value=str(pool / BUILDINGS),
            remedy="Restore it from a copy. Without it nobody knows how many persons changed since an earlier answer.",
        ) from error


def changed_persons(before: Iterable[str], after: Iterable[str]) -> int:
    """Of how many persons the rows differ between two buildings: those that went or those that came, whichever are more.

    A renewed result is one gone and one come. What stands for rows is blind to pseudonyms, names of results and versions, so
    that a pool made again in full from the same doses has changed by nobody.

    Examples
    --------
    >>> changed_persons(["a", "b", "c"], ["a", "b", "d"]), changed_persons(["a", "a"], ["a"]), changed_persons("abc", "cab")
    (1, 1, 0)
    """
    old, new = Counter(before), Counter(after)
    return max((old - new).total(), (new - old).total())
