"""``graybook commission`` and ``./run validation`` find the same figures of the same bodies, each on its own way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graybook.progress import silent
from graybook.report.wording import Wording
from graybook.workflow.commissioning import phantoms as commission_phantoms
from graybook.workflow.commissioning.case import Bench


@pytest.mark.parametrize("slice_mm", commission_phantoms.SLICES_MM)
def test_every_figure_of_the_bodies_agrees(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slice_mm: float
) -> None:
    """All 85 figures of a slice spacing deviate from the closed form by the same, within 0.1 % of the value."""
    monkeypatch.syspath_prepend(repository)
    from validation import nelms, programs

    voxel_mm = (slice_mm, slice_mm, slice_mm)
    cases, settings = nelms.posed("agreement", slice_mm, voxel_mm, np.zeros(3))
    answers = {case.name: programs.answered(case) for case in cases}
    theirs = {
        f"{one.of.roi} {slice_mm:g} mm {one.of.gradient} {one.metric}": one.value
        for one in nelms.deviations(programs.OURS, answers, settings)
    }
    monkeypatch.setattr(commission_phantoms, "SLICES_MM", (slice_mm,))
    group = commission_phantoms.nelms(Bench(tmp_path, Wording("en", "commission"), silent))
    ours = {case.id: case.deviation / 100.0 for case in group.cases if case.deviation is not None}
    assert len(ours) == 85
    assert ours == pytest.approx(theirs, abs=1e-3)
