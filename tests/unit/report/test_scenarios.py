"""Scenarios stand beside the headline, each with who assumes it, and what differs is marked."""

from __future__ import annotations

from types import SimpleNamespace

from graybook.report import result as model
from graybook.report.blocks import Table
from graybook.report.citations import citations
from graybook.report.scenarios import scenarios_section
from graybook.report.wording import Wording

EN, FR = Wording("en"), Wording("fr")


def tables(made: SimpleNamespace, words: Wording) -> list[Table]:
    """Assumptions, limits and near-maxima."""
    found = made.limited().result
    shown = scenarios_section(found, citations(found), words)
    assert shown is not None
    return [block for block in shown.blocks if isinstance(block, Table)]


def test_assumptions_author_date_and_reason(made: SimpleNamespace) -> None:
    """Each scenario has a column with what it assumes, who says so, when, why and by which source."""
    assumed = tables(made, FR)[0]
    assert [column.title for column in assumed.columns][1:] == [
        "Cas principal", "Scénario 1", "Scénario 2", "Scénario 3",
    ]  # fmt: skip
    said = [row[2].lines for row in assumed.rows]
    assert said == [
        ("α/β de SpinalCord : 4 Gy", "Sans MEDIASTIN 1"),
        ("A. Martin", "18/02/2026"),
        ("discussion en réunion", "Nieder 2006"),
    ]


def test_status_that_differs_is_marked(made: SimpleNamespace) -> None:
    """The cord is exceeded in the headline and met in the scenarios, which is marked; the lung is the same, which is not."""
    rows = {row[0].lines[:2]: row for row in tables(made, EN)[1].rows}
    cord = rows["Moelle épinière", "Dmax ≤\u00a060\u00a0Gy"]
    assert cord[1].lines == ("■\u00a0exceeded", "67.66\u00a0Gy")
    assert cord[2].lines == ("□\u00a0met ≠ headline", "58.00\u00a0Gy")
    assert cord[2].strong
    lung = rows["Poumon D", "Dmean <\u00a022\u00a0Gy"]
    assert lung[2].lines == ("□\u00a0met", "19.74\u00a0Gy")
    assert rows["Oesophage", "Dmax ≤\u00a0100\u00a0Gy"][2].lines == ("–",)


def test_headline_shows_what_limits_look_at(made: SimpleNamespace) -> None:
    """Where limits look at the point sum, the headline's near-maximum is the point sum's too, at both ends."""
    found = made.limited().result
    judged = model.Judged(basis="point sum", d0_03cc_gy=(75.67, 77.18))
    structures = [
        one.model_copy(update={"judged": judged}) if one.name == "Moelle épinière" else one
        for one in found.structures
    ]
    found = found.model_copy(update={"structures": structures})
    shown = scenarios_section(found, citations(found), EN)
    assert shown is not None
    last = shown.blocks[-1]
    assert isinstance(last, Table)
    assert last.rows[0][1].lines[0] == "75.67–77.18"


def test_limits_that_no_column_judges_are_left_out(made: SimpleNamespace) -> None:
    """A limit that is not assessable in every column has no row: the section on limits holds it."""
    names = {row[0].lines[0] for row in tables(made, EN)[1].rows}
    assert "Oesophage" in names
    assert not names & {"Plexus brachial D", "Foie"}


def test_near_maxima(made: SimpleNamespace) -> None:
    """The near-maximum of each organ stands beside the headline's, with the α/β it was computed at."""
    (row,) = tables(made, EN)[2].rows
    assert row[1].lines == ("65.83", "α/β\u00a02")
    assert row[2].lines == ("58.00–59.50", "α/β\u00a04")


def test_no_scenario_no_section(made: SimpleNamespace) -> None:
    """Without a scenario there is no section."""
    found = made.whole().result
    assert scenarios_section(found, citations(found), EN) is None
