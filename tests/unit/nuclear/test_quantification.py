"""Calibration, recovery and the error budget: closed forms, dates, refusals, simulated bands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from math import exp, log, pi

import numpy as np
import pytest

from graybook.errors import InputError, NotComparable, UsageError
from graybook.nuclear.calibration import (
    Calibration,
    CalibrationNote,
    DeadTime,
    calibration_of_phantom,
    true_over_observed,
)
from graybook.nuclear.recovery import RecoveryNote, fit_recovery, recovery_table
from graybook.nuclear.uncertainty import budget, volume_sd_cm3

VOLUMES = [0.5, 1.2, 2.6, 5.6, 11.5, 26.5]


def naive(year: int, month: int, day: int, hour: int) -> datetime:
    """A moment of a clock that says no offset from UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC).replace(tzinfo=None)


def camera(**changed: object) -> Calibration:
    """Ten counts a second and MBq."""
    given: dict[str, object] = {
        "cps_per_mbq": 10.0,
        "sd_cps_per_mbq": 0.3,
        "measured": date(2026, 3, 1),
        "camera": "A",
        "nuclide": "Lu-177",
    }
    return Calibration(**(given | changed))  # type: ignore[arg-type]


def test_phantom_decays_by_dates_and_during_the_image() -> None:
    """Across a year's end and a night; the mean activity over one half-life is 1/(2 ln 2) of its start."""
    found = calibration_of_phantom(
        100.0,
        sd_counts_per_s=1.0,
        activity_mbq=80.0,
        sd_activity_mbq=1.6,
        assayed=naive(2025, 12, 31, 22),
        imaged=naive(2026, 1, 2, 22),
        duration_s=24 * 3600.0,
        half_life_h=24.0,
        camera="A",
        nuclide="X",
    )
    assert found.cps_per_mbq == pytest.approx(100.0 / (20.0 * 0.5 / log(2)))
    assert found.relative_sd == pytest.approx((0.01**2 + 0.02**2) ** 0.5)
    assert found.measured == date(2026, 1, 2)


def test_phantom_over_the_change_of_clocks() -> None:
    """23 h lie between 8:00 in winter time and 8:00 in summer time of the next day."""
    winter, summer = timezone(timedelta(hours=1)), timezone(timedelta(hours=2))
    found = calibration_of_phantom(
        100.0,
        sd_counts_per_s=1.0,
        activity_mbq=10.0,
        sd_activity_mbq=0.1,
        assayed=datetime(2026, 3, 28, 8, tzinfo=winter),
        imaged=datetime(2026, 3, 29, 8, tzinfo=summer),
        duration_s=0.0,
        half_life_h=23.0,
        camera="A",
        nuclide="X",
    )
    assert found.cps_per_mbq == pytest.approx(20.0)
    with pytest.raises(InputError, match="clock"):
        calibration_of_phantom(
            100.0,
            sd_counts_per_s=1.0,
            activity_mbq=10.0,
            sd_activity_mbq=0.1,
            assayed=datetime(2026, 3, 28, 8, tzinfo=winter),
            imaged=naive(2026, 3, 29, 8),
            duration_s=0.0,
            half_life_h=23.0,
            camera="A",
            nuclide="X",
        )


def test_calibration_knows_its_camera_nuclide_and_day() -> None:
    """Other nuclide, other camera, later or long before the image: each is said; a good match says nothing."""
    one = camera()
    assert one.notes(nuclide="Lu-177", camera="A", imaged=date(2026, 6, 1)) == ()
    assert one.notes(nuclide="I-131", camera="B", imaged=date(2026, 2, 1)) == (
        CalibrationNote.OTHER_NUCLIDE,
        CalibrationNote.OTHER_CAMERA,
        CalibrationNote.AFTER_IMAGE,
    )
    assert one.notes(nuclide="Lu-177", camera="A", imaged=date(2027, 6, 1)) == (CalibrationNote.OLD,)


@pytest.mark.parametrize("true", [1e3, 5e4, 3e5, 9e5])
def test_dead_time_is_undone(true: float) -> None:
    """Counts lost by either law come back; more than the detector can show is refused."""
    tau = 1.0
    assert true_over_observed(true * exp(-true * tau * 1e-6), tau, DeadTime.PARALYSABLE) == pytest.approx(
        exp(true * tau * 1e-6), rel=1e-9
    )
    seen = true / (1 + true * tau * 1e-6)
    assert true_over_observed(seen, tau, DeadTime.NON_PARALYSABLE) == pytest.approx(true / seen)
    with pytest.raises(NotComparable, match="dead time"):
        true_over_observed(4e5, 1.0, DeadTime.PARALYSABLE)


