"""Rule 16, bytes: the same input comes in twice, elsewhere, beside its own report; the same result.json goes out."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from graybook.report.result import json_text
from phantoms import box, gaussian, linear, write_phantom
from rules.patients import course, eqd2, folder_bytes, plan, result_of, run, scanned, structure

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)


def _patient(folder: Path) -> Path:
    """Two courses with gradients, several organs: digits enough to differ."""
    small = box((-5.0, -5.0, -5.0), (5.0, 5.0, 5.0))
    drawn = [structure("SpinalCord", small), structure("Heart", small), structure("PTV", small, kind="PTV")]
    old = course("old", OLD, plan(30, 13, dose_gy=gaussian(30.0, (3.0, 1.0, -2.0), 17.0)), structures=drawn)
    new = course("new", NEW, plan(50, 23, dose_gy=linear(47.1, (0.31, -0.17, 0.07))), structures=drawn)
    return write_phantom(folder, [old, new])


@pytest.mark.rule(16)
def test_two_runs_and_two_places(tmp_path: Path) -> None:
    """result.json is byte-equal over two runs and after the folder moved, and holds neither path nor host."""
    here = _patient(tmp_path / "here")
    first, second = json_text(result_of(here)), json_text(result_of(here))
    assert first == second
    there = tmp_path / "there" / "another name"
    shutil.copytree(here, there)
    assert json_text(result_of(there)) == first
    for word in (str(tmp_path), "another name", socket.gethostname(), os.environ.get("USER", "?????")):
        assert word not in first or not word


@pytest.mark.rule(16)
def test_other_surroundings(tmp_path: Path) -> None:
    """Another locale, time zone, number of threads or hash seed changes no byte but the day it was made."""
    folder = _patient(tmp_path / "in")
    program = [sys.executable, "-c", "from graybook.cli.main import app; app()"]
    command = [*program, "assess", str(folder), "--out", str(tmp_path / "out"), "--json"]
    surroundings = {
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
        "NUMBA_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "7",
    }
    ran = subprocess.run(command, capture_output=True, env={**os.environ, **surroundings}, check=False)
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    written = (tmp_path / "out" / "result.json").read_bytes()
    ours = json_text(result_of(folder))
    assert json.loads(ran.stdout) == json.loads(written)
    theirs = written.decode()
    created = json.loads(theirs)["provenance"]["created"]
    assert theirs.replace(created, "") == ours.replace(json.loads(ours)["provenance"]["created"], "")


@pytest.mark.rule(16)
def test_doses_are_rounded(tmp_path: Path) -> None:
    """Every number in Gy has at most six decimals."""

    def numbers(value: object) -> list[float]:
        if isinstance(value, dict):
            return [found for one in value.values() for found in numbers(one)]
        if isinstance(value, list):
            return [found for one in value for found in numbers(one)]
        return [value] if isinstance(value, float) else []

    document = result_of(_patient(tmp_path)).model_dump(mode="json", by_alias=True)
    for value in numbers(document["structures"]):
        assert value == round(value, 6)


@pytest.mark.rule(16)
def test_its_own_report_is_no_course(tmp_path: Path) -> None:
    """assess with OUT inside FOLDER, then again: the same bytes; eqd2_total.dcm is recognised and listed."""
    folder = _patient(tmp_path / "in")
    assert run("assess", folder, "--out", folder / "report" / "deep").exit_code == 0
    first = (folder / "report" / "deep" / "result.json").read_bytes()
    assert run("assess", folder, "--out", folder / "report" / "deep").exit_code == 0
    assert (folder / "report" / "deep" / "result.json").read_bytes() == first
    listed = {one["path"]: one for one in scanned(folder)["files"]}
    ours = listed["report/deep/eqd2_total.dcm"]
    assert ours["used_as"] is None
    assert "Graybook" in ours["reason"]
    assert all(
        listed[f"report/deep/{name}"]["reason"]
        for name in ("report.html", "report.pdf", "rcp.txt", "dvh.csv", "result.json")
    )


@pytest.mark.rule(16)
def test_out_may_hold_other_files(tmp_path: Path) -> None:
    """OUT is made with its parents, keeps what it holds, and the input is not touched."""
    folder = _patient(tmp_path / "in")
    before = folder_bytes(folder)
    out = tmp_path / "a" / "b"
    out.mkdir(parents=True)
    (out / "mine.txt").write_text("keep", encoding="utf-8")
    ran = run("assess", folder, "--out", out, "--json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout) == json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert {one.name for one in out.iterdir()} == {
        *("mine.txt", "report.html", "report.pdf", "rcp.txt", "result.json", "eqd2_total.dcm", "dvh.csv")
    }
    assert (out / "mine.txt").read_text(encoding="utf-8") == "keep"
    assert folder_bytes(folder) == before


@pytest.mark.rule(16)
def test_written_uids_follow_the_content(tmp_path: Path) -> None:
    """eqd2_total.dcm is byte-equal over two runs; another dose gives another SOP Instance UID."""
    folder = _patient(tmp_path / "in")
    for name in ("one", "two"):
        assert run("assess", folder, "--out", tmp_path / name).exit_code == 0
    one, two = (dcmread(tmp_path / name / "eqd2_total.dcm") for name in ("one", "two"))
    assert one.SOPInstanceUID == two.SOPInstanceUID
    assert np.array_equal(one.pixel_array, two.pixel_array)
    assert run("assess", folder, "--out", tmp_path / "three", "--display-alpha-beta", "2").exit_code == 0
    assert dcmread(tmp_path / "three" / "eqd2_total.dcm").SOPInstanceUID != one.SOPInstanceUID


@pytest.mark.rule(16)
@pytest.mark.parametrize("alpha_beta_gy", [3.0, 2.0])
def test_the_display_volume(tmp_path: Path, alpha_beta_gy: float) -> None:
    """eqd2_total.dcm: tags as promised, the reference's grid, both plans referenced, voxels by the closed form."""
    folder = write_phantom(
        tmp_path / "in",
        [
            course("old", OLD, plan(30, 10)),
            course("new", NEW, plan(40, 20, dose_gy=linear(40.0, (0.5, 0.0, 0.0)))),
        ],
    )
    ran = run("assess", folder, "--out", tmp_path / "out", "--display-alpha-beta", alpha_beta_gy)
    assert ran.exit_code == 0
    made, dose = dcmread(tmp_path / "out" / "eqd2_total.dcm"), dcmread(folder / "new" / "RD_0.dcm")
    assert (made.Modality, made.DoseType, made.DoseUnits) == ("RTDOSE", "EFFECTIVE", "GY")
    assert made.DoseSummationType == "MULTI_PLAN"
    assert made.SeriesDescription == f"GRAYBOOK EQD2 ab={alpha_beta_gy:g} NOT FOR PLANNING"
    assert made.PatientID == dose.PatientID
    assert made.FrameOfReferenceUID == dose.FrameOfReferenceUID
    plans = {one.ReferencedSOPInstanceUID for one in made.ReferencedRTPlanSequence}
    assert plans == {dcmread(folder / name / "RP_0.dcm").SOPInstanceUID for name in ("old", "new")}
    for keyword in (
        "Rows",
        "Columns",
        "NumberOfFrames",
        "ImagePositionPatient",
        "PixelSpacing",
        "ImageOrientationPatient",
    ):
        assert made[keyword].value == dose[keyword].value, keyword
    gray = made.pixel_array * float(made.DoseGridScaling)
    x = float(made.ImagePositionPatient[0]) + np.arange(made.Columns) * float(made.PixelSpacing[1])
    truth = np.array([eqd2(40 + 0.5 * one, 20, alpha_beta_gy) + eqd2(30, 10, alpha_beta_gy) for one in x])
    assert np.allclose(gray, truth[None, None, :], atol=0.002)
    assert any(element.tag.is_private for element in made)


@pytest.mark.rule(16)
def test_one_course_is_multi_plan_too(tmp_path: Path) -> None:
    """Also for one course with one plan: MULTI_PLAN, one plan referenced."""
    folder = write_phantom(tmp_path / "in", [course("new", NEW, plan(30, 10))])
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 0
    made = dcmread(tmp_path / "out" / "eqd2_total.dcm")
    assert made.DoseSummationType == "MULTI_PLAN"
    assert len(made.ReferencedRTPlanSequence) == 1
