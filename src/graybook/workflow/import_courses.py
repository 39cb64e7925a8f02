"""Import: a document of FHIR or OSIRIS comes in; a folder goes out whose graybook.toml states its courses on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from graybook.errors import UsageError
from graybook.exchange.course_facts import PersonFacts
from graybook.exchange.fhir.read import facts_from_fhir
from graybook.exchange.osiris import facts_from_osiris, tables_from_csv
from graybook.exchange.paper import on_paper
from graybook.exchange.paper_tables import Stamp, paper_tables
from graybook.files import FILE_NAME, parse
from graybook.files.toml_text import toml_text
from graybook.record import Course, Finding
from graybook.text import Language
from graybook.workflow.exchanging.documents import read_json, read_texts, source_of
from graybook.workflow.exchanging.report import NAMES, write_report
from graybook.workflow.registering.giving_back import UNDATED, made_folder

__all__ = ["Imported", "SourceFormat", "import_courses"]

SourceFormat: TypeAlias = Literal["fhir", "osiris"]

AUTHOR = "graybook import"
"""Who states the courses when nobody else takes that on."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """
    What came in.

    Parameters
    ----------
    facts
        What the document states.
    courses
        The same as courses on paper.
    findings
        What the document got wrong or left unsaid, and what does not enter a sum for it.
    """

    facts: PersonFacts
    courses: tuple[Course, ...]
    findings: tuple[Finding, ...]


def import_courses(
    source: Path,
    out: Path,
    *,
    source_format: SourceFormat,
    author: str = AUTHOR,
    patient: str | None = None,
    language: Language = "en",
) -> Imported:
    """
    Write graybook.toml with the courses of a document, findings.json and findings.md into a folder, ready to be assessed.

    The entries bear the last day that the document states, so that the same document gives the same bytes.

    Parameters
    ----------
    source
        A JSON file of FHIR, or a folder of CSV files of OSIRIS.
    out
        A folder, made with its parents; a graybook.toml in it is never overwritten by another.
    author
        Who answers for the entries.
    patient
        Whose courses, where OSIRIS' tables hold several patients.

    Raises
    ------
    graybook.errors.UsageError
        There is no such document, or OUT holds another graybook.toml.
    graybook.errors.InputError
        The document cannot be read, or does not say whose the courses are.
    """
    facts, said = _read(source, source_format, patient)
    courses, on_the_way = on_paper(facts)
    stamp = Stamp(
        author=author,
        date=_last_day(facts),
        reason=f"imported from {NAMES[source_format]}",
        source=source_of(source),
    )
    text = toml_text(paper_tables(facts.person, courses, stamp))
    parse(
        text
    )  # what is written can be read: a value that graybook.toml refuses is refused here, with its place
    made_folder(out)
    _write_new(out / FILE_NAME, text)
    findings = (*said, *on_the_way)
    write_report(out, findings, language, file_format=source_format, direction="import")
    return Imported(facts=facts, courses=courses, findings=findings)


def _read(
    source: Path, source_format: SourceFormat, patient: str | None
) -> tuple[PersonFacts, tuple[Finding, ...]]:
    if source_format == "fhir":
        if patient is not None:
            raise UsageError(
                "A FHIR document is of one person: --patient has no meaning for it.",
                value=patient,
                remedy="Leave --patient out.",
            )
        return facts_from_fhir(read_json(source))
    return facts_from_osiris(tables_from_csv(read_texts(source)), patient=patient)


def _last_day(facts: PersonFacts) -> date:
    days = [day for course in facts.courses for day in (course.start_date, course.end_date)]
    days += [
        day for course in facts.courses for one in course.phases for day in (one.start_date, one.end_date)
    ]
    known = [day for day in days if day is not None]
    if facts.stated_on is not None:
        known = [day for day in known if day <= facts.stated_on] or [facts.stated_on]
    return max(known, default=UNDATED)


def _write_new(path: Path, text: str) -> None:
    """Write a file; one that holds something else is left as it is."""
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        raise UsageError(
            f"OUT holds a {path.name} with other content; it was left as it is.",
            value=str(path),
            remedy="Name a new folder, or move the file away first.",
        )
    path.write_text(text, encoding="utf-8", newline="\n")
