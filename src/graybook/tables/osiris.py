"""The columns of OSIRIS' radiotherapy tables and pivot files, and the codes they use, go out.

Names, types and sizes only, as facts; texts and the SQL file itself are not part of the package.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from graybook.tables._rows import table_rows

__all__ = ["Column", "Field", "codes", "columns", "fields"]

_COLUMNS = "osiris_columns.csv"
_FIELDS = "osiris_fields.csv"
_CODES = "osiris_codes.csv"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    type
        ``integer``, ``varchar``, ``char``, ``date``, ``timestamp``, ``boolean`` or ``decimal``.
    size
        Of ``varchar`` and ``char``; None for the others. [characters]
    required
        Whether it is NOT NULL.
    key, identity
        Whether it is the primary key; whether the database numbers it by itself.
    refers_to
        Table that it points to, or empty. The schema declares no foreign key.
    ours
        Whether the table is Graybook's own, and not one of OSIRIS.
    """

    table: str
    name: str
    type: str
    size: int | None
    required: bool
    key: bool
    identity: bool
    refers_to: str
    ours: bool


@dataclass(frozen=True, kw_only=True)
class Field:
    """Where a fact stands: in a column of the SQL tables, in a column of the pivot files, or in both.

    Parameters
    ----------
    noun, name
        ``phase``, ``fractions``.
    table, column
        Of the SQL tables; empty where they have none.
    pivot, pivot_column
        Of the pivot files, without ``OSIRIS_pivot_``; empty where they have none.
    """

    noun: str
    name: str
    table: str
    column: str
    pivot: str
    pivot_column: str


@cache
def columns() -> tuple[Column, ...]:
    """All columns, table by table, in the order of the schema.

    Examples
    --------
    >>> [(one.table, one.name, one.size) for one in columns() if one.name == "ScheduledDosePerFraction"]
    [('Dose_To_Volume', 'ScheduledDosePerFraction', 15)]
    """
    names = ("table", "column", "type", "size", "required", "key", "refers_to")
    return tuple(
        Column(
            table=row["table"],
            name=row["column"],
            type=row["type"],
            size=int(row["size"]) if row["size"] else None,
            required=row["required"] == "yes",
            key=bool(row["key"]),
            identity=row["key"] == "identity",
            refers_to=row["refers_to"],
            ours=row["source"] == "graybook",
        )
        for row in table_rows(_COLUMNS, names)
    )


@cache
def fields() -> tuple[Field, ...]:
    """Every fact that is read, with its two places."""
    return tuple(
        Field(
            noun=row["noun"],
            name=row["field"],
            table=row["table"],
            column=row["column"],
            pivot=row["pivot"],
            pivot_column=row["pivot_column"],
        )
        for row in table_rows(_FIELDS, ("noun", "field", "table", "column", "pivot", "pivot_column"))
    )


@cache
def codes(kind: str) -> dict[str, str]:
    """What each code of a kind (``intent``, ``modality``) means, by code.

    Examples
    --------
    >>> codes("intent")["373808002"]
    'curative'
    """
    rows = table_rows(_CODES, ("kind", "meaning", "code"))
    return {row["code"]: row["meaning"] for row in rows if row["kind"] == kind}
