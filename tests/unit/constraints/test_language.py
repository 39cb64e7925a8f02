"""Rules as text come in; their parts, or an error that points at the character, go out."""

from __future__ import annotations

import pytest

from graybook.constraints.language import checked, derived_at, parse_rule, rule_text, schedule_of
from graybook.dvh.metrics import Kind
from graybook.errors import InputError, UsageError
from graybook.tables.limit import DoseOf, Namespace, Scale
from graybook.tables.limits import limits
from unit.constraints.cases import a_limit


@pytest.mark.rule(13)
@pytest.mark.parametrize(
    ("text", "kind", "op", "value", "unit"),
    [
        ("max <= 60 Gy", Kind.MAX, "<=", 60.0, "Gy"),
        ("  max<=60Gy  ", Kind.MAX, "<=", 60.0, "Gy"),
        ("MAX ≤ 60 gy", Kind.MAX, "<=", 60.0, "Gy"),
        ("V20Gy[%] < 40 %", Kind.PERCENT_ABOVE, "<", 40.0, "%"),
        ("V20Gy[cc] < 40 cc", Kind.VOLUME_ABOVE, "<", 40.0, "cm³"),
        ("CV700cc<21Gy >= 700 cm³", Kind.CRITICAL_VOLUME, ">=", 700.0, "cm³"),
        ("CV700cc<21Gy > 700 cm3", Kind.CRITICAL_VOLUME, ">", 700.0, "cm³"),
        ("CV700cc<21Gy ≥ 700cc", Kind.CRITICAL_VOLUME, ">=", 700.0, "cm³"),
        ("D0.1cc < 56.25 Gy", Kind.DOSE_AT_VOLUME, "<", 56.25, "Gy"),
        ("mean < 22 Gy", Kind.MEAN, "<", 22.0, "Gy"),
        ("D95%[%of60Gy] >= 95 %", Kind.DOSE_AT_PERCENT, ">=", 95.0, "%"),
        ("HI < 0.1", Kind.HOMOGENEITY, "<", 0.1, ""),
        ("CI(60Gy) > 0.8", Kind.CONFORMITY, ">", 0.8, ""),
    ],
)
def test_rules_are_read(text: str, kind: Kind, op: str, value: float, unit: str) -> None:
    """Metric, comparison, figure and unit, with and without spaces, in the signs in use."""
    rule = parse_rule(text)
    assert (rule.metric.kind, rule.op, rule.value, rule.unit) == (kind, op, value, unit)


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("max", 3, "expected <, <=, > or >="),
        ("CV700cc<21Gy", 12, "expected <, <=, > or >="),
        ("max <= Gy", 7, "expected a figure"),
        ("max <= 0 Gy", 7, "above 0"),
        ("max <= -5 Gy", 7, "expected a figure"),
        ("max <= 60", 9, "expected the unit of max, Gy"),
        ("max <= 60 %", 10, "expected the unit of max, Gy"),
        ("V20Gy[%] < 40 Gy", 14, "expected the unit of V20Gy[%], %"),
        ("HI < 0.1 Gy", 9, "which is none"),
        ("max <= 60 Gy EQD2", 13, "expected the end"),
        ("Dmx <= 60 Gy", 1, "expected a share or a volume"),
        ("D0.1 < 56 Gy", 4, "expected % or cc"),
        ("CV700<21Gy >= 700 cc", 5, "expected cc"),
        ("<= 60 Gy", 0, "expected D, V"),
        ("", 0, "expected D, V"),
        ("max max", 3, "expected the end"),
    ],
)
def test_the_fault_is_pointed_at(text: str, at: int, reason: str) -> None:
    """The caret stands under the character that could not be followed, and the remedy shows how to write it."""
    with pytest.raises(UsageError) as caught:
        parse_rule(text)
    assert reason in str(caught.value)
    lines = caught.value.what.splitlines()
    assert lines[1].removeprefix("    ") in text or text == ""
    assert lines[2].index("^") - 4 == at
    assert "for example" in caught.value.remedy


