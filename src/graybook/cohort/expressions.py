"""A question comes in; the ibis expressions that answer it, the same for every engine, go out.

Only whole numbers are added and compared, so that every engine gives the same digits; means are formed after collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graybook.cohort.fields import FIELDS, NOT_KNOWN, Field, Kind

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table, Value

    from graybook.cohort.query import Condition, Query

__all__ = ["NOT_GIVEN", "QUANTILES", "ROW_KEY", "expressions", "identity", "persons"]

QUANTILES = {"median": (0.5,), "quartiles": (0.25, 0.5, 0.75)}
"""Shares below the quantiles of a measure."""
NOT_GIVEN = "proposed"
"""Status of rows that speak of what is only planned: left out unless a condition names a status."""
ROW_KEY = ("person", "structure", "scope", "course")
"""What tells two rows of the table apart."""


def persons(table: Table) -> Table:
    """All persons of the pool, each once."""
    return table.select("person").distinct().order_by("person")


def identity(table: Table) -> Table:
    """What a pool consists of: each person with what stands for the result."""
    return table.select("person", "result").distinct().order_by("person", "result")


def expressions(table: Table, query: Query) -> dict[str, Table]:
    """All tables that a question needs, by name.

    ``members``: who is in which cell. ``units``: rows whose value is not zero, of sums and means. ``cells``, ``by_row``,
    ``by_column``, ``all``: the figures of each cell, row, column and of the whole.
    """
    chosen = _selection(table, query)
    keys = [key for key, name in (("r", query.rows), ("c", query.columns)) if name is not None]
    chosen = chosen.mutate(
        **{
            key: _category(chosen, FIELDS[name])
            for key, name in (("r", query.rows), ("c", query.columns))
            if name
        }
    )
    found = {"members": chosen.select("person", *keys).distinct()}
    if query.of is not None and query.measure in ("mean", "sum"):
        found["units"] = chosen.filter(chosen[FIELDS[query.of].column] != 0).select(*ROW_KEY, *keys)
    figures = _figures(chosen, query)
    by = {"cells": keys, "by_row": keys[:1], "by_column": keys[1:]} if len(keys) == 2 else {"cells": keys}
    for name, group in by.items():
        if group:
            found[name] = chosen.group_by(group).aggregate(**figures).order_by(group)
    found["all"] = chosen.aggregate(**figures)
    return found


def _selection(table: Table, query: Query) -> Table:
    """The rows that a question speaks of: those of its conditions, given doses, and where a value is asked for it is known.

    Doses of radionuclides and microspheres stand apart (rule 15): they are measured only where a condition says so.
    """
    named = {condition.field for condition in query.where}
    asked = named if query.of else named | {query.rows, query.columns}
    tests = [table.scope == query.scope.value]
    if "status" not in named | {query.rows, query.columns}:
        tests.append(table.status != NOT_GIVEN)
    if not {"apart", "modality"} & asked:
        tests.append(~table.apart)
    tests += [_test(table, condition) for condition in query.where]
    if query.of is not None:
        tests.append(table[FIELDS[query.of].column].notnull())
    return table.filter(*tests)


def _test(table: Table, condition: Condition) -> BooleanValue:
    """One condition on a row."""
    field = FIELDS[condition.field]
    column: Any = table[field.column]
    if condition.sign == "=":
        known = [field.stored(value) for value in condition.values if value != NOT_KNOWN]
        given: BooleanValue = column.isin(known)
        if len(known) == len(condition.values):
            return given
        return (column.isnull() | given) if known else column.isnull()
    bound = field.stored(condition.values[0])
    signs = {"<": column < bound, "<=": column <= bound, ">": column > bound, ">=": column >= bound}
    test: BooleanValue = signs[condition.sign]
    return test


def _category(table: Table, field: Field) -> Value:
    """The category of a row: its word, flag or small number as it stands, or the number of its band."""
    import ibis

    column: Any = table[field.column]
    if field.kind is not Kind.AMOUNT:
        category: Value = column
        return category
    if field.edges:
        low = [-(2**31), *(int(edge * field.factor) for edge in field.edges)]
        return ibis.cases(
            *((column >= bound, index) for index, bound in reversed(list(enumerate(low)))),
            else_=ibis.null("int8"),
        )
    band: Value = column // (field.band * field.factor)
    return band


def _figures(chosen: Table, query: Query) -> dict[str, Value]:
    """What is counted and measured in each group of rows."""
    figures: dict[str, Any] = {"persons": chosen.person.nunique(), "rows": chosen.count()}
    if query.of is not None:
        column: Any = chosen[FIELDS[query.of].column]
        figures["total"] = column.sum()
        for index, share in enumerate(QUANTILES.get(query.measure, ())):
            figures[f"q{index}"] = column.quantile(share)
    return figures
