"""Answers of a small pool: right where shown, hidden where few, logged, and no difference to earlier ones shows few."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graybook.cohort.answer import Answer, answer, pool_of
from graybook.cohort.engines import Engine, duckdb_engine
from graybook.cohort.ledger import LEDGER, Ledger
from graybook.cohort.membership import membership_of
from graybook.cohort.query import Condition, Query
from graybook.cohort.schema import TABLE, Scope
from graybook.errors import InputError, NotComparable
from unit.cohort.many_persons import pool_table

STAMP = {"time": "2026-01-01T00:00:00+00:00", "user": "someone", "engine": "duckdb", "software_version": "0"}
CORD = Condition.parsed("structure=SpinalCord")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return pool_table(300, seed=5)


@pytest.fixture(scope="module")
def engine(table: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    file = tmp_path_factory.mktemp("pool") / "a.parquet"
    pq.write_table(table, file)
    with duckdb_engine([file]) as found:
        yield found


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(path=tmp_path / LEDGER)


def ask(query: Query, engine: Engine, ledger: Ledger) -> Answer:
    return answer(query, engine, ledger, stamp=STAMP)


def rows(table: pa.Table, **conditions: Any) -> list[dict[str, Any]]:
    """Rows of given doses in the sum of all courses, by a plain loop."""
    wanted = {"scope": "cumulative", "apart": False} | conditions
    return [
        row
        for row in table.to_pylist()
        if all(row[key] == value for key, value in wanted.items()) and row["status"] != "proposed"
    ]


def test_shown_counts_are_persons(engine: Engine, ledger: Ledger, table: pa.Table) -> None:
    """Each shown number is that of a plain loop over the rows, persons counted once; those from 1 to 10 are hidden."""
    persons = defaultdict(set)
    for row in rows(table):
        persons[row["structure"]].add(row["person"])
    found = ask(Query(rows="structure"), engine, ledger)
    assert found.pool_persons == 300
    assert set(found.rows) == set(persons)
    shown = 0
    for name, who in persons.items():
        cell = found.cells[(name, "*")]
        assert cell.persons in (None, len(who))
        assert (cell.hidden == "small") == (len(who) < 11)
        shown += cell.persons is not None
    assert shown >= 5


def test_mean_is_the_mean(engine: Engine, ledger: Ledger, table: pa.Table) -> None:
    """Mean and sum are those of Python over the same rows, in Gy."""
    values = [row["eqd2_d0_03cc_ugy"] for row in rows(table, structure="Heart")]
    known = [value / 1e6 for value in values if value is not None]
    where = (Condition.parsed("structure=Heart"),)
    for measure, expected in (("mean", statistics.fmean(known)), ("sum", sum(known))):
        query = Query(measure=measure, of="eqd2_d0_03cc", where=where)  # type: ignore[arg-type]
        cell = ask(query, engine, ledger).cells[("*", "*")]
        assert cell.persons == len(known)
        assert cell.values == pytest.approx((expected,), abs=0.5 if measure == "sum" else 0.05)


def test_quartiles_are_on_the_grid(engine: Engine, ledger: Ledger, table: pa.Table) -> None:
    """Quartiles are within half a Gy of those of Python, and whole Gy: no single person's value."""
    values = [row["eqd2_mean_ugy"] for row in rows(table, structure="Lung_L")]
    known = [value / 1e6 for value in values if value is not None]
    query = Query(measure="quartiles", of="eqd2_mean", where=(Condition.parsed("structure=Lung_L"),))
    cell = ask(query, engine, ledger).cells[("*", "*")]
    expected = statistics.quantiles(known, n=4, method="inclusive")
    assert all(abs(one - other) <= 0.5 for one, other in zip(cell.values, expected, strict=True))
    assert all(value == int(value) for value in cell.values)


def test_quantile_of_few_is_not_shown(engine: Engine, ledger: Ledger) -> None:
    """A quartile needs 11 persons below it, so 44 in all; cells of fewer show none."""
    query = Query(rows="structure", columns="courses", measure="quartiles", of="eqd2_mean")
    cells = ask(query, engine, ledger).cells.values()
    assert any(cell.persons is not None and 11 <= cell.persons < 44 for cell in cells)
    assert not any(cell.values for cell in cells if cell.persons is None or cell.persons < 44)


def test_hidden_cells_have_no_statistic(engine: Engine, ledger: Ledger) -> None:
    """Where the number is hidden, so is the mean: sums and means give numbers back."""
    query = Query(rows="structure", columns="evidence_grade", measure="mean", of="eqd2_mean")
    cells = ask(query, engine, ledger).cells.values()
    assert any(cell.values for cell in cells)
    assert any(cell.hidden == "beside" for cell in cells)
    assert not any(cell.values for cell in cells if cell.hidden)


