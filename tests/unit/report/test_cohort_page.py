"""The page about a pool: what lacks most stands first in its group, shares have both ends, examples can be pasted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from graybook.files import parse
from graybook.report.cohort_figures import cohort_figures
from graybook.report.cohort_pages import cohort_html
from graybook.report.cohort_result import (
    CohortResult,
    CurveResult,
    MissingResult,
    PartResult,
    Persons,
    json_text,
)
from graybook.report.cohort_sheet import CURVES, DOSES, SNIPPET, TILES, cohort_sheet, summary
from graybook.report.cohort_words import PAGES, share_text
from graybook.report.wording import Wording
from graybook.text import Language, keys


def persons(low: int, high: int | None = None) -> Persons:
    """A band, or a number that stands alone."""
    return Persons(low=low, high=low if high is None else high)


def lacking(group: str, code: str, low: int, high: int, of: Persons | None = None) -> MissingResult:
    """One thing that is missing."""
    return MissingResult(group=group, code=code, persons=persons(low, high), of=of or persons(200))


def result(**other: Any) -> CohortResult:
    """A pool of 200 persons with nothing to draw but what is given."""
    values: dict[str, Any] = {
        "notice": "", "project": "P", "version": "0", "tables_editions": ["2026-11"], "floor": 11, "persons": 200,
        "without_rows": persons(0), "rows": 900, "records": 200, "older": 0, "twice": 0, "failed": [], "missing": [],
        "complete": ["sex"], "grades": [], "organs": [], "organs_of_few": 0, "toxicities": [], "doses": [], "tiles": [],
        "fates": [PartResult(code="nothing", persons=persons(0)), PartResult(code="alive", persons=persons(200))],
        "curves": [],
    }  # fmt: skip
    return CohortResult(**{**values, **other})


MISSING = [
    lacking("outcome", "recurrence", 99, 109),
    lacking("person", "age", 44, 54),
    lacking("outcome", "recurrence_day", 1, 10, persons(33, 43)),
]


def test_groups_stand_by_what_lacks_most() -> None:
    """Rows of one group stay together under its name, which stands once, and say of whom when not of all."""
    rows = cohort_sheet(result(missing=MISSING), "en").missing
    assert [(row.group, row.what) for row in rows] == [
        ("Outcome", "recurrence, yes or no"),
        ("", "day of the recurrence"),
        ("Person", "age"),
    ]
    assert [row.persons for row in rows] == ["99–109", "1–10 of 33–43", "44–54"]
    assert [(row.low, row.high) for row in rows] == [(50, 54), (2, 30), (22, 27)]


@pytest.mark.parametrize(
    ("few", "whom", "expected"),
    [
        (persons(22, 32), persons(200), "11–16"),
        (persons(1, 10), persons(200), "<1–5"),
        (persons(60), persons(60), "100"),
        (persons(1, 10), persons(0, 13), "8–100"),
    ],
)
def test_shares_have_both_ends(few: Persons, whom: Persons, expected: str) -> None:
    """From the least persons of the most whom it concerns, to the most of the least."""
    assert share_text(few, whom, Wording("en", PAGES)).replace("\u202f", " ") == f"{expected} %"
    assert share_text(few, whom, Wording("fr", PAGES)).replace("\u00a0", " ") == f"{expected} %"


def test_the_example_of_an_outcome_can_be_pasted() -> None:
    """What the page shows of graybook.toml is what Graybook reads."""
    outcome = parse(SNIPPET).clinical.outcome
    assert outcome is not None
    assert (outcome.vital_status, outcome.recurrence, len(outcome.toxicities)) == ("alive", True, 1)


def test_nothing_to_draw_is_said_in_words() -> None:
    """A pool without doses and curves has no picture, but sentences that say why."""
    page = cohort_html(result(), "en")
    assert "<img" not in page
    for said in ("No organ has doses of 22 persons", "No plot of dose by interval", "No curve of survival"):
        assert said in page
    assert set(cohort_figures(result(), "fr").values()) == {""}


def test_a_curve_is_drawn_and_listed() -> None:
    """Each point stands in the table too: time, share, interval, persons; the start has no interval."""
    curve = CurveResult(
        code="survival", days=[0.0, 365.25], percent=[100, 80], low=[100, 70], high=[100, 88],
        followed=[persons(190, 199), persons(110, 120)],
    )  # fmt: skip
    sheet = cohort_sheet(result(curves=[curve]), "fr")
    table = next(one for one in sheet.sections if one.id == "curves").blocks[-1]
    assert table.kind == "table"
    shown = [[cell.lines[0] for cell in row] for row in table.rows]
    assert shown == [["0", "100", "–", "190–199"], ["1", "80", "70–88", "110–120"]]
    pictures = cohort_figures(result(curves=[curve]), "fr")
    assert pictures[CURVES].startswith("<?xml")
    assert (pictures[DOSES], pictures[TILES]) == ("", "")


def test_what_comes_from_the_pool_is_escaped() -> None:
    """A project named like a tag is shown, not run."""
    page = cohort_html(result(project="<b>P</b>"), "en")
    assert "&lt;b&gt;P&lt;/b&gt;" in page
    assert "<b>P</b>" not in page


@pytest.mark.parametrize(
    ("language", "exact"), [("en", "Files, not persons"), ("fr", "Fichiers, et non personnes")]
)
def test_exact_numbers_are_said_to_be_of_files(language: Language, exact: str) -> None:
    """What is promised of groups of persons is not promised of files; the older ones are counted one by one."""
    page = cohort_html(result(older=8), language)
    assert exact in page
    assert {"en": "8 files older", "fr": "8 fichiers plus anciens"}[language] in page.replace("\u202f", " ")
    assert {"en": "persons of the pool", "fr": "personnes de la base"}[language] in page


def test_every_reason_on_the_page_of_remedies_has_words() -> None:
    """What can keep a result out has its line."""
    page = (Path(__file__).parents[3] / "docs" / "howto" / "pool.md").read_text(encoding="utf-8")
    for code in re.findall(r"`(pool_\w+)`", page.partition("[`graybook")[0]):
        assert f"cohort_page_failed_{code}" in keys(), code


def test_the_terminal_says_what_is_missing_most() -> None:
    """Persons, things missing, failures; then the first of them."""
    lines = summary(result(missing=MISSING), "en")
    assert lines[0] == "200 persons; 3 things are missing for some of them, 0 result files failed."
    assert lines[1].replace("\u202f", " ") == "Missing most: recurrence, yes or no (50–54 %)."


def test_numbers_come_back_from_json() -> None:
    """``cohort.json`` holds all that the page shows."""
    given = result(missing=MISSING)
    assert CohortResult.model_validate_json(json_text(given)) == given
