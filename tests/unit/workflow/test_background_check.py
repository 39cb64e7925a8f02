"""A base dose under a new plan, as a planning system adds them, on DICOM in memory against sums written out here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydicom
import pytest

from graybook.workflow.background import background
from phantoms import uniform, write_phantom
from rules.limit_cases import NEW, OLD
from rules.patients import apart, course, plan, run, state

PROPOSED = '[[course]]\ncourse = "2025-05-05"\nstatus = "proposed"'
PRIOR, N = 30.0, 30
"""Earlier 30 Gy in 15 fractions: 30 Gy EQD2."""


def new_plan(total: float = 30.0, fractions: int = N) -> Any:
    """30 Gy in 30 fractions."""
    return plan(total, fractions, "NEW", dose_gy=uniform(total))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Base dose and earlier EQD2 at α/β 2, the dose they were made for, and others."""
    root = tmp_path_factory.mktemp("check")
    folder = write_phantom(
        root / "patient", [course("old", OLD, plan(PRIOR, 15, "OLD")), course("new", NEW, new_plan())]
    )
    background(
        state(folder, PROPOSED),
        root / "out",
        fractions=N,
        expected="2025-05-05",
        alpha_betas_gy=[2.0],
        register="never",
    )
    write_phantom(
        root / "other", [course("less", NEW, new_plan(24.0)), apart(course("far", NEW, new_plan()))]
    )
    return {
        "base": next((root / "out").glob("base_*.dcm")),
        "prior": root / "out" / "prior_eqd2_ab2.dcm",
        "remaining": next((root / "out").glob("remaining_*.dcm")),
        "new": next((folder / "new").glob("RD*.dcm")),
        "less": next((root / "other" / "less").glob("RD*.dcm")),
        "far": next((root / "other" / "far").glob("RD*.dcm")),
    }


def checked(
    files: Mapping[str, Path], new: str = "new", *more: object, ab: float = 2.0, n: int = N
) -> dict[str, Any]:
    """What the command prints as JSON."""
    ran = run(
        "background-check", files["base"], files[new], "--alpha-beta", ab, "--fractions", n, "--json", *more
    )
    assert ran.exit_code == 0, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def test_the_expected_plan_reads_the_truth(files: Mapping[str, Path]) -> None:
    """Earlier 30 Gy EQD2 and 30/30: 52.5 is read, where the restated dose alone would read 71.0."""
    found = checked(files)
    assert found["is_expected"]
    assert found["reading_gy"] == pytest.approx(52.5, rel=1e-6)
    assert found["truth_gy"] == pytest.approx(52.5, rel=1e-6)
    assert abs(found["error_percent"]) < 0.1


def test_another_dose_is_warned_of(files: Mapping[str, Path]) -> None:
    """24 Gy where 30 were expected: 44.3 is read for 46.8; without the earlier EQD2 nobody knows the truth."""
    found = checked(files, "less")
    assert (found["is_expected"], found["truth_gy"], found["error_gy"]) == (False, None, None)
    assert {one["code"] for one in found["warnings"]} >= {"background_other_dose"}
    known = checked(files, "less", "--prior", files["prior"])
    # base 15 √32 - 60, sum with 24: D (D / 30 + 2) / 4; truth 30 + 24 (0.8 + 2) / 4
    total = 15.0 * 32.0**0.5 - 60.0 + 24.0
    assert known["reading_gy"] == pytest.approx(total * (total / 30.0 + 2.0) / 4.0, rel=1e-6)
    assert known["truth_gy"] == pytest.approx(46.8, rel=1e-6)
    assert known["lowest_error_gy"] == pytest.approx(known["error_gy"], abs=1e-5)
    assert known["error_gy"] < -2.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ab": 3.0}, "another α/β"),
        ({"n": 25}, "another number of fractions"),
        ({"new": "far"}, "another frame"),
        ({"new": "prior"}, "not a dose as a planning system computes it"),
        ({"base": "remaining"}, "no base dose"),
        ({"base": "new"}, "does not say which plan"),
    ],
)
def test_refusals(files: Mapping[str, Path], given: dict[str, Any], words: str) -> None:
    """Another α/β, n or frame, files that are no new dose or no base dose: exit status 3 and the remedy."""
    base, new = files[given.get("base", "base")], files[given.get("new", "new")]
    ran = run(
        "background-check", base, new, "--alpha-beta", given.get("ab", 2.0), "--fractions", given.get("n", N)
    )
    assert ran.exit_code == 3
    assert words in ran.output
    assert "Remedy" in ran.output


def test_a_copy_that_lost_its_marks_is_refused(files: Mapping[str, Path], tmp_path: Path) -> None:
    """A base dose that came back without private elements is not read at any α/β."""
    ds = pydicom.dcmread(files["base"])
    ds.remove_private_tags()
    ds.save_as(tmp_path / "copy.dcm")
    ran = run("background-check", tmp_path / "copy.dcm", files["new"], "--alpha-beta", 2, "--fractions", N)
    assert ran.exit_code == 3
    assert "lost its marks" in ran.output


@pytest.mark.parametrize("language", ["en", "fr"])
def test_printed(files: Mapping[str, Path], language: str) -> None:
    """Read and true stand in the lines, in both languages."""
    ran = run(
        "background-check",
        files["base"],
        files["new"],
        "--alpha-beta",
        2,
        "--fractions",
        N,
        "--lang",
        language,
    )
    assert ran.exit_code == 0
    assert ran.output.count("52,50" if language == "fr" else "52.50") == 2
