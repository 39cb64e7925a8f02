"""``graybook demo``: nothing comes in; a synthetic patient is written, assessed, and the headline is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.assess import assess
from graybook.cli.output import shown_progress
from graybook.text import Language

__all__ = ["demo"]


def demo(
    out: Annotated[
        Path, typer.Option("--out", help="Where the patient (OUT/patient) and the report go.")
    ] = Path("graybook-demo"),
    lang: Annotated[Language, typer.Option("--lang", help="Language of the report.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print result.json on stdout.")] = False,
) -> None:
    """Write a synthetic patient as DICOM, assess it, and say where the report is.

    A lymphoma in 2009, a lung lesion in 2019, three cycles of 177Lu in 2022 and 2023, a proposed course in 2026: doses are closed
    forms, so every number can be checked.
    """
    from graybook.workflow.demo.patient import write_synthetic_patient
    from graybook.workflow.registering.giving_back import made_folder

    made_folder(out)
    with shown_progress(quiet=json, language=lang) as progress:
        write_synthetic_patient(out / "patient", progress)
    assess(out / "patient", out, lang=lang, json=json)
