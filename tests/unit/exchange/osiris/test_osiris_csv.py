"""CSV texts come in cell by cell: separators, marks and rows of the wrong length are seen, and nothing is dropped."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.exchange.osiris import tables_from_csv


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(separator: str) -> None:
    """Comma, semicolon and tab; a byte order mark is no part of the first name."""
    text = separator.join(("\ufeffA", "B ")) + "\n" + separator.join(("1", '"x, y; z"')) + "\n"
    assert tables_from_csv({"t.csv": text}) == {"t.csv": [{"A": "1", "B ": "x, y; z"}]}


def test_rows_of_the_wrong_length() -> None:
    """A short row lacks the last cells; a long one keeps what is beyond the header in a column of its own."""
    (short, long) = tables_from_csv({"t": "A,B\n1\n2,3,4,5\n"})["t"]
    assert short == {"A": "1", "B": None}
    assert long == {"A": "2", "B": "3", "(beyond the header)": "4,5"}


def test_a_name_twice() -> None:
    """A header that stands twice keeps both cells."""
    assert tables_from_csv({"t": "A,a\n1,2\n"})["t"] == [{"A": "1", "a (2)": "2"}]


def test_empty() -> None:
    """No text is no row, and an empty line is none."""
    assert tables_from_csv({"t": "", "u": "A\n\n \n"}) == {"t": [], "u": []}


def test_no_csv() -> None:
    """An open quote is refused with the file."""
    with pytest.raises(InputError, match=r"t\.csv"):
        tables_from_csv({"t.csv": 'A,B\n"1,2\n'})
