"""One result with its curves comes in; its rows as a Parquet file of the pool, written once, and whose they are, go out."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

import graybook
from graybook.cohort.entry import Entry, NotPooled
from graybook.cohort.histogram import curves_of
from graybook.cohort.manifest import PARTS
from graybook.cohort.person import birth_date, identities_of, sex
from graybook.cohort.rows import PersonRows, rows
from graybook.cohort.schema import SCHEMA_VERSION
from graybook.record import Finding, Identity, Severity
from graybook.record.project_key import ProjectKey
from graybook.workflow.pooling.reading import checked, document_of, read_bytes
from graybook.workflow.pooling.records import RecordFiles

__all__ = ["Failed", "Part", "left_out_findings", "made_part", "part_file", "write_parquet"]

LEFT_OUT, DIGEST = b"graybook_left_out", b"graybook_rows"
NOT_COMPARED = ("person", "result", "start", "tables_edition", "software_version")
"""Columns that change when a result is made again from the same doses, or a person gets another pseudonym."""
HALF = 16
"""Bytes of a digest that names a file. [B]"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A result that can enter the pool: what says whose it is and how new, and the name of its rows.

    The rows stand under the pseudonym of ``identities`` alone; identifiers stay in memory. ``result`` stands for the files and the
    version that read them, ``digest`` for the rows, whoever's they are.
    """

    shown: str
    name: str
    identities: tuple[Identity, ...]
    created: date
    born: date | None
    sex: str | None
    rows: int
    left_out: tuple[tuple[str, int], ...]
    result: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A result that cannot enter the pool: why, and as far as it says so, whose it is and how new."""

    finding: Finding
    identities: tuple[Identity, ...] = ()
    created: date | None = None


def part_file(pool: Path, name: str) -> Path:
    """Where the rows of a result lie."""
    return pool / PARTS / f"{name}.parquet"


def made_part(files: RecordFiles, pool: Path, key: ProjectKey) -> Part | Failed:
    """The part of one result: read if an earlier run made it from the same bytes, else made; or why it cannot enter."""
    identities: tuple[Identity, ...] = ()
    created: date | None = None
    try:
        data = read_bytes(files.result)
        document = document_of(data)
        identities = identities_of(Entry(document).entry("patient"))
        created = _created(Entry(document))
        return _part(files, data, document, pool, key)
    except NotPooled as error:
        return Failed(finding=error.of(files.shown), identities=identities, created=created)


def _part(files: RecordFiles, data: bytes, document: dict[str, Any], pool: Path, key: ProjectKey) -> Part:
    curves = None if files.curves is None else read_bytes(files.curves)
    patient = Entry(document).entry("patient")
    identities = identities_of(patient)
    hashes = tuple("" if one is None else hashlib.sha256(one).hexdigest() for one in (data, curves))
    name = key.digest("part", SCHEMA_VERSION, graybook.__version__, *hashes)[:HALF].hex()
    file = part_file(pool, name)
    result = key.digest("result", name)[:HALF].hex()
    known = _known(file)
    if known is None:
        checked(data, document)
        made = _rows(document, curves, key, identities, result)
        known = made.table.num_rows, _counts(made.left_out), _digest(made.table, key)
        write_parquet(made.table, file, {LEFT_OUT: json.dumps(known[1]).encode(), DIGEST: known[2].encode()})
    return Part(
        shown=files.shown,
        name=name,
        identities=identities,
        created=_created(Entry(document)),
        born=birth_date(patient),
        sex=sex(patient),
        rows=known[0],
        left_out=known[1],
        result=result,
        digest=known[2],
    )


def _created(result: Entry) -> date:
    made = result.entry("provenance")
    created = made.day("created")
    if created is None:
        raise made.wrong("created", "a day")
    return created


def _rows(
    document: dict[str, Any],
    curves: bytes | None,
    key: ProjectKey,
    identities: tuple[Identity, ...],
    result: str,
) -> PersonRows:
    person = key.person(identities)
    return rows(
        document,
        {} if curves is None else curves_of(curves),
        person=person,
        name=result,
        days=key.days(person),
    )


def _counts(left_out: Iterable[Finding]) -> tuple[tuple[str, int], ...]:
    return tuple((one.code, int(one.params["n"] or 0)) for one in left_out)


def _digest(table: pa.Table, key: ProjectKey) -> str:
    """What stands in the project for the rows as text, NULL and an empty text apart."""
    text = io.BytesIO()
    pa.csv.write_csv(table.drop_columns(list(NOT_COMPARED)), text)
    return key.digest("rows", text.getvalue().decode())[:HALF].hex()


def _known(file: Path) -> tuple[int, tuple[tuple[str, int], ...], str] | None:
    """How many rows a part made earlier has, what was left out, and what stands for it; None where none can be read."""
    try:
        footer = pq.read_metadata(file)
        counts = json.loads(footer.metadata[LEFT_OUT])
        digest = footer.metadata[DIGEST].decode("ascii")
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None
    return footer.num_rows, tuple((str(code), int(n)) for code, n in counts), digest


def write_parquet(table: pa.Table, file: Path, metadata: dict[bytes, bytes] | None = None) -> None:
    """Write a file that is whole or not there, in one row group; the same table gives the same bytes."""
    unfinished = file.with_suffix(".tmp")
    told = {**(table.schema.metadata or {}), **(metadata or {})}
    pq.write_table(
        table.replace_schema_metadata(told),
        unfinished,
        compression="zstd",
        row_group_size=max(table.num_rows, 1),
    )
    unfinished.replace(file)


def left_out_findings(part: Part) -> list[Finding]:
    """What of a result in the pool found no place in it."""
    return [
        Finding(code=code, severity=Severity.INFO, subject=part.shown, params={"n": n})
        for code, n in part.left_out
    ]
