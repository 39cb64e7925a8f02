"""Rebinning and convolution: whatever the voxels, no activity and no energy is gained or lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graybook.nuclear.rebinning import averaged_over, rebinned
from graybook.nuclear.voxel_s import resampled_voxel_s_dose
from graybook.tables.nuclides import nuclide

EDGES = st.floats(1.0, 12.0)
SHAPES = st.tuples(*[st.integers(1, 7)] * 3)


@given(SHAPES, st.tuples(EDGES, EDGES, EDGES), EDGES, st.integers(0, 2**31))
def test_sums_are_kept(
    shape: tuple[int, int, int], from_mm: tuple[float, float, float], to_mm: float, seed: int
) -> None:
    """Activity put into cubes of any size has the sum it had, and none of it is below 0."""
    amounts = np.random.default_rng(seed).random(shape)
    cubes = rebinned(amounts, from_mm=from_mm, to_mm=to_mm)
    assert cubes.sum() == pytest.approx(amounts.sum(), rel=1e-12)
    assert cubes.min() >= 0.0


@given(SHAPES, st.tuples(EDGES, EDGES, EDGES), EDGES, st.floats(0.1, 9.0))
def test_an_even_dose_stays_even(
    shape: tuple[int, int, int], to_mm: tuple[float, float, float], from_mm: float, dose: float
) -> None:
    """The mean of a constant over any voxel is the constant."""
    cubes = rebinned(np.ones(shape), from_mm=to_mm, to_mm=from_mm).shape
    back = averaged_over(np.full(cubes, dose), from_mm=from_mm, to_mm=to_mm, shape=shape)
    assert back == pytest.approx(np.full(shape, dose), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    SHAPES,
    st.tuples(EDGES, EDGES, EDGES),
    st.sampled_from(["Y-90", "Lu-177", "I-131"]),
    st.integers(0, 2**31),
)
def test_energy_inside_and_outside_is_all(
    shape: tuple[int, int, int], spacing_mm: tuple[float, float, float], name: str, seed: int
) -> None:
    """Energy in the image and the share said to be lost at its border are what the kernel holds, for voxels of any shape."""
    amounts = np.random.default_rng(seed).random(shape)
    found = resampled_voxel_s_dose(amounts, spacing_mm=spacing_mm, nuclide_name=name)
    kilograms = np.prod(spacing_mm) * 1e-6 * found.density_g_per_cm3
    kev_per_decay = found.gy.sum() * kilograms / (amounts.sum() * 3.6e9) / 1.602176634e-16
    held = nuclide(name).electron_kev * found.closure
    assert kev_per_decay == pytest.approx(held * (1.0 - found.lost_at_border), rel=1e-9)
