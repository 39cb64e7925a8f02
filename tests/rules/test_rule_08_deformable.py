"""Rule 8, deformations: an older course reached through a Deformable Spatial Registration, with it, against it, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from graybook.geometry import Affine, Displacement, Grid
from graybook.geometry.arrays import FloatArray
from phantoms import (
    PhantomCourse,
    PhantomDeformation,
    PhantomRegistration,
    PhantomStructure,
    box,
    linear,
    moved,
    rotation,
    write_phantom,
)
from phantoms.folder import PERSON
from rules.patients import (
    SIGNED,
    apart,
    course,
    eqd2,
    finding,
    organ,
    plan,
    result_of,
    scanned,
    state,
    structure,
)

OLD, NEW = date(2010, 5, 4), date(2025, 5, 5)
TURN = rotation((0.0, 0.0, 1.0), 90.0, (40.0, -25.0, 15.0))
TO_OLD = TURN @ np.diag([1.25, 0.9, 1.1, 1.0])
"""Points of the new frame into the old one: a quarter turn, a shift and a stretch; all but the turn and shift is deformation."""
WAVE = linear(30.0, (0.8, 0.3, 0.0))
"""The old dose as seen in the new frame."""

TRUTH_MAX = eqd2(30 + (0.8 + 0.3) * 6, 15) + 20.0
TRUTH_MIN = eqd2(30 - (0.8 + 0.3) * 6, 15) + 20.0


def _box_at(matrix: FloatArray) -> PhantomStructure:
    corners = np.array([[-6.0, -6.0, -6.0, 1.0], [6.0, 6.0, 6.0, 1.0]]) @ matrix.T
    low, high = np.minimum(*corners[:, :3]), np.maximum(*corners[:, :3])
    return structure("SpinalCord", box(tuple(low), tuple(high)), slice_mm=1.0)


def _courses() -> tuple[PhantomCourse, PhantomCourse]:
    middle = (TO_OLD[0, 3], TO_OLD[1, 3], TO_OLD[2, 3])
    one = plan(30, 15, "OLD", dose_gy=moved(WAVE, np.linalg.inv(TO_OLD)))
    old = apart(course("old", OLD, one, structures=[_box_at(TO_OLD)], centre_mm=middle))
    return old, apart(course("new", NEW, plan(20, 10, "NEW"), structures=[_box_at(np.eye(4))]))


def _deformation(
    here: PhantomCourse, there: PhantomCourse, matrix: FloatArray, before: FloatArray, name: str = "field"
) -> PhantomDeformation:
    """A linear map written as vectors after a rigid one; they reach 30 mm beyond the middle."""
    low = np.asarray(here.centre_mm) - 30.0
    grid = Grid(
        frame=here.frame_uid, shape=(13, 16, 21), origin_mm=low, spacing_mm=[3.0, 4.0, 5.0], axes=np.eye(3)
    )
    nodes = grid.centres()
    wanted = Affine(from_frame="", to_frame="", matrix=matrix).apply(nodes, frame="")
    already = Affine(from_frame="", to_frame="", matrix=before).apply(nodes, frame="")
    field = Displacement.from_vectors(
        (wanted - already).reshape(*grid.shape, 3), grid, to_frame=there.frame_uid, before=before
    )
    return PhantomDeformation(from_course=here, to_course=there, displacement=field, name=name)


def _forward(old: PhantomCourse, new: PhantomCourse) -> PhantomDeformation:
    return _deformation(new, old, TO_OLD, TURN)


def _is_right(folder: Path) -> None:
    cumulative = organ(result_of(folder)).cumulative
    assert cumulative.max_gy == pytest.approx(TRUTH_MAX, rel=0.002)
    assert cumulative.min_gy == pytest.approx(TRUTH_MIN, rel=0.005)


@pytest.mark.rule(8)
def test_a_deformation_is_used_as_written(tmp_path: Path) -> None:
    """Written in today's frame: the gradient lies where it lay; "approval not recorded" is said."""
    old, new = _courses()
    _is_right(write_phantom(tmp_path, [old, new], [_forward(old, new)]))
    assert finding(result_of(tmp_path), "approval")


@pytest.mark.rule(8)
def test_a_deformation_against_its_direction(tmp_path: Path) -> None:
    """Written in the old frame, leading to today's: its inverse is computed, and the error of that is said."""
    old, new = _courses()
    back = _deformation(old, new, np.linalg.inv(TO_OLD), np.linalg.inv(TURN))
    _is_right(write_phantom(tmp_path, [old, new], [back]))
    assert finding(result_of(tmp_path), "inverse", "misses")


@pytest.mark.rule(8)
def test_a_deformation_that_lost_its_direction(tmp_path: Path) -> None:
    """The same vectors under exchanged frames carry the dose elsewhere: what the tests above would see."""
    old, new = _courses()

    def exchanged(dataset: Dataset) -> None:
        dataset.FrameOfReferenceUID = old.frame_uid
        dataset.DeformableRegistrationSequence[-1].SourceFrameOfReferenceUID = new.frame_uid

    wrong = replace(_forward(old, new), alter=exchanged)
    cumulative = organ(result_of(write_phantom(tmp_path, [old, new], [wrong]))).cumulative
    assert cumulative.max_gy != pytest.approx(TRUTH_MAX, rel=0.02)


