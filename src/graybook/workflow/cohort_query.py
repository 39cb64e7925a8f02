"""Cohort query: a pool and a question come in; the guarded answer, written to the pool's log before anybody sees it, goes out."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path

import graybook
from graybook.cohort.answer import Answer, answer
from graybook.cohort.engines import EngineName, opened
from graybook.cohort.expressions import expressions
from graybook.cohort.ledger import LEDGER, Ledger
from graybook.cohort.manifest import read_buildings, table_files
from graybook.cohort.query import Query
from graybook.errors import InputError
from graybook.progress import Progress, silent

__all__ = ["asked", "sql_of"]


def asked(pool: Path, query: Query, *, engine: EngineName = "duckdb", progress: Progress = silent) -> Answer:
    """The answer to a question.

    Raises
    ------
    graybook.errors.InputError
        The folder is no pool, holds nobody, or its log cannot be read or written.
    graybook.errors.NotComparable
        The answer would show, alone or beside earlier ones, a number of fewer than 11 persons.
    """
    stamp = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "user": _user(),
        "engine": engine,
        "software_version": graybook.__version__,
    }
    with opened(_files(pool), engine) as open_pool:
        try:
            return answer(
                query,
                open_pool,
                Ledger(path=pool / LEDGER),
                stamp=stamp,
                buildings=read_buildings(pool),
                progress=progress,
            )
        except OSError as error:
            raise InputError(
                "The pool's log of questions cannot be written, so nothing is answered.",
                value=f"{pool / LEDGER}: {error.strerror}",
                remedy="Make the pool's folder and the log writable for you.",
            ) from error


def sql_of(pool: Path, query: Query, *, engine: EngineName = "duckdb") -> dict[str, str]:
    """The SQL a question becomes, by name; nothing is run."""
    with opened(_files(pool), engine) as open_pool:
        found = expressions(open_pool.table, query)
        return {name: open_pool.sql(expression) for name, expression in found.items()}


def _files(pool: Path) -> tuple[Path, ...]:
    files = table_files(pool)
    if not files:
        raise InputError(
            "The pool holds nobody.", value=str(pool), remedy="Build it with results that can be read."
        )
    return files


def _user() -> str:
    """Who asks, for the log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
