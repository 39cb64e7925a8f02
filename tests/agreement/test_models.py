"""One agreement test over all models of effect: shape, zero, growth, the limit of one dose given at once, the double integral."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from graybook.errors import GraybookError
from graybook.geometry.arrays import FloatArray
from graybook.radiobiology import LinearQuadratic, Model, eqd2_of_bed_gy, eqdx_gy
from graybook.radiobiology.carabe import Carabe2012
from graybook.radiobiology.constant_rate import ConstantRate
from graybook.radiobiology.constant_rbe import ConstantRbe
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.exponential_sum import ExponentialSum
from graybook.radiobiology.incomplete_repair import IncompleteRepair
from graybook.radiobiology.linear_quadratic_linear import LinearQuadraticLinear
from graybook.radiobiology.mcnamara import McNamara2015
from graybook.radiobiology.repair import Repair
from graybook.radiobiology.repopulation import Repopulation
from graybook.radiobiology.universal_survival_curve import UniversalSurvivalCurve
from graybook.radiobiology.wedenberg import Wedenberg2013
from validation.model_vectors import CLASSES

HOURS = Repair.single(1.5)
TWO = Repair.partitioned(fast_h=0.19, slow_h=2.16, partition=0.98)
"""Half-times and partition of Millar et al. 2015 for the brain, as public code lists them."""

ALPHA_BETA_GY = 3.0
SHAPES = ((), (7,), (2, 3, 4))

Maker = Callable[[tuple[int, ...]], Model]


def let(shape: tuple[int, ...]) -> FloatArray:
    """An LET in every voxel. [keV/µm]"""
    return np.full(shape, 2.5)


MODELS: dict[str, Maker] = {
    "linear-quadratic": lambda _: LinearQuadratic(fractions=5),
    "incomplete repair": lambda _: IncompleteRepair(
        fractions=7, per_day=3, interval_h=5.0, repair_half_time_h=4.0
    ),
    "constant rate": lambda _: ConstantRate(duration_h=20.0, repair=TWO),
    "permanent source": lambda _: DecayingSource(half_life_h=64.1, repair=HOURS),
    "temporary source": lambda _: DecayingSource(half_life_h=64.1, repair=TWO, duration_h=30.0),
    "uptake and washout": lambda _: ExponentialSum(
        amplitudes=(1.0, -1.0), rates_per_h=(0.014, 0.85), repair=HOURS
    ),
    "repopulation": lambda _: Repopulation(
        model=LinearQuadratic(fractions=30),
        overall_days=40.0,
        kick_off_days=28.0,
        loss_gy_per_day=0.6,
        parameters_source="a test",
    ),
    "linear-quadratic-linear": lambda _: LinearQuadraticLinear(
        fractions=3, transition_gy=6.0, gamma_over_alpha=3.0, parameters_source="a test"
    ),
    "universal survival curve": lambda _: UniversalSurvivalCurve(
        fractions=3, alpha_per_gy=0.25, d0_gy=2.0, dq_gy=0.375, parameters_source="a test"
    ),
    "constant RBE": lambda _: ConstantRbe(fractions=5),
    "McNamara": lambda shape: McNamara2015(fractions=5, let_kev_um=let(shape)),
    "Wedenberg": lambda shape: Wedenberg2013(fractions=5, let_kev_um=let(shape)),
    "Carabe": lambda shape: Carabe2012(fractions=5, let_kev_um=let(shape)),
}
ALL = pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)


def test_all_models_are_here() -> None:
    """Each class of the page of models is tested below."""
    assert {type(make(())) for make in MODELS.values()} == set(CLASSES)


def test_curve_has_the_alpha_beta_of_the_others() -> None:
    """The universal survival curve of these tests has the α/β at which all are asked."""
    curve = MODELS["universal survival curve"](())
    assert isinstance(curve, UniversalSurvivalCurve)
    assert curve.alpha_beta_gy == pytest.approx(ALPHA_BETA_GY)


@ALL
@pytest.mark.parametrize("shape", SHAPES)
def test_shape_and_finiteness_are_kept(make: Maker, shape: tuple[int, ...]) -> None:
    """BED and the mark of extrapolation have the shape of the dose; BED is finite."""
    model, dose = make(shape), np.full(shape, 12.0)
    bed = model.bed_gy(dose, alpha_beta_gy=ALPHA_BETA_GY)
    assert np.shape(bed) == np.shape(model.outside_validity(dose)) == shape
    assert np.isfinite(bed).all()


@ALL
def test_no_dose_has_no_effect(make: Maker) -> None:
    """Zero dose is zero BED and never extrapolated; no dose (NaN) stays none."""
    model, dose = make((2,)), np.array([0.0, np.nan])
    bed = model.bed_gy(dose, alpha_beta_gy=ALPHA_BETA_GY)
    assert bed[0] == 0.0
    assert np.isnan(bed[1])


@ALL
@settings(max_examples=25, deadline=None)
@given(doses=st.lists(st.floats(0.0, 200.0), min_size=2, max_size=12))
def test_more_dose_is_not_less_effect(make: Maker, doses: list[float]) -> None:
    """BED grows with dose, is finite, and EQD2 with it."""
    dose = np.sort(np.array(doses))
    bed = make(dose.shape).bed_gy(dose, alpha_beta_gy=ALPHA_BETA_GY)
    assert np.isfinite(bed).all()
    assert (np.diff(bed) >= -1e-9).all()
    assert (np.diff(eqd2_of_bed_gy(bed, alpha_beta_gy=ALPHA_BETA_GY)) >= -1e-9).all()


@ALL
def test_model_says_what_it_is(make: Maker) -> None:
    """A model has a name, a formula, a source and a sentence on its validity."""
    model = make(())
    assert all([model.name, model.formula.startswith("BED"), model.source, model.validity.code])


@ALL
@pytest.mark.parametrize("wrong", [0.0, -2.0, float("nan"), float("inf")])
def test_senseless_alpha_beta_is_refused(make: Maker, wrong: float) -> None:
    """No model computes with an α/β that is none."""
    with pytest.raises(GraybookError):
        make((1,)).bed_gy(np.array([12.0]), alpha_beta_gy=wrong)


@ALL
@pytest.mark.parametrize("wrong", [-1.0, float("inf")])
def test_senseless_dose_is_refused(make: Maker, wrong: float) -> None:
    """No model computes with a dose below zero or without end."""
    with pytest.raises(GraybookError):
        make((1,)).bed_gy(np.array([wrong]), alpha_beta_gy=ALPHA_BETA_GY)


@pytest.mark.parametrize("fraction_gy", [9.9, 10.1])
@pytest.mark.parametrize("name", ["linear-quadratic", "incomplete repair", "constant RBE", "McNamara"])
def test_large_fractions_are_extrapolated(name: str, fraction_gy: float) -> None:
    """Above 10 Gy a fraction a model that rests on the linear-quadratic one says that it is extrapolated (Brenner 2008)."""
    model = MODELS[name]((1,))
    rbe = 1.1 if name == "constant RBE" else 1.0
    dose = np.full(1, fraction_gy * getattr(model, "fractions", 1) / rbe)
    assert model.outside_validity(dose).tolist() == [fraction_gy > 10]


@settings(max_examples=50, deadline=None)
@given(fractions=st.integers(1, 40), dose=st.floats(0.1, 100.0), alpha_beta=st.floats(0.5, 20.0))
def test_nothing_else_said_is_linear_quadratic(fractions: int, dose: float, alpha_beta: float) -> None:
    """One fraction a day, repair at once, a long interval, RBE 1, no regrowth, a far transition: all are linear-quadratic."""
    plain = LinearQuadratic(fractions=fractions)
    same: list[Model] = [
        IncompleteRepair(fractions=fractions, per_day=1, interval_h=6.0, repair_half_time_h=4.0),
        IncompleteRepair(fractions=fractions, per_day=3, interval_h=6.0, repair_half_time_h=0.0),
        IncompleteRepair(fractions=fractions, per_day=2, interval_h=23.0, repair_half_time_h=0.1),
        ConstantRbe(fractions=fractions, rbe=1.0),
        Wedenberg2013(fractions=fractions, let_kev_um=np.zeros(1)),
        Repopulation(
            model=plain,
            overall_days=20.0,
            kick_off_days=21.0,
            loss_gy_per_day=0.8,
            parameters_source="a test",
        ),
        LinearQuadraticLinear(
            fractions=fractions, transition_gy=101.0, gamma_over_alpha=2.0, parameters_source="a test"
        ),
    ]
    expected = plain.bed_gy(np.array([dose]), alpha_beta_gy=alpha_beta)[0]
    for model in same:
        assert model.bed_gy(np.array([dose]), alpha_beta_gy=alpha_beta)[0] == pytest.approx(expected)


@settings(max_examples=50, deadline=None)
@given(half_time=st.floats(0.1, 40.0), half_life=st.floats(1.0, 2000.0), duration=st.floats(0.1, 500.0))
def test_protraction_lies_between_its_limits(half_time: float, half_life: float, duration: float) -> None:
    """G lies between 0 and 1, falls with the time, is 1 for a dose given at once and 0 for repair at once."""
    repair, at_once = Repair.single(half_time), Repair.single(0.0)
    for duration_h in (0.0, 1e-9):
        assert ConstantRate(duration_h=duration_h, repair=repair).g_factor == pytest.approx(1.0)
        made = DecayingSource(half_life_h=half_life, repair=repair, duration_h=duration_h)
        assert made.g_factor == pytest.approx(1.0)
    rate = [ConstantRate(duration_h=duration * k, repair=repair).g_factor for k in (1, 2, 4)]
    decay = [
        DecayingSource(half_life_h=half_life, repair=repair, duration_h=duration * k).g_factor
        for k in (1, 2, 4)
    ]
    assert 1.0 > rate[0] > rate[1] > rate[2] > 0.0
    assert 1.0 > decay[0] >= decay[1] - 1e-12
    assert decay[1] >= decay[2] - 1e-12
    assert DecayingSource(half_life_h=half_life, repair=repair).g_factor <= decay[2] + 1e-12
    assert ConstantRate(duration_h=duration, repair=at_once).g_factor == 0.0
    assert DecayingSource(half_life_h=half_life, repair=at_once).g_factor == 0.0
    assert DecayingSource(half_life_h=half_life, repair=at_once, duration_h=duration).g_factor == 0.0


@settings(max_examples=50, deadline=None)
@given(dose=st.floats(0.0, 100.0), alpha_beta=st.floats(0.5, 20.0))
def test_protracted_models_tend_to_one_fraction(dose: float, alpha_beta: float) -> None:
    """Given in no time, every protracted dose is one fraction of it; with repair at once its BED is the dose."""
    acute = LinearQuadratic(fractions=1).bed_gy(np.array(dose), alpha_beta_gy=alpha_beta)
    short: list[Model] = [
        ConstantRate(duration_h=0.0, repair=TWO),
        DecayingSource(half_life_h=50.0, repair=TWO, duration_h=0.0),
        DecayingSource(half_life_h=1e-9, repair=TWO),
        ExponentialSum(amplitudes=(1.0, -1.0), rates_per_h=(1e9, 3e9), repair=TWO),
    ]
    repaired: list[Model] = [
        ConstantRate(duration_h=5.0, repair=Repair.single(0.0)),
        DecayingSource(half_life_h=50.0, repair=Repair.single(0.0)),
        ExponentialSum(amplitudes=(1.0, -1.0), rates_per_h=(0.01, 0.9), repair=Repair.single(0.0)),
    ]
    for model in short:
        assert model.bed_gy(np.array(dose), alpha_beta_gy=alpha_beta) == pytest.approx(acute, rel=1e-7)
    for model in repaired:
        assert model.bed_gy(np.array(dose), alpha_beta_gy=alpha_beta) == pytest.approx(dose)


def test_fractions_at_no_interval_are_one() -> None:
    """m fractions of a day without repair between them act as one of m times the dose."""
    many = IncompleteRepair(fractions=3, per_day=3, interval_h=6.0, repair_half_time_h=1e12)
    one = LinearQuadratic(fractions=1)
    dose = np.array([6.0])
    assert many.bed_gy(dose, alpha_beta_gy=3.0) == pytest.approx(one.bed_gy(dose, alpha_beta_gy=3.0))
    assert many.outside_validity(dose).all()  # nor does the night repair anything


def test_a_shorter_last_day_counts_as_it_is() -> None:
    """Five fractions, two a day: two days of two and a day of one."""
    kept = {"per_day": 2, "interval_h": 6.0, "repair_half_time_h": 4.0}
    five = IncompleteRepair(fractions=5, **kept).bed_gy(np.array(6.0), alpha_beta_gy=2.0)  # type: ignore[arg-type]
    four = IncompleteRepair(fractions=4, **kept).bed_gy(np.array(4.8), alpha_beta_gy=2.0)  # type: ignore[arg-type]
    one = LinearQuadratic(fractions=1).bed_gy(np.array(1.2), alpha_beta_gy=2.0)
    assert five == pytest.approx(four + one)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_two_half_times_are_the_mean_of_each(share: float) -> None:
    """G with two half-times is the mean of both, weighted with their shares; with one share it is that one."""
    both = Repair(half_times_h=(0.5, 4.0), shares=(share, 1.0 - share))
    singles = [DecayingSource(half_life_h=64.1, repair=Repair.single(h)).g_factor for h in (0.5, 4.0)]
    found = DecayingSource(half_life_h=64.1, repair=both).g_factor
    assert found == pytest.approx(share * singles[0] + (1.0 - share) * singles[1])


def test_partition_is_that_of_radiosurgery() -> None:
    """A partition coefficient weighs slow repair as modelBED does (klinge-th/modelBED at 5a7c090): (fast + c slow) / (1 + c)."""
    shot_min, dose, ratio, partition = 40.0, 15.0, 2.47, 0.98

    def phi(mu: float) -> float:
        """One shot, as ``tk_calcPhi.m`` has it. [1/min]"""
        first = (shot_min - (1.0 - exp(-mu * shot_min)) / mu) / shot_min**2
        return 2.0 * first / mu

    fast, slow = phi(log(2.0) / 11.4), phi(log(2.0) / 129.6)
    expected = dose + (fast + partition * slow) / (1.0 + partition) * dose**2 / ratio
    repair = Repair.partitioned(fast_h=11.4 / 60.0, slow_h=129.6 / 60.0, partition=partition)
    model = ConstantRate(duration_h=shot_min / 60.0, repair=repair)
    assert model.bed_gy(np.array(dose), alpha_beta_gy=ratio) == pytest.approx(expected)


def test_one_exponential_is_the_decaying_source() -> None:
    """A sum of one exponential is a source that stays; λ = μ and λ = 0 are ordinary."""
    rate = log(2.0) / 64.1
    one = ExponentialSum(amplitudes=(5.0,), rates_per_h=(rate,), repair=TWO)
    assert one.g_factor == pytest.approx(DecayingSource(half_life_h=64.1, repair=TWO).g_factor)
    equal = DecayingSource(half_life_h=1.5, repair=HOURS, duration_h=4.0).g_factor
    beside = DecayingSource(half_life_h=1.5 * (1 + 1e-6), repair=HOURS, duration_h=4.0).g_factor
    assert equal == pytest.approx(beside, rel=1e-5)
    slow = DecayingSource(half_life_h=1e12, repair=HOURS, duration_h=4.0).g_factor
    assert slow == pytest.approx(ConstantRate(duration_h=4.0, repair=HOURS).g_factor)
    long = DecayingSource(half_life_h=5.0, repair=HOURS, duration_h=1e4).g_factor
    assert long == pytest.approx(DecayingSource(half_life_h=5.0, repair=HOURS).g_factor)


def double_integral(rate: Callable[[float], float], mu: float, end: float) -> float:
    """G by its definition: twice the double integral of the dose rate with the memory of repair, over the dose squared."""
    pairs, _ = dblquad(
        lambda s, t: rate(t) * rate(s) * exp(-mu * (t - s)), 0.0, end, 0.0, lambda t: t, epsabs=1e-12
    )
    dose, _ = dblquad(lambda _, t: rate(t), 0.0, end, 0.0, 1.0, epsabs=1e-12)
    return 2.0 * pairs / dose**2


@pytest.mark.parametrize(("half_time", "half_life", "end"), [
    (1.5, 64.1, 30.0), (4.0, 4.0, 10.0), (0.5, 3.0, 20.0), (2.8, 50.0, 5.0), (4.0, 4.001, 10.0), (4.0, 4.02, 0.05),
])  # fmt: skip
def test_closed_forms_equal_the_double_integral(half_time: float, half_life: float, end: float) -> None:
    """Constant rate and decaying source agree with Lea and Catcheside's integral to 1e-8."""
    repair, mu, decay = Repair.single(half_time), log(2.0) / half_time, log(2.0) / half_life
    found = ConstantRate(duration_h=end, repair=repair).g_factor
    assert found == pytest.approx(double_integral(lambda _: 1.0, mu, end), abs=1e-8)
    found = DecayingSource(half_life_h=half_life, repair=repair, duration_h=end).g_factor
    assert found == pytest.approx(double_integral(lambda t: exp(-decay * t), mu, end), abs=1e-8)


