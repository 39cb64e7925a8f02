"""The section of radionuclides and the columns beside external beam: every dose stands with grade and spread, judged by nothing."""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from graybook.report import timeline
from graybook.report.blocks import Figure, Paragraph, References, Section, Sheet, Table
from graybook.report.html import html_text
from graybook.report.material import Material
from graybook.report.nuclear_choices import choices_table
from graybook.report.nuclear_columns import external_cell
from graybook.report.nuclear_figures import by_therapy, nuclear_svg, shown_lines, shown_organs
from graybook.report.nuclear_words import apart_text
from graybook.report.pictures import pictures
from graybook.report.recovery_words import assumes_recovery, recovery_sentences
from graybook.report.result import Result
from graybook.report.sheet import sheet
from graybook.report.wording import Wording
from unit.report import nuclear_cases as cases

EN = Wording("en")


@pytest.fixture(name="beside", scope="module")
def beside_(made: SimpleNamespace) -> Material:
    """Three therapies beside the three courses of external beam."""
    found: Material = made.beside()
    return found


@cache
def _sheet(material: Material) -> Sheet:
    return sheet(material, "en")


def _section(material: Material) -> Section:
    return next(one for one in _sheet(material).sections if one.id == "nuclear")


def _tables(material: Material) -> dict[str, list[Table]]:
    found: dict[str, list[Table]] = {}
    for block in _section(material).blocks:
        if isinstance(block, Table):
            found.setdefault(block.title, []).append(block)
    return found


def _column(table: Table, title: str) -> int:
    return [one.title for one in table.columns].index(title)


def test_no_section_without_radionuclides(made: SimpleNamespace) -> None:
    """External beam alone has no section and no columns for what was not given."""
    page = sheet(made.single(), "en")
    assert "nuclear" not in [one.id for one in page.sections]
    assert not {"Radionuclides", "Microspheres"} & {one.title for one in page.summary.organs.columns}


def test_kidney_cycle_by_cycle_and_sum(beside: Material) -> None:
    """The reference patient's left kidney: 7594 MBq h, 2.67 Gy, and three cycles' BED added, each by its own G."""
    table = _tables(beside)["Dose to organs, cycle by cycle"][1]
    rows = [row for row in table.rows if row[0].lines[0] == "Rein G"]
    dose, bed, integrated = (
        _column(table, title) for title in ("Mean dose [Gy]", "BED [Gy]", "Time-integrated activity [MBq h]")
    )
    assert rows[0][integrated].lines[0].startswith("7594")
    assert rows[0][dose].lines[0] == "2.67"
    organs = [one for cycle in cases.lutate_cycles() for one in cycle.organs if one.organ == "Rein G"]
    by_hand = sum(one.dose_gy * (1.0 + one.g_factor * one.dose_gy / 2.6) for one in organs)  # type: ignore[operator]
    assert rows[3][bed].lines[0] == f"{by_hand:.2f}"
    pooled = sum(one.dose_gy or 0.0 for one in organs)
    assert rows[3][dose].lines[0] == f"{pooled:.2f}"
    assert by_hand < pooled * (1.0 + (organs[0].g_factor or 0.0) * pooled / 2.6)
    assert "90 % band" in rows[0][dose].lines[1]


def test_choices_that_move_the_answer_are_shown(beside: Material) -> None:
    """Tail, curve and dose models that were not used stand with their difference."""
    table = _tables(beside)["What other models would give"][-1]
    said = " ".join(line for one in table.rows[0] for line in one.lines)
    assert "trapezoid, physical tail: +36.4" in said
    assert "voxel S: +2.8" in said


def test_kernel_deficit_is_printed(beside: Material) -> None:
    """177Lu's kernel closes to 0.947 and the page says so."""
    table = _tables(beside)["Voxel-S kernels and how their energy closes"][0]
    assert "0.947" in [line for one in table.rows[0] for line in one.lines]


def test_what_was_done_to_fit_a_kernel_is_printed(beside: Material) -> None:
    """A share lost at the border, a kernel between two sizes and voxels that were resampled each stand beside the kernel."""
    table = _tables(beside)["Voxel-S kernels and how their energy closes"][0]
    column = _column(table, "Voxel [mm]")
    assert table.rows[0][column].lines == ("4.42", "up to 2.1 % of the energy outside the image")
    assert table.rows[1][column].lines == (
        "4.6", "between those of 4.42 and 4.8 mm", "activity resampled from 5 × 4.6 × 4.6 mm",
    )  # fmt: skip


@pytest.mark.rule(15)
def test_unknown_doses_are_said(beside: Material) -> None:
    """Iodine of 1998: its dose is unknown and the section says that it is not nothing."""
    said = [one.text for one in _section(beside).blocks if isinstance(one, Paragraph)]
    assert any("iode 131: what it left in organs is unknown" in text for text in said)


