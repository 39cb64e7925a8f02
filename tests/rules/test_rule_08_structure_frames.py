"""Rule 8: a structure of another frame in the same file comes in; it is named, never read where it does not lie."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from phantoms import box, linear, write_phantom
from rules.patients import course, plan, result_of, run, structure


def _other_frame(dataset: Dataset) -> None:
    """The second ROI says that it was drawn in another frame."""
    dataset.StructureSetROISequence[1].ReferencedFrameOfReferenceUID = "1.2.3.4.5"


@pytest.mark.rule(8)
def test_a_structure_of_another_frame_has_no_number(tmp_path: Path) -> None:
    """Cord in the dose's frame, heart in another: the cord has its dose; the heart none, and it is said, in assess and in dvh."""
    here = box((-5.0, -5.0, -15.0), (5.0, 5.0, 15.0))
    there = box((10.0, -5.0, -15.0), (20.0, 5.0, 15.0))
    made = course(
        "c",
        date(2026, 3, 4),
        plan(50, 25, dose_gy=linear(50.0, (0.5, 0.0, 0.0))),
        structures=[structure("SpinalCord", here), structure("Heart", there)],
        alter_structures=_other_frame,
    )
    write_phantom(tmp_path / "in", [made])
    result = result_of(tmp_path / "in")
    found = {one.name: one for one in result.structures}
    assert found["SpinalCord"].cumulative.mean_gy == pytest.approx(50.0, rel=0.01)
    assert "Heart" not in found or found["Heart"].cumulative.mean_gy is None
    assert any("Heart" in one.text or one.subject == "Heart" for one in (*result.refusals, *result.findings))
    ran = run("dvh", tmp_path / "in", "--json")
    assert ran.exit_code == 0
    assert "another frame" in ran.stdout
