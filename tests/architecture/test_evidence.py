"""Evidence: no figure ships as a default that nobody read in its primary, and none without a source."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from graybook.tables import edition
from graybook.tables.alpha_beta import default_for_organ
from graybook.tables.limit import Namespace
from graybook.tables.limits import limits
from graybook.tables.ntcp import ntcp_parameters
from graybook.tables.recovery import recovery_models
from graybook.tables.rulebook import rulebook
from graybook.tables.sources import source_keys
from graybook.tables.structure_names import labels

FOLDER = files("graybook.tables").joinpath("data", edition())
TABLES = sorted(
    one.name for one in FOLDER.iterdir() if one.name.endswith(".csv") and one.name != "sources.csv"
)
PRIMARY = {"primary-table", "primary-abstract"}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_every_table_has_a_source_and_a_tier(name: str) -> None:
    """Read without our loaders: each row names a source that the list of sources has, a tier and a check."""
    rows = list(csv.DictReader(FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()))
    for line, row in enumerate(rows, 2):
        assert row["source"] in source_keys(), f"{name}, line {line}"
        assert row["tier"], f"{name}, line {line}"
        assert row["verified"] in ("primary checked", "primary not checked"), f"{name}, line {line}"


def test_default_limits_were_read_in_their_primary() -> None:
    """Every row of the default rulebook is a cumulative limit read in a primary's table or abstract, with a citation."""
    rows = rulebook().limits
    assert rows
    assert {one.tier for one in rows} <= PRIMARY
    assert {one.namespace for one in rows} == {Namespace.CUMULATIVE}
    assert all(one.source_text.strip() and one.primary_checked for one in rows)


def test_repository_rows_are_never_used_unasked() -> None:
    """A row of tier secondary-repo is no default limit, no usable recovery, no usable probability and no default α/β."""
    assert not [one.id for one in limits() if one.default and one.tier == "secondary-repo"]
    assert not [one.name for one in recovery_models() if one.usable and one.tier == "secondary-repo"]
    assert not [one.id for one in ntcp_parameters() if one.usable and one.tier == "secondary-repo"]
    chosen = [default_for_organ(label) for label in labels()]
    assert not [
        one for one in chosen if one is not None and one.row is not None and one.row.tier == "secondary-repo"
    ]


def test_each_limit_states_where_recovery_stands() -> None:
    """A cumulative limit says in its note why recovery is in it or not."""
    rows = [one for one in limits() if one.namespace is Namespace.CUMULATIVE]
    assert [one.id for one in rows if "recovery in source" not in one.note] == []


def test_structures_of_limits_are_known_names() -> None:
    """Each structure a limit speaks of is a label of TG-263."""
    known = set(labels())
    assert {organ for one in limits() for organ in one.organs} <= known
