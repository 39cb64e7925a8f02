"""``graybook deidentify``: a folder of persons and a project come in; a folder that names nobody is written and searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import AnyFolder, AsJson, Names
from graybook.cli.output import INPUT_ALLOWS_NONE, print_json, shown_progress
from graybook.text import Language

__all__ = ["deidentify"]


def deidentify(
    folder: AnyFolder,
    project: Annotated[
        str,
        typer.Option(
            "--project", metavar="NAME", help="The project; each has a key of its own.", show_default=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="A new folder, or that of an earlier run; apart from FOLDER.", show_default=False
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", metavar="FILE", help="The project's key; one in your data folder when not given."
        ),
    ] = None,
    names: Names = None,
    lang: Annotated[
        Language, typer.Option("--lang", help="Language of the sentences and of the report.")
    ] = "en",
    json: AsJson = False,
) -> None:
    """Write FOLDER without anything that names a person, a hospital or a machine; doses, links and intervals stay.

    Each person gets a pseudonym of the project and a folder of that name. Afterwards all of OUT is searched for every original
    value: status 3 when one is found. Files that are not understood are not copied; they are listed here, never in OUT.
    """
    from graybook.cli.deidentify_page import document, page
    from graybook.workflow.deidentify import deidentify as deidentified

    with shown_progress(quiet=json, language=lang) as progress:
        result = deidentified(
            folder, project, out, key_path=key, names=names, language=lang, progress=progress
        )
    if json:
        print_json(document(result, lang))
    else:
        page(result, out, lang)
    if not result.done:
        raise typer.Exit(INPUT_ALLOWS_NONE)
