"""Rule 1: three plans of one prescription come in; one is counted, and a question is answered by one line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from phantoms import write_phantom
from rules.patients import course, organ, plan, result_of

DAY = date(2026, 3, 4)
STAMP = 'author = "A. Physicist"\ndate = 2026-03-05\nreason = "treatment sheet"\n'


@pytest.mark.rule(1)
def test_approved_unapproved_and_rejected_count_one(tmp_path: Path) -> None:
    """50 Gy in 25 to one target, APPROVED, UNAPPROVED and REJECTED: 50 Gy EQD2, not 100 or 150."""
    plans = (
        plan(50, 25, "A", target="T"),
        plan(50, 25, "U", target="T", approval="UNAPPROVED"),
        plan(50, 25, "R", target="T", approval="REJECTED"),
    )
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == pytest.approx(50.0)
    statuses = {phase.label: phase.status for one in result.courses for phase in one.phases}
    assert statuses == {"A": "assumed delivered", "U": "alternative", "R": "not given"}


@pytest.mark.rule(1)
def test_two_approved_rivals_wait_for_one_line(tmp_path: Path) -> None:
    """Both listed and nothing summed; `use = "B"` in graybook.toml settles it."""
    plans = (plan(50, 25, "A", target="T"), plan(50, 25, "B", target="T"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    asked = result_of(tmp_path)
    assert organ(asked).cumulative.mean_gy is None
    (refusal,) = [one for one in asked.refusals if one.code == "rival_plans"]
    assert "A" in refusal.text
    assert "B" in refusal.text
    assert "use =" in refusal.remedy
    text = f'[[course]]\ncourse = "{DAY.isoformat()}"\nuse = "B"\n{STAMP}'
    (tmp_path / "graybook.toml").write_text(text, encoding="utf-8")
    assert organ(result_of(tmp_path)).cumulative.mean_gy == pytest.approx(50.0)
