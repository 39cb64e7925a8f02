"""What is left: figures, conditions, sources, the factor on a plan and second thoughts on time, in words that promise nothing."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from graybook.report.blocks import Paragraph, References, Section, Table
from graybook.report.citations import citations
from graybook.report.limits_section import limits_section
from graybook.report.limits_table import limits_table, shown_limits
from graybook.report.remaining_section import remaining_annex, remaining_section
from graybook.report.scaling_words import scaling_lines
from graybook.report.wording import Wording
from graybook.text import keys, phrase
from unit.report import left_cases as cases

EN, FR = Wording("en"), Wording("fr")
PROMISES = re.compile(
    r"\b(safe|safely|may be given|can be given|allowed|permitted|sûre?|peut être donnée?|permise?s?|autorisée?s?)\b",
    re.IGNORECASE,
)


def section(found: Any, words: Wording = EN) -> Section:
    """The section of a result."""
    shown = remaining_section(found, citations(found, shown_limits(found)), words)
    assert shown is not None
    return shown


def tables(shown: Section) -> dict[str, Table]:
    """Its tables by title."""
    return {block.title: block for block in shown.blocks if isinstance(block, Table)}


def lines(row: tuple[Any, ...], place: int) -> str:
    """The words of one cell."""
    return " ".join(row[place].lines).replace("\u00a0", " ")


def words_of(shown: Section) -> str:
    """All words of a section."""
    said = [block.text for block in shown.blocks if isinstance(block, Paragraph)]
    for table in tables(shown).values():
        said += [table.title, table.note, *(line for row in table.rows for one in row for line in one.lines)]
    return "\n".join(said).replace("\u00a0", " ")


def test_without_any_there_is_no_section(made: SimpleNamespace) -> None:
    """A result that tells nothing of what is left has no section of it, and page 1 no column."""
    found = made.limited().result
    assert remaining_section(found, citations(found), EN) is None
    table = limits_table(found, citations(found), EN)
    assert table is not None
    assert not any(column.title.startswith("Left") for column in table.columns)


@pytest.mark.parametrize(("words", "ten"), [(EN, "22.4"), (FR, "22,4")])
def test_figures_of_one_limit(made: SimpleNamespace, words: Wording, ten: str) -> None:
    """The cord at α/β 2: 36.20 of 60 used, 23.8 left, in ten fractions 22.4 Gy: 10 d (d + 2) / 4 = 23.8 with d = 2.243."""
    table = next(iter(tables(section(made.left().result, words)).values()))
    (row,) = [row for row in table.rows if row[0].lines[0] == "Moelle épinière"]
    assert "α/β 2" in lines(row, 0)
    assert "the proposed plan" in lines(row, 0) or words is FR
    assert "Dmax ≤ 60 Gy" in lines(row, 1)
    assert row[1].refs[1] == 1
    assert lines(row, 2).replace(",", ".").startswith("36.20")
    assert lines(row, 3).replace(",", ".").startswith("23.8")
    assert lines(row, 5) == ten
    assert pytest.approx(23.8, abs=0.01) == 10 * 2.243 * (2.243 + 2.0) / 4.0


def test_the_dose_left_of_a_mean_is_marked(made: SimpleNamespace) -> None:
    """An uneven dose of the mean that is left exceeds the limit: a mark says so in the table, and on page 1."""
    table = next(iter(tables(section(made.left().result)).values()))
    marked = [row[0].lines[0] for row in table.rows if "†" in lines(row, 4)]
    assert marked == ["Poumon D"]
    assert "† : " in table.note or "†: " in table.note


def test_left_is_never_rounded_up(made: SimpleNamespace) -> None:
    """Every dose printed lies at or below the one computed, and within 0.1 Gy of it."""
    table = next(iter(tables(section(made.left().result)).values()))
    (row,) = [row for row in table.rows if row[0].lines[0] == "Poumon D"]
    for place, one in zip((4, 5, 6, 8), cases.LUNG.schedules, strict=True):
        printed = float(lines(row, place).rstrip("†").strip())
        assert isinstance(one.dose_left_gy, float)
        assert printed <= one.dose_left_gy < printed + 0.1


@pytest.mark.rule(9)
def test_ranges_and_missing_courses(made: SimpleNamespace) -> None:
    """A range prints both ends; with a course missing, used is at least and left at most what stands there, and both are said."""
    found = made.left().result
    table = next(iter(tables(section(found)).values()))
    heart = next(row for row in table.rows if row[0].lines[0] == "Coeur")
    assert lines(heart, 2).startswith("≥ 47.60–50.20")
    assert lines(heart, 3).startswith("≤ 34.8–37.4")
    oesophagus = next(row for row in table.rows if row[0].lines[0] == "Oesophage")
    assert lines(oesophagus, 2).startswith("88.00–97.00")
    assert "the least is left where the most was used" in table.note
    assert "a course is missing" in table.note


@pytest.mark.rule(12)
def test_conditions_that_do_not_hold_are_marked_with_the_reason(made: SimpleNamespace) -> None:
    """The plexus's limit has its mark and reason; the cord's says that its conditions hold."""
    table = next(iter(tables(section(made.left().result)).values()))
    by_organ = {row[0].lines[0]: lines(row, 1) for row in table.rows}
    assert "✗" in by_organ["Plexus brachial D"]
    assert "6,5 mois" in by_organ["Plexus brachial D"]
    assert "primary not checked" in by_organ["Plexus brachial D"]
    assert "✓" in by_organ["Moelle épinière"]


def test_used_up(made: SimpleNamespace) -> None:
    """A limit below what was used leaves 0.0 Gy in every schedule, and is called used up."""
    gone = cases.remaining("gone", "Moelle épinière", 50.0, 62.0, alpha_beta_gy=2.0)
    table = next(iter(tables(section(made.result(remaining=[gone]))).values()))
    (row,) = table.rows
    assert lines(row, 3) == "0.0 used up"
    assert {lines(row, place) for place in range(4, 9)} == {"0.0"}


def test_other_limits_stand_in_the_annex(made: SimpleNamespace) -> None:
    """A looser limit and one of a volume, which leaves no one dose, stand behind; their number is said."""
    found = made.left().result
    annex = remaining_annex(found, citations(found), EN)
    assert annex is not None
    text = words_of(annex)
    assert "Dmax ≤ 70 Gy" in text
    assert "21.4 %" in text
    assert "leaves no one dose" in text
    assert "(2) stand" in words_of(section(found))


def test_every_source_has_its_number(made: SimpleNamespace) -> None:
    """Sources that only what is left names stand in the numbered list too."""
    own = cases.remaining("own", "Foie", 40.0, 3.0, source="SOP 12 of our department", source_key="")
    found = made.result(remaining=[own])
    numbers = citations(found)
    row = next(iter(tables(section(found)).values())).rows[0]
    assert max(row[1].refs) == numbers.number("SOP 12 of our department") == 1
    shown = limits_section(found, (), numbers, EN)
    assert shown is not None
    assert [one.text for block in shown.blocks if isinstance(block, References) for one in block.items] == [
        "SOP 12 of our department"
    ]


def test_factor_on_a_proposed_plan(made: SimpleNamespace) -> None:
    """0.7461 is printed as 0.74, never rounded up, with the limit that stops it by name; and that by limits known to apply."""
    (line,) = scaling_lines(made.left().result, EN)
    line = line.replace("\u00a0", " ")
    assert "at most 0.74" in line
    assert "Stopped by: Moelle épinière, Dmax ≤ 60 Gy (Rulach 2021)." in line
    assert "0.90" in line
    assert "no factor answers: 1" in words_of(section(made.left().result))


@pytest.mark.parametrize(("factor", "said"), [(0.0, "Used up"), (None, "is reached, however far")])
def test_factors_at_the_ends(made: SimpleNamespace, factor: float | None, said: str) -> None:
    """A limit used up by the earlier courses leaves no factor; one that is never reached no bound."""
    one = cases.SCALING[0].model_copy(update={"factor": factor, "factor_where_conditions_hold": None})
    (line,) = scaling_lines(made.left().result.model_copy(update={"scaling": [one]}), EN)
    assert said in line


def test_second_thoughts_on_time(made: SimpleNamespace) -> None:
    """Each assumption that changes something has its row, one that turns what is left into nothing its mark; the idle are named."""
    table = tables(section(made.left().result))["Second thoughts on time: dose left (Gy)"]
    titles = [column.title.replace("\u00a0", " ") for column in table.columns]
    assert titles[4:] == ["in 5 fr.", "in 10 fr.", "in 20 fr.", "in 30 fr."]
    told = {(lines(row, 0).split(" D")[0], lines(row, 1)): row for row in table.rows}
    cord = "Moelle épinière"
    assert lines(told[cord, "⇄ Le moins de fractions de l'intervalle (5)"], 5) == "0.0"
    assert lines(told[cord, "Récupération de 25 % ajoutée à la tolérance (A. Martin)"], 2) == "75"
    assert "–" in lines(told[cord, "Doses antérieures déplacées de 6,0 mm"], 5)
    assert ("Coeur", "Doses antérieures déplacées de 6,0 mm") in told
    assert "Le plus de fractions" in table.note


@pytest.mark.parametrize("words", [EN, FR])
def test_page_one_says_what_is_left_of_each_first_limit(made: SimpleNamespace, words: Wording) -> None:
    """The cord's first limit leaves 29.8 Gy in the plan's 25 fractions, beside its band; without a figure stands a dash."""
    found = made.left().result
    table = limits_table(found, citations(found, shown_limits(found)), words)
    assert table is not None
    place = next(i for i, column in enumerate(table.columns) if "25 fr." in column.title)
    rows = {row[0].lines[0]: row for row in table.rows}
    assert lines(rows["Moelle épinière"], place).replace(",", ".") == "29.8"
    assert "62.2–73.1" in lines(rows["Moelle épinière"], 1).replace(",", ".")
    assert lines(rows["Poumon G"], place) == "–"


@pytest.mark.rule(17)
@pytest.mark.parametrize("words", [EN, FR])
def test_no_word_gives_leave(made: SimpleNamespace, words: Wording) -> None:
    """A figure of a limit is no permission: uniform, on top of the earlier courses, to be checked, and a person decides."""
    text = words_of(section(made.left().result, words))
    assert not PROMISES.search(text)
    asked = ("uniform", "independent check", "a person decides", "earlier courses")
    if words is FR:
        asked = ("uniforme", "vérification indépendante", "une personne décide", "traitements antérieurs")
    assert all(one in text for one in asked)


@pytest.mark.rule(17)
@pytest.mark.parametrize(
    "key",
    [key for key in keys() if re.match("report_(left|scaling|times|chance|uncertain|limits_left_note)", key)],
)
def test_no_sentence_gives_leave(key: str) -> None:
    """No sentence of these sections says that a dose may be given."""
    assert not PROMISES.search(phrase(key, "en"))
    assert not PROMISES.search(phrase(key, "fr"))