def test_dead_time_needs_the_field() -> None:
    """The whole detector's rate decides what is lost."""
    one = camera(dead_time_us=1.0)
    with pytest.raises(UsageError, match="whole field"):
        one.activity_mbq(500.0)
    assert one.activity_mbq(500.0, field_counts_per_s=0.0) == 50.0
    assert one.activity_mbq(500.0, field_counts_per_s=1e5) > 55.0


@pytest.mark.parametrize(
    "changed",
    [{"cps_per_mbq": 0.0}, {"sd_cps_per_mbq": -1.0}, {"dead_time_us": -1.0}, {"cps_per_mbq": float("nan")}],
)
def test_impossible_calibrations(changed: dict[str, object]) -> None:
    """Refused when made."""
    with pytest.raises(InputError):
        camera(**changed)


def test_negative_counts_are_refused() -> None:
    """A region below 0 counts has no activity."""
    with pytest.raises(InputError, match="below 0"):
        camera().activity_mbq(-1.0)


def curve(b: float, c: float) -> list[float]:
    """Recovery of the volumes, written out again."""
    return [1.0 / (1.0 + (b / v) ** c) for v in VOLUMES]


def test_recovery_curve_is_found_again() -> None:
    """b, c, the coefficient in between and its slope by differences."""
    found = fit_recovery(VOLUMES, curve(2.3, 0.8), sds=[0.02] * 6)
    assert (found.b_cm3, found.c) == pytest.approx((2.3, 0.8), rel=1e-6)
    at = found.at(4.0)
    assert at.coefficient == pytest.approx(1.0 / (1.0 + (2.3 / 4.0) ** 0.8))
    step = log(found.at(4.0 * exp(1e-4)).coefficient) - log(found.at(4.0 * exp(-1e-4)).coefficient)
    assert at.slope == pytest.approx(step / 2e-4, rel=1e-6)
    assert at.notes == ()


def test_recovery_error_equals_many_draws() -> None:
    """Standard error of a coefficient against 400 seeded refits, within 12 %."""
    random = np.random.Generator(np.random.PCG64(11))
    truth = np.array(curve(2.3, 0.8))
    draws = [
        fit_recovery(VOLUMES, (truth + 0.02 * random.standard_normal(6)).tolist(), sds=[0.02] * 6)
        .at(4.0)
        .coefficient
        for _ in range(400)
    ]
    assert fit_recovery(VOLUMES, truth.tolist(), sds=[0.02] * 6).at(4.0).sd == pytest.approx(
        np.std(draws), rel=0.12
    )


def test_recovery_outside_what_was_measured() -> None:
    """Smaller is refused with the organ's name; larger is said."""
    for found in (fit_recovery(VOLUMES, curve(2.3, 0.8)), recovery_table(VOLUMES, curve(2.3, 0.8))):
        with pytest.raises(NotComparable, match="Lesion 3"):
            found.at(0.3, organ="Lesion 3")
        with pytest.raises(NotComparable):
            found.at(float("nan"))
        assert RecoveryNote.ABOVE_MEASURED in found.at(200.0).notes
        assert RecoveryNote.ERRORS_NOT_STATED in found.at(4.0).notes
    assert recovery_table(VOLUMES, curve(2.3, 0.8)).at(200.0).coefficient == curve(2.3, 0.8)[-1]


def test_misfit_enlarges_the_error() -> None:
    """Points that scatter ten times their stated error make the curve's error about ten times larger, said so."""
    values = [one + 0.05 * sign for one, sign in zip(curve(2.3, 0.8), (1, -1, 1, -1, 1, -1), strict=True)]
    tight = fit_recovery(VOLUMES, values, sds=[0.005] * 6).at(4.0)
    honest = fit_recovery(VOLUMES, values, sds=[0.05] * 6).at(4.0)
    assert RecoveryNote.MISFIT in tight.notes
    assert tight.sd > 0.8 * honest.sd


