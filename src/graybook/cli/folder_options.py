"""Folder options: what every command on a person's folder asks in the same words; each is an annotated type."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

__all__ = [
    "AnyFolder",
    "AsJson",
    "Names",
    "Patient",
    "PersonFolder",
    "Reference",
    "Register",
    "RulebookName",
    "Thresholds",
]

PersonFolder: TypeAlias = Annotated[
    Path, typer.Argument(help="A folder or a .zip holding one person's courses.", show_default=False)
]

AnyFolder: TypeAlias = Annotated[
    Path, typer.Argument(help="A folder or a .zip; of many persons is fine.", show_default=False)
]

Reference: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--reference",
        metavar="COURSE",
        help="Id, label or start date of the course whose anatomy is today's; the latest when not given.",
    ),
]

Patient: TypeAlias = Annotated[
    str | None,
    typer.Option("--patient", metavar="ID", help="Patient ID, when the folder holds several persons."),
]

Names: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--names",
        metavar="FILE",
        envvar="GRAYBOOK_NAMES",
        help="A centre's file of structure names ([\\[structure]] tables).",
    ),
]

Register: TypeAlias = Annotated[
    # of graybook.workflow.alignment.course_registration, without loading it
    Literal["auto", "rigid", "deformable", "never"],
    typer.Option(
        "--register",
        help=(
            "Align courses by their images: those that no registration in FOLDER leads to (auto), every course in another "
            "frame by one kind (rigid, deformable), or none (never)."
        ),
    ),
]

Thresholds: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--thresholds",
        metavar="FILE",
        help="A centre's limits for what alignments may be used for: TOML, each with author, date and reason.",
    ),
]

RulebookName: TypeAlias = Annotated[
    str,
    typer.Option(
        "--rulebook",
        metavar="NAME|FILE",
        help="Limits to judge by: cumulative, cumulative-all, first-course, observed, all, or a centre's TOML or CSV file.",
    ),
]

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
