"""Numbers of persons come in; bands that hold them go out, wide enough that no few persons show through a difference.

Of a pool of N persons every number printed is 0, or N, or one of a fixed list of bands: 1 to 10, 11 to 21, 22 to 32 ..., and
N − 10 to N − 1. A band holds ten numbers or more, and so do all values that the difference of two numbers in bands, or the
difference from N, can take: a group of one to ten persons can neither be read nor reckoned, whatever the two numbers count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graybook.cohort.audit import FLOOR
from graybook.errors import NotComparable

__all__ = ["FLOOR", "Band", "band_of", "bands_of_parts", "enough"]


@dataclass(frozen=True, kw_only=True)
class Band:
    """Both ends belong to it."""

    low: int
    high: int


def enough(persons: int) -> None:
    """Refuse to describe a pool of fewer persons than may be shown."""
    if persons < FLOOR:
        raise NotComparable(
            f"The pool holds fewer than {FLOOR} persons: nothing can be said of them that does not show one of them.",
            value=None,
            remedy="Build the pool from more records.",
        )


def _bands(total: int) -> list[Band]:
    """Bands from 1 to one below the total, in order."""
    first, last = Band(low=1, high=FLOOR - 1), Band(low=total - FLOOR + 1, high=total - 1)
    if total < 2 * FLOOR:
        return [Band(low=1, high=total - 1)]
    if total < 3 * FLOOR - 1:
        return [first, Band(low=FLOOR, high=total - 1)]
    starts = list(range(FLOOR, total - 2 * FLOOR + 2, FLOOR))
    ends = [start - 1 for start in starts[1:]] + [total - FLOOR]
    return [first, *(Band(low=low, high=high) for low, high in zip(starts, ends, strict=True)), last]


def band_of(count: int, total: int) -> Band:
    """The band of a number of persons out of a pool of ``total``.

    Examples
    --------
    >>> band_of(5, 200), band_of(30, 200), band_of(195, 200), band_of(0, 200)
    (Band(low=1, high=10), Band(low=22, high=32), Band(low=190, high=199), Band(low=0, high=0))
    """
    if count in (0, total):
        return Band(low=count, high=count)
    return next(band for band in _bands(total) if band.low <= count <= band.high)


def bands_of_parts(counts: Sequence[int]) -> tuple[Band, ...]:
    """The bands of parts that make up the whole pool.

    As the parts make up a known total, the ends of all others bound each one: where that leaves fewer than ten values for a part of
    one to ten persons, the band of the largest part is joined with its neighbour.
    """
    total = sum(counts)
    found = [band_of(count, total) for count in counts]
    while any(_told(place, counts, found) for place in range(len(counts))):
        place = max(range(len(counts)), key=lambda one: (counts[one], -one))
        wider = _wider(found[place], total)
        if wider == found[place]:
            return tuple(Band(low=0, high=total) for _ in counts)
        found[place] = wider
    return tuple(found)


def _told(place: int, counts: Sequence[int], found: Sequence[Band]) -> bool:
    """Whether the others tell too much of a part of one to ten persons."""
    if not 0 < counts[place] < FLOOR:
        return False
    total, own = sum(counts), found[place]
    low = max(own.low, total - sum(one.high for i, one in enumerate(found) if i != place))
    high = min(own.high, total - sum(one.low for i, one in enumerate(found) if i != place))
    return high - low < FLOOR - 2


def _wider(band: Band, total: int) -> Band:
    """The band with what lies next to it on both sides."""
    return Band(low=max(band.low - FLOOR, 0), high=min(band.high + FLOOR, total))
