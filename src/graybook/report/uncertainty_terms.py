"""Uncertainty terms: what was varied at random comes in; a table of it, alike terms on one line, goes out."""

from __future__ import annotations

from collections.abc import Iterable

from graybook.report.blocks import Cell, Column, Table, cell
from graybook.report.result import Result
from graybook.report.uncertainty_result import TermResult, UncertaintyResult
from graybook.report.uncertainty_words import size_text
from graybook.report.values import course_name
from graybook.report.wording import Wording

__all__ = ["terms_table"]

_NAMED = 4
"""Structures named of a term; the others are counted."""

Alike = tuple[TermResult, tuple[str, ...], tuple[str, ...]]
"""A term, and the courses and structures that it is alike for."""


def _size(term: TermResult) -> tuple[str, float, str, bool, str]:
    return term.term, term.size, term.unit, term.assumed, term.source


def _alike(terms: Iterable[TermResult]) -> list[Alike]:
    """Terms of one size and source together, first over structures, then over courses."""
    structures: dict[tuple[object, ...], tuple[TermResult, list[str]]] = {}
    for term in terms:
        structures.setdefault((*_size(term), term.course), (term, []))[1].append(term.structure)
    courses: dict[tuple[object, ...], tuple[TermResult, list[str], tuple[str, ...]]] = {}
    for term, names in structures.values():
        found = tuple(dict.fromkeys(name for name in names if name))
        courses.setdefault((*_size(term), found), (term, [], found))[1].append(term.course)
    return [(term, tuple(dict.fromkeys(named)), found) for term, named, found in courses.values()]


def _row(alike: Alike, result: Result, words: Wording) -> tuple[Cell, ...]:
    term, ids, structures = alike
    courses = {course.id: course_name(course, words) for course in result.courses}
    named = words.listing([courses.get(one, one) for one in ids if one]) or words("uncertain_all")
    if not term.size:
        return (
            cell(words.term("random", term.term), strong=True),
            cell(named),
            cell(words("uncertain_not_varied"), strong=True),
            cell(term.source),
        )
    return (
        cell(words.term("random", term.term), strong=True),
        cell(named, words.listing(list(structures), _NAMED)),
        cell(size_text(term, words)),
        cell(
            words("uncertain_assumed" if term.assumed else "uncertain_stated"),
            term.source,
            strong=term.assumed,
        ),
    )


def terms_table(found: UncertaintyResult, result: Result, words: Wording) -> Table:
    """What was varied at random, by how much, and by whose figure; what was not varied is called so."""
    keys = ("col_random", "col_course", "col_size", "col_figure_of")
    shares = (0.0, 1.0, 0.0, 1.4)
    return Table(
        title=words("uncertain_varied"),
        columns=tuple(Column(title=words(key), share=share) for key, share in zip(keys, shares, strict=True)),
        rows=tuple(_row(one, result, words) for one in _alike(found.terms)),
    )
