"""Cohort report: a pool comes in; a page that says what is missing before what is plotted goes out, with its numbers as JSON."""

from __future__ import annotations

from pathlib import Path

from graybook.cohort.bands import enough
from graybook.cohort.engines import opened
from graybook.cohort.manifest import read_manifest, table_files
from graybook.errors import UsageError
from graybook.progress import Progress, silent
from graybook.report.cohort_pages import write_cohort_pages
from graybook.report.cohort_result import CohortResult
from graybook.text import Language, phrase
from graybook.workflow.pooling.description import description
from graybook.workflow.registering.giving_back import made_folder

__all__ = ["cohort_report", "report_folder", "write_cohort_report"]


def report_folder(pool: Path, out: Path) -> Path:
    """The folder of the page, made when missing; never the pool's own, which holds nothing but the pool."""
    if out.resolve().is_relative_to(pool.resolve()):
        raise UsageError(
            "The page cannot lie in the pool's folder.",
            value=str(out),
            remedy="Name another folder with --out.",
        )
    made_folder(out)
    return out


def cohort_report(pool: Path, *, language: Language = "en", progress: Progress = silent) -> CohortResult:
    """
    Describe a pool in numbers none of which is of few persons.

    Parameters
    ----------
    pool
        A folder that ``graybook cohort build`` wrote.
    language
        Of the notice.

    Raises
    ------
    graybook.errors.InputError
        The folder is no pool.
    graybook.errors.NotComparable
        The pool holds fewer persons than may be shown.
    """
    manifest = read_manifest(pool)
    enough(manifest.persons)
    with opened(table_files(pool)) as engine:
        return description(
            engine.table, manifest, notice=phrase("report_notice_long", language), progress=progress
        )


def write_cohort_report(
    result: CohortResult, out: Path, *, language: Language = "en", progress: Progress = silent
) -> tuple[Path, Path]:
    """Write ``cohort.html`` and ``cohort.json`` into a folder, which is there; gives their paths."""
    progress("cohort.html", 0.9)
    return write_cohort_pages(result, out, language)
