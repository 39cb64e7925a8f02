"""Plain sheet: a headline, a few lines, sections and warnings already worded come in; one PDF and one HTML file go out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from graybook.report.blocks import Section
from graybook.report.drawing import Pictures
from graybook.report.html import data_addresses, style, template
from graybook.report.pdf import pdf_bytes

__all__ = ["PlainSheet", "write_plain_sheet"]


@dataclass(frozen=True, kw_only=True)
class PlainSheet:
    """Pages without a first page of their own.

    ``head`` names the person or the case, ``headline`` says what was found in one line, ``lines`` what must be read with it.
    """

    language: str
    title: str
    head: str
    head_details: str
    notice: str
    notice_long: str
    version: str
    headline: str
    lines: tuple[str, ...]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    labels: dict[str, str] = field(default_factory=dict)


def write_plain_sheet(page: PlainSheet, drawn: Pictures, out: Path, stem: str) -> tuple[Path, Path]:
    """Write the pages into a folder as an A4 PDF and as one HTML file that stands alone; gives their paths."""
    pdf, html = out / f"{stem}.pdf", out / f"{stem}.html"
    pdf.write_bytes(pdf_bytes(page, drawn, "plain.typ"))
    text = template("plain.html.j2").render(sheet=asdict(page), images=data_addresses(drawn), css=style())
    html.write_bytes((text + "\n").encode())
    return pdf, html
