"""Time between courses: from the last day known, or reckoned where nobody recorded it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.record import Course, EvidenceGrade, PaperDetails, Phase, Status
from graybook.workflow.limits.intervals import ends_said, interval_days, last_day, months_between

MONDAY = date(2024, 1, 1)
TODAY = date(2024, 12, 30)


def phase(status: Status = Status.ASSUMED_DELIVERED, **said: Any) -> Phase:
    return Phase(
        id="p", label="P", status=status, **{"fractions_planned": 25, "fractions_delivered": None, **said}
    )


def course(*phases: Phase, name: str = "old", start: date | None = MONDAY, **said: Any) -> Course:
    return Course(
        id=name,
        label=name,
        start_date=start,
        evidence_grade=EvidenceGrade.B,
        phases=phases,
        **{"end_date": None, **said},
    )


NEW = course(name="new", start=TODAY)


@pytest.mark.parametrize(
    ("sessions", "end"), [(1, MONDAY), (5, date(2024, 1, 5)), (6, date(2024, 1, 8)), (25, date(2024, 2, 2))]
)
def test_five_sessions_a_week(sessions: int, end: date) -> None:
    """From a Monday: five sessions end on Friday, the sixth is on the next Monday, the 25th on the fifth Friday."""
    old = course(phase(fractions_planned=sessions))
    assert last_day(old) == end
    assert interval_days(old, NEW) == (TODAY - end).days


def test_what_is_known_comes_first() -> None:
    """A recorded end, then the overall time that a letter states, then sessions; sessions delivered before those planned."""
    end = date(2024, 3, 1)
    assert last_day(course(phase(), end_date=end)) == end
    assert last_day(course(phase(), paper=PaperDetails(overall_days=12))) == date(2024, 1, 12)
    assert last_day(course(phase(fractions_delivered=5))) == date(2024, 1, 5)
    assert last_day(course(phase(fractions_planned=None, fractions_range=(5, 25)))) == date(2024, 2, 2)


def test_phases_follow_each_other_and_those_not_given_take_no_time() -> None:
    """20 and 5 sessions are 25; a plan that was not given adds none."""
    assert last_day(course(phase(fractions_planned=20), phase(fractions_planned=5))) == date(2024, 2, 2)
    assert last_day(course(phase(fractions_planned=5), phase(Status.NOT_GIVEN))) == date(2024, 1, 5)


def test_nothing_known() -> None:
    """Without sessions the start stands for the end; without a start there is no interval."""
    assert last_day(course()) == MONDAY
    assert interval_days(course(phase(), start=None), NEW) is None
    assert interval_days(course(phase()), course(name="new", start=None)) is None


def test_a_reckoned_end_is_said() -> None:
    """Of earlier courses, and only where it is not known."""
    courses = [course(phase()), course(phase(), name="known", end_date=MONDAY), course(name="bare"), NEW]
    assert [(one.code, one.subject) for one in ends_said(courses, NEW)] == [("end_reckoned", "old")]


@given(first=st.dates(date(1950, 1, 1), date(2050, 1, 1)), days=st.integers(0, 20000))
def test_months_rise_with_the_days_and_whole_months_are_whole(first: date, days: int) -> None:
    """A day more is never fewer months; the same day n months on is n months; backwards is the negative."""
    last = first + timedelta(days=days)
    months = months_between(first, last)
    assert months <= months_between(first, last + timedelta(days=1))
    assert months_between(last, first) == -months
    assert abs(months - days / 30.4375) < 0.11
    if first.day <= 28:
        later = date(first.year + (first.month + 4) // 12, (first.month + 4) % 12 + 1, first.day)
        assert months_between(first, later) == 5