def test_several_rows_of_a_person_give_no_mean(engine: Engine, ledger: Ledger) -> None:
    """A mean over all courses of persons with several is not one of persons; the count is."""
    query = Query(scope=Scope.COURSE, measure="mean", of="eqd2_mean", where=(CORD,))
    cell = ask(query, engine, ledger).cells[("*", "*")]
    assert cell.persons is not None
    assert cell.values == ()


def test_question_again(engine: Engine, ledger: Ledger) -> None:
    """The same question gives the same answer, however often, and each time stands in the log."""
    query = Query(rows="sex", columns="age")
    first = ask(query, engine, ledger)
    ask(Query(rows="age"), engine, ledger)
    assert ask(query, engine, ledger).cells == first.cells
    assert [entry.query == query for entry in ledger.entries()] == [True, False, True]


def test_log_holds_no_small_number(engine: Engine, ledger: Ledger, table: pa.Table) -> None:
    """The log is for its owner alone, names no person, and every number of persons in it is 0, or 11 and more."""
    ask(Query(rows="eqd2_d0_03cc", columns="courses", where=(CORD,)), engine, ledger)
    text = ledger.path.read_text()
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    assert not any(person in text for person in table["person"].to_pylist())
    entry = json.loads(text)
    numbers = [number for _, _, number in entry["shown"]]
    assert numbers
    assert not any(0 < number < 11 for number in numbers)
    assert entry["user"] == "someone"


def counts(table: pa.Table) -> dict[int, int]:
    """Persons whose cord gets at least so many Gy."""
    values = [row["eqd2_d0_03cc_ugy"] for row in rows(table, structure="SpinalCord")]
    return {gy: sum(v is not None and v >= gy * 1_000_000 for v in values) for gy in range(20, 200, 10)}


def test_difference_of_two_answers_is_refused(engine: Engine, ledger: Ledger, table: pa.Table) -> None:
    """A limit moved by one band that leaves 1 to 10 persons between is refused, and the log says so."""
    at = counts(table)
    low = next(a for a in range(40, 150, 10) if at[a + 10] >= 11 and 0 < at[a] - at[a + 10] < 11)
    dose = [Condition.parsed(f"eqd2_d0_03cc>={gy}") for gy in (low, low + 10)]
    assert ask(Query(where=(CORD, dose[0])), engine, ledger).cells[("*", "*")].persons == at[low]
    with pytest.raises(NotComparable):
        ask(Query(where=(CORD, dose[1])), engine, ledger)
    assert [entry.outcome for entry in ledger.entries()] == ["answered", "refused"]


def test_nobody_and_few_are_refused_alike(engine: Engine, ledger: Ledger) -> None:
    """Conditions that hold for nobody, for few, and for all: one sentence, so that halving finds no single person."""
    said = set()
    for text in (
        "structure=Cochlea_L",
        "structure=Nowhere",
        "sex=O",
        "eqd2_d0_03cc>=500",
        "status=delivered,assumed delivered",
    ):
        with pytest.raises(NotComparable) as refused:
            ask(Query(where=(Condition.parsed(text),)), engine, ledger)
        said.add(str(refused.value))
    assert len(said) == 1
    assert [entry.outcome for entry in ledger.entries()] == ["refused"] * 5


def test_pool_with_few_more_persons_is_not_asked(ledger: Ledger, tmp_path: Path) -> None:
    """Built again with 5 persons more, a pool answers nothing: the difference would be theirs. With 20 more it does."""
    grown = pool_table(220, seed=5)
    persons = sorted(set(grown["person"].to_pylist()))
    for size, refused in ((200, False), (205, True), (220, False)):
        file = tmp_path / f"{size}.parquet"
        kept = set(persons[:size])
        pq.write_table(
            pa.Table.from_pylist([r for r in grown.to_pylist() if r["person"] in kept], TABLE), file
        )
        with duckdb_engine([file]) as engine:
            if refused:
                with pytest.raises(NotComparable):
                    ask(Query(rows="structure"), engine, ledger)
            else:
                ask(Query(where=(CORD,)), engine, ledger)


def test_damaged_log_stops_everything(engine: Engine, ledger: Ledger) -> None:
    """A log with a line that is not ours is no memory: nothing is answered."""
    ledger.path.write_text("{}\n")
    with pytest.raises(InputError):
        ask(Query(rows="sex"), engine, ledger)


def test_planned_doses_are_left_out(tmp_path: Path, ledger: Ledger, table: pa.Table) -> None:
    """Rows of what is only proposed count when a condition names the status, and not before."""
    listed = table.to_pylist()
    planned = sorted({row["person"] for row in listed})[:40]
    for row in listed:
        if row["person"] in planned:
            row["status"] = "proposed"
    pq.write_table(pa.Table.from_pylist(listed, TABLE), tmp_path / "a.parquet")
    with duckdb_engine([tmp_path / "a.parquet"]) as engine:
        assert ask(Query(), engine, ledger).cells[("*", "*")].persons == 260
        where = (Condition.parsed("status=proposed"),)
        assert ask(Query(where=where), engine, ledger).cells[("*", "*")].persons == 40


