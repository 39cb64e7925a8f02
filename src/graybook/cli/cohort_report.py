"""``graybook cohort report``: a pool comes in; a page about it is written, and its first lines go out."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import AsJson
from graybook.cli.output import print_json, print_text, shown_progress
from graybook.text import Language

__all__ = ["report"]


def report(
    pool: Annotated[
        Path,
        typer.Argument(
            metavar="POOL", help="The folder that graybook cohort build wrote.", show_default=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="Where cohort.html and cohort.json go; made when missing, may hold other files.",
            show_default=False,
        ),
    ],
    json: AsJson = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the page.")] = "en",
) -> None:
    """Describe a pool in one HTML page: what is missing, how well doses are known, then doses, intervals and survival.

    Numbers of persons are bands, so that no group of 1 to 10 persons can be read from the page or reckoned.
    """
    from graybook.report.cohort_result import json_text
    from graybook.report.cohort_sheet import summary
    from graybook.workflow.cohort_report import cohort_report, report_folder, write_cohort_report

    report_folder(pool, out)
    with shown_progress(quiet=json, language=lang) as progress:
        result = cohort_report(pool, language=lang, progress=progress)
        files = write_cohort_report(result, out, language=lang, progress=progress)
    if json:
        print_json(json_module.loads(json_text(result)))
    else:
        print_text("\n".join([*summary(result, lang), ", ".join(map(str, files))]) + "\n")
