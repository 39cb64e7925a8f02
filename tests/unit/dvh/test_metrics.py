"""The metric language: what each text means, and where a bad one is pointed at."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.metrics import Kind, evaluate, metric_error, metric_errors, parse, parse_list
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
        ("D10%[%of50Gy]", 80.0, "%"),
        ("D3cc[%of40Gy]", 75.0, "%"),
        ("D10%[%50Gy]", 80.0, "%"),
        ("mean[%of80Gy]", 25.0, "%"),
        ("max[%of40Gy]", 110.0, "%"),
        ("D10.5cc[%of40Gy]", None, "%"),
        ("V50%of40Gy[%]", 60.0, "%"),
        ("V50%of40Gy[cc]", 6.0, "cm³"),
        ("V50%40Gy[cc]", 6.0, "cm³"),
        ("V100.1%of40Gy[cc]", 0.0, "cm³"),
        ("gEUD(a=1)", 20.0, "Gy"),
        ("gEUD(a=2)", np.sqrt(500.0), "Gy"),
        ("gEUD(a=-1)", 1200.0 / 77.0, "Gy"),
        ("geud(a=2)[%of50Gy]", 2.0 * np.sqrt(500.0), "%"),
        ("HI", 1.5, ""),
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
        ("D95%[", 5),
        ("D95%[60Gy]", 5),
        ("D95%[%]", 6),
        ("D95%[%of0Gy]", 8),
        ("D95%[%of60]", 10),
        ("D95%[%of60Gy", 12),
        ("V95%[cc]", 4),
        ("V95%of60[cc]", 8),
        ("V95%of60Gy", 10),
        ("V20Gy[%of60Gy]", 5),
        ("gEUD", 4),
        ("gEUD(8)", 4),
        ("gEUD(a=)", 7),
        ("gEUD(a=0)", 7),
        ("gEUD(a=-0.0)", 7),
        ("gEUD(a=8", 8),
        ("gEUD(a=1,5)", 8),
        ("CI", 2),
        ("CI60Gy", 2),
        ("CI(60)", 5),
        ("GI(0Gy)", 3),
        ("MGI(60Gy", 8),
        ("HI(60Gy)", 2),
        ("D1000000000cc", 1),
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


EVERY = [
    "D95%",
    "D0.03cc",
    "V20Gy[%]",
    "V20Gy[cc]",
    "CV5cc<21Gy",
    "mean",
    "median",
    "min",
    "max",
    "gEUD(a=8)",
    "HI",
]
EVERY += ["D95%[%of60Gy]", "V95%of60Gy[cc]", "CI(20Gy)", "MGI(20Gy)"]


@pytest.mark.parametrize("text", EVERY)
def test_a_structure_without_volume_has_no_metrics(text: str) -> None:
    """Without samples nothing is defined but extremes of the surface; no number is invented."""
    assert evaluate(parse(text), np.array([]), np.array([])) is None


def test_metrics_of_equal_text_are_equal() -> None:
    """Metrics are values: they compare and can be keys."""
    assert parse("D95%") == parse("D95%")
    assert len({parse("mean"), parse("mean"), parse("max")}) == 2


def shells(dose_gy: float) -> float:
    """A field of three nested volumes: 9 cm³ at 20 Gy, 24 at 10, 50 at 5."""
    return {20.0: 9.0, 10.0: 24.0, 5.0: 50.0}[dose_gy]


@pytest.mark.parametrize(
    ("text", "value"),
    [("CI(20Gy)", 0.4), ("GI(20Gy)", 24.0 / 9.0), ("MGI(20Gy)", 4.0), ("CI(10Gy)", 10 / 24)],
)
def test_indices_by_head(text: str, value: float) -> None:
    """Of a target of 10 cm³ the prescription of 20 Gy covers 6, its isodose is 9 and that of half of it 24 cm³."""
    metric = parse(text)
    assert metric.unit == ""
    assert metric.needs_field
    assert evaluate(metric, DOSE, VOLUMES, field_volumes=shells) == pytest.approx(value)


def test_no_more_than_the_isodose_is_covered() -> None:
    """Samples that stand for more than the isodose's whole volume do not lift conformity above 1."""
    found = evaluate(parse("CI(20Gy)"), np.full(2, 21.0), np.array([5.0, 5.0]), field_volumes=shells)
    assert found == pytest.approx(0.9)
    assert evaluate(parse("MGI(20Gy)"), np.full(2, 21.0), np.full(2, 5.0), field_volumes=shells) == 24.0 / 9.0


@pytest.mark.rule(9)
@pytest.mark.parametrize("text", ["CI(20Gy)", "GI(20Gy)", "MGI(20Gy)"])
def test_indices_need_the_whole_isodose(text: str) -> None:
    """Without the field, or where the isodose reaches the end of its grid, an index is not known."""
    assert evaluate(parse(text), DOSE, VOLUMES) is None
    assert evaluate(parse(text), DOSE, VOLUMES, field_volumes=lambda dose_gy: None) is None


