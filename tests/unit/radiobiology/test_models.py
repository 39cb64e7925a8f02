"""Models of effect validate themselves: a senseless parameter, or one without its source, is refused with what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from graybook.errors import NotComparable, UsageError
from graybook.radiobiology import LinearQuadratic
from graybook.radiobiology.constant_rate import ConstantRate
from graybook.radiobiology.constant_rbe import ConstantRbe
from graybook.radiobiology.decaying_source import DecayingSource
from graybook.radiobiology.exponential_sum import ExponentialSum
from graybook.radiobiology.incomplete_repair import IncompleteRepair
from graybook.radiobiology.lea_catcheside import decay_moment
from graybook.radiobiology.linear_quadratic_linear import LinearQuadraticLinear
from graybook.radiobiology.mcnamara import McNamara2015
from graybook.radiobiology.repair import Repair
from graybook.radiobiology.repopulation import Repopulation
from graybook.radiobiology.universal_survival_curve import UniversalSurvivalCurve
from graybook.tables.repopulation import repopulations

REPAIR = Repair.single(1.5)
NAN = float("nan")


def daily(**changed: float) -> IncompleteRepair:
    """Twice a day, with something changed."""
    given: dict[str, float] = {"fractions": 10, "per_day": 2, "interval_h": 6.0, "repair_half_time_h": 4.0}
    return IncompleteRepair(**(given | changed))  # type: ignore[arg-type]


def growing(**changed: object) -> Repopulation:
    """A tumour that grows back, with something changed."""
    given = {
        "overall_days": 40.0,
        "kick_off_days": 28.0,
        "loss_gy_per_day": 0.6,
        "parameters_source": "a test",
    }
    return Repopulation(model=LinearQuadratic(fractions=30), **(given | changed))  # type: ignore[arg-type]


def straight(**changed: object) -> LinearQuadraticLinear:
    """A line beyond 6 Gy, with something changed."""
    given = {"fractions": 3, "transition_gy": 6.0, "gamma_over_alpha": 3.0, "parameters_source": "a test"}
    return LinearQuadraticLinear(**(given | changed))  # type: ignore[arg-type]


def curve(**changed: object) -> UniversalSurvivalCurve:
    """A survival curve, with something changed."""
    given = {"fractions": 3, "alpha_per_gy": 0.25, "d0_gy": 2.0, "dq_gy": 2.0, "parameters_source": "a test"}
    return UniversalSurvivalCurve(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [
    lambda: LinearQuadratic(fractions=0),
    lambda: LinearQuadratic(fractions=2.5),  # type: ignore[arg-type]
    lambda: daily(per_day=0),
    lambda: daily(interval_h=0.0),
    lambda: daily(interval_h=24.0),
    lambda: daily(repair_half_time_h=-1.0),
    lambda: daily(repair_half_time_h=NAN),
    lambda: ConstantRate(duration_h=-1.0, repair=REPAIR),
    lambda: ConstantRate(duration_h=float("inf"), repair=REPAIR),
    lambda: DecayingSource(half_life_h=0.0, repair=REPAIR),
    lambda: DecayingSource(half_life_h=NAN, repair=REPAIR),
    lambda: DecayingSource(half_life_h=5.0, repair=REPAIR, duration_h=-1.0),
    lambda: ExponentialSum(amplitudes=(), rates_per_h=(), repair=REPAIR),
    lambda: ExponentialSum(amplitudes=(1.0,), rates_per_h=(0.1, 0.2), repair=REPAIR),
    lambda: ExponentialSum(amplitudes=(1.0,), rates_per_h=(0.0,), repair=REPAIR),
    lambda: ExponentialSum(amplitudes=(-1.0, 1.0), rates_per_h=(0.1, 0.2), repair=REPAIR),
    lambda: ExponentialSum(amplitudes=(1.0, -1.5), rates_per_h=(0.1, 0.9), repair=REPAIR),
    lambda: ExponentialSum(amplitudes=(NAN,), rates_per_h=(0.1,), repair=REPAIR),
    lambda: Repair(half_times_h=(1.0, 2.0)),
    lambda: Repair(half_times_h=(1.0, 2.0), shares=(0.5, 0.6)),
    lambda: Repair(half_times_h=(1.0, 2.0), shares=(1.5, -0.5)),
    lambda: Repair(half_times_h=()),
    lambda: Repair.single(-1.0),
    lambda: growing(loss_gy_per_day=-0.1),
    lambda: growing(overall_days=NAN),
    lambda: straight(transition_gy=0.0),
    lambda: straight(gamma_over_alpha=-1.0),
    lambda: curve(dq_gy=0.0),
    lambda: curve(d0_gy=4.0),
    lambda: ConstantRbe(fractions=5, rbe=0.0),
    lambda: McNamara2015(fractions=5, let_kev_um=np.array([-1.0])),
    lambda: McNamara2015(fractions=5, let_kev_um=np.array([float("inf")])),
])  # fmt: skip
def test_senseless_parameter_is_refused(make: Callable[[], object]) -> None:
    """A count below one, a time or slope out of range, an LET or a dose rate below zero: each refused with a remedy."""
    with pytest.raises(UsageError) as refused:
        make()
    assert refused.value.remedy


@pytest.mark.parametrize("make", [growing, straight, curve])
@pytest.mark.parametrize("source", ["", "  "])
def test_parameters_without_a_source_are_refused(make: Callable[..., object], source: str) -> None:
    """Where no published parameters are shipped, there is no model without the source of the user's own."""
    with pytest.raises(UsageError, match="without a source"):
        make(parameters_source=source)
    assert "a test" in str(make().source)  # type: ignore[attr-defined]


