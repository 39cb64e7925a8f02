"""Rule 8, frames: courses in two frames come in; they are added only through a transform, in its right direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from graybook.geometry.arrays import FloatArray
from phantoms import (
    PhantomCourse,
    PhantomRegistration,
    PhantomStructure,
    box,
    gaussian,
    linear,
    moved,
    rotation,
    write_phantom,
)
from phantoms.course import Alter
from rules.patients import (
    apart,
    course,
    eqd2,
    finding,
    metrics,
    organ,
    plan,
    result_of,
    run,
    scanned,
    state,
    structure,
)

OLD, MIDDLE, NEW = date(2010, 5, 4), date(2015, 5, 4), date(2025, 5, 5)
TURN = rotation((0.0, 0.0, 1.0), 90.0, (40.0, -25.0, 15.0))
"""Points of the new frame into the old one: a quarter turn and a shift; its inverse is far from itself."""


def _box_at(matrix: FloatArray) -> PhantomStructure:
    """The cord as it lies in the frame that ``matrix`` leads to (quarter turns only)."""
    corners = np.array([[-6.0, -6.0, -6.0, 1.0], [6.0, 6.0, 6.0, 1.0]]) @ matrix.T
    low, high = np.minimum(*corners[:, :3]), np.maximum(*corners[:, :3])
    return structure("SpinalCord", box(tuple(low), tuple(high)), slice_mm=1.0)


WAVE = linear(30.0, (0.8, 0.0, 0.0))
"""The old dose as seen in the new frame: rises along x there, along another axis in its own frame."""


def _old(matrix: FloatArray = TURN, name: str = "old", day: date = OLD) -> PhantomCourse:
    back = np.linalg.inv(matrix)
    centre = tuple(float(value) for value in matrix[:3, 3])
    one = plan(30, 15, name.upper(), dose_gy=moved(WAVE, back))
    return apart(course(name, day, one, structures=[_box_at(matrix)], centre_mm=centre))


def _new() -> PhantomCourse:
    return apart(course("new", NEW, plan(20, 10, "NEW"), structures=[_box_at(np.eye(4))]))


def _link(old: PhantomCourse, new: PhantomCourse, to_old: FloatArray, name: str = "r") -> PhantomRegistration:
    return PhantomRegistration(from_course=old, to_course=new, matrix=np.linalg.inv(to_old), name=name)


TRUTH_MAX = eqd2(30 + 0.8 * 6, 15) + 20.0
TRUTH_MIN = eqd2(30 - 0.8 * 6, 15) + 20.0


def _is_right(folder: Path) -> None:
    cumulative = organ(result_of(folder)).cumulative
    assert cumulative.max_gy == pytest.approx(TRUTH_MAX, rel=0.002)
    assert cumulative.min_gy == pytest.approx(TRUTH_MIN, rel=0.005)


@pytest.mark.rule(8)
def test_no_transform_between_frames(tmp_path: Path) -> None:
    """Two frames and no registration: cumulative null, point sums given, refusal with a remedy, exit 0."""
    folder = write_phantom(tmp_path / "in", [_old(), _new()])
    ran = run("assess", folder, "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    result = result_of(folder)
    cord = organ(result)
    assert set(metrics(cord.cumulative).values()) == {None}
    assert set(metrics(cord.cumulative_upper).values()) == {None}
    assert cord.point_sum.max_sum_gy == pytest.approx(TRUTH_MAX, rel=0.005)
    assert cord.point_sum.customary_d0_03cc_gy is not None
    assert any("registration" in one.text.lower() and one.remedy for one in result.refusals)
    assert not (tmp_path / "out" / "eqd2_total.dcm").exists()


@pytest.mark.rule(8)
def test_a_registration_is_used_forward(tmp_path: Path) -> None:
    """A registration from the old into the new frame: the gradient lies where it lay, "approval not recorded"."""
    old, new = _old(), _new()
    _is_right(write_phantom(tmp_path, [old, new], [_link(old, new, TURN)]))
    assert finding(result_of(tmp_path), "approval")


@pytest.mark.rule(8)
def test_a_registration_is_used_inverted(tmp_path: Path) -> None:
    """A registration stored the other way round, from the new into the old frame, is inverted exactly."""
    old, new = _old(), _new()
    reverse = PhantomRegistration(from_course=new, to_course=old, matrix=TURN)
    _is_right(write_phantom(tmp_path, [old, new], [reverse]))


@pytest.mark.rule(8)
def test_a_chain_of_two(tmp_path: Path) -> None:
    """Old to middle and middle to new: the chain is followed; the middle course counts too (10 Gy in 5: 10)."""
    step = rotation((0.0, 0.0, 1.0), 90.0, (5.0, 0.0, -10.0))
    middle = apart(
        course("middle", MIDDLE, plan(10, 5, "MID"), structures=[_box_at(step)], centre_mm=(5.0, 0.0, -10.0))
    )
    old, new = _old(), _new()
    links = [
        PhantomRegistration(from_course=old, to_course=middle, matrix=step @ np.linalg.inv(TURN)),
        PhantomRegistration(from_course=new, to_course=middle, matrix=step),
    ]
    write_phantom(tmp_path, [old, middle, new], links)
    cumulative = organ(result_of(tmp_path)).cumulative
    assert cumulative.max_gy == pytest.approx(TRUTH_MAX + 10.0, rel=0.002)
    assert cumulative.min_gy == pytest.approx(TRUTH_MIN + 10.0, rel=0.005)


def _several(folder: Path) -> tuple[Path, Sequence[PhantomRegistration]]:
    old, new = _old(), _new()
    off = TURN.copy()
    off[:3, 3] += (12.0, 0.0, 0.0)
    links = [_link(old, new, TURN, "right"), _link(old, new, off, "off")]
    return write_phantom(folder, [old, new], links), links


@pytest.mark.rule(8)
def test_several_registrations_are_never_picked_from(tmp_path: Path) -> None:
    """Two registrations 12 mm apart: refused, with the spread at the hot spot and both named, exit 0."""
    folder, _ = _several(tmp_path / "in")
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 0
    result = result_of(folder)
    assert organ(result).cumulative.mean_gy is None
    (refusal,) = [one for one in result.refusals if "registrations" in one.text]
    assert re.search(r"\b12\.0", refusal.text)
    assert "[[registration]]" in refusal.remedy


@pytest.mark.rule(8)
def test_the_users_registration_is_used(tmp_path: Path) -> None:
    """Of two registrations the one a person names, with its error, which becomes the envelope's shift."""
    from pydicom import dcmread

    folder, _ = _several(tmp_path)
    (right,) = (folder / "registrations").glob("REG_right*")
    uid = dcmread(right).SOPInstanceUID
    state(folder, f'[[registration]]\nuse = "{uid}"\nerror_mm = 2.0')
    _is_right(folder)
    envelope = organ(result_of(folder)).envelope
    assert envelope is not None
    assert (envelope.shift_mm, envelope.assumed) == (2.0, False)


