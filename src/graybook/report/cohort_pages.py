"""Cohort pages: a pool's numbers come in; one HTML file that stands alone, and the numbers as JSON, go out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from graybook.report.cohort_figures import cohort_figures
from graybook.report.cohort_result import CohortResult, json_text
from graybook.report.cohort_sheet import cohort_sheet
from graybook.report.html import data_addresses, style, template
from graybook.text import Language

__all__ = ["HTML", "JSON", "cohort_html", "write_cohort_pages"]

HTML, JSON = "cohort.html", "cohort.json"


def cohort_html(result: CohortResult, language: Language) -> str:
    """The page. Everything that comes from the pool is escaped; the policy in its head forbids scripts and requests."""
    text = template("cohort.html.j2").render(
        sheet=asdict(cohort_sheet(result, language)),
        images=data_addresses(cohort_figures(result, language)),
        css=style(),
    )
    return text + "\n"


def write_cohort_pages(result: CohortResult, out: Path, language: Language) -> tuple[Path, Path]:
    """Write ``cohort.html`` and ``cohort.json`` into a folder, which is there; gives their paths."""
    (out / HTML).write_bytes(cohort_html(result, language).encode())
    (out / JSON).write_bytes(json_text(result).encode())
    return out / HTML, out / JSON
