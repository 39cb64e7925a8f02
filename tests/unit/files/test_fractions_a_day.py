"""How many fractions a day, and how far apart: both or neither, of a phase and of a course on paper; half-times of repair."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.files import parse
from graybook.files.options import parse_scenario
from graybook.record import Fractionated, RepairWish

STAMP = 'author = "A. Physicist"\ndate = 2026-01-31\nreason = "chart"\n'
TABLES = ('[[phase]]\nplan = "P"\n', '[[course]]\nlabel = "L"\ntotal_gy = 60\nfractions = 50\n')


def stated(table: str, keys: str) -> tuple[int | None, float | None]:
    """Fractions a day and hours of the one entry."""
    settings = parse(f"{table}{keys}\n{STAMP}")
    (one,) = (*settings.phases, *settings.paper_courses)
    return one.fractions_per_day, one.interval_h


@pytest.mark.parametrize("table", TABLES)
def test_both_neither_or_one_a_day(table: str) -> None:
    """Two a day with their interval, one a day without, or nothing."""
    assert stated(table, "fractions_per_day = 2\ninterval_h = 6") == (2, 6.0)
    assert stated(table, "fractions_per_day = 1") == (1, None)
    assert stated(table, "") == (None, None)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("fractions_per_day = 2", "must both be given"),
        ("interval_h = 6.0", "must both be given"),
        ("fractions_per_day = 1\ninterval_h = 6.0", "time between the fractions of one day"),
        ("fractions_per_day = 3\ninterval_h = 12.0", "leaves no room for 3 fractions"),
        ("fractions_per_day = 0\ninterval_h = 6.0", "whole number of at least 1"),
        ("fractions_per_day = 2\ninterval_h = 0", "number above 0"),
    ],
)
def test_a_day_that_cannot_be_is_refused(table: str, keys: str, says: str) -> None:
    """Half a statement, and fractions that do not fit into a day, are refused with their line."""
    with pytest.raises(InputError, match=says):
        stated(table, keys)


@pytest.mark.parametrize(
    ("per_day", "interval_h"), [(2, None), (1, 6.0), (3, 12.0), (2, 0.0), (0, None), (2, float("nan"))]
)
def test_a_delivery_refuses_it_too(per_day: int, interval_h: float | None) -> None:
    """The record holds no such day, whoever builds it."""
    with pytest.raises(InputError):
        Fractionated(fractions=60, per_day=per_day, interval_h=interval_h)


def test_half_times_are_read() -> None:
    """A half-time of an organ, with who says so among the overrides; 0 is repair at once."""
    text = '[[repair]]\ntg263 = "SpinalCord"\nhalf_time_h = 6\n[[repair]]\ntg263 = "Brain"\nhalf_time_h = 0\n'
    found = parse_scenario(STAMP + text, name="six.toml")
    assert [(one.organ, one.half_time_h) for one in found.repairs] == [("SpinalCord", 6.0), ("Brain", 0.0)]
    assert [(one.key, one.value) for one in found.overrides] == [
        ("repair SpinalCord: half_time_h", "6"),
        ("repair Brain: half_time_h", "0"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('tg263 = "SpinalCord"', "half_time_h is missing"),
        ("half_time_h = 4.0", "tg263 is missing"),
        ('tg263 = "Moelle"\nhalf_time_h = 4.0', "is not a TG-263 name"),
        ('tg263 = "SpinalCord"\nhalf_time_h = -1', "must be a number of at least 0"),
        ('tg263 = "SpinalCord"\nhalf_time_h = inf', "must be a number of at least 0"),
        ('tg263 = "SpinalCord"\nhalf_time = 4', "is not a key of this table"),
        (
            'tg263 = "SpinalCord"\nhalf_time_h = 4\n[[repair]]\ntg263 = "SpinalCord"\nhalf_time_h = 5',
            "stands in an earlier table too",
        ),
    ],
)
def test_a_mistake_in_a_half_time(text: str, says: str) -> None:
    """Each mistake is told with its line."""
    with pytest.raises(InputError, match=says):
        parse_scenario(f"{STAMP}[[repair]]\n{text}\n", name="six.toml")


def test_a_half_time_is_a_time() -> None:
    """A wish refuses hours below 0, and none at all."""
    by = parse_scenario(f'{STAMP}[[repair]]\ntg263 = "Brain"\nhalf_time_h = 1\n', name="a.toml").repairs[0].by
    for hours in (-1.0, float("inf"), float("nan")):
        with pytest.raises(InputError):
            RepairWish(organ="Brain", half_time_h=hours, by=by)
