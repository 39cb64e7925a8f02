"""``graybook dvh``: a folder comes in; the physical DVH figures of every plan, as tables or one JSON document, are printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.folder_options import AnyFolder, AsJson, Names
from graybook.cli.output import INPUT_ALLOWS_NONE, print_json, shown_progress
from graybook.errors import UsageError
from graybook.text import Language

__all__ = ["dvh"]


def dvh(
    folder: AnyFolder,
    metrics: Annotated[
        str,
        typer.Option(
            "--metrics",
            help="Comma-separated: D95%, D0.03cc, V20Gy[%], V20Gy\\[cc], CV700cc<21Gy, mean, min, max, median, "
            "gEUD(a=8), HI, CI(60Gy), GI(60Gy), D95%[%of60Gy] and more (docs/commands/dvh.md).",
        ),
    ] = "",
    json: AsJson = False,
    names: Names = None,
    curves: Annotated[
        Path | None,
        typer.Option(
            "--curves", metavar="FILE", help="Write the curves too: FILE ends in .csv, .json or .parquet."
        ),
    ] = None,
    differential: Annotated[
        bool, typer.Option("--differential", help="Differential curves instead of cumulative ones.")
    ] = False,
    bin_width: Annotated[
        float | None,
        typer.Option("--bin-width", metavar="GY", help="Step of the curves: 0.1 Gy if not given."),
    ] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
) -> None:
    """Physical dose of every plan over its own structures, beside the planning system's own figures.

    The dose is that of all planned fractions, as the file states it; doses of different plans are never added here.
    """
    from graybook.cli.dvh_page import document, page
    from graybook.dvh.metrics import parse_list
    from graybook.workflow.physical_dvh import physical_dvhs

    wanted = parse_list(metrics) if metrics.strip() else ()
    kept = None
    if curves is not None:
        from graybook.workflow.folder.curves import BIN_WIDTH_GY, PhysicalCurves

        width_gy = BIN_WIDTH_GY if bin_width is None else bin_width
        kept = PhysicalCurves(path=curves, by_bin=differential, width_gy=width_gy)
    elif differential or bin_width is not None:
        raise UsageError(
            "--differential and --bin-width say how curves are written, and no file of curves is named.",
            remedy="Add --curves FILE, with FILE ending in .csv, .json or .parquet.",
        )
    with shown_progress(quiet=json, language=lang) as progress:
        found = physical_dvhs(folder, wanted, progress, names=names, curves=kept)
    if kept is not None and found.plans:
        kept.write()
    if json:
        print_json(document(found, lang))
    else:
        page(found, [metric.text for metric in wanted], lang)
    if not found.plans:
        raise typer.Exit(INPUT_ALLOWS_NONE)
