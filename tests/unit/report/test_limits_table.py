"""Page 1 says what limits, by how much and under which assumption it flips, in print without colour too."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from graybook.report import constraint_result as model
from graybook.report.blocks import Table
from graybook.report.limit_words import (
    MARKS,
    limit_text,
    margin_text,
    recovered,
    status_text,
    turning_points,
    whose,
)
from graybook.report.sheet import sheet
from graybook.report.wording import Wording
from graybook.text import Language
from unit.report import limit_cases as cases

EN, FR = Wording("en"), Wording("fr")


def limits(made: SimpleNamespace, language: Language) -> Table:
    """The table of page 1."""
    found = sheet(made.limited(), language).summary.limits
    assert found is not None
    return found


def test_eight_organs_show_five(made: SimpleNamespace) -> None:
    """Of eight organs the five that limit most have a line each; the rest is counted."""
    rows = limits(made, "en").rows
    assert [row[0].lines[0] for row in rows] == [
        "Moelle épinière",
        "Oesophage",
        "Coeur",
        "Poumon D",
        "Poumon G",
    ]
    line = sheet(made.limited(), "en").summary.limits_line
    assert "Organs not shown: 3." in line
    assert "Limits judged: 9, not assessable: 2 (most often for: interval (months))." in line
    assert "read in their primary sources" in line


def test_a_line_says_dose_limit_source_margin_status_and_flip(made: SimpleNamespace) -> None:
    """The cord: 67.66 against 60 of Rulach 2021, over by 7.66 (13 %), and met at 70 by another source."""
    row = limits(made, "en").rows[0]
    text = [" | ".join(cell.lines).replace("\u00a0", " ") for cell in row]
    assert text[1] == "≥ 67.66 Gy | 3D sum"
    assert text[2] == "Dmax ≤ 60 Gy | Rulach 2021, primary, table"
    assert row[2].refs == (0, 1)
    assert text[3] == "over by 7.66 Gy | 13 % of the limit"
    assert text[4] == "■ exceeded"
    assert text[5] == (
        "Scenario “Scénario 1”: met (58.00 < 60) | Scenario “Scénario 2”: met (58.00 < 60) | and 3 more"
    )
    alone = made.result(constraints=[cases.CORD])
    table = sheet(made.material(alone, drawn=()), "en").summary.limits
    assert table is not None
    said = " ".join(table.rows[0][5].lines).replace("\u00a0", " ")
    assert "met (60.00 < 62.5)" in said
    assert "Autre source : HyTEC 2021: met (67.66 < 70)" in said


def test_near_may_turn_either_way() -> None:
    """What is near turns where it is exceeded under another assumption; what nothing turns says how many were tried."""
    shifted = cases.other("shift", "Shifted", 85.0, 85.4, "exceeded", flips=False)
    near = cases.HEART.model_copy(update={"alternatives": [shifted]})
    assert turning_points(near, EN) == ("Shifted: exceeded (85.40\u00a0>\u00a085)",)
    held = cases.entry("Cord", 60.0, 67.0, alternatives=[shifted, shifted])
    said = [line.replace("\u00a0", " ") for line in turning_points(held, EN)]
    assert said == ["none (2 tried)", "closest: Shifted (85.40 > 85)"]
    beyond = cases.other("shift", "Shifted", 60.0, 60.3, "near", flips=False)
    met = cases.entry("Cord", 60.0, 59.0, status="met", margin=1.0, alternatives=[beyond])
    said = [line.replace("\u00a0", " ") for line in turning_points(met, EN)]
    assert said == ["none (1 tried)", "closest: Shifted: near (60.30 > 60)"]
    assert turning_points(cases.entry("Cord", 60.0, 67.0), EN) == ("–",)


def test_organs_without_a_limit_are_named(made: SimpleNamespace) -> None:
    """Loaded organs of which the rulebook holds no limit are named below the table: nothing is said of them."""
    found = made.result(constraints=[cases.CORD])
    line = sheet(made.material(found, drawn=()), "en").summary.limits_line
    assert "No limit in it for: Poumon D, Oesophage, Trachée, Coeur, Poumon G and 2 more." in line
    assert "Limits on both sides together (Lungs) need them drawn as one structure." in line
    both = [
        one.model_copy(update={"tg263": "Lungs"}) if one.name == "Coeur" else one for one in found.structures
    ]
    drawn = found.model_copy(update={"structures": both})
    assert "(Lungs)" not in sheet(made.material(drawn, drawn=()), "en").summary.limits_line


def test_end_of_a_range_is_named() -> None:
    """The lower end of a source's range says so, and so does a source's own remark on a figure."""
    low = cases.entry("Cord", 75.0, 67.0, origin="Rulach consensus 2021; lower end")
    assert whose(low, EN) == "Rulach 2021, lower end"
    seen = cases.entry(
        "Cord", 75.0, 67.0, origin="risk appears small", source=cases.NIEDER, source_key="nieder2006"
    )
    assert whose(seen, FR) == "Nieder 2006, risque apparemment faible"


def test_range_and_point_sum(made: SimpleNamespace) -> None:
    """Both ends of a range are printed, and an organ judged by the point sum says so; no lower bound is claimed of it."""
    rows = limits(made, "en").rows
    assert rows[2][1].lines[0].replace("\u00a0", " ") == "≥ 82.30–84.90 Gy"
    assert rows[1][1].lines == ("112.74\u00a0Gy", "point sum")


def test_limit_of_another_author_names_both(made: SimpleNamespace) -> None:
    """A limit of Paradis 2019 that was read in Rulach 2021 names both."""
    assert limits(made, "en").rows[2][2].lines[1].startswith("Paradis 2019 in Rulach 2021, ")


def test_french_figures(made: SimpleNamespace) -> None:
    """French doses, limits and metrics have commas."""
    row = limits(made, "fr").rows[2]
    assert row[1].lines[0].replace("\u00a0", " ") == "≥ 82,30–84,90 Gy"
    assert row[2].lines[0].replace("\u00a0", " ") == "D0,1cc < 85 Gy"
    assert row[3].lines[0].replace("\u00a0", " ") == "reste 0,10 Gy"
    assert row[3].lines[1].replace("\u00a0", " ") == "< 1 % de la limite"


@pytest.mark.parametrize("words", [EN, FR])
def test_status_is_a_mark_and_a_word(words: Wording) -> None:
    """Every status has its own mark and its own word, so that a black-and-white print tells them apart."""
    said = [status_text(status, words) for status in MARKS]
    assert len({text[0] for text in said}) == len(MARKS) == 4
    assert all(re.fullmatch(r"\S\u00a0\w[\w ]+", text) for text in said)


def test_not_assessable_follows_where_room_is_left(made: SimpleNamespace) -> None:
    """With two judged organs, those that could not be judged follow with the reason in short and without a margin."""
    found = made.result(constraints=[cases.CORD, *cases.EIGHT[-2:]])
    table = sheet(made.material(found, drawn=()), "en").summary.limits
    assert table is not None
    names = [row[0].lines[0] for row in table.rows]
    assert names == ["Moelle épinière", "Plexus brachial D", "Foie"]
    assert table.rows[1][4].lines[0] == "?\u00a0not assessable"
    assert table.rows[1][3].lines == ("–",)
    assert table.rows[1][5].lines == ("Un traitement s'est terminé 6,5 mois avant.",)
    assert table.rows[2][1].lines[0] == "–"


def test_excess_too_small_to_print_is_not_zero() -> None:
    """60.001 against 60 is over by less than 0.01 Gy, not by 0.00."""
    assert margin_text(cases.entry("Cord", 60.0, 60.001), EN).replace("\u00a0", " ") == "over by < 0.01 Gy"


def test_volume_that_must_be_spared_falls_short() -> None:
    """650 of at least 700 cm³ below 21 Gy is short by 50 cm³, and its lower end is what limits."""
    liver = cases.entry(
        "Liver", 700.0, 650.0, 800.0, metric="CV700cc<21Gy", op=">=", unit="cm³", margin=-50.0
    )
    assert margin_text(liver, EN).replace("\u00a0", " ") == "short by 50.00 cm³"
    assert limit_text(liver, EN).replace("\u00a0", " ") == "volume below 21 Gy ≥ 700 cm³"


def test_without_limits_the_page_stays_as_it_was(made: SimpleNamespace) -> None:
    """Without any limit page 1 has no table of limits and says that none is judged; with limits it does not."""
    first = sheet(made.whole(), "en").summary
    assert first.limits is None
    assert first.limits_line == ""
    assert "No dose limit is judged on this page." in first.assumptions
    assert "No dose limit is judged on this page." not in sheet(made.limited(), "en").summary.assumptions


@pytest.mark.rule(11)
def test_assumptions_name_recovery_and_who_assumes_it(made: SimpleNamespace) -> None:
    """Recovery that a person assumes stands on page 1 with organ, share, convention and author; else it is 0."""
    said = sheet(made.limited(), "en").summary.assumptions
    words = "Recovery of SpinalCord: 25 % off the earlier dose from 6 months on, assumed by A. Martin."
    assert words in said
    assert "Recovery between courses otherwise: 0." in said
    assert "Recovery between courses: 0." in sheet(made.whole(), "en").summary.assumptions


@pytest.mark.rule(11)
@pytest.mark.parametrize(
    ("found", "place", "words"),
    [("0.25 dose", 1, "less 25 % recovery"), ("0.125 tolerance", 2, "raised 12.5 % by recovery")],
)
def test_recovery_that_acts_stands_beside_the_figure(
    made: SimpleNamespace, found: str, place: int, words: str
) -> None:
    """A discounted dose says so beside the dose, a raised limit beside the limit."""
    acting = model.ConditionResult(condition="recovery_in_source", required="no", found=found, holds=True)
    entry = cases.CORD.model_copy(update={"conditions": [acting]})
    table = sheet(made.material(made.result(constraints=[entry]), drawn=()), "en").summary.limits
    assert table is not None
    assert words in table.rows[0][place].lines
    assert words not in table.rows[0][3 - place].lines


@pytest.mark.rule(11)
def test_limit_that_holds_recovery_is_not_called_raised() -> None:
    """Where recovery would be counted twice the limit was not raised, and the page does not say that it was."""
    twice = model.ConditionResult(
        condition="recovery_in_source", required="yes", found="0.25 tolerance", holds=False
    )
    assert recovered(cases.CORD.model_copy(update={"conditions": [twice]}), EN) == ("", "")


@pytest.mark.rule(17)
def test_no_word_promises(made: SimpleNamespace) -> None:
    """A limit that is met is called met, nothing more."""
    said = " ".join(line for row in limits(made, "en").rows for cell in row for line in cell.lines)
    assert not re.search(r"\b(safe|ok|authori[sz]ed|allowed|acceptable|tolerated)\b", said, re.IGNORECASE)
