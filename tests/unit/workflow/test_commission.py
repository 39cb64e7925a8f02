"""Commissioning: it passes on what is right, and fails, plainly, on what is not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from graybook.accumulation import equieffective
from graybook.dvh.refinement import LatticeField, refined_samples
from graybook.dvh.sampling import StructureSamples
from graybook.dvh.slices import SliceModel
from graybook.errors import Cancelled
from graybook.geometry import ContourStack, field
from graybook.progress import Progress, silent
from graybook.report.commission_result import Case, Commission, CommissionMaterial, Group
from graybook.report.wording import Wording
from graybook.tables import alpha_beta
from graybook.text import LANGUAGES, Language
from graybook.workflow.commission import GROUPS, commission, write_commission
from graybook.workflow.commissioning import biology as commission_biology
from graybook.workflow.commissioning import phantoms as commission_phantoms
from graybook.workflow.commissioning.biology import biology
from graybook.workflow.commissioning.case import Bench, Check, spread_points
from graybook.workflow.commissioning.files import files
from graybook.workflow.commissioning.geometry import geometry
from graybook.workflow.commissioning.phantoms import nelms, spheres

QUICK = ((biology, 1.0), (geometry, 1.0))


def bench(folder: Path, language: Language = "en") -> Bench:
    """A bench in a folder."""
    return Bench(folder, Wording(language, "commission"), silent)


def beyond(group: Group) -> list[str]:
    """The cases of a group that did not pass."""
    return [f"{case.id}: {case.found} {case.error}" for case in group.cases if not case.passed]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("checks", [biology, geometry, files], ids=lambda one: one.__name__)
def test_what_is_right_passes(tmp_path: Path, checks: object, language: Language) -> None:
    """Every case of a group that allows none beyond passes, in both languages, each with its words and its truth."""
    group = checks(bench(tmp_path, language))  # type: ignore[operator]
    assert beyond(group) == []
    assert group.passed
    assert all(case.text and case.source for case in group.cases)
    assert len({case.id for case in group.cases}) == len(group.cases)


def test_bodies_pass_as_the_decision_says(tmp_path: Path) -> None:
    """255 figures; beyond 3 % are only D99 of the lying cone at 3 mm, as decision 2 has it."""
    group = nelms(bench(tmp_path))
    assert len(group.cases) == 255
    assert group.passed
    assert all(one.startswith("lying_cone 3 mm") and " D99" in one for one in beyond(group))


def test_small_spheres_pass(tmp_path: Path) -> None:
    """Volumes of small spheres off the slices are within 5 %, 1 % in the mean."""
    assert beyond(spheres(bench(tmp_path))) == []


def test_a_wrong_formula_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum that forgets fractionation is found by every rule that depends on it."""

    def physical(fraction_gy: np.ndarray, *, fractions: float, alpha_beta_gy: float) -> np.ndarray:
        return np.asarray(fraction_gy * fractions)

    def added(
        total: np.ndarray, planned_gy: np.ndarray, *, planned: float, fractions: float, alpha_beta_gy: float
    ) -> None:
        total += planned_gy / planned * fractions

    monkeypatch.setattr(equieffective, "eqd2_of_fractions_gy", physical)
    monkeypatch.setattr(equieffective, "add_eqd2_gy", added, raising=False)
    assert not biology(bench(tmp_path)).passed
    assert any("courses 25/25 + 25/5" in one for one in beyond(biology(bench(tmp_path))))
    assert {case.split(":")[0] for case in beyond(geometry(bench(tmp_path)))} == {
        "sum at points",
        "sum on voxels",
    }


def test_a_wrong_table_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An α/β that is not the published one is found."""
    own = alpha_beta.default_for_organ("Heart")
    monkeypatch.setattr(commission_biology, "default_for_organ", lambda organ: own)
    found = beyond(biology(bench(tmp_path)))
    assert [one.split(":")[0] for one in found] == [
        f"alpha_beta {organ}" for organ in ("SpinalCord", "Esophagus", "Lungs", "BrachialPlex")
    ]


def test_wrong_interpolation_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid read half a voxel off is found in every orientation."""
    right = field.GridField.sample_through

    def shifted(self: field.GridField, points_mm: np.ndarray, matrix: np.ndarray) -> field.FieldSamples:
        return right(self, points_mm + 0.5 * self.grid.spacing_mm, matrix)

    monkeypatch.setattr(field.GridField, "sample_through", shifted)
    found = [one for one in beyond(geometry(bench(tmp_path))) if one.startswith("interpolation")]
    assert len(found) == 8


