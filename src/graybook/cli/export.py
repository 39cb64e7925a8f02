"""``graybook export``: a folder comes in; one person's record in another format, and what did not fit, are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.exchange_options import TargetFormat, print_findings
from graybook.cli.folder_options import AsJson, Names, Patient, PersonFolder
from graybook.cli.output import shown_progress
from graybook.text import Language

__all__ = ["export"]


def export(
    folder: PersonFolder,
    to: TargetFormat,
    out: Annotated[
        Path, typer.Option("--out", metavar="OUT", help="The folder to write into; made when missing.")
    ],
    result: Annotated[
        Path | None,
        typer.Option(
            "--result",
            metavar="FILE",
            help="result.json of graybook assess on the same folder: says whether a course is a re-irradiation.",
        ),
    ] = None,
    alpha_beta: Annotated[
        list[float] | None,
        typer.Option(
            "--alpha-beta",
            metavar="GY",
            help="α/β at which the EQD2 of targets is stated; several times for several. 2, 3 and 10 when not given. [Gy]",
            min=0.1,
        ),
    ] = None,
    patient: Patient = None,
    names: Names = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the findings.")] = "en",
    json: AsJson = False,
) -> None:
    """Write one person's record as HL7 FHIR, OSIRIS tables or OMOP rows, and say what the format could not hold.

    Writes the document, findings.json and findings.md into OUT. Nothing is sent. The document names the person: keep it as you keep
    the record.
    """
    from graybook.workflow.export import ALPHA_BETAS_GY, export_record

    with shown_progress(quiet=json, language=lang) as progress:
        done = export_record(
            folder,
            out,
            to=to,
            result=result,
            alpha_betas_gy=tuple(dict.fromkeys(alpha_beta or ALPHA_BETAS_GY)),
            patient=patient,
            names=names,
            language=lang,
            progress=progress,
        )
    print_findings(
        done.findings,
        lang,
        key="exchanging_exported",
        file_format=to,
        out=out,
        courses=len(done.facts.courses),
        files=done.files,
        json=json,
    )
