"""What a planning system is given of an earlier dose, against closed forms written out here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graybook.accumulation.background import base_gy, read_eqd2_gy, remaining_gy, true_eqd2_gy
from graybook.errors import UsageError


def eqd2(dose: float, n: int, ab: float) -> float:
    """D (D/n + α/β) / (2 + α/β), with no product code. [Gy]"""
    return dose * (dose / n + ab) / (2.0 + ab)


def inverse(effect: float, n: int, ab: float) -> float:
    """The positive root of D²/n + α/β D = E (2 + α/β). [Gy]"""
    return n / 2.0 * (math.sqrt(ab * ab + 4.0 * effect * (2.0 + ab) / n) - ab)


def test_example_of_plain_addition() -> None:
    """Earlier 30 Gy EQD2 under 30/30 at α/β 2: 52.5 is true; loaded alone its isoeffective 37.08 Gy reads 71.0."""
    # BED 60 in 30 fractions: D (1 + D / 60) = 60, D = 30 (√5 - 1); with 30 Gy more D = 30 √5, d = √5, EQD2 = 30 √5 (√5 + 2) / 4
    alone = base_gy(np.array(30.0), np.array(0.0), fractions=30, alpha_beta_gy=2.0)
    assert float(alone) == pytest.approx(30.0 * (math.sqrt(5.0) - 1.0))
    read = read_eqd2_gy(alone, np.array(30.0), fractions=30, alpha_beta_gy=2.0)
    assert float(read) == pytest.approx(30.0 * (5.0 + 2.0 * math.sqrt(5.0)) / 4.0)
    assert round(float(read), 1) == 71.0
    assert float(true_eqd2_gy(np.array(30.0), np.array(30.0), fractions=30, alpha_beta_gy=2.0)) == 52.5
    plain = read_eqd2_gy(np.array(30.0), np.array(30.0), fractions=30, alpha_beta_gy=2.0)
    assert float(plain) == pytest.approx(60.0)  # the EQD2 itself taken for Gy: 60 in 30


@pytest.mark.parametrize(("n", "ab"), [(5, 2.0), (30, 3.0), (1, 10.0)])
def test_base_dose_reads_the_truth(n: int, ab: float) -> None:
    """Base and expected dose, added in Gy and converted once, give prior + EQD2 of the new dose, wherever both lie."""
    rng = np.random.default_rng(7)
    prior, new = rng.uniform(0.0, 120.0, 500), rng.uniform(0.0, 80.0, 500)
    prior[:20], new[20:40], new[:5] = 0.0, 0.0, 0.0
    base = base_gy(prior, new, fractions=n, alpha_beta_gy=ab)
    truth = [p + eqd2(d, n, ab) for p, d in zip(prior, new, strict=True)]
    read = [eqd2(b + d, n, ab) for b, d in zip(base, new, strict=True)]
    np.testing.assert_allclose(read, truth, rtol=1e-12, atol=1e-12)
    assert base.min() >= 0.0
    alone = np.array([inverse(p, n, ab) for p in prior])
    assert np.all(base <= alone + 1e-9)


@pytest.mark.parametrize("share", [0.8, 1.2])
def test_error_at_another_dose(share: float) -> None:
    """With f times the expected dose the reading misses the truth by 2 B D (f - 1) / (n (2 + α/β))."""
    n, ab, prior, new = 20, 3.0, np.array([12.0, 45.0]), np.array([40.0, 18.0])
    base = base_gy(prior, new, fractions=n, alpha_beta_gy=ab)
    read = read_eqd2_gy(base, share * new, fractions=n, alpha_beta_gy=ab)
    truth = true_eqd2_gy(prior, share * new, fractions=n, alpha_beta_gy=ab)
    np.testing.assert_allclose(read - truth, 2.0 * base * new * (share - 1.0) / (n * (2.0 + ab)))


def test_remaining_meets_the_limit() -> None:
    """Prior and the remaining dose in n fractions make the limit where anything is left, and 0 Gy are left elsewhere."""
    prior = np.array([0.0, 10.0, 49.999, 50.0, 63.0])
    left = remaining_gy(prior, limit_eqd2_gy=50.0, fractions=8, alpha_beta_gy=2.0)
    assert [p + eqd2(r, 8, 2.0) for p, r in zip(prior[:3], left[:3], strict=True)] == pytest.approx(
        [50.0] * 3
    )
    assert left[3:].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("n", "ab"), [(0, 2.0), (10, 0.0), (10, math.nan)])
def test_no_fractions_or_no_ratio(n: int, ab: float) -> None:
    """No fractions, or no α/β, is a call that was wrong."""
    with pytest.raises(UsageError):
        remaining_gy(np.array([1.0]), limit_eqd2_gy=50.0, fractions=n, alpha_beta_gy=ab)
