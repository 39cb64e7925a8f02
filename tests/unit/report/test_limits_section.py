"""The section on limits: every entry with its conditions, kinds apart, and a source that each number leads to."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from graybook.report.blocks import Paragraph, References, Section, Table
from graybook.report.citations import citations
from graybook.report.html import html_text
from graybook.report.limits_section import limits_section, ntcp_section
from graybook.report.pictures import pictures
from graybook.report.sheet import sheet
from graybook.report.wording import Wording
from unit.report import limit_cases as cases

EN, FR = Wording("en"), Wording("fr")


def section(made: SimpleNamespace, words: Wording = EN) -> Section:
    """The section of the result with limits."""
    found = made.limited().result
    shown = limits_section(found, made.limited().ranking, citations(found), words)
    assert shown is not None
    return shown


def tables(shown: Section) -> dict[str, Table]:
    """Its tables by title."""
    return {block.title: block for block in shown.blocks if isinstance(block, Table)}


def said(table: Table) -> str:
    """All words of a table."""
    return "\n".join(line for row in table.rows for cell in row for line in cell.lines).replace("\u00a0", " ")


def test_every_entry_is_printed(made: SimpleNamespace) -> None:
    """No entry of the result is left out, and the organ that limits most comes first."""
    found = tables(section(made))
    rows = sum(len(table.rows) for title, table in found.items() if "Recovery" not in title)
    assert rows == len(cases.EIGHT) + len(cases.OTHER_KINDS)
    assert next(iter(found)) == "Cumulative limits: Moelle épinière"


@pytest.mark.rule(12)
def test_kinds_stand_apart(made: SimpleNamespace) -> None:
    """Cumulative limits, first-course constraints and observed doses have their own tables; the last says that it is no limit."""
    found = tables(section(made))
    assert said(found["First-course constraints: Coeur"]).startswith("Dmean < 26 Gy")
    assert "Dmean < 26 Gy" not in said(found["Cumulative limits: Coeur"])
    observed = found["Observed doses"]
    assert "no limits" in observed.note
    assert "85 Gy BED" in said(observed)
    assert not re.search("met|near|exceeded|over by|room", said(observed))


@pytest.mark.rule(12)
def test_conditions_and_reason(made: SimpleNamespace) -> None:
    """Each condition prints its mark, what was asked and what was found, those that hold on one line; French in its figures."""
    text = said(tables(section(made))["Cumulative limits: Plexus brachial D"])
    assert "✗ interval (months): asked ≥ 12, found 6.5" in text
    assert "un traitement s'est terminé 6,5 mois avant" in text
    text = said(tables(section(made, FR))["Limites cumulées\u00a0: Moelle épinière"])
    assert (
        "✓ structure SpinalCord ; intervalle (mois) ≥ 5 (81,7, 204) ; rayonnement électrons, photons, protons"
        in text
    )


@pytest.mark.rule(11)
def test_both_conventions_of_recovery_side_by_side(made: SimpleNamespace) -> None:
    """52.5 exceeds 50 where the dose is discounted, 60 is met where the tolerance is raised, with the sentence why."""
    table = tables(section(made))["Recovery, by both conventions"]
    (row,) = table.rows
    assert "exceeded (52.50\u00a0>\u00a050)" in row[2].lines[0]
    assert "met (60.00\u00a0<\u00a062.5)" in row[3].lines[0]
    assert "two conventions" in table.note


@pytest.mark.rule(11)
def test_recovery_counted_twice_is_said(made: SimpleNamespace) -> None:
    """A discounted dose under a limit that holds recovery already has no verdict, and the table says why."""
    twice = cases.other("recovery_dose", "Recovery 25 %", 70.0, 55.0, "not assessable", flips=False)
    raised = cases.other("recovery_tolerance", "Recovery 25 %", 87.5, 73.3, "met", flips=True)
    cord = cases.CORD.model_copy(update={"alternatives": [twice, raised]})
    found = made.result(constraints=[cord])
    shown = limits_section(found, (), citations(found), EN)
    assert shown is not None
    text = said(tables(shown)["Recovery, by both conventions"])
    assert "55.00 Gy, no verdict, recovery counted twice" in text


def test_alternatives_that_flip_are_marked(made: SimpleNamespace) -> None:
    """An alternative that turns the answer has a mark, others have none."""
    text = said(tables(section(made))["Cumulative limits: Moelle épinière"])
    assert "⇄ Autre source : HyTEC 2021: met" in text
    assert "\nDoses antérieures déplacées de 3,0 mm: exceeded (69.10 > 60)" in text
    assert "Other sources with the same answer: 1" in text


def test_every_number_leads_to_its_citation(made: SimpleNamespace) -> None:
    """Every number in brackets of the HTML, page 1 included, leads to a source in the list, and a DOI is a link."""
    text = html_text(sheet(made.limited(), "en"), pictures(made.limited(), "en"))
    targets = set(re.findall(r'id="(source-\d+)"', text))
    used = set(re.findall(r'href="#(source-\d+)"', text))
    assert used == targets == {"source-1", "source-2", "source-3"}
    assert '<a href="https://doi.org/10.1016/j.adro.2021.100653"' in text
    (listed,) = [block for block in section(made).blocks if isinstance(block, References)]
    assert cases.RULACH in [one.text for one in listed.items]


def test_dose_without_a_verdict_is_not_compared(made: SimpleNamespace) -> None:
    """Under another α/β without a schedule the alternative is a dose: no sign of comparison, no status."""
    dose = cases.other("alpha_beta", "α/β 0.87 Gy", 60.0, 64.7, "not assessable", flips=False)
    found = made.result(constraints=[cases.CORD.model_copy(update={"alternatives": [dose]})])
    shown = limits_section(found, (), citations(found), EN)
    assert shown is not None
    assert "α/β 0.87 Gy: 64.70 Gy, no verdict" in said(tables(shown)["Cumulative limits: Moelle épinière"])


def test_own_row_is_marked(made: SimpleNamespace) -> None:
    """A centre's own row names its author, and that its primary was not checked."""
    found = made.result(constraints=[cases.own_row("A. Martin")])
    shown = limits_section(found, (), citations(found), EN)
    assert shown is not None
    text = said(tables(shown)["Cumulative limits: Moelle épinière"])
    assert "row of A. Martin" in text
    assert "primary not checked" in text


def test_probabilities_only_when_asked_for(made: SimpleNamespace) -> None:
    """Probabilities stand in a section of their own with their label, and only when there are any."""
    found = made.limited().result
    shown = ntcp_section(found, citations(found), FR)
    assert shown is not None
    (table,) = shown.blocks
    assert isinstance(table, Table)
    assert "modèle de première irradiation, extrapolé" in said(table)
    assert "12,3–14,1 %" in said(table)
    bare = made.whole().result
    assert ntcp_section(bare, citations(bare), FR) is None
    asked = [
        {"key": "ntcp", "value": "true", "author": "A. Physicist", "date": "2026-01-31", "reason": "asked"}
    ]
    provenance = bare.provenance.model_copy(update={"overrides": asked})
    none = ntcp_section(bare.model_copy(update={"provenance": provenance}), citations(bare), FR)
    assert none is not None
    assert isinstance(none.blocks[0], Paragraph)
    assert none.blocks[0].text.startswith("Demandées, mais aucune")
    assert limits_section(bare, (), citations(bare), FR) is None


def test_legend_explains_the_marks(made: SimpleNamespace) -> None:
    """Every mark that is used is explained in words."""
    legend = [block.text for block in section(made).blocks if isinstance(block, Paragraph)][1]
    assert all(mark in legend for mark in "■◧□?✓✗⇄")
