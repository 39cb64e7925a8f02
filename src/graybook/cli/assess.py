"""``graybook assess``: a folder comes in; the report is written and its headline, or ``result.json``, is printed."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import (
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

__all__ = ["assess"]


def assess(
    folder: PersonFolder,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="Where the report goes; made when missing, may hold other files.",
            show_default=False,
        ),
    ],
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
            help="A TOML file of assumptions for the headline: α/β, recovery, phases given together.",
        ),
    ] = None,
    rulebook: RulebookName = DEFAULT,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            "--scenario",
            metavar="FILE",
            help="A TOML file of other assumptions, computed beside the headline; up to four.",
        ),
    ] = None,
    uncertainty: Annotated[
        bool,
        typer.Option(
            "--uncertainty",
            help="Draw the random terms, and span what is not known: bands, and the chance of exceeding each limit.",
        ),
    ] = False,
    indicative_total: Annotated[
        bool,
        typer.Option(
            help="Add external beam, radionuclides and microspheres to a total that is labelled indicative.",
        ),
    ] = True,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the report.")] = "en",
    display_alpha_beta: Annotated[
        float,
        typer.Option(
            "--display-alpha-beta",
            metavar="GY",
            help="α/β of eqd2_total.dcm and of the isodoses. [Gy]",
            min=0.1,
        ),
    ] = 3.0,
    json: Annotated[bool, typer.Option("--json", help="Print result.json on stdout.")] = False,
) -> None:
    """Sum the equieffective dose of all courses on today's anatomy and write the report.

    Writes report.html, report.pdf, rcp.txt, result.json, eqd2_total.dcm and dvh.csv into OUT, and propagated.dcm where structures
    were carried over from other courses. What cannot be computed is refused inside the report, with its remedy. Corrections
    stand in FOLDER/graybook.toml (`graybook scan FOLDER --init` makes one).
    """
    from graybook.cli.headline import print_headline
    from graybook.report.result import json_text
    from graybook.workflow.cumulative import assess as assessed_from
    from graybook.workflow.registering.giving_back import made_folder, write_assessment

    made_folder(out)
    with shown_progress(quiet=json, language=lang) as progress:
        assessed = assessed_from(
            folder,
            reference=reference,
            patient=patient,
            language=lang,
            display_alpha_beta_gy=display_alpha_beta,
            names=names,
            register=register,
            thresholds=thresholds,
            options=options,
            rulebook=rulebook,
            scenarios=scenario or (),
            uncertainty=uncertainty,
            indicative=indicative_total,
            progress=progress,
        )
        write_assessment(assessed, out, language=lang, progress=progress)
    if json:
        print_json(json_module.loads(json_text(assessed.result)))
    else:
        print_headline(assessed.result, assessed.material.ranking, out, lang)