@pytest.mark.rule(9)
def test_undefined_vectors_are_an_interval(tmp_path: Path) -> None:
    """Where the deformation is not defined, the old course gives from nothing up to its highest dose."""
    old, new = _courses()
    whole = _forward(old, new)
    vectors = whole.displacement.vectors_mm.copy()
    vectors[:, :, 10:] = np.nan
    holes = replace(whole, displacement=replace(whole.displacement, vectors_mm=vectors))
    result = organ(result_of(write_phantom(tmp_path, [old, new], [holes])))
    assert result.cumulative.min_gy == pytest.approx(20.0, abs=0.01)
    highest = 30.0 + float(np.max(np.abs([0.8, 0.3]))) * 6
    assert result.cumulative_upper.max_gy is not None
    assert result.cumulative_upper.max_gy > eqd2(highest, 15) + 20.0


def _rivals(folder: Path) -> tuple[Path, Sequence[str]]:
    """A deformation and the rigid registration it began with: another place at the organ."""
    old, new = _courses()
    rigid = PhantomRegistration(
        from_course=old, to_course=new, matrix=np.linalg.inv(TURN) @ _shift(9.0), name="rigid"
    )
    write_phantom(folder, [old, new], [_forward(old, new), rigid])
    uids = [one["sop_instance_uid"] for one in _registrations(folder)]
    return folder, uids


def _registrations(folder: Path) -> list[dict[str, str]]:
    from pydicom import dcmread

    found = sorted((folder / "registrations").glob("REG_*"))
    return [{"path": path.name, "sop_instance_uid": dcmread(path).SOPInstanceUID} for path in found]


def _shift(x_mm: float) -> FloatArray:
    out = np.eye(4)
    out[0, 3] = x_mm
    return out


@pytest.mark.rule(8)
def test_a_deformation_and_a_matrix_are_never_picked_from(tmp_path: Path) -> None:
    """Two registrations of different kinds: refused with the spread, both named; the user's choice is used."""
    folder, uids = _rivals(tmp_path)
    result = result_of(folder)
    assert organ(result).cumulative.mean_gy is None
    (refusal,) = [one for one in result.refusals if "registrations" in one.text]
    assert all(uid in refusal.remedy for uid in uids)
    state(folder, f'[[registration]]\nuse = "{uids[0]}"\nerror_mm = 2.0')
    _is_right(folder)


@pytest.mark.rule(8)
def test_the_approved_one_is_used_until_that_is_taken_back(tmp_path: Path) -> None:
    """One of two approved by a named person is used and the spread is said; taken back, there is no pick again."""
    folder, uids = _rivals(tmp_path)
    state(folder, f'[[approval]]\nregistration = "{uids[0]}"')
    _is_right(folder)
    result = result_of(folder)
    assert finding(result, "approved one is used")
    assert not finding(result, "no record of its approval")
    later = SIGNED.replace("2026-01-31", "2026-02-01")
    toml = folder / "graybook.toml"
    toml.write_text(toml.read_text() + f'\n[[approval]]\nregistration = "{uids[0]}"\nrevoked = true\n{later}')
    assert organ(result_of(folder)).cumulative.mean_gy is None


@pytest.mark.rule(8)
@pytest.mark.parametrize("fault", ["short", "flat", "rejected"])
def test_a_deformation_that_cannot_be_used_is_named(tmp_path: Path, fault: str) -> None:
    """Vectors that end early, a resolution of nothing, a rejected one: no sum, and scan names the file with the reason."""

    def alter(dataset: Dataset) -> None:
        grid = dataset.DeformableRegistrationSequence[-1].DeformableRegistrationGridSequence[0]
        if fault == "short":
            grid.VectorGridData = grid.VectorGridData[:-1200]
        elif fault == "flat":
            grid.GridResolution = [3.0, 0.0, 5.0]
        else:
            dataset.ApprovalStatus = "REJECTED"

    old, new = _courses()
    write_phantom(tmp_path, [old, new], [replace(_forward(old, new), alter=alter)], person=PERSON)
    listed = next(one for one in scanned(tmp_path)["files"] if "REG_" in one["path"])
    assert listed["used_as"] is None
    assert "REG_field_new_old.dcm" in listed["reason"]
    assert organ(result_of(tmp_path)).cumulative.mean_gy is None


@pytest.mark.rule(16)
def test_an_approval_of_nothing_is_said(tmp_path: Path) -> None:
    """A registration named in graybook.toml that is not in the folder, mistyped perhaps, is a warning."""
    old, new = _courses()
    write_phantom(tmp_path, [old, new], [_forward(old, new)])
    state(tmp_path, '[[approval]]\nregistration = "1.2.3.4"')
    assert finding(result_of(tmp_path), "1.2.3.4", "not in the folder")
