"""``graybook request``: a folder comes in; the letter to the former centre, or one JSON document, is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import AsJson, Patient, PersonFolder
from graybook.cli.output import print_json, print_text, shown_progress
from graybook.text import Language

__all__ = ["request"]


def request(
    folder: PersonFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the letter there; an existing file is kept."),
    ] = None,
    patient: Patient = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the letter.")] = "en",
    json: AsJson = False,
) -> None:
    """Write the letter to the former centre: what is missing of each earlier course, and how to export it.

    Nothing is sent. Places in [brackets] are yours to fill in.
    """
    from graybook.cli.request_page import document, letter, write_letter
    from graybook.workflow.request import request_for

    with shown_progress(quiet=json, language=lang) as progress:
        asked = request_for(folder, patient=patient, progress=progress)
    if out is not None:
        write_letter(out, letter(asked, lang))
    if json:
        print_json(document(asked, lang))
    elif out is None:
        print_text(letter(asked, lang))
