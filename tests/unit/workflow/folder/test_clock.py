"""Hours between moments: by full dates and offsets, and asked where a clock does not say where it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from graybook.files.nuclear_settings import Clock
from graybook.workflow.folder.clock import hours_between

at = datetime.fromisoformat

PARIS = Clock(zone="Europe/Paris")
NOBODY = Clock()


def hours(start: datetime, end: datetime, clock: Clock = NOBODY) -> float | None:
    return hours_between(start, end, clock, subject="image").hours


def question(start: datetime, end: datetime, clock: Clock = NOBODY) -> str:
    asked = hours_between(start, end, clock, subject="image").question
    return "" if asked is None else asked.code


def test_across_midnight_and_new_year() -> None:
    """From 22:00 of the last day of a year to 04:00 three days later: 54 h, though the clock times lie 18 h apart."""
    assert hours(at("2024-12-31 22:00"), at("2025-01-03 04:00")) == 54.0


def test_leap_day() -> None:
    """The last two days of February 2024 have a third."""
    assert hours(at("2024-02-28 12:00"), at("2024-03-01 12:00")) == 48.0


@pytest.mark.parametrize(
    ("start", "end", "passed"),
    [
        (at("2025-10-24 12:00"), at("2025-10-27 12:00"), 73.0),
        (at("2025-03-28 12:00"), at("2025-03-31 12:00"), 71.0),
    ],
)
def test_daylight_saving(start: datetime, end: datetime, passed: float) -> None:
    """Clocks in Paris are put back on 26 October 2025 and forward on 30 March: an hour more, an hour less; asked without a zone."""
    assert hours(start, end, PARIS) == passed
    assert question(start, end) == "nuclear_clock_may_have_changed"
    assert hours(start, end, Clock(offset_minutes=60)) == 72.0


def test_offsets_of_files_win() -> None:
    """Moments that state their offset need no zone: 12:00+02:00 to 12:00+01:00 on the next day is 25 h."""
    start = datetime(2025, 10, 25, 12, tzinfo=timezone(timedelta(hours=2)))
    end = datetime(2025, 10, 26, 12, tzinfo=timezone(timedelta(hours=1)))
    assert hours(start, end) == hours(start, end, Clock(zone="Asia/Tokyo")) == 25.0


def test_one_with_and_one_without() -> None:
    """One moment with an offset and one without cannot be compared, until a zone is stated."""
    start, end = datetime(2025, 7, 1, 10, tzinfo=UTC), at("2025-07-02 13:00")
    assert question(start, end) == "nuclear_clock_unlike"
    assert hours(start, end, PARIS) == 25.0


@pytest.mark.parametrize("moment", [at("2025-10-26 02:30"), at("2025-03-30 02:30")])
def test_an_hour_that_is_twice_or_never(moment: datetime) -> None:
    """02:30 of those nights is twice or never: asked, not picked."""
    assert question(at("2025-01-01 00:00"), moment, PARIS) == "nuclear_hour_ambiguous"


def test_no_question_in_winter() -> None:
    """A week of November after clocks have changed everywhere raises no question."""
    assert hours(at("2025-11-10 09:00"), at("2025-11-17 09:00")) == 168.0
