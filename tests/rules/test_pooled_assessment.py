"""From DICOM to the pool: two courses of uniform dose, assessed, written and pooled, against doses reckoned by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from graybook.cohort.manifest import table_files
from graybook.workflow.cohort_build import build
from graybook.workflow.cumulative import assess
from graybook.workflow.registering.giving_back import write_assessment
from phantoms import (
    PhantomCourse,
    PhantomPlan,
    PhantomRegistration,
    PhantomStructure,
    sphere,
    uniform,
    write_phantom,
)

OUTCOME = """
[clinical.outcome]
vital_status = "alive"
last_follow_up = 2026-05-05
recurrence = false

[[clinical.outcome.toxicity]]
organ = "Moelle"
term = "Myelitis"
grade = 2
date = 2025-11-05
"""


@pytest.fixture(scope="module")
def pooled(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The rows of the cord of one person: 20 Gy in 10 of 2015, 15 Gy in 5 of 2025, everywhere."""
    base = tmp_path_factory.mktemp("pooled")
    cord = PhantomStructure(name="Moelle", shape=sphere((0.0, 0.0, 0.0), 12.0), slice_mm=2.0)
    old, new = (
        PhantomCourse(
            name=name,
            day=day,
            structures=(cord,),
            plans=(PhantomPlan(fractions=n, prescription_gy=gy, dose_gy=uniform(gy)),),
        )
        for name, day, n, gy in (("old", date(2015, 5, 4), 10, 20.0), ("new", date(2025, 5, 5), 5, 15.0))
    )
    link = PhantomRegistration(from_course=old, to_course=new, matrix=np.eye(4))
    folder = write_phantom(base / "in", [old, new], [link])
    with (folder / "graybook.toml").open("a", encoding="utf-8") as settings:
        settings.write(OUTCOME)
    write_assessment(assess(folder), base / "out")
    done = build([base / "out"], base / "pool", project="p", key_file=base / "p.key")
    assert (done.manifest.persons, done.findings) == (1, ())
    (file,) = table_files(done.pool)
    return [row for row in pq.read_table(file).to_pylist() if row["structure"] == "SpinalCord"]


def test_doses_by_hand(pooled: list[dict[str, Any]]) -> None:
    """At α/β 2: 20 Gy in 10 is 20.0, 15 Gy in 5 is 15 (3 + 2)/4 = 18.75, the sum 38.75 Gy EQD2, to 1e-4 Gy."""
    by_course = {row["course"]: row for row in pooled}
    assert {row["alpha_beta_mgy"] for row in pooled} == {2000}
    for course, eqd2_gy, physical_gy in ((1, 20.0, 20.0), (2, 18.75, 15.0), (None, 38.75, None)):
        row = by_course[course]
        assert row["eqd2_mean_ugy"] == pytest.approx(eqd2_gy * 1e6, abs=100)
        assert row["eqd2_d0_03cc_ugy"] == pytest.approx(eqd2_gy * 1e6, abs=100)
        assert row["physical_mean_ugy"] == (
            None if physical_gy is None else pytest.approx(physical_gy * 1e6, abs=100)
        )
        assert row["eqd2_d50pct_ugy"] == pytest.approx(
            eqd2_gy * 1e6, abs=100_000
        )  # a point of a curve in steps of 0.1 Gy
    assert by_course[None]["v20gy_ppm"] == 1_000_000
    assert by_course[None]["v40gy_ppm"] == 0


def test_times_and_outcome_by_hand(pooled: list[dict[str, Any]]) -> None:
    """Ten years and a day apart; seen a year later, of grade 2 after half a year; no date stands in the table but a moved one."""
    (row,) = [row for row in pooled if row["scope"] == "cumulative"]
    assert row["since_first_days"] == (date(2025, 5, 5) - date(2015, 5, 4)).days
    assert (row["vital_status"], row["follow_up_days"], row["recurrence"]) == ("alive", 365, False)
    assert (row["toxicity_grade"], row["toxicity_days"]) == (2, (date(2025, 11, 5) - date(2025, 5, 5)).days)
    assert row["start"].year < 1910
    assert row["start"].weekday() == date(2025, 5, 5).weekday()
