"""Limits on the summed dose, and doses merely observed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graybook.errors import InputError
from graybook.tables import limits


def test_two_lists_share_no_row() -> None:
    """Limits compare, observations do not; every row names its citation."""
    assert len(limits.cumulative_limits()) == 32
    assert len(limits.observed_doses()) == 11
    assert all(row.op in ("<", "<=") for row in limits.cumulative_limits())
    assert all(row.source_text for row in (*limits.cumulative_limits(), *limits.observed_doses()))


def test_physical_limits_say_so() -> None:
    """The carotid limits hold for the physical dose of the re-irradiation alone, not for a sum."""
    carotid = {row.quantity for row in limits.cumulative_limits() if row.organ == "A_Carotid"}
    assert carotid == {"physical, re-irradiation course only"}


@pytest.mark.parametrize(
    "changes",
    [
        {"op": ">"},
        {"value_gy": None},
        {"value_gy": (70.0, 60.0)},
        {"value_gy": (0.0, 60.0)},
        {"volume_percent": (40.0, 40.0)},
    ],
)
def test_impossible_limits_are_refused(changes: dict[str, object]) -> None:
    """A limit limits one thing, from above, with its lower figure first."""
    with pytest.raises(InputError):
        replace(limits.cumulative_limits()[0], **changes)  # type: ignore[arg-type]
