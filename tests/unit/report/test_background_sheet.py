"""The sheet of background files says what may be loaded where, with the patient's own numbers and the example's."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from graybook.report.background_sheet import EXAMPLE, background_sheet, write_background_sheet
from graybook.report.blocks import Table
from graybook.report.result import FindingResult
from graybook.text import Language, keys
from unit.report.background_cases import COURSES, background, base, plain, remaining

FORBIDDEN = re.compile(
    r"\b(safe|safely|authori[sz]ed|signed|allowed dose|sûre?s?|autorisée?s?|signée?s?|permise?s?)\b",
    re.IGNORECASE,
)


def texts(table: Table) -> list[list[str]]:
    """The words of every cell, its lines joined."""
    return [[" ".join(cell.lines).replace("\u00a0", " ") for cell in row] for row in table.rows]


def read(path: Path) -> str:
    """The words a reader of the HTML sees."""
    body = re.sub(r"<style>.*?</style>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def pages(path: Path) -> list[str]:
    """The words of each page of the PDF."""
    if shutil.which("pdftotext") is None:
        pytest.skip("install poppler-utils: pdftotext is not there")
    ran = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return [" ".join(page.split()) for page in ran.stdout.decode().split("\f")[:-1]]


def test_the_example_is_the_closed_form() -> None:
    """30 EQD2 under 30 Gy in 30 fractions, α/β 2: D² / 60 + D = BED gives 37.08 of 60 and 54.85 of 105."""
    restated, whole = 30.0 * (sqrt(5.0) - 1.0), 30.0 * (sqrt(8.0) - 1.0)
    assert EXAMPLE.prior_isoeffective_gy == pytest.approx(restated, abs=1e-3)
    assert EXAMPLE.base_gy == pytest.approx(whole - 30.0, abs=1e-3)
    read_gy = (restated + 30.0) * (1.0 + (restated + 30.0) / 60.0) / 2.0
    assert EXAMPLE.reading_gy == pytest.approx(read_gy, abs=1e-3)
    assert (EXAMPLE.reading_of_eqd2_gy, EXAMPLE.truth_gy) == (60.0, 52.5)


@pytest.mark.rule(3)
@pytest.mark.parametrize(
    ("language", "figures"),
    [("en", ["37.08", "30.00", "71.0", "52.5"]), ("fr", ["37,08", "30,00", "71,0", "52,5"])],
)
def test_the_example_stands_beside_the_patients_numbers(language: Language, figures: list[str]) -> None:
    """71.0 is read where 52.5 is true, and below it stand this patient's own readings, in the language's figures."""
    rows = texts(background_sheet(background(), language).trap)
    assert rows[1][2:] == figures
    assert len(rows) == 6
    own = plain()
    expected = [f"{own.reading_of_eqd2_gy:.1f}", f"{own.reading_gy:.1f}", f"{own.truth_gy:.1f}"]
    assert [row[4].replace(",", ".") for row in rows[3:]] == expected


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "those of the planning CT (256 × 256 × 100)"),
        ({"coarsened": True}, "coarser spacing"),
        ({"of": "reference dose grid"}, "for want of a planning CT"),
    ],
)
def test_where_the_voxels_lie_is_said(changed: dict[str, Any], words: str) -> None:
    """Columns, rows and planes of the planning CT; a coarser spacing, or no CT at all, is said."""
    page = background_sheet(background(geometry=background().geometry.model_copy(update=changed)), "en")
    assert any(words in line for line in page.about)


def test_without_an_earlier_dose_the_example_stands_alone() -> None:
    """Nothing given on this anatomy: three rows of the example, and a line that says why there are no more."""
    page = background_sheet(background(trap=None), "en")
    assert len(page.trap.rows) == 3
    assert any("No earlier dose" in line for line in page.trap_lines)


@pytest.mark.parametrize(("kept", "rows"), [("EQD2", 1), ("REMAINING", 1), ("BASE", 1), ("", 3)])
def test_each_kind_of_file_has_its_place_and_its_never(kept: str, rows: int) -> None:
    """One row for each kind that was written, none for others, and no cell is empty."""
    whole = background()
    files = [one for one in whole.files if kept in ("", one.kind)]
    found = texts(background_sheet(background(files=files), "en").files)
    assert len(found) == rows
    assert all(text for row in found for text in row)


def test_eqd2_is_never_a_base_dose() -> None:
    """The row of the EQD2 files says that they are no base dose in Gy, in both languages."""
    assert "base dose in Gy" in texts(background_sheet(background(), "en").files)[0][3]
    assert "dose de base en Gy" in texts(background_sheet(background(), "fr").files)[0][3]


def test_a_base_dose_states_what_it_is_valid_for_and_its_errors() -> None:
    """Of α/β 2: the plan, 25 fractions, and reading, truth and error at four and six fifths of the dose, worked out here."""
    row = texts(background_sheet(background(), "en").validity)[0]
    assert all(word in row[1] for word in ("Oesophage 50 Gy", "25 fractions", "α/β 2 Gy"))
    own = plain()
    for cell, share in ((row[2], 0.8), (row[3], 1.2)):
        truth = own.prior_eqd2_gy + share * own.new_gy * (share * own.new_gy / 25 + 2.0) / 4.0
        both = own.base_gy + share * own.new_gy
        reading = both * (both / 25 + 2.0) / 4.0
        sign = "+" if reading > truth else "\u2212"
        assert f"{sign}{1.4 * abs(reading - truth):.1f}" in cell
        percent = f"{sign}{100 * abs(reading - truth) / truth:.1f} %"
        assert f"hottest in its organs: {reading:.1f} for {truth:.1f} ({percent})" in cell


def test_no_expected_plan_no_base_dose() -> None:
    """Without an expected plan the sheet says so and has no table of validity."""
    files = [one for one in background().files if one.kind != "BASE"]
    page = background_sheet(background(expected=None, files=files, errors=[]), "en")
    assert page.validity.rows == ()
    assert any("No expected plan" in line for line in page.about)


def test_what_is_missing_is_said() -> None:
    """A course from paper, the lower bound, limits of means and volumes: each a line."""
    said = " | ".join(background_sheet(background(), "en").missing).replace("\u00a0", " ")
    for words in (
        "Sein G: known from paper only",
        "lower bound",
        "Lungs V20Gy 35 %. a volume",
        "Heart mean 26 Gy. a mean",
    ):
        assert words in said, words


def test_warnings_are_printed() -> None:
    """What the command warns of stands among what is missing, at most six, then how many more; of tumours nothing."""
    warning = FindingResult(
        code="c", severity="warning", subject="C2", text="The alignment was not approved."
    )
    assert warning.text in background_sheet(background(warnings=[warning]), "en").missing


def test_a_complete_set_is_not_called_a_lower_bound() -> None:
    """All courses in the files: no line of a lower bound, none of a missing course."""
    whole = [one for one in COURSES if one.included or one.role == "proposed"]
    said = " | ".join(background_sheet(background(courses=whole, lower_bound=False), "en").missing)
    assert "lower bound" not in said
    assert "Oesophage" not in said


def test_every_limit_with_a_file_is_listed() -> None:
    """Six limits, each with its file; behind what is left stands the whole limit as physical dose: 50 EQD2 at α/β 2 are 50."""
    (section,) = background_sheet(background(), "en").sections
    (table,) = section.blocks
    assert isinstance(table, Table)
    rows = texts(table)
    assert len(rows) == 6
    assert rows[0][0] == "SpinalCord remaining_SpinalCord_50_ab2_n25.dcm"
    assert rows[0][1:3] == ["max 50 Gy EQD2", "2"]
    assert rows[0][5] == "50.0"
    assert "earlier dose included" in table.columns[5].title
    many = [remaining(f"Organ{n}", 50.0, 2.0) for n in range(3)]
    assert background_sheet(background(files=many), "en").files.rows[0][0].lines[1:] == tuple(
        one.name for one in many
    )


def test_a_limit_whose_conditions_fail_is_marked_and_no_base_means_no_objective() -> None:
    """The file of a limit under other conditions says so; without a base dose the whole limit as physical dose has no use."""
    one = remaining("SpinalCord", 50.0, 2.0)
    failing = [each.model_copy(update={"conditions_hold": False}) for each in one.limits]
    (section,) = background_sheet(
        background(files=[one.model_copy(update={"limits": failing})]), "en"
    ).sections
    (table,) = section.blocks
    assert isinstance(table, Table)
    assert "conditions are not known to hold" in texts(table)[0][1]
    assert not any("earlier dose included" in column.title for column in table.columns)


def test_limits_of_one_figure_share_a_row() -> None:
    """Two sources of 50 Gy for the cord: one row with both; 30 rows do not fit, and how many more there are is said."""
    one = remaining("SpinalCord", 50.0, 2.0)
    other = one.limits[0].model_copy(update={"source": "Another source"})
    both = one.model_copy(update={"limits": [*one.limits, other, *one.limits]})
    (section,) = background_sheet(background(files=[both]), "en").sections
    (table,) = section.blocks
    assert isinstance(table, Table)
    assert [row[-1].lines for row in table.rows] == [(one.limits[0].source, "Another source")]
    many = [remaining(f"Organ{n}", 50.0, 2.0) for n in range(30)]
    (section,) = background_sheet(background(files=many), "en").sections
    (table,) = section.blocks
    assert isinstance(table, Table)
    assert len(table.rows) == 26
    assert "4 more in background.json" in table.note


@pytest.mark.rule(17)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("CE-marked", "independent check", "responsibility", "Checked by", "71.0", "52.5")),
        ("fr", ("marqué CE", "indépendante", "responsabilité", "Vérifié par", "71,0", "52,5")),
    ],
)
def test_written_in_both_languages(tmp_path: Path, language: Language, words: tuple[str, ...]) -> None:
    """PDF of at most two pages and HTML: notice, box for a person, the example; the person on each page; no word of release."""
    pdf, page = write_background_sheet(background(), tmp_path, language)
    printed = pages(pdf)
    assert len(printed) == 2
    assert all("4711-0815" in text for text in printed)
    for text in (" ".join(printed), read(page)):
        plain_text = text.replace("\u2011", "-").replace("\u00a0", " ")
        assert [word for word in words if word not in plain_text] == []
        assert FORBIDDEN.search(plain_text) is None


def test_the_html_stands_alone_and_escapes(tmp_path: Path) -> None:
    """No address, no script; a name that is markup is shown as text."""
    evil: dict[str, Any] = {"courses": [COURSES[0].model_copy(update={"label": "<b onload=x>"})]}
    text = write_background_sheet(background(**evil), tmp_path, "en")[1].read_text(encoding="utf-8")
    assert re.search(r"(?:src|href)\s*=|<script|url\(", text) is None
    assert "<b onload" not in text
    assert "&lt;b onload" in text


def test_the_same_files_give_the_same_sheet(tmp_path: Path) -> None:
    """PDF and HTML of the same result are the same bytes."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = [path.read_bytes() for path in write_background_sheet(background(), tmp_path / "one", "fr")]
    assert first == [
        path.read_bytes() for path in write_background_sheet(background(), tmp_path / "two", "fr")
    ]


def test_every_sentence_is_used() -> None:
    """A key of the sheet that neither page nor template prints is taken out."""
    import graybook.report.background_sheet as module

    code = Path(str(module.__file__)).read_text(encoding="utf-8")
    composed = re.compile(r"(eqd2|remaining|base)_(holds|load|never)|col_\w+")
    own = [key.removeprefix("background_sheet_") for key in keys() if key.startswith("background_sheet_")]
    unused = [
        key
        for key in own
        if not composed.fullmatch(key) and key not in ("eqd2", "remaining", "base") and f'"{key}"' not in code
    ]
    assert unused == []
    assert base(2.0).kind == "BASE"
