"""The table of random terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError
from graybook.tables.uncertainty import published_spread, published_spreads


def test_output_of_accelerators_is_as_its_abstract_prints_it() -> None:
    """1.003 ± 0.009 (one standard deviation) of 47 beams: 0.9 %, read in the abstract."""
    row = published_spread("delivery")
    assert row is not None
    assert (row.percent, row.tier, row.primary_checked) == (0.9, "primary-abstract", True)
    assert "10.1007/BF03178596" in row.source_text


def test_a_term_nobody_read_a_figure_of_has_none() -> None:
    """No figure of the calculation of dose could be read in its source, so none is shipped."""
    assert published_spread("dose") is None


@pytest.mark.parametrize("changes", [{"term": "biology"}, {"percent": -1.0}, {"percent": 50.0}])
def test_impossible_rows_are_refused(changes: dict[str, object]) -> None:
    """A row is of a known term, and its spread is one."""
    with pytest.raises(InputError):
        replace(published_spreads()[0], **changes)  # type: ignore[arg-type]
