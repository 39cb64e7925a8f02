"""What ``graybook sirt plan`` and ``graybook sirt verify`` ask in the same words; each is an annotated type."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

from graybook.text import Language

__all__ = ["Albi", "Bed", "Bilirubin", "ChildPugh", "Constant", "Indication", "Lang", "Scenario"]

Constant: TypeAlias = Annotated[
    float | None,
    typer.Option("--constant", metavar="J/GBQ", help="Your own, instead of the device's in the tables."),
]

Bilirubin: TypeAlias = Annotated[
    str | None,
    typer.Option("--bilirubin", metavar="VALUE", help='Total, with its unit: "0.9 mg/dl", "15 umol/l".'),
]

ChildPugh: TypeAlias = Annotated[
    str | None,
    typer.Option("--child-pugh", metavar="CLASS", help="A, B, C, or with points: B7."),
]

Albi: TypeAlias = Annotated[
    float | None,
    typer.Option("--albi", metavar="SCORE", help="As -2.6."),
]

Indication: TypeAlias = Annotated[
    Literal["hcc", "icc", "mcrc"] | None,
    typer.Option("--indication", help="Chooses the recommendations beside the doses."),
]

Scenario: TypeAlias = Annotated[
    Literal["segmentectomy", "lobectomy", "unilobar", "bilobar"] | None,
    typer.Option("--scenario", help="Chooses them too."),
]

Bed: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--bed",
        metavar="STRUCTURE=AB,REPAIR",
        help="BED of tumour, normal, perfused or lung: α/β in Gy and half-time of repair in h. Repeatable.",
    ),
]

Lang: TypeAlias = Annotated[
    Language,
    typer.Option("--lang", help="Language of the sentences."),
]
