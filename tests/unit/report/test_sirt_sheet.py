"""Pages of radioembolisation: doses beside recommendations of the same device, every choice named, no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.report.blocks import References, Table
from graybook.report.plain_sheet import PlainSheet
from graybook.report.sirt_plan_sheet import plan_sheet, write_plan_pages
from graybook.report.sirt_sheet import verify_sheet, write_verify_pages
from graybook.text import Language
from unit.report import sirt_cases as cases


def tables(page: PlainSheet) -> dict[str, Table]:
    """Every table of the pages by its title."""
    return {one.title: one for section in page.sections for one in section.blocks if isinstance(one, Table)}


def said(table: Table) -> str:
    """Every line of a table."""
    return "\n".join(line for row in table.rows for one in row for line in one.lines)


def test_golden_plan_is_in_the_headline() -> None:
    """2 GBq: 149.01, 49.67 and 4.967 Gy stand first, with what T/N and shunt were read as."""
    page = plan_sheet(cases.plan(), "en")
    assert (
        page.headline
        == "2.00\u00a0GBq: tumour 149.01\u00a0Gy, normal liver 49.67\u00a0Gy, lungs 4.97\u00a0Gy"
    )
    assert "T/N 3.00 read as ratio of concentrations" in page.lines[0]
    assert "lung / (lung + liver)" in page.lines[0]
    assert "353.90" in said(tables(page)["The same figures by each definition"])


@pytest.mark.rule(15)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_recommendations_are_no_verdict(language: Language) -> None:
    """They name device and source, say that they are none, and without bilirubin the normal liver is not assessable."""
    page = verify_sheet(cases.verified(), language)
    words = {"en": ("no verdict", "not assessable"), "fr": ("pas un verdict", "non évaluable")}[language]
    found = next(one for one in tables(page).values() if words[0] in one.note)
    assert words[1] in said(found)
    assert any("externe" in line or "external-beam" in line for line in page.lines)
    assert not any(word in said(found) for word in ("■", "□", "◧"))


def test_predicted_stands_beside_found() -> None:
    """Tumour: 149.01 Gy predicted, 124.17 found, which is 16.7 % less."""
    table = tables(verify_sheet(cases.verified(), "en"))["Mean dose predicted and found [Gy]"]
    tumour = next(row for row in table.rows if row[0].lines[0] == "Tumour")
    assert [one.lines[0] for one in tumour[2:]] == ["149.01", "124.17", "−16.7\u00a0%"]


def test_constants_and_calibrations_are_all_shown() -> None:
    """The constant used is marked, the other stands with its +0.7 %; both calibrations of the image after have a table."""
    found = tables(verify_sheet(cases.verified(), "en"))
    constants = found["Energy per activity: constants in use"]
    assert constants.marked == 0
    assert "+0.7\u00a0%" in said(constants)
    assert "Image after, calibration absolute" in found
    assert "Image after, calibration relative to the patient, used" in found
    assert "0.970" in said(found["Where the activity is [GBq]"])


def test_numbers_of_sources_lead_to_their_list() -> None:
    """Every number in brackets stands in the list at the end."""
    page = verify_sheet(cases.verified(), "en")
    listed = {
        one.number
        for section in page.sections
        for block in section.blocks
        if isinstance(block, References)
        for one in block.items
    }
    cited = {number for one in tables(page).values() for row in one.rows for it in row for number in it.refs}
    assert cited - {0} <= listed


def test_unknown_mass_is_unknown() -> None:
    """Lungs without a mass have no made-up one."""
    found = cases.verified()
    lungs = found.regions[0].model_copy(
        update={"compartment": "lung", "mass_kg": None, "density_g_cm3": None, "names": ["Lungs"]}
    )
    page = verify_sheet(found.model_copy(update={"regions": [*found.regions, lungs]}), "en")
    assert tables(page)["Compartments as drawn"].rows[-1][-1].lines == ("unknown",)


def test_without_an_image_before_nothing_is_compared() -> None:
    """It says what it would take, and the doses found still stand."""
    found = cases.verified().model_copy(update={"comparisons": []})
    page = verify_sheet(found, "en")
    assert "Nothing to compare" in str(page.sections[0].blocks[0])
    assert "124.17" in page.headline


@pytest.mark.parametrize("language", ["en", "fr"])
def test_files_are_written(tmp_path: Path, language: Language) -> None:
    """Both kinds of pages are written as PDF and HTML, the same bytes again, asking for nothing from outside."""
    for write in (
        lambda: write_plan_pages(cases.plan(), tmp_path, language),
        lambda: write_verify_pages(cases.verified(), tmp_path, language),
    ):
        first = [path.read_bytes() for path in write()]
        assert first == [path.read_bytes() for path in write()]
        assert first[0].startswith(b"%PDF")
        assert b"<script" not in first[1]
