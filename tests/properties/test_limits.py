"""Any limit and any value: more dose is never better, the ends may come in any order, and nothing passes that is not sure."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.constraints.judgement import Case, Measured, Status
from graybook.constraints.judging import judge
from graybook.tables.limit import Conditions, Limit, Namespace

RANK = {Status.MET: 0, Status.NEAR: 1, Status.NOT_ASSESSABLE: 1, Status.EXCEEDED: 2}
"""How bad a verdict is: a value near its limit and one that nobody can judge stand side by side between met and exceeded."""

METRICS = (("max", "Gy"), ("D0.1cc", "Gy"), ("mean", "Gy"), ("V20Gy[%]", "%"), ("V20Gy[cc]", "cm³"))
VALUES = st.floats(0.0, 200.0).map(lambda one: round(one, 3))

limits = st.builds(
    lambda metric, op, value, rounding, structure: Limit(
        id="any",
        namespace=Namespace.CUMULATIVE,
        organ=structure,
        metric=metric[0],
        op=op,
        value=value,
        unit=metric[1],
        alpha_beta_gy=2.0,
        rounding=rounding,
        source="key",
        source_text="A citation",
        tier="primary-table",
        primary_checked=True,
    ),
    st.sampled_from(METRICS),
    st.sampled_from(("<", "<=")),
    st.floats(0.5, 150.0).map(lambda one: round(one, 2)),
    st.sampled_from((0.0, 0.05, 0.5, 2.0)),
    st.sampled_from(("SpinalCord", "ThecalSac", "SpinalCanal", "SpinalCord_PRV05")),
)
cases = st.builds(
    lambda structure, complete: Case(
        structure=structure,
        alpha_beta_gy=2.0,
        courses=2,
        intervals_months=(9.0,),
        modalities=frozenset({"photon"}),
        complete=complete,
    ),
    st.sampled_from(("SpinalCord", "ThecalSac", "SpinalCanal")),
    st.booleans(),
)


def rank(limit: Limit, low: float, high: float, case: Case) -> int:
    """How bad the verdict is."""
    return RANK[judge(limit, Measured(low=low, high=high), case).status]


@given(limits, cases, VALUES, VALUES, VALUES, VALUES)
def test_more_dose_is_never_better(
    limit: Limit, case: Case, low: float, high: float, more: float, still: float
) -> None:
    """Raising either end never improves the verdict."""
    low, high = min(low, high), max(low, high)
    assert rank(limit, low, high, case) <= rank(limit, low + more, high + more + still, case)


@given(limits, cases, VALUES, VALUES, VALUES)
def test_a_higher_limit_is_never_stricter(
    limit: Limit, case: Case, low: float, high: float, more: float
) -> None:
    """Raising the figure never worsens the verdict."""
    looser = replace(limit, value=limit.value + more)
    assert rank(looser, low, high, case) <= rank(limit, low, high, case)


@given(limits, cases, VALUES, VALUES)
def test_the_ends_come_in_any_order(limit: Limit, case: Case, one: float, other: float) -> None:
    """The same verdict, margin and reason."""
    there = judge(limit, Measured(low=one, high=other), case)
    back = judge(limit, Measured(low=other, high=one), case)
    assert (there.status, there.margin, there.reason) == (back.status, back.margin, back.reason)


@pytest.mark.rule(9)
@given(limits, cases, VALUES, VALUES)
def test_nothing_is_met_that_is_not_met_at_both_ends(
    limit: Limit, case: Case, one: float, other: float
) -> None:
    """Met means no end above the figure and no course missing; exceeded that both are beyond it."""
    found = judge(limit, Measured(low=one, high=other), case)
    if found.status is Status.MET:
        assert max(one, other) <= limit.value * (1 + 1e-9) + 1e-6
        assert case.complete
        assert found.margin is not None
        assert found.margin >= -1e-5
    if found.status is Status.EXCEEDED:
        assert min(one, other) >= limit.value * (1 - 1e-9) - 1e-6


@given(
    st.lists(st.one_of(st.none(), st.floats(0.0, 40.0)), min_size=1, max_size=4),
    st.lists(st.one_of(st.none(), st.floats(0.0, 120.0)), min_size=2, max_size=5),
)
def test_courses_come_in_any_order(intervals: list[float | None], alone: list[float | None]) -> None:
    """Conditions on every course do not ask which came first."""
    limit = Limit(
        id="any", namespace=Namespace.CUMULATIVE, organ="SpinalCord", metric="max", op="<=", value=120.0, unit="Gy",
        alpha_beta_gy=2.0, source="key", source_text="A citation", tier="primary-table", primary_checked=True,
        conditions=Conditions(interval_months=(6.0, None), each_course_max_gy=98.0),
    )  # fmt: skip
    verdicts = {
        judge(
            limit,
            Measured(low=100.0, high=100.0),
            Case(
                structure="SpinalCord",
                alpha_beta_gy=2.0,
                courses=len(intervals) + 1,
                intervals_months=months,
                modalities=frozenset({"photon"}),
                course_values=values,
            ),
        ).status
        for months in list(permutations(intervals))[:6]
        for values in list(permutations(alone))[:6]
    }
    assert len(verdicts) == 1
