"""Both ends of a value come in; the verdict of the table goes out."""

from __future__ import annotations

import pytest

from graybook.constraints.judgement import Measured, Status
from graybook.constraints.verdicts import BOTH_ENDS, end_status, grows_with_dose, margin, verdict
from graybook.dvh.metrics import parse
from unit.constraints.cases import a_limit

MET, NEAR, EXCEEDED, OPEN = Status.MET, Status.NEAR, Status.EXCEEDED, Status.NOT_ASSESSABLE
AT_MOST = {MET: 60.0, NEAR: 70.5, EXCEEDED: 80.0}
AT_LEAST = {MET: 800.0, NEAR: 699.5, EXCEEDED: 600.0}


@pytest.mark.parametrize(
    ("op", "rounding", "value", "expected"),
    [
        ("<=", 0.0, 70.0, MET),
        ("<", 0.0, 70.0, EXCEEDED),
        ("<", 0.5, 70.0, NEAR),
        ("<=", 0.5, 70.0, MET),
        ("<=", 0.0, 70.0 + 1e-9, MET),
        ("<", 0.0, 70.0 - 1e-9, EXCEEDED),
        ("<=", 0.0, 70.01, EXCEEDED),
        ("<", 0.0, 69.99, MET),
        ("<=", 0.625, 70.625, NEAR),
        ("<=", 0.625, 70.625 + 1e-9, NEAR),
        ("<=", 0.625, 70.63, EXCEEDED),
        ("<=", 0.625, 69.9, MET),
        (">=", 0.0, 70.0, MET),
        (">", 0.0, 70.0, EXCEEDED),
        (">", 0.5, 70.0, NEAR),
        (">=", 0.5, 69.5, NEAR),
        (">=", 0.5, 69.4, EXCEEDED),
        (">", 0.0, 70.01, MET),
    ],
)
def test_one_value_is_compared_as_printed(op: str, rounding: float, value: float, expected: Status) -> None:
    """<= and >= hold at the figure, < and > do not; beyond it the source's rounding is near."""
    assert end_status(a_limit(op=op, rounding=rounding), value) is expected


@pytest.mark.rule(9)
@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [
        (MET, MET, MET),
        (MET, NEAR, NEAR),
        (MET, EXCEEDED, OPEN),
        (NEAR, NEAR, NEAR),
        (NEAR, EXCEEDED, EXCEEDED),
        (EXCEEDED, EXCEEDED, EXCEEDED),
    ],
)
def test_both_ends_give_one_verdict(better: Status, worse: Status, expected: Status) -> None:
    """The table of both ends, for an upper limit and mirrored for a critical volume, in either order of the ends."""
    dose = a_limit(rounding=0.5)
    volume = a_limit(metric="CV700cc<21Gy", op=">=", value=700.0, unit="cm³", rounding=0.5)
    for limit, values in ((dose, AT_MOST), (volume, AT_LEAST)):
        for ends in ((values[better], values[worse]), (values[worse], values[better])):
            measured = Measured(low=ends[0], high=ends[1])
            assert verdict(limit, parse(limit.metric), measured, complete=True) is expected


def test_the_table_has_no_other_cell() -> None:
    """The worse end is never better than the better end: six of nine cells can occur."""
    assert len(BOTH_ENDS) == 6


@pytest.mark.parametrize(
    ("metric", "op", "grows"),
    [
        ("max", "<=", True),
        ("V20Gy[%]", "<", True),
        ("gEUD(a=-8)", "<=", True),
        ("CV700cc<21Gy", ">=", True),
        ("CV700cc<21Gy", "<=", False),
        ("D95%", ">=", False),
        ("CI(60Gy)", "<=", False),
        ("HI", "<", False),
    ],
)
def test_what_more_dose_makes_worse(metric: str, op: str, grows: bool) -> None:
    """Upper limits on doses, lower limits on volumes that must stay below one; indices go both ways."""
    assert grows_with_dose(a_limit(metric=metric, op=op), parse(metric)) is grows


def test_the_margin_is_that_of_the_worse_end() -> None:
    """60 to 65 of at most 70 leave 5; 650 to 800 of at least 700 lack 50; without a worse end nobody knows."""
    assert margin(a_limit(), Measured(low=60.0, high=65.0)) == pytest.approx(5.0)
    volume = a_limit(metric="CV700cc<21Gy", op=">=", value=700.0, unit="cm³")
    assert margin(volume, Measured(low=650.0, high=800.0)) == pytest.approx(-50.0)
    assert margin(a_limit(), Measured(low=60.0, high=None)) is None
