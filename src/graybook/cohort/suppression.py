"""A table's sets of persons and what was published before come in; which numbers stay hidden goes out.

Counts of 1 to 10 persons are hidden, then as many others as the audit asks for (:mod:`graybook.cohort.audit`), the smallest first
and totals last. Statistics rest on at least 11 persons whose value is not zero, and are hidden wherever the count is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from graybook.cohort.audit import (
    FLOOR,
    Counts,
    Flags,
    Release,
    Shown,
    Weights,
    exposed,
    few_between,
    small_group,
)
from graybook.errors import NotComparable

__all__ = ["hidden_counts", "hidden_values", "refusal"]

LONGEST_S = 60.0
"""[s] What takes longer to check is not shown."""


def hidden_counts(
    members: Flags,
    *,
    totals: Flags | None = None,
    inside: Flags | None = None,
    about: tuple[frozenset[str], ...] = (),
    topics: frozenset[str] = frozenset(),
    before: Sequence[Release] = (),
    checked: Callable[[float], None] = lambda done: None,
) -> Flags:
    """Which sets' numbers are hidden; empty sets are shown as 0, but for cells of a small total.

    Parameters
    ----------
    members
        Sets × persons of the pool, its total number taken as published.
    totals
        Sets that are totals of others: hidden last.
    inside
        Cells of a small total: hidden also when empty.
    about, topics
        What each set, and the table, depends on.
    before
        What was published of the same pool earlier.
    checked
        Told about how much of the work is done, 0 to 1.

    Raises
    ------
    NotComparable
        Nothing is left that could be shown.
    """
    counts = members.sum(axis=1, dtype=np.int64)
    none = np.zeros(len(counts), dtype=np.bool_)
    totals, inside = (none if flags is None else flags for flags in (totals, inside))
    hidden: Flags = ((counts > 0) & (counts < FLOOR)) | inside
    known = _known(members, before)
    seen: dict[int, list[Counts]] = {}
    at_first = max(1, int((~hidden).sum()))
    counted, started = False, time.monotonic()
    while True:
        if time.monotonic() - started > LONGEST_S:
            raise _unchecked()
        left = ~hidden & ~known & (counts > 0)
        checked(1.0 - left.sum() / at_first)
        new = Release(members=members, hidden=hidden, inside=inside, about=about, topics=topics)
        weights = None if counted else _counted(new, before)
        counted = weights is None  # what no sum shows, none shows once more is hidden
        weights = _held(new, before, seen) if counted else weights
        if weights is None:
            break
        hidden[_next(weights, left, totals, counts)] = True
    if counts.any() and not (~hidden & (counts > 0)).any():
        raise refusal()
    return hidden


def _known(members: Flags, before: Sequence[Release]) -> Flags:
    """Sets whose number is out already, or that are everybody: to hide it again would hide nothing."""
    packed = np.packbits(members, axis=1)
    shown = {row.tobytes() for one in before for row in np.packbits(one.members[~one.hidden], axis=1)}
    everyone = np.packbits(np.ones(members.shape[1], dtype=np.bool_)).tobytes()
    shown.add(everyone)
    return np.array([row.tobytes() in shown for row in packed], dtype=np.bool_)


def refusal() -> NotComparable:
    """The error of a question that nothing of may be answered."""
    return NotComparable(
        f"This answer would show, alone or beside earlier ones, how many a group of fewer than {FLOOR} persons is.",
        remedy="Ask for wider groups: without columns, of one structure (structure=NAME), or conditions that leave out many.",
    )


def _unchecked() -> NotComparable:
    return NotComparable(
        f"What this answer would show beside earlier ones could not be worked out within {LONGEST_S:.0f} s.",
        remedy="Ask for fewer rows or columns, or with a condition on one structure.",
    )


def _counted(new: Release, before: Sequence[Release]) -> Weights | None:
    """Weights of the new table's numbers in sums and differences that count few persons; None when there is none."""
    everyone = np.ones((1, new.members.shape[1]), dtype=np.bool_)
    own = int((~new.hidden).sum())
    for releases in (
        (new,),
        *((one, new) for _, (_, *rest) in _pairs(new, before) for one in rest),
        (*before, new),
    ):
        published = np.vstack([*(one.members[~one.hidden] for one in releases), everyone])
        found = small_group(published)
        if found is None and len(releases) == 1 + len(before):
            fresh = np.zeros(len(published), dtype=np.bool_)
            fresh[-own - 1 : -1] = True
            found = few_between(published, new=fresh)
        if found is not None:
            weights = np.zeros(len(new.hidden))
            weights[~new.hidden] = found[len(found) - 1 - own : -1]
            return weights
    return None


def _held(new: Release, before: Sequence[Release], seen: dict[int, list[Counts]]) -> Weights | None:
    """Weights of the new table's numbers in what keeps a hidden small one from being any; None when all could be."""
    for number, beside in _pairs(new, before):
        held = exposed(Shown(*beside), seen.setdefault(number, []))
        if held is not None:
            return held[1][: len(new.hidden)]
    return None


def _pairs(new: Release, before: Sequence[Release]) -> Iterable[tuple[int, tuple[Release, ...]]]:
    """The new table alone, then beside each earlier one that speaks of the same things."""
    yield -1, (new,)
    for number, one in enumerate(before):
        unlike = bool(new.about and one.about) and not new.topics & one.topics
        if not unlike and (one.hidden.any() or new.hidden.any()):
            yield number, (new, one)


def _next(weights: Weights, left: Flags, totals: Flags, counts: Counts) -> int:
    """The number to hide next: of those that matter a cell before a total, the smallest first."""
    if not left.any():
        raise refusal()
    matter = left & (weights > 1e-7)
    candidates = np.flatnonzero(matter if matter.any() else left)
    return int(min(candidates, key=lambda row: (bool(totals[row]), int(counts[row]), int(row))))


def hidden_values(
    rows: Flags, hidden: Flags, *, owner: Counts | None = None, before: Sequence[Flags] = ()
) -> Flags:
    """Which sets show no sum or mean.

    Parameters
    ----------
    rows
        Sets × rows whose value is not zero: zeros add nothing to a sum.
    hidden
        Sets that show no count, and those where a person has several rows.
    owner
        The person of each row; each has one when it is not given.
    before
        Of each earlier answer about the same value, the sets that showed a sum or a mean.
    """
    counts = rows.sum(axis=1, dtype=np.int64)
    without: Flags = hidden | (counts < FLOOR)
    while True:
        left = ~without
        if not left.any():
            return without
        found = small_group(np.vstack([*before, rows[left]]), owner=owner)
        if found is None:
            return without
        weights = np.zeros(len(counts))
        weights[left] = found[len(found) - int(left.sum()) :]
        without = without.copy()
        without[_next(weights, left, np.zeros_like(left), counts)] = True
