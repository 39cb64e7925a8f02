"""Files for planning systems, end to end on DICOM in memory: read back by pydicom alone, held against closed forms written here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from graybook.errors import FrameMismatch, NotComparable, UsageError
from graybook.geometry.arrays import FloatArray
from graybook.progress import silent
from graybook.report.background_result import BackgroundFile, BackgroundResult
from graybook.workflow.background import background
from graybook.workflow.folder.scan import scan
from phantoms import PhantomCourse, PhantomRegistration, linear, rotation, rotation_z, write_phantom
from rules.patients import plan, run, state, structure

OLD, OLDER, NEW = date(2019, 5, 6), date(2011, 5, 2), date(2026, 4, 13)
PROPOSED = '[[course]]\ncourse = "2026-04-13"\nstatus = "proposed"'
CORD = structure("SpinalCord")
N = 30
EARLIER = (20.0, np.array([0.3, 0.1, -0.2]))
"""Dose at the origin and its slope, of 15 fractions in the earlier frame. [Gy, Gy/mm]"""
EXPECTED = (40.0, np.array([-0.4, 0.2, 0.1]))
"""The same, of 30 fractions in the frame of the planning CT."""
WAY = rotation_z(20.0, shift_mm=(4.0, -3.0, 2.0))
"""From the planning CT's frame to the earlier one's."""
OBLIQUE = rotation((1.0, 2.0, 3.0), 25.0)[:3, :3]


def earlier(name: str = "old", day: date = OLD, fractions: int = 15, **said: Any) -> PhantomCourse:
    """A course of a dose that rises in a straight line, in a frame of its own, on a grid wider than the planning CT."""
    at, slope = EARLIER
    values: dict[str, Any] = {"extent_mm": (60.0, 60.0, 60.0), "spacing_mm": (5.0, 5.0, 5.0), "image": False}
    dose = plan(40.0, fractions, f"OLD-{name}", dose_gy=linear(at, slope), prescription_gy=None)
    return PhantomCourse(name=name, day=day, plans=(dose,), structures=(CORD,), **{**values, **said})


def planned(**said: Any) -> PhantomCourse:
    """The new course with its planning CT and a plan whose dose rises in another direction."""
    at, slope = EXPECTED
    dose = plan(60.0, N, "NEW", dose_gy=linear(at, slope), prescription_gy=None)
    values: dict[str, Any] = {
        "extent_mm": (20.0, 20.0, 20.0),
        "spacing_mm": (5.0, 5.0, 5.0),
        "plans": (replace(dose, grid=PhantomCourse(name="new", day=NEW, extent_mm=(45.0,) * 3).dose_grid()),),
        "structures": (CORD,),
    }
    return PhantomCourse(name="new", day=NEW, **{**values, **said})


def link(one: PhantomCourse, new: PhantomCourse) -> PhantomRegistration:
    """The way between the two frames."""
    return PhantomRegistration(from_course=new, to_course=one, matrix=WAY, name=one.name)


def folder_of(
    path: Path, *olds: PhantomCourse, new: PhantomCourse | None = None, linked: bool = True, toml: str = ""
) -> Path:
    """The patient: earlier courses in other frames, and a proposed one."""
    new = new or planned()
    links = [link(one, new) for one in olds] if linked else []
    write_phantom(path, [*olds, new], links)
    return state(path, PROPOSED, *([toml] if toml else []))


def eqd2(dose: FloatArray, n: int, ab: float) -> FloatArray:
    """D (D/n + α/β) / (2 + α/β), with no product code. [Gy]"""
    return dose * (dose / n + ab) / (2.0 + ab)


def along(line: tuple[float, FloatArray], points: FloatArray) -> FloatArray:
    """A dose on a straight line. [Gy]"""
    return np.maximum(line[0] + points @ line[1], 0.0)


def there(points: FloatArray) -> FloatArray:
    """Points of the planning CT in the earlier frame. [mm]"""
    return points @ WAY[:3, :3].T + WAY[:3, 3]


def read(path: Path) -> tuple[FloatArray, FloatArray]:
    """Dose and points (n, 3) of an RT Dose by its plain attributes. [Gy, mm]"""
    ds = pydicom.dcmread(path)
    row, column = (np.array(ds.ImageOrientationPatient[at : at + 3], dtype=float) for at in (0, 3))
    normal = np.cross(row, column)
    y_mm, x_mm = (float(one) for one in ds.PixelSpacing)
    z, y, x = np.meshgrid(
        [float(one) for one in ds.GridFrameOffsetVector],
        np.arange(ds.Rows) * y_mm,
        np.arange(ds.Columns) * x_mm,
        indexing="ij",
    )
    start = np.array(ds.ImagePositionPatient, dtype=float)
    steps = [np.outer(one.ravel(), axis) for one, axis in ((x, row), (y, column), (z, normal))]
    return ds.pixel_array.ravel() * float(ds.DoseGridScaling), start + np.sum(steps, axis=0)


def of_kind(result: BackgroundResult, kind: str, ab: float = 2.0) -> list[BackgroundFile]:
    """The files of a kind at one α/β."""
    return [one for one in result.files if one.kind == kind and one.alpha_beta_gy == ab]


def written(folder: Path, out: Path, **said: Any) -> BackgroundResult:
    """What the command writes, without registering anything by images."""
    return background(folder, out, **{"fractions": N, "register": "never", **said})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """One earlier course in a turned frame under an oblique planning CT, with an expected plan."""
    root = tmp_path_factory.mktemp("background")
    folder = folder_of(root / "patient", earlier(), new=planned(image_axes=OBLIQUE))
    return {
        "folder": folder,
        "out": root / "out",
        "result": written(folder, root / "out", expected="2026-04-13"),
    }


def test_geometry_is_that_of_the_planning_ct(made: Mapping[str, Any]) -> None:
    """Every file has the frame, size, spacing, directions and the position of each slice of the oblique CT."""
    slices = [pydicom.dcmread(one) for one in sorted((made["folder"] / "new").glob("CT_*.dcm"))]
    assert made["result"].geometry.of == "planning CT"
    for one in made["result"].files:
        ds = pydicom.dcmread(made["out"] / one.name, stop_before_pixels=True)
        assert (ds.FrameOfReferenceUID, ds.StudyInstanceUID) == (
            slices[0].FrameOfReferenceUID,
            slices[0].StudyInstanceUID,
        )
        assert (ds.NumberOfFrames, ds.Rows, ds.Columns) == (len(slices), slices[0].Rows, slices[0].Columns)
        np.testing.assert_allclose(ds.PixelSpacing, slices[0].PixelSpacing)
        np.testing.assert_allclose(ds.ImageOrientationPatient, slices[0].ImageOrientationPatient)
        normal = np.cross(*(np.array(ds.ImageOrientationPatient[at : at + 3], dtype=float) for at in (0, 3)))
        places = np.array(ds.ImagePositionPatient, dtype=float) + np.outer(ds.GridFrameOffsetVector, normal)
        np.testing.assert_allclose(places, [one.ImagePositionPatient for one in slices], atol=1e-6)


def test_earlier_dose_of_a_gradient_through_a_registration(made: Mapping[str, Any]) -> None:
    """The EQD2 file is the earlier course's closed form at every voxel, turned as the registration says."""
    (one,) = of_kind(made["result"], "EQD2")
    values, points = read(made["out"] / one.name)
    np.testing.assert_allclose(values, eqd2(along(EARLIER, there(points)), 15, 2.0), rtol=1e-4)
    assert (one.dose_type, made["result"].lower_bound, made["result"].outside_share) == (
        "EFFECTIVE",
        False,
        0.0,
    )


