"""The table ``[uncertainty]`` of a file of options comes in; how the uncertainty is to be computed, signed, goes out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from graybook.files._noted import Noted, Stamp
from graybook.record.override import Override
from graybook.record.uncertainty import (
    FEWEST_SAMPLES,
    MOST,
    MOST_SAMPLES,
    Spread,
    SpreadTerm,
    Uncertainty,
)

__all__ = ["WishedUncertainty", "uncertainty"]

_SPREADS: tuple[tuple[str, SpreadTerm], ...] = (
    ("registration_mm", "registration"),
    ("dose_percent", "dose"),
    ("delivery_percent", "delivery"),
)
_OWN = ("samples", "seed", "correlation_mm")
_UNSIGNED = "nothing is assumed"


class WishedUncertainty(NamedTuple):
    """The settings, and what of them a person changed."""

    settings: Uncertainty = Uncertainty()
    by: tuple[Override, ...] = ()


def uncertainty(one: Noted | None, of_file: Stamp, above: tuple[str, ...]) -> WishedUncertainty:
    """
    What the table asks for; the defaults without one.

    Parameters
    ----------
    one
        The table.
    of_file
        Who signs for the whole file.
    above
        Keys that belong above all tables.
    """
    if one is None:
        return WishedUncertainty()
    one.only((*_OWN, *(key for key, _ in _SPREADS), "courses"), above=above)
    samples = _samples(one)
    seed = one.whole_number("seed", least=0)
    correlation_mm = one.above_zero("correlation_mm", "30.0")
    tables = one.tables("courses")
    stamp = one.signed(of_file, _UNSIGNED)
    spreads = list(_spreads(one, stamp, ""))
    for table in tables:
        spreads += _of_course(table, stamp, above)
    _check_twice(tables)
    if one.faulty or any(table.faulty for table in tables):
        return WishedUncertainty()
    known = Uncertainty()
    settings = Uncertainty(
        samples=known.samples if samples is None else samples,
        seed=known.seed if seed is None else seed,
        correlation_mm=correlation_mm,
        spreads=tuple(spreads),
    )
    changed = [(key, one.entry.values[key]) for key in _OWN if one.has(key)]
    return WishedUncertainty(
        settings=settings,
        by=(
            *(stamp.override(f"uncertainty: {key}", str(value)) for key, value in changed),
            *(each.by for each in spreads),
        ),
    )


def _samples(one: Noted) -> int | None:
    found = one.whole_number("samples", least=FEWEST_SAMPLES)
    if found is not None and found > MOST_SAMPLES:
        one.note(
            "samples", f"must be at most {MOST_SAMPLES}", value=found, remedy="Write samples = 1000, say."
        )
    return found


def _of_course(table: Noted, of_table: Stamp, above: tuple[str, ...]) -> list[Spread]:
    """What one course's own table states."""
    keys = tuple(key for key, _ in _SPREADS)
    table.only(("course", *keys), above=above)
    table.missing("course", '"2009-03-16"')
    course = table.keep(lambda: table.entry.selector("course"), "")
    if not any(table.has(key) for key in keys):
        table.note(
            " or ".join(keys),
            "is missing",
            value=None,
            remedy="Add dose_percent = 2.0, say, or leave the table out.",
        )
    stamp = table.signed(of_table, _UNSIGNED)
    return [] if table.faulty else list(_spreads(table, stamp, course))


def _spreads(table: Noted, stamp: Stamp, course: str) -> Iterator[Spread]:
    for key, term in _SPREADS:
        most = MOST[term]
        size = table.number(key, f"from 0 to {most:g}", partial(_within, most), "2.0")
        if size is None or table.faulty:
            continue
        name = f"uncertainty {course}: {key}" if course else f"uncertainty: {key}"
        yield Spread(term=term, size=size, course=course, by=stamp.override(name, f"{size:g}"))


def _within(most: float, value: float) -> bool:
    return 0.0 <= value <= most


def _check_twice(tables: tuple[Noted, ...]) -> None:
    """Note each course that an earlier table has spoken of."""
    seen: set[str] = set()
    for table in tables:
        course = str(table.entry.values.get("course", ""))
        if course and course in seen:
            table.note(
                "course", "stands in an earlier table too", value=course, remedy="Keep one of the two tables."
            )
        seen.add(course)