def test_sums_equal_the_double_integral() -> None:
    """Uptake and washout, and a permanent source, agree with the integral, cut off where nothing is left, to 1e-8."""
    repair, mu = Repair.single(2.0), log(2.0) / 2.0
    rates, amplitudes = (0.3, 1.7), (2.0, -1.5)
    found = ExponentialSum(amplitudes=amplitudes, rates_per_h=rates, repair=repair).g_factor

    def rate(t: float) -> float:
        return 2.0 * exp(-0.3 * t) - 1.5 * exp(-1.7 * t)

    assert found == pytest.approx(double_integral(rate, mu, 90.0), abs=1e-8)
    found = DecayingSource(half_life_h=log(2.0) / 0.3, repair=repair).g_factor
    assert found == pytest.approx(double_integral(lambda t: exp(-0.3 * t), mu, 90.0), abs=1e-8)


@settings(max_examples=50, deadline=None)
@given(fraction=st.floats(0.0, 20.0), let_value=st.floats(0.0, 20.0), alpha_beta=st.floats(1.0, 12.0))
@pytest.mark.parametrize("kind", [McNamara2015, Wedenberg2013, Carabe2012])
def test_rbe_and_bed_say_the_same(
    kind: type[McNamara2015], fraction: float, let_value: float, alpha_beta: float
) -> None:
    """BED is that of photons of RBE times the dose; RBE lies between its limits."""
    model = kind(fractions=3, let_kev_um=np.array([let_value]))
    dose = np.array([3.0 * fraction])
    rbe = model.rbe(dose, alpha_beta_gy=alpha_beta)
    photons = LinearQuadratic(fractions=3).bed_gy(rbe * dose, alpha_beta_gy=alpha_beta)
    assert model.bed_gy(dose, alpha_beta_gy=alpha_beta) == pytest.approx(photons)
    ends = [end[0] for end in model.limits(alpha_beta_gy=alpha_beta)]
    assert min(ends) - 1e-9 <= rbe[0] <= max(ends) + 1e-9


@settings(max_examples=50, deadline=None)
@given(bed=st.floats(0.0, 300.0), alpha_beta=st.floats(0.5, 20.0), reference=st.floats(0.5, 20.0))
def test_equieffective_dose_has_the_bed_it_came_from(bed: float, alpha_beta: float, reference: float) -> None:
    """A dose in reference fractions gives back its BED; at 2 Gy it is EQD2."""
    dose = eqdx_gy(np.array(bed), alpha_beta_gy=alpha_beta, reference_fraction_gy=reference)
    assert dose * (1.0 + reference / alpha_beta) == pytest.approx(bed)
    two = eqdx_gy(np.array(bed), alpha_beta_gy=alpha_beta, reference_fraction_gy=2.0)
    assert two == eqd2_of_bed_gy(np.array(bed), alpha_beta_gy=alpha_beta)