def test_remaining_dose_meets_its_limit_at_every_voxel(made: Mapping[str, Any]) -> None:
    """Earlier EQD2 and that of the remaining dose in 30 fractions are the limit to 1e-5 Gy; 0 is left where it is used up."""
    files = of_kind(made["result"], "REMAINING")
    assert {one.limit_eqd2_gy for one in files} >= {57.0, 60.0, 65.0}
    for one in files:
        values, points = read(made["out"] / one.name)
        total = eqd2(along(EARLIER, there(points)), 15, 2.0) + eqd2(values, N, 2.0)
        assert one.limit_eqd2_gy is not None
        np.testing.assert_allclose(total[values > 0], one.limit_eqd2_gy, atol=1e-5)
        assert np.all(total[values == 0] >= one.limit_eqd2_gy - 1e-5)
    converted = [row for one in files for row in one.limits if row.scale == "BED"]
    assert {(row.limit, row.limit_eqd2_gy) for row in converted} >= {(120.0, 60.0)}


def test_least_left_in_the_organ_itself(made: Mapping[str, Any]) -> None:
    """The cord is a box of 2 cm on planes of 2 mm, so with half a plane above and below: least is left at one corner."""
    corners = np.array(np.meshgrid([-10.0, 10.0], [-10.0, 10.0], [-11.0, 11.0])).reshape(3, -1).T
    used = float(eqd2(along(EARLIER, there(corners)), 15, 2.0).max())
    for one in of_kind(made["result"], "REMAINING"):
        for row in one.limits:
            left = row.limit_eqd2_gy - used
            assert row.organ_least_left_gy == pytest.approx(
                N / 2.0 * (np.sqrt(4.0 + 16.0 * left / N) - 2.0), abs=0.05
            )
            assert row.organ_nothing_left_cm3 == 0.0


