"""The metric language: what each text means, and where a bad one is pointed at."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.metrics import Kind, evaluate, parse, parse_list
from graybook.errors import UsageError

DOSE = np.array([10.0, 20.0, 30.0, 40.0])
VOLUMES = np.array([4.0, 3.0, 2.0, 1.0])


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("D10%", 40.0, "Gy"),
        ("D10.1%", 30.0, "Gy"),
        ("D100%", 10.0, "Gy"),
        ("D1cc", 40.0, "Gy"),
        ("D3cc", 30.0, "Gy"),
        ("D10.5cc", None, "Gy"),
        ("V20Gy[%]", 60.0, "%"),
        ("V20Gy[cc]", 6.0, "cm³"),
        ("V40.5Gy[cc]", 0.0, "cm³"),
        ("CV5cc<21Gy", 7.0, "cm³"),
        ("mean", 20.0, "Gy"),
        ("median", 20.0, "Gy"),
        ("min", 5.0, "Gy"),
        ("max", 44.0, "Gy"),
    ],
)
def test_values_by_head(text: str, value: float | None, unit: str) -> None:
    """Ten cm³ in four steps: each metric is what one reads off by head."""
    metric = parse(text)
    assert metric.text == text
    assert metric.unit == unit
    got = evaluate(metric, DOSE, VOLUMES, np.array([5.0, 44.0]))
    assert got == (None if value is None else pytest.approx(value))


@pytest.mark.rule(13)
def test_critical_volume_is_its_own_kind() -> None:
    """CV700cc<21Gy keeps both numbers and measures the volume below, whatever the 700 asked for."""
    metric = parse("CV700cc<21Gy")
    assert metric.kind is Kind.CRITICAL_VOLUME
    assert (metric.volume_cm3, metric.dose_gy) == (700.0, 21.0)
    doses = np.array([20.0, 21.0, 22.0])
    assert evaluate(metric, doses, np.array([650.0, 100.0, 300.0])) == 650.0


@pytest.mark.rule(13)
def test_volume_larger_than_the_structure_is_undefined() -> None:
    """D2cc of a structure of 1.9 cm³ is undefined, of one of 2 cm³ it is its minimum."""
    metric = parse("D2cc")
    assert evaluate(metric, np.array([1.0, 2.0]), np.array([0.9, 1.0])) is None
    assert evaluate(metric, np.array([1.0, 2.0]), np.array([1.0, 1.0])) == 1.0


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0),
        ("E95%", 0),
        ("D", 1),
        ("D95", 3),
        ("D95%x", 4),
        ("D0%", 1),
        ("D101%", 1),
        ("D-3%", 1),
        ("V20[%]", 3),
        ("V20Gy", 5),
        ("V20Gy[Gy]", 5),
        ("CV700<21Gy", 5),
        ("CV700cc>21Gy", 7),
        ("means", 4),
        ("D95 %", 3),
    ],
)
def test_bad_text_is_pointed_at(text: str, column: int) -> None:
    """The caret stands under the first character that cannot be followed."""
    with pytest.raises(UsageError) as caught:
        parse(text)
    lines = caught.value.what.splitlines()
    assert lines[1] == f"    {text}"
    assert lines[2].index("^") - 4 == column


def test_bad_text_in_a_list_is_pointed_at_in_the_whole_list() -> None:
    """In a list the caret counts from the list's first character."""
    with pytest.raises(UsageError) as caught:
        parse_list("D99%, D0,03cc")
    assert caught.value.what.splitlines()[2].index("^") - 4 == 7


def test_a_list_keeps_order_and_text() -> None:
    """Keys are the texts as typed, without the blanks around them."""
    assert [m.text for m in parse_list("D99%,d0.03cc , V20Gy[%]")] == ["D99%", "d0.03cc", "V20Gy[%]"]


@pytest.mark.parametrize("text", ["D95%", "D0.03cc", "V20Gy[%]", "V20Gy[cc]", "mean", "median", "min", "max"])
def test_a_structure_without_volume_has_no_metrics(text: str) -> None:
    """Without samples nothing is defined but extremes of the surface; no number is invented."""
    assert evaluate(parse(text), np.array([]), np.array([])) is None


def test_metrics_of_equal_text_are_equal() -> None:
    """Metrics are values: they compare and can be keys."""
    assert parse("D95%") == parse("D95%")
    assert len({parse("mean"), parse("mean"), parse("max")}) == 2