def test_another_slice_model_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices taken for prisms put more than five of the figures beyond 3 %."""

    def prisms(contours: ContourStack, fields: Sequence[LatticeField]) -> StructureSamples:
        return refined_samples(contours, fields, model=SliceModel.PRISM)

    monkeypatch.setattr(commission_phantoms, "refined_samples", prisms)
    group = nelms(bench(tmp_path))
    assert group.beyond > group.beyond_allowed
    assert not group.passed


def patient(_: Bench) -> Group:
    """Checks that cannot run."""
    raise ValueError("broken")


def test_checks_that_cannot_run_have_failed(tmp_path: Path) -> None:
    """An error fails its own group, the others still run, and the record says so on every page."""
    material = commission(groups=((patient, 1.0), *QUICK))
    assert [group.passed for group in material.result.groups] == [False, True, True]
    assert not material.result.passed
    assert "ValueError: broken" in material.result.groups[0].cases[0].error
    write_commission(material, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"commission.{kind}" for kind in ("pdf", "html", "json")
    }
    assert json.loads((tmp_path / "commission.json").read_text("utf-8"))["passed"] is False


def test_an_error_in_a_case_is_no_pass() -> None:
    """A check that raises, or gives no number, or a number that is none, has not passed; its group fails whatever it allows."""
    check = Check(id="1", text="one", expected=1.0, tolerance=9.0, unit="Gy", source="closed form")
    cases = [check.case(lambda: 1 / 0), check.case(lambda: None), check.case(lambda: float("nan"))]
    assert [case.passed for case in cases] == [False] * 3
    assert "ZeroDivisionError" in cases[0].error
    assert not Group(id="g", title="", what="", reason="", beyond_allowed=5, cases=cases).passed


@pytest.mark.parametrize(
    ("found", "percent", "passed"),
    [(103.0, True, True), (103.1, True, False), (96.9, True, False), (103.1, False, False)],
)
def test_a_tolerance_holds_both_ways(found: float, percent: bool, passed: bool) -> None:
    """A figure passes up to its tolerance, above and below."""
    check = Check(id="1", text="one", expected=100.0, tolerance=3.0, unit="Gy", source="", percent=percent)
    assert check.case(lambda: found).passed is passed


def test_no_group_is_no_pass() -> None:
    """A record without checks, or a group without cases, has not passed."""
    material = commission(groups=())
    assert not material.result.passed
    assert not Group(id="g", title="", what="", reason="", cases=[]).passed


def test_a_stop_is_honoured() -> None:
    """Whoever stops it is not told that a check failed."""
    with pytest.raises(Cancelled):
        commission(groups=((files, 1.0),), progress=Progress(cancelled=lambda: True))


def test_progress_rises_to_its_end() -> None:
    """Progress never goes back and every share lies between 0 and 1."""
    told: list[float] = []
    commission(
        groups=((biology, 1.0), (files, 1.0)), progress=Progress(tell=lambda _, done: told.append(done))
    )
    assert told == sorted(told)
    assert 0.0 <= told[0] <= told[-1] <= 1.0


def test_points_fill_the_cube() -> None:
    """The points are spread evenly: every eighth of the cube holds an eighth of them, within a hundredth."""
    points = spread_points(4000)
    corner = np.all(points < 0.5, axis=1).mean()
    assert points.min() >= 0.0
    assert points.max() < 1.0
    assert corner == pytest.approx(0.125, abs=0.01)


@pytest.mark.slow
def test_the_whole_record_in_time() -> None:
    """All groups pass, the synthetic patient among them, in less than two minutes."""
    material = commission()
    assert isinstance(material, CommissionMaterial)
    assert isinstance(material.result, Commission)
    assert [group.id for group in material.result.groups if not group.passed] == []
    assert len(material.result.groups) == len(GROUPS)
    assert all(isinstance(case, Case) for group in material.result.groups for case in group.cases)
    assert material.result.machine.seconds < 120.0
