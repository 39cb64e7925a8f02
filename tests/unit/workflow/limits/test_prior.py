"""Prior: what was given, without what is proposed, also within one course on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.workflow.limits.prior import prior_of
from graybook.workflow.person.study import study
from rules.patients import SIGNED

COURSE = f'[person]\npatient_id = "P-1"\n\n[[course]]\nlabel = "spine"\nlevels = "T9-L1"\nnature = "photons"\n{SIGNED}'
GIVEN = '\n[[course.phase]]\nlabel = "one"\nstart_date = 2019-03-04\nfractions = 10\ntotal_gy = 30\n'
PROPOSED = '\n[[course.phase]]\nlabel = "two"\nstatus = "proposed"\nfractions = 5\ntotal_gy = 20\n'


@pytest.mark.rule(1)
def test_a_proposed_phase_on_paper_is_not_what_was_given(tmp_path: Path) -> None:
    """30 Gy in 10 delivered and 20 Gy in 5 proposed: 67.5 on the cord with the proposal, 37.5 without it."""
    (tmp_path / "graybook.toml").write_text(COURSE + GIVEN + PROPOSED, encoding="utf-8")
    found = study(tmp_path)
    before = {one.name: one.point_sum for organ in found.assessed if (one := organ.result) is not None}
    assert before["SpinalCord"].customary_d0_03cc_gy == 67.5
    prior = prior_of(found.assessed, found.setting, found.scanned.settings)
    after = {one.name: one.point_sum for organ in prior.organs if (one := organ.result) is not None}
    assert after["SpinalCord"].customary_d0_03cc_gy == 37.5
