"""Values of result.json: exact in small units, each of its type, or refused by key."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.cohort.entry import Entry, NotPooled, scaled


@given(st.decimals(min_value=0, max_value=1_000_000, allow_nan=False, places=None))
def test_scaling_is_exact(number: Decimal) -> None:
    """A decimal of any length becomes the nearest whole number of its small unit, halves to even, as fractions say."""
    assert scaled(number, 6) == round(Fraction(number) * 10**6)
    assert scaled(number, 3) == round(Fraction(number) * 1000)


def test_no_float_noise() -> None:
    """0.1 Gy and 1.005 Gy are 100000 and 1005000 µGy; binary floats would sum to another number of millionths."""
    assert scaled(Decimal("0.1"), 6) * 3 == 300_000
    assert scaled(Decimal("1.0000005"), 6) == 1_000_000
    assert math.floor(1.005 * 1000) == 1004
    assert scaled(Decimal("1.005"), 3) == 1005


def caught(values: dict[str, object], read: str, *more: object) -> NotPooled:
    """What is raised when the key ``x`` is read."""
    with pytest.raises(NotPooled) as error:
        getattr(Entry(values, "structures.3"), read)("x", *more)
    return error.value


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """NaN and infinity are refused with their key and value, and the error has a remedy."""
    error = caught({"x": Decimal(text)}, "amount")
    assert error.finding.code == "pool_not_finite"
    assert error.finding.params == {"key": "structures.3.x", "value": text}
    assert error.remedy


@pytest.mark.parametrize("number", ["-0.000001", "1000000.000001", "1E+999"])
def test_what_cannot_be_is_refused(number: str) -> None:
    """Negative doses and those above a million Gy are refused."""
    assert caught({"x": Decimal(number)}, "amount").finding.code == "pool_out_of_range"


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("amount", "1.0"), ("amount", True), ("amount", [1]), ("whole", Decimal("1.0")), ("whole", False),
        ("text", None), ("text", 3), ("flag", 1), ("flag", None), ("maybe_flag", "true"), ("entries", {}),
        ("entry", []), ("ends", [1]), ("ends", 3),
    ],
)  # fmt: skip
def test_wrong_types_are_refused(read: str, value: object) -> None:
    """A value of another type is refused by its key, and not shown: it may be a name."""
    error = caught({"x": value}, read)
    assert error.finding.code == "pool_wrong_key"
    assert str(error.finding.params["key"]).startswith("structures.3.x")
    assert "Physician" not in str(error)


@pytest.mark.parametrize(
    "read", ["amount", "whole", "maybe_text", "text", "flag", "maybe_flag", "entries", "entry", "ends", "day"]
)
def test_a_missing_key_is_refused(read: str) -> None:
    """A default is never taken for a fact."""
    assert caught({}, read).finding.params["expected"] == "missing"


def test_days_and_ranges() -> None:
    """Days are read, impossible ones refused without being shown; a range must rise."""
    assert Entry({"x": "2026-02-28"}).day("x") is not None
    assert Entry({"x": ""}).day("x") is None
    error = caught({"x": "2026-02-30"}, "day")
    assert error.finding.code == "pool_no_day"
    assert "2026" not in str(error)
    assert Entry({"x": [Decimal("1.5"), 2]}).ends("x") == (1_500_000, 2_000_000)
    assert caught({"x": [2, 1]}, "ends").finding.code == "pool_out_of_range"
