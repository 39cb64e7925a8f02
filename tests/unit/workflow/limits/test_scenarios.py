"""Scenarios: courses named, phases put together, recoveries inherited."""

from __future__ import annotations

from datetime import date

import pytest

from graybook.errors import UsageError
from graybook.record import Course, EvidenceGrade, Override, Recovery, RecoveryStep, Scenario
from graybook.workflow.limits.scenarios import courses_named, recoveries_of

BY = Override(
    key="recovery SpinalCord",
    value="25 %",
    author="A. Physicist",
    date=date(2026, 1, 31),
    reason="r",
    source="s",
)


def course(name: str, start: date) -> Course:
    return Course(
        id=f"id-{name}",
        label=name,
        start_date=start,
        end_date=None,
        evidence_grade=EvidenceGrade.A,
        phases=(),
    )


COURSES = (
    course("neck", date(2009, 3, 2)),
    course("chest", date(2019, 6, 3)),
    course("chest", date(2020, 6, 3)),
)


def recovery(organ: str, share: float) -> Recovery:
    return Recovery(organ=organ, steps=(RecoveryStep(from_months=0, share=share),), convention="dose", by=BY)


def test_a_course_is_named_by_id_label_or_start() -> None:
    """Each of the three names one course."""
    assert courses_named(("neck", "2019-06-03"), COURSES) == {"id-neck", "id-chest"}
    assert courses_named(("id-neck",), COURSES) == {"id-neck"}


@pytest.mark.parametrize("name", ["liver", "chest"])
def test_a_name_of_no_or_two_courses_is_refused(name: str) -> None:
    """Nobody's label, and a label that two courses share: never guessed."""
    twins = (
        COURSES[0],
        COURSES[1],
        Course(
            id="id-other",
            label="chest",
            start_date=None,
            end_date=None,
            evidence_grade=EvidenceGrade.A,
            phases=(),
        ),
    )
    with pytest.raises(UsageError, match="No single course"):
        courses_named((name,), twins)


def test_a_scenario_keeps_the_headline_s_recoveries_of_other_organs() -> None:
    """Its own word on the cord replaces the headline's; the esophagus stays as in the headline."""
    headline = Scenario(recoveries=(recovery("SpinalCord", 0.25), recovery("Esophagus", 0.1)))
    found = recoveries_of(Scenario(name="half", recoveries=(recovery("SpinalCord", 0.5),)), headline)
    assert {one.organ: one.steps[0].share for one in found} == {"SpinalCord": 0.5, "Esophagus": 0.1}
