"""Activities without images come in beside external beam; intervals with their source, or "dose unknown", go out of ``assess``."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest

from graybook.report.result import ApartDose, Result
from graybook.report.sheet import sheet
from graybook.report.timeline import timeline_svg
from graybook.report.wording import Wording
from graybook.workflow.cumulative import assess
from rules.limit_cases import NEW, given
from rules.patients import organ, result_of, run, state

DAYS = ("2023-01-10", "2023-03-07", "2023-05-02", "2023-06-27")
FOUR = [
    f'[[radionuclide]]\nnuclide = "Lu-177"\nagent = "DOTATATE"\ngiven = {day}\nactivity_gbq = 7.4\ncycle = {number}'
    for number, day in enumerate(DAYS, start=1)
]
IODINE = '[[radionuclide]]\nnuclide = "131I"\ngiven = 1998-03-02\nactivity_gbq = 3.7'
SPHERES = (
    '[[radioembolisation]]\ndevice = "y90-glass"\ngiven = 2022-05-04\nactivity_gbq = 2.0\ntumour_kg = 0.2\nnormal_kg = 1.3\n'
    'liver_kg = 1.8\nlung_kg = 1.0\ntn_ratio = 3\ntn_definition = "concentration"\nlung_shunt = 0.05\n'
    'shunt_definition = "liver"'
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 Gy in 25 on the left kidney; four cycles, iodine of 1998 and glass microspheres in graybook.toml."""
    beams = given(tmp_path_factory.mktemp("activity"), (50.0, 25), days=(NEW,), drawn=["Kidney_L"])
    return state(beams, *FOUR, IODINE, SPHERES)


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    """What an assessment of it says."""
    return result_of(folder)


def _apart(result: Result, structure: str, label: str) -> ApartDose:
    course = next(one.id for one in result.courses if one.label == label)
    return next(one for one in organ(result, structure).apart if one.course == course)


@pytest.mark.rule(15)
def test_four_cycles_give_a_kidney_interval_with_its_source(result: Result) -> None:
    """4 · 7.4 GBq at 0.27 to 0.91 Gy/GBq: 7.992 to 26.936 Gy, no value between, grade C, its publication named."""
    kidney = _apart(result, "Kidney_L", "Lu-177 DOTATATE")
    assert kidney.dose_gy is None
    assert (kidney.low_gy, kidney.high_gy) == pytest.approx((7.992, 26.936), abs=1e-6)
    assert (kidney.evidence_grade, kidney.origin, kidney.interval) == ("C", "activity", "published interval")
    assert "10.1186/s13550-018-0459-4" in kidney.source
    assert kidney.complete
    assert kidney.bed_gy is None


@pytest.mark.rule(15)
def test_bed_is_of_each_cycle_and_then_summed(result: Result) -> None:
    """The upper EQD2 is four times that of 6.734 Gy given at once, at the kidney's α/β: never that of 26.936 Gy pooled."""
    kidney = organ(result, "Kidney_L")
    ratio = kidney.alpha_beta_gy
    assert ratio is not None
    one = 6.734 * (1.0 + 6.734 / ratio) / (1.0 + 2.0 / ratio)
    found = _apart(result, "Kidney_L", "Lu-177 DOTATATE")
    assert found.eqd2_high_gy == pytest.approx(4.0 * one, abs=1e-5)
    assert found.eqd2_low_gy == pytest.approx(7.992 / (1.0 + 2.0 / ratio), abs=1e-5)


@pytest.mark.rule(15)
def test_marrow_stands_among_the_organs(result: Result) -> None:
    """No file draws the marrow: it has a row all the same, 4 · 7.4 · 0.01 to 4 · 7.4 · 0.09 Gy, and no dose of beams."""
    found = _apart(result, "BoneMarrow", "Lu-177 DOTATATE")
    assert (found.low_gy, found.high_gy) == pytest.approx((0.296, 2.664), abs=1e-6)
    assert organ(result, "BoneMarrow").cumulative.mean_gy is None


