"""The columns of the OMOP tables that hold a course of radiation, and the concepts they are marked with, go out.

Concept identifiers only, and no vocabulary. All but the sexes were read in works that cite OHDSI, not in the vocabulary itself: the
tier says so, and a centre checks them against its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.tables._rows import PRIMARY_CHECKED, table_rows

__all__ = ["NO_CONCEPT", "Column", "Concept", "columns", "concept"]

_COLUMNS = "omop_columns.csv"
_CONCEPTS = "omop_concepts.csv"
NO_CONCEPT = 0
"""What OMOP writes where no standard concept is known."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table of the Common Data Model 5.4.

    Parameters
    ----------
    type
        ``integer``, ``varchar``, ``date``, ``timestamp`` or ``numeric``.
    size
        Of ``varchar``; None for the others. [characters]
    required
        Whether it is NOT NULL.
    """

    table: str
    name: str
    type: str
    size: int | None
    required: bool


@dataclass(frozen=True, kw_only=True)
class Concept:
    """A concept identifier, and whether it was read where OHDSI itself states it."""

    id: int
    checked: bool


@cache
def columns() -> tuple[Column, ...]:
    """All columns, table by table, in the order of the model.

    Examples
    --------
    >>> [one.name for one in columns() if one.table == "episode_event"]
    ['episode_id', 'event_id', 'episode_event_field_concept_id']
    """
    return tuple(
        Column(
            table=row["table"],
            name=row["column"],
            type=row["type"],
            size=int(row["size"]) if row["size"] else None,
            required=row["required"] == "yes",
        )
        for row in table_rows(_COLUMNS, ("table", "column", "type", "size", "required"))
    )


@cache
def _concepts() -> dict[tuple[str, str], Concept]:
    return {
        (row["kind"], row["meaning"]): Concept(
            id=int(row["concept_id"]), checked=PRIMARY_CHECKED[row["verified"]]
        )
        for row in table_rows(_CONCEPTS, ("kind", "meaning", "concept_id"))
    }


def concept(kind: str, meaning: str) -> Concept:
    """The concept of a meaning; the one that says "none" where the table has no row.

    Examples
    --------
    >>> concept("episode", "course").id, concept("modality", "microspheres").id
    (32531, 0)
    """
    return _concepts().get((kind, meaning), Concept(id=NO_CONCEPT, checked=True))