@pytest.mark.rule(15)
def test_columns_of_the_first_page(beside: Material) -> None:
    """External beam, radionuclides and microspheres stand in this order before the indicative total."""
    organs = _sheet(beside).summary.organs
    titles = [one.title for one in organs.columns]
    assert titles[-4:] == ["External beam, mean", "Radionuclides", "Microspheres", "Indicative total"]
    liver = next(row for row in organs.rows if row[0].lines[0] == "Foie")
    assert "¹⁷⁷Lu 4.53\u00a0Gy" in liver[-3].lines
    assert "¹³¹I unknown" in liver[-3].lines
    assert "⁹⁰Y glass" in " ".join(liver[-2].lines)
    assert liver[-1].lines[0].startswith("≥")
    cord = next(row for row in organs.rows if row[0].lines[0] == "Moelle épinière")
    assert cord[-3].lines == cord[-2].lines == ("unknown",)
    assert "judged by no external-beam limit" in organs.note


@pytest.mark.rule(15)
def test_total_can_be_switched_off(made: SimpleNamespace) -> None:
    """Without indicative totals in the result there is no such column, and the others stand."""
    page = sheet(cases.with_nuclear(made.whole(), made.course, indicative=False), "en")
    titles = [one.title for one in page.summary.organs.columns]
    assert "Indicative total" not in titles
    assert titles[-2:] == ["Radionuclides", "Microspheres"]


@pytest.mark.rule(15)
def test_each_figure_has_grade_and_spread(beside: Material) -> None:
    """The full table of means names the grade of every column and the interval of every known dose."""
    metrics = next(one for one in _sheet(beside).sections if one.id == "metrics")
    table = next(one for one in metrics.blocks if isinstance(one, Table) and "unlike evidence" in one.title)
    liver = next(row for row in table.rows if row[0].lines[0] == "Foie")
    external, radionuclide, microspheres, total = liver[2:]
    assert "grade A–B" in external.lines[1]
    assert "spread not computed" in external.lines[1]
    assert re.search(r"4\.53.Gy, 4\.04–5\.03, 90 % band, physical 7\.37.Gy, grade A", radionuclide.lines[1])
    assert "stated interval" in microspheres.lines[0]
    assert "grade D" in total.lines


def test_activity_alone_prints_the_published_interval(made: SimpleNamespace) -> None:
    """4 × 7.4 GBq without images: an interval with its source, and no middle anywhere."""
    found: Result = made.single().result.model_copy(update={"nuclear": cases.activity_only()})
    page = sheet(Material(result=found, curves=(), planes=(), ranking=made.single().ranking), "en")
    section: Any = next(one for one in page.sections if one.id == "nuclear")
    tables = [one for one in section.blocks if isinstance(one, Table)]
    table = next(one for one in tables if one.title == "Dose to organs, cycle by cycle")
    dose = _column(table, "Mean dose [Gy]")
    assert table.rows[0][dose].lines == ("1.48–6.66", "published interval")
    assert table.rows[-1][dose].lines[0] == "5.92–26.64"
    listed = next(one for one in section.blocks if isinstance(one, References))
    assert any("10.1186/s40658-021-00422-2" in one.address for one in listed.items)


def test_every_number_of_a_source_is_listed_once(beside: Material) -> None:
    """A number in brackets of the section leads to one entry of one list."""
    listed = [
        one.number
        for section in _sheet(beside).sections
        for block in section.blocks
        if isinstance(block, References)
        for one in block.items
    ]
    assert len(listed) == len(set(listed))
    cited = {
        number
        for tables in _tables(beside).values()
        for table in tables
        for row in table.rows
        for one in row
        for number in one.refs
        if number
    }
    assert cited <= set(listed)