@pytest.mark.rule(15)
def test_iodine_of_1998_is_known_and_its_dose_is_not(result: Result) -> None:
    """3.7 GBq without an agent: grade C, dated 1998, no organ has a dose of it, never 0, and its sums are lower bounds."""
    (course,) = [one for one in result.courses if one.label == "131I"]
    assert (course.start_date, course.evidence_grade, course.in_sum) == ("1998-03-02", "C", False)
    kidney = _apart(result, "Kidney_L", "131I")
    assert (kidney.dose_gy, kidney.low_gy, kidney.high_gy) == (None, None, None)
    assert kidney.origin == "unknown"
    assert not kidney.complete
    assert organ(result, "Kidney_L").lower_bound


@pytest.mark.rule(15)
def test_microspheres_have_their_doses_and_device(result: Result) -> None:
    """2 GBq of glass, the golden partition: lungs 4.967 Gy, liver (49.67 · 1.3 + 149.01 · 0.2)/1.8 Gy, device stored."""
    lungs = _apart(result, "Lungs", "y90-glass")
    assert lungs.dose_gy == pytest.approx(4.967, abs=1e-6)
    assert (lungs.device, lungs.origin, lungs.evidence_grade) == ("y90-glass", "partition model", "C")
    liver = _apart(result, "Liver", "y90-glass")
    assert liver.dose_gy == pytest.approx((49.67 * 1.3 + 149.01 * 0.2) / 1.8, abs=1e-5)


@pytest.mark.rule(15)
def test_nothing_of_it_is_in_the_sum_of_beams(result: Result, tmp_path: Path) -> None:
    """The kidney's sum of beams is that of the folder without any line of it."""
    alone = result_of(given(tmp_path, (50.0, 25), days=(NEW,), drawn=["Kidney_L"]))
    assert organ(result, "Kidney_L").cumulative == organ(alone, "Kidney_L").cumulative
    assert {one.modality for one in organ(result, "Kidney_L").apart} == {"radionuclide", "microspheres"}


@pytest.mark.rule(15)
def test_lines_of_therapy_are_of_radionuclides_alone(result: Result) -> None:
    """Liver: 4 · 7.4 GBq at 0.12 to 2.26 Gy/GBq over the cycles; 90Y in it is of another column, iodine leaves a lower bound."""
    assert result.nuclear is not None
    (line,) = [one for one in result.nuclear.lines if one.organ == "Liver"]
    assert (line.steps[-1].low_gy, line.steps[-1].high_gy) == pytest.approx((3.552, 66.896), abs=1e-6)
    assert not line.complete
    given_days = [one.given for one in result.nuclear.cycles]
    assert given_days == ["1998-03-02", "2022-05-04", *DAYS]


@pytest.mark.rule(15)
def test_cycles_and_columns_say_the_same(result: Result) -> None:
    """EQD2 of the four cycles, each by its own G, adds to what stands in the column of the kidneys."""
    assert result.nuclear is not None
    cycles = [organ for one in result.nuclear.cycles for organ in one.organs if organ.organ == "Kidneys"]
    column = _apart(result, "Kidneys", "Lu-177 DOTATATE")
    assert sum(one.eqd2_high_gy or 0.0 for one in cycles) == pytest.approx(column.eqd2_high_gy, abs=1e-5)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_all_of_it_stands_on_the_timeline(folder: Path, result: Result, language: Any) -> None:
    """The picture names the iodine of 1998 with its 3.7 GBq, the four cycles and the microspheres; the pages say "unknown"."""
    drawn = html.unescape(timeline_svg(result, Wording(language))).replace("\u00a0", " ")
    comma = "," if language == "fr" else "."
    for word in ("131I", f"3{comma}7 GBq", "1998", "Lu-177 DOTATATE", f"29{comma}6 GBq", "y90-glass"):
        assert word in drawn, word
    pages: Any = sheet(assess(folder, language=language).material, language)
    assert {"en": "unknown", "fr": "inconnue"}[language] in str(pages)


def test_assess_writes_it(folder: Path, tmp_path: Path) -> None:
    """``graybook assess`` ends well, and result.json has the interval and the unknown dose."""
    ran = run("assess", folder, "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    document = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    (kidney,) = [one for one in document["structures"] if one["name"] == "Kidney_L"]
    assert sorted(
        (one["modality"], one["low_gy"]) for one in kidney["apart"] if one["low_gy"] is not None
    ) == [("radionuclide", 7.992)]
