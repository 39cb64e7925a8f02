"""Rule 6: doses stored as one fraction, or times n, come in; nothing is summed until a person answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from phantoms import PhantomCourse, write_phantom
from rules.patients import (
    codes,
    cord,
    course,
    finding,
    metrics,
    organ,
    plan,
    result_of,
    run,
    state,
    structure,
)

DAY = date(2025, 5, 5)

CHECKS: dict[str, dict[str, Any]] = {
    "prescription point": {"prescription_point_mm": (0.0, 0.0, 0.0)},
    "target median": {"target_structure": "PTV", "state_beam_dose": False},
    "beam doses at their point": {"prescription_point_mm": (0.0, 0.0, 0.0)},
}
"""What the file holds to check the scale against."""


def _folder(folder: Path, check: dict[str, Any], dose_scale: float, n: int = 25) -> Path:
    drawn = (cord(), structure("PTV", kind="PTV"))
    one: PhantomCourse = course("c", DAY, plan(50, n, "A", dose_scale=dose_scale, **check), structures=drawn)
    return write_phantom(folder, [one])


@pytest.mark.rule(6)
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
@pytest.mark.parametrize("dose_scale", [1 / 25, 25.0], ids=["one fraction stored", "times n stored"])
def test_refused_until_answered(tmp_path: Path, check: dict[str, Any], dose_scale: float) -> None:
    """A ratio near 1/n or n: exit 0, the dose not used, a refusal with the ratio and a graybook.toml remedy."""
    folder = _folder(tmp_path / "in", check, dose_scale)
    result = result_of(folder)
    assert set(metrics(organ(result).cumulative).values()) == {None}
    (refusal,) = [one for one in result.refusals if one.code == "dose_scale_suspect"]
    assert "dose_scale" in refusal.remedy
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 0


@pytest.mark.rule(6)
@pytest.mark.parametrize(
    ("dose_scale", "answer", "truth"),
    [(1 / 25, "per_fraction", 50.0), (1 / 25, "total", 2 * (2 / 25 + 2) / 4), (25.0, "total", 1250 * 52 / 4)],
)
def test_answered_by_a_person(tmp_path: Path, dose_scale: float, answer: str, truth: float) -> None:
    """The answer is followed to the letter, and stays visible as a warning."""
    folder = _folder(tmp_path, CHECKS["prescription point"], dose_scale)
    result = result_of(state(folder, f'[[phase]]\nplan = "A"\ndose_scale = "{answer}"'))
    assert organ(result).cumulative.mean_gy == pytest.approx(truth, rel=1e-6)
    assert not result.refusals
    assert finding(result, "A", "scale")


@pytest.mark.rule(6)
def test_the_printed_remedy_works(tmp_path: Path) -> None:
    """The remedy of the refusal, pasted as it stands or with the other answer, is read and followed."""
    folder = _folder(tmp_path, CHECKS["target median"], 1 / 25)
    (refusal,) = result_of(folder).refusals
    pasted = refusal.remedy[refusal.remedy.index("[[phase]]") :]
    (folder / "graybook.toml").write_text(pasted, encoding="utf-8")
    answered = organ(result_of(folder)).cumulative.mean_gy
    assert answered == pytest.approx(50.0) or answered == pytest.approx(2 * (2 / 25 + 2) / 4)


@pytest.mark.rule(6)
def test_one_right_check_does_not_outvote_a_wrong_one(tmp_path: Path) -> None:
    """25 Gy in 5 of which the file holds 5 Gy: the target median says 1/n, whatever a highest dose says."""
    folder = _folder(tmp_path, CHECKS["target median"], 1 / 5, n=5)
    result = result_of(folder)
    assert "dose_scale_suspect" in codes(result)
    assert organ(result).cumulative.mean_gy is None


@pytest.mark.rule(6)
def test_nothing_to_check_against_is_a_warning(tmp_path: Path) -> None:
    """No prescription and no beam dose: "scale not checkable" and the dose is used."""
    write_phantom(
        tmp_path, [course("c", DAY, plan(50, 25, "A", prescription_gy=None, state_beam_dose=False))]
    )
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert finding(result, "A", "scale not checkable") or finding(result, "A", "scale", "cannot be checked")
    assert not result.refusals


@pytest.mark.rule(6)
def test_a_right_scale_is_silent_or_information(tmp_path: Path) -> None:
    """A dose within a few per cent of its prescription raises no warning about its scale."""
    folder = _folder(tmp_path, CHECKS["target median"], 0.97)
    result = result_of(folder)
    assert not result.refusals
    loud = [one for one in result.findings if "scale" in one.code and one.severity != "info"]
    assert not loud


@pytest.mark.rule(6)
def test_a_prior_course_on_a_wrong_scale_stops_the_sum(tmp_path: Path) -> None:
    """An earlier course stored as one fraction leaves every 3D number a lower bound, never a sum that looks whole."""
    old = course(
        "old", date(2015, 5, 4), plan(50, 25, "OLD", dose_scale=1 / 25, prescription_point_mm=(0.0, 0.0, 0.0))
    )
    write_phantom(tmp_path, [old, course("new", DAY, plan(30, 10, "NEW"))])
    result = result_of(tmp_path)
    assert organ(result).lower_bound or organ(result).cumulative.mean_gy is None
    assert finding(result, "OLD")
    assert not organ(result).point_sum.complete


@pytest.mark.rule(6)
def test_dvh_says_so_too(tmp_path: Path) -> None:
    """dvh of a dose on a suspect scale exits 0 and says it."""
    folder = _folder(tmp_path, CHECKS["prescription point"], 1 / 25)
    ran = run("dvh", folder, "--json")
    assert ran.exit_code == 0
    assert "dose_scale" in ran.stdout
