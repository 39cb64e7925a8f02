"""Cells: what states something, what stands for nothing, and what is not what the column is for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from graybook.exchange.osiris import values
from graybook.exchange.osiris.values import Quantity

NOTHING = [
    None,
    "",
    "  ",
    "Unknown",
    " unknown ",
    999999,
    "999999",
    999999.0,
    "1000-01-01",
    date(1000, 1, 1),
    -1,
    "-1",
    "?",
]
NOT_A_CELL = [True, [], {}, b"1", object()]


@pytest.mark.parametrize("value", [*NOTHING, float("nan")])
def test_what_stands_for_nothing(value: Any) -> None:
    """OSIRIS' fictive values and ours, and a number that is none, state nothing in any column."""
    assert values.text(value) is None
    assert values.whole(value) is None
    assert values.day(value) is None
    assert values.quantity(value) is None


@pytest.mark.parametrize("value", NOT_A_CELL)
@pytest.mark.parametrize("reading", [values.text, values.whole, values.day, values.quantity])
def test_what_is_no_cell(value: Any, reading: Any) -> None:
    """Truth values, lists and bytes are refused in every column."""
    with pytest.raises(ValueError, match="no "):
        reading(value)


@pytest.mark.parametrize("value", ["1.5", "16 fractions", "-3", "1e3", float("inf"), "٣"])
def test_no_whole_number(value: Any) -> None:
    """Halves, words, negative numbers and other scripts are no number of fractions."""
    with pytest.raises(ValueError, match="no "):
        values.whole(value)


@pytest.mark.parametrize(
    "value",
    [
        "2018-08-15",
        "2018-08-15 00:00:00",
        "2018-08-15T00:00:00+01:00",
        date(2018, 8, 15),
        datetime(2018, 8, 15, 9, 30, tzinfo=UTC),
    ],
)
def test_days(value: Any) -> None:
    """Year, month, day; a time behind it is let go."""
    assert values.day(value) == date(2018, 8, 15)


@pytest.mark.parametrize("value", ["15/08/2018", "2018-02-30", "2018-8-5", "2018", 20180815])
def test_no_day(value: Any) -> None:
    """A day that is not written year, month, day, or does not exist, is refused: 05/08 has two meanings."""
    with pytest.raises(ValueError, match="no "):
        values.day(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4256, Quantity(number=4256.0, unit="")),
        ("266 cGy", Quantity(number=266.0, unit="cGy")),
        ("2.66Gy", Quantity(number=2.66, unit="Gy")),
        ("Unknown cGy", Quantity(number=None, unit="cGy")),
    ],
)
def test_quantities(value: Any, expected: Quantity) -> None:
    """A number and what stands behind it."""
    assert values.quantity(value) == expected


@pytest.mark.parametrize(
    "value", ["42,56", "42,56 Gy", "1.234,5 cGy", "-266 cGy", "about 266 cGy", "266 / 16", "1e999"]
)
def test_no_quantity(value: str) -> None:
    """A decimal comma has two meanings; signs, words and sums are no dose."""
    with pytest.raises(ValueError, match="no "):
        values.quantity(value)


def test_uids() -> None:
    """urn:oid: is taken off; a contour's number and a text are no UIDs."""
    assert values.uid("urn:oid:1.2.246.352.71") == "1.2.246.352.71"
    assert [values.uid(one) for one in ("7", "1.2", "1.2.03.4", "Unknown", None, "1." + "2." * 40 + "3")] == [
        ""
    ] * 6
