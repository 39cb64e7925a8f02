"""A commissioning comes in; the lines that the terminal shows go out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graybook.report.commission_result import CommissionMaterial
from graybook.report.commission_sheet import commission_sheet
from graybook.text import Language
from graybook.workflow.commission import HTML, JSON, PDF

__all__ = ["summary"]


def summary(material: CommissionMaterial, out: Path, language: Language) -> str:
    """The verdict, a line for each group, what to do, and where the record is."""
    return "\n".join(_lines(material, out, language)) + "\n"


def _lines(material: CommissionMaterial, out: Path, language: Language) -> Iterator[str]:
    page = commission_sheet(material, language)
    yield f"{page.verdict}  ({page.head}, {page.head_details})"
    width = max(len(row[0].lines[0]) for row in page.groups.rows)
    counts = max(len(row[1].lines[0]) for row in page.groups.rows)
    for title, counted, closest, verdict in page.groups.rows:
        first = f"{title.lines[0]:<{width}}  {counted.lines[0]:<{counts}}  {verdict.lines[0]}"
        yield f"{first}  {closest.lines[0]}".rstrip()
    for row in page.failed.rows:
        yield f"  {row[0].lines[0]}: {' | '.join(one.lines[0] for one in row[1:4])}"
    yield from page.counts
    yield from (page.actions if not page.passed else page.actions[:1])
    yield ", ".join(str(out / name) for name in (PDF, HTML, JSON))
    yield page.notice
