"""Time-activity: known curves are found again, decay bounds the rates, errors name organ and time, bands hold the truth."""

from __future__ import annotations

from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
from scipy.integrate import quad

from graybook.errors import InputError, UsageError
from graybook.nuclear.curve import Curve
from graybook.nuclear.time_activity import CurveFit, FitNote, fit_curve
from graybook.nuclear.uncertainty import budget

LU_177_H = 159.528
TRIALS = 160
TIMES = np.array([1.0, 4.0, 24.0, 48.0, 96.0, 168.0, 240.0])

TRUTHS = {
    "mono": ((100.0,), (log(2) / 50,)),
    "uptake": ((100.0, -100.0), (log(2) / 50, log(2) / 2)),
    "bi": ((60.0, 40.0), (log(2) / 80, log(2) / 8)),
    "tri": ((60.0, 40.0, -100.0), (log(2) / 90, log(2) / 12, log(2) / 1.0)),
}


def activity(name: str, times: np.ndarray) -> np.ndarray:
    """Of a known curve, written out again. [MBq]"""
    amplitudes, rates = TRUTHS[name]
    return sum(a * np.exp(-r * times) for a, r in zip(amplitudes, rates, strict=True))


@pytest.mark.parametrize("name", list(TRUTHS))
def test_exact_points_give_the_curve_back(name: str) -> None:
    """Amplitudes, rates and integral of each shape; AICc prefers the truth to what is simpler."""
    fit = fit_curve(TIMES, activity(name, TIMES), physical_half_life_h=LU_177_H, model=name)
    amplitudes, rates = TRUTHS[name]
    assert fit.curve.rates_per_h == pytest.approx(rates, rel=1e-5)
    assert fit.curve.amplitudes_mbq == pytest.approx(amplitudes, rel=1e-5)
    whole = sum(a / r for a, r in zip(amplitudes, rates, strict=True))
    assert fit.curve.integral_mbq_h == pytest.approx(whole, rel=1e-7)


@pytest.mark.parametrize("name", list(TRUTHS))
def test_automatic_choice_finds_the_shape(name: str) -> None:
    """With ten points and stated errors of half a per cent the shape is recognised."""
    times = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 24.0, 48.0, 96.0, 168.0, 240.0])
    values = activity(name, times)
    fit = fit_curve(times, values, sd_mbq=0.005 * values, physical_half_life_h=LU_177_H)
    assert fit.model.value == name


@pytest.mark.parametrize("name", list(TRUTHS))
def test_numeric_integral_equals_the_closed_form(name: str) -> None:
    """Quadrature of the activity agrees to 1e-8, for ever and between two times."""
    amplitudes, rates = TRUTHS[name]
    curve = Curve(amplitudes_mbq=amplitudes, rates_per_h=rates, model=name)

    def at(time: float) -> float:
        return float(curve.activity_mbq(time))

    edges = [0.0, 1.0, 5.0, 25.0, 100.0, 400.0, 1600.0, 5000.0]
    parts = [quad(at, a, b, epsabs=0, epsrel=1e-11)[0] for a, b in pairwise(edges)]
    assert curve.integral_mbq_h == pytest.approx(sum(parts), rel=1e-8)
    assert curve.integral_between_mbq_h(5.0, 100.0) == pytest.approx(sum(parts[2:4]), rel=1e-8)


def test_no_rate_is_slower_than_physical_decay() -> None:
    """Rising points are held at physical decay, and it is noted."""
    fit = fit_curve([24.0, 48.0, 96.0], [50.0, 60.0, 70.0], physical_half_life_h=LU_177_H, model="mono")
    assert fit.curve.effective_half_life_h == pytest.approx(LU_177_H)
    assert FitNote.AT_PHYSICAL_DECAY in fit.notes
    assert fit.half_life_sd_h == 0.0


