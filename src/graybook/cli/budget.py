"""``graybook budget``: a folder and a number of fractions come in; what limits leave, or one JSON document, is printed."""

from __future__ import annotations

import json as json_module
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.assess import Register
from graybook.cli.output import print_json, shown_progress
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language

__all__ = ["budget"]


def budget(
    folder: Annotated[
        Path, typer.Argument(help="A folder or a .zip holding one person's courses.", show_default=False)
    ],
    fractions: Annotated[
        int,
        typer.Option(
            "--fractions",
            metavar="N",
            help="The new course is to be given in so many fractions.",
            min=1,
            show_default=False,
        ),
    ],
    starts_on: Annotated[
        datetime | None,
        typer.Option(
            "--starts-on",
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="First day of the new course, for limits that ask for an interval; the proposed course's when not given.",
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="COURSE",
            help="Id, label or start date of the course whose anatomy is today's; the latest when not given.",
        ),
    ] = None,
    patient: Annotated[
        str | None,
        typer.Option("--patient", metavar="ID", help="Patient ID, when the folder holds several persons."),
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(
            "--names",
            metavar="FILE",
            envvar="GRAYBOOK_NAMES",
            help="A centre's file of structure names ([\\[structure]] tables).",
        ),
    ] = None,
    register: Annotated[
        Register,
        typer.Option("--register", help="Align courses by their images, as graybook assess does."),
    ] = "auto",
    thresholds: Annotated[
        Path | None,
        typer.Option(
            "--thresholds",
            metavar="FILE",
            help="A centre's limits for what alignments may be used for: TOML, each with author, date and reason.",
        ),
    ] = None,
    options: Annotated[
        Path | None,
        typer.Option(
            "--options",
            metavar="FILE",
            help="A TOML file of assumptions: α/β, recovery, phases given together.",
        ),
    ] = None,
    rulebook: Annotated[
        str,
        typer.Option(
            "--rulebook",
            metavar="NAME|FILE",
            help="Limits: cumulative, cumulative-all, first-course, all, or a centre's TOML or CSV file.",
        ),
    ] = DEFAULT,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
) -> None:
    """What limits leave to give: the equieffective dose, and the uniform physical dose in N fractions.

    Used is what was delivered or is assumed delivered; a proposed course is never counted as used. It is told how far it
    may be scaled, all its phases by one factor, and which limit stops it.

        graybook budget FOLDER --fractions 30

    The dose left is uniform in the structure: a plan with a gradient leaves more, and is scaled voxel by voxel. Volume metrics
    leave no single dose. Nothing left is an answer, not an error.
    """
    from graybook.cli.budget_page import page
    from graybook.report.budget_result import budget_text
    from graybook.workflow.budget import budget as left

    with shown_progress(quiet=json, language=lang) as progress:
        found = left(
            folder,
            fractions=fractions,
            starts_on=None if starts_on is None else starts_on.date(),
            reference=reference,
            patient=patient,
            language=lang,
            names=names,
            register=register,
            thresholds=thresholds,
            options=options,
            rulebook=rulebook,
            progress=progress,
        )
    if json:
        print_json(json_module.loads(budget_text(found)))
    else:
        page(found, lang)