def test_models_are_frozen() -> None:
    """A model does not change; nor does the LET it holds, whatever becomes of the array it came from."""
    model = LinearQuadratic(fractions=5)
    with pytest.raises(FrozenInstanceError):
        model.fractions = 6  # type: ignore[misc]
    let = np.array([2.5])
    proton = McNamara2015(fractions=5, let_kev_um=let)
    let[0] = 99.0
    assert proton.let_kev_um.tolist() == [2.5]
    assert not proton.let_kev_um.flags.writeable


def test_dose_and_let_are_of_one_shape() -> None:
    """LET on another grid than the dose is refused, also where it could be stretched."""
    proton = McNamara2015(fractions=5, let_kev_um=np.array([2.5]))
    with pytest.raises(UsageError, match="same points"):
        proton.bed_gy(np.array([1.0, 2.0]), alpha_beta_gy=2.0)


def test_curve_of_another_tissue_is_refused() -> None:
    """A survival curve belongs to one α/β, here 16 Gy; what its rounding explains is taken, another tissue is not."""
    assert curve().bed_gy(np.array(30.0), alpha_beta_gy=16.2) > 0
    with pytest.raises(NotComparable, match="16 Gy"):
        curve().bed_gy(np.array(30.0), alpha_beta_gy=10.0)


def test_curve_has_one_slope_where_its_parts_meet() -> None:
    """Just below and just above the transition, value and slope are the same."""
    model, step = curve(fractions=1), 1e-4
    at = np.array([-step, 0.0, step]) + model.transition_gy
    bed = model.bed_gy(at, alpha_beta_gy=16.0)
    assert bed[2] - bed[1] == pytest.approx(bed[1] - bed[0], rel=1e-4)
    assert bed[1] == pytest.approx((model.transition_gy - model.dq_gy) / (model.alpha_per_gy * model.d0_gy))


def test_tangent_goes_on_as_the_curve_ends() -> None:
    """The tangent variant of the linear-quadratic-linear model has no kink."""
    model = LinearQuadraticLinear.tangent(
        fractions=1, transition_gy=6.0, alpha_beta_gy=3.0, parameters_source="a test"
    )
    assert model.gamma_over_alpha == 5.0
    bed = model.bed_gy(np.array([6.0 - 1e-4, 6.0, 6.0 + 1e-4]), alpha_beta_gy=3.0)
    assert bed[2] - bed[1] == pytest.approx(bed[1] - bed[0], rel=1e-4)


def test_regrowth_never_makes_dose_negative() -> None:
    """What grew back is at most what was done; before the kick-off nothing grows."""
    slow = growing(overall_days=1000.0)
    assert slow.bed_gy(np.array([0.0, 60.0]), alpha_beta_gy=10.0).tolist() == [0.0, 0.0]
    assert growing(overall_days=28.0).lost_gy(alpha_beta_gy=10.0) == 0.0
    assert growing().lost_gy(alpha_beta_gy=10.0) == pytest.approx(7.2)


def test_regrowth_in_fractions_is_converted() -> None:
    """0.6 Gy a day in 2 Gy fractions is 0.72 Gy of BED a day at 10 Gy."""
    assert growing(loss_fraction_gy=2.0).lost_gy(alpha_beta_gy=10.0) == pytest.approx(12 * 0.72)


def test_regrowth_of_a_tissue_of_the_tables() -> None:
    """A row gives rate, onset and source; where it has no onset, the user says one."""
    rows = {row.tissue: row for row in repopulations()}
    given: dict[str, Any] = {
        "model": LinearQuadratic(fractions=30),
        "overall_days": 40.0,
        "loss_fraction_gy": 0.0,
    }
    larynx = Repopulation.of_tissue(rows["larynx tumour"], **given)
    assert (larynx.loss_gy_per_day, larynx.kick_off_days) == (0.8, 21.0)
    assert "Roberts 1994" in larynx.source
    with pytest.raises(UsageError, match="do not say when"):
        Repopulation.of_tissue(rows["NSCLC"], **given)
    assert Repopulation.of_tissue(rows["NSCLC"], kick_off_days=28.0, **given).kick_off_days == 28.0


def test_a_night_that_does_not_repair_is_said() -> None:
    """The model takes the night as complete: with a half-time of 12 h half remains, and the result is marked."""
    dose = np.array([12.0])
    assert not daily().outside_validity(dose).any()
    assert daily(repair_half_time_h=12.0).outside_validity(dose).all()
    assert daily(repair_half_time_h=18.0).left_over_night == pytest.approx(0.5)
    assert not daily(per_day=1, repair_half_time_h=38.0).outside_validity(dose).any()


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("x", [0.0, 1e-6, 0.3, 0.999999, 1.000001, 4.0, 60.0])
def test_moments_of_the_exponential(order: int, x: float) -> None:
    """The moments agree with their integral by Gauss's rule, also where the series gives way to the closed form."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    s = (nodes + 1.0) / 2.0
    expected = float((weights / 2.0 * s**order * np.exp(-x * s)).sum())
    assert decay_moment(order, x) == pytest.approx(expected, rel=1e-12)
