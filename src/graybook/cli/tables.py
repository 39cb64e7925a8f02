"""``graybook tables``: the tables of published figures, shown, checked and compared; each command prints, none writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.output import OUR_FAULT, print_json, print_text
from graybook.text import Language

__all__ = ["tables"]

HELP = """\
Where every published figure comes from: limits, α/β, recovery, with source, tier and whether its primary was read.

What there is:                        graybook tables list

The limits that assess judges by:     graybook tables show cumulative --organ SpinalCord

What else was published on recovery:  graybook tables show recovery

A centre's own rulebook, validated:   graybook tables check --rulebook FILE

What it changes:                      graybook tables diff cumulative FILE

Tiers, best first: derivation, primary-table, primary-abstract, secondary-curated, secondary-repo, assigned. A row of
secondary-repo was read in a repository and never in its primary: it is no default, and shown with --all only.
"""

tables = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the sentences.")]


@tables.command("list")
def listed(json: Json = False, lang: Lang = "en") -> None:
    """Every rulebook and every table: rows, tiers, SHA-256, edition."""
    from graybook.cli.tables_page import listing_document, listing_page
    from graybook.workflow.tables import listing

    found = listing()
    if json:
        print_json(listing_document(found))
    else:
        print_text(listing_page(found, lang))


@tables.command("show")
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A rulebook (cumulative, first-course …), a table (alpha_beta, recovery, sources …), or a centre's file.",
            show_default=False,
        ),
    ],
    organ: Annotated[
        str, typer.Option("--organ", metavar="ORGAN", help="Only this organ: TG-263 name, English or French.")
    ] = "",
    tier: Annotated[str, typer.Option("--tier", metavar="TIER", help="Only rows of this tier.")] = "",
    every: Annotated[
        bool, typer.Option("--all", help="Also rows read in a repository alone, marked primary not checked.")
    ] = False,
    json: Json = False,
    lang: Lang = "en",
) -> None:
    """Rows with their conditions, source, tier, and whether the primary was checked."""
    from graybook.cli.tables_page import shown_document, shown_page
    from graybook.workflow.tables import shown

    found = shown(name, organ=organ, tier=tier, every=every)
    if json:
        print_json(shown_document(found))
    else:
        print_text(shown_page(found, lang))


@tables.command("check")
def check(
    rulebook: Annotated[
        Path | None,
        typer.Option(
            "--rulebook",
            metavar="FILE",
            help="A centre's rulebook instead of the tables that ship.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
    lang: Lang = "en",
) -> None:
    """Validate every row: source there and citable, names known, metrics understood, no unchecked default. Status 1 on a fault.

    The check is of form: a DOI, PMID or address must be written as one; nothing is fetched. A citation that cannot be opened is
    listed with the rows that rest on it, and is no fault.
    """
    from graybook.cli.tables_page import check_document, check_page
    from graybook.workflow.tables_check import checked

    found = checked(rulebook)
    if json:
        print_json(check_document(found))
    else:
        print_text(check_page(found, lang))
    if found.faults:
        raise typer.Exit(OUR_FAULT)


@tables.command("diff")
def diff(
    first: Annotated[
        str,
        typer.Argument(
            help="A rulebook, a centre's file, an edition, or the folder of one.", show_default=False
        ),
    ],
    second: Annotated[str, typer.Argument(help="The same: what it changes is printed.", show_default=False)],
    json: Json = False,
    lang: Lang = "en",
) -> None:
    """Two sets of limits compared by the id of their rows: added, removed, changed field by field."""
    from graybook.cli.tables_page import diff_document, diff_page
    from graybook.workflow.tables_diff import difference

    found = difference(first, second)
    if json:
        print_json(diff_document(found))
    else:
        print_text(diff_page(found, lang))
