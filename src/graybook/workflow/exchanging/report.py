"""Findings on a document come in; one list of them, for people and for programs, goes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graybook.record import Finding, Severity
from graybook.text import Language, keys, phrase, remedy

__all__ = ["JSON_NAME", "MD_NAME", "NAMES", "FindingLine", "finding_lines", "report_document", "write_report"]

JSON_NAME, MD_NAME = "findings.json", "findings.md"

NAMES = {"fhir": "HL7 FHIR", "osiris": "OSIRIS", "omop": "OMOP"}
"""What people call the formats."""

ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """One finding as it is written down.

    Parameters
    ----------
    path
        The place in the document.
    value
        What stands there, as it stands.
    remedy
        What can be done; empty where nothing needs to be.
    """

    code: str
    severity: str
    subject: str
    path: str
    value: str
    text: str
    remedy: str


def finding_lines(findings: Sequence[Finding], language: Language) -> tuple[FindingLine, ...]:
    """Errors first, then warnings, then what is only to be known; within each in the order of the document, each once."""
    lines = [_line(one, language) for one in sorted(findings, key=lambda one: ORDER.index(one.severity))]
    return tuple(dict.fromkeys(lines))


def _line(one: Finding, language: Language) -> FindingLine:
    params = {"subject": one.subject, **one.params}
    path, value = params.get("path"), params.get("value")
    return FindingLine(
        code=one.code,
        severity=one.severity.value,
        subject=one.subject,
        path=str(one.subject if path is None else path),
        value="" if value is None else str(value),
        text=phrase(one.code, language, **params) if one.code in keys() else one.code,
        remedy=remedy(one.code, language, **params).strip() if one.code in keys() else "",
    )


def report_document(
    findings: Sequence[Finding], language: Language, *, file_format: str, direction: str
) -> dict[str, object]:
    """The list as one document for programs."""
    lines = finding_lines(findings, language)
    return {
        "format": file_format,
        "direction": direction,
        "counts": {one.value: sum(line.severity == one.value for line in lines) for one in ORDER},
        "findings": [vars(line) for line in lines],
    }


def write_report(
    out: Path, findings: Sequence[Finding], language: Language, *, file_format: str, direction: str
) -> None:
    """``findings.json`` and ``findings.md`` in a folder."""
    document = report_document(findings, language, file_format=file_format, direction=direction)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    (out / JSON_NAME).write_text(text, encoding="utf-8", newline="\n")
    page = _page(finding_lines(findings, language), language, file_format, direction)
    (out / MD_NAME).write_text(page, encoding="utf-8", newline="\n")


def _page(lines: Sequence[FindingLine], language: Language, file_format: str, direction: str) -> str:
    title = phrase(f"exchanging_title_{direction}", language, format=NAMES[file_format])
    if not lines:
        return f"# {title}\n\n{phrase('exchanging_nothing', language)}\n"
    head = [
        phrase(f"exchanging_col_{one}", language) for one in ("severity", "path", "value", "text", "remedy")
    ]
    rows = [head, ["---"] * len(head)]
    rows += [
        [phrase(f"exchanging_{one.severity}", language), one.path, one.value, one.text, one.remedy]
        for one in lines
    ]
    table = "\n".join("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows)
    return f"# {title}\n\n{table}\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