def words(number: int) -> Query:
    """One of many questions that somebody might ask."""
    draw = np.random.default_rng([7, number])
    fields = [
        "sex",
        "age",
        "structure",
        "courses",
        "evidence_grade",
        "lower_bound",
        "vital_status",
        "recurrence",
    ]
    conditions = [
        CORD,
        *map(Condition.parsed, ["sex=F", "sex=M", "courses>=2", "eqd2_d0_03cc>=40", "age>=60"]),
    ]
    row, column = draw.choice(fields, size=2, replace=False)
    where = draw.choice(len(conditions), size=draw.integers(0, 3), replace=False)
    return Query(
        rows=str(row),
        columns=str(column) if draw.random() < 0.5 else None,
        where=tuple(conditions[one] for one in where),
    )


def test_all_answers_together_give_no_hidden_number(ledger: Ledger, tmp_path: Path) -> None:
    """After many questions: no hidden number, and no other of 1 to 10 persons alike, is a sum of multiples of all shown ones."""
    pq.write_table(pool_table(120, seed=3), tmp_path / "a.parquet")
    shown, hidden = [], []
    with duckdb_engine([tmp_path / "a.parquet"]) as engine:
        everybody = pool_of(engine)[1]
        for number in range(10):
            with suppress(NotComparable):
                ask(words(number), engine, ledger)
        for entry in ledger.entries():
            if entry.outcome == "answered":
                found = membership_of(entry.query, engine, everybody)
                kept = np.array([key in entry.hidden for key in found.keys])
                shown.append(found.members[~kept])
                hidden.append(found.members[kept & (found.counts > 0) & (found.counts < 11)])
    equations = np.vstack([*shown, np.ones((1, len(everybody)))]).astype(float)
    alike = np.unique(equations, axis=1, return_inverse=True)[1].ravel()
    groups = [alike == one for one in range(alike.max() + 1) if (alike == one).sum() < 11]
    assert len(equations) > 30
    assert len(np.vstack(hidden)) > 20
    for few in (*np.vstack(hidden), *groups):
        weights = np.linalg.lstsq(equations.T, few.astype(float), rcond=None)[0]
        assert np.abs(equations.T @ weights - few).max() > 1e-6


def test_nobody_and_few_look_alike(engine: Engine, ledger: Ledger, table: pa.Table) -> None:
    """Whether a condition leaves nobody or a few, or takes nobody or a few away, is not told: all four are refused."""
    values = [(row["eqd2_d0_03cc_ugy"] or 0) / 1e6 for row in rows(table, structure="SpinalCord")]
    few = next(limit for limit in range(0, 500, 10) if sum(value >= limit for value in values) < 11)
    nobody = 10 * (int(max(values)) // 10 + 1)
    assert 0 < sum(value >= few for value in values) < 11
    for limit in (few, nobody):
        with pytest.raises(NotComparable):
            ask(Query(where=(CORD, Condition.parsed(f"eqd2_d0_03cc>={limit}"))), engine, ledger)
    known = Query(rows="sex", where=(CORD, Condition.parsed(f"eqd2_d0_03cc>={few // 4 // 10 * 10}")))
    assert ask(known, engine, ledger).cells
    for limit in (few, nobody):
        taken = (*known.where, Condition.parsed(f"eqd2_d0_03cc<{limit}"))
        with pytest.raises(NotComparable):
            ask(replace(known, where=taken), engine, ledger)


def test_a_structure_that_everybody_has_can_be_asked_about(engine: Engine, ledger: Ledger) -> None:
    """A condition on the structure chooses rows and tells nothing of single persons: it may take nobody away."""
    everybody = len(pool_of(engine)[1])
    found = ask(Query(where=(CORD,)), engine, ledger).cells[("*", "*")]
    assert found.persons is None or everybody - found.persons not in range(1, 11)


def test_a_pool_of_as_many_others_is_refused(engine: Engine, ledger: Ledger) -> None:
    """One person gone and one come: as many as before, and the difference of two answers would be theirs."""
    ask(Query(rows="sex"), engine, ledger)
    [then] = [entry.pool for entry in ledger.entries()]
    now, _ = pool_of(engine)
    assert now == then
    path = ledger.path
    path.write_text(path.read_text(encoding="utf-8").replace(then, "earlier"), encoding="utf-8")
    rows_then = [f"row {number}" for number in range(300)]
    for changed, refused in ((1, True), (10, True), (11, False), (0, False)):
        buildings = {"earlier": rows_then, now: [*rows_then[changed:], *map(str, range(changed))]}
        query = Query(rows="sex", columns="vital_status")
        if refused:
            with pytest.raises(NotComparable, match="changed"):
                answer(query, engine, ledger, stamp=STAMP, buildings=buildings)
        else:
            assert answer(query, engine, ledger, stamp=STAMP, buildings=buildings).cells
    with pytest.raises(NotComparable, match="changed"):
        ask(Query(rows="status"), engine, ledger)
