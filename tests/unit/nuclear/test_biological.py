"""Biological: golden BEDs, numeric integrals, ends of intervals, cycles each on its own, α shares."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from graybook.errors import InputError, NotComparable, UsageError
from graybook.nuclear.biological import bed_per_voxel_gy, biological_dose, sum_of_cycles
from graybook.record.delivery import Decaying
from graybook.record.organ_doses import DoseOrigin, IntervalKind, MeanDose


def mean_dose(gy: float, **changed: object) -> MeanDose:
    """A dose without an interval, unless said."""
    given: dict[str, object] = {
        "organ": "Kidney_L",
        "mean_gy": gy,
        "low_gy": gy,
        "high_gy": gy,
        "interval": IntervalKind.POINT,
        "origin": DoseOrigin.STATED,
        "half_life_h": (50.0, 50.0),
    }
    return MeanDose(**(given | changed))  # type: ignore[arg-type]


GOLDEN = [
    ("177Lu kidney", 23.0, 2.6, 2.8, 50.0, 0.053030, 33.790, 19.098),
    ("90Y normal liver", 70.0, 2.5, 2.5, 64.1, 0.037538, 143.574, 79.763),
    ("90Y tumour", 205.0, 10.0, 1.5, 64.1, 0.022866, 301.094, 250.911),
    ("166Ho liver", 60.0, 2.5, 2.5, 26.8, 0.085324, 182.867, 101.593),
]


@pytest.mark.parametrize(("case", "gy", "ratio", "repair", "half_life", "g", "bed", "eqd2"), GOLDEN)
def test_golden_bed_of_one_exponential(
    case: str, gy: float, ratio: float, repair: float, half_life: float, g: float, bed: float, eqd2: float
) -> None:
    """BED and EQD2 to the printed digit, from the half-life and from the curve alike."""
    rate = log(2) / half_life
    curve = Decaying(amplitudes_gy_per_h=np.array([gy * rate]), rates_per_h=np.array([rate]))
    by_half_life = mean_dose(gy, half_life_h=(half_life, half_life))
    for dose in (by_half_life, mean_dose(gy, decaying=curve, half_life_h=None)):
        found = biological_dose(dose, alpha_beta_gy=ratio, repair_half_time_h=(repair, repair))
        assert found.bed_gy is not None
        assert found.eqd2_gy is not None
        assert found.g_factor is not None
        assert (f"{found.g_factor:.6f}", f"{found.bed_gy:.3f}", f"{found.eqd2_gy:.3f}") == (
            f"{g:.6f}",
            f"{bed:.3f}",
            f"{eqd2:.3f}",
        ), case


def uptake(gy: float) -> Decaying:
    """Uptake and washout of the golden case, scaled to a dose. [Gy]"""
    rates = np.array([0.014081426, 0.845429128])
    scale = gy / float(1 / rates[0] - 1 / rates[1])
    return Decaying(amplitudes_gy_per_h=np.array([scale, -scale]), rates_per_h=rates)


def test_golden_bed_of_uptake_and_washout() -> None:
    """20 Gy with uptake: BED 28.249443, G 0.05362138; not the 28.280 of the amplitude taken for the uptake rate."""
    found = biological_dose(
        mean_dose(20.0, decaying=uptake(20.0), half_life_h=None),
        alpha_beta_gy=2.6,
        repair_half_time_h=(2.8, 2.8),
    )
    assert found.bed_gy == pytest.approx(28.249443, abs=5e-7)
    assert found.g_factor == pytest.approx(0.05362138, abs=5e-9)


CURVES = [
    ((0.3,), (0.0139,)),
    ((0.3, 0.2), (0.0139, 0.09)),
    ((0.3, -0.3), (0.0139, 0.85)),
    ((0.3, 0.2, -0.5), (0.006, 0.05, 0.9)),
]


@pytest.mark.parametrize(("amplitudes", "rates"), CURVES, ids=["mono", "bi", "uptake", "tri"])
def test_numeric_integral_equals_the_closed_form(
    amplitudes: tuple[float, ...], rates: tuple[float, ...]
) -> None:
    """BED by nested quadrature of the definition of G agrees to 1e-8, for the organ and for each voxel."""
    repair, ratio = log(2) / 2.8, 2.6

    def rate_at(time: float) -> float:
        return sum(a * exp(-r * time) for a, r in zip(amplitudes, rates, strict=True))

    def damage(time: float) -> float:
        """Unrepaired at a time: the inner integral, by quadrature over the last hours that still count."""
        start = max(0.0, time - 40.0 / repair)
        value, _ = quad(
            lambda before: rate_at(before) * exp(-repair * (time - before)),
            start,
            time,
            epsabs=0,
            epsrel=1e-11,
            limit=200,
        )
        return float(value)

    edges = [0.0, 1.0, 4.0, 15.0, 60.0, 200.0, 600.0, 2000.0, 6000.0]
    dose = sum(quad(rate_at, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in pairwise(edges))
    squared = sum(
        quad(lambda t: rate_at(t) * damage(t), a, b, epsabs=1e-13, epsrel=1e-10, limit=100)[0]
        for a, b in pairwise(edges)
    )
    expected = dose + 2.0 * squared / ratio
    curve = Decaying(amplitudes_gy_per_h=np.array(amplitudes), rates_per_h=np.array(rates))
    found = biological_dose(
        mean_dose(dose, decaying=curve, half_life_h=None),
        alpha_beta_gy=ratio,
        repair_half_time_h=(2.8, 2.8),
    )
    assert found.bed_gy == pytest.approx(expected, rel=1e-8)
    voxels = Decaying(
        amplitudes_gy_per_h=np.array([[amplitudes, np.array(amplitudes) * 2.0]]), rates_per_h=np.array(rates)
    )
    beds = bed_per_voxel_gy(voxels, alpha_beta_gy=ratio, repair_half_time_h=2.8)
    assert beds.shape == (1, 2)
    assert beds[0, 0] == pytest.approx(expected, rel=1e-8)
    assert beds[0, 1] == pytest.approx(2.0 * dose + 4.0 * (expected - dose), rel=1e-8)


def test_double_integral_as_the_definition_writes_it() -> None:
    """G of one exponential by one two-dimensional quadrature, as Lea and Catcheside wrote it."""
    rate, repair = log(2) / 50.0, log(2) / 2.8
    value, _ = dblquad(
        lambda before, time: exp(-rate * time) * exp(-rate * before) * exp(-repair * (time - before)),
        0.0,
        600.0,
        0.0,
        lambda time: time,
        epsrel=1e-7,
    )
    found = biological_dose(mean_dose(6.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    assert found.g_factor == pytest.approx(2.0 * rate**2 * value, rel=1e-4)


@pytest.mark.rule(3)
def test_cycles_are_converted_each_and_then_added() -> None:
    """4 × 6 Gy, α/β 2.6 Gy, repair 2.8 h, effective half-life 50 h: 26.937, never the pooled 35.75."""
    one = biological_dose(mean_dose(6.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    total = sum_of_cycles([one] * 4)
    assert total.bed_gy is not None
    assert f"{total.bed_gy:.3f}" == "26.937"
    assert (total.phases, total.g_factor) == (4, None)
    pooled = biological_dose(mean_dose(24.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    assert pooled.bed_gy is not None
    assert f"{pooled.bed_gy:.2f}" == "35.75"
    assert abs(total.bed_gy - pooled.bed_gy) > 8.0
    with pytest.raises(TypeError):
        mean_dose(6.0) + mean_dose(6.0)  # type: ignore[operator]
    assert pooled.phases == 1


def test_cycles_of_unequal_assumptions_are_refused() -> None:
    """BED at one α/β is never added to BED at another."""
    first = biological_dose(mean_dose(6.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    second = biological_dose(mean_dose(6.0), alpha_beta_gy=3.0, repair_half_time_h=(2.8, 2.8))
    with pytest.raises(NotComparable):
        sum_of_cycles([first, second])
    with pytest.raises(UsageError):
        sum_of_cycles([])


def test_ends_are_those_of_dose_half_life_and_repair() -> None:
    """The low end has the low dose, the slow decay and the fast repair; the high end the others; by hand."""
    dose = mean_dose(6.0, low_gy=5.0, high_gy=8.0, half_life_h=(40.0, 60.0), interval=IntervalKind.PUBLISHED)
    found = biological_dose(dose, alpha_beta_gy=2.6, repair_half_time_h=(2.0, 4.0))
    assert found.bed_low_gy == pytest.approx(5.0 * (1 + 2.0 / 62.0 * 5.0 / 2.6))
    assert found.bed_high_gy == pytest.approx(8.0 * (1 + 4.0 / 44.0 * 8.0 / 2.6))
    assert found.bed_gy is not None
    assert found.bed_low_gy < found.bed_gy < found.bed_high_gy
    assert found.eqd2_high_gy == pytest.approx(found.bed_high_gy / (1 + 2 / 2.6))


def test_interval_without_a_best_value() -> None:
    """Where only an interval is known there is no best BED."""
    dose = mean_dose(
        6.0, mean_gy=None, low_gy=2.0, high_gy=6.0, interval=IntervalKind.PUBLISHED, half_life_h=(40.0, 60.0)
    )
    found = biological_dose(dose, alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    assert found.bed_gy is None
    assert found.eqd2_gy is None
    assert found.bed_low_gy == pytest.approx(2.0 * (1 + 2.8 / 62.8 * 2.0 / 2.6))
    total = sum_of_cycles(
        [found, biological_dose(mean_dose(6.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))]
    )
    assert total.bed_gy is None
    assert total.bed_low_gy > found.bed_low_gy


def test_unknown_course_in_time_is_anything_from_slow_to_at_once() -> None:
    """Without curve and half-life BED lies between the dose (all repaired) and one acute exposure."""
    found = biological_dose(
        mean_dose(6.0, half_life_h=None), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8)
    )
    assert found.bed_gy is None
    assert found.g_factor is None
    assert (found.bed_low_gy, found.bed_high_gy) == pytest.approx((6.0, 6.0 * (1 + 6.0 / 2.6)))


def test_alpha_share_has_no_quadratic_term_and_rbe_stands_beside() -> None:
    """2 of 6 Gy are α: linear, gray for gray; an RBE of 5 changes the weighted value only."""
    plain = biological_dose(mean_dose(6.0, alpha_gy=2.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    by_hand = 2.0 + 4.0 * (1 + 2.8 / 52.8 * 4.0 / 2.6)
    assert plain.bed_gy == pytest.approx(by_hand)
    assert plain.bed_rbe_weighted_gy is None
    weighted = biological_dose(
        mean_dose(6.0, alpha_gy=2.0, rbe=5.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8)
    )
    assert weighted.bed_gy == pytest.approx(by_hand)
    assert weighted.bed_rbe_weighted_gy == pytest.approx(by_hand + 8.0)
    beta = biological_dose(mean_dose(6.0), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    assert sum_of_cycles([weighted, beta]).bed_rbe_weighted_gy == pytest.approx(
        by_hand + 8.0 + (beta.bed_gy or 0)
    )
    assert sum_of_cycles([weighted, plain]).bed_rbe_weighted_gy is None


def test_bed_grows_with_dose_and_with_g() -> None:
    """Over a grid of doses, half-lives and repair half-times BED never falls when one of what drives it grows."""
    doses, halves, repairs = (0.0, 0.5, 3.0, 20.0, 80.0), (200.0, 60.0, 20.0, 2.0), (0.0, 0.5, 2.8, 10.0)
    beds = np.array(
        [
            [
                [
                    biological_dose(
                        mean_dose(gy, half_life_h=(half, half)),
                        alpha_beta_gy=2.6,
                        repair_half_time_h=(repair, repair),
                    ).bed_gy
                    for repair in repairs
                ]
                for half in halves
            ]
            for gy in doses
        ],
        dtype=float,
    )
    for axis in range(3):
        assert (np.diff(beds, axis=axis) >= 0).all()


@pytest.mark.parametrize(
    "change",
    [
        {"alpha_gy": 7.0},
        {"alpha_gy": -1.0},
        {"alpha_gy": 1.0, "rbe": 0.0},
        {"half_life_h": (60.0, 40.0)},
        {"half_life_h": (0.0, 40.0)},
        {"decaying": uptake(7.0)},
    ],
)
def test_impossible_doses_are_refused_by_name(change: dict[str, object]) -> None:
    """Each refusal names the organ."""
    with pytest.raises(InputError, match="Kidney_L"):
        biological_dose(mean_dose(6.0, **change), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))


def test_curve_of_voxels_has_no_g_of_the_mean() -> None:
    """A mean dose with amplitudes voxel by voxel is not given a BED."""
    voxels = Decaying(amplitudes_gy_per_h=np.ones((2, 1)), rates_per_h=np.array([0.01]))
    with pytest.raises(NotComparable, match="voxel"):
        biological_dose(mean_dose(6.0, decaying=voxels), alpha_beta_gy=2.6, repair_half_time_h=(2.8, 2.8))
    with pytest.raises(UsageError):
        bed_per_voxel_gy(
            replace(voxels, rates_per_h=np.array([0.01, 0.02])), alpha_beta_gy=2.6, repair_half_time_h=2.8
        )


@pytest.mark.parametrize("repair", [(4.0, 2.0), (-1.0, 2.0), (1.0, float("inf"))])
def test_repair_must_be_a_range(repair: tuple[float, float]) -> None:
    """Ends the wrong way round, negative or endless are refused."""
    with pytest.raises(UsageError, match="range"):
        biological_dose(mean_dose(6.0), alpha_beta_gy=2.6, repair_half_time_h=repair)
