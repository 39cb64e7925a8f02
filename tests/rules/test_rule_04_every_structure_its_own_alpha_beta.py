"""Rule 4: overlapping structures come in; each is converted at its own α/β, and those without one are not judged by a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from graybook.report.result import Result
from phantoms import PhantomStructure, write_phantom
from rules.patients import course, eqd2, finding, metrics, organ, plan, result_of, state, structure

DAY = date(2025, 5, 5)


def _assessed(
    folder: Path, dose_gy: float, n: int, structures: Sequence[PhantomStructure], *entries: str
) -> Result:
    write_phantom(folder, [course("c", DAY, plan(dose_gy, n), structures=structures)])
    return result_of(state(folder, *entries) if entries else folder)


@pytest.mark.rule(4)
def test_overlapping_structures_are_each_right(tmp_path: Path) -> None:
    """30 Gy in 10 in one place: cord 37.5 at 2, heart 36.667 at 2.5, oesophagus and lung 36.0 at 3."""
    named = ("SpinalCord", "Heart", "Esophagus", "Lung_L")
    result = _assessed(tmp_path, 30, 10, [structure(name) for name in named])
    truth = {
        "SpinalCord": (2.0, 37.5),
        "Heart": (2.5, 30 * 5.5 / 4.5),
        "Esophagus": (3.0, 36.0),
        "Lung_L": (3.0, 36.0),
    }
    for name, (alpha_beta_gy, gray) in truth.items():
        assert organ(result, name).alpha_beta_gy == alpha_beta_gy
        assert organ(result, name).alpha_beta_source
        assert organ(result, name).cumulative.mean_gy == pytest.approx(gray, abs=1e-6)
        assert organ(result, name).cumulative.d0_03cc_gy == pytest.approx(gray, abs=1e-6)


@pytest.mark.rule(4)
def test_an_organ_without_an_entry(tmp_path: Path) -> None:
    """A structure no table knows: α/β 3 in cumulative (36.0), the same metrics at 2 (37.5) in alternative, said."""
    result = _assessed(tmp_path, 30, 10, [structure("Wurmfortsatz")])
    found = organ(result, "Wurmfortsatz")
    assert found.alpha_beta_gy == 3.0
    assert set(metrics(found.cumulative).values()) == {36.0}
    assert found.alternative is not None
    assert found.alternative.alpha_beta_gy == 2.0
    assert set(metrics(found.alternative).values()) == {37.5}
    assert finding(result, "Wurmfortsatz", "α/β")


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("name", "kind"),
    [("BODY", "EXTERNAL"), ("CouchSurface", "SUPPORT"), ("zRing_3mm", "CONTROL"), ("Peau", "EXTERNAL")],
)
def test_no_alpha_beta_for_what_is_no_tissue(tmp_path: Path, name: str, kind: str) -> None:
    """External contour, couch and ring have no α/β and no EQD2, but are not dropped."""
    result = _assessed(tmp_path, 30, 10, [structure("SpinalCord"), structure(name, kind=kind)])
    found = organ(result, name)
    assert found.alpha_beta_gy is None
    assert set(metrics(found.cumulative).values()) == {None}
    assert found.volume_cm3 == pytest.approx(8.0, rel=0.15)


@pytest.mark.rule(4)
@pytest.mark.parametrize(("name", "kind"), [("PTV", "PTV"), ("GTV boost", "GTV"), ("CTV 60", "CTV")])
def test_targets_take_the_tumours_value_by_convention(tmp_path: Path, name: str, kind: str) -> None:
    """A target without a site is converted at 10 (30 Gy in 10: 32.5), a convention to confirm, never at an organ's value."""
    result = _assessed(tmp_path, 30, 10, [structure(name, kind=kind)])
    found = organ(result, name)
    assert found.kind == "target"
    assert found.alpha_beta_gy == 10.0
    assert found.cumulative.mean_gy == pytest.approx(eqd2(30, 10, 10.0), abs=1e-6)
    assert found.alternative is None
    assert finding(result, name, "convention", "confirm")


