"""``graybook scan``: a folder comes in; its timeline, or one JSON document, is printed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graybook.cli.folder_options import AnyFolder, AsJson, Names
from graybook.cli.output import INPUT_ALLOWS_NONE, print_error, print_json, shown_progress
from graybook.text import Language, phrase

__all__ = ["scan"]


def scan(
    folder: AnyFolder,
    json: AsJson = False,
    init: Annotated[
        bool,
        typer.Option("--init", help="Write a template of graybook.toml into FOLDER, unless there is one."),
    ] = False,
    names: Names = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
) -> None:
    """List persons, courses, phases, evidence grades, missing links, and every file that was not used with the reason."""
    from graybook.cli.scan_document import document
    from graybook.cli.scan_page import page
    from graybook.workflow.folder.scan import scan as scanned
    from graybook.workflow.template import write_template

    with shown_progress(quiet=json, language=lang) as progress:
        result = scanned(folder, progress, names=names)
    written = write_template(folder, result) if init else None
    if json:
        print_json(document(result, lang))
    else:
        page(result, lang)
    if written is not None:
        sys.stderr.write(f"{phrase('scan_template_written', lang, path=str(written))}\n")
    if result.settings_error is not None:
        print_error(result.settings_error)
    if not result.usable:
        sys.stderr.write(f"{phrase('scan_nothing_usable', lang)}\n")
        raise typer.Exit(INPUT_ALLOWS_NONE)