def test_base_dose_reads_the_truth_under_its_plan(made: Mapping[str, Any]) -> None:
    """Read back, added in Gy to the expected dose and converted once, it gives the cumulative EQD2 within 0.1 %."""
    for ab in made["result"].alpha_betas_gy:
        (one,) = of_kind(made["result"], "BASE", ab)
        values, points = read(made["out"] / one.name)
        new = along(EXPECTED, points)
        truth = eqd2(along(EARLIER, there(points)), 15, ab) + eqd2(new, N, ab)
        np.testing.assert_allclose(eqd2(values + new, N, ab), truth, rtol=1e-3)
        np.testing.assert_allclose(eqd2(values + new, N, ab), truth, rtol=1e-6)
        ds = pydicom.dcmread(made["out"] / one.name, stop_before_pixels=True)
        assert ds.private_block(0x3287, "GRAYBOOK")[0x09].value == pytest.approx(truth.max(), rel=1e-6)
        assert (ds.DoseType, ds.SeriesDescription) == (
            "PHYSICAL",
            f"GRAYBOOK BASE ab={ab:g} n=30 ONLY FOR PLAN NEW",
        )


def test_errors_at_another_dose(made: Mapping[str, Any]) -> None:
    """At 80 and 120 % of the expected dose extremes over all voxels, and the error at the cord's hottest, are the files' own."""
    (one,) = of_kind(made["result"], "BASE")
    base, points = read(made["out"] / one.name)
    new, prior = along(EXPECTED, points), eqd2(along(EARLIER, there(points)), 15, 2.0)
    truth = prior + eqd2(new, N, 2.0)
    beyond = np.abs(points).max(axis=1) - 10.0  # the cord is a box of 2 cm
    told = {row.share: row for row in made["result"].errors if row.alpha_beta_gy == 2.0}
    assert set(told) == {0.8, 1.2}
    for share, row in told.items():
        missed = eqd2(base + share * new, N, 2.0) - prior - eqd2(share * new, N, 2.0)
        assert (row.lowest_gy, row.highest_gy) == pytest.approx((missed.min(), missed.max()), abs=1e-4)
        by_share = prior + eqd2(share * new, N, 2.0)
        hottest = int(np.argmin(np.abs(by_share - row.truth_at_hottest_gy)))
        assert beyond[hottest] < np.sqrt(3.0) * 2.5  # in a voxel that holds a point of the cord
        assert truth[beyond < 0.0].max() <= truth[hottest] + 1e-6
        assert row.at_hottest_gy == pytest.approx(missed[hottest], abs=1e-4)
        assert row.at_hottest_percent == pytest.approx(
            100.0 * row.at_hottest_gy / row.truth_at_hottest_gy, abs=1e-3
        )


