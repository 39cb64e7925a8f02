"""``graybook cohort``: results of many persons come in; a pool is built from them, asked and reported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from graybook.cli.cohort_query import query
from graybook.cli.cohort_report import report
from graybook.cli.folder_options import AsJson
from graybook.cli.output import INPUT_ALLOWS_NONE, Commands, print_json, print_text, shown_progress
from graybook.text import Language, phrase

__all__ = ["cohort"]

cohort = typer.Typer(
    name="cohort",
    help="Results of many persons in one table: built, asked, reported.",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
)

SHOWN = 20
"""So many lines of the list of failures are printed; all of them are in the pool."""


@cohort.command("build")
def build(
    records: Annotated[
        list[Path],
        typer.Argument(
            metavar="RECORDS...",
            help="Folders that graybook assess wrote, folders of such, or result.json files.",
            show_default=False,
        ),
    ],
    project: Annotated[
        str,
        typer.Option(
            "--project",
            metavar="P",
            help="The research project, whose key makes the pseudonyms.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="POOL", help="The pool's folder; one built in part is gone on with."),
    ],
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The project's key file, when it is kept elsewhere."),
    ] = None,
    json: AsJson = False,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the sentences.")] = "en",
) -> None:
    """Put results of many persons into one table under the pseudonyms of a project: each person once, by the newest result."""
    from dataclasses import asdict

    from graybook.workflow.cohort_build import build as built
    from graybook.workflow.pooling.listing import said

    with shown_progress(quiet=json, language=lang) as progress:
        done = built(records, out, project=project, key_file=key, language=lang, progress=progress)
    lines = [said(one, lang) for one in done.findings]
    if json:
        print_json({**asdict(done.manifest), "list": lines})
    else:
        told = asdict(done.manifest)
        failures = sum(n for code, n in told["failed"].items() if code != "pool_nothing_there")
        print_text(phrase("pool_built", lang, **{**told, "failed": failures}) + "\n")
        failed = [one for one in lines if one["severity"] == "error"]
        sys.stderr.write("".join(f"{one['file']}: {one['text']} {one['remedy']}\n" for one in failed[:SHOWN]))
        if len(lines) > len(failed[:SHOWN]):
            sys.stderr.write(phrase("pool_list", lang, n=len(lines), file=str(out / "failures.jsonl")) + "\n")
    if not done.manifest.persons:
        raise typer.Exit(INPUT_ALLOWS_NONE)


cohort.command("query")(query)
cohort.command("report")(report)
