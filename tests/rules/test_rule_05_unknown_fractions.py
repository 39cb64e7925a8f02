"""Rule 5: a dose whose number of fractions nobody knows comes in; a bracket by a person, or no conversion, goes out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from phantoms import write_phantom
from rules.patients import course, finding, metrics, organ, plan, result_of, state

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)
BRACKET = '[[phase]]\nplan = "OLD"\nfractions_min = 5\nfractions_max = 25'


@pytest.mark.rule(5)
def test_a_persons_bracket(tmp_path: Path) -> None:
    """50 Gy in 5 to 25: from 50 (n 25, the low end) to 150 (n 5, what limits see), said with both numbers."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, None, "OLD"))])
    result = result_of(state(tmp_path, BRACKET))
    cord = organ(result)
    assert set(metrics(cord.cumulative).values()) == {50.0}
    assert set(metrics(cord.cumulative_upper).values()) == {150.0}
    assert any(one.low_gy == 50.0 and one.high_gy == 150.0 for one in cord.printed_as_range)
    assert finding(result, "OLD", "25", "5")
    assert result.courses[0].phases[0].fractions_range == (5, 25)


@pytest.mark.rule(5)
def test_the_bracket_in_a_sum(tmp_path: Path) -> None:
    """The same beside a course of 30 Gy in 10 (37.5): 87.5 to 187.5; the bound is built from the high end."""
    write_phantom(tmp_path, [course("old", OLD, plan(50, None, "OLD")), course("new", NEW, plan(30, 10))])
    cord = organ(result_of(state(tmp_path, BRACKET)))
    assert set(metrics(cord.cumulative).values()) == {87.5}
    assert set(metrics(cord.cumulative_upper).values()) == {187.5}
    assert cord.point_sum.bound_d0_03cc_gy == 187.5
    assert cord.point_sum.max_sum_gy == 187.5


@pytest.mark.rule(5)
def test_no_row_is_not_converted(tmp_path: Path) -> None:
    """Without a bracket or a row nothing is converted: physical Gy only, and every 3D number is a lower bound."""
    write_phantom(tmp_path, [course("old", OLD, plan(50, None, "OLD")), course("new", NEW, plan(30, 10))])
    result = result_of(tmp_path)
    cord = organ(result)
    assert cord.cumulative.mean_gy == 37.5
    assert cord.lower_bound
    assert not cord.point_sum.complete
    old = next(one for one in cord.courses if one.id == result.courses[0].id)
    assert old.mean_gy is None
    assert old.max_gy is None
    assert old.physical_mean_gy == pytest.approx(50.0)
    assert finding(result, "OLD", "fractions", "unknown")


@pytest.mark.rule(5)
def test_a_stated_number_is_used(tmp_path: Path) -> None:
    """With fractions_planned from a person the dose is converted by it: 50 Gy in 20 is 56.25."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, None, "OLD"))])
    result = result_of(state(tmp_path, '[[phase]]\nplan = "OLD"\nfractions_planned = 20'))
    assert organ(result).cumulative.mean_gy == 56.25
    assert organ(result).cumulative_upper.mean_gy == 56.25


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    "keys", ["fractions_min = 5", "fractions_min = 25\nfractions_max = 5", "fractions_min = 0"]
)
def test_a_bracket_must_be_whole(tmp_path: Path, keys: str) -> None:
    """Half a bracket, a reversed one or zero fractions is refused by assess with status 3 and a remedy, never guessed."""
    from rules.patients import run

    write_phantom(tmp_path / "in", [course("c", NEW, plan(50, None, "OLD"))])
    state(tmp_path / "in", f'[[phase]]\nplan = "OLD"\n{keys}')
    ran = run("assess", tmp_path / "in", "--out", tmp_path / "out")
    assert ran.exit_code == 3
    assert "fractions_m" in ran.stderr
