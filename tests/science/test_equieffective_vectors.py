"""EQD2 against published and derived test vectors, by source."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.radiobiology import eqd2_gy

# (total Gy, fractions, α/β Gy, EQD2 Gy): HyTEC cord, Sahgal 2021, doi 10.1016/j.ijrobp.2019.09.038 for 12.4/1, 14/1, 18/5 and 14/3;
# the others are closed forms of the linear-quadratic model.
VECTORS = [
    (14.0, 1, 2.0, 56.0),
    (12.4, 1, 2.0, 44.64),
    (18.0, 5, 2.0, 25.2),
    (14.0, 3, 2.0, 23.0 + 1.0 / 3.0),
    (60.0, 30, 10.0, 60.0),
    (55.0, 20, 3.0, 63.25),
    (54.0, 3, 10.0, 126.0),
    (30.0, 10, 2.0, 37.5),
    (24.0, 3, 2.0, 60.0),
]


@pytest.mark.parametrize(("dose_gy", "fractions", "alpha_beta_gy", "expected_gy"), VECTORS)
def test_vectors(dose_gy: float, fractions: int, alpha_beta_gy: float, expected_gy: float) -> None:
    """Each schedule has its EQD2."""
    found = float(eqd2_gy(np.array(dose_gy), fractions=fractions, alpha_beta_gy=alpha_beta_gy))
    assert found == pytest.approx(expected_gy, abs=5e-5)


def summed_gy(phases: list[tuple[float, int]], alpha_beta_gy: float) -> float:
    """EQD2 of phases given one after the other."""
    return sum(float(eqd2_gy(np.array(d), fractions=n, alpha_beta_gy=alpha_beta_gy)) for d, n in phases)


@pytest.mark.parametrize(("alpha_beta_gy", "expected_gy"), [(3.0, 18.80), (10.0, 17.75)])
def test_xrts_04_left_breast_with_boost(alpha_beta_gy: float, expected_gy: float) -> None:
    """HL7 CodeX RT example XRTS-04: 9 Gy/3 then 8 Gy/4 is 18.80 at α/β 3, not the 18.46 of 17 Gy/7."""
    assert summed_gy([(9.0, 3), (8.0, 4)], alpha_beta_gy) == pytest.approx(expected_gy, abs=0.005)


@pytest.mark.parametrize(("alpha_beta_gy", "expected_gy"), [(2.0, 73.75), (3.0, 68.00), (10.0, 54.58)])
def test_xrts_05_brain_reirradiation(alpha_beta_gy: float, expected_gy: float) -> None:
    """HL7 CodeX RT example XRTS-05: 25 Gy/5 in 2020 and 20 Gy/5 in 2021."""
    assert summed_gy([(25.0, 5), (20.0, 5)], alpha_beta_gy) == pytest.approx(expected_gy, abs=0.005)
