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
    """A cell: lines of text, the further ones in a quieter voice unless all are ``even``."""

    lines: tuple[str, ...]
    strong: bool = False
    even: bool = False


def cell(*lines: str, strong: bool = False, even: bool = False) -> Cell:
    """A cell of the lines that are not empty."""
    return Cell(lines=tuple(line for line in lines if line) or ("",), strong=strong, even=even)


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


Block = Table | Figure | Paragraph


@dataclass(frozen=True, kw_only=True)
class Section:
    """A section after the first page."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The first page, which serves a tumour board alone; ``support`` is what the alignments support, in one line."""

    question: str
    details: tuple[str, ...]
    courses: Table
    organs: Table
    support: str
    unknown: tuple[str, ...]
    assumptions: tuple[str, ...]


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
