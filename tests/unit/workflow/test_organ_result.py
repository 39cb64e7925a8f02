"""The sampling error that stands beside an organ's metrics."""

from __future__ import annotations

import numpy as np
import pytest

from graybook.dvh.sampling import StructureSamples
from graybook.workflow.organ_result import metrics, metrics_error


def samples(volumes_cm3: list[float], second_half: list[bool]) -> StructureSamples:
    """Samples anywhere."""
    return StructureSamples(
        frame="1",
        points_mm=np.zeros((len(volumes_cm3), 3)),
        volumes_cm3=np.array(volumes_cm3),
        extreme_points_mm=np.zeros((0, 3)),
        second_half=np.array(second_half),
    )


def test_error_of_two_unlike_halves() -> None:
    """Halves of 10 and 20 Gy: every sampled metric is 15 give or take 5; extremes are found, not sampled."""
    organ = samples([2.0, 2.0], [False, True])
    error = metrics_error(np.array([10.0, 20.0]), organ)
    assert [error.mean_gy, error.d50_gy, error.d0_03cc_gy, error.d0_1cc_gy, error.d2cc_gy] == [5.0] * 5
    assert [error.min_gy, error.max_gy] == [None, None]


def test_no_error_where_there_is_no_metric() -> None:
    """In an organ of 1 cm³ neither D2cc nor its error is defined."""
    organ = samples([0.25, 0.25, 0.25, 0.25], [False, True, False, True])
    dose = np.array([10.0, 10.0, 12.0, 12.0])
    assert metrics(dose, np.zeros(0), organ.volumes_cm3).d2cc_gy is None
    assert metrics_error(dose, organ).d2cc_gy is None
    assert metrics_error(dose, organ).mean_gy == pytest.approx(0.0, abs=1e-9)