def test_pictures_are_drawn_of_what_is_measured(beside: Material) -> None:
    """Each therapy with doses has its bars, the one with images its curves, kidneys and marrow their steps."""
    nuclear = beside.result.nuclear
    assert nuclear is not None
    drawn = nuclear_svg(nuclear, EN)
    assert {name for name, svg in drawn.items() if svg} == {
        "nuclear-lines", "nuclear-doses-1", "nuclear-activity-2", "nuclear-doses-2",
    }  # fmt: skip
    assert [one.organ for one in shown_lines(nuclear)] == ["Rein G", "Rein D", "Moelle osseuse"]
    lutate = by_therapy(nuclear)[cases.LUTATE]
    assert list(shown_organs(lutate))[:3] == ["Rein G", "Rein D", "Moelle osseuse"]
    shown = [one.name for one in _section(beside).blocks if isinstance(one, Figure)]
    assert shown == ["nuclear-doses-1", "nuclear-activity-2", "nuclear-doses-2", "nuclear-lines"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_document_says_nothing_in_the_other_language(beside: Material, language: Any) -> None:
    """The French page has French words for curves, tails and intervals, the English one English."""
    text = html_text(sheet(beside, language), pictures(beside, language))
    assert ("bande à 90" in text) == (language == "fr")
    assert ("90 % band" in text) == (language == "en")
    assert "mono-exponential," not in text


def test_timeline_names_each_activity(beside: Material) -> None:
    """The picture has a sign for each of five administrations, and the activities in its words."""
    marks = timeline._marks(beside.result, EN)
    given = {mark.course.id: (len(mark.given), mark.lines) for mark in marks}
    assert [given[one][0] for one in (cases.IODINE, cases.SPHERES, cases.LUTATE)] == [1, 1, 3]
    assert "7.41 + 7.38 + 7.44\u00a0GBq" in given[cases.LUTATE][1]
    assert "3.7\u00a0GBq" in given[cases.IODINE][1]
    assert {timeline._fill(mark.course) for mark in marks} >= {"radionuclide", "microspheres"}


@pytest.mark.rule(15)
def test_first_page_names_kidneys_first(beside: Material) -> None:
    """Whatever organs fit into the table, one line has kidneys and marrow with interval and grade, judged by no limit."""
    line = _sheet(beside).summary.apart
    assert (
        "judged by no external-beam limit: Rein G external beam 6.21\u00a0Gy + ¹⁷⁷Lu 4.37\u00a0Gy (3.88–4.87, A)"
        in line
    )
    assert "indicative total ≥ 10.58\u00a0Gy" in line
    assert line.index("Rein D") < line.index("Foie")


def test_lower_end_alone_is_a_lower_bound() -> None:
    """A dose of which only the lower end is known prints with "≥" and never as if it were the value."""
    dose = cases.apart(cases.lutate_cycles(), "Kidney_L")[0]
    only_low = dose.model_copy(update={"eqd2_gy": None, "eqd2_high_gy": None})
    assert apart_text(only_low, EN)[0] == f"≥ {dose.eqd2_low_gy:.2f}\u00a0Gy"


def test_constants_of_the_device_stand_with_what_they_move(beside: Material) -> None:
    """49.67 J/GBq is marked as used for glass; 50 J/GBq stands beside it as 0.7 % more, each with its source."""
    table = next(tables[0] for title, tables in _tables(beside).items() if title.startswith("⁹⁰Y glass"))
    rows = [[line for one in row for line in one.lines] for row in table.rows]
    assert rows[table.marked][:2] == ["49.670", "used"]
    assert any(row[:2] == ["50.000", "+0.7\u00a0%"] for row in rows)
    assert all(any(one.refs for one in row) for row in table.rows)


def test_a_cameras_recovery_is_no_recovery_of_tissue(beside: Material) -> None:
    """A stated recovery coefficient leaves "recovery between courses 0" as it was (rule 11)."""
    stated = {"key": "recovery_coefficient D: points", "value": "[64.5 0.778]", "author": "A"}
    made = beside.result.provenance.model_copy(update={"overrides": [stated]})
    found = beside.result.model_copy(update={"provenance": made})
    assert not assumes_recovery(found)
    assert list(recovery_sentences(found, EN)) == ["Recovery between courses: 0."]


@pytest.mark.rule(15)
def test_external_beam_is_no_lower_bound_for_want_of_radionuclides(beside: Material) -> None:
    """With every course of beams in the sum, its own column has no "≥"; with one missing it does."""
    whole = beside.result.model_copy(
        update={
            "courses": [
                one.model_copy(update={"in_sum": one.modality not in ("radionuclide", "microspheres")})
                for one in beside.result.courses
            ]
        }
    )
    liver = next(one for one in whole.structures if one.name == "Foie")
    assert liver.lower_bound
    assert external_cell(liver, whole, EN).lines[0] == "2.88\u00a0Gy"
    assert external_cell(liver, beside.result, EN).lines[0] == "≥ 2.88\u00a0Gy"


def test_models_that_differ_between_cycles_name_theirs(beside: Material) -> None:
    """Two cycles with a fitted curve and one with a single image: each model names its cycles."""
    one, two, three = cases.lutate_cycles()
    single = [
        organ.model_copy(
            update={
                "time_integrated_choices": [
                    choice.model_copy(update={"model": "madsen"}) if choice.used else choice
                    for choice in organ.time_integrated_choices
                ]
            }
        )
        for organ in three.organs
    ]
    table = choices_table([one, two, three.model_copy(update={"organs": single})], EN)
    assert table is not None
    lines = table.rows[0][1].lines
    assert "uptake and washout (cycle 1, 2)" in lines
    assert "one time point (Madsen) (cycle 3)" in lines
    assert "local deposition" in lines
