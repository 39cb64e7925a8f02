"""Rule 8, doses: sets of beam doses, sums of plans and relative doses come in; only a whole plan is counted, once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from graybook.dicom.marks import uid_from
from phantoms import PhantomCourse, write_phantom
from rules.patients import course, finding, metrics, organ, plan, result_of, run, scanned

DAY = date(2025, 5, 5)


@pytest.mark.rule(8)
def test_a_complete_set_of_beams_is_the_plan(tmp_path: Path) -> None:
    """Three BEAM doses of 50 Gy in 25 together are 50.0."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, summation="BEAM", beams=3))])
    assert organ(result_of(tmp_path)).cumulative.mean_gy == pytest.approx(50.0, abs=1e-5)


@pytest.mark.rule(8)
def test_an_incomplete_set_is_refused(tmp_path: Path) -> None:
    """Two of three BEAM doses: refused, the missing beam named with a remedy, each file listed, exit 0."""
    write_phantom(
        tmp_path / "in", [course("c", DAY, plan(50, 25, summation="BEAM", beams=3, beams_written=2))]
    )
    result = result_of(tmp_path / "in")
    assert set(metrics(organ(result).cumulative).values()) == {None}
    (refusal,) = [one for one in result.refusals if "BEAM" in one.text]
    assert "3" in refusal.text
    assert refusal.remedy
    assert run("assess", tmp_path / "in", "--out", tmp_path / "out").exit_code == 0
    listed = [one for one in scanned(tmp_path / "in")["files"] if "_beam" in one["path"]]
    assert len(listed) == 2
    assert all(one["reason"] for one in listed)


def _beside(one: PhantomCourse, index: int, **said: Any) -> Any:
    """Make the dose of another plan of the course refer to plan 0 as well."""

    def alter(dataset: Dataset) -> None:
        dataset.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID = one.plan_uid(index)

    return alter


@pytest.mark.rule(8)
def test_plan_and_beam_are_not_summed_twice(tmp_path: Path) -> None:
    """A PLAN dose and the complete BEAM set of one plan: 50.0, never 100."""
    bare = course("c", DAY)
    beams = plan(50, 25, "SET", summation="BEAM", beams=2, write_plan=False, alter_dose=_beside(bare, 0))
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "WHOLE", beams=2), beams)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    listed = [one for one in scanned(tmp_path)["files"] if "_beam" in one["path"]]
    assert [one["used_as"] for one in listed] == [None, None]
    assert all("twice" in one["reason"] for one in listed)


@pytest.mark.rule(8)
def test_a_sum_beside_its_members(tmp_path: Path) -> None:
    """MULTI_PLAN of both courses beside them: 50 + 40, never more; the sum is listed as for display only."""
    first, second = course("old", date(2015, 5, 4), plan(40, 20)), course("new", DAY, plan(50, 25))

    def names_both(dataset: Dataset) -> None:
        item = dataset.ReferencedRTPlanSequence[0]
        item.ReferencedSOPInstanceUID = first.plan_uid(0)
        another = Dataset()
        another.ReferencedSOPClassUID = item.ReferencedSOPClassUID
        another.ReferencedSOPInstanceUID = second.plan_uid(0)
        dataset.ReferencedRTPlanSequence.append(another)

    total = plan(90, 45, "SUM", summation="MULTI_PLAN", write_plan=False, alter_dose=names_both)
    write_phantom(tmp_path, [first, second, course("sum", DAY, total, write_structures=False)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 90.0
    assert len(result.courses) == 2
    listed = next(one for one in scanned(tmp_path)["files"] if one["path"].startswith("sum/"))
    assert listed["used_as"] is None
    assert listed["reason"]


@pytest.mark.rule(8)
def test_relative_dose(tmp_path: Path) -> None:
    """RELATIVE units without a reference: refused with the remedy, exit 0, and the sum is a lower bound."""
    old = course("old", date(2015, 5, 4), plan(1.0, 20, "REL", units="RELATIVE", prescription_gy=40.0))
    write_phantom(tmp_path / "in", [old, course("new", DAY, plan(50, 25))])
    result = result_of(tmp_path / "in")
    assert organ(result).lower_bound
    assert organ(result).cumulative.mean_gy in (50.0, None)
    assert any(("RELATIVE" in one.text or "Gy" in one.text) and one.remedy for one in result.refusals)
    assert run("assess", tmp_path / "in", "--out", tmp_path / "out").exit_code == 0


@pytest.mark.rule(8)
def test_fraction_is_a_whole_fraction_group(tmp_path: Path) -> None:
    """A FRACTION dose of 50 Gy in a group of 25 is 25 x 2 Gy = 50.0, not 25 times 50 and not one fraction of 50 (650)."""
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, summation="FRACTION"))])
    assert organ(result_of(tmp_path)).cumulative.mean_gy == 50.0


@pytest.mark.rule(8)
@pytest.mark.parametrize("summation", ["FRACTION_SESSION", "PLAN_SESSION", "BEAM_SESSION", "RECORD"])
def test_sessions_are_no_plan(tmp_path: Path, summation: str) -> None:
    """The dose of one session is never taken for the plan's."""

    def alter(dataset: Dataset) -> None:
        dataset.DoseSummationType = summation

    write_phantom(tmp_path, [course("c", DAY, plan(2, 25, alter_dose=alter, prescription_gy=50.0))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert any(one.remedy for one in result.refusals)


@pytest.mark.rule(8)
def test_the_same_dose_twice_counts_once(tmp_path: Path) -> None:
    """A copy under another name, and a re-export under another UID, count once."""
    folder = write_phantom(tmp_path, [course("c", DAY, plan(50, 25))])
    (folder / "copy.dcm").write_bytes((folder / "c" / "RD_0.dcm").read_bytes())
    from pydicom import dcmread

    again = dcmread(folder / "c" / "RD_0.dcm")
    again.SOPInstanceUID = uid_from("phantom", "again")
    again.file_meta.MediaStorageSOPInstanceUID = again.SOPInstanceUID
    again.save_as(folder / "again.dcm")
    result = result_of(folder)
    assert organ(result).cumulative.mean_gy == 50.0
    listed = {one["path"]: one for one in scanned(folder)["files"]}
    unused = [path for path, one in listed.items() if one["used_as"] is None]
    assert len(unused) == 2
    assert all(listed[path]["reason"] for path in unused)


@pytest.mark.rule(8)
def test_two_different_doses_of_one_plan(tmp_path: Path) -> None:
    """Two PLAN doses of one plan that differ: none is picked, refused with both named."""
    bare = course("c", DAY)
    other = plan(44, 25, "OTHER", write_plan=False, alter_dose=_beside(bare, 0))
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "A"), other)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert finding(result, "RD_0.dcm", "RD_1.dcm")


@pytest.mark.rule(8)
@pytest.mark.parametrize("units", ["CGY", "", None])
@pytest.mark.parametrize("checkable", [True, False])
def test_units_that_are_not_gray(tmp_path: Path, units: str | None, checkable: bool) -> None:
    """Dose Units neither GY nor RELATIVE, or none: refused with the remedy, never read as Gy in hope."""

    def alter(dataset: Dataset) -> None:
        if units is None:
            del dataset.DoseUnits
        else:
            dataset.DoseUnits = units

    said: dict[str, Any] = {} if checkable else {"prescription_gy": None, "state_beam_dose": False}
    write_phantom(tmp_path, [course("c", DAY, plan(50, 25, "A", alter_dose=alter, **said))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert any("RD_0.dcm" in f"{one.subject} {one.text}" and one.remedy for one in result.refusals)
