"""Exchange options: what the commands that write and read other formats ask in the same words, and how they say what they did."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from graybook.cli.output import print_json, print_text
from graybook.text import Language, phrase

if TYPE_CHECKING:
    from graybook.record import Finding
    from graybook.workflow.exchanging.report import FindingLine

__all__ = ["SourceFormat", "TargetFormat", "print_findings"]

SHOWN = 20
"""So many findings are printed; all of them are in findings.md."""

TargetFormat: TypeAlias = Annotated[
    Literal["fhir", "osiris", "omop"],
    typer.Option(
        "--to", help="The format: HL7 FHIR (mCODE, CodeX), OSIRIS, or OMOP CDM 5.4.", show_default=False
    ),
]

SourceFormat: TypeAlias = Annotated[
    Literal["fhir", "osiris"],
    typer.Option("--from", help="The format: HL7 FHIR (mCODE, CodeX), or OSIRIS.", show_default=False),
]


def _shown(line: FindingLine) -> str:
    """One line; the place first where the sentence does not name it."""
    place = "" if not line.path or line.path in line.text else f"{line.path}: "
    return f"- {place}{line.text} {line.remedy}".rstrip()


def print_findings(
    findings: tuple[Finding, ...],
    language: Language,
    *,
    key: str,
    file_format: str,
    out: Path,
    courses: int,
    files: tuple[str, ...] = (),
    json: bool,
) -> None:
    """What was written and found: one JSON document, or a sentence and the findings that are more than notes."""
    from graybook.workflow.exchanging.report import finding_lines, report_document

    direction = "export" if files else "import"
    if json:
        document = report_document(findings, language, file_format=file_format, direction=direction)
        print_json({**document, "courses": courses, "files": list(files) or ["graybook.toml"]})
        return
    lines = finding_lines(findings, language)
    counts = Counter(one.severity for one in lines)
    said = [one for one in lines if one.severity != "info"]
    shown = [_shown(one) for one in said[:SHOWN]]
    shown += ["..."] if len(said) > SHOWN else []
    params: dict[str, str | float | int | None] = {
        "courses": courses,
        "out": str(out),
        "errors": counts["error"],
        "warnings": counts["warning"],
        "notes": counts["info"],
    }
    if files:
        params["files"] = ", ".join(files)
    print_text("\n".join([phrase(key, language, **params), *shown]) + "\n")
