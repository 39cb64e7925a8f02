"""Any activity of any published nuclide: an interval of its own size, and never a value between its ends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.nuclear.biological import biological_dose, sum_of_cycles
from graybook.record import Administration
from graybook.tables.organ_dose_per_activity import DosePerActivity, doses_per_activity
from graybook.workflow.nuclear.activity import activity_doses

ROWS = st.sampled_from(doses_per_activity())
ACTIVITIES = st.floats(min_value=1e-3, max_value=50.0)


def _given(row: DosePerActivity, activity_gbq: float, lost: float | None = None) -> Administration:
    return Administration(
        nuclide=row.nuclide,
        agent=row.agent,
        indication=row.indication.partition(";")[0],
        activity_gbq=activity_gbq,
        extravasation_percent=lost,
    )


@settings(max_examples=60, deadline=None)
@given(row=ROWS, activity_gbq=ACTIVITIES)
def test_no_population_gives_a_point(row: DosePerActivity, activity_gbq: float) -> None:
    """Every organ has two ends in proportion to the activity that hold the row's own, no mean, no curve and a source."""
    doses = {one.organ: one for one in activity_doses(_given(row, activity_gbq)).doses}
    assert all(one.mean_gy is None and one.decaying is None and one.source for one in doses.values())
    found = doses[row.organ]
    assert found.low_gy <= row.low_gy_per_gbq * activity_gbq * (1 + 1e-12)
    assert found.high_gy >= row.high_gy_per_gbq * activity_gbq * (1 - 1e-12)
    twice = {one.organ: one for one in activity_doses(_given(row, 2.0 * activity_gbq)).doses}[row.organ]
    assert (twice.low_gy, twice.high_gy) == pytest.approx((2.0 * found.low_gy, 2.0 * found.high_gy))


@settings(max_examples=60, deadline=None)
@given(row=ROWS, activities=st.lists(ACTIVITIES, min_size=2, max_size=6), ratio=st.floats(1.0, 12.0))
def test_cycles_are_never_pooled(row: DosePerActivity, activities: list[float], ratio: float) -> None:
    """BED of cycles one by one lies below that of their sum in one go, above the sum of doses, and has no best value."""
    cycles = [
        biological_dose(one, alpha_beta_gy=ratio, repair_half_time_h=(0.5, 4.0))
        for activity in activities
        for one in activity_doses(_given(row, activity)).doses
        if one.organ == row.organ
    ]
    total = sum_of_cycles(cycles)
    high_gy = sum(
        one.high_gy
        for activity in activities
        for one in activity_doses(_given(row, activity)).doses
        if one.organ == row.organ
    )
    assert total.bed_gy is None
    assert high_gy <= total.bed_high_gy * (1 + 1e-12)
    assert total.bed_high_gy <= high_gy * (1.0 + high_gy / ratio) * (1 + 1e-12)


@settings(max_examples=40, deadline=None)
@given(row=ROWS, activity_gbq=ACTIVITIES, lost=st.floats(0.0, 100.0))
def test_what_missed_the_vessel_raises_nothing(
    row: DosePerActivity, activity_gbq: float, lost: float
) -> None:
    """Upper ends stay, lower ends shrink by the share and never below 0."""
    whole = {one.organ: one for one in activity_doses(_given(row, activity_gbq)).doses}
    for one in activity_doses(_given(row, activity_gbq, lost)).doses:
        assert one.high_gy == whole[one.organ].high_gy
        assert one.low_gy == pytest.approx(whole[one.organ].low_gy * (1.0 - lost / 100.0), abs=1e-12)
        assert one.low_gy >= 0.0