@pytest.mark.rule(4)
def test_a_target_that_bears_an_organs_name(tmp_path: Path) -> None:
    """A structure typed PTV never takes an organ's α/β because its name holds one."""
    result = _assessed(tmp_path, 30, 10, [structure("PTV SpinalCord", kind="PTV"), structure("SpinalCord")])
    assert organ(result, "PTV SpinalCord").alpha_beta_gy != 2.0
    assert organ(result, "PTV SpinalCord").kind == "target"
    assert organ(result, "SpinalCord").alpha_beta_gy == 2.0


@pytest.mark.rule(4)
def test_more_than_10_gy_a_fraction_is_said(tmp_path: Path) -> None:
    """54 Gy in 3: "LQ extrapolated" with its volume and the physical dose beside it."""
    result = _assessed(tmp_path, 54, 3, [structure("SpinalCord")])
    found = organ(result)
    assert found.cumulative.mean_gy == pytest.approx(270.0, abs=1e-6)
    assert found.courses[0].lq_extrapolated_cm3 == pytest.approx(found.volume_cm3)
    assert found.courses[0].physical_max_gy == pytest.approx(54.0)
    assert finding(result, "LQ extrapolated", "54")


@pytest.mark.rule(4)
def test_10_gy_a_fraction_is_not_extrapolated(tmp_path: Path) -> None:
    """Exactly 10 Gy a fraction is not more than 10."""
    result = _assessed(tmp_path, 30, 3, [structure("SpinalCord")])
    assert organ(result).courses[0].lq_extrapolated_cm3 == 0.0
    assert not finding(result, "LQ extrapolated")


@pytest.mark.rule(4)
@pytest.mark.parametrize("chosen", ['tg263 = "SpinalCord"', 'structure = "Moelle"'])
def test_a_persons_alpha_beta(tmp_path: Path, chosen: str) -> None:
    """A stated α/β of 4 is used (30 Gy in 10: 35.0) and marked as a person's."""
    result = _assessed(tmp_path, 30, 10, [structure("Moelle")], f"[[alpha_beta]]\n{chosen}\nvalue_gy = 4.0")
    assert organ(result).alpha_beta_gy == 4.0
    assert organ(result).cumulative.mean_gy == pytest.approx(35.0, abs=1e-6)
    assert organ(result).alpha_beta_basis != "table"


@pytest.mark.rule(4)
def test_a_persons_word_on_what_a_structure_is(tmp_path: Path) -> None:
    """A structure with a private name becomes the cord by [[structure]], at α/β 2."""
    entry = '[[structure]]\nnames = ["zz organ 7"]\ntg263 = "SpinalCord"\nkind = "organ"'
    result = _assessed(tmp_path, 30, 10, [structure("zz organ 7")], entry)
    assert organ(result).name == "zz organ 7"
    assert organ(result).cumulative.mean_gy == pytest.approx(37.5, abs=1e-6)


@pytest.mark.rule(4)
def test_concurrent_phases_together_over_10_gy(tmp_path: Path) -> None:
    """Two phases of 6 Gy a session given together are 12 Gy a session (60 x 14 / 4 = 210): "LQ extrapolated"."""
    plans = (plan(30, 5, "A"), plan(30, 5, "B"))
    write_phantom(tmp_path, [course("c", DAY, *plans)])
    result = result_of(state(tmp_path, '[[course]]\ncourse = "2025-05-05"\nconcurrent = [["A", "B"]]'))
    found = organ(result)
    assert found.cumulative.mean_gy == pytest.approx(210.0)
    assert found.courses[0].lq_extrapolated_cm3 == pytest.approx(found.volume_cm3)
    assert finding(result, "LQ extrapolated")


@pytest.mark.rule(4)
def test_carbon_is_labelled_extrapolated(tmp_path: Path) -> None:
    """An RBE-weighted carbon dose keeps its own model: used, and labelled extrapolated."""
    one = plan(50, 25, "C12", ion=True, radiation_type="ION", dose_type="EFFECTIVE")
    write_phantom(tmp_path, [course("c", DAY, one)])
    result = result_of(tmp_path)
    assert organ(result).cumulative.mean_gy == 50.0
    assert finding(result, "C12", "extrapolation")
