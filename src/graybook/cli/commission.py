"""``graybook commission``: nothing comes in; this installation is checked against its truth, and a dated PDF is written."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.output import OUR_FAULT, print_json, print_text, shown_progress
from graybook.text import Language

__all__ = ["commission"]


def commission(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="Where the record goes; made when missing, may hold other files.",
            show_default=False,
        ),
    ],
    lang: Annotated[Language, typer.Option("--lang", help="Language of the record.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print commission.json on stdout.")] = False,
) -> None:
    """Check this installation: golden vectors, phantoms with closed forms, a whole DICOM round trip.

    Writes commission.pdf (dated, for the physicist's file), commission.html and commission.json into OUT. Status 1 when a check
    failed: then no result of this computer may be used.
    """
    from graybook.cli.commission_page import summary
    from graybook.report.commission_result import json_text
    from graybook.workflow.commission import commission as commissioned
    from graybook.workflow.commission import write_commission
    from graybook.workflow.registering.giving_back import made_folder

    made_folder(out)
    with shown_progress(quiet=json, language=lang) as progress:
        material = commissioned(language=lang, progress=progress)
        write_commission(material, out, language=lang, progress=progress)
    if json:
        print_json(json_module.loads(json_text(material.result)))
    else:
        print_text(summary(material, out, lang))
    if not material.result.passed:
        raise typer.Exit(OUR_FAULT)
