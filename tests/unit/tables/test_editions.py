"""Editions, their files, and rows as they stand."""

from __future__ import annotations

import pytest

from graybook.errors import UsageError
from graybook.tables import edition
from graybook.tables.editions import editions, table_files, table_of
from graybook.tables.hashes import table_hashes


def test_the_edition_in_use_ships() -> None:
    """The edition in use is one of those that ship, and every file of it has a hash."""
    assert edition() in editions()
    assert list(table_files()) == list(table_hashes())


@pytest.mark.parametrize("name", table_files())
def test_every_table_is_read(name: str) -> None:
    """A table is found with and without its ending, and each row has its line."""
    columns, rows = table_of(name)
    assert table_of(name.removesuffix(".csv")) == (columns, rows)
    assert all(set(row) == set(columns) for row in rows)
    assert [row.line for row in rows] == list(range(2, len(rows) + 2))


def test_unknown_table_is_refused() -> None:
    """A name that is no table is a wrong call, and the message names the tables."""
    with pytest.raises(UsageError) as caught:
        table_of("limits")
    assert "reirradiation_limits" in caught.value.remedy
