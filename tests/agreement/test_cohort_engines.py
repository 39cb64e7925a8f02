"""DuckDB and Spark: the same expressions over 200 persons give the same tables, to the last digit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graybook.cohort.engines import duckdb_engine, spark_missing
from graybook.cohort.expressions import expressions
from graybook.cohort.manifest import table_files
from graybook.cohort.query import Condition, Query
from unit.cohort.many_persons import pool_table

PERSONS = 200
PROGRAM = """
import hashlib, json, sys
from pathlib import Path
from graybook.cohort.engines import opened
from graybook.cohort.expressions import expressions, identity
from graybook.cohort.query import Query

def checksum(table):
    rows = sorted(json.dumps([row[name] for name in sorted(row)]) for row in table.to_pylist())
    return hashlib.sha256("\\n".join(rows).encode()).hexdigest(), len(rows)

files, queries = [Path(one) for one in sys.argv[2:]], [Query.of_document(one) for one in json.loads(sys.argv[1])]
found = {}
for engine in ("duckdb", "spark"):
    with opened(files, engine) as pool:
        tables = {"identity": identity(pool.table)}
        for number, query in enumerate(queries):
            tables |= {f"{number} {name}": one for name, one in expressions(pool.table, query).items()}
        found[engine] = {name: checksum(pool.collected(one)) for name, one in tables.items()}
        found[engine + " address"] = pool.connection._session.conf.get("spark.driver.bindAddress") \
            if engine == "spark" else None
print(json.dumps(found))
"""
QUERIES = (
    Query(rows="structure", columns="interval_days", measure="sum", of="eqd2_d0_03cc"),
    Query(rows="eqd2_mean", measure="quartiles", of="eqd2_mean", where=(Condition.parsed("age>=50"),)),
)


@pytest.fixture(scope="session")
def pool_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of 200 invented persons."""
    file = tmp_path_factory.mktemp("engines") / "pool.parquet"
    pq.write_table(pool_table(PERSONS), file)
    return file


def test_duckdb_totals_are_sums_of_single_persons(pool_file: Path) -> None:
    """Each total of DuckDB is the sum of the totals of 200 tables of one person each, added in Python."""
    table = pq.read_table(pool_file)
    expected: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in table.to_pylist():
        wanted = row["scope"] == "cumulative" and not row["apart"] and row["status"] != "proposed"
        if wanted and row["eqd2_d0_03cc_ugy"] is not None:
            expected[row["structure"]][0] += 1
            expected[row["structure"]][1] += row["eqd2_d0_03cc_ugy"]
    query = Query(rows="structure", measure="sum", of="eqd2_d0_03cc")
    with duckdb_engine([pool_file]) as engine:
        cells = engine.collected(expressions(engine.table, query)["cells"])
    assert {row["r"]: [row["persons"], row["total"]] for row in cells.to_pylist()} == dict(expected)


def test_duckdb_keeps_to_its_memory(pool_file: Path) -> None:
    """The limit given is the limit DuckDB runs with, and no extension is fetched."""
    with duckdb_engine([pool_file], memory_limit="256MB") as engine:
        settings = engine.connection.raw_sql(
            "select name, value from duckdb_settings() where name in "
            "('memory_limit', 'autoinstall_known_extensions', 'autoload_known_extensions')"
        ).fetchall()
    assert dict(settings) == {
        "memory_limit": "244.1 MiB",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def test_spark_gives_the_same_tables(pool_of_200: Path) -> None:
    """Checksums of every table of two questions on a built pool are equal; Spark listens on this machine alone."""
    if missing := spark_missing():
        pytest.skip(f"Spark: {missing}")
    documents = json.dumps([query.document() for query in QUERIES])
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, documents, *map(str, table_files(pool_of_200))],
        env={**os.environ, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"},  # compile less: it runs once
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["duckdb"] == found["spark"]
    assert len(found["duckdb"]) >= 1 + 3 * len(QUERIES)
    assert min(rows for _, rows in found["duckdb"].values()) >= 1
    assert found["spark address"] == "127.0.0.1"


def test_no_value_is_nan() -> None:
    """What is not known is NULL in the test's own table too: engines add NaN differently."""
    table: pa.Table = pool_table(PERSONS)
    assert not any(pa.types.is_floating(field.type) for field in table.schema)
