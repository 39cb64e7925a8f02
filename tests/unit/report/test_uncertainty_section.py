"""Uncertainty: bands, chances as ranges of samples, what was varied and by whose figure, and pictures that need no colour."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from graybook.report.blocks import Figure, Paragraph, Section, Table
from graybook.report.citations import citations
from graybook.report.limits_table import limits_line
from graybook.report.pictures import pictures
from graybook.report.uncertainty_section import uncertainty_annex, uncertainty_section
from graybook.report.uncertainty_words import chance_text, limits_that_matter
from graybook.report.wording import Wording
from unit.report import left_cases as cases

EN, FR = Wording("en"), Wording("fr")


def section(made: SimpleNamespace, words: Wording = EN) -> Section:
    """The section of the result with uncertainty."""
    material = made.left()
    shown = uncertainty_section(material.result, material.ranking, citations(material.result), words)
    assert shown is not None
    return shown


def tables(shown: Section) -> dict[str, Table]:
    """Its tables by title."""
    return {block.title: block for block in shown.blocks if isinstance(block, Table)}


def cells(row: tuple[Any, ...]) -> list[str]:
    """The words of each cell."""
    return [" ".join(one.lines).replace("\u00a0", " ") for one in row]


def test_without_any_there_is_no_section(made: SimpleNamespace) -> None:
    """Where uncertainty was not asked for nothing is said of it, and nothing drawn."""
    material = made.limited()
    assert uncertainty_section(material.result, material.ranking, citations(material.result), EN) is None
    assert uncertainty_annex(material.result, material.ranking, citations(material.result), EN) is None
    assert not any(name.startswith("tornado") for name in pictures(material, "en"))


@pytest.mark.parametrize(
    ("chances", "said"),
    [
        ((0.613, 0.957), "between 61 and 96 of 100 samples"),
        ((0.12, 0.12), "between 11 and 13 of 100 samples"),
        ((0.0, 0.004), "between 0 and 1 of 100 samples"),
        ((0.996, 1.0), "between 99 and 100 of 100 samples"),
        ((0.0, 0.0), "none of 1000 samples"),
        ((1.0, 1.0), "all 1000 samples"),
    ],
)
def test_a_chance_is_a_range_of_samples(chances: tuple[float, float], said: str) -> None:
    """Both ends are rounded outwards; never one probability, and no percentage."""
    text = chance_text(cases.limit("x", "Coeur", 85.0, 83.0, chances), 1000, EN)
    assert text.startswith(said)
    assert "%" not in text


def test_limits_that_matter_are_those_of_page_one() -> None:
    """Without judged limits the one most often not met stands for its organ."""
    from unit.report.conftest import left

    found = left().result
    assert [one.structure for one in limits_that_matter(found)] == [
        "Moelle épinière",
        "Oesophage",
        "Coeur",
        "Poumon D",
    ]
    bare = found.model_copy(update={"constraints": []})
    assert {one.id for one in limits_that_matter(bare) if one.structure == "Moelle épinière"} == {
        "rulach2021-Moelle épinière-60"
    }


def test_bands_and_the_simple_twin(made: SimpleNamespace) -> None:
    """The cord's near-maximum: nominal 67, nine in ten samples 0.92 to 1.08 of it, outer 0.75 to 1.25, and its shift envelope."""
    rows = [cells(row) for row in tables(section(made))["Bands of doses and volumes"].rows]
    assert rows[0][1:5] == ["D0.03cc", "67.0 Gy", "61.6–72.4", "50.2–83.8"]
    assert "by 3.0 mm" in rows[0][5]
    assert "Foie" not in {row[0].split(" α")[0] for row in rows}


def test_other_organs_stand_in_the_annex(made: SimpleNamespace) -> None:
    """The liver, which does not limit, and the cord's second limit stand near the end."""
    material = made.left()
    annex = uncertainty_annex(material.result, material.ranking, citations(material.result), EN)
    assert annex is not None
    text = " ".join(one for table in tables(annex).values() for row in table.rows for one in cells(row))
    assert "Foie" in text
    assert "Dmax ≤ 70 Gy" in text


