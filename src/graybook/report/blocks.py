"""Blocks: what a report page is made of, already worded; the HTML and the PDF only lay them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Block",
    "Cell",
    "Column",
    "Figure",
    "Paragraph",
    "Reference",
    "References",
    "Section",
    "Sheet",
    "Summary",
    "Table",
    "cell",
]


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its title, how it aligns, and its share of the free width (0 keeps it as wide as its words)."""

    title: str
    numeric: bool = False
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell: lines of text, the further ones in a quieter voice unless all are ``even``.

    ``refs`` holds for each line the number of the source it ends with, 0 for none; empty when no line has one.
    """

    lines: tuple[str, ...]
    strong: bool = False
    even: bool = False
    refs: tuple[int, ...] = ()


def cell(*lines: str | tuple[str, int], strong: bool = False, even: bool = False) -> Cell:
    """A cell of the lines that are not empty; a line may come with the number of its source.

    Examples
    --------
    >>> cell("max ≤ 60 Gy", "", ("Rulach 2021", 3)).refs
    (0, 3)
    """
    pairs = [line if isinstance(line, tuple) else (line, 0) for line in lines]
    kept = [pair for pair in pairs if pair[0]] or [("", 0)]
    refs = tuple(number for _, number in kept)
    return Cell(
        lines=tuple(text for text, _ in kept), strong=strong, even=even, refs=refs if any(refs) else ()
    )


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table with its note; ``marked`` is the row (of the reference course) that stands out, -1 for none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    note: str = ""
    marked: int = -1
    kind: Literal["table"] = "table"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture by name, with the words for those who do not see it and a caption."""

    name: str
    alt: str
    caption: str = ""
    kind: Literal["figure"] = "figure"


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A paragraph; ``formula`` sets it apart."""

    text: str
    formula: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A source by its number: the whole citation, and its ``address`` by DOI or PMID where it has one."""

    number: int
    text: str
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class References:
    """The numbered list of sources that cells lead to."""

    title: str
    items: tuple[Reference, ...]
    kind: Literal["references"] = "references"


Block = Table | Figure | Paragraph | References


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section after the first page."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The first page, which serves a tumour board alone.

    ``limits`` is what limits, None when no limit was looked at, with ``scaling``, how far a proposed plan may be scaled, and
    ``limits_line`` below it; ``support`` is what the alignments support, in one line, and ``apart`` what radionuclides and
    microspheres are known to have given.
    """

    question: str
    details: tuple[str, ...]
    limits: Table | None
    limits_line: str
    courses: Table
    organs: Table
    support: str
    unknown: tuple[str, ...]
    assumptions: tuple[str, ...]
    scaling: tuple[str, ...] = ()
    apart: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The whole report in one language."""

    language: str
    title: str
    notice: str
    notice_long: str
    person: str
    person_details: str
    version: str
    summary: Summary
    sections: tuple[Section, ...]
    labels: dict[str, str] = field(default_factory=dict)
