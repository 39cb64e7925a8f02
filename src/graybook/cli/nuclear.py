"""``graybook nuclear``: a folder comes in; doses of radionuclides to organs, cycle by cycle, are written and shown."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import Names, Patient, PersonFolder
from graybook.cli.output import print_json, print_text, shown_progress
from graybook.text import Language

__all__ = ["nuclear"]


def nuclear(
    folder: PersonFolder,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="Where nuclear.json, nuclear.html and nuclear.pdf go, all together or none.",
            show_default=False,
        ),
    ],
    patient: Patient = None,
    names: Names = None,
    options: Annotated[
        Path | None,
        typer.Option(
            "--options", metavar="FILE", help="A TOML file of assumptions: α/β, half-times of repair."
        ),
    ] = None,
    dose_maps: Annotated[
        bool,
        typer.Option(
            "--dose-maps",
            help="Write the absorbed dose of each cycle whose images lie on one grid as RTDOSE, to be looked at.",
        ),
    ] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the pages and sentences.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print nuclear.json on stdout.")] = False,
) -> None:
    """Doses of radionuclide therapy to organs: from images where there are any, else by activity.

    Each administration is a cycle with a BED of its own. Nothing of it is judged by a limit of external beam. What images do
    not say is asked, and answered in graybook.toml.

        graybook nuclear FOLDER --out OUT
    """
    from graybook.cli.nuclear_page import page
    from graybook.workflow.radionuclides import json_text, radionuclides

    with shown_progress(quiet=json, language=lang) as progress:
        found = radionuclides(
            folder,
            out,
            patient=patient,
            language=lang,
            names=names,
            options=options,
            dose_maps=dose_maps,
            progress=progress,
        )
    if json:
        print_json(json_module.loads(json_text(found)))
    else:
        print_text(page(found, out, lang))
