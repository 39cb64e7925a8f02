"""``graybook bed``: one dose and how it is given come in; its BED and EQD2, or one JSON document, are printed."""

from __future__ import annotations

from typing import Annotated

import typer

from graybook.cli.output import print_json
from graybook.text import Language

__all__ = ["bed"]


def bed(
    dose_gy: Annotated[
        float, typer.Option("--dose-gy", metavar="GY", help="Total dose.", show_default=False)
    ],
    alpha_beta_gy: Annotated[
        float, typer.Option("--alpha-beta-gy", metavar="GY", help="α/β of the tissue.", show_default=False)
    ],
    fractions: Annotated[
        int | None, typer.Option("--fractions", metavar="N", help="Number of equal fractions.")
    ] = None,
    effective_half_life_h: Annotated[
        float | None,
        typer.Option("--effective-half-life-h", metavar="H", help="Of the dose rate, when a source decays."),
    ] = None,
    repair_half_life_h: Annotated[
        float | None,
        typer.Option("--repair-half-life-h", metavar="H", help="Half-time of the repair of the tissue."),
    ] = None,
    per_day: Annotated[
        int | None, typer.Option("--per-day", metavar="M", help="Fractions a day, with --interval-h.")
    ] = None,
    interval_h: Annotated[
        float | None, typer.Option("--interval-h", metavar="H", help="Between fractions of one day.")
    ] = None,
    duration_h: Annotated[
        float | None,
        typer.Option(
            "--duration-h",
            metavar="H",
            help="How long the source stays; without --effective-half-life-h: how long the rate is constant.",
        ),
    ] = None,
    reference_fraction_gy: Annotated[
        float,
        typer.Option("--reference-fraction-gy", metavar="GY", help="Also in fractions of this size."),
    ] = 2.0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
) -> None:
    """BED and EQD2 of one dose, given in fractions or protracted, with the model and how far it holds.

    In fractions:   graybook bed --dose-gy 60 --alpha-beta-gy 3 --fractions 20

    Twice a day, six hours apart:   graybook bed --dose-gy 60 --alpha-beta-gy 2 --fractions 50 --per-day 2
    --interval-h 6 --repair-half-life-h 4

    A radionuclide:   graybook bed --dose-gy 23 --alpha-beta-gy 2.6 --effective-half-life-h 50 --repair-half-life-h 2.8

    One dose at one point; for the doses of plans in structures: graybook assess.
    """
    from graybook.cli.bed_page import document, page
    from graybook.workflow.bed import Given, bed_of

    given = Given(
        fractions=fractions,
        per_day=per_day,
        interval_h=interval_h,
        effective_half_life_h=effective_half_life_h,
        repair_half_life_h=repair_half_life_h,
        duration_h=duration_h,
    )
    found = bed_of(dose_gy, given, alpha_beta_gy=alpha_beta_gy, reference_fraction_gy=reference_fraction_gy)
    if json:
        print_json(document(found, lang))
    else:
        page(found, lang)
