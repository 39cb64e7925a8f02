"""Numbers of persons in sets, published or hidden, come in; what somebody could work out from them goes out.

The attacker knows every published number, how many persons the pool holds, which combinations of sets hold nobody, and which hidden
numbers are below the floor. A table stands against that when

- no combination of published numbers counts a group of 1 to 10 persons (:func:`small_group`), and
- each hidden number below the floor could as well be 1 as 10: for both, whole numbers of persons are found that agree with all that
  is known (:func:`exposed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

__all__ = ["FLOOR", "Release", "Shown", "atoms", "exposed", "few_between", "small_group"]

FLOOR = 11
"""[persons] Counts from 1 to one below are hidden."""
TOLERANCE = 1e-9
LONGEST_S = 2.0
"""A search that takes longer counts as one that failed: what was to be shown is then not shown. [s]"""
LARGEST_PART = 100
FEW_GROUPS, MANY_GROUPS = 400, 1000
"""Searches with more free groups do not end in time."""

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

    def sets_on(self, topic: str | None) -> Flags:
        """Sets that depend on nothing but the table's conditions and this topic; all of them when there is none."""
        if topic is None:
            return np.ones(len(self.hidden), dtype=np.bool_)
        return np.array([about <= {topic} for about in self.about], dtype=np.bool_)

    def shared(self, other: Release) -> Sequence[str | None]:
        """Topics of both tables; which sets on one of them meet is taken as known."""
        if not (self.about and other.about):
            return [None]
        return sorted(self.topics & other.topics)


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


def small_group(published: Flags, *, owner: Counts | None = None) -> Weights | None:
    """Published numbers that together speak of 1 to 10 persons: a weight for each set, or None when no such group follows.

    A group's number follows from published ones when the flags of its members are a sum of multiples of the published sets' flags.
    Those sums are brought to echelon form, groups of 11 and more first; what is left acts on small groups only, and is searched
    part by part for a combination of zeros and ones.

    Parameters
    ----------
    published
        Sets × units: persons, or rows that carry a value.
    owner
        The person of each unit, when units are rows.

    Notes
    -----
    Parts of more than 100 sums, which many tables of unlike things make together, are left to :func:`few_between`.
    """
    groups, _, group = atoms(published)
    owner = np.arange(len(group)) if owner is None else owner
    theirs = np.unique(np.stack([group, owner]), axis=1)
    sizes = np.bincount(theirs[0], minlength=groups.shape[1])
    order = np.argsort(sizes < FLOOR, kind="stable")
    large = int((sizes >= FLOOR).sum())
    rest, weights = _echelon(groups[:, order].astype(np.float64), large)
    for part in _parts(rest):
        if len(part) > LARGEST_PART:
            continue
        used = order[large:][np.any(rest[part] != 0, axis=0)]
        often = np.unique(theirs[1][np.isin(theirs[0], used)], return_counts=True)[1].max()
        found = _zeros_and_ones(rest[part], sizes[order][large:], int(often) * (FLOOR - 1))
        if found is not None:
            return np.asarray(np.abs(found @ weights[part]))
    return None


def few_between(published: Flags, *, new: Flags) -> Weights | None:
    """Two or three published numbers whose difference counts 1 to 10 persons: a weight for each set, or None.

    A set less another one or two within it, or two apart from each other less one within both.

    Parameters
    ----------
    published
        Sets × persons, the last everybody.
    new
        Of each set, whether it is of the table in question: differences of older numbers are out already.
    """
    flags = published.astype(np.float32)
    common = np.rint(flags @ flags.T).astype(np.int64)
    sizes = np.diag(common)
    within = common == sizes[:, None]
    apart = common == 0
    for whole in range(len(sizes)):
        parts = np.flatnonzero(within[:, whole] & (sizes > 0))
        left = sizes[whole] - sizes[parts]
        fresh = new[parts] | new[whole]
        one = np.flatnonzero(_few(left) & fresh)
        if len(one):
            return _marked(len(sizes), [whole, parts[one[0]]])
        pairs = _few(left[:, None] - sizes[parts][None, :]) & apart[np.ix_(parts, parts)]
        two = np.argwhere(pairs & (fresh[:, None] | fresh[None, :]))
        if len(two):
            return _marked(len(sizes), [whole, parts[two[0][0]], parts[two[0][1]]])
        found = _few_around(whole, common, apart, new)
        if found is not None:
            return _marked(len(sizes), [whole, *found])
    return None


def _few_around(part: int, common: Counts, apart: Flags, new: Flags) -> Counts | None:
    """Two sets apart from each other that hold a third together, and 1 to 10 persons more."""
    sizes = np.diag(common)
    near = np.flatnonzero((common[part] > 0) & (np.arange(len(sizes)) != part))
    held = common[part, near][:, None] + common[part, near][None, :] == sizes[part]
    more = _few(sizes[near][:, None] + sizes[near][None, :] - sizes[part])
    fresh = new[near][:, None] | new[near][None, :] | new[part]
    found = np.argwhere(held & more & fresh & apart[np.ix_(near, near)])
    return near[found[0]] if len(found) else None


def _few(counts: Counts) -> Flags:
    few: Flags = (counts > 0) & (counts < FLOOR)
    return few


