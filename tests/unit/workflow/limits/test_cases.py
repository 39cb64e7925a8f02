"""Limit cases: what rule 12 asks of courses, and what recovery leaves of them."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.record import Course, EvidenceGrade, Override, Recovery, RecoveryStep
from graybook.workflow.limits.cases import Courses, kept_after, recovery_of
from graybook.workflow.limits.intervals import interval_months

BY = Override(
    key="recovery SpinalCord",
    value="25 %",
    author="A. Physicist",
    date=date(2026, 1, 31),
    reason="r",
    source="s",
)


def course(start: date | None, end: date | None = None) -> Course:
    return Course(
        id="c", label="c", start_date=start, end_date=end, evidence_grade=EvidenceGrade.A, phases=()
    )


def recovery(organ: str = "SpinalCord", *steps: tuple[float, float]) -> Recovery:
    found = tuple(RecoveryStep(from_months=months, share=share) for months, share in steps or ((0, 0.25),))
    return Recovery(organ=organ, steps=found, convention="dose", by=BY)


def courses(**intervals: float | None) -> Courses:
    return Courses(
        counted=(*intervals, "now"),
        reference="now",
        intervals_months=intervals,
        fractions=(5, 5),
        fraction_gy=5.0,
        modalities=frozenset({"photon"}),
    )


def test_interval_is_from_the_end_of_one_to_the_start_of_the_other() -> None:
    """From the last session in May 2019 to the first in May 2021 there are 24 months; a start stands for an unknown end."""
    today = course(date(2021, 5, 31))
    assert interval_months(course(date(2019, 3, 1), date(2019, 5, 31)), today) == pytest.approx(24, abs=0.03)
    assert interval_months(course(date(2019, 5, 31)), today) == pytest.approx(24, abs=0.03)
    assert interval_months(course(None), today) is None
    assert interval_months(course(date(2019, 3, 1)), course(None)) is None


def test_recovery_acts_by_each_course_s_own_interval() -> None:
    """A quarter from 6 months, half from 12: a course of 3 months counts whole, of 7 three quarters, of 30 half."""
    steps = recovery("SpinalCord", (6, 0.25), (12, 0.5))
    kept = kept_after(steps, courses(young=3.0, older=7.0, oldest=30.0, undated=None))
    assert kept == {"young": 1.0, "older": 0.75, "oldest": 0.5, "undated": 1.0}
    assert kept_after(None, courses(old=30.0)) == {}


def test_recovery_is_an_organ_s_own() -> None:
    """What is said of the cord holds for its margin too, and for no other organ; an exact name comes first."""
    cord, margin = recovery(), recovery("SpinalCord_PRV05", (0, 0.1))
    assert recovery_of("SpinalCord", (cord,)) is cord
    assert recovery_of("SpinalCord_PRV05", (cord,)) is cord
    assert recovery_of("SpinalCord_PRV05", (cord, margin)) is margin
    assert recovery_of("Esophagus", (cord,)) is None
    assert recovery_of(None, (cord,)) is None
