"""The HTML stands alone, escapes everything, speaks one language and never says too much."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from graybook.report.html import html_text, write_html
from graybook.report.material import Material
from graybook.report.pictures import pictures
from graybook.report.sheet import sheet
from graybook.text import Language, keys, phrase, placeholders

BUILDERS = ["whole", "single", "six", "refused", "limited", "left", "beside"]
PROMISES = re.compile(r"\b(safe|safely|authori[sz]ed|signed|sûre?s?|autorisée?s?|signée?s?)\b", re.IGNORECASE)


def page(material: Material, language: Language) -> str:
    """The document."""
    return html_text(sheet(material, language), pictures(material, language))


def words(text: str) -> str:
    """The words a reader sees."""
    body = re.sub(r"<style>.*?</style>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


class Addresses(HTMLParser):
    """Collects what a document would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.led_to: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag and its addresses."""
        self.tags.add(tag)
        found = [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data")]
        if tag == "a" and found[0].startswith("https://"):
            self.led_to += found
        else:
            self.found += found
        assert not any(name.startswith("on") for name, _ in attrs)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("builder", [*BUILDERS, "hostile"])
def test_document_stands_alone(made: SimpleNamespace, builder: str, language: Language) -> None:
    """No script, no frame, no address but data and places in the page itself; a citation leads to its DOI or PMID alone."""
    parser = Addresses()
    text = page(getattr(made, builder)(), language)
    parser.feed(text)
    assert not parser.tags & {"script", "iframe", "object", "embed", "link", "form", "base"}
    assert all(address.startswith(("data:image/svg+xml;base64,", "#")) for address in parser.found)
    assert all(
        address.startswith(("https://doi.org/10.", "https://pubmed.ncbi.nlm.nih.gov/"))
        for address in parser.led_to
    )
    assert "url(" not in text
    assert "@import" not in text


def test_words_of_files_are_escaped(made: SimpleNamespace) -> None:
    """An attack in a name prints literally."""
    text = page(made.hostile(), "en")
    assert "<script" not in text
    assert " ".join(made.HOSTILE.split()) in words(text)


@pytest.mark.rule(17)
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("builder", BUILDERS)
def test_report_says_what_it_is_not(made: SimpleNamespace, builder: str, language: Language) -> None:
    """The notice stands in every report, and no word that promises too much does."""
    said = words(page(getattr(made, builder)(), language))
    assert phrase("report_notice", language) in said.replace("\u00a0", " ")
    assert not PROMISES.search(said)


def _plain(language: Language) -> set[str]:
    return {
        phrase(key, language)
        for key in keys()
        if key.startswith("report_") and not placeholders(key, language) and len(phrase(key, language)) > 3
    }


@pytest.mark.parametrize("builder", BUILDERS)
def test_no_english_in_the_french_report(made: SimpleNamespace, builder: str) -> None:
    """No English label or sentence of the catalogue stands in the French page, nor in its pictures' words; citations may."""
    text = page(getattr(made, builder)(), "fr")
    said = words(re.sub(r'<ol class="references">.*?</ol>', "", text, flags=re.DOTALL))
    found = {
        text for text in _plain("en") - _plain("fr") if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said)
    }
    assert found == set()


def test_french_numbers_and_dates(made: SimpleNamespace) -> None:
    """French prints 28/11/2025 and decimal commas, and no English date or decimal point of a dose."""
    said = words(page(made.single(), "fr"))
    assert "28/11/2025" in said
    assert re.search(r"\d+,\d\d\sGy", said)
    assert not re.search(r"\d\.\d+\s?Gy", said)
    assert "2025-11-28" not in said


def test_every_refusal_and_finding_is_printed(made: SimpleNamespace) -> None:
    """Nothing that was found is left out of the page."""
    found = made.whole()
    said = words(page(found, "fr")).replace("\u00a0", " ")
    for item in found.result.findings:
        assert item.text[1:] in said
    for refusal in found.result.refusals:
        assert refusal.text in said
        assert refusal.remedy in said


@pytest.mark.rule(16)
def test_same_input_gives_same_file(made: SimpleNamespace, tmp_path: Path) -> None:
    """Two writings of the same material are the same bytes, with UTF-8 and no machine's line ends."""
    write_html(made.material(), tmp_path / "a.html", "en")
    write_html(made.material(), tmp_path / "b.html", "en")
    first = (tmp_path / "a.html").read_bytes()
    assert first == (tmp_path / "b.html").read_bytes()
    assert b"\r" not in first