def _marked(size: int, rows: list[int]) -> Weights:
    weights = np.zeros(size)
    weights[rows] = 1.0
    return weights


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
        own = len(parts[0][1])
        everyone = np.zeros((1, self.sets.shape[1]), dtype=np.int64)
        everyone[0, :own] = 1
        rows, meetings = np.vstack([self.sets, everyone]), np.zeros(0, dtype=np.int64)
        links = np.zeros(0, dtype=np.int64)
        width = self.sets.shape[1]
        for topic in releases[0].shared(releases[1]) if len(releases) == 2 else ():
            linking, held = _links(releases[0], releases[1], parts[0], parts[1], topic)
            before = np.zeros((len(linking), len(meetings)), dtype=np.int64)
            linking = np.hstack([linking[:, :width], before, linking[:, width:]])
            rows = np.vstack([np.pad(rows, ((0, 0), (0, len(held)))), linking])
            meetings = np.concatenate([meetings, held])
            links = np.zeros(len(links) + len(linking), dtype=np.int64)
        self.sets = rows[: len(self.counts)]
        self.matrix = csr_array(rows.astype(np.float64))
        persons = parts[0][1].sum(keepdims=True)
        self.low: Counts = np.concatenate([*(low for low, _ in known), persons, links])
        self.high: Counts = np.concatenate([*(high for _, high in known), persons, links])
        self.truth: Counts = np.concatenate([*(sizes for _, sizes, _ in parts), meetings])
        self.own_rows = len(releases[0].hidden)
        sizes = [len(sizes) for _, sizes, _ in parts]
        self.table_of_group = np.repeat([*range(len(parts)), -1], [*sizes, len(meetings)])

    def agrees(self, numbers: Counts) -> bool:
        """Whether other numbers of persons in the groups give everything that is known."""
        counts = np.rint(self.matrix @ numbers).astype(np.int64)
        return bool((numbers >= 0).all() and (counts >= self.low).all() and (counts <= self.high).all())

    def with_count(self, row: int, count: int) -> Counts | None:
        """Whole numbers of persons in the groups that agree with everything known and give a set this count.

        First sought with the other table and most groups as they are, which is quick, then with more changed, then with all; but
        not with more groups than can be searched.
        """
        own = np.flatnonzero(self.table_of_group == (0 if row < self.own_rows else 1))
        tried = {
            len(free): free for free in (self._near(row, own, FEW_GROUPS), self._near(row, own, MANY_GROUPS))
        }
        if len(self.truth) <= MANY_GROUPS:
            tried[len(self.truth)] = np.arange(len(self.truth))
        for free in tried.values():
            found = self._sought(row, count, free)
            if found is not None:
                return found
        return None

    def _near(self, row: int, groups: Counts, most: int) -> Counts:
        """At most so many groups: those of the set, then some of the others, evenly."""
        if len(groups) <= most:
            return groups
        inside = self.sets[row][groups] > 0
        first, others = groups[inside][: most // 2], groups[~inside]
        spread = np.linspace(0, len(others) - 1, most - len(first)).astype(np.int64)
        return np.concatenate([first, others[spread]])

    def _sought(self, row: int, count: int, free: Counts) -> Counts | None:
        """The same, with only some groups free to change."""
        kept = self.truth.copy()
        kept[free] = 0
        low, high = self.low.copy(), self.high.copy()
        low[row] = high[row] = count
        held = self.matrix @ kept
        answer = milp(
            np.zeros(len(free)),
            constraints=LinearConstraint(self.matrix[:, free], low - held, high - held),
            integrality=np.ones(len(free)),
            bounds=Bounds(0, np.inf),
            options={"time_limit": LONGEST_S},
        )
        if answer.x is None:
            return None
        kept[free] = np.rint(answer.x).astype(np.int64)
        return kept if self.agrees(kept) and self.sets[row] @ kept == count else None

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
    topic: str | None,
) -> tuple[Counts, Counts]:
    """Rows that are zero where both tables put the same number of persons into each meeting of sets on a topic; and the meetings.

    Columns: groups of the one, of the other, and the meetings that hold somebody.
    """
    (_, sizes, group), (_, other_sizes, other_group) = part, other_part
    kinds, _, kind = atoms(one.members[one.sets_on(topic)])
    other_kinds, _, other_kind = atoms(other.members[other.sets_on(topic)])
    meetings, persons = np.unique(np.stack([kind, other_kind]), axis=1, return_counts=True)
    first = len(sizes) + len(other_sizes)
    rows = np.zeros((kinds.shape[1] + other_kinds.shape[1], first + len(persons)), dtype=np.int64)
    rows[kind, group] = 1
    rows[kinds.shape[1] + other_kind, len(sizes) + other_group] = 1
    for column, (at, other_at) in enumerate(meetings.T, start=first):
        rows[at, column] = rows[kinds.shape[1] + other_at, column] = -1
    return rows, persons.astype(np.int64)


def exposed(shown: Shown, seen: list[Counts] | None = None) -> tuple[int, Weights] | None:
    """The first hidden small number that could not be any from 1 to 10, and the weights of what holds it; None when all could.

    The proof of the rest is at hand: for each end, whole numbers of persons that agree with everything known.

    Parameters
    ----------
    seen
        Numbers of the sets in tables found before, when more was shown than now: they agree still. New ones are added.
    """
    rows = np.flatnonzero(shown.hidden & (shown.counts > 0) & (shown.counts < FLOOR))
    seen = [] if seen is None else seen
    for end, sign in ((1, 1), (FLOOR - 1, -1)):
        for row in rows:
            if any(counts[row] == end for counts in seen):
                continue
            found = shown.with_count(int(row), end)
            if found is None:
                return int(row), shown.holding(int(row), sign)
            seen.append(shown.sets @ found)
    return None
