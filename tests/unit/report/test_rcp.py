"""rcp.txt: plain text that a tumour-board form takes, whatever the case."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest

from graybook.report.rcp import LIMIT, rcp_text, write_rcp
from graybook.text import Language

LANGUAGES: tuple[Language, ...] = ("en", "fr")
CASES = ("whole", "single", "six", "refused", "limited", "hostile")
NOTICE = {
    "en": "not CE-marked: independent check required",
    "fr": "non marqué CE : vérification indépendante",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_fits_the_form(made: SimpleNamespace, case: str, language: Language) -> None:
    """At most 1,200 characters, no markup or signs a form may not show, whole sentences, and the notice always."""
    text = rcp_text(getattr(made, case)(), language)
    assert len(text) <= LIMIT == 1200
    assert text.endswith(".\n")
    assert not re.search(r"[\u00a0\u200b\u202f\t]", text)
    assert all(line[-1] in ".?!:" for line in text.splitlines())
    assert NOTICE[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("limit", [1200, 900, 600, 400, 250])
def test_sentences_are_left_out_whole_and_counted(
    made: SimpleNamespace, limit: int, language: Language
) -> None:
    """What does not fit is left out by the sentence; the number said is the number that is missing."""
    whole = rcp_text(made.six(), language, limit=100_000).splitlines()
    text = rcp_text(made.six(), language, limit=limit)
    assert len(text) <= limit
    every = "\n".join(whole)
    lines = text.splitlines()
    stated = re.match(r"(\d+) (sentences?|phrases?) (left out|omises?)", lines[-1])
    kept = lines[:-1] if stated else lines
    assert all(sentence in every for line in kept for sentence in re.split(r"(?<=\.) ", line))
    assert stated or len(text) == len(every) + 1


def test_a_course_line_says_what_a_board_asks(made: SimpleNamespace) -> None:
    """Date, site, dose and fractions, radiation, status and grade of each course; what is not in the sum says so."""
    lines = rcp_text(made.six(), "en", limit=100_000).splitlines()
    (vertebra,) = [line for line in lines if line.startswith("2019-09-02")]
    assert "Vertèbre T6" in vertebra
    assert "12 Gy in 3 fractions (of 20 Gy in 5 planned)" in vertebra
    assert "protons" in vertebra
    assert "partly delivered" in vertebra
    (iodine,) = [line for line in lines if line.startswith("1994-06-14")]
    assert "dose not known" in iodine
    assert "not in the 3D sum" in iodine
    (brachy,) = [line for line in lines if line.startswith("2017-03-20")]
    assert "evidence C (prescription only)" in brachy


def test_a_lower_bound_is_said_in_words(made: SimpleNamespace) -> None:
    """Where a course is missing from the 3D sum, every organ's dose is "at least" and "au moins"; a range has both ends."""
    for language, least in (("en", "at least "), ("fr", "au moins ")):
        text = rcp_text(made.whole(), language, limit=100_000)
        organs = [line for line in text.splitlines() if line.startswith("- ")]
        assert organs
        assert all(least in line for line in organs)
        assert "≥" not in "".join(organs)
        assert re.search(r"Poumon D ?: .* (to|à) .*Gy", text)


def test_point_sums_stand_where_there_is_no_sum(made: SimpleNamespace) -> None:
    """Without a 3D sum the courses' near-maxima are added and called so, 1.8 for 1.0 and 0.8."""
    material = made.whole()
    spinal = material.result.structures[1]
    bare = spinal.model_copy(
        update={
            "cumulative": spinal.cumulative.model_copy(update={"d0_03cc_gy": None}),
            "printed_as_range": [],
            "point_sum": spinal.point_sum.model_copy(update={"customary_d0_03cc_gy": 1.8, "complete": False}),
        }
    )
    changed = made.material(material.result.model_copy(update={"structures": [bare]}))
    text = rcp_text(changed, "en", limit=100_000)
    assert "No 3D sum possible" in text
    assert "Moelle épinière: at least 1.8 Gy" in text


def test_what_limits_is_said_in_words(made: SimpleNamespace) -> None:
    """Two organs with status, dose, limit and source, comparisons in words; then how many could not be judged."""
    lines = rcp_text(made.limited(), "en", limit=100_000).splitlines()
    (line,) = [line for line in lines if line.startswith("What limits: ")]
    assert (
        "Moelle épinière, limit exceeded: Dmax at least 67.66 Gy against at most 60 Gy (Rulach 2021)." in line
    )
    assert "Then: Oesophage, limit exceeded: Dmax 112.74 Gy against at most 100 Gy (Rulach 2021)." in line
    assert "Limits not assessable: 2." in line
    text = rcp_text(made.limited(), "fr")
    assert (
        "Ce qui limite : Moelle épinière, limite dépassée : Dmax au moins 67,66 Gy pour au plus 60 Gy" in text
    )
    assert "No dose limit is judged" not in "\n".join(lines)


def test_recovery_that_is_assumed_is_said(made: SimpleNamespace) -> None:
    """Where a person assumes recovery the text does not say that none is."""
    assert "No recovery between irradiations" in rcp_text(made.whole(), "en", limit=100_000)
    text = rcp_text(made.limited(), "en", limit=100_000)
    assert "No recovery between irradiations" not in text
    assert "A named person assumes recovery" in text


def test_file_is_utf_8(made: SimpleNamespace, tmp_path: Path) -> None:
    """The file holds the text, in UTF-8, without a mark at its start."""
    write_rcp(made.whole(), tmp_path / "rcp.txt", "fr")
    assert (tmp_path / "rcp.txt").read_bytes().decode("utf-8") == rcp_text(made.whole(), "fr")


def test_every_sentence_of_the_catalogue_is_used() -> None:
    """A sentence of rcp.toml that the text never prints is taken out."""
    words = tomllib.loads(
        (resources.files("graybook.text") / "data" / "rcp.toml").read_text(encoding="utf-8")
    )
    modules = ("rcp.py", "rcp_nuclear.py")
    code = "".join(
        (resources.files("graybook.report") / name).read_text(encoding="utf-8") for name in modules
    )
    own = [key.removeprefix("rcp_") for key in words]
    assert [key for key in own if f'"{key}"' not in code] == []


@pytest.mark.rule(15)
def test_each_therapy_has_a_sentence(made: SimpleNamespace) -> None:
    """Radionuclides and microspheres are told with both ends, in signs any form takes, as judged by no external-beam limit."""
    text = rcp_text(made.beside(), "en")
    assert "evidence A, 22.23 GBq in 3 cycles: mean dose Rein G 7.4 Gy (6.6 to 8.1), Rein D 6.3 Gy" in text
    assert "2.00 GBq, glass: mean dose Foie 49.7 Gy (41.0 to 58.4), CHC segment VII 149.0 Gy" in text
    assert "3.70 GBq: dose to organs unknown, not zero." in text
    assert text.count("in no sum, judged by no external-beam limit") == 2
    assert "¹⁷⁷" not in text


def test_no_lead_without_organs(made: SimpleNamespace) -> None:
    """When no organ fits, the words that lead to them are left out too."""
    for limit in range(400, 1500, 50):
        lines = rcp_text(made.beside(), "en", limit=limit).split("\n")
        places = [place for place, line in enumerate(lines) if line.startswith("Most loaded organs")]
        assert all(lines[place + 1].startswith("- ") for place in places)
