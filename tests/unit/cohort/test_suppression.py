"""Hidden numbers stay hidden: an attacker who solves for them with all margins, sums and earlier answers does not find them."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog, milp

from graybook.cohort.audit import FLOOR, Release, small_group
from graybook.cohort.suppression import hidden_counts, hidden_values
from graybook.errors import NotComparable

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
TEN = FLOOR - 1


def sets_of(table: Counts) -> tuple[Flags, Flags]:
    """Sets of a two-way table, cells, rows, columns and all, each person in one cell; and which are totals."""
    rows, columns = table.shape
    cell = np.repeat(np.arange(table.size), table.ravel())
    one = [cell == index for index in range(table.size)]
    one += [cell // columns == row for row in range(rows)]
    one += [cell % columns == column for column in range(columns)]
    members = np.array([*one, np.ones(len(cell), dtype=bool)])
    return members, np.arange(len(members)) >= table.size


def equations(shape: tuple[int, int]) -> Counts:
    """What everybody knows of a table with margins: cells minus totals is 0. Written down from the shape alone."""
    rows, columns = shape
    size = rows * columns
    found = np.zeros((rows + columns + 1, size + rows + columns + 1), dtype=np.int64)
    for row, column in product(range(rows), range(columns)):
        found[row, row * columns + column] = 1
        found[rows + column, row * columns + column] = 1
        found[-1, row * columns + column] = 1
    for margin in range(rows + columns + 1):
        found[margin, size + margin] = -1
    return found


def attacked(table: Counts, hidden: Flags, *, inside: Flags) -> list[tuple[int, float, float]]:
    """The range of each hidden number from 1 to 10 that an attacker finds, who knows of each whether it is below 11."""
    rows, columns = table.shape
    known = np.concatenate([table.ravel(), table.sum(1), table.sum(0), [table.sum()]])
    low = np.where(hidden, np.where(known < FLOOR, np.where(inside | (known == 0), 0, 1), FLOOR), known)
    high = np.where(hidden, np.where(known < FLOOR, np.where(known == 0, 0, TEN), table.sum()), known)
    found = []
    for cell in np.flatnonzero(hidden & (known > 0) & (known < FLOOR)):
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(known))
            cost[cell] = sign
            answer = milp(
                cost,
                constraints=(equations((rows, columns)), 0, 0),
                bounds=(low, high),
                integrality=np.ones(len(known)),
            )
            assert answer.status == 0
            ends.append(sign * answer.fun)
        found.append((int(cell), *ends))
    return found


def inside_of(table: Counts) -> Flags:
    """Cells of rows and columns that hold 1 to 10."""
    few_rows, few_columns = ((total > 0) & (total < FLOOR) for total in (table.sum(1), table.sum(0)))
    cells = few_rows[:, None] | few_columns[None, :]
    return np.concatenate([cells.ravel(), np.zeros(sum(table.shape) + 1, dtype=bool)])


def tables() -> list[Counts]:
    """Random tables of several shapes, with many small cells and some empty ones."""
    draw = np.random.default_rng(20)
    shapes = [(2, 2), (2, 3), (3, 3), (3, 4), (4, 5), (6, 5)]
    return [draw.poisson(draw.choice([1, 4, 12, 25, 60], size=shape)) for shape in shapes for _ in range(3)]


def test_primary_alone_is_no_guard() -> None:
    """With only the small cell hidden, its row total gives it back: 5 of 30 - 25."""
    members, _ = sets_of(np.array([[5, 25], [30, 40]]))
    naive = (members.sum(1) > 0) & (members.sum(1) < FLOOR)
    found = attacked(np.array([[5, 25], [30, 40]]), naive, inside=np.zeros(9, dtype=bool))
    assert found == [(0, 5.0, 5.0)]
    assert small_group(members[~naive]) is not None


def test_cell_of_a_two_by_two_table() -> None:
    """One small cell of four: the guard hides one more in its row, in its column, and where they cross, or totals."""
    table = np.array([[5, 25], [30, 40]])
    members, totals = sets_of(table)
    hidden = hidden_counts(members, totals=totals)
    assert hidden[0]
    assert hidden.sum() >= 4
    assert not hidden[-1]


@pytest.mark.parametrize("table", tables(), ids=lambda table: "x".join(map(str, table.shape)))
def test_nobody_solves_for_a_hidden_cell(table: Counts) -> None:
    """An integer programme over all margins, that is even told which cells are small, finds 1 and 10 possible in each."""
    members, totals = sets_of(table)
    inside = inside_of(table)
    try:
        hidden = hidden_counts(members, totals=totals, inside=inside)
    except NotComparable:
        return
    counts = members.sum(1)
    assert hidden[(counts > 0) & (counts < FLOOR)].all()
    for _, low, high in attacked(table, hidden, inside=inside):
        assert low <= 1
        assert high >= TEN


def test_few_tables_are_refused() -> None:
    """The guard answers most of the random tables, and shows cells in them: refusing everything would prove nothing."""
    shown = []
    for table in tables():
        members, totals = sets_of(table)
        try:
            hidden = hidden_counts(members, totals=totals, inside=inside_of(table))
        except NotComparable:
            shown.append(0.0)
        else:
            counts = members.sum(1)
            shown.append(float((~hidden[counts >= FLOOR]).mean()))
    assert np.mean(np.array(shown) > 0) > 0.8
    assert np.mean(shown) > 0.5


@pytest.mark.parametrize("small", [1, 4, 10])
def test_every_value_is_possible_by_enumeration(small: int) -> None:
    """All 2 × 2 tables of 70 persons are listed: those that agree with the answer hold each number from 1 to 10 in the cell."""
    table = np.array([[small, 25], [14, 70 - 39 - small]])
    members, totals = sets_of(table)
    hidden = hidden_counts(members, totals=totals)
    known = np.concatenate([table.ravel(), table.sum(1), table.sum(0), [table.sum()]])
    possible = set()
    for a, b, c in product(range(71), repeat=3):
        d = 70 - a - b - c
        if d < 0:
            continue
        other = np.array([a, b, c, d, a + b, c + d, a + c, b + d, 70])
        agrees = (other == known)[~hidden].all()
        told = ((other < FLOOR) == (known < FLOOR))[hidden].all() and (other[hidden] > 0).all()
        if agrees and told:
            possible.add(a)
    assert possible >= set(range(1, FLOOR))


def test_all_but_few_of_the_pool_are_not_counted() -> None:
    """195 of 200 have the organ: the number would say that 5 have not, so it is not shown."""
    members = np.arange(200)[None, :] < 195
    with pytest.raises(NotComparable):
        hidden_counts(members)


def test_totals_of_overlapping_sets() -> None:
    """Persons in several cells: 100 have photons, 5 of them protons too; the 5 are hidden, the others need not be."""
    person = np.arange(120)
    photons, protons, either = person < 100, person < 5, person < 100
    hidden = hidden_counts(np.array([photons, protons, either]), totals=np.array([False, False, True]))
    assert hidden.tolist() == [False, True, False]


def test_difference_to_an_earlier_answer() -> None:
    """80 were shown; 84 that contain them are not: the difference would be 4. 95 are."""
    person = np.arange(200)
    before = [Release(members=(person < 80)[None, :], hidden=np.array([False]), inside=np.array([False]))]
    with pytest.raises(NotComparable):
        hidden_counts((person < 84)[None, :], before=before)
    assert not hidden_counts((person < 95)[None, :], before=before)[0]


def test_three_answers_together() -> None:
    """150 in all and 70 women were shown: 75 men would say that the sex of 5 is not known."""
    person = np.arange(200)
    before = [
        Release(members=one[None, :], hidden=np.array([False]), inside=np.array([False]))
        for one in (person < 150, person < 70)
    ]
    with pytest.raises(NotComparable):
        hidden_counts(((person >= 70) & (person < 145))[None, :], before=before)


def test_hidden_cell_stays_hidden_in_a_later_table() -> None:
    """A number that an earlier answer needed hidden is hidden in a later table too, or what follows from both is."""
    table = np.array([[5, 25, 20, 30], [30, 40, 12, 26], [15, 14, 33, 21]])
    members, totals = sets_of(table)
    first = Release(
        members=members, hidden=hidden_counts(members, totals=totals), inside=np.zeros(20, dtype=bool)
    )
    cells = members[:4]
    later = hidden_counts(cells, before=[first])
    assert later[0]
    published = np.vstack(
        [first.members[~first.hidden], cells[~later], np.ones((1, table.sum()), dtype=bool)]
    )
    weights, *_ = np.linalg.lstsq(published.T.astype(float), members[0].astype(float), rcond=None)
    assert np.abs(published.T @ weights - members[0]).max() > 0.01


def test_small_group_needs_several_numbers() -> None:
    """Three pairs of four groups: none alone says it, A+B minus A+C plus C+D minus D gives B, of 3."""
    group = np.repeat(np.arange(4), [20, 3, 20, 20])
    a, b, c, d = (group == one for one in range(4))
    sums = np.array([a | b, a | c, c | d])
    assert small_group(sums) is None
    found = small_group(np.vstack([sums, d[None, :]]))
    assert found is not None
    assert (found > 0).all()


def test_sums_show_no_few_persons() -> None:
    """A sum over 50 and one over 46 of them: the difference would be the doses of 4, so one of the sums is not shown."""
    row = np.arange(60)
    rows = np.array([row < 50, row < 46])
    without = hidden_values(rows, np.zeros(2, dtype=bool))
    assert without.sum() == 1
    assert not hidden_values(np.array([row < 50, row < 30]), np.zeros(2, dtype=bool)).any()


def test_sum_of_few_that_are_not_zero() -> None:
    """Of 100 persons 3 get any dose: the mean of the 100 would be theirs."""
    assert hidden_values(np.ones((1, 3), dtype=bool), np.array([False]))[0]


@pytest.mark.parametrize("seed", range(6))
def test_sums_do_not_narrow_hidden_counts(seed: int) -> None:
    """Sums of doses of all shown cells and margins, doses from 0 to 100 Gy, leave 1 and 10 possible in each hidden cell."""
    draw = np.random.default_rng(seed)
    table = draw.poisson(draw.choice([4, 15, 30], size=(3, 4)))
    doses = np.array([draw.uniform(20, 60, count).sum() for count in table.ravel()]).reshape(table.shape)
    members, totals = sets_of(table)
    hidden = hidden_counts(members, totals=totals, inside=inside_of(table))
    known = [np.concatenate([one.ravel(), one.sum(1), one.sum(0), [one.sum()]]) for one in (table, doses)]
    size = len(known[0])
    margins = equations((3, 4))
    both = np.block([[margins, np.zeros_like(margins)], [np.zeros_like(margins), margins]])
    bounds = [(value, value) if not hid else (0, None) for value, hid in zip(known[0], hidden, strict=True)]
    bounds += [(value, value) if not hid else (0, None) for value, hid in zip(known[1], hidden, strict=True)]
    most = np.hstack([-100.0 * np.eye(size), np.eye(size)])
    for cell in np.flatnonzero(hidden & (known[0] > 0) & (known[0] < FLOOR)):
        for sign, end in ((1, 1), (-1, TEN)):
            cost = np.zeros(2 * size)
            cost[cell] = sign
            found = linprog(
                cost, A_eq=both, b_eq=np.zeros(len(both)), A_ub=most, b_ub=np.zeros(size), bounds=bounds
            )
            assert sign * found.fun <= end if sign == 1 else sign * found.fun >= end
