"""Survival, incidence and hazards of a few persons, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graybook.cohort.hazards import hazard_ratios
from graybook.cohort.incidence import cumulative_incidence
from graybook.cohort.survival import kaplan_meier
from graybook.errors import UsageError


def test_survival_by_hand() -> None:
    """Two of six have the event at 3, one leaves at 3 and counts as at risk for it, one has it at 5."""
    curve = kaplan_meier([3, 3, 3, 5, 6, 7], [1, 1, 0, 1, 0, 0])
    share, low, high = curve.at([0, 2.9, 3, 5, 100])
    assert share == pytest.approx([1, 1, 4 / 6, 4 / 6 * 2 / 3, 4 / 6 * 2 / 3])
    assert (low <= share).all()
    assert (share <= high).all()
    assert curve.at_risk.tolist() == [6, 6, 3, 2, 1]


def test_interval_by_hand() -> None:
    """The interval of log(−log S) with Greenwood's variance, at the first event of four persons."""
    _, low, high = kaplan_meier([1, 2, 3, 4], [1, 0, 0, 0]).at(1)
    share = 0.75
    spread = 1.959963985 * math.sqrt(1 / (4 * 3)) / abs(math.log(share))
    assert (float(low), float(high)) == pytest.approx(
        (share ** math.exp(spread), share ** math.exp(-spread)), rel=1e-6
    )


def test_incidences_and_survival_share_out_everybody() -> None:
    """With two causes, ties and persons who leave, both incidences and the share without an event make 1."""
    time = [1, 1, 2, 2, 2, 3, 5, 5, 8, 9]
    cause = np.array([1, 2, 0, 1, 1, 2, 0, 2, 1, 0])
    found, free = cumulative_incidence(time, cause), kaplan_meier(time, cause > 0)
    at = np.arange(0, 10)
    assert found.at(at, 1) + found.at(at, 2) + free.at(at)[0] == pytest.approx(np.ones(10))
    assert found.at(at, 1)[2] == pytest.approx(1 / 10 + 8 / 10 * 2 / 8)


def test_hazard_ratio_by_hand() -> None:
    """Events of x = 1 then x = 0, then x = 1 leaves: the partial likelihood r / (2r + 1) / (r + 1) is highest at r = 1/√2."""
    found = hazard_ratios([1, 2, 3], [1, 1, 0], {"x": [1, 0, 1]})["x"]
    assert found.ratio == pytest.approx(1 / math.sqrt(2), rel=1e-6)
    assert found.low < found.ratio < found.high


@pytest.mark.parametrize(
    ("time", "event"), [([], []), ([1, 2], [1]), ([1, float("nan")], [0, 1]), ([-1], [0])]
)
def test_unknown_times_are_refused(time: list[float], event: list[int]) -> None:
    """A time that is missing, below 0 or without its event gives no curve."""
    with pytest.raises(UsageError):
        kaplan_meier(time, event)
