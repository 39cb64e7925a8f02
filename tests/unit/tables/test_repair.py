"""The table of half-times of repair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError
from graybook.tables.repair import repair_half_times


def test_ranges_and_components_are_rows() -> None:
    """A range is two rows, two components are two rows with one partition; others stand alone."""
    found = {(one.tissue, one.component) for one in repair_half_times()}
    assert {("mucosa", "lower end"), ("mucosa", "upper end"), ("laryngeal oedema", "")} <= found
    pair = [one for one in repair_half_times() if one.component in ("fast", "slow")]
    assert len({one.partition for one in pair}) == 1


@pytest.mark.parametrize("changes", [{"half_time_h": 0.0}, {"half_time_h": 9.0}, {"ci95_h": (5.0, 6.4)}])
def test_impossible_half_times_are_refused(changes: dict[str, object]) -> None:
    """A half-time is above 0 and within its own interval."""
    row = next(one for one in repair_half_times() if one.ci95_h == (3.2, 6.4))
    with pytest.raises(InputError):
        replace(row, **changes)  # type: ignore[arg-type]