def test_few_points_give_simpler_curves_and_say_so() -> None:
    """Two points: one exponential through both, nothing left to test it and no error; three: still one exponential."""
    two = fit_curve([24.0, 96.0], [80.0, 30.0], physical_half_life_h=LU_177_H)
    assert two.model.value == "mono"
    assert {FitNote.AICC_UNDEFINED, FitNote.NO_SPARE_POINT, FitNote.ERROR_UNKNOWN} <= set(two.notes)
    assert two.integral_sd_mbq_h is None
    rate = log(80.0 / 30.0) / 72.0
    assert two.curve.integral_mbq_h == pytest.approx(80.0 * exp(rate * 24.0) / rate)
    three = fit_curve([4.0, 24.0, 96.0], [90.0, 80.0, 30.0], physical_half_life_h=LU_177_H)
    assert three.model.value == "mono"
    assert FitNote.AICC_UNDEFINED in three.notes
    assert [FitNote.TOO_FEW_POINTS in one.notes for one in three.candidates] == [False, False, True, True]
    with pytest.raises(InputError, match=r"Spleen.*bi"):
        fit_curve(
            [4.0, 24.0, 96.0], [9.0, 8.0, 3.0], physical_half_life_h=LU_177_H, model="bi", organ="Spleen"
        )


def test_one_point_is_no_curve() -> None:
    """One time point is refused with the remedy."""
    with pytest.raises(InputError, match="one time point"):
        fit_curve([24.0], [50.0], physical_half_life_h=LU_177_H)


def test_stated_errors_decide_where_aicc_cannot() -> None:
    """Four exact points with uptake and small stated errors contradict one exponential: the richer curve is taken, said so."""
    times = np.array([2.0, 6.0, 48.0, 120.0])
    values = activity("uptake", times)
    fit = fit_curve(times, values, sd_mbq=0.02 * values, physical_half_life_h=LU_177_H)
    assert fit.model.value == "uptake"
    assert FitNote.RICHER_THAN_AICC in fit.notes
    assert FitNote.CONTRADICTED in fit.candidates[0].notes


def test_alike_rates_do_not_break_the_fit() -> None:
    """Uptake as fast as washout, c·t·exp(-rt), has finite amplitudes; two washouts of one rate fall together."""
    times = np.array([2.0, 6.0, 12.0, 24.0, 48.0, 96.0])
    rate = log(2) / 15.0
    fit = fit_curve(
        times, 10.0 * times * np.exp(-rate * times), physical_half_life_h=LU_177_H, model="uptake"
    )
    assert fit.curve.integral_mbq_h == pytest.approx(10.0 / rate**2, rel=1e-4)
    assert np.isfinite(fit.curve.amplitudes_mbq).all()
    assert FitNote.RATES_ALIKE in fit.notes
    same = fit_curve(times, 100.0 * np.exp(-rate * times), physical_half_life_h=LU_177_H, model="bi")
    assert same.curve.integral_mbq_h == pytest.approx(100.0 / rate, rel=1e-6)
    assert same.curve.effective_half_life_h == pytest.approx(15.0, rel=1e-3)


def test_uptake_over_before_the_first_image_is_said() -> None:
    """A mono-exponential organ fitted with uptake is not given a made-up uptake rate in silence."""
    fit = fit_curve(TIMES + 3.0, activity("mono", TIMES + 3.0), physical_half_life_h=LU_177_H, model="uptake")
    assert FitNote.UPTAKE_NOT_SEEN in fit.notes


@pytest.mark.parametrize(
    ("times", "values", "sds", "says"),
    [
        ([4.0, 24.0], [50.0, 0.0], None, "Liver at 24 h"),
        ([4.0, 24.0], [50.0, -3.0], None, "Liver at 24 h"),
        ([4.0, 24.0], [50.0, float("nan")], None, "Liver at 24 h"),
        ([4.0, 24.0], [50.0, 30.0], [1.0, 0.0], "Liver at 24 h"),
        ([4.0, 24.0], [50.0, 30.0], 0.0, "Liver at 4 h"),
        ([-4.0, 24.0], [50.0, 30.0], None, "Liver.*before"),
        ([float("nan"), 24.0], [50.0, 30.0], None, "Liver"),
        ([0.0], [50.0], None, "Liver"),
    ],
)
def test_impossible_points_name_organ_and_time(
    times: list[float], values: list[float], sds: list[float] | float | None, says: str
) -> None:
    """Zero, negative and missing activities, errors of 0 and times before the administration are refused."""
    with pytest.raises(InputError, match=says):
        fit_curve(times, values, sd_mbq=sds, physical_half_life_h=LU_177_H, organ="Liver")


