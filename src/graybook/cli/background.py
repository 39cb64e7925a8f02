"""``graybook background``: a folder and a number of fractions come in; files for a planning system and their sheet are written."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import Names, Patient, PersonFolder, Register, RulebookName, Thresholds
from graybook.cli.output import print_json, print_text, shown_progress
from graybook.tables.rulebook import DEFAULT
from graybook.text import Language

__all__ = ["background"]


def background(
    folder: PersonFolder,
    fractions: Annotated[
        int,
        typer.Option("--fractions", metavar="N", help="Of the new course.", min=1, show_default=False),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Where the files go; those of a former run there are replaced.", show_default=False
        ),
    ],
    expected: Annotated[
        str | None,
        typer.Option(
            "--expected",
            metavar="PLAN",
            help=(
                "Id, label or start date of a proposed course, label of one of its plans, or the path of an RT Plan or RT Dose: "
                "a base dose is made for it, and is valid for it alone."
            ),
        ),
    ] = None,
    alpha_beta: Annotated[
        list[float] | None,
        typer.Option(
            "--alpha-beta",
            metavar="GY",
            help="α/β of the files, as often as wanted; of the organs present when not given. [Gy]",
        ),
    ] = None,
    spacing_mm: Annotated[
        float | None,
        typer.Option(
            "--spacing-mm",
            metavar="MM",
            help="Coarser voxels in the planes, over the same extent; the planning CT's when not given.",
        ),
    ] = None,
    rulebook: RulebookName = DEFAULT,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="COURSE",
            help="Id, label or start date of the course whose CT is the planning CT; the latest when not given.",
        ),
    ] = None,
    patient: Patient = None,
    names: Names = None,
    register: Register = "auto",
    thresholds: Thresholds = None,
    options: Annotated[
        Path | None,
        typer.Option(
            "--options", metavar="FILE", help="A TOML file of assumptions: α/β, half-times of repair."
        ),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sheet.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print background.json on stdout.")] = False,
) -> None:
    """Write the earlier dose as files that a planning system can load, on the voxels of the planning CT.

    For each α/β the earlier EQD2; for each limit on a dose at points the physical dose that it leaves in N fractions; and with
    --expected a physical base dose for that plan alone. READ-FIRST.pdf says with this patient's numbers what each is valid for:
    a planning system adds Gy, and the sum of Gy is not the sum of effects.

        graybook background FOLDER --fractions 30 --expected 2026-04-13 --out OUT
    """
    from graybook.cli.background_page import page
    from graybook.report.background_result import json_text
    from graybook.workflow.background import background as written

    with shown_progress(quiet=json, language=lang) as progress:
        found = written(
            folder,
            out,
            fractions=fractions,
            expected=expected,
            alpha_betas_gy=alpha_beta or (),
            spacing_mm=spacing_mm,
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
        print_json(json_module.loads(json_text(found)))
    else:
        print_text(page(found, out, lang))
