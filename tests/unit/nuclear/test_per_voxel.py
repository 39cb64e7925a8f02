"""Per voxel: amplitudes of known voxels, sums, weights, noise, refusals; BED voxel by voxel."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import nnls

from graybook.errors import InputError, UsageError
from graybook.nuclear.biological import bed_per_voxel_gy
from graybook.nuclear.curve_models import columns
from graybook.nuclear.per_voxel import voxel_curves
from graybook.nuclear.time_activity import CurveFit, fit_curve

TIMES = np.array([1.0, 4.0, 24.0, 72.0, 120.0, 168.0])
RATES = {"mono": [0.0139], "uptake": [0.0139, 0.8], "bi": [0.0087, 0.09], "tri": [0.0087, 0.09, 0.9]}


def organ(name: str) -> tuple[np.ndarray, CurveFit]:
    """Columns of the shape and the fit of a curve with every amplitude 100. [MBq]"""
    falls = np.exp(-np.outer(TIMES, RATES[name]))
    matrix = falls
    if name == "uptake":
        matrix = falls[:, :1] - falls[:, 1:]
    if name == "tri":
        matrix = falls[:, :2] - falls[:, 2:]
    return matrix, fit_curve(TIMES, matrix.sum(axis=1) * 100.0, physical_half_life_h=159.528, model=name)


@pytest.mark.parametrize("name", list(RATES))
def test_voxels_are_found_again(name: str) -> None:
    """Integrals of voxels with their own amplitudes equal quadrature of their activities to 1e-8 of the curve that made them."""
    matrix, fit = organ(name)
    own = np.array([[1.0, 4.0, 0.0], [2.0, 0.5, 0.0]])[: matrix.shape[1]]
    found = voxel_curves(TIMES, (matrix @ own).reshape(6, 1, 3), fit=fit)
    assert found.amplitudes_mbq.shape == (1, 3, len(RATES[name]))
    assert found.empty_share == pytest.approx(1 / 3)
    for i in range(3):
        amplitudes = found.amplitudes_mbq[0, i]

        def at(time: float, amplitudes: np.ndarray = amplitudes) -> float:
            return float((amplitudes * np.exp(-found.rates_per_h * time)).sum())

        edges = [0.0, 2.0, 10.0, 50.0, 200.0, 800.0, 4000.0]
        parts = [quad(at, a, b, epsabs=1e-12, epsrel=1e-11)[0] for a, b in pairwise(edges)]
        assert found.integral_mbq_h[0, i] == pytest.approx(sum(parts), rel=1e-8, abs=1e-9)
    truth = (
        own.T * [quad(lambda t, j=j: _column(name, j, t), 0, 3000, limit=300)[0] for j in range(len(own))]
    ).sum(1)
    assert found.integral_mbq_h[0] == pytest.approx(truth, rel=1e-4, abs=1e-6)


def _column(name: str, j: int, time: float) -> float:
    falls = np.exp(-np.array(RATES[name]) * time)
    if name == "uptake":
        return float(falls[0] - falls[1])
    if name == "tri":
        return float(falls[j] - falls[2])
    return float(falls[j])


@pytest.mark.parametrize("name", ["mono", "uptake"])
def test_voxels_add_up_to_the_organ(name: str) -> None:
    """Amplitudes are linear in the activities: the sum of the voxels' integrals is the organ's."""
    matrix, _ = organ(name)
    random = np.random.Generator(np.random.PCG64(2))
    voxels = matrix @ random.uniform(1.0, 5.0, (1, 50)) * random.uniform(0.9, 1.1, (6, 50))
    fit = fit_curve(TIMES, voxels.sum(axis=1), physical_half_life_h=159.528, model=name)
    found = voxel_curves(TIMES, voxels, fit=fit)
    assert found.integral_mbq_h.sum() == pytest.approx(fit.curve.integral_mbq_h, rel=1e-7)


@pytest.mark.parametrize("name", ["bi", "tri"])
def test_two_washouts_agree_with_another_solver(name: str) -> None:
    """Noisy voxels against scipy's non-negative least squares."""
    _, fit = organ(name)
    random = np.random.Generator(np.random.PCG64(4))
    voxels = random.normal(10.0, 15.0, (6, 60))
    found = voxel_curves(TIMES, voxels, fit=fit)
    matrix = columns(fit.model, found.rates_per_h, TIMES)
    expected = np.array([nnls(matrix, voxels[:, i])[0] for i in range(60)])
    assert found.amplitudes_mbq[:, :2] == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_noise_below_zero_is_an_empty_voxel() -> None:
    """No negative dose: the voxel has none, and the share of such voxels is said."""
    _, fit = organ("mono")
    found = voxel_curves(TIMES, np.stack([-np.ones(6), np.ones(6)], axis=1), fit=fit)
    assert found.integral_mbq_h[0] == 0.0
    assert found.integral_mbq_h[1] > 0.0
    assert found.empty_share == 0.5


def test_bed_of_voxels_follows_their_own_curve() -> None:
    """A voxel of twice the activity has twice the dose and four times the quadratic term."""
    matrix, fit = organ("bi")
    found = voxel_curves(TIMES, matrix @ np.array([[10.0, 20.0], [5.0, 10.0]]), fit=fit)
    decaying = found.decaying(2e-3)
    doses = found.integral_mbq_h * 2e-3
    beds = bed_per_voxel_gy(decaying, alpha_beta_gy=2.6, repair_half_time_h=2.8)
    assert (beds[1] - doses[1]) == pytest.approx(4.0 * (beds[0] - doses[0]), rel=1e-6)
    each = found.decaying(np.array([2e-3, 1e-3]))
    assert (each.amplitudes_gy_per_h / each.rates_per_h).sum(axis=-1) == pytest.approx(doses * [1.0, 0.5])


def test_wrong_images_are_refused() -> None:
    """Unlike lengths, missing voxels, too few times for two amplitudes."""
    _, fit = organ("bi")
    with pytest.raises(UsageError, match="Liver"):
        voxel_curves(TIMES, np.ones((3, 4)), fit=fit, organ="Liver")
    with pytest.raises(InputError, match="Liver"):
        voxel_curves(TIMES, np.full((6, 4), np.nan), fit=fit, organ="Liver")
    with pytest.raises(InputError, match="amplitudes"):
        voxel_curves(TIMES[:1], np.ones((1, 4)), fit=fit, organ="Liver")


def test_organ_s_errors_are_the_weights() -> None:
    """A point with a huge error does not move a voxel."""
    falls = np.exp(-0.0139 * TIMES)
    sds = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1e6])
    fit = fit_curve(TIMES, 100 * falls, sd_mbq=sds, physical_half_life_h=159.528, model="mono")
    spoiled = 10 * falls
    spoiled[-1] = 50.0
    found = voxel_curves(TIMES[::-1], spoiled[::-1, None], fit=fit)
    assert found.amplitudes_mbq[0, 0] == pytest.approx(10.0, rel=1e-6)
