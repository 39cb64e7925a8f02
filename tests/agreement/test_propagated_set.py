"""A propagated structure set as other programs see it: dciodvfy (dicom3tools) finds no fault in it."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.workflow.cumulative import assess
from graybook.workflow.registering.giving_back import write_assessment
from phantoms import PhantomCourse, PhantomPlan, PhantomRegistration, PhantomStructure, sphere, write_phantom


def test_dciodvfy_finds_no_error(tmp_path: Path) -> None:
    """A ball drawn only in the old course, carried through a Spatial Registration onto today's CT and dose."""
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed: Debian package dicom3tools")
    ball = PhantomStructure(name="Heart", shape=sphere((0.0, 0.0, 0.0), 12.0), slice_mm=2.0)
    plans = (PhantomPlan(fractions=10, prescription_gy=20.0),)
    old = PhantomCourse(name="old", day=date(2015, 5, 4), structures=(ball,), plans=plans, image=False)
    new = PhantomCourse(name="new", day=date(2025, 5, 5), plans=plans)
    link = PhantomRegistration(from_course=old, to_course=new, matrix=np.eye(4))
    folder = write_phantom(tmp_path / "in", [old, new], [link])
    write_assessment(assess(folder), tmp_path / "out")
    path = tmp_path / "out" / "propagated.dcm"
    said = subprocess.run(
        ["dciodvfy", str(path)], capture_output=True, check=False, encoding="utf-8", errors="replace"
    )
    lines = (said.stdout + said.stderr).splitlines()
    assert lines
    assert [line for line in lines if line.startswith("Error")] == []
