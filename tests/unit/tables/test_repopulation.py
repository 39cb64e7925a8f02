"""The table of repopulation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError
from graybook.tables.repopulation import repopulations


def test_an_onset_only_where_the_source_states_one() -> None:
    """Two of the ten rows state the day from which repopulation acts."""
    assert {one.tissue for one in repopulations() if one.onset_days is not None} == {
        "larynx tumour",
        "tonsil tumour",
    }
    assert len(repopulations()) == 10


@pytest.mark.parametrize("changes", [{"gy_per_day": 0.0}, {"gy_per_day": 1.2}])
def test_impossible_rates_are_refused(changes: dict[str, object]) -> None:
    """A rate is above 0 and within its own interval."""
    row = next(one for one in repopulations() if one.tissue == "larynx tumour")
    with pytest.raises(InputError):
        replace(row, **changes)  # type: ignore[arg-type]
