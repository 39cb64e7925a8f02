"""What a limit leaves: inverted by hand, and back through the model's own formula written out here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graybook.constraints.remaining import dose_left_gy, largest_scaling, left_eqd2_gy
from graybook.errors import UsageError
from graybook.radiobiology.isoeffective import isoeffective_gy


@given(
    left=st.floats(0.0, 200.0),
    fractions=st.integers(1, 40),
    alpha_beta=st.floats(0.5, 20.0),
)
def test_the_dose_left_has_the_eqd2_that_is_left(left: float, fractions: int, alpha_beta: float) -> None:
    """n d (d + α/β) / (2 + α/β) of the dose is what is left, to a part in 10¹²."""
    dose = float(isoeffective_gy(np.array(left), fractions=fractions, alpha_beta_gy=alpha_beta))
    d = dose / fractions
    assert fractions * d * (d + alpha_beta) / (2.0 + alpha_beta) == pytest.approx(left, rel=1e-12, abs=1e-300)


def test_little_is_left_to_its_last_digit() -> None:
    """A nanogray is not lost in the root: D = E (2 + α/β) / (α/β) to first order."""
    dose = dose_left_gy(50.0 + 1e-9, 50.0, fractions=10, alpha_beta_gy=2.0)
    assert dose == pytest.approx(2e-9, rel=1e-4)  # the limit itself holds no more digits
    assert float(isoeffective_gy(np.array(1e-12), fractions=10, alpha_beta_gy=2.0)) == pytest.approx(
        2e-12, rel=1e-9
    )


def test_nothing_is_left_beyond_the_limit() -> None:
    """A limit exceeded leaves 0, and 0 stays 0 in any number of fractions."""
    assert left_eqd2_gy(60.0, 61.0) == 0.0
    assert dose_left_gy(60.0, 61.0, fractions=5, alpha_beta_gy=2.0) == 0.0


def test_a_prior_of_thirty_leaves_a_new_thirty_in_thirty() -> None:
    """52.5 Gy at α/β 2 less 30 Gy leaves 22.5: 30 Gy in 30 fractions of 1 Gy."""
    assert dose_left_gy(52.5, 30.0, fractions=30, alpha_beta_gy=2.0) == pytest.approx(30.0, abs=1e-12)


def _hottest(factor: float) -> float:
    """Prior 20, 10 and 0 Gy under 10 x 2 Gy times the factor, everywhere, at α/β 2, less 40 Gy."""
    return 20.0 + 10.0 * 2.0 * factor * (2.0 * factor + 2.0) / 4.0 - 40.0


def test_a_plan_is_scaled_until_its_maximum_meets_the_limit() -> None:
    """10 x 2 f (2 f + 2) / 4 = 20 at f = 1; twice the room at f (f + 1) = 4."""
    assert largest_scaling(_hottest) == pytest.approx(1.0, abs=1e-8)
    more = largest_scaling(lambda factor: _hottest(factor) - 20.0)
    assert more == pytest.approx((math.sqrt(17.0) - 1.0) / 2.0, abs=1e-8)


def test_few_evaluations_find_a_smooth_root() -> None:
    """Each may cost seconds: a dozen are enough for a tenth of a microgray."""
    asked: list[float] = []

    def counted(factor: float) -> float:
        asked.append(factor)
        return _hottest(factor) - 7.0

    assert largest_scaling(counted) == pytest.approx((math.sqrt(1.0 + 4.0 * 2.7) - 1.0) / 2.0, abs=1e-8)
    assert len(asked) <= 14


def test_the_factor_meets_the_limit_and_never_exceeds_it() -> None:
    """Also where the figure rises in steps, as a volume does: the last factor below the step."""
    factor = largest_scaling(lambda factor: 5.0 if factor > 0.7 else -5.0)
    assert factor is not None
    assert factor <= 0.7
    assert factor == pytest.approx(0.7, abs=1e-12)


def test_a_plan_that_misses_the_organ_is_never_stopped() -> None:
    """Without dose in the structure no factor reaches the limit; with a limit used up none is left."""
    assert largest_scaling(lambda _factor: -20.0) is None
    assert largest_scaling(lambda _factor: 0.0) == 0.0
    assert largest_scaling(lambda factor: factor - 3.0, most=2.5) is None


def test_no_fractions_are_refused() -> None:
    """A dose in no fraction, or at no α/β, is a wrong call."""
    for fractions, ratio in ((0, 2.0), (5, 0.0), (5, math.nan)):
        with pytest.raises(UsageError):
            isoeffective_gy(np.array(1.0), fractions=fractions, alpha_beta_gy=ratio)
