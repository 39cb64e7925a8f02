"""The words of the command line come in; the command they name runs."""

from __future__ import annotations

from typing import Annotated

import typer

import graybook
from graybook.cli import (
    assess,
    background,
    background_check,
    bed,
    budget,
    cohort,
    commission,
    deidentify,
    demo,
    dvh,
    export,
    import_courses,
    nuclear,
    register,
    request,
    scan,
    sirt,
    tables,
)
from graybook.cli.output import Commands

__all__ = ["app"]

HELP = """\
Graybook keeps a cancer patient's lifetime radiation record: DICOM of every course goes in, one cumulative
equieffective dose on today's anatomy comes out, with what is unknown said beside it.

Start with what a folder holds:   graybook scan FOLDER

Then write down what DICOM does not say (which plan was treated, how many fractions):
graybook scan FOLDER --init   makes FOLDER/graybook.toml to fill in.

Then the report:   graybook assess FOLDER --out OUT

Graybook is not CE-marked. It computes patient-specific information: every number needs an independent check, and a
hospital that uses it for care decides so under its own responsibility.

Exit status: 0 done, 2 the call was wrong, 3 the input allows no answer, 1 our fault.
"""

app = typer.Typer(
    name="graybook",
    help=HELP,
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"graybook {graybook.__version__}")
        raise typer.Exit


@app.callback()
def graybook_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options of the program itself; the text is HELP."""


# One line a command; each loads its workflow when it runs, so that listing the commands stays quick.
app.command("scan")(scan.scan)
app.command("assess")(assess.assess)
app.command("budget")(budget.budget)
app.command("background")(background.background)
app.command("background-check")(background_check.background_check)
app.command("dvh")(dvh.dvh)
app.command("bed")(bed.bed)
app.command("nuclear")(nuclear.nuclear)
app.command("register")(register.register)
app.command("request")(request.request)
app.command("export")(export.export)
app.command("import")(import_courses.import_courses)
app.command("demo")(demo.demo)
app.command("deidentify")(deidentify.deidentify)
app.command("commission")(commission.commission)
app.add_typer(sirt.sirt, name="sirt")
app.add_typer(cohort.cohort, name="cohort")
app.add_typer(tables.tables, name="tables")
