"""The grammar of radiobiologic metrics, ours and the one that the guide ships."""

from __future__ import annotations

import pytest

from graybook.exchange.course_facts import BiologicalMetric, MetricKind
from graybook.exchange.metric import metric_text, stated_metric, unit_text


@pytest.mark.parametrize(
    ("text", "documented", "upstream"),
    [
        ("EQD2Gy(a/b=3)", True, True),
        ("EQD2Gy(a/b=2.5)", True, True),
        ("EQD2Gy(a/b =  3)", True, True),
        ("EQD2Gy(a/b=10)", True, False),
        ("EQD2Gy(a/b=)", False, True),
        ("EQD2Gy(a/b=0)", False, True),
        ("EQD2Gy", True, True),
        ("BED", True, True),
        ("BED(a/b=3)", True, False),
        ("CGE", True, True),
        ("RBE(factor=1.1)", True, True),
        ("RBE(factor=)", False, True),
        ("RBE(factor=.5)", False, True),
        ("RBE(a/b=3)", False, False),
        ("CGE(a/b=3)", False, False),
        ("EQD2", False, False),
        ("Gy", False, False),
        ("", False, False),
        ("EQD2Gy(a/b=3)\n", False, False),
        ("EQD2Gy(a/b=٣)", False, False),
    ],
)
def test_both_rules(text: str, documented: bool, upstream: bool) -> None:
    """What the guide documents and what its invariant accepts differ, and each text has both verdicts."""
    said = metric_text(text)
    assert (said.documented, said.upstream) == (documented, upstream)


def test_stated_metric() -> None:
    """Kind, value and α/β or factor are read from the unit; an unknown unit states nothing."""
    found = stated_metric("EQD2Gy(a/b=2.5)", 52.0)
    assert found is not None
    assert (found.kind, found.value_gy, found.alpha_beta_gy, found.factor) == (
        MetricKind.EQD2,
        52.0,
        2.5,
        None,
    )
    proton = stated_metric("RBE(factor=1.1)", 55.0)
    assert proton is not None
    assert (proton.kind, proton.alpha_beta_gy, proton.factor) == (MetricKind.RBE, None, 1.1)
    assert stated_metric("EQD2Gy(a/b=)", 52.0) is None


@pytest.mark.parametrize(
    "text", ["EQD2Gy(a/b=10)", "EQD2Gy(a/b=2.5)", "BED(a/b=3)", "RBE(factor=1.1)", "CGE", "EQD2Gy"]
)
def test_unit_comes_back(text: str) -> None:
    """A unit that was read is written as it was."""
    found = stated_metric(text, 1.0)
    assert found is not None
    assert unit_text(found) == text


def test_unit_of_a_small_number_has_no_exponent() -> None:
    """A number is written as a decimal, never with an exponent."""
    metric = BiologicalMetric(kind=MetricKind.EQD2, value_gy=1.0, alpha_beta_gy=100000.0)
    assert unit_text(metric) == "EQD2Gy(a/b=100000)"
