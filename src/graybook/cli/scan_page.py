"""A scan comes in; its timeline, courses, findings and files not used are printed for a person to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from graybook.cli.output import remedy_text, sentence
from graybook.text import Language, date_text, dose_text, phrase

if TYPE_CHECKING:
    from graybook.record import Course, Finding, Phase, Refusal
    from graybook.workflow.folder.listing import FileEntry
    from graybook.workflow.folder.scan import PersonScan, ScanResult

__all__ = ["page"]

SHOWN_PATHS = 3
"""So many paths stand on one line of files with one reason; the rest are counted."""

PLAIN_WIDTH = 120
"""Columns where the output is no terminal."""

LABEL_WIDTH = 28
"""Columns a course's label may take; the phases beside it have their labels in full."""


def page(result: ScanResult, language: Language) -> None:
    """Print the scan on stdout."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    for person in result.persons:
        _print_person(console, person, language)
    _print_findings(console, result.findings, language)
    _print_files(console, result.files, language)


def _print_person(console: Console, scan: PersonScan, language: Language) -> None:
    person = scan.record.person
    ids = ", ".join(
        f"{one.value} ({one.issuer})" if one.issuer else one.value or "–" for one in person.identities
    )
    born = f", {date_text(person.birth_date, language)}" if person.birth_date else ""
    console.print(f"\n[bold]{phrase('scan_person', language)}[/] {escape(ids)}  {escape(person.name)}{born}")
    if scan.record.courses:
        console.print(_timeline(scan.record.courses, language))
        console.print(f"[dim]{phrase('scan_grades', language)}[/]")
    else:
        console.print(phrase("scan_no_course", language))
    refusals = (*scan.identity_refusals, *scan.refusals)
    if refusals:
        console.print(f"[bold red]{phrase('scan_refusals', language)}[/]")
    for one in refusals:
        _print_said(console, one, language)
    said = {(one.code, one.subject) for one in refusals}
    _print_findings(console, [one for one in scan.findings if (one.code, one.subject) not in said], language)


def _timeline(courses: Iterable[Course], language: Language) -> Table:
    table = Table(title=phrase("scan_timeline", language), title_justify="left", pad_edge=False)
    for key in ("course", "phase", "status", "fractions", "prescribed", "dose", "grade"):
        table.add_column(phrase(f"scan_{key}", language), overflow="fold", no_wrap=key in ("course", "grade"))
    for course in courses:
        day = (
            date_text(course.start_date, language) if course.start_date else phrase("scan_undated", language)
        )
        for place, phase in enumerate(course.phases):
            first = place == 0
            table.add_row(
                escape(f"{day}\n{_short(course.label)}\n{course.id}") if first else "",
                *_cells(phase, language),
                course.evidence_grade.value if first else "",
            )
        table.add_section()
    return table


def _short(label: str) -> str:
    return label if len(label) <= LABEL_WIDTH else label[: LABEL_WIDTH - 1] + "…"


def _cells(phase: Phase, language: Language) -> tuple[str, ...]:
    asked = "\n".join(
        f"{escape(one.target)} {dose_text(one.dose_gy, language)}".strip() for one in phase.prescriptions
    )
    given = "?" if phase.fractions_delivered is None else str(phase.fractions_delivered)
    planned = "?" if phase.fractions_planned is None else str(phase.fractions_planned)
    if phase.dose is None:
        dose = phrase("scan_none", language)
    else:
        quantity = phase.dose.quantity.value.replace("-", "_")
        dose = phase.dose.rbe_model or phrase(f"scan_quantity_{quantity}", language)
    return (
        escape(phase.label or "–"),
        phrase(f"report_status_{phase.status.value.replace(' ', '_')}", language),
        f"{given} / {planned}",
        asked or "–",
        escape(dose),
    )


def _print_findings(console: Console, findings: Iterable[Finding], language: Language) -> None:
    listed = list(findings)
    if listed:
        console.print(f"[bold]{phrase('scan_findings', language)}[/]")
    for one in listed:
        _print_said(console, one, language)


def _print_said(console: Console, one: Finding | Refusal, language: Language) -> None:
    console.print(f"  • {escape(sentence(one, language))}", soft_wrap=True)
    for line in remedy_text(one, language).splitlines():
        console.print(f"      {escape(line)}", soft_wrap=True)


def _print_files(console: Console, files: Iterable[FileEntry], language: Language) -> None:
    listed = list(files)
    left = [one for one in listed if one.used_as is None]
    count = phrase("scan_files", language, count=len(listed), used=len(listed) - len(left))
    uses: dict[str, int] = {}
    for one in listed:
        if one.used_as is not None:
            uses[one.used_as] = uses.get(one.used_as, 0) + 1
    by_use = ", ".join(
        f"{number} {phrase('scan_use_' + use.replace(' ', '_'), language)}"
        for use, number in sorted(uses.items())
    )
    console.print(f"\n[bold]{count}[/]" + (f" ({by_use})" if by_use else ""))
    if not left:
        return
    console.print(f"[bold]{phrase('scan_files_not_used', language)}[/]")
    alike: dict[tuple[str, str], list[FileEntry]] = {}
    for one in left:
        folder, _, _ = one.path.rpartition("/")
        alike.setdefault((_reason(one), folder), []).append(one)
    for entries in alike.values():
        _print_alike(console, entries, language)


def _reason(one: FileEntry) -> str:
    """What makes two files not used alike: the reason but for the file's own path."""
    if one.reason is None:
        return ""
    own = {key: value for key, value in one.reason.params.items() if key not in ("path", "file", "detail")}
    return f"{one.reason.code} {sorted((key, str(value)) for key, value in own.items())}"


def _print_alike(console: Console, entries: list[FileEntry], language: Language) -> None:
    paths = ", ".join(one.path for one in entries[:SHOWN_PATHS])
    if len(entries) > SHOWN_PATHS:
        paths += f" {phrase('scan_more', language, count=len(entries) - SHOWN_PATHS)}"
    first = entries[0].reason
    why = "" if first is None else sentence(first, language).removeprefix(entries[0].path).lstrip(" :\u00a0")
    console.print(f"  • {escape(paths)}: {escape(why)}", soft_wrap=True)
