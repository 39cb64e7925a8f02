"""Rule 2: phases given together or one after the other come in; dose per session, hence EQD2, follows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from graybook.report.result import Result
from phantoms import PhantomPlan, write_phantom
from rules.patients import course, eqd2, metrics, organ, plan, result_of, state

DAY = date(2025, 5, 5)


def _assessed(folder: Path, plans: tuple[PhantomPlan, ...], *entries: str) -> Result:
    write_phantom(folder, [course("c", DAY, *plans)])
    return result_of(state(folder, *entries) if entries else folder)


def _all(one: object) -> set[float | None]:
    return {None if value is None else round(value, 6) for value in metrics(one).values()}


TWICE_25 = (plan(25, 25, "A"), plan(25, 25, "B"))


@pytest.mark.rule(2)
def test_order_not_known(tmp_path: Path) -> None:
    """25/25 + 25/25, order only assumed: the headline is 37.5 and the concurrent 50.0 stands beside it, said in words."""
    result = _assessed(tmp_path, TWICE_25)
    cord = organ(result)
    assert _all(cord.cumulative) == {37.5}
    assert cord.concurrent is not None
    assert _all(cord.concurrent) == {50.0}
    assert any(
        "sequential" in one.text.lower() or "one after the other" in one.text for one in result.findings
    )


@pytest.mark.rule(2)
def test_concurrent_by_a_persons_word(tmp_path: Path) -> None:
    """Stated concurrent: 1 + 1 Gy in 25 sessions is 50.0, and 37.5 is nowhere."""
    cord = organ(
        _assessed(tmp_path, TWICE_25, '[[course]]\ncourse = "2025-05-05"\nconcurrent = [["A", "B"]]')
    )
    assert _all(cord.cumulative) == {50.0}
    assert cord.concurrent is None or _all(cord.concurrent) == {50.0}
    assert cord.point_sum.max_sum_gy == 50.0
    assert cord.point_sum.bound_d0_03cc_gy == 50.0


@pytest.mark.rule(2)
def test_sequential_by_a_persons_word(tmp_path: Path) -> None:
    """Stated sequential: 37.5, and no concurrent value beside it, because the order is known."""
    cord = organ(_assessed(tmp_path, TWICE_25, '[[course]]\ncourse = "2025-05-05"\nsequential = true'))
    assert _all(cord.cumulative) == {37.5}
    assert cord.concurrent is None
    assert cord.point_sum.max_sum_gy == 37.5


@pytest.mark.rule(2)
def test_unequal_numbers_share_the_first_sessions(tmp_path: Path) -> None:
    """40/20 + 10/5: sequential 40 + 10 = 50; concurrent 5 x 4 Gy + 15 x 2 Gy = 20 x 6/4 + 30 = 60."""
    cord = organ(_assessed(tmp_path, (plan(40, 20, "A"), plan(10, 5, "B"))))
    assert _all(cord.cumulative) == {50.0}
    assert cord.concurrent is not None
    assert _all(cord.concurrent) == {60.0}


@pytest.mark.rule(2)
def test_three_phases_at_once(tmp_path: Path) -> None:
    """20/20 + 20/10 + 10/10: sequential 15 + 20 + 7.5 = 42.5; concurrent 10 x 4 Gy + 10 x 1 Gy = 60 + 7.5 = 67.5."""
    cord = organ(_assessed(tmp_path, (plan(20, 20, "A"), plan(20, 10, "B"), plan(10, 10, "C"))))
    assert _all(cord.cumulative) == {42.5}
    assert cord.concurrent is not None
    assert _all(cord.concurrent) == {67.5}


@pytest.mark.rule(2)
def test_a_concurrent_pair_and_a_later_phase(tmp_path: Path) -> None:
    """A with B (50.0), then C of 10 Gy in 5 (10.0): the headline is 60.0."""
    plans = (*TWICE_25, plan(10, 5, "C"))
    result = _assessed(tmp_path, plans, '[[course]]\ncourse = "2025-05-05"\nconcurrent = [["A", "B"]]')
    assert _all(organ(result).cumulative) == {60.0}


@pytest.mark.rule(2)
def test_concurrent_pair_stopped_together(tmp_path: Path) -> None:
    """A and B concurrent, both stopped after 10 of 25: 10 x 2 Gy = 20.0."""
    result = _assessed(
        tmp_path,
        TWICE_25,
        '[[course]]\ncourse = "2025-05-05"\nconcurrent = [["A", "B"]]',
        '[[phase]]\nplan = "A"\nfractions_delivered = 10',
        '[[phase]]\nplan = "B"\nfractions_delivered = 10',
    )
    assert _all(organ(result).cumulative) == {20.0}


@pytest.mark.rule(2)
def test_concurrent_pair_of_which_one_stopped(tmp_path: Path) -> None:
    """Concurrent, A all 25, B only the first 10: 10 x 2 Gy + 15 x 1 Gy = 20 + 15 x 3/4 = 31.25."""
    result = _assessed(
        tmp_path,
        TWICE_25,
        '[[course]]\ncourse = "2025-05-05"\nconcurrent = [["A", "B"]]',
        '[[phase]]\nplan = "B"\nfractions_delivered = 10',
    )
    assert _all(organ(result).cumulative) == {31.25}


@pytest.mark.rule(2)
def test_order_does_not_matter_to_sequential_courses(tmp_path: Path) -> None:
    """Two courses years apart are never concurrent: 37.5 and nothing beside it."""
    write_phantom(tmp_path, [course("old", date(2015, 5, 4), plan(25, 25)), course("new", DAY, plan(25, 25))])
    cord = organ(result_of(tmp_path))
    assert _all(cord.cumulative) == {37.5}
    assert cord.concurrent is None
    assert cord.point_sum.max_sum_gy == pytest.approx(eqd2(25, 25) * 2)
