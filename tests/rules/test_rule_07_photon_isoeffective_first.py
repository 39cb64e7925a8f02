"""Rule 7: physical, effective and already converted doses come in; each is used once and never multiplied twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from phantoms import PhantomPlan, write_phantom
from rules.patients import course, eqd2, metrics, organ, plan, result_of, run, scanned, state

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)


def _proton(total_gy: float, n: int, label: str = "PROTON", **said: Any) -> PhantomPlan:
    values: dict[str, Any] = {"ion": True, "radiation_type": "PROTON", "dose_type": "EFFECTIVE"}
    return plan(total_gy, n, label, **{**values, **said})


@pytest.mark.rule(7)
def test_photon_and_proton_are_summed(tmp_path: Path) -> None:
    """Photon PHYSICAL 30 Gy in 10 (37.5) and proton EFFECTIVE 54 in 30 with RBE 1.1 inside (51.3): 88.8, nothing refused."""
    write_phantom(tmp_path, [course("old", OLD, plan(30, 10)), course("new", NEW, _proton(54, 30))])
    result = result_of(tmp_path)
    assert set(metrics(organ(result).cumulative).values()) == {37.5 + eqd2(54, 30)}
    assert not result.refusals
    assert result.courses[1].modality == "proton"


@pytest.mark.rule(7)
def test_proton_physical_waits_for_an_answer(tmp_path: Path) -> None:
    """A proton dose marked PHYSICAL is refused with the question; exit 0."""
    write_phantom(tmp_path / "in", [course("c", NEW, _proton(50, 25, dose_type="PHYSICAL"))])
    result = result_of(tmp_path / "in")
    assert organ(result).cumulative.mean_gy is None
    (refusal,) = [one for one in result.refusals if "rbe" in one.remedy]
    assert "1.1" in refusal.text + refusal.remedy
    assert run("assess", tmp_path / "in", "--out", tmp_path / "out").exit_code == 0


@pytest.mark.rule(7)
@pytest.mark.parametrize(("answer", "truth"), [("physical", eqd2(55, 25)), ("1.1 included", 50.0)])
def test_proton_physical_answered(tmp_path: Path, answer: str, truth: float) -> None:
    """Confirmed without RBE: x 1.1 once, d = 2.2 (57.75); confirmed as already weighted: as it is."""
    write_phantom(tmp_path, [course("c", NEW, _proton(50, 25, dose_type="PHYSICAL"))])
    result = result_of(state(tmp_path, f'[[phase]]\nplan = "PROTON"\nrbe = "{answer}"'))
    assert organ(result).cumulative.mean_gy == pytest.approx(truth, abs=1e-6)
    assert not result.refusals


@pytest.mark.rule(7)
def test_effective_of_unknown_content(tmp_path: Path) -> None:
    """EFFECTIVE without a plan that says what it is, and on a photon plan: refused with the question."""
    for name, one in {
        "no plan": plan(50, 25, "X", dose_type="EFFECTIVE", write_plan=False, reference_plan=False),
        "photon": plan(50, 25, "X", dose_type="EFFECTIVE"),
    }.items():
        folder = write_phantom(tmp_path / name, [course("c", NEW, one)])
        result = result_of(folder)
        assert all(set(metrics(found.cumulative).values()) == {None} for found in result.structures)
        assert any("rbe" in refusal.remedy for refusal in result.refusals), name


@pytest.mark.rule(7)
def test_effective_answered(tmp_path: Path) -> None:
    """The printed question answered with 1.1 included gives 50.0 at 2 Gy a fraction."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, 25, "X", dose_type="EFFECTIVE"))])
    (refusal,) = [one for one in result_of(tmp_path).refusals if "rbe" in one.remedy]
    pasted = refusal.remedy[refusal.remedy.index("[[phase]]") :]
    (tmp_path / "graybook.toml").write_text(pasted, encoding="utf-8")
    assert organ(result_of(tmp_path)).cumulative.mean_gy == 50.0


@pytest.mark.rule(7)
def test_dose_type_error(tmp_path: Path) -> None:
    """DoseType ERROR is a difference of doses: refused with a remedy, listed by scan, never summed."""
    old = course("old", OLD, plan(40, 20, "DIFF", dose_type="ERROR"))
    write_phantom(tmp_path, [old, course("new", NEW, plan(50, 25))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy in (50.0, None)
    assert organ(result).lower_bound
    assert any("ERROR" in one.text and one.remedy for one in result.refusals)
    listed = next(one for one in scanned(tmp_path)["files"] if one["path"].endswith("old/RD_0.dcm"))
    assert listed["used_as"] is None
    assert "ERROR" in listed["reason"]


def _described(text: str) -> Any:
    def alter(dataset: Dataset) -> None:
        dataset.SeriesDescription = text

    return alter


ALREADY: dict[str, dict[str, Any]] = {
    "comment": {"comment": "EQD2 total, alpha/beta 3"},
    "BED comment": {"comment": "BED a/b=2"},
    "series description": {"alter_dose": _described("EQD2 sum")},
    "biologically effective": {"comment": "Biologically effective dose (BED10)"},
}


@pytest.mark.rule(7)
@pytest.mark.parametrize("said", ALREADY.values(), ids=ALREADY.keys())
def test_already_converted_is_never_a_course(tmp_path: Path, said: dict[str, Any]) -> None:
    """A dose that says EQD2 or BED is listed with the reason, and never converted or counted."""
    extra = plan(70, 35, "SUM", write_plan=False, reference_plan=False, **said)
    write_phantom(tmp_path, [course("old", OLD, extra), course("new", NEW, plan(50, 25))])
    result = result_of(tmp_path)
    assert len(result.courses) == 1
    assert organ(result).cumulative.mean_gy == 50.0
    listed = next(one for one in scanned(tmp_path)["files"] if one["path"].endswith("old/RD_0.dcm"))
    assert listed["used_as"] is None
    assert listed["reason"]


@pytest.mark.rule(7)
def test_a_word_that_only_looks_like_bed(tmp_path: Path) -> None:
    """A comment about the patient's bed is no biologically effective dose: the dose counts."""
    write_phantom(tmp_path, [course("c", NEW, plan(50, 25, comment="Patient in bed position, tested"))])
    assert organ(result_of(tmp_path)).cumulative.mean_gy == 50.0
