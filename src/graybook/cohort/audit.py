"""Numbers of persons in sets, published or hidden, come in; what somebody could work out from them goes out.

The attacker knows every published number, how many persons the pool holds, which combinations of sets hold nobody, and which hidden
numbers are below the floor. A table stands against that when

- no combination of published numbers counts a group of 1 to 10 persons (:func:`small_group`), and
- each hidden number below the floor could as well be 1 as 10: for both, whole numbers of persons are found that agree with all that
  is known (:func:`exposed`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

__all__ = ["FLOOR", "Release", "Shown", "atoms", "exposed", "small_group"]

FLOOR = 11
"""[persons] Counts from 1 to one below are hidden."""
TOLERANCE = 1e-9
LONGEST_S = 5.0
"""A search that takes longer counts as one that failed: what was to be shown is then not shown. [s]"""

Flags: TypeAlias = NDArray[np.bool_]
Counts: TypeAlias = NDArray[np.int64]
Weights: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Release:
    """The sets of one table, and which of their numbers are hidden.

    Parameters
    ----------
    members
        Who belongs to which set: sets × persons of the pool.
    hidden
        For each set, whether its number is hidden.
    inside
        Cells of a small total. They are hidden also when empty, so that nobody knows which of them hold somebody.
    about
        For each set, what it depends on beside the table's conditions: rows, columns.
    topics
        What the table depends on, its conditions too.
    """

    members: Flags
    hidden: Flags
    inside: Flags
    about: tuple[frozenset[str], ...] = ()
    topics: frozenset[str] = frozenset()

    @cached_property
    def counts(self) -> Counts:
        """Persons of each set."""
        counts: Counts = self.members.sum(axis=1, dtype=np.int64)
        return counts

    def shared(self, other: Release) -> Flags:
        """Sets that depend on nothing but what the other table depends on too: how these meet its sets is taken as known."""
        topics = self.topics & other.topics
        if not self.about:
            return np.ones(len(self.hidden), dtype=np.bool_)
        return np.array([about <= topics for about in self.about], dtype=np.bool_)


def atoms(members: Flags) -> tuple[Flags, Counts, Counts]:
    """Groups of persons who belong to the same sets: sets × groups, the persons of each group, and the group of each person.

    >>> groups, sizes, group = atoms(np.array([[True, True, False], [True, True, True]]))
    >>> groups.astype(int).tolist(), sizes.tolist(), group.tolist()
    ([[0, 1], [1, 1]], [1, 2], [1, 1, 0])
    """
    packed = np.packbits(members, axis=0)
    _, first, group, sizes = np.unique(
        packed, axis=1, return_index=True, return_inverse=True, return_counts=True
    )
    return members[:, first], sizes.astype(np.int64), group.ravel().astype(np.int64)


def small_group(published: Flags, *, most: int = FLOOR - 1) -> Weights | None:
    """Published numbers that together count a small group: a weight for each set, or None when no group of 1 to ``most`` follows.

    A group's number follows from published ones when the flags of its members are a sum of multiples of the published sets' flags.
    Those sums are brought to echelon form, groups above ``most`` first; what is left acts on small groups only, and is searched
    part by part for a combination of zeros and ones.

    Parameters
    ----------
    published
        Sets × units (persons, or rows that carry a value).
    """
    groups, sizes, _ = atoms(published)
    order = np.argsort(sizes <= most, kind="stable")
    matrix, sizes = groups[:, order].astype(np.float64), sizes[order]
    large = int((sizes > most).sum())
    rest, weights = _echelon(matrix, large)
    for part in _parts(rest):
        found = _zeros_and_ones(rest[part], sizes[large:], most)
        if found is not None:
            return np.asarray(np.abs(found @ weights[part]))
    return None


def _echelon(matrix: Weights, large: int) -> tuple[Weights, Weights]:
    """Reduced rows that are zero in the first ``large`` columns, without these; and the weights of the given rows in each."""
    rows, columns = matrix.shape
    work = np.hstack([matrix, np.eye(rows)])
    top, start = 0, rows
    for column in range(columns):
        if column == large:
            start = top
        if top == rows:
            break
        pivot = top + int(np.argmax(np.abs(work[top:, column])))
        if abs(work[pivot, column]) < TOLERANCE:
            continue
        work[[top, pivot]] = work[[pivot, top]]
        work[top] /= work[top, column]
        others = np.flatnonzero(np.abs(work[:, column]) > TOLERANCE)
        others = others[others != top]
        work[others] -= np.outer(work[others, column], work[top])
        top += 1
    work[np.abs(work) < TOLERANCE] = 0.0
    return work[start:top, large:columns], work[start:top, columns:]


def _parts(rows: Weights) -> list[NDArray[np.intp]]:
    """Rows that share columns, put together; a smallest group lies within one part."""
    if not len(rows):
        return []
    touching = csr_array((rows != 0).astype(np.int64))
    number, part = connected_components(touching @ touching.T, directed=False)
    return [np.flatnonzero(part == one) for one in range(number)]


def _zeros_and_ones(rows: Weights, sizes: Counts, most: int) -> Weights | None:
    """Weights of reduced rows whose sum is a group of 1 to ``most``; None when there is none.

    Each row is the only one with a value, 1, in its pivot column; so a weight is itself 0 or 1.
    """
    used = np.flatnonzero(np.any(rows != 0, axis=0))
    flags, back = np.unique(rows[:, used].round(9), axis=1, return_inverse=True)
    persons = np.bincount(back.ravel(), weights=sizes[used])
    if len(rows) == 1:
        counted = persons[flags[0] == 1].sum()
        return np.ones(1) if np.isin(flags, (0.0, 1.0)).all() and counted <= most else None
    weights, groups = flags.shape
    link = np.hstack([flags.T, -np.eye(groups)])
    total = np.concatenate([np.zeros(weights), persons])
    answer = milp(
        total,
        constraints=[LinearConstraint(link, 0, 0), LinearConstraint(total[None, :], 1, most)],
        integrality=np.ones(weights + groups),
        bounds=Bounds(0, 1),
        options={"time_limit": LONGEST_S},
    )
    if answer.status == 2:  # proven: there is none
        return None
    return answer.x[:weights].round() if answer.x is not None else np.ones(weights)


class Shown:
    """All that is known of one release, or of two together, as equations and bounds on numbers of persons in groups.

    Two tables share the persons of the pool. Where they speak of the same things, which of their sets meet is taken as known; where
    they do not, any meeting is possible. So each has groups of its own, and the links say how many are in shared sets of both.

    Parameters
    ----------
    releases
        Tables whose numbers are out, or are to go out.
    """

    def __init__(self, *releases: Release) -> None:
        parts = [atoms(one.members) for one in releases]
        known = [_bounds(one) for one in releases]
        self.counts: Counts = np.concatenate([one.counts for one in releases])
        self.hidden: Flags = np.concatenate([one.hidden for one in releases])
        self.sets = block_diag(*(groups for groups, _, _ in parts)).astype(np.int64)
        everyone = np.ones((1, len(parts[0][1])), dtype=np.int64)
        rows = [self.sets, np.pad(everyone, ((0, 0), (0, self.sets.shape[1] - everyone.shape[1])))]
        links = _links(releases[0], releases[1], parts[0], parts[1]) if len(releases) == 2 else None
        if links is not None:
            rows = [np.pad(part, ((0, 0), (0, links.shape[1] - part.shape[1]))) for part in rows]
            rows.append(links)
            self.sets = rows[0]
        extra = np.zeros(0 if links is None else len(links), dtype=np.int64)
        persons = np.array([parts[0][1].sum()])
        self.matrix = csr_array(np.vstack(rows).astype(np.float64))
        self.low: Counts = np.concatenate([*(low for low, _ in known), persons, extra])
        self.high: Counts = np.concatenate([*(high for _, high in known), persons, extra])

    def agrees(self, numbers: Counts) -> bool:
        """Whether other numbers of persons in the groups give everything that is known."""
        counts = np.rint(self.matrix @ numbers).astype(np.int64)
        return bool((numbers >= 0).all() and (counts >= self.low).all() and (counts <= self.high).all())

    def with_count(self, row: int, count: int) -> Counts | None:
        """Whole numbers of persons in the groups that agree with everything known and give a set this count."""
        low, high = self.low.copy(), self.high.copy()
        low[row] = high[row] = count
        size = self.matrix.shape[1]
        answer = milp(
            np.zeros(size),
            constraints=LinearConstraint(self.matrix, low, high),
            integrality=np.ones(size),
            bounds=Bounds(0, np.inf),
            options={"time_limit": LONGEST_S},
        )
        if answer.x is None:
            return None
        numbers: Counts = np.rint(answer.x).astype(np.int64)
        return numbers if self.agrees(numbers) and self.sets[row] @ numbers == count else None

    def holding(self, row: int, sign: int) -> Weights:
        """How much each published number holds a hidden one up (sign 1) or down (sign -1)."""
        equal = self.low == self.high
        loose = self.matrix[~equal]
        answer = linprog(
            sign * self.sets[row],
            A_eq=self.matrix[equal],
            b_eq=self.low[equal],
            A_ub=vstack([loose, -loose]) if loose.shape[0] else None,
            b_ub=np.concatenate([self.high[~equal], -self.low[~equal]]) if loose.shape[0] else None,
            bounds=(0, None),
            method="highs",
            options={"time_limit": LONGEST_S},
        )
        weights = np.zeros(len(self.low))
        if answer.status == 0:
            weights[equal] = np.abs(answer.eqlin.marginals)
        return np.where(self.hidden, 0.0, weights[: len(self.hidden)])


def _bounds(release: Release) -> tuple[Counts, Counts]:
    """The least and the most that everybody knows each set to hold."""
    hidden, counts = release.hidden, release.counts
    small = hidden & (counts < FLOOR)
    least = np.where(release.inside | (counts == 0), 0, 1)
    low = np.where(hidden, np.where(small, least, FLOOR), counts)
    high = np.where(hidden, np.where(small, FLOOR - 1, release.members.shape[1]), counts)
    return low, high


def _links(
    one: Release,
    other: Release,
    part: tuple[Flags, Counts, Counts],
    other_part: tuple[Flags, Counts, Counts],
) -> NDArray[np.int64]:
    """Rows that are zero where both tables put the same number of persons into each meeting of shared sets.

    Columns: groups of the one, of the other, and the meetings that hold somebody.
    """
    (_, sizes, group), (_, other_sizes, other_group) = part, other_part
    kinds, _, kind = atoms(one.members[one.shared(other)])
    other_kinds, _, other_kind = atoms(other.members[other.shared(one)])
    meetings = np.unique(np.stack([kind, other_kind]), axis=1)
    rows = np.zeros(
        (kinds.shape[1] + other_kinds.shape[1], len(sizes) + len(other_sizes) + meetings.shape[1]),
        dtype=np.int64,
    )
    rows[kind, group] = 1
    rows[kinds.shape[1] + other_kind, len(sizes) + other_group] = 1
    first = len(sizes) + len(other_sizes)
    for column, (at, other_at) in enumerate(meetings.T, start=first):
        rows[at, column] = rows[kinds.shape[1] + other_at, column] = -1
    return rows


def exposed(shown: Shown) -> tuple[int, Weights] | None:
    """The first hidden small number that could not be any from 1 to 10, and the weights of what holds it; None when all could.

    The proof of the rest is at hand: for each end, whole numbers of persons that agree with everything known.
    """
    rows = np.flatnonzero(shown.hidden & (shown.counts > 0) & (shown.counts < FLOOR))
    seen: list[Counts] = []
    for end, sign in ((1, 1), (FLOOR - 1, -1)):
        for row in rows:
            if any(counts[row] == end for counts in seen):
                continue
            found = shown.with_count(int(row), end)
            if found is None:
                return int(row), shown.holding(int(row), sign)
            seen.append(shown.sets @ found)
    return None
