"""The organs that lie inside the vertebral column go out, with the vertebrae they may reach and the source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.tables._rows import table_rows
from graybook.tables.sources import source_text

__all__ = ["OrganLevels", "rows"]

_FILE = "organ_levels.csv"


@dataclass(frozen=True, kw_only=True)
class OrganLevels:
    """Vertebrae that an organ may reach.

    Parameters
    ----------
    organ
        TG-263 name.
    first, last
        Highest and lowest vertebra, both included.
    listed
        Whether a course known by its vertebrae alone brings the organ into the report.
    source_text
        Citation.
    """

    organ: str
    first: str
    last: str
    listed: bool
    source_text: str


@cache
def rows() -> tuple[OrganLevels, ...]:
    """All rows of the table.

    Examples
    --------
    >>> [(row.organ, row.first, row.last) for row in rows()][0]
    ('SpinalCord', 'C1', 'L3')
    """
    return tuple(
        OrganLevels(
            organ=row["organ"],
            first=row["first"],
            last=row["last"],
            listed=row["listed"] == "yes",
            source_text=source_text(row["source"]),
        )
        for row in table_rows(_FILE, ("organ", "first", "last", "listed", "note"))
    )
