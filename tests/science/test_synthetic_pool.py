"""The synthetic records: valid against the published schema, the same whenever they are made, and sound as dosimetry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from graybook.cohort.manifest import table_files
from validation.synthetic_pool import record, records


def test_records_follow_the_published_schema(repository: Path) -> None:
    """Every result of the first 30 persons is valid against docs/schema/result.schema.json."""
    schema = json.loads((repository / "docs" / "schema" / "result.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert (
        sum(1 for one in records(30, voxels=20) if not list(validator.iter_errors(json.loads(one.result))))
        == 31
    )


def test_a_person_depends_on_seed_and_number_alone() -> None:
    """The same person whenever asked, another one under another number or seed."""
    assert record(7, voxels=20) == record(7, voxels=20)
    assert len({record(number, seed=seed, voxels=20).result for number in (7, 8) for seed in (1, 2)}) == 4


@pytest.mark.parametrize("number", [1, 2, 3, 25])
def test_doses_add_up(number: int) -> None:
    """The mean of the sum is the sum of the means of the courses in it; near-maxima are no more than the sum of theirs."""
    told: Any = json.loads(record(number).result)
    summed = {one["id"] for one in told["courses"] if one["in_sum"]}
    for one in told["structures"][:-1]:
        doses = [dose for dose in one["courses"] if dose["id"] in summed]
        assert one["cumulative"]["mean_gy"] == pytest.approx(sum(dose["mean_gy"] for dose in doses), abs=1e-5)
        assert one["cumulative"]["max_gy"] <= sum(dose["max_gy"] for dose in doses) + 1e-5


def test_the_pool_of_them_adds_up_too(pool_of_200: Path) -> None:
    """In the table as well the mean of each sum is that of its courses, to the rounding of a µGy for each."""
    worst = duckdb.read_parquet([str(one) for one in table_files(pool_of_200)]).query(
        "pool",
        """select max(abs(total - parts)), count(*) from (
             select sum(eqd2_mean_ugy) filter (scope = 'cumulative') as total,
                    sum(eqd2_mean_ugy) filter (scope = 'course' and in_sum) as parts
             from pool group by person, structure)
           where total is not null""",
    )
    difference, sums = worst.fetchall()[0]
    assert difference <= 4
    assert sums > 1000
