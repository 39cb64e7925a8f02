"""Which organ lies wholly within which other comes in from the table; the pairs, and everything around an organ, go out."""

from __future__ import annotations

from functools import cache

from graybook.tables._rows import table_rows

__all__ = ["around", "pairs"]

_FILE = "structure_within.csv"


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Inner and outer organ of every row, by TG-263 name without side or margin.

    Examples
    --------
    >>> ("SpinalCord", "ThecalSac") in pairs()
    True
    """
    return tuple((row["inner"], row["outer"]) for row in table_rows(_FILE, ("inner", "outer", "note")))


@cache
def around(organ: str) -> frozenset[str]:
    """Every organ that an organ lies within, over any number of rows; never itself.

    Examples
    --------
    >>> sorted(around("SpinalCord"))
    ['SpinalCanal', 'ThecalSac']
    """
    found: set[str] = set()
    reached = {organ}
    while reached:
        reached = {outer for inner, outer in pairs() if inner in reached} - found
        found |= reached
    return frozenset(found - {organ})
