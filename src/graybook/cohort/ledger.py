"""Questions and what was shown of them come in; an append-only log beside the pool, one line each, goes out.

The log names no person and holds no number from 1 to 10. It is the guard's memory: what was shown stays known.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from graybook.cohort.query import Query
from graybook.errors import InputError

__all__ = ["ALL", "LEDGER", "Entry", "Ledger"]

LEDGER = "queries.jsonl"
ALL = "*"
"""Stands in a key for all rows or all columns: a total."""
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One question that was answered or refused.

    Parameters
    ----------
    pool
        Names what the pool consisted of.
    persons
        How many it held.
    hidden
        Cells whose number was not shown, by row and column.
    without_value
        Cells that showed no statistic, those above among them.
    shown
        Numbers that were shown.
    stamp
        When, by whom, with what engine and version: for people.
    """

    pool: str
    persons: int
    query: Query
    outcome: Literal["answered", "refused"]
    hidden: frozenset[Key] = frozenset()
    without_value: frozenset[Key] = frozenset()
    shown: dict[Key, int]
    stamp: dict[str, str]

    def line(self) -> str:
        """The entry as one line of JSON."""
        document = {
            **self.stamp,
            "pool": self.pool,
            "persons": self.persons,
            "query": self.query.document(),
            "query_sha256": self.query.sha256,
            "outcome": self.outcome,
            "hidden": sorted(self.hidden),
            "without_value": sorted(self.without_value),
            "shown": [[*key, number] for key, number in sorted(self.shown.items())],
        }
        return json.dumps(document, ensure_ascii=False) + "\n"

    @classmethod
    def of_line(cls, line: str) -> Entry:
        """The entry of a line."""
        document: dict[str, Any] = json.loads(line)
        stamp = {key: document[key] for key in document if isinstance(document[key], str)}
        for name in ("pool", "query_sha256", "outcome"):
            stamp.pop(name)
        return cls(
            pool=document["pool"],
            persons=document["persons"],
            query=Query.of_document(document["query"]),
            outcome=document["outcome"],
            hidden=frozenset((row, column) for row, column in document["hidden"]),
            without_value=frozenset((row, column) for row, column in document["without_value"]),
            shown={(row, column): number for row, column, number in document["shown"]},
            stamp=stamp,
        )


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The log of a pool."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """While held, nobody else's question is answered: two at once would not see each other."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self.path.chmod(0o600)
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def entries(self) -> tuple[Entry, ...]:
        """All questions so far, in order."""
        found = []
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                found.append(Entry.of_line(line))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"Line {number} of {self.path.name} is not one that Graybook wrote.",
                    value=f"{type(error).__name__}: {error}",
                    remedy="Restore the log from a copy. Without it nobody knows what was shown of this pool.",
                ) from error
        return tuple(found)

    def append(self, entry: Entry) -> None:
        """Write an entry to disk, before its answer is shown."""
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(entry.line())
            file.flush()
            os.fsync(file.fileno())


def _lock(descriptor: int) -> None:
    """Wait until no other process holds the log; where the system has no such locks, go on."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
