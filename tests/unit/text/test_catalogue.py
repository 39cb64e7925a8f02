"""The catalogue says everything in both languages, and never what it must not say."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from graybook.errors import UsageError
from graybook.text import LANGUAGES, keys, phrase, placeholders, remedy

FIELDS = {"en", "fr", "remedy_en", "remedy_fr"}
FORMS = {"", "gy", "mm", "cm3", "percent", "n1", "n2", "date", "figures"}
FORBIDDEN = {
    "en": re.compile(r"\b(safe|safely|safety|authori[sz]ed?|signed|signature)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(sûre?s?|sûreté|autorisée?s?|signée?s?|signature)\b", re.IGNORECASE),
}


def entries() -> dict[str, dict[str, str]]:
    """The catalogue as written."""
    found: dict[str, dict[str, str]] = {}
    for file in (resources.files("graybook.text") / "data").iterdir():
        if file.name.endswith(".toml"):
            found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return found


ENTRIES = entries()


def test_every_entry_is_read() -> None:
    """Every entry of every file is a key."""
    assert set(keys()) == set(ENTRIES)


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_entry_is_complete_in_both_languages(key: str) -> None:
    """An entry has English and French, and its remedy in both or in neither, each with words in it."""
    entry = ENTRIES[key]
    assert {"en", "fr"} <= set(entry) <= FIELDS
    assert ("remedy_en" in entry) == ("remedy_fr" in entry)
    assert all(text.strip() for text in entry.values())


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_languages_have_the_same_placeholders(key: str) -> None:
    """English and French are filled with the same values."""
    assert placeholders(key, "en") == placeholders(key, "fr")
    assert placeholders(key, "remedy_en") == placeholders(key, "remedy_fr")


def forms(text: str) -> Iterator[tuple[str, str]]:
    """Each placeholder with its form."""
    for _, name, form, _ in string.Formatter().parse(text):
        if name is not None:
            yield name, form or ""


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_placeholders_have_known_forms(key: str) -> None:
    """A placeholder prints in a form the catalogue knows, the same in both languages."""
    entry = ENTRIES[key]
    for text in entry.values():
        assert {form for _, form in forms(text)} <= FORMS
    assert set(forms(entry["en"])) == set(forms(entry["fr"]))


@pytest.mark.rule(17)
@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_words_that_promise_too_much_are_not_said(key: str) -> None:
    """Nothing is called safe, authorised or signed, in either language: a person validates."""
    for field, text in ENTRIES[key].items():
        assert not FORBIDDEN[field[-2:]].search(text)


def test_every_key_of_the_report_is_used() -> None:
    """A sentence of the report pages that no page prints is taken out."""
    source = Path(str(resources.files("graybook.report")))
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in source.rglob("*")
        if path.suffix in (".py", ".typ", ".j2")
    )
    composed = ("status_", "modality_", "kind_", "severity_", "basis_", "used_", "fig_", "plane_")
    composed += (
        "use_",
        "method_",
        "measure_",
        "approval_",
        "alt_",
        "heading_",
        "reirradiation_",
        "side_",
        "recurrence_",
        "slices_",
        "condition_",
        "dose_of_",
        "origin_",
        "recovery_in_source_",
        "rulebook_",
        "scale_",
        "tier_",
        "random_",
        "verdict_",
        "rests_on_",
        "col_apart_",
        "spread_",
        "curve_",
        "tail_",
        "dosimetry_",
        "device_",
        "tissue_",
        "compartment_",
        "calibrated_",
        "tn_",
        "shunt_",
        "role_",
        "predicted_by_",
        "applies_",
        "normal_liver_",
    )
    own = [key.removeprefix("report_") for key in ENTRIES if key.startswith("report_")]
    unused = [key for key in own if not key.startswith(composed) and not re.search(rf"['\"]{key}['\"]", code)]
    assert unused == []


def test_french_prints_its_own_numbers() -> None:
    """A dose in a French sentence has a comma."""
    assert phrase("report_outside", "fr", volume=31.44) == "31,4\u00a0cm³ hors grille"
    assert phrase("report_outside", "en", volume=31.44) == "31.4\u00a0cm³ outside a grid"


def test_a_text_of_figures_has_the_languages_decimal_sign() -> None:
    """Figures that come as text, several at once, print as numbers do; a missing one is a dash."""
    key, found = "constraint_condition_interval", "204.9; 5.5"
    assert "204,9; 5,5 mois" in phrase(key, "fr", required="≥ 6", found=found)
    assert "204.9; 5.5 months" in phrase(key, "en", required="≥ 6", found=found)
    assert "–" in phrase(key, "fr", required="≥ 6")


def test_missing_value_is_a_dash() -> None:
    """A sentence with a missing value prints a dash in its place."""
    assert phrase("report_days", "en") == "– d"


def test_unknown_key_is_refused() -> None:
    """A key that does not exist is a fault of the caller."""
    with pytest.raises(UsageError, match="No such key"):
        phrase("report_no_such_key", LANGUAGES[0])
    assert remedy("report_no_such_key", "fr") == ""