def test_wrong_calls_are_refused() -> None:
    """Unlike lengths, no half-life, an unknown model."""
    with pytest.raises(UsageError, match="belong"):
        fit_curve([1.0, 2.0], [1.0], physical_half_life_h=LU_177_H)
    with pytest.raises(UsageError, match="half-life"):
        fit_curve([1.0, 2.0], [1.0, 2.0], physical_half_life_h=0.0)
    with pytest.raises(UsageError, match="auto"):
        fit_curve([1.0, 2.0], [1.0, 2.0], physical_half_life_h=1.0, model="quad")


def test_order_of_points_does_not_matter() -> None:
    """Points in another order give the same digits."""
    values = activity("bi", TIMES)
    first = fit_curve(TIMES, values, physical_half_life_h=LU_177_H)
    second = fit_curve(TIMES[::-1], values[::-1], physical_half_life_h=LU_177_H)
    assert first.curve == second.curve


def test_unit_of_activity_does_not_matter() -> None:
    """A thousandth of the activity has a thousandth of the integral and the same shape."""
    values = activity("uptake", TIMES)
    large = fit_curve(TIMES, values, sd_mbq=0.05 * values, physical_half_life_h=LU_177_H)
    small = fit_curve(TIMES, values / 1e3, sd_mbq=0.05 * values / 1e3, physical_half_life_h=LU_177_H)
    assert small.model is large.model
    assert small.curve.integral_mbq_h * 1e3 == pytest.approx(large.curve.integral_mbq_h, rel=1e-9)


@pytest.mark.parametrize("name", ["mono", "uptake", "bi"])
def test_standard_error_is_that_of_the_linearised_fit(name: str) -> None:
    """The integral's error equals an independent propagation: slopes of the integral by each point, found by refitting."""
    values = activity(name, TIMES)
    sds = 0.03 * values

    def integral(points: np.ndarray) -> float:
        fit = fit_curve(TIMES, points, sd_mbq=sds, physical_half_life_h=LU_177_H, model=name, others=False)
        return fit.curve.integral_mbq_h

    squares = 0.0
    for i in range(len(TIMES)):
        step = np.zeros(len(TIMES))
        step[i] = 1e-3 * sds[i]
        slope = (integral(values + step) - integral(values - step)) / (2e-3 * sds[i])
        squares += (slope * sds[i]) ** 2
    fit = fit_curve(TIMES, values, sd_mbq=sds, physical_half_life_h=LU_177_H, model=name)
    assert fit.integral_sd_mbq_h == pytest.approx(squares**0.5, rel=1e-3)


def band(fit: CurveFit, *, stated: bool) -> tuple[float, float]:
    """90 % band of the integral."""
    assert fit.integral_sd_mbq_h is not None
    found = budget(
        curve_relative_sd=fit.integral_sd_mbq_h / fit.curve.integral_mbq_h,
        curve_spare_points=None if stated else fit.spare_points,
    ).band(fit.curve.integral_mbq_h)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "stated"), [("mono", True), ("mono", False), ("uptake", True)])
def test_band_holds_the_truth_in_90_percent_of_trials(name: str, stated: bool) -> None:
    """Of 160 patients with five noisy points the 5 to 95 % band holds the true integral in 84 to 97 %."""
    random = np.random.Generator(np.random.PCG64(20261122))
    times = np.array([4.0, 24.0, 72.0, 120.0, 168.0])
    held = 0
    for _ in range(TRIALS):
        slow, fast = log(2) / random.uniform(35.0, 90.0), log(2) / random.uniform(0.8, 3.0)
        truth = np.exp(-slow * times) - (np.exp(-fast * times) if name == "uptake" else 0.0)
        whole = 1.0 / slow - (1.0 / fast if name == "uptake" else 0.0)
        sds = 0.05 * truth if stated else np.full(len(times), 0.02)
        values = truth + sds * random.standard_normal(len(times))
        if (values <= 0).any():
            continue
        fit = fit_curve(
            times,
            values,
            sd_mbq=sds if stated else None,
            physical_half_life_h=LU_177_H,
            model=name,
            others=False,
        )
        low, high = band(fit, stated=stated)
        held += low <= whole <= high
    assert 0.84 <= held / TRIALS <= 0.97
