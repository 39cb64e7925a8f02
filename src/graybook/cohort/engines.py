"""Parquet files of a pool come in; an engine that runs ibis expressions over them goes out: DuckDB, or Spark on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import pyarrow as pa

from graybook.cohort.schema import TABLE
from graybook.errors import InputError, UnreadableFile, UsageError

if TYPE_CHECKING:
    from ibis.expr.types import Table

__all__ = ["ENGINES", "Engine", "EngineName", "duckdb_engine", "opened", "spark_engine", "spark_missing"]

EngineName = Literal["duckdb", "spark"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
MEMORY_LIMIT = "1GB"
"""DuckDB writes to a temporary folder what it needs beyond."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Engine:
    """A pool that is open for questions.

    Parameters
    ----------
    name
        ``duckdb`` or ``spark``.
    table
        The pool's one table, the same while it is open.
    found
        What was collected already, by what names it.
    """

    name: EngineName
    connection: Any
    table: Table
    found: dict[str, Any] = field(default_factory=dict, repr=False)

    def collected(self, expression: Table) -> pa.Table:
        """The rows of an expression."""
        found: pa.Table = self.connection.to_pyarrow(expression)
        return found

    def sql(self, expression: Table) -> str:
        """The SQL of an expression, as this engine runs it."""
        return str(self.connection.compile(expression, pretty=True))


@contextmanager
def opened(files: Sequence[Path], engine: EngineName = "duckdb") -> Iterator[Engine]:
    """An engine over the files of a pool; closed at the end."""
    if engine == "spark":
        with spark_engine(files) as spark:
            yield spark
    else:
        with duckdb_engine(files) as duckdb:
            yield duckdb


@contextmanager
def duckdb_engine(files: Sequence[Path], *, memory_limit: str = MEMORY_LIMIT) -> Iterator[Engine]:
    """DuckDB in this process; nothing is fetched from elsewhere."""
    import ibis

    connection = ibis.duckdb.connect(
        memory_limit=memory_limit,
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    try:
        with _readable(files):
            table = connection.read_parquet([str(file) for file in files], table_name="pool")
        yield Engine(name="duckdb", connection=connection, table=_checked(table))
    finally:
        connection.disconnect()


def spark_missing() -> str:
    """Why Spark cannot run here; empty when it can."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "pyspark is not installed"
    return "" if _java() else "no Java was found"


def _java() -> str | None:
    """The java program Spark would start."""
    home = os.environ.get("JAVA_HOME")
    beside = Path(home, "bin", "java") if home else None
    return str(beside) if beside is not None and beside.is_file() else shutil.which("java")


@contextmanager
def spark_engine(files: Sequence[Path], *, memory: str = "1g") -> Iterator[Engine]:
    """Spark on this machine alone: two threads, no pages, loopback only."""
    if missing := spark_missing():
        raise UsageError(
            "Spark cannot run here.",
            value=missing,
            remedy="Install graybook[spark] and Java 17, or leave out --engine spark: DuckDB gives the same table.",
        )
    import ibis
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder: Any = SparkSession.builder
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(key, value)
    session = builder.master("local[2]").appName("graybook").getOrCreate()
    try:
        connection = ibis.pyspark.connect(session)
        with _readable(files):
            session.read.parquet(*(file.resolve().as_uri() for file in files)).createOrReplaceTempView("pool")
        yield Engine(name="spark", connection=connection, table=_checked(connection.table("pool")))
    finally:
        with suppress(Exception):
            session.stop()


@contextmanager
def _readable(files: Sequence[Path]) -> Iterator[None]:
    """An engine's own error on reading becomes one of ours."""
    try:
        yield
    except Exception as error:
        raise UnreadableFile(
            "A file of the pool's table is missing or damaged.",
            value=", ".join(file.name for file in files[:3]),
            remedy="Build the pool again with graybook cohort build.",
        ) from error


def _checked(table: Table) -> Table:
    """The table, if it has the columns of this version."""
    missing = [name for name in TABLE.names if name not in table.columns]
    if missing:
        raise InputError(
            "The pool was built by another version: it lacks columns.",
            value=", ".join(missing[:5]),
            remedy="Build it again with graybook cohort build.",
        )
    return table
