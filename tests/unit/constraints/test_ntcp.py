"""Doses and parameters come in; a complication probability with its label goes out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from graybook.constraints.ntcp import complication, lyman_percent
from graybook.errors import UsageError
from graybook.tables.ntcp import ntcp_parameters, usable_ntcp
from graybook.text import phrase

RECTUM = usable_ntcp("Rectum")[0]
ONE = np.ones(4)


def test_half_of_the_patients_at_td50() -> None:
    """The whole rectum at its TD50 gives 50 %, at both ends alike, and says that the model is extrapolated."""
    assert RECTUM.td50_gy is not None
    found = complication(RECTUM, RECTUM.td50_gy * ONE, RECTUM.td50_gy * ONE, ONE)
    assert found is not None
    assert (found.low_percent, found.high_percent) == (pytest.approx(50.0), pytest.approx(50.0))
    assert phrase(found.label, "en") == "first-course model, extrapolated"
    assert found.parameters is RECTUM


@pytest.mark.rule(9)
def test_both_ends_are_given() -> None:
    """Doses from 60 to 80 Gy give the probabilities of 60 and of 80 Gy, in that order whichever comes first."""
    assert RECTUM.td50_gy is not None
    assert RECTUM.m is not None
    expected = [100 * norm.cdf((gy - RECTUM.td50_gy) / (RECTUM.m * RECTUM.td50_gy)) for gy in (60.0, 80.0)]
    for low, high in ((60.0, 80.0), (80.0, 60.0)):
        found = complication(RECTUM, low * ONE, high * ONE, ONE)
        assert found is not None
        assert [found.low_percent, found.high_percent] == pytest.approx(expected)


def test_a_small_n_follows_the_hottest_part() -> None:
    """A half at 80 Gy and a half without dose: n = 1 sees the mean of 40 Gy, n = 0.09 sees 80 Gy x (1/2)^0.09."""
    doses = np.array([80.0, 80.0, 0.0, 0.0])
    mean = lyman_percent(doses, ONE, td50_gy=40.0, m=0.1, n=1.0)
    assert mean == pytest.approx(50.0)
    uniform = 80.0 * 0.5**0.09
    hot = lyman_percent(doses, ONE, td50_gy=76.9, m=0.13, n=0.09)
    assert hot == pytest.approx(100 * norm.cdf((uniform - 76.9) / (0.13 * 76.9)))


def test_without_samples_there_is_no_probability() -> None:
    """An organ without volume has none."""
    nothing = np.zeros(0)
    assert lyman_percent(nothing, nothing, td50_gy=50.0, m=0.1, n=0.5) is None
    assert complication(RECTUM, nothing, nothing, nothing) is None


@pytest.mark.parametrize(
    "bad", [(0.0, 0.1, 0.5), (50.0, 0.0, 0.5), (50.0, 0.1, 0.0), (50.0, float("nan"), 1.0)]
)
def test_parameters_must_be_positive(bad: tuple[float, float, float]) -> None:
    """A TD50, m or n of nothing is refused."""
    td50, m, n = bad
    with pytest.raises(UsageError, match="positive"):
        lyman_percent(ONE, ONE, td50_gy=td50, m=m, n=n)


def test_models_not_read_in_their_primary_are_refused() -> None:
    """No parameter of a repository gives a figure."""
    others = [one for one in ntcp_parameters() if not one.usable]
    assert others
    for one in others:
        with pytest.raises(UsageError, match="may not be computed with"):
            complication(one, ONE, ONE, ONE)
