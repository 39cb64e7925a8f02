"""The pages of radionuclide therapies alone: one PDF, one HTML file, every therapy and warning on them, same bytes again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from graybook.report.nuclear_document import NuclearDocument, TherapyResult
from graybook.report.nuclear_pages import nuclear_sheet, write_nuclear_pages
from graybook.text import Language
from unit.report import nuclear_cases as cases


@pytest.fixture(name="document")
def document_(made: SimpleNamespace) -> NuclearDocument:
    """Three therapies, a refusal and findings."""
    found = made.whole().result
    labels = {cases.IODINE: "Iode 131", cases.SPHERES: "Radioembolisation", cases.LUTATE: "177Lu"}
    return NuclearDocument(
        notice=found.notice,
        patient=found.patient,
        therapies=[TherapyResult(id=key, label=label) for key, label in labels.items()],
        nuclear=cases.nuclear(),
        findings=found.findings,
        refusals=found.refusals,
        provenance=found.provenance,
    )


def test_headline_names_every_therapy(document: NuclearDocument) -> None:
    """Nuclide, cycles and activity of each; refusals come with what would help."""
    page = nuclear_sheet(document, "en")
    assert "¹⁷⁷Lu-DOTATATE, 3 cycles, 22.23\u00a0GBq" in page.headline
    assert "¹³¹I-NaI, 1 cycle, 3.70\u00a0GBq" in page.headline
    assert page.warnings[0].endswith(document.refusals[0].remedy)


@pytest.mark.rule(17)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_are_written(document: NuclearDocument, tmp_path: Path, language: Language) -> None:
    """Both files are there, hold the notice, ask for nothing from outside, and are the same bytes when written again."""
    first = [path.read_bytes() for path in write_nuclear_pages(document, tmp_path, language)]
    assert first == [path.read_bytes() for path in write_nuclear_pages(document, tmp_path, language)]
    assert first[0].startswith(b"%PDF")
    text = first[1].decode()
    assert nuclear_sheet(document, language).notice in text
    assert "<script" not in text
    assert 'src="http' not in text
