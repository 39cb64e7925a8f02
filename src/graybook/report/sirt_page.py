"""What pages of radioembolisation share: title, headline, statements and sections come in; a plain sheet goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graybook import __version__
from graybook.report.blocks import Block, Section, Table
from graybook.report.plain_sheet import PlainSheet
from graybook.report.sirt_result import (
    SirtStatement,
)
from graybook.report.wording import Wording
from graybook.text import Language

__all__ = ["Blocks", "opened", "sirt_sections", "sirt_sheet"]

Blocks = Sequence[tuple[str, Sequence[Block | None]]]
"""Sections by the key of their title."""


def opened(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def _warnings(statements: Sequence[SirtStatement]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.text} {one.remedy}".strip() for one in statements))


def sirt_sheet(
    language: Language,
    *,
    title: str,
    head: str,
    details: str,
    headline: str,
    lines: Sequence[str],
    statements: Sequence[SirtStatement],
    sections: Sequence[Section],
) -> PlainSheet:
    """The pages, with what every one of them says of microspheres.

    Parameters
    ----------
    language
        "en" or "fr".
    title
        Key of what the pages are.
    head, details
        Whom or what they are about.
    headline
        The doses in one line.
    lines
        What must be read with them.
    statements
        What is assumed or not known.
    sections
        The tables.
    """
    words = Wording(language)
    return PlainSheet(
        language=language,
        title=words(title),
        head=head,
        head_details=details,
        notice=words("notice"),
        notice_long=words("notice_long"),
        version=f"Graybook {__version__}",
        headline=headline,
        lines=(*lines, words("sirt_lead")),
        warnings=_warnings(statements),
        sections=tuple(sections),
        labels={"validation": words("validation"), "warnings": words("to_note")},
    )


def sirt_sections(blocks: Blocks, words: Wording) -> Iterator[Section]:
    """The sections that hold anything."""
    for key, found in blocks:
        kept = tuple(one for one in found if one is not None and (not isinstance(one, Table) or one.rows))
        if kept:
            yield Section(id=key, title=words(key), blocks=kept)
