"""Elements of JSON that others wrote, of any shape."""

from __future__ import annotations

import math
from datetime import date

import pytest

from graybook.exchange.fhir.elements import Element, codings, day, is_missing, number, text, whole


def at(value: object) -> Element:
    """An element with a value."""
    return Element(place="x", value=value)


@pytest.mark.parametrize(
    "value",
    ["Unknown", " unknown ", "UNKNOWN", 999999, "999999", 999999.0, "1000-01-01", "1000-01-01T00:00:00Z"],
)
def test_missing(value: object) -> None:
    """What stands for a missing value is one, however it is written."""
    assert is_missing(value)
    assert (text(at(value)), number(at(value)), day(at(value))) == ("", None, None)


@pytest.mark.parametrize("value", ["", "0", 0, 99999, True, None, "unknown primary", "2000-01-01"])
def test_not_missing(value: object) -> None:
    """Other values are what they are."""
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2020-09-07", date(2020, 9, 7)),
        ("2020-09-07T23:30:00+01:00", date(2020, 9, 7)),
        ("2020-09-07T13:21:17.050Z", date(2020, 9, 7)),
        ("2020-09", None),
        ("2020", None),
        ("2021-02-30", None),
        ("07/09/2020", None),
        ("２０２０-09-07", None),
        (20200907, None),
    ],
)
def test_days(written: object, found: date | None) -> None:
    """A whole day counts as written, in the clock of its place; a month or a year is no day."""
    assert day(at(written)) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (5, 5),
        (5.0, 5),
        (5.5, None),
        (-1, None),
        (True, None),
        ("5", None),
        (math.nan, None),
        (math.inf, None),
        (10**400, None),
    ],
)
def test_whole_numbers(value: object, found: int | None) -> None:
    """A whole number from nought; no text, no flag, nothing beyond bounds."""
    assert whole(at(value)) == found


@pytest.mark.parametrize(
    "value", [None, 3, "x", [], [[]], {"coding": "x"}, {"coding": [None, 3, {"code": 4}]}]
)
def test_codes_of_what_has_none(value: object) -> None:
    """Anything but a code gives no code, and no error."""
    assert [one.code for one in codings(at(value))] == (["x"] if value == "x" else [])


def test_children_have_places() -> None:
    """Items of a list are counted; one value stands for itself; nothing gives nothing."""
    found = Element(place="", value={"a": [{"b": 1}, {"b": 2}]})
    assert [one.place for one in found.children("a")] == ["a[0]", "a[1]"]
    assert [child.place for one in found.children("a") for child in one.children("b")] == ["a[0].b", "a[1].b"]
    assert list(found.children("c")) == list(at(3).children("a")) == []
