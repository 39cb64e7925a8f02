"""What records lack is counted in persons, of those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import pyarrow as pa
import pytest

from graybook.cohort.bands import band_of
from graybook.cohort.completeness import MISSING, graded, missing, person_table, structures
from graybook.cohort.distributions import quantiles_gy, tiles
from unit.cohort.many_persons import pool_table

PERSONS = 200


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    """The rows of the pool as dictionaries."""
    found: list[dict[str, object]] = pool_table(PERSONS).to_pylist()
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ibis.Table]:
    """The pool as the engine reads it."""
    import pyarrow.parquet as pq

    file = tmp_path_factory.mktemp("pool") / "table.parquet"
    pq.write_table(pool_table(PERSONS), file)
    connection = ibis.duckdb.connect()
    yield connection.read_parquet(str(file))
    connection.disconnect()


def persons_where(rows: list[dict[str, object]], test: object) -> int:
    """How many persons have a row that passes."""
    return len({row["person"] for row in rows if test(row)})  # type: ignore[operator]


def test_persons_who_lack_something(table: ibis.Table, rows: list[dict[str, object]]) -> None:
    """Counts made row by row in Python lie in the bands, and so do those whom each thing concerns."""
    found = {one.code: one for one in missing(person_table(table))}
    assert list(found) == [one.code for one in MISSING]
    total = [row for row in rows if row["scope"] == "cumulative"]
    expected = {
        "sex": persons_where(rows, lambda row: row["sex"] is None),
        "age": persons_where(rows, lambda row: row["age_years"] is None),
        "recurrence": persons_where(rows, lambda row: row["recurrence"] is None),
        "recurrence_day": persons_where(
            rows, lambda row: row["recurrence"] and row["recurrence_days"] is None
        ),
        "delivery": persons_where(rows, lambda row: row["status"] == "assumed delivered"),
        "names": persons_where(total, lambda row: row["structure"] == "organ-1"),
        "near_maximum": persons_where(total, lambda row: row["eqd2_d0_03cc_ugy"] is None),
        "histogram": persons_where(total, lambda row: row["eqd2_d50pct_ugy"] is None),
        "lower_bound": persons_where(total, lambda row: row["lower_bound"]),
        "reirradiation": persons_where(rows, lambda row: row["courses"] > 1 and row["reirradiation"] is None),
        "alignment": persons_where(total, lambda row: row["courses"] > 1 and row["alignment_use"] is None),
        "volume": 0,
    }
    people = len({row["person"] for row in rows})
    assert {code: found[code].persons for code in expected} == {
        code: band_of(count, people) for code, count in expected.items()
    }
    again = persons_where(rows, lambda row: row["courses"] > 1)
    assert found["alignment"].of == band_of(again, people)
    assert found["sex"].of == band_of(people, people)


def test_what_was_only_planned_is_no_dose(rows: list[dict[str, object]]) -> None:
    """Rows of proposed courses give nobody a dose, and the person counts as one whose sum holds a plan."""
    planned = [{**row, "status": "proposed"} if row["person"] < f"P-{40:016d}" else row for row in rows]  # type: ignore[operator]
    before, after = (
        ibis.memtable(pa.Table.from_pylist(one, schema=pool_table(1).schema)) for one in (rows, planned)
    )
    found = {one.code: one.persons for one in missing(person_table(after))}
    people = len({row["person"] for row in rows})
    assert found["given"] == band_of(
        len({row["person"] for row in planned if row["status"] == "proposed"}), people
    )
    counts = [structures(one).to_pylist()[0]["persons"] for one in (before, after)]
    assert counts[1] < counts[0]


def test_grades_share_out_everybody(table: ibis.Table, rows: list[dict[str, object]]) -> None:
    """The worst grade of each person, in bands that hold the counts made row by row."""
    worst: dict[object, str] = {}
    for row in rows:
        if row["scope"] == "cumulative":
            worst[row["person"]] = max(worst.get(row["person"], "A"), str(row["evidence_grade"]))
    for grade, band in graded(person_table(table)).items():
        assert band.low <= list(worst.values()).count(grade) <= band.high


def test_percentiles_leave_eleven_on_either_side() -> None:
    """A median needs 22 persons, quartiles 44, deciles 110."""
    assert [list(quantiles_gy([10**6] * n, total=1000)) for n in (21, 22, 43, 44, 109, 110)] == [
        [], [50], [50], [25, 50, 75], [25, 50, 75], [10, 25, 50, 75, 90],
    ]  # fmt: skip


def test_every_person_stands_in_one_tile_of_eleven() -> None:
    """Tiles of two intervals hold all persons, each eleven or more; the last of each interval is open."""
    days = [100] * 40 + [2000] * 30 + [9000] * 5
    doses = [int(1e6 * (5 + one)) for one in range(75)]
    found = tiles(days, doses, total=300)
    assert {one.years for one in found} == {(0.0, 0.5), (0.5, None)}
    first = [one for one in found if one.years[0] == 0.0]
    assert [one.dose_gy for one in first] == [(0, 20), (20, None)]
    truth = [sum(a <= dose / 1e6 < b for dose in doses[:40]) for a, b in ((0, 20), (20, 999))]
    assert [one.persons for one in first] == [band_of(count, 300) for count in truth]
    assert tiles([100] * 43, doses[:43], total=300) == ()


def test_intervals_are_between_beams(rows: list[dict[str, object]]) -> None:
    """A first course of beams has no interval, wherever a radionuclide stands before it; a second without one lacks it."""

    def course(person: int, number: int, *, apart: bool, interval: int | None) -> dict[str, object]:
        own = {"person": f"P-{person}", "course": number, "scope": "course", "apart": apart, "courses": 2}
        return {**rows[0], **own, "interval_days": interval}

    after_nuclide = [
        one
        for n in range(20)
        for one in (course(n, 1, apart=True, interval=None), course(n, 2, apart=False, interval=None))
    ]
    twice = [
        one
        for n in range(20, 44)
        for one in (course(n, 1, apart=False, interval=None), course(n, 2, apart=False, interval=None))
    ]
    table = ibis.memtable(pa.Table.from_pylist([*after_nuclide, *twice], schema=pool_table(1).schema))
    found = next(one for one in missing(person_table(table)) if one.code == "interval")
    assert found.persons == found.of == band_of(24, 44)
