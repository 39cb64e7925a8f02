"""A table row without evidence is refused."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from graybook import tables
from graybook.errors import InputError
from graybook.tables import _rows

COLUMNS = ("organ", "value_gy")
HEADER = "organ,value_gy,source,tier,verified"


def parsed(*lines: str) -> tuple[dict[str, str], ...]:
    return _rows.parsed_rows("\n".join(lines), file="test.csv", columns=COLUMNS)


def test_complete_row_is_read() -> None:
    """A row with source, tier and check is read as text."""
    (row,) = parsed(HEADER, "Heart,2.5,rulach2021,primary-table,primary checked")
    assert row["organ"] == "Heart"
    assert _rows.number(row, "value_gy", "test.csv") == 2.5


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Heart,2.5,,primary-table,primary checked", "no source"),
        ("Heart,2.5,rulach2021,,primary checked", "no known tier"),
        ("Heart,2.5,rulach2021,hearsay,primary checked", "no known tier"),
        ("Heart,2.5,rulach2021,primary-table,", "does not say"),
        ("Heart,2.5,rulach2021,secondary-repo,primary checked", "contradict"),
        ("Heart,2.5,rulach2021,primary-table,primary not checked", "contradict"),
        ("Heart,2.5,rulach2021", "number of cells"),
    ],
)
def test_row_without_evidence_is_refused(line: str, what: str) -> None:
    """A row that lacks source, tier or check, or contradicts itself, is refused with its line and a remedy."""
    with pytest.raises(InputError, match=what) as caught:
        parsed(HEADER, line)
    assert "test.csv, line 2" in caught.value.what
    assert caught.value.remedy


def test_other_columns_are_refused() -> None:
    """A table with other columns is another table."""
    with pytest.raises(InputError, match="columns"):
        parsed("organ,source,tier,verified", "Heart,rulach2021,primary-table,primary checked")


@pytest.mark.parametrize("value", ["", "two", "nan", "inf"])
def test_cell_that_is_no_number_is_refused(value: str) -> None:
    """A cell that should hold a number holds a finite one."""
    (row,) = parsed(HEADER, f"Heart,{value},rulach2021,primary-table,primary checked")
    with pytest.raises(InputError, match="not a number"):
        _rows.number(row, "value_gy", "test.csv")


def test_edition_is_a_folder_of_the_package() -> None:
    """The edition names a folder with data, beside a README that says how it was made."""
    data = files("graybook.tables").joinpath("data")
    assert data.joinpath(tables.edition()).is_dir()
    assert "tools/build_tables.py" in data.joinpath("README.md").read_text(encoding="utf-8")


def test_every_row_of_every_table_names_a_listed_source() -> None:
    """Each row of each shipped file has a source that the list of sources holds."""
    folder = files("graybook.tables").joinpath("data", tables.edition())
    contents = {
        item.name: list(csv.DictReader(item.read_text("utf-8").splitlines()))
        for item in folder.iterdir()
        if item.name.endswith(".csv")
    }
    listed = {row["key"] for row in contents.pop("sources.csv")}
    assert len(contents) >= 10
    for name, rows in contents.items():
        assert {row["source"] for row in rows} <= listed, name
