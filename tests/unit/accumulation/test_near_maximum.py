"""The customary sum and its bound."""

from __future__ import annotations

import pytest

from graybook.accumulation.near_maximum import bound_gy, customary_sum_gy


def spot(volume_cm3: float, spot_gy: float, rest_gy: float):
    """D of a volume for an organ with one hot spot."""
    return lambda v: spot_gy if v <= volume_cm3 else rest_gy


@pytest.mark.rule(10)
def test_two_separate_spots() -> None:
    """Two separate 0.02 cm³ spots of 45 Gy among 5 Gy: customary 10; truth 50, and the bound covers it."""
    organs = [spot(0.02, 45.0, 5.0), spot(0.02, 45.0, 5.0)]
    assert customary_sum_gy([one(0.03) for one in organs]) == 10.0
    bound = bound_gy(organs, volume_cm3=0.03)
    assert bound is not None
    assert bound >= 50.0


@pytest.mark.rule(13)
def test_organ_smaller_than_the_volume_has_no_sum() -> None:
    """A course without a value makes the sum undefined, not smaller."""
    assert customary_sum_gy([5.0, None]) is None
    assert customary_sum_gy([]) is None
