"""The definition of the tables that we write goes out, as SQL that DuckDB and PostgreSQL understand alike."""

from __future__ import annotations

from graybook.tables import omop

__all__ = ["omop_ddl"]


def omop_ddl(*, decimals: int | None = None) -> str:
    """``CREATE TABLE`` statements, from our own list of columns.

    Parameters
    ----------
    decimals
        Digits behind the point of ``numeric`` columns; None as the model has it, without a number, which DuckDB takes as 3.

    Examples
    --------
    >>> print(omop_ddl().splitlines()[2])
    CREATE TABLE episode_event (episode_id integer NOT NULL, event_id integer NOT NULL, ...);
    """
    tables: dict[str, list[str]] = {}
    for column in omop.columns():
        kind = column.type if column.size is None else f"{column.type}({column.size})"
        if column.type == "numeric" and decimals is not None:
            kind = f"numeric(38, {decimals})"
        tables.setdefault(column.table, []).append(
            f"{column.name} {kind}{' NOT NULL' if column.required else ''}"
        )
    return "\n".join(f"CREATE TABLE {table} ({', '.join(parts)});" for table, parts in tables.items()) + "\n"
