"""EQD2 voxel by voxel in one pass, against the formula on arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.errors import UsageError
from graybook.radiobiology.linear_quadratic import eqd2_of_fractions_gy
from graybook.radiobiology.voxelwise import PlannedVolume, add_eqd2_gy, summed_eqd2_gy


@settings(max_examples=50, deadline=None)
@given(
    planned=st.integers(1, 45),
    given_=st.integers(0, 45),
    ratio=st.floats(0.3, 30),
    seed=st.integers(0, 2**32),
)
def test_same_digits_as_the_formula(planned: int, given_: int, ratio: float, seed: int) -> None:
    """At points, in place or as arrays: equal to the last bit."""
    rng = np.random.default_rng(seed)
    dose, before = rng.uniform(0, 90, 200), rng.uniform(0, 90, 200)
    total = before.copy()
    add_eqd2_gy(total, dose, planned=planned, fractions=given_, alpha_beta_gy=ratio)
    expected = before + eqd2_of_fractions_gy(dose / planned, fractions=given_, alpha_beta_gy=ratio)
    assert total.tolist() == expected.tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(("dtype", "within"), [(np.float32, 1e-6), (np.float64, 1e-14)])
def test_volumes_of_any_number(count: int, dtype: type, within: float) -> None:
    """The sum over one to seven grids of 40,000 voxels and more, in both precisions; the type is kept."""
    rng = np.random.default_rng(count)
    shape = (5, 81, 101)
    volumes = [
        PlannedVolume(dose_gy=rng.uniform(0, 70, shape).astype(dtype), planned=5 * k + 3, fractions=4 * k + 2)
        for k in range(count)
    ]
    found = summed_eqd2_gy(volumes, alpha_beta_gy=2.7)
    expected = sum(
        eqd2_of_fractions_gy(
            one.dose_gy.astype(np.float64) / one.planned, fractions=one.fractions, alpha_beta_gy=2.7
        )
        for one in volumes
    )
    assert found.dtype == dtype
    assert found.shape == shape
    assert np.all(np.abs(found - expected) <= within * expected)


def test_stopped_course_keeps_its_dose_per_fraction() -> None:
    """60 Gy in 30 stopped at 12, α/β 3: 24 Gy, never 96."""
    volume = PlannedVolume(dose_gy=np.full((2, 2, 2), 60.0, dtype=np.float32), planned=30, fractions=12)
    assert summed_eqd2_gy([volume], alpha_beta_gy=3.0).ravel().tolist() == pytest.approx([24.0] * 8)


def test_what_cannot_be_added() -> None:
    """Different grids, none, no fraction planned, and an α/β of 0 are refused."""
    one = PlannedVolume(dose_gy=np.zeros((1, 1, 2)), planned=1, fractions=1)
    other = PlannedVolume(dose_gy=np.zeros((1, 2, 2)), planned=1, fractions=1)
    with pytest.raises(UsageError, match="grids"):
        summed_eqd2_gy([one, other], alpha_beta_gy=2.0)
    with pytest.raises(UsageError, match="grids"):
        summed_eqd2_gy([], alpha_beta_gy=2.0)
    with pytest.raises(UsageError, match="positive"):
        summed_eqd2_gy([one], alpha_beta_gy=0.0)
    with pytest.raises(UsageError, match="planned"):
        PlannedVolume(dose_gy=np.zeros((1, 1, 1)), planned=0, fractions=1)


def test_sum_written_where_it_is_asked_for() -> None:
    """The array given is filled and given back; one of another type is refused."""
    volume = PlannedVolume(dose_gy=np.full((1, 1, 2), 50.0), planned=25, fractions=25)
    out = np.empty((1, 1, 2))
    assert summed_eqd2_gy([volume], alpha_beta_gy=2.0, out=out) is out
    assert out.ravel().tolist() == pytest.approx([50.0, 50.0])
    with pytest.raises(UsageError, match="written"):
        summed_eqd2_gy([volume], alpha_beta_gy=2.0, out=np.empty((1, 1, 2), dtype=np.float32))