def test_trap_in_the_patients_own_numbers(made: Mapping[str, Any]) -> None:
    """It stands at the voxel of the cord (α/β 2) where the restated earlier dose, added in Gy, reads most too much."""
    trap = made["result"].trap
    assert trap is not None
    _, points = read(made["out"] / of_kind(made["result"], "BASE")[0].name)
    new, prior = along(EXPECTED, points), eqd2(along(EARLIER, there(points)), 15, 2.0)
    alone = N / 2.0 * (np.sqrt(4.0 + 16.0 * prior / N) - 2.0)  # D²/30 + 2 D = 4 P
    excess = eqd2(alone + new, N, 2.0) - prior - eqd2(new, N, 2.0)
    assert (trap.of, trap.alpha_beta_gy, trap.fractions) == ("expected dose", 2.0, N)
    assert trap.structures == ["SpinalCord"]
    at = int(np.argmin(np.linalg.norm(points - np.array(trap.point_mm), axis=1)))
    np.testing.assert_allclose(trap.point_mm, points[at], atol=1e-6)
    assert trap.reading_gy - trap.truth_gy == pytest.approx(excess[at], abs=1e-4)
    beyond = np.abs(points).max(axis=1) - 10.0  # the cord is a box of 2 cm
    half_diagonal = np.sqrt(3.0) * 2.5
    assert beyond[at] < half_diagonal
    assert excess[beyond < 0.0].max() <= excess[at] + 1e-9 <= excess[beyond < half_diagonal].max() + 2e-9
    assert excess.max() > excess[at] + 1.0
    assert trap.reading_of_eqd2_gy == pytest.approx(
        float(eqd2(np.array(trap.prior_eqd2_gy + trap.new_gy), N, 2.0))
    )


def test_without_an_organ_of_an_alpha_beta_the_trap_is_looked_for_anywhere(tmp_path: Path) -> None:
    """Files at α/β 10, which no organ here has: the voxel of the highest earlier dose of the whole grid, in no organ."""
    folder = folder_of(tmp_path / "patient", earlier())
    result = written(folder, tmp_path / "out", alpha_betas_gy=[10.0])
    values, points = read(tmp_path / "out" / of_kind(result, "EQD2", 10.0)[0].name)
    assert result.trap is not None
    assert result.trap.prior_eqd2_gy == pytest.approx(values.max(), abs=1e-4)
    np.testing.assert_allclose(result.trap.point_mm, points[int(np.argmax(values))], atol=1e-6)
    assert result.trap.structures == []


@pytest.mark.rule(7)
def test_no_later_scan_counts_them(made: Mapping[str, Any], tmp_path: Path) -> None:
    """All files are listed with what they are; in the patient's folder no course comes of them (rule 7)."""
    listed = {one.path: one.reason for one in scan(made["out"], silent).files}
    for one in made["result"].files:
        reason = listed[one.name]
        assert reason is not None
        assert reason.code == ("made_by_graybook" if one.kind == "EQD2" else "dose_for_planning")
    folder = folder_of(tmp_path / "patient", earlier())
    before = [course.id for course in scan(folder, silent).persons[0].record.courses]
    for one in made["result"].files:
        (folder / one.name).write_bytes((made["out"] / one.name).read_bytes())
    after = scan(folder, silent)
    assert [course.id for course in after.persons[0].record.courses] == before


def test_summary_and_sheet_lie_beside_them(made: Mapping[str, Any]) -> None:
    """OUT holds the files that the summary lists, the summary and the sheet, and nothing half written."""
    names = {one.name for one in made["out"].iterdir()}
    assert names == {one.name for one in made["result"].files} | {
        "background.json",
        "READ-FIRST.pdf",
        "READ-FIRST.html",
    }
    assert "NEW" in (made["out"] / "READ-FIRST.html").read_text(encoding="utf-8")