def test_a_rule_is_printed_as_it_is_read() -> None:
    """Every shipped limit but shares and observed doses, printed, is read back as the same rule."""
    rows = [one for one in limits() if one.op and one.dose_of is not DoseOf.SHARE]
    assert len(rows) > 20
    for one in rows:
        rule = parse_rule(rule_text(one))
        assert (rule.metric, rule.op, rule.value, rule.unit) == (checked(one), one.op, one.value, one.unit)


def test_what_has_no_comparison_or_unit_is_printed_without() -> None:
    """An observed dose has no comparison, a share no unit."""
    assert rule_text(a_limit(namespace=Namespace.OBSERVED, op="", value=28.8)) == "max 28.8 Gy"
    assert rule_text(a_limit(value=0.5, unit="", dose_of=DoseOf.SHARE)) == "max <= 0.5"


def test_every_shipped_limit_is_checked() -> None:
    """No row of the tables has a metric that cannot be followed, or a unit that is not its own."""
    assert all(checked(one) for one in limits())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"metric": "Dmax"}, "Limit a-limit: Metric not understood"),
        ({"metric": "Dmax", "place": "rules.csv, line 3"}, "rules.csv, line 3: Metric not understood"),
        ({"unit": "%"}, "Limit a-limit: the unit does not fit the metric max"),
        ({"unit": "%", "place": "rules.csv, line 3"}, "rules.csv, line 3: the unit"),
        ({"dose_of": DoseOf.SHARE}, "the unit does not fit"),
        ({"op": ">="}, "the comparison is the wrong way round for max"),
        ({"metric": "V20Gy[%]", "unit": "%", "op": ">"}, "the comparison is the wrong way round"),
        ({"metric": "CV700cc<21Gy", "unit": "cm³", "op": "<="}, "the comparison is the wrong way round"),
        ({"schedule": "14 in 1"}, "the schedule is not"),
        ({"schedule": "14/0"}, "the schedule is not"),
        ({"schedule": "0/1"}, "the schedule is not"),
        ({"schedule": "14 in 1", "scale": Scale.PHYSICAL}, "the schedule is not"),
        ({"schedule": "14/1", "value": 70.0}, "the schedule gives 56 Gy"),
        ({"schedule": "14/1", "value": 56.0, "alpha_beta_gy": None}, "the schedule needs the α/β"),
    ],
)
def test_a_limit_that_does_not_fit_is_refused(changed: dict[str, object], said: str) -> None:
    """The message names the place in the file, or the id."""
    with pytest.raises(InputError, match=r".") as caught:
        checked(a_limit(**changed))
    assert said in caught.value.what
    assert caught.value.remedy


def test_the_schedule_of_a_limit() -> None:
    """Dose and fractions as written; none where there is none."""
    assert schedule_of(a_limit(schedule="14/1")) == (14.0, 1)
    assert schedule_of(a_limit(schedule=" 27.5 / 5 ")) == (27.5, 5)
    assert schedule_of(a_limit()) is None
    for known in (
        a_limit(schedule="14/1", value=56.0),
        a_limit(schedule="12.4/1", value=44.6, rounding=0.05),
        a_limit(schedule="14/1", value=14.0, scale=Scale.PHYSICAL),
        a_limit(schedule="60/30", metric="V20Gy[%]", unit="%"),
    ):
        assert checked(known)


def test_the_figure_at_another_alpha_beta() -> None:
    """14 Gy at once: 14 x (14 + 3) / 5 = 47.6 Gy EQD2 and 14 x (1 + 14/3) = 79.33 Gy BED; physical doses and volumes have none."""
    assert derived_at(a_limit(schedule="14/1"), 3.0) == pytest.approx(47.6)
    assert derived_at(a_limit(schedule="14/1", scale=Scale.BED), 3.0) == pytest.approx(79.3333, abs=1e-4)
    assert derived_at(a_limit(schedule="14/1", scale=Scale.PHYSICAL), 3.0) is None
    assert derived_at(a_limit(schedule="60/30", metric="V20Gy[%]", unit="%"), 3.0) is None
    assert derived_at(a_limit(), 3.0) is None
