"""Repair words: a result comes in; what is assumed of repair between fractions, and H_m worked out by hand, go out."""

from __future__ import annotations

from collections.abc import Iterator

from graybook.report.blocks import Column, Table, cell
from graybook.report.result import CourseDose, CourseResult, PhaseResult, Result, StructureResult
from graybook.report.wording import Wording
from graybook.text.numbers import DASH

__all__ = ["h_m", "h_m_text", "only_phase", "repair_sentences", "repair_table", "several_a_day"]


def several_a_day(result: Result) -> list[PhaseResult]:
    """Phases given several times a day."""
    return [phase for course in result.courses for phase in course.phases if phase.fractions_per_day]


def repair_sentences(result: Result, words: Wording) -> Iterator[str]:
    """That repair between fractions is complete, or which phases were given several times a day and what is taken for them."""
    phases = several_a_day(result)
    if not phases:
        yield words("assume_repair")
        return
    named = words.listing(list(dict.fromkeys(phase.label or phase.id for phase in phases)))
    known = [
        words("half_time", organ=item.name, hours=item.repair_half_time_h)
        for item in result.structures
        if item.repair_half_time_h is not None
    ]
    if known:
        yield words("assume_repair_within", phases=named, organs=words.listing(known))
    if any(item.repair_basis == "no entry" for item in result.structures):
        yield words("assume_repair_else", phases=named)


def repair_table(result: Result, words: Wording) -> Table:
    """Half-times of repair with their sources; no row where every phase was given once a day."""
    named: dict[tuple[str, str, str], list[str]] = {}
    for item in result.structures:
        if item.repair_basis:
            basis = words.term("basis", item.repair_basis)
            key = (words.short(item.repair_half_time_h), basis, item.repair_source or DASH)
            named.setdefault(key, []).append(item.name)
    return Table(
        title=words("prov_repair"),
        columns=(
            Column(title=words("col_structure"), share=1.0),
            Column(title=words("col_half_time")),
            Column(title=words("col_basis"), share=1.0),
            Column(title=words("col_source"), share=2.0),
        ),
        rows=tuple(
            (cell(", ".join(names), strong=True), *(cell(one) for one in key)) for key, names in named.items()
        ),
    )


def h_m(phase: PhaseResult, fractions: int, half_time_h: float | None) -> float:
    """
    H_m of a phase by the closed formula; 0 for one fraction a day, complete repair, and where no half-time is known.

    Kept apart from the engine that makes the sum, so that the check is one.

    Examples
    --------
    >>> twice = PhaseResult(id="1", label=None, status="delivered", modality="photon", fractions_planned=60,
    ...                     fractions_delivered=60, in_sum=True, fractions_per_day=2, interval_h=6.0)
    >>> round(h_m(twice, 60, 4.0), 6)
    0.353553
    """
    if not phase.fractions_per_day or phase.interval_h is None or not half_time_h or fractions < 1:
        return 0.0
    remaining = 2.0 ** (-phase.interval_h / half_time_h)
    days, rest = divmod(fractions, phase.fractions_per_day)
    whole = days * phase.fractions_per_day * _of_day(phase.fractions_per_day, remaining)
    return (whole + rest * _of_day(rest, remaining)) / fractions


def _of_day(m: int, remaining: float) -> float:
    if m < 2:
        return 0.0
    return 2.0 / m * remaining / (1.0 - remaining) * (m - (1.0 - remaining**m) / (1.0 - remaining))


def h_m_text(phase: PhaseResult | None, fractions: int, structure: StructureResult, words: Wording) -> str:
    """H_m and what it is made of, for a phase given several times a day; empty for any other."""
    if phase is None or not phase.fractions_per_day:
        return ""
    if structure.repair_half_time_h is None:
        return words("check_h_m_complete")
    return words(
        "check_h_m",
        h=words.number(h_m(phase, fractions, structure.repair_half_time_h), 4),
        n=phase.fractions_per_day,
        hours=phase.interval_h,
        half_time=structure.repair_half_time_h,
    )


def only_phase(course: CourseResult, dose: CourseDose) -> PhaseResult | None:
    """The phase that a course's dose of one phase comes from."""
    given = [phase for phase in course.phases if phase.max_gy is not None] or course.phases
    same = [phase for phase in given if phase.fractions_delivered == dose.fractions]
    return next(iter([*same, *given]), None)