def test_same_input_same_bytes_and_no_stale_base_dose(tmp_path: Path) -> None:
    """A second run gives the same bytes; one without --expected takes the base doses of the first away (rule 16)."""
    folder = folder_of(tmp_path / "patient", earlier())
    first = written(folder, tmp_path / "out", expected="2026-04-13", alpha_betas_gy=[2.0])
    bytes_of = {one.name: (tmp_path / "out" / one.name).read_bytes() for one in first.files}
    again = written(folder, tmp_path / "again", expected="2026-04-13", alpha_betas_gy=[2.0])
    assert bytes_of == {one.name: (tmp_path / "again" / one.name).read_bytes() for one in again.files}
    without = written(folder, tmp_path / "out", alpha_betas_gy=[2.0])
    assert {one.kind for one in without.files} == {"EQD2", "REMAINING"}
    assert not list((tmp_path / "out").glob("base_*"))
    assert without.trap is not None
    assert (without.trap.of, without.trap.new_gy, without.trap.fractions) == ("example", 30.0, 30)


def uneven(ds: Dataset) -> None:
    """Slices further apart the further they lie from the first, none by more than half again of its neighbour."""
    z = float(ds.ImagePositionPatient[2])
    ds.ImagePositionPatient[2] = z + 0.004 * (z + 20.0) ** 2


def test_uneven_planes_and_two_courses_in_other_frames(tmp_path: Path) -> None:
    """Planes are written where the CT has them; two courses of one dose in 15 and 5 fractions add as EQD2, never in Gy."""
    olds = (earlier(), earlier("older", OLDER, 5))
    folder = folder_of(
        tmp_path / "patient", *olds, new=planned(alter_image=uneven, extent_mm=(20.0, 20.0, 15.0))
    )
    result = written(folder, tmp_path / "out", alpha_betas_gy=[3.0])
    assert result.geometry.uneven_planes
    assert [(one.role, one.included) for one in result.courses] == [
        ("prior", True),
        ("prior", True),
        ("proposed", False),
    ]
    (one,) = of_kind(result, "EQD2", 3.0)
    values, points = read(tmp_path / "out" / one.name)
    heights = sorted(
        float(pydicom.dcmread(ct).ImagePositionPatient[2]) for ct in (folder / "new").glob("CT_*.dcm")
    )
    np.testing.assert_allclose(np.unique(points[:, 2].round(6)), np.round(heights, 6), atol=1e-5)
    dose = along(EARLIER, there(points))
    np.testing.assert_allclose(values, eqd2(dose, 15, 3.0) + eqd2(dose, 5, 3.0), rtol=1e-4)


@pytest.mark.rule(9)
def test_outside_an_earlier_grid_the_highest_of_its_nearest_face_counts(tmp_path: Path) -> None:
    """An earlier grid that ends within the CT: beyond it the file holds the upper end, and every text says so."""
    small = earlier(extent_mm=(10.0, 60.0, 60.0))
    new = planned()
    folder = write_phantom(
        tmp_path / "patient",
        [small, new],
        [PhantomRegistration(from_course=new, to_course=small, matrix=np.eye(4))],
    )
    result = written(state(folder, PROPOSED), tmp_path / "out", alpha_betas_gy=[2.0])
    values, points = read(tmp_path / "out" / "prior_eqd2_ab2.dcm")
    face = 20.0 + 0.3 * 10.0 + 0.1 * 60.0 + 0.2 * 60.0  # highest voxel of the face at x = 10
    outside = points[:, 0] > 10.0
    np.testing.assert_allclose(values[outside], eqd2(np.array(face), 15, 2.0), rtol=1e-6)
    inside = np.abs(points[:, 0]) <= 10.0
    np.testing.assert_allclose(values[inside], eqd2(along(EARLIER, points[inside]), 15, 2.0), rtol=1e-4)
    assert result.outside_share == pytest.approx(np.mean(~inside))
    assert "background_outside" in {one.code for one in result.warnings}
    assert not result.lower_bound


