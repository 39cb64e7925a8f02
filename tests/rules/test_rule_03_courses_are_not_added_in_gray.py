"""Rule 3: courses of different fractionation come in; their physical doses are never added."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graybook.geometry.arrays import FloatArray
from phantoms import box, write_phantom
from rules.patients import course, eqd2, metrics, organ, plan, result_of, structure

OLD, NEW = date(2015, 5, 4), date(2025, 5, 5)


@pytest.mark.rule(3)
def test_25_in_25_then_25_in_5(tmp_path: Path) -> None:
    """One voxel with 25 Gy in 25 then 25 Gy in 5 is 18.75 + 43.75 = 62.5, not the 45.8 of 50 Gy in 30."""
    write_phantom(tmp_path, [course("old", OLD, plan(25, 25)), course("new", NEW, plan(25, 5))])
    result = result_of(tmp_path)
    assert set(metrics(organ(result).cumulative).values()) == {62.5}
    by_course = {one.id: one.max_gy for one in organ(result).courses}
    assert [by_course[one.id] for one in result.courses] == [18.75, 43.75]


@pytest.mark.rule(3)
def test_order_of_courses_changes_nothing(tmp_path: Path) -> None:
    """25 Gy in 5 first and 25 Gy in 25 second is the same 62.5."""
    write_phantom(tmp_path, [course("old", OLD, plan(25, 5)), course("new", NEW, plan(25, 25))])
    assert organ(result_of(tmp_path)).cumulative.mean_gy == 62.5


@pytest.mark.rule(3)
def test_voxel_by_voxel_not_by_mean(tmp_path: Path) -> None:
    """Two opposite gradients: the mean of the sum is the sum of mean EQD2, each with its own mean square dose.

    Over a box of half-width h, D = a + b x has <D²> = a² + b² h²/3.
    """

    def rising(points: FloatArray) -> FloatArray:
        dose: FloatArray = np.maximum(30.0 + 1.0 * points[:, 0], 0.0)
        return dose

    def falling(points: FloatArray) -> FloatArray:
        dose: FloatArray = np.maximum(20.0 - 1.5 * points[:, 0], 0.0)
        return dose

    half = 8.0
    organ_box = structure("SpinalCord", box((-half, -8.0, -8.0), (half, 8.0, 8.0)), slice_mm=2.0)
    first = course("old", OLD, plan(30, 10, dose_gy=rising), structures=[organ_box])
    second = course("new", NEW, plan(20, 5, dose_gy=falling), structures=[organ_box])
    write_phantom(tmp_path, [first, second])
    square_first, square_second = 900 + half**2 / 3, 400 + 2.25 * half**2 / 3
    truth = (square_first / 10 + 60) / 4 + (square_second / 5 + 40) / 4
    cumulative = organ(result_of(tmp_path)).cumulative
    assert cumulative.mean_gy == pytest.approx(truth, rel=0.002)
    ends = [eqd2(30 + x, 10) + eqd2(20 - 1.5 * x, 5) for x in np.linspace(-half, half, 1001)]
    assert cumulative.max_gy == pytest.approx(max(ends), rel=0.002)
    assert cumulative.min_gy == pytest.approx(min(ends), rel=0.005)
