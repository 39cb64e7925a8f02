"""Rules 6 and 8, brachytherapy: doses of one fraction or of all, and of single application setups, come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from phantoms import write_phantom
from rules.patients import course, eqd2, metrics, organ, plan, result_of, scanned, state, structure

DAY = date(2025, 5, 5)
FRACTIONS, PER_FRACTION_GY = 5, 7.0


def _setup(number: int, dose_gy: float | None, point: tuple[float, float, float] | None) -> Dataset:
    item = Dataset()
    item.ReferencedBrachyApplicationSetupNumber = number
    if dose_gy is not None:
        item.BrachyApplicationSetupDose = dose_gy
    if point is not None:
        item.BrachyApplicationSetupDoseSpecificationPoint = list(point)
    return item


def brachy(
    doses_gy: tuple[float | None, ...] = (PER_FRACTION_GY,),
    point: tuple[float, float, float] | None = (0.0, 0.0, 0.0),
    kind: str = "HDR",
) -> Callable[[Dataset], None]:
    """Turn a plan of beams into one of application setups."""

    def alter(dataset: Dataset) -> None:
        del dataset.BeamSequence
        dataset.BrachyTreatmentType = kind
        numbers = range(1, len(doses_gy) + 1)
        setups = [Dataset() for _ in numbers]
        for number, item in zip(numbers, setups, strict=True):
            item.ApplicationSetupNumber, item.ApplicationSetupType = number, "FLETCHER_SUIT"
        dataset.ApplicationSetupSequence = Sequence(setups)
        group = dataset.FractionGroupSequence[0]
        del group.ReferencedBeamSequence
        group.NumberOfBeams, group.NumberOfBrachyApplicationSetups = 0, len(doses_gy)
        found = [_setup(number, dose, point) for number, dose in zip(numbers, doses_gy, strict=True)]
        group.ReferencedBrachyApplicationSetupSequence = Sequence(found)

    return alter


def _hdr(given_gy: float, **said: Any) -> Any:
    values = {"alter_plan": brachy(), "prescription_gy": None, **said}
    return plan(given_gy, FRACTIONS, "HDR", **values)


@pytest.mark.rule(6)
def test_all_fractions_are_used(tmp_path: Path) -> None:
    """35 Gy in five HDR fractions, 7 Gy stated a setup: EQD2 78.75 at α/β 2, no refusal."""
    write_phantom(tmp_path, [course("c", DAY, _hdr(35.0))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == pytest.approx(eqd2(35.0, 5), abs=1e-3)
    assert result.refusals == []
    assert result.courses[0].phases[0].modality == "brachytherapy"


@pytest.mark.rule(6)
def test_one_fraction_under_a_plan_of_five_is_caught(tmp_path: Path) -> None:
    """7 Gy where five setups' doses sum to 35: refused with the question; answered, it is the 35 Gy twin."""
    write_phantom(tmp_path, [course("c", DAY, _hdr(7.0))])
    result = result_of(tmp_path)
    assert set(metrics(organ(result).cumulative).values()) == {None}
    (refusal,) = [one for one in result.refusals if one.code == "dose_scale_suspect"]
    assert "dose_scale" in refusal.remedy
    answered = result_of(state(tmp_path, '[[phase]]\nplan = "HDR"\ndose_scale = "per_fraction"'))
    assert organ(answered).cumulative.mean_gy == pytest.approx(eqd2(35.0, 5), abs=1e-3)


@pytest.mark.rule(6)
@pytest.mark.parametrize(("given_gy", "refused"), [(35.0, False), (7.0, True)])
def test_the_target_says_it_without_a_point(tmp_path: Path, given_gy: float, refused: bool) -> None:
    """No point stated: the D90% of the target against its prescription of 35 Gy tells one fraction from five."""
    drawn = [structure("SpinalCord"), structure("CTV", kind="CTV")]
    one = _hdr(given_gy, alter_plan=brachy((None,), None), prescription_gy=35.0, target_structure="CTV")
    write_phantom(tmp_path, [course("c", DAY, one, structures=drawn)])
    assert any(one.code == "dose_scale_suspect" for one in result_of(tmp_path).refusals) is refused


@pytest.mark.rule(8)
@pytest.mark.parametrize("kind", ["LDR", "PDR", ""])
def test_other_dose_rates_are_refused(tmp_path: Path, kind: str) -> None:
    """Repair during the irradiation is not in the conversion of fractions: refused with the remedy."""
    write_phantom(tmp_path, [course("c", DAY, _hdr(35.0, alter_plan=brachy(kind=kind)))])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy is None
    assert any(one.code == "brachy_dose_rate" and one.remedy for one in result.refusals)


def _of_setup(number: int) -> Callable[[Dataset], None]:
    def alter(dataset: Dataset) -> None:
        dataset.DoseSummationType = "BRACHY"
        group = Dataset()
        group.ReferencedFractionGroupNumber = 1
        item = Dataset()
        item.ReferencedBrachyApplicationSetupNumber = number
        group.ReferencedBrachyApplicationSetupSequence = Sequence([item])
        reference = dataset.ReferencedRTPlanSequence[0]
        reference.ReferencedSOPInstanceUID = course("c", DAY).plan_uid(0)
        reference.ReferencedFractionGroupSequence = Sequence([group])

    return alter


@pytest.mark.rule(8)
@pytest.mark.parametrize("written", [2, 1])
def test_a_set_of_setups_is_complete_or_refused(tmp_path: Path, written: int) -> None:
    """Two setups of 3.5 Gy a fraction: both doses are 35 Gy in all; one alone is refused, the missing one named."""
    whole = _hdr(17.5, alter_plan=brachy((3.5, 3.5)), alter_dose=_of_setup(1))
    rest = plan(17.5, 5, "REST", write_plan=False, alter_dose=_of_setup(2))
    write_phantom(tmp_path, [course("c", DAY, *(whole, rest)[:written])])
    result = result_of(tmp_path)
    if written == 2:
        assert organ(result).cumulative.mean_gy == pytest.approx(eqd2(35.0, 5), abs=1e-3)
        return
    assert organ(result).cumulative.mean_gy is None
    assert any(one.code == "incomplete_dose_set" and "2" in one.text for one in result.refusals)
    assert all(one["used_as"] or one["reason"] for one in scanned(tmp_path)["files"])