@pytest.mark.rule(9)
def test_a_missing_course_makes_it_a_lower_bound(tmp_path: Path) -> None:
    """A course known from paper alone: said in the summary, in each file's comment and in its marks."""
    paper = (
        '[[course]]\nlabel = "letter"\nstart_date = 2001-03-05\nsite = "lung"\ntotal_gy = 40\nfractions = 20'
    )
    folder = folder_of(tmp_path / "patient", earlier(), toml=paper)
    result = written(folder, tmp_path / "out", alpha_betas_gy=[2.0])
    assert result.lower_bound
    assert len(result.reasons) == 1
    assert [one.label for one in result.courses if one.reason] == ["letter"]
    for one in result.files:
        ds = pydicom.dcmread(tmp_path / "out" / one.name, stop_before_pixels=True)
        assert "COURSE MISSING" in ds.DoseComment
        assert ds.private_block(0x3287, "GRAYBOOK")[0x0A].value == "YES"


@pytest.mark.rule(8)
def test_what_has_no_sum_has_no_files(tmp_path: Path) -> None:
    """An earlier course in a frame that no registration joins: refused with the remedy, and OUT stays empty."""
    folder = folder_of(tmp_path / "patient", earlier(), linked=False)
    with pytest.raises(NotComparable, match="registration"):
        written(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.rule(9)
def test_a_declined_alignment_leaves_a_lower_bound(tmp_path: Path) -> None:
    """A person declines the alignment of one of two earlier courses: the files hold the other, and say what is missing."""
    first, second = earlier(), earlier("older", OLDER, 5)
    new = planned()
    folder = write_phantom(tmp_path / "patient", [first, second, new], [link(first, new)])
    state(folder, PROPOSED, '[[course]]\ncourse = "2011-05-02"\nalignment = "declined"')
    result = written(folder, tmp_path / "out", alpha_betas_gy=[2.0])
    assert result.lower_bound
    assert [one.included for one in result.courses] == [False, True, False]
    values, points = read(tmp_path / "out" / "prior_eqd2_ab2.dcm")
    np.testing.assert_allclose(values, eqd2(along(EARLIER, there(points)), 15, 2.0), rtol=1e-4)
    ds = pydicom.dcmread(tmp_path / "out" / "prior_eqd2_ab2.dcm", stop_before_pixels=True)
    assert len(ds.ReferencedRTPlanSequence) == 1


def test_expected_plans_that_are_refused(tmp_path: Path) -> None:
    """Other fractions, a course that counts as given, no such plan, a plan in another frame: each with what to do."""
    folder = folder_of(tmp_path / "patient", earlier())
    old_plan = next((folder / "old").glob("RP*.dcm"))
    for said, error, words in (
        ({"fractions": 25, "expected": "2026-04-13"}, UsageError, "--fractions 30"),
        ({"expected": "2019-05-06"}, NotComparable, "proposed"),
        ({"expected": "nothing"}, UsageError, "2026-04-13"),
        ({"expected": str(old_plan)}, NotComparable, "counts as given"),
    ):
        with pytest.raises(error, match=words):
            written(folder, tmp_path / "out", **said)
    elsewhere = write_phantom(tmp_path / "elsewhere", [earlier("other", NEW, N)])
    with pytest.raises(FrameMismatch, match="another frame"):
        written(folder, tmp_path / "out", expected=str(next((elsewhere / "other").glob("RP*.dcm"))))
    assert not (tmp_path / "out").exists()


def test_plans_given_one_after_another_are_expected_one_by_one(tmp_path: Path) -> None:
    """A proposed course of 30 and then 5 fractions has no base dose; one of its plans has, and the other is said to be missing."""
    new = planned()
    boost = plan(
        10.0, 5, "BOOST", dose_gy=linear(10.0, (0.0, 0.0, 0.0)), prescription_gy=None, grid=new.plans[0].grid
    )
    folder = folder_of(tmp_path / "patient", earlier(), new=replace(new, plans=(*new.plans, boost)))
    with pytest.raises(NotComparable, match="one of its plans"):
        written(folder, tmp_path / "out", expected="2026-04-13")
    result = written(folder, tmp_path / "out", expected="NEW", alpha_betas_gy=[2.0])
    assert result.expected is not None
    assert (result.expected.label, result.expected.fractions) == ("NEW", N)
    assert "background_other_phases" in {one.code for one in result.warnings}
    file = next(
        one for one in folder.rglob("RP*.dcm") if pydicom.dcmread(one).get("RTPlanLabel", "") == "NEW"
    )
    by_file = written(folder, tmp_path / "by file", expected=str(file), alpha_betas_gy=[2.0])
    assert "background_other_phases" in {one.code for one in by_file.warnings}
    values, points = read(tmp_path / "out" / of_kind(result, "BASE")[0].name)
    total = eqd2(values + along(EXPECTED, points), N, 2.0)
    truth = eqd2(along(EARLIER, there(points)), 15, 2.0) + eqd2(along(EXPECTED, points), N, 2.0)
    np.testing.assert_allclose(total, truth, rtol=1e-6)


def test_expected_by_a_file_is_the_same_dose(tmp_path: Path) -> None:
    """A plan outside FOLDER with its dose beside it, and the dose alone, make the base dose of the proposed course."""
    new = planned()
    folder = folder_of(tmp_path / "patient", earlier(), new=new)
    beside = write_phantom(tmp_path / "beside", [replace(new, image=False)])
    course = written(folder, tmp_path / "a", expected="2026-04-13", alpha_betas_gy=[2.0])
    by_plan = written(
        folder, tmp_path / "b", expected=str(next((beside / "new").glob("RP*.dcm"))), alpha_betas_gy=[2.0]
    )
    by_dose = written(
        folder, tmp_path / "c", expected=str(next((folder / "new").glob("RD*.dcm"))), alpha_betas_gy=[2.0]
    )
    assert course.expected is not None
    found = [of_kind(one, "BASE")[0] for one in (course, by_plan, by_dose)]
    first, *others = (read(tmp_path / place / one.name)[0] for place, one in zip("abc", found, strict=True))
    for other in others:
        np.testing.assert_array_equal(first, other)
    assert by_plan.expected is not None
    assert course.expected.plan_uid == by_plan.expected.plan_uid != ""


def test_coarser_voxels_over_the_same_extent(tmp_path: Path) -> None:
    """--spacing-mm gives fewer voxels from the same first to the same last centre, at the same closed form."""
    folder = folder_of(tmp_path / "patient", earlier())
    result = written(folder, tmp_path / "out", alpha_betas_gy=[2.0], spacing_mm=9.0)
    assert result.geometry.coarsened
    values, points = read(tmp_path / "out" / "prior_eqd2_ab2.dcm")
    assert (points[:, 0].min(), points[:, 0].max()) == pytest.approx((-20.0, 20.0))
    assert result.geometry.spacing_mm[:2] == pytest.approx((8.0, 8.0))
    np.testing.assert_allclose(values, eqd2(along(EARLIER, there(points)), 15, 2.0), rtol=1e-4)


def test_the_command_prints_the_summary_or_its_lines(tmp_path: Path) -> None:
    """--json prints background.json; else every file with its only use, the trap and what to read first, in French here."""
    folder = folder_of(tmp_path / "patient", earlier())
    call = (
        "background",
        folder,
        "--fractions",
        N,
        "--out",
        tmp_path / "out",
        "--alpha-beta",
        2,
        "--register",
        "never",
    )
    ran = run(*call, "--json")
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout) == json.loads(
        (tmp_path / "out" / "background.json").read_text(encoding="utf-8")
    )
    shown = run(*call, "--expected", "2026-04-13", "--lang", "fr")
    assert shown.exit_code == 0, shown.output
    for name in ("prior_eqd2_ab2.dcm", "base_NEW_ab2_n30.dcm", "READ-FIRST.pdf", "120,0"):
        assert name in shown.stdout
    refused = run(*call, "--expected", "2019-05-06")
    assert refused.exit_code == 3