@pytest.mark.rule(8)
def test_same_frame_is_inferred_and_said(tmp_path: Path) -> None:
    """One frame of reference but two image series: used, and said to be inferred (or refused if the images differ)."""
    first = course("old", OLD, plan(30, 15), image=True)
    second = course("new", NEW, plan(20, 10), image=True)
    write_phantom(tmp_path, [first, second])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert finding(result, "frame", "image")


@pytest.mark.rule(8)
def test_one_frame_whose_images_are_of_two_bodies(tmp_path: Path) -> None:
    """One frame of reference, but the second CT shows something else: no 3D sum."""

    def upside_down(dataset: Dataset) -> None:
        pixels = np.frombuffer(dataset.PixelData, dtype=np.int16).reshape(dataset.Rows, dataset.Columns)
        rng = np.random.default_rng(int(dataset.InstanceNumber))
        dataset.PixelData = rng.permuted(pixels.ravel()).astype(np.int16).tobytes()

    first = course("old", OLD, plan(30, 15), image=True)
    second = replace(course("new", NEW, plan(20, 10), image=True), alter_image=upside_down)
    write_phantom(tmp_path, [first, second])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert any("frame" in one.text for one in result.refusals)


@pytest.mark.rule(8)
def test_a_hot_spot_lands_where_it_was(tmp_path: Path) -> None:
    """A bell of dose 5 mm off the cord's centre in the old frame is found there in the new one, not mirrored."""
    spot = gaussian(60.0, (5.0, 0.0, 0.0), 6.0)
    back = np.linalg.inv(TURN)
    old = replace(_old(), plans=(plan(60, 30, "OLD", dose_gy=moved(spot, back)),), spacing_mm=(2.0, 2.0, 2.0))
    new = replace(_new(), plans=(plan(40, 20, "NEW", dose_gy=linear(20.0, (1.0, 0.0, 0.0))),))
    write_phantom(tmp_path, [old, new], [_link(old, new, TURN)])
    along = np.linspace(-6, 6, 2401)
    truth = max(eqd2(60 * float(np.exp(-0.5 * ((x - 5) / 6) ** 2)), 30) + eqd2(20 + x, 20) for x in along)
    assert organ(result_of(tmp_path)).cumulative.max_gy == pytest.approx(truth, rel=0.02)


