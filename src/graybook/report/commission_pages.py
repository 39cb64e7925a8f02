"""Commission pages: a commissioning comes in; the dated PDF for the physicist's file, and the same as HTML, go out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from graybook.report.commission_figures import commission_figures
from graybook.report.commission_result import CommissionMaterial
from graybook.report.commission_sheet import commission_sheet
from graybook.report.html import data_addresses, style, template
from graybook.report.pdf import pdf_bytes
from graybook.text import Language

__all__ = ["write_commission_html", "write_commission_pdf"]


def write_commission_pdf(material: CommissionMaterial, path: Path, language: Language) -> None:
    """Write the pages as an A4 PDF."""
    drawn = commission_figures(material, language)
    path.write_bytes(pdf_bytes(commission_sheet(material, language), drawn, "commission.typ"))


def write_commission_html(material: CommissionMaterial, path: Path, language: Language) -> None:
    """Write the pages as one self-contained HTML file."""
    page = asdict(commission_sheet(material, language))
    images = data_addresses(commission_figures(material, language))
    text = template("commission.html.j2").render(sheet=page, images=images, css=style())
    path.write_bytes((text + "\n").encode())