def test_a_plan_without_a_dose_is_enough_of_a_new_course(tmp_path: Path) -> None:
    """Before anything is planned: an empty proposed plan on the planning CT gives its voxels, the earlier dose and what is left."""
    new = planned()
    bare = replace(new, plans=(replace(new.plans[0], write_dose=False),))
    folder = folder_of(tmp_path / "patient", earlier(), new=bare)
    result = written(folder, tmp_path / "out", alpha_betas_gy=[2.0])
    assert (result.geometry.of, result.lower_bound) == ("planning CT", False)
    assert {one.kind for one in result.files} == {"EQD2", "REMAINING"}
    values, points = read(tmp_path / "out" / "prior_eqd2_ab2.dcm")
    np.testing.assert_allclose(values, eqd2(along(EARLIER, there(points)), 15, 2.0), rtol=1e-4)


def leaning(ds: Dataset) -> None:
    """A gantry tilted by 16.7 degrees: each slice lies aside of the one before."""
    ds.ImagePositionPatient[1] = float(ds.ImagePositionPatient[1]) + 0.3 * float(ds.ImagePositionPatient[2])


@pytest.mark.parametrize(
    ("said", "code"),
    [({"alter_image": leaning}, "background_ct_leans"), ({"image": False}, "background_no_ct")],
)
def test_without_a_ct_that_can_hold_them_the_files_lie_on_the_dose(
    tmp_path: Path, said: Any, code: str
) -> None:
    """A leaning CT, and none: the voxels are those of the reference's dose, and it is said."""
    folder = folder_of(tmp_path / "patient", earlier(), new=planned(**said))
    result = written(folder, tmp_path / "out", alpha_betas_gy=[2.0])
    assert result.geometry.of == "reference dose grid"
    assert code in {one.code for one in result.warnings}
    dose = pydicom.dcmread(next((folder / "new").glob("RD*.dcm")))
    ds = pydicom.dcmread(tmp_path / "out" / "prior_eqd2_ab2.dcm")
    assert (ds.NumberOfFrames, ds.Rows, ds.Columns) == (dose.NumberOfFrames, dose.Rows, dose.Columns)
    assert ds.ImagePositionPatient == dose.ImagePositionPatient


