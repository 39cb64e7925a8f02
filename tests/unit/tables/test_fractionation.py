"""The slot for fraction numbers by site and total dose."""

from __future__ import annotations

import pytest

from graybook.errors import InputError
from graybook.tables import fractionation
from graybook.tables.fractionation import FractionationRow, fractions_range


def row(**changes: object) -> FractionationRow:
    fields: dict[str, object] = {
        "site": "Lung",
        "total_low_gy": 45.0,
        "total_high_gy": 60.0,
        "n_min": 3,
        "n_max": 25,
        "source_text": "a centre's own list",
        "note": "",
    }
    return FractionationRow(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_edition_ships_no_rows() -> None:
    """No published source was found, so nothing is answered."""
    assert fractionation.rows() == ()
    assert fractions_range("lung", 50.0) is None


def test_all_rows_that_hold_are_spanned() -> None:
    """Two rows for the dose give the fewest and the most of both, and both citations; a third is too low."""
    table = [
        row(),
        row(n_min=5, n_max=30, source_text="another"),
        row(total_low_gy=8.0, total_high_gy=20.0, n_min=1),
    ]
    assert fractions_range("LUNG", 50.0, among=table) == (3, 30, "a centre's own list; another")


@pytest.mark.parametrize(("site", "dose_gy"), [(None, 50.0), ("", 50.0), ("liver", 50.0), ("lung", 61.0)])
def test_no_row_no_answer(site: str | None, dose_gy: float) -> None:
    """Another site, another dose or an unknown site gives nothing."""
    assert fractions_range(site, dose_gy, among=[row()]) is None


@pytest.mark.parametrize(
    "changes", [{"n_min": 0}, {"n_max": 2}, {"total_high_gy": 10.0}, {"total_low_gy": 0.0}]
)
def test_reversed_spans_are_refused(changes: dict[str, object]) -> None:
    """A span runs from low to high and has at least one fraction."""
    with pytest.raises(InputError):
        row(**changes)
