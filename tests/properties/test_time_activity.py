"""Time-activity: whatever was measured, curves decay, stay above 0, have finite errors, and choices and BED keep their order."""

from __future__ import annotations

from math import log

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.nuclear.biological import biological_dose
from graybook.nuclear.time_activity import fit_curve
from graybook.nuclear.time_integrated import choices
from graybook.record.organ_doses import DoseOrigin, IntervalKind, MeanDose

HALF_LIFE_H = 159.528

points = st.lists(
    st.tuples(st.floats(0.1, 300.0), st.floats(1e-3, 1e4), st.one_of(st.just(0.05), st.floats(0.005, 0.5))),
    min_size=2,
    max_size=7,
    unique_by=lambda one: round(one[0], 1),
)


@settings(max_examples=30, deadline=None)
@given(measured=points, stated=st.booleans())
def test_any_points_give_a_sound_curve(measured: list[tuple[float, float, float]], stated: bool) -> None:
    """Rates no slower than decay, activity never below 0, integral and error finite, tails in order, BED within its ends."""
    times, values, shares = (np.array(column) for column in zip(*measured, strict=True))
    fit = fit_curve(
        times, values, sd_mbq=shares * values if stated else None, physical_half_life_h=HALF_LIFE_H, organ="A"
    )
    assert min(fit.curve.rates_per_h) >= log(2) / HALF_LIFE_H * (1 - 1e-9)
    largest = float(np.abs(fit.curve.amplitudes_mbq).max())
    assert (fit.curve.activity_mbq(np.geomspace(1e-4, 5e3, 400)) >= -1e-9 * largest).all()
    assert np.isfinite(fit.curve.integral_mbq_h)
    assert fit.curve.integral_mbq_h > 0
    assert fit.integral_sd_mbq_h is None or np.isfinite(fit.integral_sd_mbq_h)
    tails = {one.tail: one.mbq_h for one in choices(fit) if one.model == "trapezoid"}
    assert tails["none"] <= tails["mono"] <= tails["physical"]
    dose_gy = fit.curve.integral_mbq_h * 1e-4
    found = biological_dose(
        MeanDose(
            organ="A",
            mean_gy=dose_gy,
            low_gy=0.8 * dose_gy,
            high_gy=1.3 * dose_gy,
            interval=IntervalKind.BAND,
            origin=DoseOrigin.IMAGES,
            decaying=fit.curve.decaying(1e-4),
        ),
        alpha_beta_gy=2.6,
        repair_half_time_h=(1.0, 4.0),
    )
    assert found.bed_gy is not None
    assert found.g_low is not None
    assert found.g_high is not None
    assert 0 < found.g_low <= found.g_high <= 1
    assert 0.8 * dose_gy <= found.bed_low_gy <= found.bed_gy <= found.bed_high_gy