def test_fractions_beyond_the_model_are_said(tmp_path: Path) -> None:
    """An earlier course of 13 Gy fractions, and limits that leave more than 10 Gy in one: both extrapolate."""
    folder = folder_of(tmp_path / "patient", earlier(fractions=3))
    found = written(folder, tmp_path / "out", alpha_betas_gy=[2.0], fractions=1)
    codes = {one.code for one in found.warnings}
    assert "background_extrapolated" in codes
    mild = folder_of(tmp_path / "mild", earlier())
    codes = {one.code for one in written(mild, tmp_path / "out", alpha_betas_gy=[2.0], fractions=1).warnings}
    assert "background_extrapolated" not in codes
    assert "background_new_extrapolated" in codes  # 5 Gy EQD2 of 60 leave 13.9 Gy at once


def test_means_and_volumes_are_listed(tmp_path: Path) -> None:
    """A limit on a mean has no file and stands in the list with the reason; α/β not asked for likewise."""
    new = planned(structures=(CORD, structure("Heart")))
    folder = folder_of(tmp_path / "patient", earlier(), new=new)
    result = written(folder, tmp_path / "out", alpha_betas_gy=[2.0])
    listed = {one.id: one for one in result.not_voxelwise}
    assert listed["rulach2021-troost-heart-mean"].metric == "mean"
    assert "2.5" in listed["rulach2021-paradis-heart-d0.1cc"].reason
    assert {one.alpha_beta_gy for one in result.files} == {2.0}


def test_a_wrong_call_costs_nothing(tmp_path: Path) -> None:
    """Fractions that the files cannot state, and a file in OUT's place, are refused before the folder is looked for."""
    none, out = tmp_path / "none", tmp_path / "out"
    with pytest.raises(UsageError, match="fractions"):
        background(none, out=out, fractions=1_000_000)
    out.write_text("a file")
    with pytest.raises(UsageError, match="OUT"):
        background(none, out=out, fractions=10)
