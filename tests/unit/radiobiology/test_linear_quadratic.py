"""The linear-quadratic model against values anyone can check by head."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.errors import UsageError
from graybook.radiobiology import bed_gy, eqd2_gy, eqd2_of_fractions_gy


def test_two_gray_fractions_are_their_own_eqd2() -> None:
    """n fractions of 2 Gy are 2n Gy at every α/β."""
    for alpha_beta_gy in (0.5, 2.0, 3.0, 10.0):
        assert float(eqd2_gy(np.array(50.0), fractions=25, alpha_beta_gy=alpha_beta_gy)) == pytest.approx(
            50.0
        )


def test_bed_is_eqd2_times_its_factor() -> None:
    """BED = EQD2 (1 + 2 / (α/β)): 18 Gy in 3 at α/β 3 is 54 Gy₃."""
    assert float(bed_gy(np.array(6.0), fractions=3, alpha_beta_gy=3.0)) == pytest.approx(54.0)
    assert float(eqd2_of_fractions_gy(np.array(6.0), fractions=3, alpha_beta_gy=3.0)) == pytest.approx(
        54.0 / (5 / 3)
    )


@pytest.mark.parametrize("alpha_beta_gy", [0.0, -1.0, float("nan")])
def test_alpha_beta_must_be_positive(alpha_beta_gy: float) -> None:
    """A senseless α/β is refused, never computed with."""
    with pytest.raises(UsageError, match="positive"):
        eqd2_gy(np.array(2.0), fractions=1, alpha_beta_gy=alpha_beta_gy)


def test_no_fraction_is_refused() -> None:
    """A total dose in no fraction has no dose per fraction."""
    with pytest.raises(UsageError):
        eqd2_gy(np.array(2.0), fractions=0, alpha_beta_gy=2.0)