def _mirrored(dataset: Dataset) -> None:
    for one in dataset.RegistrationSequence:
        for inner in one.MatrixRegistrationSequence:
            for matrix in inner.MatrixSequence:
                matrix.FrameOfReferenceTransformationMatrix = [
                    -1,
                    0,
                    0,
                    0,
                    0,
                    1,
                    0,
                    0,
                    0,
                    0,
                    1,
                    0,
                    0,
                    0,
                    0,
                    1,
                ]


def _somebody_else(dataset: Dataset) -> None:
    dataset.PatientID = "SOMEBODY-ELSE"


@pytest.mark.rule(8)
@pytest.mark.parametrize("alter", [_mirrored, _somebody_else], ids=["mirrors", "of another person"])
def test_a_registration_that_cannot_be_used_is_named(tmp_path: Path, alter: Alter) -> None:
    """A registration that mirrors, or bears another Patient ID: no sum, and both scan and the report name the file."""
    old, new = _old(), _new()
    link = replace(_link(old, new, TURN), alter=alter)
    write_phantom(tmp_path, [old, new], [link])
    listed = next(one for one in scanned(tmp_path)["files"] if "REG_" in one["path"])
    assert listed["used_as"] is None
    assert listed["reason"]
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert finding(result, "REG_")


@pytest.mark.rule(8)
def test_a_direct_way_and_a_chain_that_disagree(tmp_path: Path) -> None:
    """Directly, and over a third course 8 mm elsewhere: refused, or the spread is said; never one of them in silence."""
    old, new = _old(), _new()
    middle = apart(course("middle", MIDDLE, plan(10, 5, "MID"), structures=[_box_at(np.eye(4))]))
    off = TURN.copy()
    off[:3, 3] += (8.0, 0.0, 0.0)
    links = [
        _link(old, new, TURN),
        PhantomRegistration(from_course=old, to_course=middle, matrix=np.linalg.inv(off)),
        PhantomRegistration(from_course=middle, to_course=new, matrix=np.eye(4)),
    ]
    write_phantom(tmp_path, [old, middle, new], links)
    assert finding(result_of(tmp_path), "8.0 mm")


@pytest.mark.rule(8)
def test_a_direct_way_and_a_chain_that_agree(tmp_path: Path) -> None:
    """The same with a chain that leads to the same place: used, nothing refused."""
    old, new = _old(), _new()
    middle = apart(course("middle", MIDDLE, plan(10, 5, "MID"), structures=[_box_at(np.eye(4))]))
    links = [
        _link(old, new, TURN),
        PhantomRegistration(from_course=old, to_course=middle, matrix=np.linalg.inv(TURN)),
        PhantomRegistration(from_course=middle, to_course=new, matrix=np.eye(4)),
    ]
    write_phantom(tmp_path, [old, middle, new], links)
    result = result_of(tmp_path)
    assert organ(result).cumulative.max_gy == pytest.approx(TRUTH_MAX + 10.0, rel=0.002)
    assert not result.refusals
