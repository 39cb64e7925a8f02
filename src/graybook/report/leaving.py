"""Leaving: what limits leave comes in; the rows that matter of each organ, least left first, and all others go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graybook.report.limiting import OBSERVED
from graybook.report.remaining_result import Figure, RemainingResult

__all__ = ["by_least_left", "columns_of", "first_left", "greatest", "least", "other_rows", "rows_that_matter"]

ALL = "all courses"
MOST = 8
"""Organs in the section; the others stand in the annex."""


def least(figure: Figure) -> float:
    """The lower of a range's two ends; infinite for no figure.

    Examples
    --------
    >>> least((12.5, 9.0))
    9.0
    """
    if figure is None:
        return float("inf")
    return min(figure) if isinstance(figure, tuple) else figure


def greatest(figure: Figure) -> float:
    """The upper of a range's two ends; 0 for no figure."""
    if figure is None:
        return 0.0
    return max(figure) if isinstance(figure, tuple) else figure


def _order(entry: RemainingResult) -> tuple[float, float, str]:
    """Least dose first; where nothing is left, what is used up most."""
    share = greatest(entry.used_eqd2_gy) / entry.limit_gy if entry.limit_gy else 0.0
    return least(entry.dose_left_gy), -share, entry.id


def by_least_left(entries: Iterable[RemainingResult]) -> tuple[RemainingResult, ...]:
    """Limits in the order of the dose they leave, the least first; those of volumes, which leave no one dose, last."""
    return tuple(sorted(entries, key=_order))


def _limits(entries: Iterable[RemainingResult]) -> tuple[RemainingResult, ...]:
    """Limits on the sum: nothing is used of one on the new course alone."""
    summed = (entry for entry in entries if entry.namespace != OBSERVED and entry.dose_of == ALL)
    return by_least_left(summed)


def _dosed(entries: Iterable[RemainingResult]) -> list[RemainingResult]:
    return [entry for entry in entries if entry.dose_left_gy is not None]


def _of_each(entries: Sequence[RemainingResult]) -> list[list[RemainingResult]]:
    """Of each organ the limit that leaves least and holds; and the one that leaves less, did its conditions hold."""
    grouped: dict[str, list[RemainingResult]] = {}
    for entry in entries:
        grouped.setdefault(entry.structure, []).append(entry)
    found = []
    for rows in grouped.values():
        holding = [entry for entry in rows if entry.conditions_hold][:1]
        found.append([*holding, *(entry for entry in rows[:1] if entry not in holding)])
    return sorted(found, key=lambda rows: (not rows[0].conditions_hold, *_order(rows[0])))


def rows_that_matter(entries: Iterable[RemainingResult], most: int = MOST) -> tuple[RemainingResult, ...]:
    """
    Of each organ, in the order of what is left, the limit that leaves least.

    Organs none of whose limits is known to apply come last. Where one whose conditions do not hold would leave less, it follows.
    """
    return tuple(entry for rows in _of_each(_dosed(_limits(entries)))[:most] for entry in rows)


def first_left(entries: Iterable[RemainingResult]) -> tuple[RemainingResult, ...]:
    """One row of each organ, that of the limit which leaves least and applies."""
    return tuple(rows[0] for rows in _of_each(_dosed(_limits(entries))))


def other_rows(entries: Sequence[RemainingResult]) -> tuple[RemainingResult, ...]:
    """Every row that :func:`rows_that_matter` leaves out."""
    shown = rows_that_matter(entries)
    return tuple(entry for entry in by_least_left(entries) if entry not in shown)


def columns_of(entries: Iterable[RemainingResult]) -> tuple[int, ...]:
    """Numbers of fractions for which doses were computed, few first."""
    found = {one.fractions for entry in entries for one in entry.schedules}
    return tuple(sorted(found | {entry.fractions for entry in entries if entry.dose_left_gy is not None}))
