"""The table of RBE: each model has its limits, each row its source; a row that is not one is refused."""

from __future__ import annotations

import pytest

from graybook.errors import InputError, UsageError
from graybook.tables import rbe
from graybook.tables.rbe import constant_rbe, rbe_row, rows


def test_every_model_has_both_limits() -> None:
    """Variable models have an upper and a lower limit; the constant one has one figure."""
    found = {(row.model, row.quantity) for row in rows()}
    variable = ("McNamara 2015", "Wedenberg 2013", "Carabe 2012")
    assert found == {("constant", "rbe")} | {(m, q) for m in variable for q in ("rbe_max", "rbe_min")}
    assert constant_rbe() == 1.1


def test_every_row_says_where_it_was_read() -> None:
    """No coefficient was read in its publication, and each says so; each variable one cites it with its DOI."""
    for row in rows():
        assert row.source_text
        assert not row.primary_checked
        assert row.model == "constant" or "doi:10." in row.source_text


def test_the_typing_error_is_not_ours() -> None:
    """McNamara's first coefficient is 0.99064, not the 0.999064 of a planning system."""
    assert rbe_row("McNamara 2015", "rbe_max").offset == 0.99064


def test_unknown_model_is_refused() -> None:
    """A model that is not in the table has no coefficients."""
    with pytest.raises(UsageError, match="No such model"):
        rbe_row("McNamara 2016", "rbe_max")


def test_unknown_quantity_is_refused() -> None:
    """A row of something else is not read as a limit of RBE."""
    row = {"model": "m", "quantity": "alpha", "source": "pytrip"}
    with pytest.raises(InputError, match="unknown quantity"):
        rbe._row(row)
