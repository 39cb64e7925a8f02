"""The synthetic patient without its Spatial Registrations: the cord is found again within a millimetre, and its dose with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from graybook.report.result import StructureResult
from graybook.workflow.alignment.course_registration import Register, Registrar
from graybook.workflow.cumulative import Assessed, assess
from graybook.workflow.demo.anatomy import ORGANS
from graybook.workflow.demo.courses import COURSES
from phantoms.demo import synthetic_patient

WITHIN_MM, WITHIN = 1.0, 0.02
"""Of the place of the cord, and of its D0.1cc."""


def without(folder: Path, to: Path, *patterns: str) -> Path:
    """A copy of the synthetic patient that lacks some files."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*patterns))
    return to


def cord_points() -> FloatArray:
    """The middle of the cord in the reference frame, every 5 mm of its delineated length. [mm]"""
    heights = np.arange(-105.0, 106.0, 5.0)
    return np.array([[*ORGANS["SpinalCord"].middle(z), z] for z in heights])


def off_mm(assessed: Assessed) -> float:
    """How far the cord is carried from where it truly lies in the earlier courses, at worst. [mm]"""
    points, worst = cord_points(), 0.0
    frames = {one.frame: one.to_reference for one in COURSES}
    for course, alignment in assessed.setting.alignments.items():
        if course == assessed.setting.reference.id:
            continue
        way = alignment.transform
        truth = frames[way.to_frame].inverse().apply(points, frame=way.from_frame)
        found = way.apply(points, frame=way.from_frame)
        worst = max(worst, float(np.linalg.norm(found - truth, axis=1).max()))
    return worst


def cord(assessed: Assessed) -> StructureResult:
    """The cord's row."""
    return next(one for one in assessed.result.structures if one.tg263 == "SpinalCord")


def is_found_again(folder: Path, tmp_path: Path, register: Register, *left_out: str) -> None:
    """Both conditions, against the patient with its registrations."""
    with_links = without(folder, tmp_path / "with", *left_out)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Registrar, "measured", lambda self, course, alignment: alignment)
        truth = cord(assess(with_links, register="never")).cumulative.d0_1cc_gy
    found = assess(without(with_links, tmp_path / "without", "REG_*"), register=register)
    beams = [one for one in found.result.courses if one.modality != "radionuclide"]
    assert {one.alignment for one in beams} == {"computed", "reference"}
    assert off_mm(found) < WITHIN_MM
    assert cord(found).cumulative.d0_1cc_gy == pytest.approx(truth, rel=WITHIN)
    assert cord(found).use != "point sum only"


@pytest.mark.rule(8)
def test_one_course_rigidly(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The course of 2019 alone, by a rigid alignment: the truth is one."""
    folder = synthetic_patient(tmp_path_factory.getbasetemp())
    is_found_again(folder, tmp_path, "rigid", "2009", "REG_2009*", "*-cycle-*")


@pytest.mark.slow
@pytest.mark.rule(8)
def test_both_courses_by_default(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As a user runs it: both courses, deformable in the end."""
    folder = synthetic_patient(tmp_path_factory.getbasetemp())
    is_found_again(folder, tmp_path, "auto")


@pytest.mark.slow
@pytest.mark.rule(16)
def test_computed_on_one_thread_and_on_two(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A computed alignment changes no byte of result.json with the number of threads."""
    folder = without(synthetic_patient(tmp_path_factory.getbasetemp()), tmp_path / "in", "2009", "REG_*")
    program = [sys.executable, "-c", "from graybook.cli.main import app; app()"]
    written = []
    for threads in ("1", "2"):
        out = tmp_path / threads
        command = [*program, "assess", str(folder), "--out", str(out), "--register", "rigid"]
        surroundings = {**os.environ, "NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        ran = subprocess.run(command, capture_output=True, env=surroundings, check=False)
        assert ran.returncode == 0, ran.stderr.decode(errors="replace")
        written.append((out / "result.json").read_bytes())
    assert written[0] == written[1]