def test_what_was_varied_and_by_whose_figure(made: SimpleNamespace) -> None:
    """Each term has its size and who says so; an assumed one is called assumed. What is not known or not computed is said."""
    shown = section(made)
    rows = [cells(row) for row in tables(shown)["What was varied at random, and by whose figure"].rows]
    assert rows[0] == [
        "registration",
        f"{made.LONG}",
        "6.0 mm (95 %)",
        "assumed aucune erreur déclarée",
    ]
    assert rows[1][3].startswith("points homologues, A. Martin")
    assert rows[2][1:3] == ["all courses", "3.0 % (1 SD)"]
    assert rows[3][2] == "not varied"
    said = " ".join(block.text for block in shown.blocks if isinstance(block, Paragraph))
    for words in ("1000 samples", "seed 1", "40\u00a0mm", "récupération : de 0 à 25 %", "Trachée"):
        assert words in said


def test_tornado_tells_kinds_apart_without_colour(made: SimpleNamespace) -> None:
    """Each of four organs has its picture, in which bars of what is not known are hatched and those of random errors are not."""
    shown = [block for block in section(made, FR).blocks if isinstance(block, Figure)]
    assert len(shown) == 4
    drawn = pictures(made.left(), "fr")
    for block in shown:
        assert len(re.findall(r"fill: url\(#", drawn[block.name])) == 2
    assert [bool(block.caption) for block in shown] == [False, False, False, True]
    assert "α/β de 1,4 à 3,2 Gy (64,3–73,7)" in shown[0].alt


def test_histograms_draw_the_bands(made: SimpleNamespace) -> None:
    """The three organs with bands have an area and two dotted lines more than without."""
    with_bands = pictures(made.left(), "en")["histograms"]
    without = pictures(made.limited(), "en")["histograms"]
    dotted = re.compile(r"stroke-dasharray: 0\.8,1\.28")
    assert len(dotted.findall(with_bands)) - len(dotted.findall(without)) == 3 * 2 + 1
    assert with_bands.count("#c3d6ea") == 3 + 1


def test_alike_terms_stand_on_one_line(made: SimpleNamespace) -> None:
    """Twenty terms of a course on as many structures are one line with the sizes' ends; those of a figure name its courses."""
    from graybook.report.uncertainty_result import TermResult
    from graybook.report.uncertainty_terms import terms_table

    terms = [
        TermResult(term="registration", course="course-2", structure=f"O{i}", size=3.0 + i / 10, unit="mm", assumed=True)
        for i in range(20)
    ]  # fmt: skip
    terms += [
        TermResult(term="dose", course=f"course-{i}", size=2.0, unit="%", assumed=False, source="Dupont 2020")
        for i in (1, 2)
    ]
    found = cases.UNCERTAINTY.model_copy(update={"terms": terms})
    near, dose = [cells(row) for row in terms_table(found, made.left().result, EN).rows]
    assert near[1].startswith("Poumon D SBRT O0 3.0 mm, O1 3.1 mm")
    assert near[1].endswith("and 14 more")
    assert near[2:] == ["3.0–4.9 mm (95 %)", "assumed"]
    assert dose[1] == f"{made.LONG}, Poumon D SBRT"
    assert dose[2:] == ["2.0 % (1 SD)", "Dupont 2020"]


def test_many_sentences_are_cut_and_stand_in_the_annex(made: SimpleNamespace) -> None:
    """Of thirty things not computed the first are told, the others counted, and all stand near the end."""
    found = made.left().result
    many = [f"Organe {i} : aucune erreur." for i in range(30)]
    uncertain = cases.UNCERTAINTY.model_copy(update={"not_computed": many})
    changed = found.model_copy(update={"uncertainty": uncertain})
    shown = uncertainty_section(changed, (), citations(changed), EN)
    annex = uncertainty_annex(changed, (), citations(changed), EN)
    assert shown is not None
    assert annex is not None
    (said,) = [
        block.text for block in shown.blocks if isinstance(block, Paragraph) and "Organe 0" in block.text
    ]
    assert "And 24 more" in said
    assert [block for block in annex.blocks if isinstance(block, Table) and len(block.rows) == 30]


def test_page_one_says_that_the_dose_calculation_is_not_in_the_bands(made: SimpleNamespace) -> None:
    """A term of no size makes a band too narrow: said beside it, and not where somebody stated one."""
    result = made.left().result
    assert result.uncertainty is not None
    without = [
        one.model_copy(update={"size": 0.0}) if one.term == "dose" else one
        for one in result.uncertainty.terms
    ]
    bare = result.model_copy(update={"uncertainty": result.uncertainty.model_copy(update={"terms": without})})
    said = "The error of the dose calculation is not in it"
    assert said in limits_line(bare, (), EN)
    assert said not in limits_line(result, (), EN)
