"""The parts of all persons come in; the table of the pool, a few larger Parquet files named by their content, goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from graybook.cohort.manifest import TABLES
from graybook.cohort.schema import TABLE
from graybook.progress import Progress, silent
from graybook.workflow.pooling.choice import Chosen
from graybook.workflow.pooling.parts import part_file, write_parquet

__all__ = ["PERSONS_A_FILE", "written_table"]

PERSONS_A_FILE = 500
"""One file holds so many persons: few enough for memory, many enough for an engine."""


def written_table(
    persons: Sequence[Chosen], pool: Path, progress: Progress = silent
) -> tuple[tuple[str, ...], int]:
    """Write the table, persons in the order given; gives its files relative to the pool, and the number of rows.

    Of nobody there is no file.
    """
    (pool / TABLES).mkdir(exist_ok=True)
    files: list[str] = []
    n_rows = 0
    for first in range(0, len(persons), PERSONS_A_FILE):
        progress("table", first / len(persons))
        tables = [_rows(one, pool) for one in persons[first : first + PERSONS_A_FILE]]
        table = pa.concat_tables([TABLE.empty_table(), *tables])
        n_rows += table.num_rows
        files.append(_written(table, pool))
    return tuple(files), n_rows


def _rows(one: Chosen, pool: Path) -> pa.Table:
    """The rows of a person, under the pseudonym of all identifiers."""
    table = pq.read_table(part_file(pool, one.part.name)).cast(TABLE)
    if not table.num_rows or table.column("person")[0].as_py() == one.person:
        return table
    names = pa.array([one.person] * table.num_rows, pa.string())
    moved = pc.add(table.column("start"), pa.scalar(timedelta(days=one.days), pa.duration("s")))
    table = table.set_column(table.schema.get_field_index("person"), TABLE.field("person"), names)
    at = table.schema.get_field_index("start")
    return table.set_column(at, TABLE.field("start"), moved.cast(pa.date32()))


def _written(table: pa.Table, pool: Path) -> str:
    unnamed = pool / TABLES / "unnamed.parquet"
    write_parquet(table, unnamed)
    with unnamed.open("rb") as stream:
        name = f"{TABLES}/{hashlib.file_digest(stream, 'sha256').hexdigest()[:32]}.parquet"
    unnamed.replace(pool / name)
    return name
