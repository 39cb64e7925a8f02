"""Phases as fields."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.accumulation.phase_dose import PhaseDose
from graybook.errors import InputError
from graybook.geometry import Grid, GridField


def make(
    planned: int | None, delivered: int | None, fractions_range: tuple[int, int] | None = None
) -> PhaseDose:
    """30 Gy everywhere."""
    grid = Grid(frame="1.2", shape=(2, 2, 2), origin_mm=[0, 0, 0], spacing_mm=[10, 10, 10], axes=np.eye(3))
    field = GridField(grid=grid, values=np.full((2, 2, 2), 30.0))
    return PhaseDose(
        id="p", field=field, planned=planned, delivered=delivered, fractions_range=fractions_range
    )


@pytest.mark.rule(1)
def test_delivered_dose_is_dose_per_fraction_times_sessions() -> None:
    """30 Gy in 10, of which 4 were given: 3 Gy a fraction, 12 Gy delivered."""
    samples = make(10, 4).sample(np.array([[5.0, 5.0, 5.0]]))
    assert float(samples.fraction_gy(high=False)[0]) == pytest.approx(3.0)
    assert float(samples.delivered_gy(high=False)[0]) == pytest.approx(12.0)


def test_no_planned_fraction_is_refused() -> None:
    """A dose per fraction of zero fractions does not exist."""
    with pytest.raises(InputError):
        make(0, 0)


def test_reversed_range_is_refused() -> None:
    """n_min above n_max is a slip of the pen."""
    with pytest.raises(InputError):
        make(None, None, (25, 5))
