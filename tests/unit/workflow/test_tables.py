"""What there is in the tables, and the rows a person asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from graybook.errors import UsageError
from graybook.tables.rulebook import RULEBOOKS
from graybook.workflow.tables import limit_fields, listing, shown

BOOK = """
author = "A. Physicist"
date = 2026-01-31
reason = "decided by the department"
base = "none"
[[limit]]
organ = "SpinalCord"
rule = "max <= 58 Gy"
alpha_beta_gy = 2.0
recovery_in_source = "yes"
source = "rulach2021"
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A centre's rulebook with one row."""
    path = tmp_path / "ours.toml"
    path.write_text(BOOK, encoding="utf-8")
    return path


def test_listing_counts_every_row_by_tier() -> None:
    """Each rulebook and each table is listed; its tiers add up to its rows, and tables have a hash."""
    found = listing()
    assert [one.name for one in found.rulebooks] == list(RULEBOOKS)
    for one in (*found.rulebooks, *found.tables):
        assert one.name == "sources" or sum(one.tiers.values()) == one.rows
    assert all(len(one.sha256) == 64 for one in found.tables)


@pytest.mark.parametrize("organ", ["SpinalCord", "spinal cord", "moelle", "SPINALCORD"])
def test_an_organ_is_found_in_any_spelling(organ: str) -> None:
    """TG-263, English and French names give the same rows, in a rulebook and in a table of tissues."""
    rows = shown("cumulative", organ=organ).rows
    assert {row.values["organ"].split("/")[0] for row in rows} == {"SpinalCord"}
    assert "0.87" in {row.values["value_gy"] for row in shown("alpha_beta", organ=organ).rows}


def test_a_side_finds_the_rows_of_the_organ() -> None:
    """The limits of a lung are those of the lungs."""
    found = {row.values["organ"] for row in shown("cumulative", organ="Lung_L").rows}
    assert found == {"Lungs"}


def test_repository_rows_are_held_back() -> None:
    """Rows read in a repository alone are counted and shown on request only, marked as not checked."""
    held, every, by_tier = (
        shown("first-course"),
        shown("first-course", every=True),
        shown("first-course", tier="secondary-repo"),
    )
    assert held.held_back == len(by_tier.rows) == len(every.rows) - len(held.rows)
    assert every.held_back == by_tier.held_back == 0
    assert {row.tier for row in held.rows} == {"primary-abstract", "secondary-curated"}
    assert {(row.tier, row.primary_checked) for row in by_tier.rows} == {("secondary-repo", False)}


def test_a_row_reaches_its_citation() -> None:
    """Every row shown has a citation, and a default limit has an address."""
    assert all(row.citation for row in shown("all", every=True).rows)
    assert all(row.address.startswith("https://") for row in shown("cumulative").rows)


def test_a_table_is_shown_cell_by_cell() -> None:
    """A table that holds no limits gives its cells; the list of sources too."""
    row = shown("recovery").rows[0]
    assert (row.limit, row.values["name"], row.values["steps"]) == (None, "doi2021", "6:0.25;12:0.5")
    assert shown("sources.csv").rows[0].values["key"]


def test_a_centres_rulebook_is_shown(book: Path) -> None:
    """A file gives its own rows, with author, date and reason."""
    found = shown(str(book))
    (row,) = found.rows
    assert (row.values["value"], row.values["author"], row.values["changed_on"]) == (
        "58",
        "A. Physicist",
        "2026-01-31",
    )
    assert len(found.sha256) == 64
    assert row.address == "https://doi.org/10.1016/j.adro.2021.100653"


@pytest.mark.parametrize(
    ("name", "tier", "match"),
    [
        ("nothing", "", "No table and no rulebook"),
        ("cumulative", "best", "No tier"),
        ("missing.toml", "", "missing.toml"),
    ],
)
def test_unknown_names_are_refused(name: str, tier: str, match: str) -> None:
    """A name that is neither, a tier that is none and a file that is not there are wrong calls."""
    with pytest.raises(UsageError, match=match):
        shown(name, tier=tier)


def test_conditions_are_fields_of_their_own() -> None:
    """A limit as text holds each condition: a span, an open span, one number, nothing."""
    rows = {row.values["id"]: row.values for row in shown("all").rows}
    assert rows["rulach2021-paradis-spinalcord-d0.1cc"]["interval_months"] == "6–12"
    assert rows["hytec2021-thecalsac-max"]["interval_months"] == "≥ 5"
    assert rows["hytec2021-thecalsac-max"]["courses"] == "2"
    assert rows["rulach2021-spinalcord-max"]["fractions"] == ""
    assert rows["nieder2006-spinalcord-max-low-risk"]["each_course_max_gy"] == "98"
    first = next(row.limit for row in shown("cumulative").rows if row.limit)
    assert set(limit_fields(first)) == set(rows["hytec2021-thecalsac-max"])
