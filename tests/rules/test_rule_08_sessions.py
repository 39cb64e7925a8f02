"""Rule 8, sessions: doses of single sessions with and without treatment records come in; complete equal sets are summed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from phantoms import write_phantom
from rules.patients import codes, course, organ, plan, result_of, scanned, state, structure

DAY = date(2025, 5, 5)
RECTUM = structure("Rectum")

ALPHA_BETA_3 = '[[alpha_beta]]\ntg263 = "Rectum"\nvalue_gy = 3.0'


def sessions(doses: int, records: int, total_gy: float = 60.0, **said: Any) -> Any:
    """A plan of 30 fractions with so many doses of one session (total / 30) and so many treatment records."""
    values = {
        "summation": "FRACTION_SESSION",
        "session_doses": doses,
        "sessions": records,
        "prescription_gy": total_gy,
    }
    one = plan(total_gy, 30, **{**values, **said})
    return course("c", DAY, one, structures=[RECTUM])


def other_than_first(factor: float) -> Any:
    """Every dose but that of the first session times a factor."""

    def alter(dataset: Dataset) -> None:
        if dataset.InstanceNumber != 1:
            dataset.DoseGridScaling = f"{float(dataset.DoseGridScaling) * factor:.10g}"

    return alter


@pytest.mark.rule(8)
def test_twelve_sessions_of_two_gray(tmp_path: Path) -> None:
    """12 session doses of 2 Gy, 12 records, 30 planned, α/β 3: 12 x 2 x (2 + 3) / (2 + 3) = 24.0 Gy; the scale is checked."""
    state(write_phantom(tmp_path, [sessions(12, 12)]), ALPHA_BETA_3)
    result = result_of(tmp_path)
    assert organ(result, "Rectum").alpha_beta_gy == 3.0
    assert organ(result, "Rectum").cumulative.mean_gy == pytest.approx(24.0, abs=1e-5)
    (phase,) = result.courses[0].phases
    assert (phase.fractions_delivered, phase.fractions_planned) == (12, 30)
    assert not result.refusals
    used = [one for one in scanned(tmp_path)["files"] if "_session" in one["path"]]
    assert len(used) == 12
    assert all(one["used_as"] for one in used)


@pytest.mark.rule(8)
def test_sessions_of_three_gray(tmp_path: Path) -> None:
    """10 session doses of 3 Gy, α/β 3: 10 x 3 x (3 + 3) / (2 + 3) = 36.0 Gy: the dose per session is not spread over 30."""
    state(write_phantom(tmp_path, [sessions(10, 10, 90.0)]), ALPHA_BETA_3)
    assert organ(result_of(tmp_path), "Rectum").cumulative.mean_gy == pytest.approx(36.0, abs=1e-5)


@pytest.mark.rule(8)
@pytest.mark.parametrize(("doses", "records"), [(11, 12), (12, 11), (12, 0)])
def test_another_number_than_recorded(tmp_path: Path, doses: int, records: int) -> None:
    """Fewer or more session doses than completed sessions, or no records: refused with the remedy, each file listed."""
    write_phantom(tmp_path, [sessions(doses, records)])
    result = result_of(tmp_path)
    assert organ(result, "Rectum").cumulative.mean_gy is None
    (refusal,) = [one for one in result.refusals if one.code == "session_doses_unmatched"]
    assert refusal.remedy
    listed = [one for one in scanned(tmp_path)["files"] if "_session" in one["path"]]
    assert len(listed) == doses
    assert all(one["used_as"] is None and one["reason"] for one in listed)


@pytest.mark.rule(8)
def test_unlike_sessions(tmp_path: Path) -> None:
    """One session 2 % above the others: refused; 0.5 %: 2 + 11 x 1.99 = 23.89 Gy in 12, α/β 3 -> 23.89 x 4.99083 / 5 = 23.846."""
    write_phantom(tmp_path / "far", [sessions(12, 12, alter_dose=other_than_first(0.98))])
    far = result_of(tmp_path / "far")
    assert organ(far, "Rectum").cumulative.mean_gy is None
    assert [one for one in far.refusals if one.code == "session_doses_differ" and one.remedy]
    near_folder = write_phantom(tmp_path / "near", [sessions(12, 12, alter_dose=other_than_first(0.995))])
    state(near_folder, ALPHA_BETA_3)
    near = organ(result_of(tmp_path / "near"), "Rectum").cumulative.mean_gy
    assert near == pytest.approx(23.8462, abs=1e-3)


@pytest.mark.rule(8)
def test_sessions_beside_the_plan(tmp_path: Path) -> None:
    """A PLAN dose of 60 Gy with 12 records beside 12 session doses: 24.0 from the PLAN dose, the sessions not summed twice."""
    write_phantom(tmp_path, [sessions(12, 12)])
    whole = plan(60, 30, summation="PLAN")
    write_phantom(tmp_path / "w", [course("c", DAY, whole, structures=[RECTUM])])
    (tmp_path / "w" / "c" / "RD_0.dcm").rename(tmp_path / "c" / "RD_0.dcm")
    for left in sorted((tmp_path / "w").rglob("*"), reverse=True):
        left.unlink() if left.is_file() else left.rmdir()
    (tmp_path / "w").rmdir()
    result = result_of(tmp_path)
    assert organ(result, "Rectum").cumulative.mean_gy == pytest.approx(24.0, abs=1e-5)
    listed = [one for one in scanned(tmp_path)["files"] if "_session" in one["path"]]
    assert [one["used_as"] for one in listed] == [None] * 12
    assert all("twice" in one["reason"] for one in listed)


def of_beam(number: int) -> Any:
    """The dose said to be of one beam in one session, named by its number; odd files are beam 1, even ones ``number``."""

    def alter(dataset: Dataset) -> None:
        beam = Dataset()
        beam.ReferencedBeamNumber = 1 if int(dataset.InstanceNumber) % 2 else number
        group = Dataset()
        group.ReferencedFractionGroupNumber = 1
        group.ReferencedBeamSequence = [beam]
        dataset.ReferencedRTPlanSequence[0].ReferencedFractionGroupSequence = [group]

    return alter


@pytest.mark.rule(8)
@pytest.mark.parametrize(("second", "expected_gy"), [(2, 24.0), (1, None)])
def test_beams_of_sessions(tmp_path: Path, second: int, expected_gy: float | None) -> None:
    """24 BEAM_SESSION doses of 1 Gy: of beams 1 and 2 in 12 sessions they are 12 x 2 Gy; all of beam 1, refused."""
    said = {"summation": "BEAM_SESSION", "dose_scale": 0.5, "alter_dose": of_beam(second)}
    write_phantom(tmp_path, [sessions(24, 12, **said)])
    found = organ(result_of(tmp_path), "Rectum").cumulative.mean_gy
    assert found == (None if expected_gy is None else pytest.approx(expected_gy, abs=1e-5))


@pytest.mark.rule(6)
@pytest.mark.rule(8)
def test_whole_plan_called_a_session(tmp_path: Path) -> None:
    """12 doses of 60 Gy each said to be of one session of 2 Gy: the scale is refused, nothing is summed."""
    write_phantom(tmp_path, [sessions(12, 12, dose_scale=30.0)])
    result = result_of(tmp_path)
    assert organ(result, "Rectum").cumulative.mean_gy is None
    assert "dose_scale_suspect" in codes(result)
