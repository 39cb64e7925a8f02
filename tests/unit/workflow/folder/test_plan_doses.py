"""The doses of a plan: PLAN, else a complete set, each once; the rest refused or listed (rule 8)."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dicom.facts import DoseFacts, PlanFacts
from graybook.workflow.folder.notes import Notes
from graybook.workflow.folder.plan_doses import GroupDoses, doses_of_plan, summed_voxels, usable_doses
from phantoms.facts import a_dose, a_plan


def chosen(plan: PlanFacts | None, *doses: DoseFacts) -> tuple[tuple[GroupDoses, ...], Notes]:
    notes = Notes()
    return doses_of_plan(plan, usable_doses(doses, notes), "A", notes), notes


def refusals(notes: Notes) -> list[str]:
    return [one.code for one in notes.refusals]


def reasons(notes: Notes) -> dict[str, str]:
    return {one.path: one.reason.code for one in notes.unused}


@pytest.mark.rule(8)
def test_beams_are_not_summed_with_the_plan() -> None:
    """PLAN is used; BEAM doses beside it are listed, never summed twice."""
    beams = [a_dose(f"B{n}", summation="BEAM", beams=[n], dose_gy=20.0) for n in (1, 2)]
    (group,), notes = chosen(a_plan("A"), a_dose("P", dose_gy=40.0), *beams)
    assert [dose.header.path for dose in group.doses] == ["P.dose"]
    assert reasons(notes) == {"B1.dose": "dose_not_summed_twice", "B2.dose": "dose_not_summed_twice"}
    assert not notes.refusals


def test_complete_beams_are_the_plan() -> None:
    """One BEAM dose per treatment beam: their sum is the plan's dose, 15 + 25 = 40 Gy."""
    (group,), notes = chosen(
        a_plan("A"),
        a_dose("B1", summation="BEAM", beams=[1], dose_gy=15.0),
        a_dose("B2", summation="BEAM", beams=[2], dose_gy=25.0),
    )
    assert np.allclose(summed_voxels(group.doses, 1.0)(), 40.0)
    assert not notes.refusals


@pytest.mark.rule(8)
@pytest.mark.parametrize("beams", [[1], [1, 1], [1, 3]])
def test_incomplete_beams_are_refused(beams: list[int]) -> None:
    """A beam missing, twice, or of another plan: the set is not the plan."""
    doses = [a_dose(f"D{place}", summation="BEAM", beams=[n]) for place, n in enumerate(beams)]
    (group,), notes = chosen(a_plan("A"), *doses)
    assert not group.doses
    assert refusals(notes) == ["incomplete_dose_set"]
    assert set(reasons(notes)) == {dose.header.path for dose in doses}


@pytest.mark.rule(8)
def test_beams_without_their_plan_are_refused() -> None:
    """BEAM doses whose plan is not here cannot be known to be complete."""
    (group,), notes = chosen(None, a_dose("B1", summation="BEAM", beams=[1]))
    assert not group.doses
    assert refusals(notes) == ["incomplete_dose_set"]


@pytest.mark.rule(8)
def test_fraction_doses_are_whole_fraction_groups() -> None:
    """Two fraction groups of 20 and 5 with a FRACTION dose each are two parts of the plan; one alone is refused."""
    plan = a_plan("A", fractions=(20, 5))
    first = a_dose("F1", summation="FRACTION", group=1)
    second = a_dose("F2", summation="FRACTION", group=2)
    groups, notes = chosen(plan, first, second)
    assert [group.group.fractions_planned for group in groups if group.group] == [20, 5]
    assert not notes.refusals
    (group,), notes = chosen(plan, first)
    assert not group.doses
    assert refusals(notes) == ["incomplete_dose_set"]


def test_one_dose_for_unlike_fraction_groups_is_refused() -> None:
    """A PLAN dose over groups of 20 and 5 fractions has no one dose per fraction."""
    (group,), notes = chosen(a_plan("A", fractions=(20, 5)), a_dose("P"))
    assert not group.doses
    assert refusals(notes) == ["several_fraction_groups"]


@pytest.mark.rule(8)
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"units": "RELATIVE"}, "dose_relative"),
        ({"dose_type": "ERROR"}, "dose_type_error"),
        ({"summation": "PLAN_SESSION"}, "dose_session_not_yet"),
        ({"summation": "CONTROL_POINT"}, "dose_summation_not_yet"),
    ],
)
def test_unusable_doses_are_refused(said: dict[str, str], code: str) -> None:
    """RELATIVE, ERROR, single sessions and unknown sums are refused, each by its name."""
    (group,), notes = chosen(a_plan("A"), a_dose("P", **said))  # type: ignore[arg-type]
    assert not group.doses
    assert refusals(notes) == [code]
    assert reasons(notes) == {"P.dose": code}


@pytest.mark.rule(8)
def test_multi_plan_is_for_display() -> None:
    """MULTI_PLAN stands beside its members, listed only."""
    (group,), notes = chosen(a_plan("A"), a_dose("P"), a_dose("M", summation="MULTI_PLAN", plans=["A", "B"]))
    assert [dose.header.path for dose in group.doses] == ["P.dose"]
    assert reasons(notes) == {"M.dose": "dose_multi_plan"}


def test_two_plan_doses_are_refused_unless_equal() -> None:
    """Two PLAN doses of one plan that differ: none is used; equal ones count once."""
    (group,), notes = chosen(a_plan("A"), a_dose("P", dose_gy=40.0), a_dose("Q", dose_gy=42.0))
    assert not group.doses
    assert refusals(notes) == ["two_plan_doses"]
    (group,), notes = chosen(a_plan("A"), a_dose("P", dose_gy=40.0), a_dose("Q", dose_gy=40.0))
    assert [dose.header.path for dose in group.doses] == ["P.dose"]
    assert reasons(notes) == {"Q.dose": "dose_same_values"}


def test_beams_on_two_grids_are_refused() -> None:
    """BEAM doses on unlike grids are not added voxel by voxel."""
    (group,), notes = chosen(
        a_plan("A"),
        a_dose("B1", summation="BEAM", beams=[1]),
        a_dose("B2", summation="BEAM", beams=[2], spacing_mm=4.0),
    )
    assert not group.doses
    assert refusals(notes) == ["dose_grids_differ"]