def test_indices_of_a_prescription_that_nothing_reaches() -> None:
    """No isodose of the prescription, nothing of the target in it: nothing to divide by, so no index."""
    for text in ("CI(90Gy)", "GI(90Gy)", "MGI(90Gy)"):
        assert evaluate(parse(text), DOSE, VOLUMES, field_volumes=lambda dose_gy: 0.0) is None


def test_homogeneity_of_no_dose_is_undefined() -> None:
    """Where half of the volume has no dose the homogeneity index divides by nothing."""
    assert evaluate(parse("HI"), np.array([0.0, 9.0]), np.array([6.0, 4.0])) is None


def test_equivalent_uniform_dose_tends_to_the_extremes() -> None:
    """A large a gives the hottest dose, a large negative a the coldest, and no power overflows on the way."""
    assert evaluate(parse("gEUD(a=900)"), DOSE, VOLUMES) == pytest.approx(40.0, rel=0.003)
    assert evaluate(parse("gEUD(a=-900)"), DOSE, VOLUMES) == pytest.approx(10.0, rel=0.003)
    assert evaluate(parse("gEUD(a=0.000001)"), DOSE, VOLUMES) == pytest.approx(
        float(np.exp(np.average(np.log(DOSE), weights=VOLUMES))), rel=1e-4
    )


def test_equivalent_uniform_dose_of_a_part_without_dose() -> None:
    """A target with a part at 0 Gy has a gEUD of 0 at any negative a; an organ half spared has half to the 1/a."""
    half = np.array([0.0, 30.0])
    assert evaluate(parse("gEUD(a=-10)"), half, np.ones(2)) == 0.0
    assert evaluate(parse("gEUD(a=4)"), half, np.ones(2)) == pytest.approx(30.0 * 0.5**0.25)
    assert evaluate(parse("gEUD(a=4)"), np.zeros(2), np.ones(2)) == 0.0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("mean", 5.0),
        ("mean[%of50Gy]", 10.0),
        ("D50%", 5.0),
        ("V15Gy[cc]", 2.0),
        ("V15Gy[%]", 50.0),
        ("D4cc", 5.0),
    ],
)
def test_error_is_half_the_difference_of_the_halves(text: str, error: float) -> None:
    """Halves of 1 and 3 cm³ at 10 and 20 Gy, each grown to 4 cm³: half of what they differ by."""
    dose, volumes = np.array([10.0, 20.0, 20.0]), np.array([1.0, 2.0, 1.0])
    second = np.array([False, True, True])
    assert metric_error(parse(text), dose, volumes, second) == pytest.approx(error)


def test_error_of_equal_halves_is_none_at_all() -> None:
    """Two halves of the same doses leave no doubt: 0, for every sampled metric."""
    dose, volumes = np.repeat(DOSE, 2), np.repeat(VOLUMES, 2)
    second = np.arange(8) % 2 == 1
    for text in (
        "D95%",
        "D0.03cc",
        "V20Gy[%]",
        "CV5cc<21Gy",
        "mean",
        "median",
        "gEUD(a=8)",
        "HI",
        "CI(20Gy)",
    ):
        assert metric_error(parse(text), dose, volumes, second, None, shells) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("text", ["min", "max", "min[%of60Gy]", "GI(20Gy)", "D99cc", "CI(20Gy)"])
def test_metrics_that_are_not_sampled_have_no_error(text: str) -> None:
    """Extremes come from the surface, GI from the grid, and what is undefined has no error either."""
    second = np.array([False, True, False, True])
    assert metric_error(parse(text), DOSE, VOLUMES, second, np.array([5.0, 44.0])) is None


def test_error_without_a_second_half_is_unknown() -> None:
    """One half alone says nothing of its error."""
    assert metric_error(parse("mean"), DOSE, VOLUMES, np.zeros(4, dtype=bool)) is None


def test_errors_of_several_metrics_are_those_of_each() -> None:
    """Halving the samples once for a list of metrics gives the same errors as for each alone, and None where each has none."""
    second = np.array([True, False, True, False])
    metrics = parse_list("mean,D10%,max,V20Gy[cc],D9cc")
    alone = tuple(metric_error(metric, DOSE, VOLUMES, second) for metric in metrics)
    assert metric_errors(metrics, DOSE, VOLUMES, second) == alone
    assert alone[0] == pytest.approx(0.5 * abs((10 * 4 + 30 * 2) / 6 - (20 * 3 + 40) / 4))
    assert alone[2] is None
    assert metric_errors(metrics, DOSE, VOLUMES, np.zeros(4, dtype=bool)) == (None,) * 5
