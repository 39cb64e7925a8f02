"""``graybook import``: a document of another format comes in; a folder with its courses on paper is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.exchange_options import SourceFormat, print_findings
from graybook.cli.folder_options import AsJson
from graybook.text import Language

__all__ = ["import_courses"]


def import_courses(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="A JSON file of FHIR, or a folder of OSIRIS' CSV files.",
            show_default=False,
        ),
    ],
    source_format: SourceFormat,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="The folder to write into; made when missing.")
    ],
    author: Annotated[
        str | None,
        typer.Option(
            "--author",
            metavar="NAME",
            help="Who answers for the courses; 'graybook import' when not given.",
        ),
    ] = None,
    patient: Annotated[
        str | None,
        typer.Option("--patient", metavar="ID", help="Whose courses, when OSIRIS' tables hold several."),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the findings.")] = "en",
    json: AsJson = False,
) -> None:
    """Read courses from HL7 FHIR or OSIRIS: they become courses on paper, and faults of the document become findings.

    Writes graybook.toml, findings.json and findings.md into FOLDER; `graybook assess FOLDER` computes with them. Correct there what
    the findings name.
    """
    from graybook.workflow.import_courses import AUTHOR
    from graybook.workflow.import_courses import import_courses as imported

    done = imported(
        source,
        out,
        source_format=source_format,
        author=author or AUTHOR,
        patient=patient,
        language=lang,
    )
    print_findings(
        done.findings,
        lang,
        key="exchanging_imported",
        file_format=source_format,
        out=out,
        courses=len(done.courses),
        json=json,
    )
