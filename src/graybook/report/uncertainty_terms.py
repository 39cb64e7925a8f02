"""Uncertainty terms: what was varied at random comes in; a table of it, alike terms on one line, goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.result import Result
from graybook.report.uncertainty_result import TermResult, UncertaintyResult
from graybook.report.uncertainty_words import sizes_text
from graybook.report.values import course_name
from graybook.report.wording import Wording

__all__ = ["terms_table"]

_NAMED = 6
"""Structures named of a term; the others are counted."""


def _grouped(terms: Iterable[TermResult]) -> list[list[TermResult]]:
    """Alike terms together: one course's over its structures, and one figure's over courses."""
    found: dict[tuple[object, ...], list[TermResult]] = {}
    for term in terms:
        apart = (term.course,) if term.structure else (term.size,)
        key = (term.term, bool(term.structure), *apart, term.unit, term.assumed, term.source)
        found.setdefault(key, []).append(term)
    return list(found.values())


def _courses(group: Sequence[TermResult], result: Result, words: Wording) -> str:
    names = {course.id: course_name(course, words) for course in result.courses}
    ids = dict.fromkeys(term.course for term in group if term.course)
    return words.listing([names.get(one, one) for one in ids]) or words("uncertain_all")


def _structures(group: Sequence[TermResult], words: Wording) -> str:
    """Each structure, with its size where sizes differ."""
    differ = len({term.size for term in group}) > 1
    told = [
        f"{term.structure} {words.number(term.size, 1)}\u00a0{term.unit}" if differ else term.structure
        for term in group
        if term.structure
    ]
    return words.listing(told, _NAMED)


def _row(group: Sequence[TermResult], result: Result, words: Wording) -> tuple[Cell, ...]:
    first = group[0]
    varied = any(term.size for term in group)
    stated = first.source or words("uncertain_stated")
    return (
        cell(words.term("random", first.term), strong=True),
        cell(_courses(group, result, words), _structures(group, words)),
        cell(sizes_text(group, words) if varied else words("uncertain_not_varied"), strong=not varied),
        cell(words("uncertain_assumed"), first.source, strong=True)
        if varied and first.assumed
        else cell(stated),
    )


def terms_table(found: UncertaintyResult, result: Result, words: Wording) -> Table:
    """What was varied at random, by how much, and by whose figure; what was not varied is called so."""
    keys = ("col_random", "col_course", "col_size", "col_figure_of")
    shares = (0.0, 1.0, 0.0, 1.4)
    return Table(
        title=words("uncertain_varied"),
        columns=tuple(Column(title=words(key), share=share) for key, share in zip(keys, shares, strict=True)),
        rows=tuple(_row(one, result, words) for one in _grouped(found.terms)),
    )
