"""``graybook budget``: a folder and a number of fractions come in; what limits leave, or one JSON document, is printed."""

from __future__ import annotations

import json as json_module
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import (
    AsJson,
    Names,
    Patient,
    PersonFolder,
    Reference,
    Register,
    RulebookName,
    Thresholds,
)
from graybook.cli.output import print_json, shown_progress
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language

__all__ = ["budget"]


def budget(
    folder: PersonFolder,
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
    reference: Reference = None,
    patient: Patient = None,
    names: Names = None,
    register: Register = "auto",
    thresholds: Thresholds = None,
    options: Annotated[
        Path | None,
        typer.Option(
            "--options",
            metavar="FILE",
            help="A TOML file of assumptions: α/β, recovery, phases given together.",
        ),
    ] = None,
    rulebook: RulebookName = DEFAULT,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
    json: AsJson = False,
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
