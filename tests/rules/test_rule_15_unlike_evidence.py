"""Rule 15: radionuclides and X-rays on paper come in beside beams; columns of their own go out, and no limit of beams is met."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graybook.constraints.judgement import Case, Measured, Status
from graybook.constraints.judging import judge
from graybook.report.sheet import sheet
from graybook.tables.rulebook import rulebook
from graybook.workflow.cumulative import assess
from rules.limit_cases import RULACH, entry, given, words
from rules.patients import metrics, organ, result_of, state

LUTETIUM = '[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\ngiven = 2024-01-02\nactivity_gbq = 7.4'


def _cord(folder: Path) -> Path:
    return given(folder, (30.0, 15), (10.0, 5), drawn=["SpinalCord"])


@pytest.mark.rule(15)
def test_a_radionuclide_changes_no_number(tmp_path: Path) -> None:
    """Lu-177 beside two courses of beams: 3D sum and each course keep their numbers; it stands in ``apart``, its dose unknown."""
    plain = organ(result_of(_cord(tmp_path / "plain")))
    result = result_of(state(_cord(tmp_path / "with"), LUTETIUM))
    beside = organ(result)
    assert metrics(beside.cumulative) == metrics(plain.cumulative)
    assert [one.d0_03cc_gy for one in beside.courses] == [one.d0_03cc_gy for one in plain.courses]
    assert [(one.modality, one.dose_gy) for one in beside.apart] == [("radionuclide", None)]
    assert plain.apart == []
    assert [one.nuclide for one in result.radionuclides] == ["Lu-177"]


@pytest.mark.rule(15)
def test_radionuclides_alone_are_no_paper_sum(tmp_path: Path) -> None:
    """A folder with one administration and nothing else: no sum of beams, said so, and its kidneys stand apart."""
    folder = tmp_path / "alone"
    folder.mkdir()
    person = '[person]\npatient_id = "P1"\nname = "TEST^One"\nbirth_date = 1960-01-31\nsex = "F"'
    result = result_of(state(folder, person, LUTETIUM))
    assert [one.code for one in result.refusals] == ["no_beams_to_sum"]
    assert [one.apart[0].low_gy is not None for one in result.structures if one.name == "Kidneys"] == [True]


@pytest.mark.rule(15)
def test_its_column_stands_in_the_report(tmp_path: Path) -> None:
    """Page 1 has a column for radionuclides, and it says that the dose is unknown."""
    pages: Any = sheet(assess(state(_cord(tmp_path), LUTETIUM)).material, "en")
    titles = [one.title for one in pages.summary.organs.columns]
    assert "Microspheres" not in titles
    assert pages.summary.organs.rows[0][titles.index("Radionuclides")].lines == ("unknown",)


@pytest.mark.rule(15)
def test_limits_look_at_the_same_dose_of_beams_with_it_as_without(tmp_path: Path) -> None:
    """A course that stands apart is in neither sum: limits look at the 3D sum as they did, not at the point sum."""
    plain = organ(result_of(_cord(tmp_path / "plain"))).judged
    beside = organ(result_of(state(_cord(tmp_path / "with"), LUTETIUM))).judged
    assert plain.basis == "3D sum"
    assert beside == plain


@pytest.mark.rule(12)
@pytest.mark.rule(15)
def test_limits_of_beams_are_never_met_with_it(tmp_path: Path) -> None:
    """40 of 60 Gy is met; with an administration of Lu-177 nothing is met, since its dose is not known, and the dose is shown."""
    assert entry(result_of(_cord(tmp_path / "plain")), RULACH).status == "met"
    result = result_of(state(_cord(tmp_path / "with"), LUTETIUM))
    assert {one.status for one in result.constraints} == {"not assessable"}
    one = entry(result, RULACH)
    assert one.value_upper == pytest.approx(40.0, abs=1e-3)
    assert words(one)


@pytest.mark.rule(12)
@pytest.mark.rule(15)
def test_beams_alone_above_a_limit_are_above_it(tmp_path: Path) -> None:
    """80 Gy EQD2 of beams exceed 60 Gy whatever a radionuclide adds: its dose is in no value, and the reason says lower bound."""
    folder = given(tmp_path, (50.0, 25), (30.0, 15), drawn=["SpinalCord"])
    found = entry(result_of(state(folder, LUTETIUM)), RULACH)
    assert found.status == "exceeded"
    assert found.value == pytest.approx(80.0, abs=1e-3)
    assert "modality" not in [one.name for one in found.conditions if one.holds is False]


@pytest.mark.rule(15)
@pytest.mark.parametrize("modality", ["radionuclide", "microspheres", "x-ray", "carbon", "brachytherapy"])
def test_no_default_limit_speaks_of_unlike_evidence(modality: str) -> None:
    """Whatever its value, no default limit is met or exceeded by a case in which something else than beams irradiated."""
    for limit in rulebook().limits:
        for value in (0.01, 1e4):
            case = Case(
                structure=limit.organs[0],
                alpha_beta_gy=limit.alpha_beta_gy,
                courses=2,
                intervals_months=(10.0,),
                fractions=(5, 5),
                fraction_gy=5.0,
                modalities=frozenset(("photon", modality)),
                course_values=(1.0, 1.0),
            )
            found = judge(limit, Measured(low=value, high=value, basis="3D sum"), case)
            assert found.status is Status.NOT_ASSESSABLE, limit.id


@pytest.mark.rule(15)
def test_brachytherapy_on_paper_is_not_beams(tmp_path: Path) -> None:
    """A letter of brachytherapy whose region holds the cord: no limit of beams is met."""
    letter = (
        '[[course]]\nlabel = "letter"\nstart_date = 2020-03-02\norgans = ["SpinalCord"]\nnature = "brachytherapy"\n'
        "total_gy = 14\nfractions = 2"
    )
    result = result_of(state(_cord(tmp_path), letter))
    assert {one.status for one in result.constraints} == {"not assessable"}
