"""Words, names and intervals print as people read them."""

from __future__ import annotations

import pytest

from graybook.report.wording import Wording, person_name, wrappable


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("Dupont^Marie", "DUPONT Marie"),
        ("DE LA TOUR^Marie-Anne^Rose^Dr^", "DE LA TOUR Marie-Anne Rose"),
        ("Yamada^Tarou=山田^太郎", "YAMADA Tarou"),
        ("DUPONT", "DUPONT"),
        ("", ""),
    ],
)
def test_person_name(found: str, shown: str) -> None:
    """A DICOM name shows as FAMILY Given, without carets, suffixes or other alphabets' copies."""
    assert person_name(found) == shown


@pytest.mark.parametrize(
    ("days", "english", "french"),
    [
        (None, "–", "–"),
        (0, "0 d", "0 j"),
        (59, "59 d", "59 j"),
        (92, "3 mo", "3 mois"),
        (2488, "6 y 10 mo", "6 a 10 mois"),
        (3653, "10 y", "10 a"),
        (-400, "\u221213 mo", "\u221213 mois"),
    ],
)
def test_interval(days: int | None, english: str, french: str) -> None:
    """Days below two months, months below two years, then years and months; a later course has a minus."""
    assert Wording("en").interval(days) == english
    assert Wording("fr").interval(days) == french


@pytest.mark.parametrize(
    ("value", "shown"), [(36.0, "36"), (42.56, "42,56"), (2.5, "2,5"), (100.0, "100"), (None, "–")]
)
def test_short_numbers(value: float | None, shown: str) -> None:
    """A prescription prints without idle zeros, and 100 keeps its own."""
    assert Wording("fr").short(value) == shown


def test_dates_that_are_none() -> None:
    """A malformed date prints as it was found, a missing one as a dash."""
    words = Wording("fr")
    assert (words.date("2025-11-28"), words.date("20xx"), words.date(None)) == ("28/11/2025", "20xx", "–")


def test_terms() -> None:
    """A coded word is translated; one that is not known stands as it is."""
    assert Wording("fr").term("status", "partly delivered") == "reçu en partie"
    assert Wording("fr").term("modality", "x-ray") == "rayons X"
    assert Wording("fr").term("modality", "neutron") == "neutron"


def test_french_punctuation_does_not_break() -> None:
    """Before a colon French has a space that does not break."""
    assert "calculé\u00a0: x" in Wording("fr")("unknown_refusal", text="x")


def test_long_words_may_break() -> None:
    """A long name breaks after underscores and within long runs; removing the breaks gives it back."""
    name = "PTV_High_5000_LungRightUpperLobeRelapse"
    assert wrappable(name).replace("\u200b", "") == name
    assert max(len(part) for part in wrappable(name).split("\u200b")) <= 14
    assert wrappable("Moelle épinière") == "Moelle épinière"


def test_listing_is_cut() -> None:
    """A long list says how many more there are."""
    assert Wording("en").listing(["a", "b", "c"], 2) == "a, b and 1 more"
