"""Limit alternatives: what flips an answer, and what other sources say."""

from __future__ import annotations

from graybook.report.constraint_result import ConstraintResult
from graybook.workflow.limits.alternatives import flips, with_other_sources


def entry(identity: str, limit: float, status: str, metric: str = "max") -> ConstraintResult:
    return ConstraintResult(
        id=identity,
        structure="SpinalCord",
        metric=metric,
        op="<=",
        limit=limit,
        unit="Gy",
        namespace="cumulative limit",
        value=62.0,
        value_upper=62.0,
        status=status,
        margin=limit - 62.0,
        reason="",
        source="a source",
        origin=identity,
        tier="primary-table",
    )


def test_only_opposite_answers_flip() -> None:
    """Met and exceeded are opposite; near and not assessable are no answer to turn."""
    assert flips("met", "exceeded")
    assert flips("exceeded", "met")
    assert not flips("exceeded", "near")
    assert not flips("met", "not assessable")
    assert not flips("met", "met")


def test_another_source_of_the_same_dose_is_an_alternative() -> None:
    """60 is exceeded and 65 met by 62 Gy: each names the other, and a limit on another metric is not named."""
    found = with_other_sources(
        [entry("a", 60.0, "exceeded"), entry("b", 65.0, "met"), entry("c", 50.0, "met", "D0.1cc")], "en"
    )
    named = {
        one.id: [(other.limit, other.status, other.flips) for other in one.alternatives] for one in found
    }
    assert named == {"a": [(65.0, "met", True)], "b": [(60.0, "exceeded", True)], "c": []}


def test_what_was_not_judged_is_no_alternative() -> None:
    """A limit that may not be judged neither names others nor is named."""
    found = with_other_sources([entry("a", 60.0, "exceeded"), entry("b", 65.0, "not assessable")], "en")
    assert [one.alternatives for one in found] == [[], []]
