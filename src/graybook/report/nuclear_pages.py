"""Nuclear pages: radionuclide therapies come in; their pages of their own go out, as ``nuclear.pdf`` and ``nuclear.html``."""

from __future__ import annotations

from pathlib import Path

from graybook.report.blocks import Column, Section, Table, cell
from graybook.report.citations import Citations, nuclear_sources
from graybook.report.nuclear_document import NuclearDocument
from graybook.report.nuclear_figures import by_therapy, nuclear_svg
from graybook.report.nuclear_section import nuclear_blocks
from graybook.report.nuclear_words import therapy_text
from graybook.report.plain_sheet import PlainSheet, write_plain_sheet
from graybook.report.sheet import person_details
from graybook.report.wording import Wording, person_name
from graybook.text import Language

__all__ = ["nuclear_sheet", "write_nuclear_pages"]


def _warnings(document: NuclearDocument) -> tuple[str, ...]:
    """Refusals first, with what would help; then errors and warnings."""
    refused = [f"{one.text} {one.remedy}".strip() for one in document.refusals]
    found = [one for kind in ("error", "warning") for one in document.findings if one.severity == kind]
    return tuple(dict.fromkeys([*refused, *(one.text for one in found)]))


def _images(document: NuclearDocument, words: Wording) -> Section:
    """The files read, by their use, so that a figure can be followed to them."""
    uses: dict[str, int] = {}
    for one in document.provenance.inputs:
        uses[one.used_as] = uses.get(one.used_as, 0) + 1
    rows = tuple(
        (cell(words.term("used", use), strong=True), cell(str(count))) for use, count in uses.items()
    )
    table = Table(
        columns=(
            Column(title=words("col_used_as"), share=1.0),
            Column(title=words("col_count"), numeric=True),
        ),
        rows=rows,
        note=words("nuclear_inputs", n=len(document.provenance.inputs)),
    )
    return Section(id="inputs", title=words("prov_inputs"), blocks=(table,))


def nuclear_sheet(document: NuclearDocument, language: Language) -> PlainSheet:
    """The pages in one language, worded but not laid out."""
    words, nuclear = Wording(language), document.nuclear
    numbers = Citations(nuclear_sources(nuclear))
    labels = {one.id: one.label for one in document.therapies}
    therapies = by_therapy(nuclear)
    blocks = nuclear_blocks(nuclear, labels, {}, numbers, words)
    listed = numbers.listed(words("nuclear_sources"))
    section = Section(
        id="nuclear",
        title=words("nuclear_therapies"),
        blocks=(*blocks, *((listed,) if listed.items else ())),
    )
    made, patient = document.provenance, document.patient
    return PlainSheet(
        language=language,
        title=words("nuclear_title"),
        head=person_name(patient.name) or words("name_unknown"),
        head_details=person_details(patient, words),
        notice=words("notice"),
        notice_long=words("notice_long"),
        version=words("version", version=made.version, date=words.date(made.created)),
        headline=words.series(therapy_text(cycles, words) for cycles in therapies.values())
        or words("nuclear_none"),
        lines=(),
        warnings=_warnings(document),
        sections=(section, *((_images(document, words),) if made.inputs else ())),
        labels={"validation": words("validation"), "warnings": words("to_note")},
    )


def write_nuclear_pages(document: NuclearDocument, out: Path, language: Language) -> tuple[Path, Path]:
    """Write ``nuclear.pdf`` and ``nuclear.html`` into a folder; gives their paths."""
    drawn = nuclear_svg(document.nuclear, Wording(language))
    return write_plain_sheet(nuclear_sheet(document, language), drawn, out, "nuclear")
