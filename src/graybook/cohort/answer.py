"""A question, an open pool and its log come in; a table with what must be hidden left out goes out, logged before it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from graybook.cohort.audit import FLOOR, Flags, Release
from graybook.cohort.engines import Engine
from graybook.cohort.expressions import QUANTILES, identity
from graybook.cohort.ledger import Entry, Key, Ledger
from graybook.cohort.manifest import changed_persons, pool_name
from graybook.cohort.membership import Figures, Membership, figures_of, membership_of
from graybook.cohort.query import Query
from graybook.cohort.suppression import hidden_counts, hidden_values, refusal
from graybook.errors import NotComparable
from graybook.progress import Progress, silent

__all__ = ["Answer", "Cell", "answer", "pool_of"]

Buildings = Mapping[str, Sequence[str]]
"""What stands for each person's rows, by the name of the pool as it was built."""
Hidden = Literal["", "small", "beside"]
"""Why a number is not shown: it is from 1 to 10, or another one would follow from it. The audit takes both as known."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of an answer; ``*`` in place of a row or column is a total.

    Parameters
    ----------
    persons
        None when hidden.
    values
        Mean or sum, or quantiles, in the field's unit; empty when none is shown.
    """

    row: str
    column: str
    persons: int | None
    hidden: Hidden = ""
    values: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to a question.

    Parameters
    ----------
    pool_persons
        All persons of the pool: always known.
    rows, columns
        Categories in order, without the total.
    """

    query: Query
    pool: str
    pool_persons: int
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[Key, Cell] = field(repr=False)


def pool_of(engine: Engine) -> tuple[str, tuple[str, ...]]:
    """What names the pool by all it consists of, and the persons in it."""
    rows = engine.collected(identity(engine.table))
    persons, results = (rows[name].to_pylist() for name in ("person", "result"))
    return pool_name(zip(persons, results, strict=True)), tuple(dict.fromkeys(persons))


def answer(
    query: Query,
    engine: Engine,
    ledger: Ledger,
    *,
    stamp: dict[str, str],
    buildings: Buildings | None = None,
    progress: Progress = silent,
) -> Answer:
    """The guarded answer to a question; ``buildings`` tell how many persons changed since an earlier one.

    Raises
    ------
    NotComparable
        Nothing of it may be shown, or the difference to an earlier answer would show a small number. The log says so too.
    """
    with ledger.held():
        pool, persons = pool_of(engine)
        try:
            _refuse_few_new(_answers(ledger), pool, len(persons), buildings or {})
            given, entry = _answered(query, engine, _answers(ledger), pool, persons, stamp, progress)
        except NotComparable:
            ledger.append(
                Entry(pool=pool, persons=len(persons), query=query, outcome="refused", shown={}, stamp=stamp)
            )
            raise
        ledger.append(entry)
    return given


def _answers(ledger: Ledger) -> list[Entry]:
    return [entry for entry in ledger.entries() if entry.outcome == "answered"]


def _answered(
    query: Query,
    engine: Engine,
    earlier: Sequence[Entry],
    pool: str,
    persons: tuple[str, ...],
    stamp: dict[str, str],
    progress: Progress,
) -> tuple[Answer, Entry]:
    progress("cohort: count", 0.1)
    own = membership_of(query, engine, persons)
    _refuse_few_apart(query, engine, own, persons)
    figures = figures_of(query, engine, own)
    same = [entry for entry in earlier if entry.pool == pool and entry.query == query]
    if same:
        hidden = _flags(own, same[-1].hidden)
        without = _flags(own, same[-1].without_value)
    else:
        known = _distinct(earlier, query)
        before = [membership_of(entry.query, engine, persons) for entry in known]
        hidden, without = _guarded(own, figures, known, before, progress)
    _refuse_few_changed(earlier, pool, query, own, hidden)
    shown = {key: int(own.counts[row]) for row, key in enumerate(own.keys) if not hidden[row]}
    entry = Entry(
        pool=pool,
        persons=len(persons),
        query=query,
        outcome="answered",
        hidden=frozenset(own.keys[row] for row in np.flatnonzero(hidden)),
        without_value=frozenset(own.keys[row] for row in np.flatnonzero(without)),
        shown=shown,
        stamp=stamp,
    )
    return _shown(query, pool, len(persons), own, figures, hidden, without), entry


def _distinct(entries: Sequence[Entry], query: Query) -> list[Entry]:
    """The last answer to each other question."""
    last = {entry.query.sha256: entry for entry in entries if entry.query != query}
    return list(last.values())


def _flags(own: Membership, keys: frozenset[Key]) -> Flags:
    return np.array([key in keys for key in own.keys], dtype=np.bool_)


def _guarded(
    own: Membership,
    figures: Figures,
    known: Sequence[Entry],
    before: Sequence[Membership],
    progress: Progress,
) -> tuple[Flags, Flags]:
    """Which numbers are hidden, and which cells show no statistic."""
    releases = [
        Release(
            members=one.members,
            hidden=_flags(one, entry.hidden),
            inside=one.inside,
            about=one.about,
            topics=entry.query.topics,
        )
        for entry, one in zip(known, before, strict=True)
    ]
    hidden = hidden_counts(
        own.members,
        totals=own.totals,
        inside=own.inside,
        about=own.about,
        topics=own.query.topics,
        before=releases,
        checked=lambda done: progress("cohort: audit", 0.2 + 0.7 * done),
    )
    without = hidden | figures.unfit
    query = own.query
    if query.of is None:
        return hidden, np.ones_like(hidden)
    if query.measure in QUANTILES:
        return hidden, without
    alike = [
        (entry, one)
        for entry, one in zip(known, before, strict=True)
        if entry.query.of is not None and entry.query.measure not in QUANTILES
    ]
    keys = sorted({unit for one in (own, *(one for _, one in alike)) for unit in one.units})
    earlier = [one.unit_flags(keys)[~_flags(one, entry.without_value)] for entry, one in alike]
    owner = np.unique([key[0] for key in keys], return_inverse=True)[1].astype(np.int64)
    return hidden, hidden_values(own.unit_flags(keys), without, owner=owner, before=earlier)


def _refuse_few_new(earlier: Sequence[Entry], pool: str, persons: int, buildings: Buildings) -> None:
    """Refuse where the rows of fewer persons differ from what was asked before than a number may show."""
    for entry in earlier:
        if entry.pool == pool:
            continue
        if pool in buildings and entry.pool in buildings:
            few = 0 < changed_persons(buildings[entry.pool], buildings[pool]) < FLOOR
        else:  # nothing tells who: as many persons may be others
            few = abs(entry.persons - persons) < FLOOR
        if few:
            raise NotComparable(
                f"Since an earlier answer the pool has changed by fewer than {FLOOR} persons, or by who went and who came: "
                "the difference of two answers would speak of them alone.",
                value=f"{entry.persons} persons then, {persons} now",
                remedy=f"Build the pool again once {FLOOR} persons or more have changed.",
            )


def _refuse_few_apart(query: Query, engine: Engine, own: Membership, persons: tuple[str, ...]) -> None:
    """Refuse what speaks of 0 to 10 persons, or where a condition leaves out 0 to 10: none and few must look alike.

    If 0 were answered and 1 to 10 refused, each question would tell whether somebody is there, and a few dozen one person's record.
    A condition on the structure chooses rows: that everybody, or nearly, has a spinal cord must not forbid to ask about it.
    """
    asked = own.members[-1]
    if int(asked.sum()) < FLOOR:
        raise refusal()
    for condition in query.where:
        if condition.field == "structure":
            continue
        others = tuple(one for one in query.where if one != condition)
        wider = replace(query, rows=None, columns=None, where=others)
        if int((membership_of(wider, engine, persons).members[-1] & ~asked).sum()) < FLOOR:
            raise refusal()


def _refuse_few_changed(
    earlier: Sequence[Entry], pool: str, query: Query, own: Membership, hidden: Flags
) -> None:
    """Refuse where the same question gave, of the pool as it was then, a number that differs by 1 to 10."""
    for entry in earlier:
        if entry.pool == pool or entry.query != query:
            continue
        for row, key in enumerate(own.keys):
            if not hidden[row] and 0 < abs(entry.shown.get(key, own.counts[row]) - own.counts[row]) < FLOOR:
                raise refusal()


def _shown(
    query: Query,
    pool: str,
    persons: int,
    own: Membership,
    figures: Figures,
    hidden: Flags,
    without: Flags,
) -> Answer:
    cells = {}
    for row, key in enumerate(own.keys):
        count = int(own.counts[row])
        why: Hidden = "" if not hidden[row] else ("small" if count < FLOOR else "beside")
        cells[key] = Cell(
            row=key[0],
            column=key[1],
            persons=None if hidden[row] else count,
            hidden=why,
            values=() if without[row] else figures.values[row],
        )
    return Answer(
        query=query, pool=pool, pool_persons=persons, rows=own.rows, columns=own.columns, cells=cells
    )