@pytest.mark.parametrize(
    ("volumes", "values", "sds"),
    [
        ([1.0], [0.5], None),
        ([1.0, 1.0, 2.0], [0.5, 0.5, 0.6], None),
        ([1.0, 2.0, 3.0], [0.5, 0.0, 0.6], None),
        ([1.0, 2.0, 3.0], [50.0, 60.0, 70.0], None),
        ([1.0, 2.0, -3.0], [0.5, 0.6, 0.7], None),
        ([1.0, 2.0, 3.0], [0.5, 0.6, 0.7], [0.1, 0.0, 0.1]),
        ([1.0, 2.0], [0.5, 0.6], None),
        ([1.0, 2.0, 3.0], [1.0, 1.1, 1.05], None),
    ],
)
def test_impossible_recovery(volumes: list[float], values: list[float], sds: list[float] | None) -> None:
    """Too few, doubled, zero, in per cent, without loss: refused."""
    with pytest.raises(InputError):
        fit_recovery(volumes, values, sds=sds)


def test_volume_enters_dose_once() -> None:
    """Larger region: less dose by mass, less by recovery, more by counts; all from one error."""
    found = budget(curve_relative_sd=0.0, volume_relative_sd=0.1, recovery_slope=0.3, counts_slope=0.9)
    assert found.relative_sd == pytest.approx(0.1 * abs(0.9 - 0.3 - 1.0))


def test_budget_equals_a_simulation_of_the_whole_chain() -> None:
    """Standard error and 90 % band of D = C(V)/(Q R(V)) · k/V against 20000 seeded draws of V, Q, R's error and counts."""
    random = np.random.Generator(np.random.PCG64(5))
    n = 20000
    volume = 20.0 * np.exp(0.08 * random.standard_normal(n))
    counts = 100.0 * (volume / 20.0) ** 0.4 * np.exp(0.03 * random.standard_normal(n))
    recovery = 0.8 * (volume / 20.0) ** 0.15 * np.exp(0.02 * random.standard_normal(n))
    camera_factor = np.exp(0.04 * random.standard_normal(n))
    dose = counts / (camera_factor * recovery) / volume
    found = budget(
        curve_relative_sd=0.03,
        calibration_relative_sd=0.04,
        recovery_relative_sd=0.02,
        recovery_slope=0.15,
        volume_relative_sd=0.08,
        counts_slope=0.4,
    )
    assert found.relative_sd == pytest.approx(np.std(np.log(dose)), rel=0.03)
    band = found.band(float(np.median(dose)))
    assert band is not None
    assert np.mean((dose >= band[0]) & (dose <= band[1])) == pytest.approx(0.90, abs=0.01)


def test_unknown_share_has_no_band() -> None:
    """An unknown error is not 0: no band, and which it is."""
    found = budget(curve_relative_sd=None, calibration_relative_sd=0.04)
    assert found.relative_sd is None
    assert found.band(2.0) is None
    assert found.unknown == ("curve",)
    with pytest.raises(UsageError):
        budget(curve_relative_sd=-0.1)


def test_few_spare_points_widen_the_band() -> None:
    """One spare point: Student's 6.3138 instead of 1.6449; diluted by a share that is known well."""
    alone = budget(curve_relative_sd=0.01, curve_spare_points=1).band(1.0)
    assert alone is not None
    assert log(alone[1]) == pytest.approx(0.01 * 6.3138, rel=1e-4)
    known = budget(curve_relative_sd=0.01).band(1.0)
    assert known is not None
    assert log(known[1]) == pytest.approx(0.01 * 1.64485, rel=1e-4)
    mixed = budget(curve_relative_sd=0.01, curve_spare_points=1, calibration_relative_sd=0.1)
    assert mixed.spare_points > 1000


def test_volume_error_of_a_ball() -> None:
    """Drawn on a blurred image the error grows; a tenth of a millimetre at both ends is 3 · √2 · 0.1 / d."""
    ball = 4.0 / 3.0 * pi
    assert volume_sd_cm3(ball, voxel_mm=1e-9, drawing_sd_mm=0.1) / ball == pytest.approx(
        3 * 2**0.5 * 0.1 / 20.0
    )
    fwhm = 0.1 * (8 * log(2)) ** 0.5
    assert volume_sd_cm3(ball, voxel_mm=1e-9, resolution_fwhm_mm=fwhm) == pytest.approx(
        volume_sd_cm3(ball, voxel_mm=1e-9, drawing_sd_mm=0.1)
    )
    with pytest.raises(UsageError):
        volume_sd_cm3(0.0, voxel_mm=1.0)
