"""Rule 17: a report comes in, read as a person would; it says what it is not, and never releases anything."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

from graybook.workflow.cumulative import assess
from graybook.workflow.registering.giving_back import write_assessment
from phantoms import write_phantom
from rules.patients import apart, course, plan, run, state, structure

OLD, NEW = date(2015, 5, 4), date(2025, 11, 28)
FORBIDDEN = {
    "en": r"\b(safe|safely|unsafe|authori[sz]ed|authori[sz]es|signed|approved for treatment|permitted|allowed dose)\b",
    "fr": r"\b(sûre?s?|sans danger|sans risque|autorisée?s?|autorise|signée?s?|permise?s?)\b",
}


def _folder(folder: Path) -> Path:
    """Many sentences at once: an old course on another frame, a bracket, a proton question, an organ of two names."""
    drawn = [structure("SpinalCord"), structure("Heart"), structure("zz"), structure("PTV", kind="PTV")]
    old = apart(course("old", OLD, plan(23.5, 10), structures=[structure("Moelle"), structure("Foie")]))
    plans = (plan(18.8, 10, "A"), plan(36, 3, "B"), plan(40, None, "C"))
    write_phantom(folder, [old, course("new", NEW, *plans, structures=drawn)])
    return state(folder, '[[phase]]\nplan = "C"\nfractions_min = 5\nfractions_max = 20')


def _pdf_pages(path: Path) -> list[str]:
    """The text of each page."""
    if shutil.which("pdftotext") is None:
        pytest.skip("install poppler-utils: pdftotext is not there")
    ran = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return ran.stdout.decode("utf-8").split("\f")[:-1]


def _pdf_text(path: Path) -> str:
    return "\n".join(_pdf_pages(path))


def _html_text(path: Path) -> str:
    text = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.fixture(scope="module", params=["en", "fr"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The report of one patient in one language."""
    base = tmp_path_factory.mktemp("words")
    assessed = assess(_folder(base / "in"), language=request.param)
    write_assessment(assessed, base / "out", language=request.param)
    return request.param, base / "out"


@pytest.mark.rule(17)
def test_the_notice_stands_on_html_pdf_and_json(written: tuple[str, Path]) -> None:
    """Not CE-marked; an independent check is required; the hospital's own responsibility: on every output."""
    language, out = written
    words = {
        "en": ("CE-marked", "independent check", "responsibility"),
        "fr": ("marqu", "indépendant", "responsabilité"),
    }[language]
    notice = json.loads((out / "result.json").read_text(encoding="utf-8"))["notice"]
    for text in (notice, _html_text(out / "report.html"), _pdf_text(out / "report.pdf")):
        plain = re.sub(r"\s+", " ", text.replace("\u2011", "-").replace("\ufffe", "-").replace("\u00ad", ""))
        for word in words:
            assert word.lower() in plain.lower(), word


@pytest.mark.rule(17)
def test_it_never_releases_anything(written: tuple[str, Path]) -> None:
    """Nowhere "safe", "authorised" or "signed", in HTML, PDF, result.json, in either language."""
    language, out = written
    texts = [_html_text(out / "report.html"), _pdf_text(out / "report.pdf")]
    texts.append((out / "result.json").read_text(encoding="utf-8"))
    for text in texts:
        found = re.search(FORBIDDEN[language], text, flags=re.IGNORECASE)
        assert found is None, text[max(0, found.start() - 60) : found.end() + 60]


@pytest.mark.rule(17)
def test_the_person_stands_on_every_pdf_page(written: tuple[str, Path]) -> None:
    """Each page of the PDF has the Patient ID and its page number of how many."""
    _, out = written
    pages = _pdf_pages(out / "report.pdf")
    for number, text in enumerate(pages, start=1):
        assert "PHANTOM-1" in text, number
        assert re.search(rf"\b{number}\s*(/|of|sur|de)\s*{len(pages)}\b", text), number


@pytest.mark.rule(17)
def test_numbers_and_dates_in_the_readers_way(written: tuple[str, Path]) -> None:
    """French prints 18,80 and 28/11/2025 and no 18.80; English prints 18.80."""
    language, out = written
    for text in (_html_text(out / "report.html"), _pdf_text(out / "report.pdf")):
        if language == "fr":
            assert "18,80" in text
            assert "28/11/2025" in text
            assert not re.search(r"\b18\.80\b", text)
        else:
            assert "18.80" in text


@pytest.mark.rule(17)
def test_html_is_self_contained(written: tuple[str, Path]) -> None:
    """report.html fetches nothing: no address of a script, style sheet, font or image outside itself.

    A reader may follow a citation: links to a DOI or to PubMed, which load nothing until they are clicked.
    """
    text = (written[1] / "report.html").read_text(encoding="utf-8")
    text = re.sub(r'<a [^>]*href="https://(doi\.org|pubmed\.ncbi\.nlm\.nih\.gov)/[^"]*"', "<a", text)
    for match in re.finditer(r"""(?:src|href)\s*=\s*["']([^"']*)["']|url\(([^)]*)\)""", text):
        target = (match.group(1) or match.group(2) or "").strip("\"' ")
        assert target.startswith(("#", "data:")) or not target, target
    assert "<script src" not in text


@pytest.mark.rule(17)
def test_html_escapes_what_files_say(tmp_path: Path) -> None:
    """A structure or plan whose name is markup is shown as text, not run."""
    evil = "<b onload=x>&"
    drawn = [structure(evil[:16])]
    folder = write_phantom(tmp_path / "in", [course("c", NEW, plan(50, 25, "<i>1</i>"), structures=drawn)])
    assert run("assess", folder, "--out", tmp_path / "out").exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<b onload" not in page
    assert "<i>1</i>" not in page
    assert "&lt;i&gt;1" in page


@pytest.mark.rule(17)
@pytest.mark.parametrize("command", [["--help"], ["assess", "--help"], ["scan", "--help"], ["dvh", "--help"]])
def test_help_makes_no_promise(command: list[str]) -> None:
    """Help texts do not call anything safe or authorised; the program's own says what it is not."""
    ran = run(*command)
    assert ran.exit_code == 0
    assert re.search(FORBIDDEN["en"], ran.stdout, flags=re.IGNORECASE) is None
    if command == ["--help"]:
        assert "not CE-marked" in ran.stdout


def _sentences(table: object, language: str) -> list[str]:
    """Every text of a catalogue under the language's keys."""
    if not isinstance(table, dict):
        return []
    here = [text for key, text in table.items() if key in (language, f"remedy_{language}")]
    return [str(text) for text in here] + [
        one for inner in table.values() for one in _sentences(inner, language)
    ]


@pytest.mark.rule(17)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_sentence_of_the_catalogue_releases_anything(repository: Path, language: str) -> None:
    """No sentence Graybook can say, in either language, holds a word of release."""
    sentences = [
        (path.name, one)
        for path in sorted((repository / "src/graybook/text/data").glob("*.toml"))
        for one in _sentences(tomllib.loads(path.read_text(encoding="utf-8")), language)
    ]
    assert len(sentences) > 200
    for place, text in sentences:
        assert re.search(FORBIDDEN[language], text, flags=re.IGNORECASE) is None, (place, text)
