"""Rule 15: microspheres beside beams come in; no dose of theirs is ever judged against a limit of external beam."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graybook.cli.main import app
from graybook.report.sirt_result import RecommendationResult, SirtPlanResult, SirtVerifyResult
from graybook.tables.rulebook import RULEBOOKS, rulebook
from rules.limit_cases import given
from rules.patients import metrics, organ, result_of, state

LUNGS_MEAN = "rulach2021-troost-lungs-mean"
MICROSPHERES = """\
[[radioembolisation]]
device = "y90-glass"
given = 2024-03-04
activity_gbq = 4.0
tumour_kg = 0.2
normal_kg = 1.3
lung_kg = 1.0
liver_kg = 1.6
tn_ratio = 3
tn_definition = "concentration"
lung_shunt = 0.2
shunt_definition = "liver\""""


def _folder(folder: Path) -> Path:
    return given(folder, (6.0, 3), (4.0, 2), drawn=["Lungs", "Liver"])


@pytest.mark.rule(15)
def test_microspheres_stand_in_a_column_of_their_own(tmp_path: Path) -> None:
    """4 GBq of 90Y, 20 % to 1 kg of lungs: 39.736 Gy apart, beside beams whose every number stays as it was."""
    plain, beside = (
        result_of(_folder(tmp_path / "plain")),
        result_of(state(_folder(tmp_path / "with"), MICROSPHERES)),
    )
    for name in ("Lungs", "Liver"):
        assert metrics(organ(beside, name).cumulative) == metrics(organ(plain, name).cumulative)
    (lungs,) = organ(beside, "Lungs").apart
    assert lungs.modality == "microspheres"
    assert lungs.dose_gy == pytest.approx(49.67 * 4.0 * 0.2 / 1.0, abs=1e-3)
    (liver,) = organ(beside, "Liver").apart
    assert liver.dose_gy == pytest.approx(49.67 * 4.0 * 0.8 / 1.6, abs=1e-3)


@pytest.mark.rule(15)
def test_no_limit_of_beams_sees_them(tmp_path: Path) -> None:
    """Lungs: 10 Gy of beams are below 22; with 40 Gy of microspheres nothing is met or exceeded, and no value holds them."""
    plain = {one.id: one for one in result_of(_folder(tmp_path / "plain")).constraints}
    beside = {one.id: one for one in result_of(state(_folder(tmp_path / "with"), MICROSPHERES)).constraints}
    assert LUNGS_MEAN in beside
    assert plain.keys() == beside.keys()
    assert {one.status for one in beside.values()} == {"not assessable"}
    for name, one in beside.items():
        assert (one.value, one.value_upper) == (plain[name].value, plain[name].value_upper)


@pytest.mark.rule(15)
def test_an_organ_that_beams_never_saw_is_asked_nothing(tmp_path: Path) -> None:
    """Lungs and liver not drawn beside the beams: their doses stand apart, and no limit of beams is asked of either."""
    result = result_of(state(given(tmp_path, (6.0, 3), (4.0, 2), drawn=["Heart"]), MICROSPHERES))
    assert {one.name for one in result.structures if one.origin == "apart"} >= {"Lungs", "Liver"}
    assert {one.structure for one in result.constraints} <= {"Heart"}


@pytest.mark.rule(15)
def test_no_shipped_limit_is_of_microspheres() -> None:
    """No rulebook that ships holds a limit whose condition lets microspheres in."""
    for name in RULEBOOKS:
        for limit in rulebook(name).limits:
            assert "microspheres" not in limit.conditions.modalities


@pytest.mark.rule(15)
def test_a_plan_and_a_check_have_no_place_for_a_verdict() -> None:
    """Neither document has a field that says met, exceeded, allowed or within; a recommendation says for whom it is, no more."""
    verdicts = {"verdict", "status", "met", "exceeded", "limit", "passed", "within", "ok"}
    for model in (SirtPlanResult, SirtVerifyResult, RecommendationResult):
        assert not verdicts & set(model.model_fields)


@pytest.mark.rule(15)
@pytest.mark.parametrize("device", ["y90-glass", "y90-resin", "ho166"])
def test_a_plan_says_the_same_far_beyond_any_limit(device: str) -> None:
    """20 GBq, hundreds of gray to liver and lungs: the same rows and statements as 0.2 GBq, only other doses beside them."""
    words = [
        "sirt",
        "plan",
        "--device",
        device,
        "--lung-shunt",
        "0.1",
        "--tumour-kg",
        "0.2",
        "--normal-kg",
        "1.3",
    ]
    words += ["--tn-ratio", "3", "--lung-kg", "1", "--bilirubin", "0.8 mg/dl", "--json"]
    little, much = (
        json.loads(CliRunner().invoke(app, [*words, "--activity-gbq", one]).stdout) for one in ("0.2", "20")
    )
    assert much["lung_gy"] == pytest.approx(100 * little["lung_gy"], abs=1e-4)
    assert [one["code"] for one in much["statements"]] == [one["code"] for one in little["statements"]]
    for row in (*much["recommendations"], *little["recommendations"]):
        del row["dose_gy"]
    assert much["recommendations"] == little["recommendations"]
    assert much["liver"] == little["liver"]
